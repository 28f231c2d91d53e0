"""Lesson 1's explorer without a browser: every control estimates again, and the picture follows."""

import numpy as np
import pandas as pd
import pytest

from tvplab import explore
from tvplab.dgp import simulate_factor_model
from tvplab.explore.factor_fit import base_estimate, start_values
from tvplab.marss import DynamicFactorModel


@pytest.fixture(scope="module")
def explorer():
    return explore.dfm(T=80)


@pytest.fixture(autouse=True)
def start_again(explorer):
    explorer.reset()
    yield
    assert explorer.error.value == ""


def fitted_alone(y, r=1, p=2):
    """The same model from the usual start, to a tight tolerance: no warm start, no cap on iterations."""
    return DynamicFactorModel(r, p, standardize=True, anchors="data").fit(y, tol=1e-9)


def test_it_shows_the_common_component_of_a_fit_of_its_own(explorer):
    world = simulate_factor_model(T=80)
    alone = fitted_alone(world.y)
    common = alone.common_component().mean(axis=1)
    artists = explorer.panel.artists
    np.testing.assert_allclose(artists["common"].get_ydata(), common, atol=0.01)
    np.testing.assert_allclose(artists["headline"].get_ydata(), world.y.mean(axis=1))
    np.testing.assert_allclose(artists["truth"].get_ydata(), world.common.mean(axis=1))
    shares = 1.0 - np.diag(alone.params["R"])
    np.testing.assert_allclose(explorer.result.shares[alone.params["R"].index], shares, atol=0.01)
    np.testing.assert_array_equal(artists["bars"].get_data()[0][::2], explorer.result.shares)


@pytest.mark.parametrize(
    "moves", [{"missing": 0.3}, {"dropped": "item7"}, {"noise": 0.5}, {"missing": 0.1, "noise": 1.5}]
)
def test_the_warm_start_ends_where_a_cold_one_does(explorer, moves):
    explorer.set(**moves)
    fit = explorer.result.fit
    assert fit.converged
    world = simulate_factor_model(T=80, noise=moves.get("noise", 1.0))
    hidden = np.random.default_rng(0).random(world.y.shape) < moves.get("missing", 0.0)
    y = world.y.mask(hidden).drop(columns=[moves["dropped"]] if "dropped" in moves else [])
    assert fit.loglik == pytest.approx(fitted_alone(y).loglik, abs=0.05)


def test_band_is_that_of_the_smoothed_factor(explorer):
    explorer.set(missing=0.4)
    move = explorer.result
    sd = simulate_factor_model(T=80).y.mask(np.random.default_rng(0).random((80, 8)) < 0.4).std()
    loading = (move.fit.params["Z"]["X1"] * sd).mean()
    np.testing.assert_allclose(move.se, abs(loading) * move.fit.states_se["X1"], rtol=1e-6)
    band = explorer.panel.artists["band"].get_xy()[:, 1]
    assert band.max() == pytest.approx((move.common + 1.6449 * move.se).max(), abs=1e-3)


def test_hiding_widens_the_band_and_costs_correlation(explorer):
    before = explorer.result
    explorer.set(missing=0.7)
    assert explorer.result.se.mean() > 1.3 * before.se.mean()
    assert explorer.result.common.corr(explorer.result.truth) < before.common.corr(before.truth)
    np.testing.assert_array_equal(explorer.result.headline, before.headline)


def test_the_average_needs_the_loud_item_dropped_and_the_factor_does_not(explorer):
    def correlations():
        move = explorer.result
        return move.common.corr(move.truth), move.average.corr(move.truth)

    common, average = correlations()
    explorer.set(dropped="the most volatile")
    common_without, average_without = correlations()
    assert average_without - average > 0.05 > abs(common_without - common)
    assert np.isnan(explorer.result.shares["item8"])


@pytest.mark.parametrize(
    ("control", "value"),
    [
        ("missing", 0.2),
        ("n_factors", 2),
        ("factor_lags", 4),
        ("dropped", "item3"),
        ("dropped_too", ("item2", "item4")),
        ("noise", 2.0),
    ],
)
def test_every_control_changes_the_picture_and_gives_the_same_twice(explorer, control, value):
    before = explorer.static_png()
    explorer.set(**{control: value})
    first = explorer.static_png()
    assert first != before
    explorer.reset()
    explorer.set(**{control: value})
    assert explorer.static_png() == first


def test_readout_tells_the_numbers(explorer):
    explorer.set(n_factors=3, missing=0.8)
    move = explorer.result
    for number in (f"{move.fit.loglik:.1f}", f"{move.fit.aicc:.1f}", f"{move.common.corr(move.truth):.3f}"):
        assert number in explorer.numbers.value
    assert not move.fit.converged
    assert f"{move.fit.n_iter}, not done" in explorer.numbers.value


@pytest.mark.parametrize("r", [1, 2])
def test_starting_values_are_the_base_in_other_coordinates(r):
    base = base_estimate(simulate_factor_model(T=60).y, r, 2).of(np.arange(8)[::-1])
    turned = start_values(base, np.arange(r))
    Z = np.vstack([np.eye(r), turned["Z"].reshape(-1, r, order="F")])
    Q = np.zeros((r, r))
    Q[np.triu_indices(r)] = turned["Q"]
    Q = Q + np.triu(Q, 1).T
    B = turned["B"].reshape(r, 2 * r, order="F")
    L, lag = base.loadings, slice(r, 2 * r)
    np.testing.assert_allclose(Z @ Q @ Z.T, L @ base.noise @ L.T, atol=1e-8)
    moved, same = Z @ B[:, lag] @ Q @ Z.T, L @ base.transition[:, lag] @ base.noise @ L.T
    np.testing.assert_allclose(moved, same, atol=1e-8)
    np.testing.assert_array_equal(turned["R"], base.item_noise)


@pytest.mark.parametrize("values", [{"missing": 0.3}, {"n_factors": 2, "dropped": "item8", "missing": 0.2}])
def test_what_is_drawn_from_arrays_is_what_the_librarys_results_say(explorer, values):
    explorer.set(**values)
    move = explorer.result
    kept = move.shares.dropna().index
    fit, weights = move.fit, pd.Series(1.0 / len(kept), move.estimate.panel.y.columns)
    band = fit.common_component(weights, 0.9)
    np.testing.assert_allclose(move.common, band["mean"], atol=1e-9)
    np.testing.assert_allclose(move.se, band["se"], atol=1e-9)
    np.testing.assert_allclose(move.shares[weights.index], 1.0 - np.diag(fit.params["R"]), atol=1e-12)
    assert (move.estimate.loglik, move.estimate.aicc) == pytest.approx((fit.loglik, fit.aicc), abs=1e-7)
    assert (fit.n_iter, fit.converged) == (move.estimate.n_iter, move.estimate.converged)
    np.testing.assert_allclose(
        fit.states[[f"X{k + 1}" for k in range(len(move.estimate.noise))]], move.estimate.factors
    )


def test_own_data_have_no_truth_and_their_weights():
    world = simulate_factor_model(T=60)
    y = world.y.set_axis(pd.period_range("2001-01", periods=60, freq="M")) + 5.0
    weights = pd.Series(np.arange(1.0, 9.0), y.columns)
    own = explore.dfm(y, weights, n_factors=1)
    assert set(own.controls) == {"missing", "n_factors", "factor_lags", "dropped", "dropped_too", "to_the_end"}
    np.testing.assert_allclose(own.result.headline, y @ weights / 36.0)
    assert own.result.common.mean() == pytest.approx(own.result.headline.mean(), abs=0.15)
    assert own.result.truth is None
    assert "synthetic" not in own.figure.axes[0].get_title(loc="left")
    assert f"{own.result.common.corr(own.result.headline):.3f}" in own.numbers.value
    own.set(dropped="the 2 most volatile")
    left = y[["item1", "item2", "item3", "item4", "item5", "item6"]]
    np.testing.assert_allclose(own.result.average, left @ weights[left.columns] / 21.0)


def test_bad_arguments_are_named():
    y = simulate_factor_model(T=30).y
    with pytest.raises(ValueError, match="weights: belong to a panel"):
        explore.dfm(weights=pd.Series([1.0]))
    with pytest.raises(ValueError, match="weights: periods or items differ"):
        explore.dfm(y, pd.Series(1.0, y.columns[::-1]))
    with pytest.raises(ValueError, match="y: at least 5 items"):
        explore.dfm(y.iloc[:, :4])


def test_five_items_are_enough_for_every_control():
    small = explore.dfm(simulate_factor_model(T=60).y.iloc[:, :5])
    for name in ("n_factors", "factor_lags", "missing"):
        small.set(**{name: small.controls[name].max})
        assert small.error.value == ""
    small.set(missing=0.2)
    for dropped in small.controls["dropped"].options:
        small.set(dropped=dropped)
        assert small.error.value == ""
        assert np.isnan(small.result.shares).sum() == (dropped != "nothing")


def test_a_large_panel_waits_for_the_mouse():
    y = simulate_factor_model(T=40, loadings=np.ones(24), sigma=np.ones(24)).y
    large = explore.dfm(y)
    assert not large.controls["missing"].continuous_update
    assert explore.dfm(y.iloc[:, :8]).controls["missing"].continuous_update
    assert not large.figure.axes[1].get_yticks().size
