"""Which coefficients move, by likelihood: the density, its slopes, the search, and what it finds in known worlds."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal

from tvplab.dgp import simulate_design, simulate_tvp_regression
from tvplab.ridge import TVPRidge
from tvplab.sparse_tvp import GroupLassoRidge
from tvplab.tvp_kernel import DualSolver, hadamard_kernel
from tvplab.tvp_laws import AR, RandomWalk, SmoothTrend
from tvplab.tvp_selection import (
    boundary_point,
    boundary_scores,
    deviance,
    flipped,
    profiled,
    select_moving,
)

COST = boundary_point(0.05)
QUIET = {"select": "likelihood", "volatility": "constant"}


def small(seed, law=RandomWalk(), T=40, K=3, lam0=0.3):  # noqa: B008  (laws are frozen)
    """A solver and y (T,) in which the first coefficient moves."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((T, K))
    y = X[:, 0] * np.cumsum(0.25 * rng.standard_normal(T)) + X @ rng.standard_normal(K) + 0.5 * rng.standard_normal(T)
    return DualSolver(X, np.ones(K), rng.uniform(0.5, 2.0, T), lam0, law), y


def covariance(solver, moving, lam):
    """Ω_ε + K_S/λ + starts' (T, T), dense."""
    starts = np.hstack([solver.X * b[:, None] for b in solver.law.basis(len(solver.X)).T])
    drift = hadamard_kernel(solver.X, moving.astype(float), solver.law) / lam
    return np.diag(solver.omega_e) + drift + starts @ starts.T / solver.lam0


@pytest.mark.parametrize("law", [RandomWalk(), SmoothTrend(), AR(0.8)], ids=repr)
def test_the_likelihood_is_the_dense_gaussian_density(law):
    solver, y = small(0, law)
    moving, lam = np.array([True, False, True]), 7.0
    S = covariance(solver, moving, lam)
    sigma2 = y @ np.linalg.solve(S, y) / len(y)
    density = multivariate_normal(np.zeros(len(y)), sigma2 * S).logpdf(y)
    by_kernel = deviance(solver, y, solver.whitened_kernel(moving.astype(float)), lam)
    assert by_kernel == pytest.approx(-2.0 * density, rel=1e-9)


def test_with_a_free_start_it_is_the_density_of_what_regression_leaves():
    """λ₀ = 0: the likelihood of N'y, N a basis of what X does not span, up to a constant free of S and λ."""
    solver, y = small(1, lam0=0.0)
    N = np.linalg.svd(solver.X)[0][:, 3:]
    differences = []
    for moving, lam in ((np.array([True, False, False]), 3.0), (np.array([True, True, False]), 40.0)):
        S = N.T @ (np.diag(solver.omega_e) + hadamard_kernel(solver.X, moving.astype(float)) / lam) @ N
        n = N.shape[1]
        sigma2 = y @ N @ np.linalg.solve(S, N.T @ y) / n
        dense = -2.0 * multivariate_normal(np.zeros(n), sigma2 * S).logpdf(N.T @ y)
        differences.append(deviance(solver, y, solver.whitened_kernel(moving.astype(float)), lam) - dense)
    assert differences[0] == pytest.approx(differences[1], abs=1e-8)


def test_scores_are_slopes_of_the_dense_likelihood():
    solver, y = small(2)
    moving, lam, step = np.array([True, False, False]), 5.0, 1e-4
    S = covariance(solver, moving, lam)
    A = np.linalg.inv(S)
    scores = boundary_scores(solver, y, A)

    def dense(omega):
        V = covariance(solver, omega, lam)
        return np.linalg.slogdet(V)[1] + len(y) * np.log(y @ np.linalg.solve(V, y))

    for k in range(3):
        unit = lam * step * np.eye(3)[k]  # variance counted in units of σ², not of σ²/λ
        slope = -(dense(moving + unit) - dense(moving - unit)) / (2 * step)
        B = A @ hadamard_kernel(solver.X, np.eye(3)[k])
        information = 2.0 * (np.trace(B @ B) - np.trace(B) ** 2 / len(y))
        assert scores[k] == pytest.approx(slope / np.sqrt(information), rel=1e-4, abs=1e-4)


def test_the_profile_is_the_minimum_over_lambda():
    solver, y = small(3)
    moving = np.array([True, True, False])
    kernel = solver.whitened_kernel(moving.astype(float))
    fine = min(deviance(solver, y, kernel, lam) for lam in np.logspace(-4, 7, 400))
    from_far = profiled(solver, y, moving, 2e3)
    for found in (profiled(solver, y, moving), from_far):
        assert found.deviance == pytest.approx(fine, abs=0.02)  # a parabola over a decade; the cost is 2.71
        assert found.deviance == pytest.approx(deviance(solver, y, kernel, found.lam), abs=1e-9)


def test_nothing_that_moves_is_the_limit_of_a_large_penalty():
    solver, y = small(4)
    nothing = profiled(solver, y, np.zeros(3, dtype=bool))
    kernel = solver.whitened_kernel(np.ones(3))
    assert deviance(solver, y, kernel, 1e12) == pytest.approx(nothing.deviance, abs=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_the_search_finds_the_best_of_all_subsets(seed):
    solver, y = small(seed)
    found, steps = select_moving(solver, y, COST)
    every = [profiled(solver, y, np.array(one)) for one in product([False, True], repeat=3)]
    best = min(every, key=lambda one: one.deviance + COST * one.moving.sum())
    np.testing.assert_array_equal(found.moving, best.moving)
    assert found.deviance == pytest.approx(best.deviance, abs=0.02)
    assert all(step.ratio > COST if step.moves else step.ratio < COST for step in steps)
    for k in range(3):  # no single change helps
        other = profiled(solver, y, flipped(found, k))
        assert other.deviance + COST * other.moving.sum() >= found.deviance + COST * found.moving.sum() - 0.02


def test_the_fit_is_a_ridge_with_equal_drift_variances_of_those_that_move():
    world = simulate_tvp_regression(T=130, shapes=("cosine", "constant", "constant"), noise=0.5, seed=3)
    fit = GroupLassoRidge(**QUIET).fit(world.y, world.X)
    assert fit.constant == ["const", "x2", "x3"]
    plain = TVPRidge(sigma_u2=[1e-9, 4.0, 1e-9, 1e-9]).fit(world.y, world.X)
    assert fit.lam == plain.lam
    np.testing.assert_allclose(fit.beta, plain.beta, atol=1e-6)
    assert np.ptp(fit.beta[fit.constant].to_numpy(), axis=0).max() == 0.0
    assert fit.steps.iloc[0].coefficient == "x1"
    assert fit.steps.iloc[-1].moving == 1
    assert fit.n_iter == len(fit.steps)
    assert fit.at(3.0).constant == fit.constant
    lasso = GroupLassoRidge(alpha=0.3, volatility="constant").fit(world.y, world.X)
    np.testing.assert_allclose(fit.sparser(0.3).beta, lasso.beta, atol=1e-10)


def test_y_in_other_units_and_targets_together_find_the_same():
    world = simulate_tvp_regression(T=90, shapes=("break", "constant"), noise=0.4, seed=1)
    Y = pd.DataFrame({"a": world.y, "b": 100.0 * world.y})
    system = GroupLassoRidge(**QUIET).fit(Y, world.X)
    assert system["a"].constant == system["b"].constant == ["const", "x2"]
    np.testing.assert_allclose(system["b"].beta, 100.0 * system["a"].beta, rtol=1e-8, atol=1e-8)


@pytest.mark.slow
def test_finds_all_constants_of_the_papers_sparse_world():
    """S1, K*/K = .2, low noise: all constant coefficients named in at least 9 of 10 worlds, the moving ones left."""
    all_found, frozen = [], []
    for seed in range(1000, 1010):
        world = simulate_design("S1", T=300, K=6, share=0.2, noise="low", seed=seed)
        constant = GroupLassoRidge(**QUIET).fit(world.y, world.X).constant
        truly = set(world.beta.columns[np.ptp(world.beta.to_numpy(), axis=0) < 1e-12])
        all_found.append(truly <= set(constant))
        frozen.append(len(set(constant) - truly) / (7 - len(truly)))
    assert np.mean(all_found) >= 0.9
    assert np.mean(frozen) <= 0.1


def test_where_nothing_moves_little_is_said_to_move():
    """40 worlds of 3 constant coefficients: level .05 on a boundary, so 5 % of 120 ± 2 standard errors of 2.0 %."""
    wrong = []
    for seed in range(40):
        rng = np.random.default_rng(1000 + seed)
        X = np.column_stack([np.ones(80), rng.standard_normal((80, 2))])
        y = X @ [0.5, 1.0, -1.0] + rng.standard_normal(80)
        solver = DualSolver(X, np.ones(3), np.ones(80), 0.1)
        wrong.append(select_moving(solver, y, COST)[0].moving.mean())
    assert np.mean(wrong) <= 0.09


def test_the_boundary_point():
    assert boundary_point(0.05) == pytest.approx(2.7055, abs=1e-4)  # the 10 % point of χ²₁ (Harvey, 1989)


@pytest.mark.parametrize(("options", "message"), [({"select": "best"}, "select"), ({"level": 0.5}, "level: must lie")])
def test_bad_options_are_refused(options, message):
    world = simulate_tvp_regression(T=30)
    with pytest.raises(ValueError, match=message):
        GroupLassoRidge(**options).fit(world.y, world.X)
