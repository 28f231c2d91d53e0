"""The two regressions of GRRRR against dense algebra, the paper's summation form, and a direct minimiser."""

import numpy as np
import pytest
from scipy.optimize import minimize

from tvplab.ridge import TwoStepRidge
from tvplab.ridge_problem import Problem
from tvplab.tvp_factors import FactorProblem, Stacked
from tvplab.tvp_laws import AR, LAWS
from tvplab.tvp_loadings import Penalties, balance, elastic_net, identified, normalised, principal_loadings
from tvplab.tvp_primal import expanded_regressors

RNG = np.random.default_rng(7)
T, K, R, LAM0 = 30, 4, 2, 0.3
X = RNG.standard_normal((T, K))
Y = RNG.standard_normal((T, 2)).cumsum(axis=0)
OMEGA_E = RNG.uniform(0.5, 2.0, (T, 2))
LOADINGS = RNG.standard_normal((2 * K, R))
ONE = FactorProblem(X, Y[:, :1], OMEGA_E[:, :1], LAM0)
TWO = FactorProblem(X, Y, OMEGA_E, LAM0)


def dense_step_one(equations, lam):
    """Eq. 17 (A.1) as written: regressors Z(I ⊗ Λ), one column a factor and period, and a start for each equation."""
    Z = expanded_regressors(X).reshape(T, K, T)[:, :, 1:]  # x_{t,k} 1(s ≤ t), increments from the second period on
    rows, starts = [], []
    for m in equations:
        by_factor = np.einsum("tks,kj->tsj", Z, LOADINGS[m * K : (m + 1) * K])
        rows.append(by_factor.reshape(T, -1))
        starts.append(np.kron(np.eye(len(equations))[[list(equations).index(m)]], X))
    W = np.hstack([np.vstack(rows), np.vstack(starts)])
    y, weight = Y[:, list(equations)].T.ravel(), 1.0 / OMEGA_E[:, list(equations)].T.ravel()
    penalty = np.r_[np.full((T - 1) * R, lam), np.full(len(equations) * K, LAM0)]
    theta = np.linalg.solve((W.T * weight) @ W + np.diag(penalty), (W.T * weight) @ y)
    return np.vstack([np.zeros(R), theta[: (T - 1) * R].reshape(T - 1, R)]), theta[(T - 1) * R :].reshape(-1, K)


@pytest.mark.parametrize(("problem", "equations"), [(ONE, (0,)), (TWO, (0, 1))])
def test_step_one_is_the_ridge_on_z_lambda(problem, equations):
    loadings = LOADINGS[: len(equations) * K]
    F, start = dense_step_one(equations, lam=3.0)
    np.testing.assert_allclose(problem.increments(loadings, 3.0), F, atol=1e-11)
    solver, y = problem.solver(loadings), problem.stacked[1]
    beta = solver.solve(y, 3.0).beta[:T, :, 0]
    paths = np.cumsum(F, axis=0) @ loadings.T + start.ravel()
    np.testing.assert_allclose(beta, paths, atol=1e-11)


@pytest.mark.parametrize("lam", [1e-3, 1.0, 1e4, 1e9])
def test_step_one_has_the_same_increments_by_bands_and_by_the_kernel(lam):
    X, y, omega_e, _ = ONE.stacked
    parts = X @ LOADINGS[:K], np.hstack([y, X]), omega_e, lam
    by_kernel = ONE._by_kernel(*parts)
    # both lose the digits that the condition of K/λ + Ω_ε takes, some 1e6 at λ = 1e-3
    np.testing.assert_allclose(ONE._by_bands(*parts), by_kernel, rtol=1e-7, atol=1e-9 * np.abs(by_kernel).max())


def test_fit_and_objective_are_those_of_the_dense_problem():
    F, start = dense_step_one((0, 1), lam=3.0)
    penalties = Penalties(3.0, 2.0, 0.5)
    paths = np.cumsum(F, axis=0)
    resid = np.column_stack(
        [Y[:, m] - np.sum(X * (start[m] + paths @ LOADINGS[m * K : (m + 1) * K].T), axis=1) for m in range(2)]
    )
    np.testing.assert_allclose(TWO.residuals(LOADINGS, F), resid, atol=1e-11)
    by_hand = np.sum(resid**2 / OMEGA_E) + LAM0 * np.sum(start**2) + 3.0 * np.sum(F**2)
    by_hand += 2.0 * (0.5 * np.abs(LOADINGS).sum() + 0.25 * np.sum(LOADINGS**2))
    assert TWO.objective(LOADINGS, F, penalties) == pytest.approx(by_hand, rel=1e-12)


def test_equations_without_loadings_in_common_do_not_see_each_other():
    apart = np.zeros((2 * K, 2))
    apart[:K, 0], apart[K:, 1] = LOADINGS[:K, 0], LOADINGS[K:, 1]
    joint = TWO.increments(apart, 2.0)
    np.testing.assert_allclose(joint[:, :1], ONE.increments(apart[:K, :1], 2.0), atol=1e-11)


@pytest.mark.parametrize("law", [LAWS["smooth"], LAWS["drift"], AR(0.8)], ids=str)
def test_other_laws_of_motion_reach_both_steps(law):
    """The dual with the path covariance CC' and the start's columns written out."""
    problem = FactorProblem(X, Y[:, :1], OMEGA_E[:, :1], LAM0, law)
    combined, columns = X @ LOADINGS[:K], np.hstack([X * b[:, None] for b in law.basis(T).T])
    kernel = (combined @ combined.T) * law.covariance(T) / 2.0 + columns @ columns.T / LAM0
    alpha = np.linalg.solve(kernel + np.diag(OMEGA_E[:, 0]), Y[:, 0])
    drift = law.covariance(T) @ (combined * alpha[:, None]) / 2.0
    np.testing.assert_allclose(law.accumulate(problem.increments(LOADINGS[:K], 2.0)), drift, atol=1e-9)


def test_r_equal_to_one_is_appendix_a3():
    """A.3 in sums: step 1 is a TVP regression on X̄_t = Σ_k l_k X_{k,t}, step 2 a lasso on f_t X_{k,t}, β_0 in both."""
    loadings, penalties = LOADINGS[:K, :1], Penalties(2.0, 1.5, 1.0)
    F = ONE.increments(loadings, penalties.lam)
    bar = np.array([sum(loadings[k, 0] * X[t, k] for k in range(K)) for t in range(T)])

    def first(theta):  # f_2..f_T and β_0, eq. (A.4) with weights and λ₀
        g = np.concatenate([[0.0], np.cumsum(theta[: T - 1])])
        rest = [Y[t, 0] - X[t] @ theta[T - 1 :] - bar[t] * g[t] for t in range(T)]
        fit = sum(rest[t] ** 2 / OMEGA_E[t, 0] for t in range(T))
        return fit + penalties.lam * np.sum(theta[: T - 1] ** 2) + LAM0 * np.sum(theta[T - 1 :] ** 2)

    best = minimize(first, np.zeros(T - 1 + K), method="BFGS", options={"gtol": 1e-7, "maxiter": 2000}).x
    np.testing.assert_allclose(F[1:, 0], best[: T - 1], atol=1e-5)  # BFGS stops at gradients of 1e-7 or so

    g = np.cumsum(F[:, 0])

    def second(split):  # l = l⁺ − l⁻ makes ‖l‖₁ smooth; β_0 last
        l_k, beta_0 = split[:K] - split[K : 2 * K], split[2 * K :]
        rest = [Y[t, 0] - X[t] @ beta_0 - sum(l_k[k] * g[t] * X[t, k] for k in range(K)) for t in range(T)]
        fit = sum(rest[t] ** 2 / OMEGA_E[t, 0] for t in range(T))
        return fit + LAM0 * np.sum(beta_0**2) + penalties.xi * np.sum(split[: 2 * K])

    bounds = [(0, None)] * (2 * K) + [(None, None)] * K
    options = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 5000, "maxfun": 10**6}
    split = minimize(second, np.zeros(3 * K), method="L-BFGS-B", bounds=bounds, options=options).x
    ours = ONE.next_loadings(F, loadings, penalties)[:, 0]
    np.testing.assert_allclose(ours, split[:K] - split[K : 2 * K], atol=2e-4)  # L-BFGS-B differences numerically


@pytest.mark.parametrize("l1_ratio", [0.2, 0.5, 1.0])
def test_elastic_net_satisfies_its_optimality_conditions(l1_ratio):
    W, y = RNG.standard_normal((50, 8)), RNG.standard_normal(50)
    start = np.zeros(8)
    found = elastic_net(W, y, Penalties(1.0, 12.0, l1_ratio), start)
    gradient = -2.0 * W.T @ (y - W @ found) + 12.0 * (1.0 - l1_ratio) * found
    on = found != 0.0
    np.testing.assert_allclose(gradient[on], -12.0 * l1_ratio * np.sign(found[on]), atol=2e-3)
    assert np.all(np.abs(gradient[~on]) <= 12.0 * l1_ratio)
    assert not start.any()  # what it starts from is left alone


def test_no_penalty_to_speak_of_is_least_squares():
    W, y = RNG.standard_normal((50, 5)), RNG.standard_normal(50)
    found = elastic_net(W, y, Penalties(1.0, 1e-9, 0.5), np.zeros(5))
    np.testing.assert_allclose(found, np.linalg.lstsq(W, y, rcond=None)[0], atol=1e-3)


def test_balance_finds_the_best_scale_and_keeps_the_product():
    F = RNG.standard_normal((T, 3))
    loadings, penalties = RNG.standard_normal((K, 3)) * [1.0, 30.0, 0.0], Penalties(3.0, 2.0, 0.6)
    scaled, increments = balance(loadings, F, penalties)
    np.testing.assert_allclose(increments @ scaled.T, F @ loadings.T, atol=1e-12)
    assert scaled.shape == (K, 2)  # the third factor moves nothing

    def cost(c):
        return penalties.lam * np.sum((increments / c) ** 2) + penalties.of_loadings(scaled * c)

    assert all(cost(1.0) <= cost(c) for c in (0.9, 0.99, 1.01, 1.1))


def test_identification_keeps_the_product_and_the_zero_rows():
    loadings, F = LOADINGS[:K].copy(), RNG.standard_normal((T, R))
    loadings[1] = 0.0
    turned, G = identified(loadings, F)
    np.testing.assert_allclose(G @ turned.T, F @ loadings.T, atol=1e-12)
    np.testing.assert_allclose(G.T @ G / T, np.eye(R), atol=1e-12)
    cross = turned.T @ turned
    assert cross[0, 0] > cross[1, 1]
    assert abs(cross[0, 1]) < 1e-12 * cross[0, 0]
    assert np.all(turned[1] == 0.0)
    assert np.all(turned[np.argmax(np.abs(turned), axis=0), [0, 1]] > 0)


@pytest.mark.parametrize("xi", [0.1, 2.0, 8.0])
@pytest.mark.parametrize(("problem", "rows"), [(ONE, K), (TWO, 2 * K)], ids=["one", "two"])
def test_the_objective_never_rises(problem, rows, xi):
    drift, path, settled = problem.alternate(LOADINGS[:rows], Penalties(2.0, xi, 0.5), 1e-7, 300)
    assert np.all(np.diff(path) <= 1e-9 * path[0])
    assert drift.objective == path[-1] < path[0]
    assert settled or xi < 1.0  # hardly penalised loadings creep along a ridge of the objective


def test_where_it_settles_neither_step_moves():
    penalties = Penalties(2.0, 1.0, 0.5)
    drift, _, _ = ONE.alternate(LOADINGS[:K], penalties, 1e-13, 3000)
    again = ONE.next_loadings(ONE.increments(drift.loadings, 2.0), drift.loadings, penalties)
    np.testing.assert_allclose(again, drift.loadings, atol=1e-3 * np.abs(drift.loadings).max())


def test_full_rank_loadings_are_the_second_step_of_2srr():
    rng = np.random.default_rng(3)
    X60 = rng.standard_normal((60, 3))
    y = np.sum(X60 * np.cumsum(0.2 * rng.standard_normal((60, 3)), axis=0), axis=1) + rng.standard_normal(60)
    model = TwoStepRidge(volatility="ewma", lam=20.0)
    fit = model.fit(y, X60)
    problem = Problem.of(y, X60, model)
    omega_e = (fit.sigma2 / fit.sigma2.mean()).to_numpy()[:, None]
    factors = FactorProblem(problem.X, problem.Y, omega_e, problem.lam0)
    omega_u = (fit.sigma_u2 * problem.sd_x**2).to_numpy()
    loadings = np.diag(np.sqrt(omega_u / omega_u.mean()))
    beta = factors.solver(loadings).solve(problem.Y, 20.0).beta[:, :, 0]
    np.testing.assert_allclose(beta * problem.sd_y[0] / problem.sd_x, fit.beta, atol=1e-10)
    drift = factors.law.accumulate(factors.increments(loadings, 20.0)) @ loadings.T
    np.testing.assert_allclose(drift, beta - beta[0], atol=1e-10)


def test_principal_loadings_take_what_the_share_needs():
    rng = np.random.default_rng(4)
    U = rng.standard_normal((50, 2)) @ rng.standard_normal((2, 6)) + 1e-6 * rng.standard_normal((50, 6))
    assert principal_loadings(U, None, 5, 0.999).shape == (6, 2)
    assert principal_loadings(U, None, 1, 0.999).shape == (6, 1)
    four = principal_loadings(U, 4, 1, 0.5)
    assert four.shape == (6, 4)
    assert np.mean(np.sum(four**2, axis=1)) == pytest.approx(1.0)
    np.testing.assert_allclose(four @ four.T, U.T @ U * np.trace(four @ four.T) / np.trace(U.T @ U), atol=1e-5)
    assert not normalised(np.zeros((3, 1))).any()


def test_stacked_law_adds_equations_up():
    law, B = Stacked(LAWS["random walk"], 3), RNG.standard_normal((3 * T, 2))
    np.testing.assert_allclose(law.apply(B), law.covariance(3 * T) @ B, atol=1e-11)
    np.testing.assert_array_equal(law.variances(3 * T), np.diagonal(law.covariance(3 * T)))
    assert law.basis(3 * T).shape == (3 * T, 1)
