"""What happens to a `ConvergenceWarning`: not shown, or collected; other warnings go their way."""

import warnings

import numpy as np
import pytest

from tvplab import TwoStepRidge, garch_fit
from tvplab.convergence import ConvergenceWarning, collect_unconverged, ignore_unconverged


def say(times=1):
    for _ in range(times):
        warnings.warn("stopped at 2", ConvergenceWarning, stacklevel=2)
        warnings.warn("old name", FutureWarning, stacklevel=2)


def test_ignoring_leaves_other_warnings_alone():
    with pytest.warns() as shown, ignore_unconverged():
        say()
    assert [one.category for one in shown] == [FutureWarning]


def test_it_is_shown_again_after_the_block():
    with ignore_unconverged():
        pass
    with pytest.warns(ConvergenceWarning, match="stopped at 2"):
        warnings.warn("stopped at 2", ConvergenceWarning, stacklevel=1)


def test_collecting_keeps_every_message_and_passes_the_others_on():
    with pytest.warns() as shown, collect_unconverged() as early:
        say(times=2)
    assert early == ["stopped at 2", "stopped at 2"]
    assert {one.category for one in shown} == {FutureWarning}
    assert shown[0].filename == __file__


def test_collecting_where_warnings_are_errors():
    """The caller's filters hold for the others: a `FutureWarning` is still an error, a `ConvergenceWarning` is not."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with collect_unconverged() as early:
            warnings.warn("stopped", ConvergenceWarning, stacklevel=1)
        assert early == ["stopped"]
        with pytest.raises(FutureWarning), collect_unconverged():
            say()


def test_the_warning_points_at_the_line_that_asked_for_the_fit(monkeypatch):
    """GARCH gives up four functions below `fit`: the line shown is this file's."""

    def gives_up(resid):
        raise RuntimeError("flag 9")

    monkeypatch.setattr(garch_fit, "fit_garch", gives_up)
    y, X = np.random.default_rng(0).standard_normal((2, 40, 1))
    with pytest.warns(ConvergenceWarning, match="flag 9") as shown:
        TwoStepRidge(lam=10.0).fit(y[:, 0], X)
    assert [one.filename for one in shown] == [__file__]


def test_an_exception_in_the_block_comes_through():
    for block in (ignore_unconverged, collect_unconverged):
        with pytest.raises(ZeroDivisionError), block():
            1 / 0  # noqa: B018
