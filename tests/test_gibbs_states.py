"""Draws of coefficient paths: their moments are exact, by dense algebra, and other software's draws are reproduced."""

from pathlib import Path

import numpy as np
import pytest
import statsmodels.tsa.statespace
from scipy.linalg import LinAlgError
from statsmodels import datasets

from tvplab.banded_gaussian import draw_banded, draw_tridiagonal
from tvplab.gibbs_drift import InverseGamma
from tvplab.gibbs_states import draw_paths, draw_paths_banded, n_variates, path_precision, prior_path
from tvplab.statespace import StateSpace
from tvplab.statespace_fast import filter_and_smooth

RESULTS = Path(statsmodels.tsa.statespace.__file__).parent / "tests" / "results"
T, K = 7, 3
RNG = np.random.default_rng(3)
FULL = np.cov(RNG.standard_normal((K, 9)))
START = np.cov(RNG.standard_normal((K, 9)))
CASES = {
    "diagonal": (1, np.array([0.1, 0.5, 0.02]), np.array([1.0, 2.0, 4.0])),
    "full": (1, FULL, START),
    "two observations": (2, FULL, np.array([1.0, 2.0, 4.0])),
}


def world(N, Q, start_var):
    shape = (T,) if N == 1 else (T, N)
    y, X = RNG.standard_normal(shape), RNG.standard_normal((*shape, K))
    return y, X, RNG.uniform(0.3, 2.0, shape), Q, RNG.standard_normal(K), start_var


def dense(Q):
    return np.diag(Q) if np.ndim(Q) == 1 else Q


def posterior(y, X, sigma2, Q, start_mean, start_var):
    """Mean and covariance of all T·K coefficients: joint normality, written out."""
    walk = np.kron(np.minimum.outer(np.arange(T), np.arange(T)), dense(Q))
    prior = np.kron(np.ones((T, T)), dense(start_var)) + walk
    rows = X.reshape(T, -1, K)
    N = rows.shape[1]
    Z = np.zeros((T * N, T * K))
    for t in range(T):
        Z[t * N : (t + 1) * N, t * K : (t + 1) * K] = rows[t]
    gain = prior @ Z.T @ np.linalg.inv(Z @ prior @ Z.T + np.diag(np.ravel(sigma2)))
    mean = np.tile(start_mean, T)
    return mean + gain @ (np.ravel(y) - Z @ mean), prior - gain @ Z @ prior


def moments(draw, size):
    """Mean and covariance of a draw that is affine in its standard normals: its value at zero, a column a variate."""
    at_zero = draw(np.zeros(size)).ravel()
    root = np.column_stack([draw(unit).ravel() - at_zero for unit in np.eye(size)])
    return at_zero, root @ root.T


@pytest.mark.parametrize("case", CASES)
def test_the_draws_moments_are_the_posteriors(case):
    N, Q, start_var = CASES[case]
    arguments = world(N, Q, start_var)
    mean, covariance = posterior(*arguments)
    for draw, size in ((draw_paths, n_variates(T, K, N)), (draw_paths_banded, T * K)):
        found = moments(lambda v, draw=draw: draw(*arguments, v), size)
        np.testing.assert_allclose(found[0], mean, atol=1e-9)
        np.testing.assert_allclose(found[1], covariance, atol=1e-9)


def test_banded_precision_is_the_inverse_of_the_posterior_covariance():
    arguments = world(*CASES["full"])
    band, linear = path_precision(*arguments)
    precision = np.zeros((T * K, T * K))
    for d in range(len(band)):
        values = band[d, : T * K - d]
        precision += np.diag(values, -d) + (np.diag(values, d) if d else 0.0)
    mean, covariance = posterior(*arguments)
    np.testing.assert_allclose(precision, np.linalg.inv(covariance), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(linear, precision @ mean, atol=1e-8)


def test_smoother_agrees_on_the_mean():
    y, X, sigma2, Q, start_mean, start_var = world(*CASES["full"])
    model = StateSpace(
        X[:, None, :], np.zeros(1), sigma2[:, None, None], np.eye(K), np.zeros(K), Q, start_mean, start_var
    )
    found = draw_paths(y, X, sigma2, Q, start_mean, start_var, np.zeros(n_variates(T, K)))
    np.testing.assert_allclose(found, filter_and_smooth(y[:, None], model).mean, atol=1e-9)


@pytest.mark.parametrize("Q", [np.zeros(K), np.diag([0.5, 0.0, 0.0])])
def test_coefficients_without_drift_stay(Q):
    """Q = 0: a Bayesian regression with known error variances, the same coefficients in every period."""
    y, X, sigma2, _, m, P = world(*CASES["full"])
    draw = draw_paths(y, X, sigma2, Q, m, P, RNG.standard_normal(n_variates(T, K)))
    np.testing.assert_allclose(draw[:, 1:] - draw[0, 1:], 0.0, atol=1e-10)
    if not Q.any():
        precision = np.linalg.inv(P) + X.T @ (X / sigma2[:, None])
        mean, covariance = moments(lambda v: draw_paths(y, X, sigma2, Q, m, P, v)[-1], n_variates(T, K))
        np.testing.assert_allclose(mean, np.linalg.solve(precision, np.linalg.inv(P) @ m + X.T @ (y / sigma2)))
        np.testing.assert_allclose(covariance, np.linalg.inv(precision), atol=1e-10)


def test_a_vague_start_and_precise_data_do_not_break_the_recursion():
    """10¹² between the start's variance and the errors': the data alone decide, to the digits that leaves."""
    X = RNG.standard_normal((T, K))
    beta = RNG.standard_normal(K)
    draw = draw_paths(X @ beta, X, np.full(T, 1e-6), np.zeros(K), np.zeros(K), np.full(K, 1e6), np.zeros(T * (K + 1)))
    np.testing.assert_allclose(draw, np.tile(beta, (T, 1)), atol=1e-4)


def test_the_dual_form_draws_the_same_path():
    """Matheron's rule with the T×T kernel (spec C.2): a prior path and its data, moved by the kernel's weights."""
    y, X, sigma2, Q, m, P = world(*CASES["diagonal"])
    variates = RNG.standard_normal(n_variates(T, K))
    path = m + prior_path(Q, P, variates[: T * K].reshape(T, K))
    gap = y - np.sum(X * path, axis=1) - np.sqrt(sigma2) * variates[T * K :]
    steps = np.minimum.outer(np.arange(T), np.arange(T))
    kernel = (X * Q @ X.T) * steps + X * P @ X.T + np.diag(sigma2)
    pull = X * np.linalg.solve(kernel, gap)[:, None]
    dual = path + Q * (steps @ pull) + P * pull.sum(axis=0)
    np.testing.assert_allclose(draw_paths(y, X, sigma2, Q, m, P, variates), dual, atol=1e-10)


def test_tridiagonal_draws_are_the_banded_ones():
    diagonal, below = RNG.uniform(2.5, 4.0, 9), -1.1
    linear, variates = RNG.standard_normal((2, 9))
    band = np.stack([diagonal, np.full(9, below)])
    found = draw_tridiagonal(diagonal, below, linear, variates)
    np.testing.assert_allclose(found, draw_banded(band, linear, variates), rtol=1e-12)


def test_prior_paths_add_up_their_steps():
    variates = RNG.standard_normal((T, K))
    path = prior_path(np.array([0.25, 1.0, 0.0]), np.array([4.0, 1.0, 1.0]), variates)
    np.testing.assert_allclose(path[0], variates[0] * [2.0, 1.0, 1.0])
    np.testing.assert_allclose(np.diff(path, axis=0), variates[1:] * [0.5, 1.0, 0.0], atol=1e-12)


def test_a_precision_that_is_none_is_refused():
    with pytest.raises(LinAlgError, match="positive definite"):
        draw_banded(np.array([[1.0, -1.0], [0.0, 0.0]]), np.zeros(2), np.zeros(2))


def stored(name):
    return np.loadtxt(RESULTS / f"cfa_tvpvar_{name}.csv", delimiter=",", ndmin=2)


@pytest.mark.skipif(
    not (RESULTS / "cfa_tvpvar_beta.csv").exists(), reason="this statsmodels does not carry the results"
)
@pytest.mark.parametrize("sweep", [0, 1])
def test_chans_tvp_var_as_statsmodels_stores_it(sweep):
    """Two sweeps of Chan's Matlab code for a bivariate TVP-VAR(1), its variates fed: path, precision, next scales.

    Its error covariance is full; dividing by its Cholesky factor makes the two observations of a period uncorrelated,
    as our draws take them.  The files give 10 digits.
    """
    frame = datasets.macrodata.load_pandas().data[["realcons", "realgdp"]]
    endog = (np.log(frame).diff().iloc[1:13] * 400).to_numpy()
    data, lagged = endog[3:], endog[2:-1]
    periods, states = len(data), 6
    Q = np.full(states, 0.01) if sweep == 0 else stored("Omega_22")[:, 0]
    whiten = np.linalg.inv(np.linalg.cholesky(np.cov(endog.T) if sweep == 0 else stored("Omega_11")[:, :2]))
    design = np.stack([np.kron(np.eye(2), np.r_[1.0, row]) for row in lagged])
    arguments = (data @ whiten.T, whiten @ design, np.ones((periods, 2)), Q, np.zeros(states), np.full(states, 5.0))
    rows = slice(states * sweep, states * (sweep + 1))
    path = draw_paths_banded(*arguments, stored("state_variates")[rows].T)
    np.testing.assert_allclose(path, stored("beta")[rows].T, rtol=1e-7)
    mean = draw_paths(*arguments, np.zeros(n_variates(periods, states, 2)))
    np.testing.assert_allclose(mean, stored("posterior_mean")[rows].T, rtol=1e-7)
    band = path_precision(*arguments)[0]
    precision = stored("invP")[sweep * periods * states : (sweep + 1) * periods * states]
    for d in range(len(band)):
        np.testing.assert_allclose(band[d, : periods * states - d], np.diag(precision, -d), rtol=1e-9, atol=1e-9)
    prior = InverseGamma(3.0, np.full(states, 0.005))
    scale_drawn = prior.draw(Q, path, np.ones(states))
    np.testing.assert_allclose(scale_drawn, stored("Si0")[:, sweep], rtol=1e-7)
    assert stored("vi0")[0, sweep] == prior.shape + (periods - 1) / 2
