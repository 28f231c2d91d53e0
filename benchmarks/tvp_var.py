"""TVP-VAR: draws a second of the whole job, one sweep of a small one, and what the plain twin takes for a path."""

from time import perf_counter

import numpy as np
from row import Row
from timing import best_of

from tvplab import explore
from tvplab.convergence import ignore_unconverged
from tvplab.explore.tvp_var import us_macro
from tvplab.gibbs_chain import draw_variates, starting_state, sweep
from tvplab.gibbs_states import draw_paths, draw_paths_banded, n_variates
from tvplab.mcmc import effective_size
from tvplab.tvp_var import TVPVAR
from tvplab.tvp_var_ridge import RidgeTVPVAR

BVARSV = 2.5e-3
"""Seconds a sweep of the R package bvarsv at M = 3, p = 1, T = 195 (another run on this kind of machine)."""


def data(T: int, n: int) -> np.ndarray:
    """Synthetic VAR (T, n)."""
    rng = np.random.default_rng(T + n)
    Y = np.zeros((T, n))
    for t in range(1, T):
        Y[t] = 0.5 * Y[t - 1] + rng.standard_normal(n)
    return Y


def rows() -> list[Row]:
    """Measure everything."""
    with ignore_unconverged():
        return [*_whole_job(), *_one_sweep(), *_mixing(), *_one_path(), *_ridge(), *_sliders()]


def _whole_job():
    Y, draws = data(702, 8), 300
    TVPVAR(lags=2).fit(Y, draws=4, burn=1)
    rates = []
    for _ in range(3):  # the quickest, as other programs can only make it slower
        start = perf_counter()
        results = TVPVAR(lags=2).fit(Y, draws=draws, burn=100)
        for date in (100, 300, 600):
            results.irf(7, date, 36, size=0.25)
        rates.append((draws + 100) / (perf_counter() - start))
    what = "8 variables, 2 lags, T = 700: all paths kept, responses at 3 dates × 37 horizons, R̂ of every coefficient"
    yield Row(what, f"{max(rates):.0f} draws/s", "≥ 120 draws/s", max(rates) >= 120)


def _one_sweep():
    Y, rng = data(196, 3), np.random.default_rng(0)
    equations = TVPVAR(lags=1)._equations(Y, [0.0] * 3)
    states = [starting_state(one.X, one.prior) for one in equations]

    def once():
        for j, (y, X, prior) in enumerate(equations):
            states[j] = sweep(states[j], y, X, prior, draw_variates(*X.shape, prior, rng))

    ours = best_of(once, runs=300)
    what = "one sweep, M = 3, p = 1, T = 195; R bvarsv's 2.5 ms over it"
    yield Row(what, f"{1e3 * ours:.2f} ms, {BVARSV / ours:.1f} times", "≥ 3 times", 3 * ours <= BVARSV)


def _mixing():
    Y, gains = us_macro(), {}
    for drift in ("inverse gamma", "half-cauchy"):
        worth = {}
        for twice in (False, True):
            start = perf_counter()
            results = TVPVAR(own_mean={"rate": 0.9}, drift=drift, interweave=twice).fit(Y, draws=3000, burn=1000)
            seconds = perf_counter() - start
            sizes = np.concatenate([effective_size(np.log(one.Q)) for one in results.draws])
            worth[twice] = np.median(sizes) / seconds
        gains[drift] = worth[True] / worth[False]
    what = "drift variances drawn twice a sweep over once, US data: effective draws a second of the median one"
    measured = ", ".join(f"{gain:.0f} times ({drift})" for drift, gain in gains.items())
    yield Row(what, measured, "≥ 2 times", min(gains.values()) >= 2)


def _one_path():
    T, K, rng = 700, 20, np.random.default_rng(1)
    X, y = rng.standard_normal((T, K)), rng.standard_normal(T)
    arguments = (y, X, np.ones(T), np.full(K, 1e-4), np.zeros(K), np.ones(K))
    variates = rng.standard_normal(n_variates(T, K))
    ours = best_of(lambda: draw_paths(*arguments, variates), runs=50)
    plain = best_of(lambda: draw_paths_banded(*arguments, variates[: T * K]), runs=5)
    what = "one path of 20 coefficients, T = 700; the banded precision's over it"
    yield Row(what, f"{1e3 * ours:.2f} ms, {plain / ours:.0f} times", "faster", plain > ours)


def _ridge():
    Y = data(240, 3)
    quick = best_of(lambda: RidgeTVPVAR().fit(Y, draws=500), runs=3)
    chain = best_of(lambda: TVPVAR(lags=2).fit(Y, draws=500, burn=500), runs=2)
    what = "3 variables, T = 240: 500 draws after 500 sweeps, over the ridge's estimate and 500 draws"
    yield Row(what, f"{chain / quick:.1f} times", "faster", chain > quick)


def _sliders():
    widget = explore.tvp_var()
    median = _median_move(widget, "date", widget.result.results.index[10:190:9])
    what = "date slider of lesson 5: response, bands, picture and PNG, a date not seen before"
    yield Row(what, f"{1e3 * median:.0f} ms median", "100 ms", median <= 0.1)
    widget = explore.favar()
    median = _median_move(widget, "size", np.arange(-2.0, 2.25, 0.25))
    what = "size slider of lesson 5: 13 series through the decoder, bands, picture and PNG, a size not seen before"
    yield Row(what, f"{1e3 * median:.0f} ms median", "100 ms", median <= 0.1)


def _median_move(widget, control: str, values) -> float:
    """Median seconds of a move of one control."""
    times = []
    for value in values:
        start = perf_counter()
        widget.set(**{control: value})
        times.append(perf_counter() - start)
    return float(np.median(times))
