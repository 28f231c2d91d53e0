"""Run the cells that are not finished, here or on a Dask cluster, and store each as it comes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import closing
from functools import lru_cache
from typing import NamedTuple

from threadpoolctl import ThreadpoolController

from tvplab.machine_checks import check_jobs
from tvplab.replicate.store import Store
from tvplab.replicate.study import cell_key

IDLE = 20
"""Seconds after which a worker without work ends: also one whose run was killed."""


class Outcome(NamedTuple):
    """What became of one cell: its result, or the error that it raised."""

    cell: dict
    result: dict | None
    error: str | None


def run_cells(store: Store, cells: list[dict], jobs: int = 1, dask: str | None = None, progress: bool = False) -> list:
    """Compute the cells that the store does not hold.

    Every finished cell is on disk before the next one is taken, so that an interruption loses only the cells that
    were running.  A cell that fails is not stored; the others go on.

    Parameters
    ----------
    jobs : processes on this machine; not used with `dask`.
    dask : address of a Dask scheduler whose workers have tvplab installed.

    Returns
    -------
    list of the outcomes with an error.
    """
    from tqdm.auto import tqdm

    with store.lock():
        done = store.results()
        missing = [cell for cell in cells if cell_key(cell) not in done]
        outcomes = _on_dask(store.task.run, missing, dask) if dask else _here(store.task.run, missing, jobs)
        failed, finished = [], len(cells) - len(missing)
        with (
            closing(outcomes),
            tqdm(outcomes, store.task.name, len(cells), initial=finished, disable=not progress) as bar,
        ):
            for outcome in bar:
                if outcome.error is None:
                    store.append(outcome.cell, outcome.result)
                else:
                    failed.append(outcome)
        store.tidy()
    return failed


def run_one(run: Callable[[dict], dict], cell: dict) -> Outcome:
    """Compute one cell on one BLAS thread, so that every machine adds in the same order."""
    try:
        with _thread_pools(len(sys.modules)).limit(limits=1):
            return Outcome(cell, run(cell), None)
    except Exception as error:  # the cell is reported, the other cells go on
        return Outcome(cell, None, f"{type(error).__name__}: {error}")


@lru_cache(maxsize=1)
def _thread_pools(modules: int) -> ThreadpoolController:
    """The libraries that keep threads: looked for again only when modules have come, since that takes milliseconds."""
    return ThreadpoolController()


def _here(run: Callable, cells: list[dict], jobs: int) -> Generator[Outcome]:
    """Compute on this machine; outcomes come as they are ready."""
    if jobs == 1:
        return (run_one(run, cell) for cell in cells)
    from joblib import Parallel, delayed, parallel_config

    with parallel_config("loky", idle_worker_timeout=IDLE):
        workers = Parallel(n_jobs=check_jobs(jobs), batch_size=1, return_as="generator_unordered")
    return workers(delayed(run_one)(run, cell) for cell in cells)


def _on_dask(run: Callable, cells: list[dict], address: str) -> Generator[Outcome]:
    """Compute on the workers of a Dask cluster; what is still waiting is cancelled when the run stops."""
    try:
        from dask.distributed import Client, as_completed
    except ImportError:
        raise ValueError("dask: is not installed; `pip install 'tvplab[dask]'`") from None
    with Client(address, set_as_default=False) as client:
        futures = client.map(run_one, [run] * len(cells), cells, pure=False)
        try:
            for future, outcome in as_completed(futures, loop=client.loop, with_results=True):
                yield outcome
                future.release()
        finally:
            client.cancel(futures)
