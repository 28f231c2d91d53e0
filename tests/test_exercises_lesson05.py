"""Lesson 5: right answers pass, near misses get the hint that fits, and no hint holds the answer."""

import numpy as np
import pytest

from tvplab import RidgeTVPVAR, check
from tvplab.explore.tvp_var import us_macro


def respond(B0, B1, i, H):
    A = np.linalg.solve(B0, B1)
    return np.array([np.linalg.matrix_power(A, h) @ np.linalg.inv(B0)[:, i] for h in range(H + 1)])


@pytest.fixture(scope="module")
def fit():
    return RidgeTVPVAR(lags=2).fit(us_macro())


def puzzle(fit, size, name):
    return {date: fit.irf("rate", date, 4, size=size).median.loc[4, name] for date in ("1975Q1", "2000Q1")}


def test_right_answers(fit):
    assert check("5.1", np.log(20) / 19).right
    assert check("5.2", respond).right
    assert check("5.3", puzzle(fit, 1.0, "inflation")).right


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("5.1", np.log(20) / 20, "difference of the rates"),
        ("5.1", 0.5, "take logarithms"),
        ("5.1", [0.1, 0.2], "one number"),
        ("5.2", lambda B0, B1, i, H: None, "returns nothing"),
        ("5.2", lambda B0, B1, i, H: respond(B0, B1, i, H)[1:], "one row a horizon"),
        ("5.2", lambda B0, B1, i, H: respond(np.eye(2), B1, i, H), "at once"),
        ("5.2", lambda B0, B1, i, H: np.vstack([respond(B0, B1, i, 0), respond(B0, B1, i, H - 1)]), "each horizon"),
        ("5.2", lambda B0, B1, i, H: 2 * respond(B0, B1, i, H), "start with column"),
        ("5.3", 0.3, "dict"),
        ("5.3", {"1975Q1": 0.0, "2000Q1": 0.0}, "defaults otherwise"),
        ("5.4", {}, "four keys"),
    ],
)
def test_near_misses_get_their_hint(exercise, answer, hint):
    verdict = check(exercise, answer)
    assert not verdict.right
    assert hint in verdict.message


def test_another_variable_and_another_size_are_named(fit):
    assert "growth" in check("5.3", puzzle(fit, 1.0, "growth")).message
    assert "standard deviation" in check("5.3", puzzle(fit, None, "inflation")).message


def test_what_moves_is_computed_afresh():
    from tvplab.exercises.lesson05 import LAWS, _score

    right = {law: _score(*law) for law in LAWS}
    assert check("5.4", right).right
    assert "sums" in check("5.4", {law: 4 * value for law, value in right.items()}).message
    assert "seed 0" in check("5.4", {law: value + 1 for law, value in right.items()}).message
    assert "not answered yet" in check("5.4", dict.fromkeys(LAWS)).message
    assert right["none", "sv"] > right["none", "constant"]  # the storms of 1980 are over
