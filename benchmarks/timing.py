"""Time a call: the quickest of a few runs, as other programs on the machine can only make it slower."""

from collections.abc import Callable
from time import perf_counter


def best_of(call: Callable[[], object], runs: int = 5, warm_up: bool = True) -> float:
    """Return seconds."""
    if warm_up:
        call()
    times = []
    for _ in range(runs):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return min(times)
