"""Primal = dual = banded = Kalman smoother, and the identities that make them fast."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tvplab.crossval import BlockedFolds, RandomFolds
from tvplab.statespace import drifting_regression, kalman_filter, kalman_smoother
from tvplab.tvp_banded import BandedSolver, backward_sums, banded_is_cheaper, invert_lower
from tvplab.tvp_kernel import DualSolver, hadamard_kernel
from tvplab.tvp_laws import RandomWalk
from tvplab.tvp_primal import expanded_regressors, solve_primal, summation_matrix

SOLVERS = [DualSolver, BandedSolver]


@st.composite
def problems(draw, lam0s=(0.01, 0.1, 1.0), lams=(0.1, 1.0, 30.0, 1e4, 1e8)):
    """Random data, weights and penalties: (y, X, omega_u, omega_e, lam0, lam)."""
    T, K = draw(st.integers(5, 25)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    lam = draw(st.sampled_from(lams))
    weights = rng.uniform(0.2, 3.0, K), rng.uniform(0.2, 3.0, T)
    return rng.standard_normal((T, 1)), rng.standard_normal((T, K)), *weights, draw(st.sampled_from(lam0s)), lam


def drift_covariance(rng, K, rank):
    """A whole Ω_u (K, K) of the given rank; the last coefficient's row is zero when there are at least two."""
    loadings = rng.standard_normal((K, rank))
    loadings[max(K - 1, 1) :] = 0.0
    return loadings @ loadings.T


def posterior_precision(X, omega_u, omega_e, lam0, lam):
    """Dense KT×KT precision of β ordered by period, from its definition."""
    T, K = X.shape
    D = np.kron(np.diff(np.eye(T), axis=0), np.eye(K))
    P = D.T @ np.kron(np.eye(T - 1), np.diag(lam / omega_u)) @ D
    P[:K, :K] += lam0 * np.eye(K)
    for t in range(T):
        block = slice(t * K, (t + 1) * K)
        P[block, block] += np.outer(X[t], X[t]) / omega_e[t]
    return P


@settings(max_examples=60, deadline=None)
@given(problems())
def test_primal_dual_banded_and_kalman_agree(problem):
    y, X, omega_u, omega_e, lam0, lam = problem
    dual, banded = (Solver(X, omega_u, omega_e, lam0) for Solver in SOLVERS)
    beta = dual.solve(y, lam).beta[..., 0]
    scale = 1.0 + np.abs(beta).max()
    np.testing.assert_allclose(banded.solve(y, lam).beta[..., 0], beta, rtol=0, atol=1e-10 * scale)
    np.testing.assert_allclose(solve_primal(y[:, 0], X, lam, lam0, omega_u, omega_e), beta, rtol=0, atol=1e-8 * scale)
    Q = np.diag(omega_u / lam)
    model = drifting_regression(X, omega_e, Q, np.eye(X.shape[1]) / lam0)
    smoothed = kalman_smoother(kalman_filter(y, model), model)
    np.testing.assert_allclose(smoothed.mean, beta, rtol=0, atol=1e-8 * scale)
    variances = np.diagonal(smoothed.cov, axis1=1, axis2=2)
    np.testing.assert_allclose(dual.variances(lam), variances, rtol=0, atol=1e-8 * variances.max())
    np.testing.assert_allclose(banded.variances(lam), variances, rtol=0, atol=1e-8 * variances.max())


@settings(max_examples=40, deadline=None)
@given(problems(lam0s=(0.0, 0.1), lams=(0.1, 1.0, 30.0, 1e4)))
def test_variances_leverage_and_likelihood_against_dense_algebra(problem):
    """λ stays below 10⁵ here: the dense inverse that we compare with loses λ·KT digits of its own."""
    y, X, omega_u, omega_e, lam0, lam = problem
    T, K = X.shape
    covariance = np.linalg.inv(posterior_precision(X, omega_u, omega_e, lam0, lam))
    blocks = [covariance[t * K : (t + 1) * K, t * K : (t + 1) * K] for t in range(T)]
    variances = np.array([np.diag(block) for block in blocks])
    leverage = np.array([x @ block @ x for x, block in zip(X, blocks, strict=True)]) / omega_e
    for Solver in SOLVERS:
        solver = Solver(X, omega_u, omega_e, lam0)
        np.testing.assert_allclose(solver.variances(lam), variances, rtol=0, atol=1e-7 * variances.max())
        np.testing.assert_allclose(1.0 - solver.slack(lam), leverage, rtol=0, atol=1e-7)
        if lam0:
            marginal = hadamard_kernel(X, omega_u) / lam + X @ X.T / lam0 + np.diag(omega_e)
            solution = solver.solve(y, lam)
            assert solution.logdet == pytest.approx(np.linalg.slogdet(marginal)[1], abs=1e-7)
            assert solution.quad[0] == pytest.approx(y[:, 0] @ np.linalg.solve(marginal, y[:, 0]), rel=1e-7)
            assert solution.rank == T


@settings(max_examples=40, deadline=None)
@given(problems(lams=(0.1, 1.0, 30.0, 1e4)), st.integers(1, 3))
def test_correlated_drifts_against_the_joint_normal_distribution(problem, rank):
    """Ω_u = ΛΛ' whole, of any rank: mean, variances and likelihood from the dense covariance of (β, y)."""
    y, X, omega_u, omega_e, lam0, lam = problem
    T, K = X.shape
    omega_u = drift_covariance(np.random.default_rng(int(1e6 * omega_u[0])), K, rank)
    elapsed = np.arange(float(T))
    prior = np.kron(np.minimum.outer(elapsed, elapsed), omega_u / lam) + np.kron(np.ones((T, T)), np.eye(K) / lam0)
    W = np.zeros((T, T * K))
    for t in range(T):
        W[t, t * K : (t + 1) * K] = X[t]
    marginal = W @ prior @ W.T + np.diag(omega_e)
    gain = np.linalg.solve(marginal, W @ prior).T
    covariance = prior - gain @ W @ prior
    solver = DualSolver(X, omega_u, omega_e, lam0)
    solution, mean = solver.solve(y, lam), (gain @ y).reshape(T, K)
    np.testing.assert_allclose(solution.beta[..., 0], mean, rtol=0, atol=1e-9 * (1.0 + np.abs(mean).max()))
    np.testing.assert_allclose(solver.variances(lam), np.diag(covariance).reshape(T, K), rtol=0, atol=1e-9 / lam0)
    assert solution.logdet == pytest.approx(np.linalg.slogdet(marginal)[1], abs=1e-8)
    if K > 1:
        np.testing.assert_allclose(solution.beta[:, -1], solution.beta[:1, -1].repeat(T, axis=0), rtol=0, atol=1e-14)


def test_a_diagonal_matrix_of_drift_variances_is_their_vector():
    rng = np.random.default_rng(8)
    X, y, omega_u, omega_e = (
        rng.standard_normal((40, 3)),
        rng.standard_normal((40, 2)),
        np.array([0.3, 1, 2]),
        np.ones(40),
    )
    vector, matrix = (DualSolver(X, one, omega_e, 0.1) for one in (omega_u, np.diag(omega_u)))
    np.testing.assert_allclose(matrix.solve(y, 5.0).beta, vector.solve(y, 5.0).beta, rtol=0, atol=1e-12)
    np.testing.assert_allclose(matrix.variances(5.0), vector.variances(5.0), rtol=0, atol=1e-12)


def test_log_marginal_likelihood_is_the_kalman_filters():
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((60, 3)), rng.standard_normal((60, 1))
    omega_u, omega_e, lam0, lam, sigma2 = rng.uniform(0.5, 2, 3), rng.uniform(0.5, 2, 60), 0.2, 12.0, 1.7
    Q, P1 = sigma2 * np.diag(omega_u / lam), sigma2 * np.eye(3) / lam0
    filtered = kalman_filter(y, drifting_regression(X, sigma2 * omega_e, Q, P1))
    for Solver in SOLVERS:
        s = Solver(X, omega_u, omega_e, lam0).solve(y, lam)
        loglik = -0.5 * (s.rank * np.log(2 * np.pi * sigma2) + s.logdet + s.quad[0] / sigma2)
        assert loglik == pytest.approx(filtered.loglik, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(problems(lam0s=(0.1,)), st.sampled_from([RandomFolds(3, seed=4), BlockedFolds(4), "loo"]))
def test_held_out_errors_equal_brute_force_refitting(problem, cv):
    y, X, omega_u, omega_e, lam0, lam = problem
    T = len(y)
    folds = [np.array([t]) for t in range(T)] if cv == "loo" else cv.split(T)
    prior = hadamard_kernel(X, omega_u) / lam + X @ X.T / lam0
    refitted = np.empty_like(y)
    for F in folds:
        rest = np.setdiff1d(np.arange(T), F)
        weights = np.linalg.solve(prior[np.ix_(rest, rest)] + np.diag(omega_e[rest]), y[rest])
        refitted[F] = y[F] - prior[np.ix_(F, rest)] @ weights
    for Solver in SOLVERS:
        errors = Solver(X, omega_u, omega_e, lam0).held_out_errors(y, np.array([lam]), folds)[0]
        np.testing.assert_allclose(errors, refitted, rtol=0, atol=1e-9)


@pytest.mark.parametrize("Solver", SOLVERS)
def test_infinite_lambda_with_a_free_start_is_ols(Solver):
    rng = np.random.default_rng(2)
    X, y = rng.standard_normal((120, 5)), rng.standard_normal((120, 2))
    beta = Solver(X, np.ones(5), np.ones(120), 0.0).solve(y, 1e14).beta
    ols = np.linalg.lstsq(X, y, rcond=None)[0]
    np.testing.assert_allclose(beta, np.broadcast_to(ols, beta.shape), rtol=0, atol=1e-10)


@pytest.mark.parametrize("Solver", SOLVERS)
def test_the_two_routes_keep_their_digits_at_any_penalty(Solver):
    """A coefficient that is all but frozen, λ up to e²⁰ and beyond: the banded route must not lose the level."""
    rng = np.random.default_rng(3)
    X, y = rng.standard_normal((300, 4)), rng.standard_normal((300, 1))
    omega_u = np.array([1e-8, 1.0, 1.0, 1.0])
    for lam in (1.0, 1e4, np.exp(20), 1e12):
        ours = Solver(X, omega_u, np.ones(300), 0.1).solve(y, lam).beta
        other = DualSolver(X, omega_u, np.ones(300), 0.1).solve(y, lam).beta
        np.testing.assert_allclose(ours, other, rtol=0, atol=1e-10)


def test_dual_handles_more_regressors_than_periods():
    rng = np.random.default_rng(4)
    X, y = rng.standard_normal((12, 20)), rng.standard_normal((12, 1))
    dual = DualSolver(X, np.ones(20), np.ones(12), 0.1)
    np.testing.assert_allclose(dual.solve(y, 3.0).beta[..., 0], solve_primal(y[:, 0], X, 3.0), rtol=0, atol=1e-10)
    covariance = np.linalg.inv(posterior_precision(X, np.ones(20), np.ones(12), 0.1, 3.0))
    np.testing.assert_allclose(dual.variances(3.0), np.diag(covariance).reshape(12, 20), rtol=0, atol=1e-9)


def test_kernel_is_z_z_prime():
    X = np.random.default_rng(5).standard_normal((9, 3))
    Z = expanded_regressors(X).reshape(9, 3, 9)[:, :, 1:].reshape(9, -1)
    np.testing.assert_allclose(hadamard_kernel(X, np.ones(3)), Z @ Z.T, rtol=0, atol=1e-12)
    B = np.random.default_rng(6).standard_normal((9, 4))
    lag = np.arange(9.0)
    np.testing.assert_allclose(RandomWalk().apply(B), np.minimum.outer(lag, lag) @ B, rtol=0, atol=1e-12)


@pytest.mark.parametrize("lam0", [0.0, 1e-4, 0.1, 10.0])
def test_a_kernel_whitened_at_once_is_whitened_from_one_side_and_then_the_other(lam0):
    rng = np.random.default_rng(11)
    X, omega_e = rng.standard_normal((40, 3)), rng.uniform(0.5, 2.0, 40)
    omega_u = np.array([0.2, 1.0, 3.0])
    solver = DualSolver(X, omega_u, omega_e, lam0)
    kernel = hadamard_kernel(X, omega_u)
    by_sides, at_once = solver.start.whiten(solver.start.whiten(kernel).T), solver.whitened_kernel(omega_u)
    np.testing.assert_allclose(np.tril(at_once), np.tril(by_sides), rtol=1e-11, atol=1e-11 * np.abs(kernel).max())


def test_summation_matrix_is_the_papers_example():
    np.testing.assert_array_equal(summation_matrix(4), [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]])


def test_route_choice():
    assert banded_is_cheaper(10_000, 6, 25, 5)
    assert banded_is_cheaper(300, 6, 0, 0)
    assert not banded_is_cheaper(300, 6, 25, 5)
    assert not banded_is_cheaper(600, 100, 0, 0)


@pytest.mark.parametrize("n", [1, 2, 3, 16, 23])
def test_pieces_that_go_back_together_are_the_recursion_and_rows_the_inverse(n):
    rng = np.random.default_rng(n)
    F, G = rng.standard_normal((2, n, 3, 3))
    expected, later = np.zeros((n, 3, 3)), np.zeros((3, 3))
    for t in range(n - 1, -1, -1):
        later = F[t] + G[t] @ later @ G[t].T
        expected[t] = later
    np.testing.assert_allclose(backward_sums(F, G), expected, rtol=0, atol=1e-12 * np.abs(expected).max())
    L = np.tril(F) + 3.0 * np.eye(3)
    np.testing.assert_allclose(invert_lower(L), np.linalg.inv(L), atol=1e-12)
