"""A small task, and a command line that knows only its study: what the tests of `replicate` run."""

import os
import sys
import time
from importlib import import_module

import numpy as np

from tvplab.replicate import catalog
from tvplab.replicate.study import Study, Task


def run(cell):
    """Numbers that depend on the order of additions, after a pause where a test wants to break in."""
    time.sleep(float(os.environ.get("DEMO_PAUSE", "0")))
    A = np.random.default_rng(cell["seed"]).standard_normal((60, 60))
    return {"trace": float(np.trace(np.linalg.inv(A @ A.T))), "seed": cell["seed"]}


def fail_on_three(cell):
    if cell["seed"] == 3:
        raise ArithmeticError("three")
    return run(cell)


def cells(mode, sims):
    return [{"seed": seed} for seed in range(sims or {"quick": 4, "full": 8}[mode])]


def table(rows):
    return f"{len(rows)} rows"


TASK = Task("demo", run, "1")
STUDIES = (Study("table-0", "A demonstration", "Nobody", TASK, cells, table),)


if __name__ == "__main__":
    sys.modules["tvplab.replicate.demo"] = import_module("replicate_demo")
    catalog.MODULES = {"nobody": ("demo",)}
    from tvplab.cli import main

    sys.exit(main(sys.argv[1:]))
