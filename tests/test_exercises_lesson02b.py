"""The second half of lesson 2: right answers pass, near misses get the hint that fits, and no hint holds the answer."""

import numpy as np
import pytest

from tvplab import check
from tvplab.crossval import BlockedFolds
from tvplab.exercises.lesson02b import growth_equation
from tvplab.sparse_tvp import GroupLassoRidge


def kernel(X, loadings, first=1):
    time = np.arange(first, len(X) + first)
    combined = X @ loadings
    return (combined @ combined.T) * np.minimum.outer(time, time)


@pytest.fixture(scope="module")
def still():
    growth, lagged = growth_equation()
    return set(GroupLassoRidge(cv=BlockedFolds(10)).fit(growth, lagged).constant)


def test_right_answers(still):
    assert check("2.5", [3.0, 3.0, 6.0]).right
    assert check("2.6", kernel).right
    assert check("2.7", still).right
    assert check("2.7", sorted(still)).right


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("2.5", [9.0, 9.0, 36.0], "sums of squares"),
        ("2.5", [3.0, 9.0, 18.0], "sums of steps"),
        ("2.5", 3.0, "three numbers"),
        ("2.5", [1.0, 2.0, 3.0], "root of the sum"),
        ("2.6", lambda X, L: kernel(X, L, first=0), "counts periods from 0"),
        ("2.6", lambda X, L: kernel(X, np.eye(3)), "combine the regressors first"),
        ("2.6", lambda X, L: None, "returns nothing"),
        ("2.6", lambda X, L: np.eye(3), "one row and one column a period"),
        ("2.7", "inflation", "set of names"),
        ("2.7", {"rate"}, "default α"),
        ("2.8", {"low": 1.0}, "keys"),
        ("2.8", {"low": None, "medium": 1.0, "high": 1.0}, "not answered yet"),
    ],
)
def test_near_misses_get_their_hint(exercise, answer, hint):
    verdict = check(exercise, answer)
    assert not verdict.right
    assert hint in verdict.message


def test_the_moving_ones_are_not_the_still_ones(still):
    moved = {"const", *growth_equation()[1]} - still
    assert "those are the ones that moved" in check("2.7", moved).message


@pytest.mark.slow
def test_where_sparsity_pays_is_computed_afresh():
    from tvplab.exercises.lesson02b import _ratio

    ratios = {noise: np.array([_ratio(noise, seed) for seed in range(5)]) for noise in ("low", "medium", "high")}
    truth = {noise: values.mean() for noise, values in ratios.items()}
    assert check("2.8", truth).right
    assert "belongs above" in check("2.8", {noise: (1.0 / values).mean() for noise, values in ratios.items()}).message
    assert "belongs above" not in check("2.8", dict.fromkeys(truth, 1.0)).message
    assert not check("2.8", {**truth, "high": truth["high"] + 0.2}).right
