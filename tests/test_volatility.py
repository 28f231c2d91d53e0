"""GARCH through arch, the EWMA fallback, and smoothed covariances (eq. 10)."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import OptimizeResult

from tvplab import garch_fit, volatility
from tvplab.convergence import ConvergenceWarning
from tvplab.dgp import simulate_tvp_regression
from tvplab.ridge import TVPRidge, TwoStepRidge
from tvplab.tvp_kernel import DualSolver
from tvplab.volatility import evolving_covariance, ewma_variance, garch_variance, smooth_paths

RNG = np.random.default_rng(0)


def garch_sample(T=1500, omega=0.05, alpha=0.1, beta=0.85):
    rng, variance, e = np.random.default_rng(3), np.ones(T), np.zeros(T)
    e[0] = rng.standard_normal()
    for t in range(1, T):
        variance[t] = omega + alpha * e[t - 1] ** 2 + beta * variance[t - 1]
        e[t] = np.sqrt(variance[t]) * rng.standard_normal()
    return e, variance


def test_garch_finds_the_variance_it_was_drawn_from():
    e, truth = garch_sample()
    estimate = garch_variance(e)
    assert np.corrcoef(np.log(estimate[100:]), np.log(truth[100:]))[0, 1] > 0.95
    assert np.mean(estimate) == pytest.approx(np.mean(e**2), rel=0.1)


def test_garch_does_not_depend_on_the_unit():
    e, _ = garch_sample(300)
    np.testing.assert_allclose(garch_variance(1024.0 * e), 1024.0**2 * garch_variance(e), rtol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_garch_is_archs_own_fit(seed):
    from arch import arch_model

    e, _ = garch_sample(250) if seed == 0 else (np.random.default_rng(seed).standard_t(4, 250), None)
    e = e / np.std(e)
    process = arch_model(e, mean="Zero", vol="GARCH", p=1, q=1, rescale=False)
    starts = garch_fit.starts(e)
    assert any(np.array_equal(one, process.volatility.starting_values(e)) for one in starts)
    theirs = process.fit(disp="off", show_warning=False).conditional_volatility ** 2
    # arch takes differences of the constraints too, which moves the optimiser's last digits
    np.testing.assert_allclose(garch_variance(e), theirs, rtol=1e-4)


@pytest.mark.parametrize("params", [(0.1, 0.1, 0.8), (0.5, 0.0, 0.3), (0.02, 0.3, 0.7)])
def test_the_slope_of_garch_is_the_limit_of_differences(params):
    from arch.univariate import GARCH

    e, _ = garch_sample(250)
    process, squares = GARCH(p=1, q=1), e**2
    backcast, limits = process.backcast(e), process.variance_bounds(e)

    def variance(at):
        return process.compute_variance(np.asarray(at), e, np.empty_like(e), backcast, limits)

    def cost(at):
        return 0.5 * np.sum(np.log(variance(at)) + squares / variance(at))

    steps = 1e-5 * np.eye(3)
    central = [(cost(params + step) - cost(params - step)) / 2e-5 for step in steps]
    value, slope = garch_fit.cost_and_slope(np.array(params), squares, variance(params), backcast)
    assert value == pytest.approx(cost(params) + 0.5 * len(e) * np.log(2.0 * np.pi), rel=1e-13)
    np.testing.assert_allclose(slope, central, rtol=1e-5, atol=1e-4)  # differences: their error is of order step²


def test_garch_has_archs_likelihood_or_a_better_one_and_does_not_hang_on_last_digits():
    from arch import arch_model

    for seed in range(12):
        e = np.random.default_rng(seed).standard_normal(120)
        e /= np.std(e)
        theirs = arch_model(e, mean="Zero", vol="GARCH", p=1, q=1, rescale=False).fit(disp="off", show_warning=False)
        ours, nudged = garch_variance(e), garch_variance(e * (1.0 + 1e-12 * np.cos(np.arange(120))))
        loglik = -0.5 * np.sum(np.log(2.0 * np.pi * ours) + e**2 / ours)
        assert loglik > theirs.loglikelihood - 1e-5
        np.testing.assert_allclose(nudged, ours, rtol=1e-4)


@pytest.mark.parametrize("failure", [ArithmeticError("flag 9"), ValueError("no"), KeyError("odd")])
def test_a_failing_garch_warns_and_falls_back(monkeypatch, failure):
    def fail(resid):
        raise failure

    monkeypatch.setattr(garch_fit, "fit_garch", fail)
    e = RNG.standard_normal(80)
    with pytest.warns(ConvergenceWarning, match="used EWMA instead"):
        np.testing.assert_array_equal(garch_variance(e), ewma_variance(e))
    world = simulate_tvp_regression(T=80)
    with pytest.warns(ConvergenceWarning):
        fit = TwoStepRidge().fit(world.y, world.X)
    assert np.all(np.isfinite(fit.beta))


@pytest.mark.parametrize("bad", [np.nan, 0.0, -1.0])
def test_variances_that_are_not_finite_and_positive_fall_back(monkeypatch, bad):
    monkeypatch.setattr(garch_fit, "fit_garch", lambda resid: np.full(len(resid), bad))
    with pytest.warns(ConvergenceWarning, match="not finite and positive"):
        assert np.all(garch_variance(RNG.standard_normal(50)) > 0)


@pytest.mark.parametrize("seed", range(4))
def test_garch_is_the_optimum_of_the_arch_library(seed):
    import arch

    e, _ = garch_sample(250)
    e = e[seed * 40 :] / e[seed * 40 :].std()
    theirs = arch.arch_model(e, mean="Zero", vol="GARCH", p=1, q=1, rescale=False).fit(disp="off")
    ours = garch_variance(e)
    loglik = -0.5 * np.sum(np.log(2.0 * np.pi * ours) + e**2 / ours)
    assert loglik == pytest.approx(theirs.loglikelihood, abs=1e-4)
    np.testing.assert_allclose(ours, theirs.conditional_volatility**2, rtol=1e-3)  # where its optimiser stops


def test_an_optimiser_that_stops_early_falls_back_and_the_results_say_so(monkeypatch):
    values = itertools.count()

    def falling(*args, **options):
        x, jac = np.array([-2.0, 0.1, 0.8]), np.ones(3)
        return OptimizeResult(x=x, jac=jac, fun=-float(next(values)), success=True)

    monkeypatch.setattr(garch_fit, "minimize", falling)
    world = simulate_tvp_regression(T=80)
    with pytest.warns(ConvergenceWarning, match="had not settled after 10 runs"):
        fit = TwoStepRidge().fit(world.y, world.X)
    assert not fit.converged
    assert not fit.at(5.0).converged
    assert TwoStepRidge(volatility="ewma").fit(world.y, world.X).converged


def test_garch_takes_no_mean_out():
    """Residuals of a ridge need not average zero exactly; a mean model would change the variances."""
    e = 0.5 + garch_sample(400)[0]
    assert np.mean(garch_variance(e)) > 1.1 * np.mean(garch_variance(e - e.mean()))


def test_residuals_of_zero_have_constant_variance():
    assert np.ptp(garch_variance(np.zeros(20))) == 0.0


@pytest.mark.parametrize("T", [3, 5, 10])
def test_two_steps_survive_tiny_samples(T):
    rng = np.random.default_rng(T)
    with np.errstate(all="ignore"):
        fit = TwoStepRidge(cv=3).fit(rng.standard_normal(T), rng.standard_normal((T, 2)))
    assert np.all(np.isfinite(fit.beta))


def test_ewma_is_its_recursion():
    e = np.array([1.0, -2.0, 0.5])
    start = np.mean(e**2)
    second = 0.9 * start + 0.1 * 1.0
    np.testing.assert_allclose(ewma_variance(e, 0.9), [start, second, 0.9 * second + 0.1 * 4.0])


def test_smoothing_inverts_the_difference_penalty():
    eta, phi, D = RNG.standard_normal((30, 3)), 7.0, np.diff(np.eye(30), axis=0)
    np.testing.assert_allclose(smooth_paths(eta, phi), np.linalg.solve(np.eye(30) + phi * D.T @ D, eta), atol=1e-12)


def test_smoothing_is_a_tvp_ridge_on_a_constant():
    """Eq. 10 is the ridge problem with X = 1, λ = φ and a free start."""
    eta = RNG.standard_normal((40, 2))
    local_level = DualSolver(np.ones((40, 1)), np.ones(1), np.ones(40), 0.0).solve(eta, 12.0).beta[:, 0]
    np.testing.assert_allclose(smooth_paths(eta, 12.0), local_level, atol=1e-10)


def test_evolving_covariance_finds_a_drifting_correlation():
    T = 600
    rho = 0.8 * np.cos(np.linspace(0, np.pi, T))
    z = np.random.default_rng(1).standard_normal((T, 2))
    resid = pd.DataFrame({"a": z[:, 0], "b": rho * z[:, 0] + np.sqrt(1 - rho**2) * z[:, 1]})
    path = evolving_covariance(resid)
    assert list(path) == list(resid.index)
    estimate = np.array([block.loc["a", "b"] for block in path.values()])
    assert np.mean(np.abs(estimate - rho)) < 0.5 * np.mean(np.abs(rho))
    assert min(np.linalg.eigvalsh(block)[0] for block in path.values()) > 0
    np.testing.assert_array_equal(path[0], path[0].T)


def test_evolving_covariance_limit_is_the_sample_moment():
    resid = RNG.standard_normal((50, 3))
    path = evolving_covariance(resid, phi=1e13)
    np.testing.assert_allclose(path[7], resid.T @ resid / 50, atol=1e-8)


def leave_one_out_error(eta, phi):
    """Mean squared error of the level when each period in turn is given a variance so large that it does not count."""
    T, errors = len(eta), []
    for t in range(T):
        variance = np.where(np.arange(T) == t, 1e12, 1.0)
        level = DualSolver(np.ones((T, 1)), np.ones(1), variance, 0.0).solve(eta, phi).beta[t, 0]
        errors.append(eta[t] - level)
    return np.mean(np.square(errors))


def test_phi_is_chosen_by_leave_one_out():
    eta = np.cumsum(np.random.default_rng(2).standard_normal((40, 2)), axis=0) + RNG.standard_normal((40, 2))
    phis = np.geomspace(0.01, 1e4, 13)
    by_hand = [leave_one_out_error(eta / eta.std(axis=0), phi) for phi in phis]
    assert 0 < np.argmin(by_hand) < 12
    assert volatility._choose_phi(eta, phis) == phis[np.argmin(by_hand)]


def test_system_residuals_feed_evolving_covariance():
    world = simulate_tvp_regression(T=60)
    system = TVPRidge().fit(pd.DataFrame({"a": world.y, "b": -world.y + world.X["x1"]}), world.X)
    path = evolving_covariance(system.resid)
    assert list(path[1].columns) == ["a", "b"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"phi": -1.0}, "phi: must be finite and > 0"),
        ({"phi": "best"}, "phi: must be one of"),
        ({"phis": [1.0, -1.0]}, "phis: must be finite and > 0"),
        ({"phis": []}, "phis: is empty"),
    ],
)
def test_evolving_covariance_rejects_bad_phi(options, message):
    with pytest.raises(ValueError, match=message):
        evolving_covariance(RNG.standard_normal((20, 2)), **options)
