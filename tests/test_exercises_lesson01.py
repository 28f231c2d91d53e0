"""Lesson 1's checkers: right answers pass, near misses get the hint that fits, and no hint holds the answer."""

import numpy as np
import pytest

from tvplab import DynamicFactorModel, check
from tvplab.dgp import simulate_factor_model

WORLD = simulate_factor_model(T=120, seed=0)
COMPANION = np.array([[0.5, 0.2, -0.1], [1, 0, 0], [0, 1, 0]])


def core(items, weights, k, renormalise=True):
    kept = items.columns.drop(items.std().nlargest(k).index)
    weighted = (items[kept] * weights[kept]).sum(axis=1)
    return weighted / weights[kept].sum(axis=1) if renormalise else weighted


def errors(power=1, months=1):
    found = {}
    for item in WORLD.y:
        known = WORLD.y.copy()
        known.loc[known.index[-months:], known.columns.drop(item)] = np.nan
        found[item] = DynamicFactorModel(1, 2).fit(known).states_se["X1"].iloc[-1] ** power
    return found


def lags():
    aicc = {p: DynamicFactorModel(1, p).fit(WORLD.y).aicc for p in range(1, 7)}
    return min(aicc, key=aicc.get)


def test_right_answers():
    assert check("1.1", COMPANION).right
    assert check("1.1", COMPANION.tolist()).right
    assert check("1.2", core).right
    assert check("1.3", lags()).right
    assert check("1.4", errors()).right


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("1.1", COMPANION.T, "in one row, not in one column"),
        ("1.1", COMPANION[:2], "three rows and three columns"),
        ("1.1", np.vstack([COMPANION[0], np.zeros((2, 3))]), "the first row is right"),
        ("1.1", np.eye(3), "row by row"),
        ("1.2", lambda items, weights, k: None, "not answered yet"),
        ("1.2", lambda items, weights, k: 1.0, "one number a month"),
        ("1.2", lambda items, weights, k: core(items, weights, k, False), "do not sum to one"),
        ("1.2", lambda items, weights, k: core(items, 0 * weights + 1, k), "should be weighted"),
        ("1.2", lambda items, weights, k: core(items, weights, k - 1), "standard deviation over time is largest"),
        ("1.3", 2.0, "a whole number"),
        ("1.3", True, "a whole number"),
        ("1.3", 6, "always prefers more lags"),
        ("1.3", 4, "look for the smallest"),
        ("1.4", {"item1": 1.0}, "give a dict"),
        ("1.4", dict.fromkeys(WORLD.y), "not answered yet"),
        ("1.4", errors(power=2), "the standard error is its root"),
        ("1.4", errors(months=12), "in the last month only"),
    ],
)
def test_near_misses_get_the_hint_that_fits(exercise, answer, hint):
    verdict = check(exercise, answer)
    assert not verdict.right
    assert hint in verdict.message
    assert "0.5" not in verdict.message
    if exercise == "1.3":
        assert str(lags()) not in verdict.message
