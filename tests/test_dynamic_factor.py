"""Anchors, units, bands and contributions of the dynamic factor model."""

import numpy as np
import pandas as pd
import pytest
from test_statespace import dense_posterior

from tvplab.dgp import simulate_factor_model
from tvplab.factors import anchors, principal_loadings, spread
from tvplab.marss import DynamicFactorModel
from tvplab.marss_em import Inputs, state_space, with_start
from tvplab.marss_score import log_likelihood, pack

WORLD = simulate_factor_model(T=100, seed=0)
Y = WORLD.y
RNG = np.random.default_rng(31)
TWO = pd.DataFrame(
    np.cumsum(RNG.standard_normal((100, 2)), axis=0) @ RNG.standard_normal((2, 6)) + RNG.standard_normal((100, 6)),
    columns=list("abcdef"),
)


def test_anchors_of_principal_loadings():
    loadings = principal_loadings(Y, 1)
    assert anchors(Y, 1) == [loadings[0].abs().idxmax()]
    assert spread(Y, anchors(Y, 1)) == 1.0
    assert spread(Y, ["item8"]) == pytest.approx(abs(loadings.loc["item8", 0]) / loadings[0].abs().max())
    complete = (Y - Y.mean()) / Y.std(ddof=0)
    _, s, right = np.linalg.svd(complete, full_matrices=False)
    np.testing.assert_allclose(np.abs(loadings[0]), np.abs(right[0]) * s[0] / 10.0, atol=1e-10)


@pytest.mark.parametrize("r", [1, 2])
def test_an_anchor_is_the_first_column_of_another_order(r):
    names = anchors(TWO, r)
    ordered = TWO[[*names, *TWO.columns.drop(names)]]
    by_order = DynamicFactorModel(r, 1, anchors="first").fit(ordered, tol=1e-5)
    for chosen in ("data", names):
        fit = DynamicFactorModel(r, 1, anchors=chosen).fit(TWO, tol=1e-5)
        assert list(fit.fitted.columns) == list(TWO.columns)
        np.testing.assert_array_equal(fit.params["Z"].loc[names].iloc[:, :r], np.eye(r))
        assert fit.loglik == pytest.approx(by_order.loglik, abs=1e-8)
        np.testing.assert_allclose(fit.states, by_order.states, atol=1e-8)
        np.testing.assert_allclose(fit.fitted, by_order.fitted[TWO.columns], atol=1e-8)


def test_auto_keeps_the_first_series_unless_it_hardly_responds():
    """item8 follows nothing; measured in its units EM needs many more turns."""
    model = DynamicFactorModel(1, 2)
    assert model.anchors_of(Y) == ["item1"]
    last_first = Y[Y.columns[::-1]]
    assert model.anchors_of(last_first) == anchors(Y, 1)
    good = model.fit(last_first, tol=1e-7)
    poor = DynamicFactorModel(1, 2, anchors="first").fit(last_first, tol=1e-7, max_iter=1000)
    assert good.n_iter < poor.n_iter / 5
    assert abs(good.states["X1"].corr(WORLD.factor)) > 0.9


def test_the_anchor_changes_the_model_through_the_first_states_variance_only():
    """Scaled into the other anchor's units, V0 by its loading squared, the parameters have the same likelihood."""
    fit = DynamicFactorModel(1, 2, anchors="first").fit(Y)
    own = {name: series.to_numpy() for name, series in fit.parameters.items()}
    loading = fit.params["Z"]["X1"].to_numpy()
    z = loading[6]
    own |= {"Z": np.delete(loading, 6) / z, "Q": own["Q"] * z**2}
    for variance, same in ((z**2, True), (1.0, False)):
        forms = DynamicFactorModel(1, 2, start_variance=variance).marss(8, [6])._forms(list(Y.columns))
        loglik = log_likelihood(pack(own), Y.to_numpy(), forms)
        assert (loglik == pytest.approx(fit.loglik, abs=1e-9)) == same


def test_standardised_fits_speak_in_the_datas_units():
    """Every table is that of the fit to standardised data, times sd, plus mean where it is a level."""
    y, options = 10.0 + 5.0 * Y.mask(RNG.random(Y.shape) < 0.1), {"anchors": ["item1"]}
    mean, sd = y.mean(), y.std()
    fit = DynamicFactorModel(1, 2, standardize=True, **options).fit(y)
    plain = DynamicFactorModel(1, 2, **options).fit((y - mean) / sd)
    assert fit.loglik == plain.loglik
    pd.testing.assert_frame_equal(fit.fitted, plain.fitted * sd + mean)
    pd.testing.assert_frame_equal(fit.common_component(), plain.common_component() * sd + mean)
    pd.testing.assert_frame_equal(fit.simulate(2), plain.simulate(2) * sd + mean)
    ours, theirs = fit.forecast(4), plain.forecast(4)
    pd.testing.assert_frame_equal(ours["lower"], theirs["lower"] * sd + mean)
    pd.testing.assert_frame_equal(ours["se"], theirs["se"] * sd)
    for kind in ("innovations", "smoothation"):
        ours, theirs = getattr(fit, kind)(), getattr(plain, kind)()
        pd.testing.assert_frame_equal(ours["resid"], theirs["resid"] * sd)
        pd.testing.assert_frame_equal(ours["standardized"], theirs["standardized"])
    pd.testing.assert_series_equal(fit.mean, mean)


def test_band_of_one_factor_by_hand():
    fit = DynamicFactorModel(1, 2, standardize=True).fit(Y)
    weights = pd.Series(np.arange(1.0, 9.0), Y.columns)
    band = fit.common_component(weights, level=0.9)
    slope = abs((weights * fit.sd * fit.params["Z"]["X1"]).sum())
    np.testing.assert_allclose(band["se"], slope * fit.states_se["X1"])
    np.testing.assert_allclose(band["upper"] - band["mean"], 1.6448536 * band["se"], rtol=1e-6)
    pd.testing.assert_series_equal(band["mean"], fit.common_component(weights), check_names=False)
    items = fit.common_component(level=0.9)
    np.testing.assert_allclose(
        items["se"]["item3"], abs(fit.params["Z"].loc["item3", "X1"]) * fit.sd["item3"] * fit.states_se["X1"]
    )


def test_band_of_two_factors_is_that_of_the_dense_posterior():
    y = TWO[:30].mask(RNG.random((30, 6)) < 0.2)
    fit = DynamicFactorModel(2, 1).fit(y, tol=1e-6)
    weights = pd.DataFrame(RNG.random(y.shape), y.index, y.columns)
    M, inputs = fit._matrices(), Inputs.of(len(y))
    cov = dense_posterior(with_start(y.to_numpy(), M, inputs), state_space(M, inputs))[1]
    g = weights.to_numpy() @ M["Z"]
    by_hand = [g[t] @ cov[2 * t + 2 : 2 * t + 4, 2 * t + 2 : 2 * t + 4] @ g[t] for t in range(30)]
    np.testing.assert_allclose(fit.common_component(weights, level=0.5)["se"] ** 2, by_hand, rtol=1e-8)


def test_contributions_add_up():
    y = Y.mask(RNG.random(Y.shape) < 0.2)
    fit = DynamicFactorModel(1, 2, standardize=True).fit(y)
    weights = pd.Series(1.0 / 8.0, Y.columns)
    common, own = fit.contributions(weights), fit.contributions(weights, own=True)
    np.testing.assert_allclose(common.sum(axis=1), fit.common_component(weights))
    pd.testing.assert_frame_equal(own.isna(), y.isna())
    np.testing.assert_allclose((common + own).sum(axis=1), (y / 8.0 + 0.0 * own).sum(axis=1))


def test_bootstrap_of_a_standardised_fit_keeps_its_anchor():
    fit = DynamicFactorModel(1, 1, standardize=True, anchors="data").fit(10.0 + 3.0 * Y, tol=1e-6)
    draws = fit.bootstrap(draws=8, seed=1, tol=1e-6)
    assert len(draws.columns) == 7 + 8 + 1 + 1
    loading = fit.parameters["Z"]
    assert np.all((draws[[f"Z.{name}" for name in loading.index]].median() - loading.to_numpy()).abs() < 0.25)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"anchors": ["item1", "item2"]}, ValueError, "anchors: 'first', 'data', 'auto' or 1 of the series"),
        ({"anchors": "best"}, ValueError, "anchors: 'first', 'data', 'auto' or 1 of the series, got 'best'"),
        ({"start_variance": 0.0}, ValueError, "start_variance: must be finite and > 0"),
        ({"start_variance": "I"}, TypeError, "start_variance: expected a number"),
    ],
)
def test_what_is_wrong_is_named(options, error, message):
    with pytest.raises(error, match=message):
        DynamicFactorModel(1, 2, **options).fit(Y)


def test_a_band_needs_a_level_between_0_and_1():
    fit = DynamicFactorModel(1, 1).fit(Y, tol=1e-4)
    with pytest.raises(ValueError, match="level: must lie between 0 and 1"):
        fit.common_component(pd.Series(1.0, Y.columns), level=90)
    with pytest.raises(ValueError, match="weights: the series differ"):
        fit.contributions(pd.Series(1.0, Y.columns[::-1]))
