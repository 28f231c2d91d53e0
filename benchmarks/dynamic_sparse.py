"""Dynamic sparse factors: a fit, its steps, and the compiled update of loadings against the plain one."""

from time import process_time

import numpy as np
from row import Row
from timing import best_of

from tvplab.dgp import simulate_sparse_factors
from tvplab.dss_em import Settings, State, as_paths, e_step, iterate, m_step
from tvplab.dss_moments import precisions
from tvplab.dss_paths import update_series
from tvplab.dss_prior import Prior
from tvplab.dynamic_sparse import DynamicSparseFactors
from tvplab.static_sparse import fit_static

PRIOR = Prior(10.0, 0.01, np.sqrt(0.999), 0.5)
SERIES = 5
"""Series for which the plain update is run; it takes as long for each."""


def rows() -> list[Row]:
    """Measure everything."""
    return [*_fit(), *_steps(), *_wide(), *_against_plain()]


def begun(y: np.ndarray, n_factors: int) -> tuple[State, Settings]:
    """A state five iterations after its static start."""
    static = fit_static(y, n_factors, n_starts=2)
    state = State(as_paths(static.loadings, len(y)), np.tile(static.sigma2, (len(y), 1)), 0.5, np.zeros(y.shape))
    settings = Settings(PRIOR, 0.98, static.sigma2, 400.0)
    for _ in range(5):
        state = iterate(y, state, settings, True)[0]
    return state, settings


def _fit():
    world = simulate_sparse_factors()
    begun(world.y.to_numpy(), 10)  # compiles
    spent, iterations = [], []
    for seed in range(3):
        data, start = simulate_sparse_factors(seed=seed).y, process_time()
        iterations.append(DynamicSparseFactors(10).fit(data).n_iter)
        spent.append(process_time() - start)
    what = "one fit of the paper's design (N = 100, K = 10, T = 400), ten static starts included, slowest of three"
    figure = f"{max(spent):.1f} CPU s, {min(iterations)} to {max(iterations)} iterations"
    yield Row(what, figure, "6.5 CPU s", max(spent) <= 6.5)


def _steps():
    y = simulate_sparse_factors().y.to_numpy()
    state, settings = begun(y, 10)
    expected = e_step(y, state, settings)
    e, m = best_of(lambda: e_step(y, state, settings)), best_of(lambda: m_step(y, state, expected, settings))
    yield Row("E-step: smoother, lag one, indicators, log posterior", f"{1e3 * e:.0f} ms", "60 ms", e <= 0.06)
    yield Row("M-step: loadings by two rounds of passes, variances", f"{1e3 * m:.0f} ms", "60 ms", m <= 0.06)


def _wide():
    N, T, K = 127, 180, 20
    rng, B = np.random.default_rng(0), 2.0 * (np.arange(N)[:, None] % K == np.arange(K))
    y = rng.standard_normal((T, K)) @ B.T + rng.standard_normal((T, N))
    state, settings = begun(y, K)
    live = state.beta.any(axis=(0, 2)).sum()
    one = best_of(lambda: iterate(y, state, settings, True))
    yield Row(f"one iteration, N = 127, T = 180, K = 20, {live} alive", f"{1e3 * one:.0f} ms", "100 ms", one <= 0.1)


def _against_plain():
    y = simulate_sparse_factors().y.to_numpy()
    state, settings = begun(y, 10)
    expected, precision = e_step(y, state, settings), precisions(y, state.sigma2)
    moments = expected.moments

    def plain():
        return [
            update_series(
                state.beta[j], y[:, j], precision[:, j], moments.mean, moments.second, expected.gamma[j], PRIOR
            )
            for j in range(SERIES)
        ]

    found = m_step(y, state, expected, settings).beta
    np.testing.assert_allclose(found[:SERIES], plain(), rtol=0, atol=1e-8)
    ours = best_of(lambda: m_step(y, state, expected, settings)) / y.shape[1]
    naive = best_of(plain, runs=1, warm_up=False) / SERIES
    yield Row("the plain M-step of one series over ours, per series", f"{naive / ours:.0f} times", "none set", None)
