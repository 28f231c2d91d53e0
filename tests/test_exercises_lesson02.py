"""Lesson 2's checkers: right answers pass, near misses get the hint that fits, and no hint holds the answer."""

import numpy as np
import pytest

from tvplab import check
from tvplab.crossval import BlockedFolds
from tvplab.exercises.lesson02 import phillips_curve
from tvplab.ridge import TVPRidge, TwoStepRidge


def quarters(shift=0, swap=False):
    found = {}
    for name, model in {"one step": TVPRidge(), "two steps": TwoStepRidge()}.items():
        lower, _ = model.fit(*phillips_curve()).bands(0.9)
        above = lower.index[lower["past inflation"] > 0]
        pair = above[0 + shift], above[-1]
        found[name] = pair[::-1] if swap else pair
    return found


def peak():
    inflation, _ = phillips_curve()
    model = TVPRidge(cv=BlockedFolds(10), constant=False, scale=None)
    return model.fit(inflation, np.ones(len(inflation))).beta.iloc[:, 0].idxmax()


def test_right_answers():
    assert check("2.1", 400).right
    assert check("2.2", lambda A, y: (A @ y) / np.diag(A)).right
    assert check("2.3", peak().year).right
    assert check("2.4", quarters()).right


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("2.1", 20, "ratio of standard deviations"),
        ("2.1", "400", "a number is expected"),
        ("2.1", 7.0, "variance of the errors over"),
        ("2.2", lambda A, y: None, "not answered yet"),
        ("2.2", lambda A, y: 1.0, "one error a period"),
        ("2.2", lambda A, y: A @ y, "on the diagonal"),
        ("2.3", 1990, "constant=False"),
        ("2.3", peak(), "give its year"),
        ("2.3", str(peak().year), "give its year"),
        ("2.4", ("1971", "1983"), "give a dict"),
        ("2.4", {"one step": None, "two steps": None}, "not answered yet"),
        ("2.4", quarters(shift=1), "bands() returns two frames"),
        ("2.4", quarters(swap=True), "the first one first"),
    ],
)
def test_near_misses_get_the_hint_that_fits(exercise, answer, hint):
    verdict = check(exercise, answer)
    assert not verdict.right
    assert hint in verdict.message
    assert "400" not in verdict.message
    assert str(peak().year) not in verdict.message
