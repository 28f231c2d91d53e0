"""MARSS: R's default run, the plain filter, a peer, and how the cost grows with the number of series."""

import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from row import Row
from timing import best_of

from tvplab.marss import MARSS, DynamicFactorModel, start_values
from tvplab.marss_em import Inputs, expect, matrices, state_space
from tvplab.statespace import StateSpace, kalman_filter, kalman_smoother
from tvplab.statespace_fast import _backward, _forward, collapse, filter_and_smooth

R_SECONDS = 8.6  # R MARSS 3.11.9 with OpenBLAS on dfm_51, default control; another run on this kind of machine


def rows() -> list[Row]:
    """Measure everything."""
    return [*_against_r(), *_against_twins(), *_in_n()]


def panel(N: int, T: int = 120) -> np.ndarray:
    """Synthetic one-factor panel."""
    rng = np.random.default_rng(N)
    factor = np.convolve(rng.standard_normal(T + 19), 0.8 ** np.arange(20), "valid")
    return np.outer(factor, rng.uniform(0.5, 1.5, N)) + rng.standard_normal((T, N))


def source_model(N: int) -> MARSS:
    """The source's specification: four lags, noise on all states, free drift and start."""
    Z, B = np.zeros((N, 4), object), np.zeros((4, 4), object)
    Z[:, 0], B[0] = [f"z{i}" for i in range(N)], ["b1", "b2", "b3", "b4"]
    B[[1, 2, 3], [0, 1, 2]] = 1.0
    return MARSS(Z=Z, B=B, Q="diagonal and equal", U="unequal", x0="unequal", V0="zero", rule="reference")


def _against_r():
    path = Path(os.environ.get("TVPLAB_DATA", "nowhere")).parent / "oracles" / "marss" / "dfm_51_y.csv"
    limit = "≥ 50 times"
    if not path.is_file():
        yield Row("R MARSS's default run on 51×108 over ours", "not measured: the data are not at hand", limit, None)
        return
    y, model = pd.read_csv(path), source_model(51)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = best_of(lambda: model.fit(y, max_iter=500, tol=1e-3), runs=5)
    what = f"R MARSS's default run on 51×108 ({R_SECONDS} s, 63 iterations) over ours, the same iterates"
    yield Row(what, f"{R_SECONDS / ours:.0f} times", limit, R_SECONDS / ours >= 50)


def _against_twins():
    y = panel(51)
    forms = DynamicFactorModel().marss(51)._forms([str(i) for i in range(51)])
    M = matrices(forms, start_values(forms, None))
    plain = state_space(M, Inputs.of(len(y)))._replace(Q=M["Q"] + 1e-3 * np.eye(4))
    fast = best_of(lambda: filter_and_smooth(y, plain), runs=20)
    slow = best_of(lambda: kalman_smoother(kalman_filter(y, plain), plain), runs=3)
    what = "readable filter and smoother over the collapsed, compiled ones, N = 51, T = 120, m = 4"
    yield Row(what, f"{slow / fast:.0f} times", "faster", slow > fast)
    peer = best_of(lambda: statsmodels_smoother(y, plain), runs=5)
    what = "statsmodels' Kalman smoother (compiled) for the same numbers, over ours"
    yield Row(what, f"{peer / fast:.1f} times", "faster", peer > fast)


def statsmodels_smoother(y: np.ndarray, model: StateSpace):
    """The peer."""
    from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

    peer = KalmanSmoother(k_endog=y.shape[1], k_states=4, nobs=len(y))
    peer.bind(y.copy())
    peer["design"], peer["obs_cov"], peer["transition"], peer["state_cov"] = model.Z, model.R, model.B, model.Q
    peer["selection"] = np.eye(4)
    peer.initialize_known(model.x1, model.P1)
    return peer.smooth()


def _in_n():
    times = {}
    for N in (50, 800):
        y = panel(N)
        forms = DynamicFactorModel().marss(N)._forms([str(i) for i in range(N)])
        M = matrices(forms, start_values(forms, None))
        model = state_space(M, Inputs.of(len(y)))
        collapsed = collapse(y, model)
        B, U, Q = (np.repeat(matrix[None], 120, axis=0) for matrix in (model.B, model.U, model.Q))

        def recursions(J=collapsed.J, b=collapsed.b, B=B, U=U, Q=Q, x0=M["x0"]):
            x, P, u, D, _ = _forward(J, b, B, U, Q, x0, np.eye(4))
            return _backward(x, P, u, D, B)

        times[N] = best_of(recursions, runs=30), best_of(lambda y=y, M=M: expect(y, M), runs=10)
    flat, whole = times[800][0] / times[50][0], times[800][1] / times[50][1]
    yield Row("recursions once collapsed, N = 800 over N = 50", f"{flat:.2f} times", "flat: below 1.2", flat < 1.2)
    yield Row("whole E-step, N = 800 over N = 50 (the N×N moments grow)", f"{whole:.1f} times", "none set", None)
