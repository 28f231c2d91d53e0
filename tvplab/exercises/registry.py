"""Which exercises there are, and how an answer is checked."""

import functools
import html
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Checker = Callable[[Any], str | None]

_CHECKERS: dict[str, Checker] = {}
_NOT_ANSWERED = "not answered yet: put your answer in place of the three dots, and run both cells"


@dataclass(frozen=True)
class Verdict:
    """What `check` says about one answer.

    Attributes
    ----------
    exercise : str
        Number of the exercise, such as ``"2.1"``.
    right : bool
    message : str
        "right", or a hint.
    """

    exercise: str
    right: bool
    message: str

    def __repr__(self) -> str:
        return f"{'✓' if self.right else '✗'} Exercise {self.exercise}: {self.message}"

    def _repr_html_(self) -> str:
        colour = "#00704F" if self.right else "#B04400"
        return f'<span role="status" style="color: {colour}">{html.escape(repr(self))}</span>'


def exercise(number: str) -> Callable[[Checker], Checker]:
    """Register a checker: a function that gives None for a right answer, else a hint (never the solution).

    Parameters
    ----------
    number : str
        Lesson and exercise, such as ``"2.1"``; each number once.

    Examples
    --------
    >>> @exercise("99.1")
    ... def _(answer):
    ...     return None if answer == 6 * 7 else "multiply the two numbers"
    >>> check("99.1", 13)
    ✗ Exercise 99.1: multiply the two numbers
    """

    def register(checker: Checker) -> Checker:
        if number in _CHECKERS:
            raise ValueError(f"exercise {number} has a checker already")
        _CHECKERS[number] = checker
        return checker

    return register


def check(exercise: str, answer: Any) -> Verdict:
    """Say whether an answer is right, or give a hint; never the solution.

    Parameters
    ----------
    exercise : str
        Number of the exercise, such as ``"2.1"``.
    answer : object
        Your answer: a number, an array, a function, whatever the exercise asks for. Three dots, alone or
        inside a tuple, list or dict, count as not answered yet.

    Returns
    -------
    Verdict
        Shows itself as the last line of a cell; ``.right`` is True or False.

    Raises
    ------
    ValueError
        For an exercise that does not exist; the message lists those that do.
    """
    _load_lessons()
    if exercise not in _CHECKERS:
        known = ", ".join(sorted(_CHECKERS, key=_by_number)) or "none yet"
        raise ValueError(f"no exercise {exercise!r}; there are {known}")
    hint = _NOT_ANSWERED if _has_dots(answer) else _hint(_CHECKERS[exercise], answer)
    return Verdict(exercise, hint is None, "right" if hint is None else hint)


def _hint(checker: Checker, answer: Any) -> str | None:
    """Ask the checker; an answer that it cannot work with gets the error as its hint."""
    try:
        return checker(answer)
    except Exception as error:
        return f"your answer could not be checked ({type(error).__name__}: {error}); is it of the kind asked for?"


def _has_dots(answer: Any) -> bool:
    """Whether there are three dots still to be filled in."""
    if isinstance(answer, dict):
        return any(map(_has_dots, answer.values()))
    if isinstance(answer, (tuple, list)):
        return any(map(_has_dots, answer))
    return answer is ...


def _by_number(number: str) -> list[int]:
    """Sort key that puts 2.10 after 2.9."""
    return [int(part) for part in number.split(".")]


@functools.cache
def _load_lessons() -> None:
    """Import every ``lesson*`` module beside this one, once: importing it registers its checkers."""
    package = importlib.import_module(__package__)
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("lesson"):
            importlib.import_module(f"{__package__}.{module.name}")
