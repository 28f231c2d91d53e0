"""Sliders: compute and picture in this process, control by control, and key press to picture in a real browser."""

import statistics
import sys
import time
from pathlib import Path

from row import Row
from timing import best_of

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests" / "browser"))


def rows() -> list[Row]:
    """Measure everything."""
    return [*_in_process(), *_each_control(), *_sparse_factors(), *_surface(), *_in_browser()]


def _in_process():
    from tvplab import explore

    explorer, lams = explore.ridge(), iter([10.0 ** (k / 12 - 1) for k in range(84)] * 3)
    compute = best_of(lambda: explorer._compute(**{**explorer.values, "lam": next(lams)}), runs=80)
    move = best_of(lambda: explorer.set(lam=next(lams)), runs=80)
    yield Row("λ slider of lesson 2: one re-estimation", f"{1e3 * compute:.1f} ms", "30 ms", compute <= 0.030)
    yield Row("the same with bands, picture and PNG", f"{1e3 * move:.1f} ms", "none set", None)
    explorer, alphas = explore.sparse(), (1.0, 0.5, 0.3, 0.2, 0.1, 0.05)
    compute = max(best_of(lambda a=a: explorer._compute(**{**explorer.values, "alpha": a}), runs=15) for a in alphas)
    move = max(best_of(lambda a=a: explorer.set(alpha=a), runs=15) for a in alphas)
    what = "α slider of lesson 2 (T = 150, K = 6): one re-estimation, the dearest of six α"
    yield Row(what, f"{1e3 * compute:.1f} ms", "30 ms", compute <= 0.030)
    yield Row("the same with picture and PNG", f"{1e3 * move:.1f} ms", "60 ms", move <= 0.060)


def _each_control():
    """Lesson 1's explorer: processor time of a move of each control, everything but the browser."""
    from tvplab import explore

    moves = {
        "missing": [0.02 * k for k in range(1, 11)],
        "n_factors": [2, 3, 1] * 3,
        "factor_lags": [3, 4, 2] * 3,
        "dropped": ["the most volatile", "item1", "item2", "item3", "nothing"] * 2,
        "dropped_too": [("item1",), ("item1", "item2"), ("item4", "item5"), ()] * 2,
        "noise": [0.1 * k for k in range(5, 15)],
    }
    explorer = explore.dfm()
    for name, values in moves.items():
        explorer.reset()
        for value in dict.fromkeys(values):  # compiled code, worlds and the estimate on all data are there from here on
            explorer.set(**{name: value})
        figure = f"{1e3 * statistics.median(_processor_time(explorer, name, v) for v in values):.0f} ms median"
        yield Row(f"lesson 1's `{name}`: processor time of a move, picture included", figure, "none set", None)


def _sparse_factors():
    """Lesson 3's explorer, 25 series and 240 periods: a move of the date, and EM again at other penalties."""
    from tvplab import explore

    explorer = explore.dss()
    date = statistics.median(_processor_time(explorer, "date", t) for t in range(10, 230, 20))
    yield Row("lesson 3's `date`: processor time of a move", f"{1e3 * date:.0f} ms median", "100 ms", date <= 0.1)
    moves = {"lam0": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0], "lam1": [1e-3, 4e-3, 2e-2, 5e-2, 1e-1]}
    for name, values in moves.items():
        explorer.reset()
        spent = [_processor_time(explorer, name, value) for value in values]
        figure = f"{1e3 * statistics.median(spent):.0f} ms median, {1e3 * max(spent):.0f} ms at most"
        yield Row(f"lesson 3's `{name}`: DSS-EM from a warm start", figure, "500 ms", max(spent) <= 0.5)


def _surface():
    """Lesson 6's explorer, 48 horizons and 97 regressors: a move of λ, and a turn of the surface."""
    from tvplab import explore

    start = time.perf_counter()
    explorer = explore.local_projections()
    first = time.perf_counter() - start
    yield Row("lesson 6's slider: 48 regressions fitted, first picture", f"{first:.1f} s", "10 s", first <= 10)
    multipliers, angles = iter([10.0 ** (k / 20) for k in range(1, 60)]), iter(range(-180, 181, 4))
    compute = best_of(lambda: explorer._compute(**{**explorer.values, "multiplier": next(multipliers)}), runs=20)
    turn = best_of(lambda: explorer.set(azimuth=next(angles)), runs=20)
    yield Row("lesson 6's slider: all 48 responses at another λ", f"{1e3 * compute:.1f} ms", "30 ms", compute <= 0.030)
    yield Row("lesson 6's slider: one turn of the surface, PNG included", f"{1e3 * turn:.1f} ms", "none set", None)


def _processor_time(explorer, name: str, value) -> float:
    """Seconds of the processor for one move."""
    start = time.process_time()
    explorer.set(**{name: value})
    return time.process_time() - start


def _in_browser():
    from lab import find_chromium

    if find_chromium() is None:
        yield Row("λ slider, key press to picture in a browser", "not measured: no Chromium", "100 ms median", None)
        return
    from latency import slider_latency

    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for number, delays in enumerate(slider_latency(notebook), 1):
            median = statistics.median(delays)
            what = f"{notebook.stem}, slider {number}: key press to picture, JupyterLab in Chromium"
            figure = f"{median:.0f} ms median, {max(delays):.0f} ms worst of {len(delays)}"
            yield Row(what, figure, "100 ms median", median <= 100)
