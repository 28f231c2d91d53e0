"""Settings of all tests: one BLAS thread, and the same examples in every CI run."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is imported: explorers use one, so do comparisons

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
if "CI" in os.environ:
    settings.load_profile("ci")
