"""Lesson 4: right answers pass, near misses get the hint that fits, and no hint holds the answer."""

import numpy as np
import pytest

from tvplab import check
from tvplab.exercises.lesson04 import _scores, july_totals


@pytest.fixture(scope="module")
def most():
    totals = july_totals(n_factors=1)
    return totals.index[0], float(totals.iloc[0])


@pytest.fixture(scope="module")
def means():
    return dict(zip(("plain", "ones", "centred"), np.mean([_scores(s) for s in range(10)], axis=0), strict=True))


def joint(C, c, expected, came):
    return np.linalg.solve(C, c) * (came - expected)


def test_right_answers(most, means):
    assert check("4.1", [1.9 / 3, 0.6]).right
    assert check("4.2", joint).right
    assert check("4.3", most).right
    assert check("4.4", means).right
    assert means["plain"] < means["centred"] < 1  # what the lesson says of the mean


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("4.1", [0.6, 0.6], "the quarter before"),
        ("4.1", [1.9, 1.8], "thirds"),
        ("4.1", [0.0, 0.0], "newest first"),
        ("4.1", 0.6, "two numbers"),
        ("4.2", lambda C, c, expected, came: joint(C, c, came, expected), "less what was expected"),
        ("4.2", lambda C, c, expected, came: c / np.diag(C) * (came - expected), "each release alone"),
        ("4.2", lambda C, c, expected, came: None, "returns nothing"),
        ("4.2", lambda C, c, expected, came: 0.0, "three numbers"),
        ("4.2", lambda C, c, expected, came: C @ c, "impact = weight × surprise"),
        ("4.3", "PAYEMS", "a pair"),
        ("4.3", ("UNRATE", 0.0), "n_factors=1"),
        ("4.4", {"plain": 0.5}, "keys"),
        ("4.4", None, "not answered yet"),
        ("4.4", {"plain": 0.1, "ones": 0.2, "centred": 0.3}, "seeds 0 to 9"),
    ],
)
def test_near_misses_get_their_hint(exercise, answer, hint):
    verdict = check(exercise, answer)
    assert not verdict.right
    assert hint in verdict.message


def test_the_right_series_with_another_number_is_told_so(most):
    assert "releases and revisions together" in check("4.3", (most[0], most[1] + 1)).message
