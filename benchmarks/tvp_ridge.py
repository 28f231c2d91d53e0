"""TVP ridge against the naive primal, a T×T eigendecomposition and a peer's Kalman smoother, all in one run."""

import numpy as np
from row import Row
from scipy import linalg
from timing import best_of

from tvplab.crossval import RandomFolds
from tvplab.ridge import LAMS, TVPRidge, TwoStepRidge, relative
from tvplab.tvp_banded import BandedSolver
from tvplab.tvp_kernel import hadamard_kernel
from tvplab.tvp_primal import solve_primal
from tvplab.volatility import garch_variance


def data(T: int, K: int) -> tuple[np.ndarray, np.ndarray]:
    """Synthetic y (T,) and X (T, K): drifting coefficients, so that cross-validation has something to find."""
    rng = np.random.default_rng(T + K)
    X = rng.standard_normal((T, K))
    beta = np.cumsum(rng.standard_normal((T, K)), axis=0) / np.sqrt(50.0)
    return np.sum(X * beta, axis=1) + rng.standard_normal(T), X


def naive_two_steps(y: np.ndarray, X: np.ndarray) -> np.ndarray:
    """2SRR with the primal solution (eq. 5) refitted for every λ and fold: what the identities save."""
    T, K = X.shape
    folds, omega_u, omega_e = RandomFolds(5).split(T), np.ones(K), np.ones(T)
    for _ in range(2):
        lam = min(LAMS, key=lambda lam: _refitted_error(y, X, lam, omega_u, omega_e, folds))
        beta = solve_primal(y, X, lam, 0.1, omega_u, omega_e)
        omega_e = relative(garch_variance(y - np.sum(X * beta, axis=1)))
        omega_u = relative(np.mean(np.diff(beta, axis=0) ** 2, axis=0))
    return beta


def _refitted_error(y, X, lam, omega_u, omega_e, folds) -> float:
    squares = []
    for F in folds:
        held_out = omega_e.copy()
        held_out[F] = 1e12
        beta = solve_primal(y, X, lam, 0.1, omega_u, held_out)
        squares.append((y[F] - np.sum(X[F] * beta[F], axis=1)) ** 2 / omega_e[F])
    return float(np.mean(np.concatenate(squares)))


def statsmodels_smoother(y: np.ndarray, X: np.ndarray, lam: float):
    """The peer: statsmodels' compiled Kalman smoother for the same model at one λ."""
    from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

    T, K = X.shape
    model = KalmanSmoother(k_endog=1, k_states=K, nobs=T)
    model.bind(y[:, None].copy())
    model["design"] = X.T[None].copy()
    model["obs_cov", 0, 0] = 1.0
    model["transition"] = model["selection"] = np.eye(K)
    model["state_cov"] = np.eye(K) / lam
    model.initialize_known(np.zeros(K), np.eye(K) / 0.1)
    return model.smooth().smoothed_state.T


def rows() -> list[Row]:
    """Measure everything."""
    return [*_against_eigh(), *_against_primal(), *_one_lambda(), *_long_sample()]


def _against_eigh():
    y, X = data(600, 100)
    kernel = hadamard_kernel(X, np.ones(100))
    for name, cv in (("exact 5-fold CV", 5), ("leave-one-out", "loo")):
        ratios = []
        for _ in range(9):  # one after the other, so that a machine whose clock moves slows both
            full = best_of(lambda cv=cv: TwoStepRidge(cv=cv).fit(y, X), runs=1)
            ratios.append(full / best_of(lambda: linalg.eigh(kernel), runs=2))
        ratio = float(np.median(ratios))
        limit, kept = ("8 times", ratio <= 8) if cv == 5 else ("none set", None)
        what = f"2SRR with tuning ({name}, 25 λ, GARCH), T = 600, K = 100, over one `eigh` of a 600×600 matrix"
        yield Row(what, f"{ratio:.1f} times", limit, kept)


def _against_primal():
    y, X = data(150, 6)
    np.testing.assert_allclose(
        naive_two_steps(y, X), TwoStepRidge(constant=False, scale=None).fit(y, X).beta, rtol=0, atol=1e-5
    )
    ours = best_of(lambda: TwoStepRidge(constant=False, scale=None).fit(y, X))
    naive = best_of(lambda: naive_two_steps(y, X), runs=1, warm_up=False)
    what = "the same 2SRR by refitting the primal (KT = 900), over ours, T = 150, K = 6"
    yield Row(what, f"{naive / ours:.0f} times", "≥ 50", naive >= 50 * ours)
    y, X = data(300, 20)
    ours = best_of(lambda: TwoStepRidge(constant=False, scale=None).fit(y, X))
    one = best_of(lambda: solve_primal(y, X, 50.0), runs=1, warm_up=False)
    what = "one primal solution at one λ (KT = 6,000), over our whole 2SRR with tuning, T = 300, K = 20"
    yield Row(what, f"{one / ours:.0f} times", "none set", None)


def _one_lambda():
    y, X = data(300, 6)
    solver, Y = BandedSolver(X, np.ones(6), np.ones(300), 0.1), y[:, None]
    np.testing.assert_allclose(solver.solve(Y, 50.0).beta[..., 0], statsmodels_smoother(y, X, 50.0), rtol=0, atol=1e-8)
    ours = best_of(lambda: solver.solve(Y, 50.0), runs=50)
    fit = best_of(lambda: TVPRidge(lam=50.0, constant=False, scale=None).fit(y, X), runs=50)
    peer = best_of(lambda: statsmodels_smoother(y, X, 50.0), runs=20)
    yield Row("one λ, T = 300, K = 6: coefficients", f"{1e3 * ours:.2f} ms", "2 ms", ours <= 0.002)
    what = "the same through `TVPRidge(lam=50).fit`, checks, variances and labels included"
    yield Row(what, f"{1e3 * fit:.2f} ms", "2 ms", fit <= 0.002)
    what = "statsmodels' Kalman smoother for the same numbers, over ours"
    yield Row(what, f"{peer / ours:.1f} times", "faster", peer > ours)


def _long_sample():
    y, X = data(10_000, 6)
    one = best_of(lambda: TVPRidge(lam=50.0, constant=False).fit(y, X), runs=3)
    tuned = best_of(lambda: TVPRidge(constant=False).fit(y, X), runs=1)
    yield Row("T = 10,000, K = 6: fit at one λ", f"{one:.2f} s", "1 s", one <= 1)
    yield Row("the same with 5-fold CV over 25 λ (60,000 unknowns)", f"{tuned:.2f} s", "none set", None)
