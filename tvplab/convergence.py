"""What an estimator says when it stops early, and how to leave that unsaid where the results say it."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


class ConvergenceWarning(UserWarning):
    """An estimator stopped early or fell back on something simpler; the message says which."""


def warn_unconverged(message: str) -> None:
    """Say that an estimator stopped early, as `warn_caller`."""
    warn_caller(message, ConvergenceWarning)


def warn_caller(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line outside the library that asked for the fit, however many functions lie between."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("tvplab."):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


@contextmanager
def ignore_unconverged() -> Iterator[None]:
    """Within the block no `ConvergenceWarning` is shown; other warnings are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


@contextmanager
def collect_unconverged() -> Iterator[list[str]]:
    """After the block the list holds the messages of its `ConvergenceWarning`s; other warnings are passed on."""
    messages: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        yield messages
    for one in caught:
        if issubclass(one.category, ConvergenceWarning):
            messages.append(str(one.message))
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno, source=one.source)
