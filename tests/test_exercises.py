"""`tvplab.check`: right or a hint, never the solution."""

import numpy as np
import pytest

from tvplab.exercises import check, exercise, registry


@pytest.fixture(autouse=True)
def fake_exercises(monkeypatch):
    """Three exercises that only these tests know; the real ones are put aside."""
    registry._load_lessons()
    monkeypatch.setattr(registry, "_CHECKERS", {})

    @exercise("98.2")
    def _(answer):
        return None if np.isclose(answer, 6 * 7) else "multiply <the> two numbers"

    @exercise("98.10")
    def _(answer):
        return None if answer(3) == 9 else "what is the square of a number?"

    @exercise("98.3")
    def _(answer):
        return None if sum(answer) == 3 else "they add up to three"


def test_right_answer():
    verdict = check("98.2", 42.0)
    assert verdict.right is True
    assert repr(verdict) == "✓ Exercise 98.2: right"


def test_wrong_answer_gets_the_hint_and_not_the_solution():
    verdict = check("98.2", 41)
    assert verdict.right is False
    assert verdict.message == "multiply <the> two numbers"
    assert "multiply &lt;the&gt; two numbers" in verdict._repr_html_()
    assert "42" not in repr(verdict) + verdict._repr_html_()


@pytest.mark.parametrize("answer", [..., (1, ...), [[...]], {"a": ...}])
def test_dots_are_not_answered_yet(answer):
    verdict = check("98.3", answer)
    assert verdict.right is False
    assert verdict.message.startswith("not answered yet")


def test_answer_may_be_a_function():
    assert check("98.10", lambda x: x**2).right is True
    assert check("98.10", lambda x: 2 * x).message == "what is the square of a number?"


def test_answer_of_the_wrong_kind_is_a_hint_not_a_traceback():
    verdict = check("98.10", 9)
    assert verdict.right is False
    assert "TypeError: 'int' object is not callable" in verdict.message


def test_unknown_exercise_lists_those_that_exist_in_order():
    with pytest.raises(ValueError, match=r"no exercise '98.4'; there are 98.2, 98.3, 98.10"):
        check("98.4", 1)


def test_a_number_is_taken_once():
    with pytest.raises(ValueError, match=r"exercise 98.2 has a checker already"):
        exercise("98.2")(lambda answer: None)
