"""`import tvplab` is quick and light; the benchmark holds the seconds, this the promise."""

import subprocess
import sys

CODE = "import tvplab, sys; print([m for m in {heavy} if m in sys.modules])"
HEAVY = ("torch", "statsmodels", "sklearn", "arch", "pooch", "matplotlib", "ipywidgets")


def test_import_loads_nothing_heavy():
    code = CODE.format(heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_opens():
    import tvplab

    for name in tvplab.__all__:
        assert getattr(tvplab, name) is not None
    assert callable(tvplab.mode)
    assert callable(tvplab.check)
