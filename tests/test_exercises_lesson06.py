"""Lesson 6's checkers: right answers pass, near misses get the hint that fits, and no hint holds the answer."""

import numpy as np
import pytest

import tvplab
from tvplab import check
from tvplab.exercises.lesson06 import price_response, response
from tvplab.local_projections_settings import simulated_canada, us_quarterly
from tvplab.recursive_shock import recursive_shock


def by_hand(y, shock, past, h):
    ahead = np.convolve(y, np.ones(h + 1), "valid")
    later = [shock[j : j + len(ahead)] for j in range(1, h + 1)]
    X = np.column_stack([shock[: len(ahead)], past[: len(ahead)], np.ones(len(ahead)), *later])
    return np.linalg.lstsq(X, ahead, rcond=None)[0][0]


def variant(**options):
    return lambda y, shock, past, h: response(y, shock, past, h, **options)


def test_right_answers():
    assert check("6.1", 425).right
    assert check("6.2", by_hand).right


def test_the_price_puzzle_by_the_library():
    us, found = us_quarterly(), {}
    for place, before in {"last": ["gdp", "cpi", "unemployment"], "first": []}.items():
        shock = recursive_shock(us.controls, "bill_rate", before, lags=4)
        known = us.controls.loc[shock.index]
        model = tvplab.LocalProjections(horizons=9, lags=4, shock_lags=8, estimator=tvplab.TVPRidge(lam=1e3))
        found[place] = model.fit(known["cpi"], shock, known).irf_ols[8]
    assert check("6.4", found).right
    assert "exchanged" in check("6.4", {"last": found["first"], "first": found["last"]}).message
    assert found["last"] == pytest.approx(price_response(["gdp", "cpi", "unemployment"]), abs=1e-10)


@pytest.mark.slow
def test_the_cost_of_moving_where_nothing_moves():
    still = simulated_canada(seed=0, drift=0.0)
    fit = still.fit("cpi", horizons=13)
    true = still.truth["cpi"].loc[fit.irf.dropna().index, 12]
    costs = [(fit.irf[12].dropna() - true).abs().mean(), (fit.irf_ols[12] - true).abs().mean()]
    assert check("6.3", costs).right
    assert "2SRR first" in check("6.3", costs[::-1]).message
    assert "drift=0.0" in check("6.3", [0.5, 0.5]).message


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("6.1", 24 * 17, "constant moves"),
        ("6.1", 25, "one horizon"),
        ("6.1", 17, "multiply by the horizons"),
        ("6.2", lambda y, s, p, h: None, "returns nothing"),
        ("6.2", lambda y, s, p, h: [1.0, 2.0], "one number"),
        ("6.2", variant(leads=False), "without the later shocks"),
        ("6.2", variant(cumulative=False), "not y_{t+h} alone"),
        ("6.2", variant(constant=False), "constant is missing"),
        ("6.2", lambda y, s, p, h: 0.0, "row t holds"),
        ("6.3", 0.1, "two numbers"),
        ("6.4", 0.1, "give a dict"),
        ("6.4", {"last": None, "first": 1.0}, "not answered yet"),
        ("6.4", {"last": 9.0, "first": 9.0}, "irf_ols at 8"),
    ],
)
def test_near_misses_get_the_hint_that_fits(exercise, answer, hint):
    verdict = check(exercise, answer)
    assert not verdict.right
    assert hint in verdict.message
    assert "425" not in verdict.message
