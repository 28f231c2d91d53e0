"""Lesson 3's checkers: right answers pass, near misses get the hint that fits, and no hint holds the answer."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from tvplab import check
from tvplab.exercises.lesson03 import crisis_rise, last_site, stray_errors


def by_search(z, q, before, gamma, lam0, lam1, phi1):
    """The same minimum, looked for."""

    def cost(b):
        return q * b**2 / 2 - z * b + gamma * (b - phi1 * before) ** 2 / (2 * lam1) + (1 - gamma) * lam0 * abs(b)

    found = minimize_scalar(cost, bounds=(-5, 5), method="bounded", options={"xatol": 1e-12}).x
    return found if abs(found) > 1e-6 else 0.0


def variant(**options):
    return lambda *case: last_site(*case, **options)


def test_right_answers():
    assert check("3.1", [0.0025, np.sqrt(1 - 0.00025)]).right
    assert check("3.2", by_search).right
    assert check("3.3", stray_errors()).right


def test_one_stray_entry_costs_many_times_more_left_ordered():
    by_order, by_match = stray_errors()
    assert by_match == pytest.approx(0.2 / np.sqrt(1000))
    assert by_order > 50 * by_match


def test_the_rise_in_the_crisis():
    right = {lam1: crisis_rise(lam1) for lam1 in (0.01, 0.001)}
    assert check("3.4", right).right
    assert right[0.01] > 1.05 > right[0.001] > 0.95  # a slab that may hardly move sees nothing
    assert "exchanged" in check("3.4", {0.01: right[0.001], 0.001: right[0.01]}).message
    assert "other way round" in check("3.4", {lam1: 1 / value for lam1, value in right.items()}).message
    wrong = check("3.4", {0.01: 2.0, 0.001: 2.0})
    assert not wrong.right
    assert not any(f"{value:.2f}" in wrong.message for value in right.values())


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("3.1", 0.0025, "two numbers"),
        ("3.1", [0.05, 0.9], "λ₁ is a variance"),
        ("3.1", [0.0025, 1 - 0.00025], "take the root"),
        ("3.1", [0.0025, 0.98], "solve it for φ₁"),
        ("3.2", lambda *case: None, "returns nothing"),
        ("3.2", variant(later=True), "no later neighbour"),
        ("3.2", variant(absolute=False), "|Z|"),
        ("3.2", variant(spike=False), "has its price"),
        ("3.2", lambda *case: 1.0, "Z is z"),
        ("3.3", 0.1, "two numbers"),
        ("3.3", [0.0063245553, 0.9], "matched(truth, loadings)"),
        ("3.3", [0.9, 0.2 / np.sqrt(1000)], "left-order both"),
        ("3.4", 1.1, "give a dict"),
        ("3.4", {0.01: None, 0.001: 1.0}, "not answered yet"),
    ],
)
def test_near_misses_get_the_hint_that_fits(exercise, answer, hint):
    verdict = check(exercise, answer)
    assert not verdict.right
    assert hint in verdict.message
