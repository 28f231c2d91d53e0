"""`DynamicSparseFactors`: Table 2's design, warm starts, gaps, intercepts, labels, and the door."""

import numpy as np
import pandas as pd
import pytest

from tvplab import DynamicSparseFactors
from tvplab.convergence import ConvergenceWarning
from tvplab.dgp import simulate_sparse_factors
from tvplab.dss_em import as_paths
from tvplab.dss_prior import inclusion
from tvplab.factor_matching import matched, n_active, rmse_path, widened

SMALL = {"T": 120, "n_series": 30, "training": 0}


@pytest.fixture(scope="module")
def world():
    return simulate_sparse_factors(**SMALL, seed=1)


@pytest.fixture(scope="module")
def fitted(world):
    return DynamicSparseFactors(7).fit(world.y)


@pytest.mark.parametrize("seed", [1, 9])
def test_table_2_in_two_worlds(seed):
    world = simulate_sparse_factors(seed=seed)
    fit = DynamicSparseFactors(10).fit(world.y)
    assert fit.converged
    quarters = rmse_path(world.loadings, matched(world.loadings, fit.loadings)).reshape(4, 100).mean(axis=1)
    assert np.all(quarters < np.array([0.106, 0.103, 0.095, 0.107]) + 0.02)  # the prototype's, which the spec measured
    assert np.all(quarters < np.array([0.2912, 0.2117, 0.2777, 0.1949]))  # the paper's
    active = fit.n_active.to_numpy().reshape(4, 100).mean(axis=1)
    np.testing.assert_allclose(active, [5.0, 4.0, 3.0, 4.0], atol=0.1)
    assert np.all(fit.n_active.loc[104:190] == 4)  # three periods after its death factor 3 is gone


def test_factors_variances_and_scale_are_found(world, fitted):
    assert fitted.sigma2.to_numpy().mean() == pytest.approx(1.0, abs=0.15)
    assert fitted.common.corrwith(world.common).median() > 0.9
    loaded = (world.loadings != 0.0) & (matched(world.loadings, widened(fitted.loadings, 10)) != 0.0)
    ratio = matched(world.loadings, widened(fitted.loadings, 10))[loaded].mean() / world.loadings[loaded].mean()
    assert ratio == pytest.approx(1.0, abs=0.1)  # a factor's variance over 120 periods has a standard error of .13
    assert 0.0 <= fitted.persistence < 0.3


def test_results_are_labelled_and_hold_together(world, fitted):
    T, N = world.y.shape
    assert fitted.loadings.shape == fitted.inclusion.shape == (T, N, 7)
    assert list(fitted.factors.columns) == [f"F{k + 1}" for k in range(7)]
    for frame in (fitted.factors, fitted.factors_se, fitted.sigma2, fitted.common, fitted.fitted):
        pd.testing.assert_index_equal(frame.index, world.y.index)
    pd.testing.assert_frame_equal(fitted.fitted + fitted.resid, world.y)
    assert fitted.intercept is None
    one = fitted.loading("y3", "F2")
    np.testing.assert_array_equal(one, fitted.loadings[:, 2, 1])
    np.testing.assert_array_equal(fitted.loading("y3")["F2"], one)
    np.testing.assert_array_equal(fitted.loading(factor="F2")["y3"], one)
    np.testing.assert_array_equal(fitted.at(50), fitted.loadings[49])
    np.testing.assert_array_equal(fitted.n_active, n_active(fitted.loadings))
    np.testing.assert_array_equal(fitted.active.sum(axis=1), fitted.n_active)
    assert np.all(fitted.loadings.sum(axis=(0, 1)) >= 0.0)
    assert np.all(fitted.factors_se.to_numpy() <= 1.0 + 1e-9)
    weights = inclusion(as_paths(fitted.loadings, T), fitted.model.prior)
    np.testing.assert_allclose(np.moveaxis(weights, 2, 0)[2:], fitted.inclusion[1:], atol=1e-12)
    assert len(fitted.objective_path) == fitted.n_iter + 1
    for wrong in ({"series": "x"}, {"factor": "F9"}, {}):
        with pytest.raises(ValueError, match="series" if wrong != {"factor": "F9"} else "factor"):
            fitted.loading(**wrong)


def test_same_seed_same_numbers_and_a_warm_start_goes_on(world, fitted):
    again = DynamicSparseFactors(7).fit(world.y)
    np.testing.assert_array_equal(again.loadings, fitted.loadings)
    on = DynamicSparseFactors(7).fit(world.y, start=fitted)
    assert on.n_iter <= 12
    assert rmse_path(fitted.loadings, on.loadings).max() < 0.03
    from_truth = DynamicSparseFactors(10).fit(world.y, start=world.loadings)
    error = rmse_path(world.loadings, matched(world.loadings, from_truth.loadings)).mean()
    ours = rmse_path(world.loadings, matched(world.loadings, widened(fitted.loadings, 10))).mean()
    assert ours < error + 0.02


def test_rolling_anchors_are_a_start_too():
    world = simulate_sparse_factors(T=160, n_series=20, training=0, seed=1)
    fit = DynamicSparseFactors(5, start="anchors", n_starts=1).fit(world.y)
    error = rmse_path(world.loadings, matched(world.loadings, widened(fit.loadings, 10))).mean()
    zero = rmse_path(world.loadings, np.zeros_like(world.loadings)).mean()
    assert error < 0.6 * zero


def test_gaps_cost_little(world, fitted):
    holes = np.random.default_rng(3).random(world.y.shape) < 0.1
    fit = DynamicSparseFactors(7).fit(world.y.mask(holes))
    errors = [
        rmse_path(world.loadings, matched(world.loadings, widened(one.loadings, 10))).mean() for one in (fit, fitted)
    ]
    assert errors[0] < errors[1] + 0.05
    left = (fit.fitted - world.common).to_numpy()[holes]
    assert left.std() < 0.8 * world.common.to_numpy()[holes].std()
    assert fit.resid.isna().to_numpy().sum() == holes.sum()


def test_moving_intercepts_are_told_from_factors(world):
    rng = np.random.default_rng(2)
    level = rng.standard_normal(30) + np.cumsum(0.01 * rng.standard_normal(world.y.shape), axis=0)
    fit = DynamicSparseFactors(7, intercept=True).fit(world.y + level)
    assert (fit.intercept - level).to_numpy().std() < 0.3 * level.std()
    pd.testing.assert_frame_equal(fit.fitted, fit.common + fit.intercept)


def test_each_factor_may_have_its_persistence(world):
    held = DynamicSparseFactors(7, persistence=0.4).fit(world.y)
    assert held.persistence == 0.4
    each = DynamicSparseFactors(7, persistence="each").fit(world.y)
    assert list(each.persistence.index) == list(each.factors.columns)
    lag = each.factors.apply(pd.Series.autocorr).clip(0.0)
    live = each.active.all()
    np.testing.assert_allclose(each.persistence[live], lag[live], atol=0.1)


def test_without_lifetimes_a_dead_factor_trails(world):
    with_lives, without = (
        DynamicSparseFactors(7, lifetime=lifetime).fit(world.y, start=as_start(world)) for lifetime in (400.0, None)
    )
    late = slice(31, 50)  # factor 3 died after period 30
    assert with_lives.n_active.loc[late].mean() <= without.n_active.loc[late].mean()
    assert with_lives.n_active.loc[35:59].mean() == pytest.approx(4.0, abs=0.1)


def as_start(world):
    return world.loadings[:, :, :7].mean(axis=0)


@pytest.mark.parametrize("variant", ["paper", "paper, unrotated"])
def test_what_the_paper_prints_fails(world, variant):
    with pytest.warns(ConvergenceWarning, match="before it settled"):
        fit = DynamicSparseFactors(7, variant=variant, max_iter=12).fit(world.y)
    assert fit.model.prior.lam0 == 0.9
    assert fit.persistence == 0.95
    false = (np.abs(matched(world.loadings, widened(fit.loadings, 10))) > 0.1)[world.loadings == 0.0].mean()
    assert false > 0.05 or rmse_path(world.loadings, matched(world.loadings, widened(fit.loadings, 10))).mean() > 0.6
    assert fit.sigma2.to_numpy().min() < 0.02


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_factors": 0}, ValueError, "n_factors: a whole number"),
        ({"n_factors": 2.5}, ValueError, "n_factors: a whole number"),
        ({"n_factors": 31}, ValueError, "n_factors: must be at most 30"),
        ({"lam0": -1.0}, ValueError, "lam0: must be finite and > 0"),
        ({"lam1": "a"}, TypeError, "lam1: expected a number"),
        ({"lam1": 10.0}, ValueError, "lam1: must be below 10"),
        ({"phi1": 1.0}, ValueError, "phi1: must lie between 0 and 1"),
        ({"theta": 1.0}, ValueError, "theta: must lie between 0 and 1"),
        ({"discount": 1.2}, ValueError, "discount: must lie between 0 and 1"),
        ({"lifetime": 1.0}, ValueError, "lifetime: must be finite and > 1"),
        ({"start": "varimax"}, ValueError, "start: must be one of"),
        ({"variant": "2019"}, ValueError, "variant: must be one of"),
        ({"intercept": "yes"}, ValueError, "intercept: must be one of"),
        ({"intercept": True, "variant": "paper"}, ValueError, "intercept: only the recommended"),
        ({"persistence": 1.0}, ValueError, "persistence: must be at least 0 and below 1"),
        ({"persistence": "all"}, ValueError, "persistence: must be one of"),
        ({"tol": 0.0}, ValueError, "tol: must be finite and > 0"),
        ({"max_iter": 0}, ValueError, "max_iter: a whole number"),
    ],
)
def test_wrong_hyperparameters_are_named(world, options, error, message):
    with pytest.raises(error, match=message):
        DynamicSparseFactors(**{"n_factors": 5, **options}).fit(world.y)


def test_wrong_data_and_starts_are_named(world, fitted):
    model = DynamicSparseFactors(5)
    with pytest.raises(ValueError, match="Y: column 'y1' has no observation"):
        model.fit(world.y.assign(y1=np.nan))
    with pytest.raises(ValueError, match="Y: column 'y2' is constant"):
        model.fit(world.y.assign(y2=1.0))
    for wrong in (fitted, np.zeros((30, 7)), np.full((30, 5), np.nan)):
        with pytest.raises(ValueError, match="start: "):
            model.fit(world.y, start=wrong)


def test_a_fit_that_is_cut_short_says_so(world):
    with pytest.warns(ConvergenceWarning, match="stopped at 2 iterations"):
        fit = DynamicSparseFactors(7, max_iter=2).fit(world.y)
    assert not fit.converged
    assert fit.n_iter == 2
