"""Settings of all tests: one BLAS thread, and the same examples in every CI run."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is imported: explorers use one, so do comparisons

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
if "CI" in os.environ:
    settings.load_profile("ci")


@pytest.fixture
def interrupt_sweeps(monkeypatch):
    """Return a function of n: the Gibbs chains' next n sweeps run, the one after them is interrupted by the user."""
    import tvplab.gibbs_chain

    real = tvplab.gibbs_chain.sweep

    def after(n: int) -> None:
        left = iter(range(n))

        def interrupted(*arguments):
            if next(left, None) is None:
                raise KeyboardInterrupt
            return real(*arguments)

        monkeypatch.setattr(tvplab.gibbs_chain, "sweep", interrupted)

    return after
