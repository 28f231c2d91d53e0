"""Answers to lesson 6's exercises are computed here, not stored."""

import numpy as np
import pandas as pd

from tvplab.exercises.registry import exercise
from tvplab.local_projections import LocalProjections
from tvplab.local_projections_data import check_projection_data, ols_response
from tvplab.local_projections_settings import simulated_canada, us_quarterly
from tvplab.recursive_shock import recursive_shock


@exercise("6.1")
def _moving_parameters(answer) -> str | None:
    us = us_quarterly()
    first, _ = next(us.model.regressions(check_projection_data(us.y, us.shock, us.controls)))
    K = first.shape[1] + us.model.estimator.constant
    if answer == K * us.model.horizons:
        return None
    if answer == (K - 1) * us.model.horizons:
        return "the constant moves, too"
    if answer == K:
        return "that is one horizon; each has a regression of its own"
    return "count the regressors of one horizon, the constant included, and multiply by the horizons"


@exercise("6.2")
def _later_shocks(answer) -> str | None:
    rng = np.random.default_rng(62)
    shock, past, y = rng.standard_normal(60), rng.standard_normal((60, 2)), 3.0 + rng.standard_normal(60).cumsum()
    if answer(y, shock, past, 0) is None:
        return "not answered yet: the function returns nothing"
    given = [answer(y, shock, past, h) for h in (0, 1, 5)]
    if np.shape(given) != (3,):
        return "the function should return one number"
    for told, options in HINTS:
        if np.allclose(given, [response(y, shock, past, h, **options) for h in (0, 1, 5)]):
            return told
    return "row t holds s_t, the past, a constant and s_{t+1} … s_{t+h}; its outcome is y_t + … + y_{t+h}"


HINTS = (
    (None, {}),
    ("those are the coefficients without the later shocks", {"leads": False}),
    ("the outcome is a sum from t to t + h, not y_{t+h} alone", {"cumulative": False}),
    ("a constant is missing", {"constant": False}),
)


def response(y, shock, past, h, leads=True, cumulative=True, constant=True) -> float:
    """Return the coefficient of s_t; the defaults are right, the others are what can go wrong."""
    rows = len(y) - h
    ahead = np.array([y[t : t + h + 1].sum() if cumulative else y[t + h] for t in range(rows)])
    later = [shock[j : j + rows] for j in range(1, h + 1)] if leads else []
    X = pd.DataFrame(np.column_stack([shock[:rows], past[:rows], *later]))
    return float(ols_response(X, pd.DataFrame(ahead), constant).iloc[0])


@exercise("6.3")
def _cost_of_moving(answer) -> str | None:
    if np.shape(answer) != (2,):
        return "two numbers are expected, 2SRR first"
    still = simulated_canada(seed=0, drift=0.0)
    fit = still.fit("cpi", horizons=13)
    true = still.truth["cpi"].loc[fit.irf.dropna().index, 12]
    right = [float((fit.irf[12].dropna() - true).abs().mean()), float((fit.irf_ols[12] - true).abs().mean())]
    if np.allclose(answer, right, rtol=1e-3):
        return None
    if np.allclose(answer, right[::-1], rtol=1e-3):
        return "the right numbers; 2SRR first"
    return "simulate with drift=0.0, fit with horizons=13, and compare the column 12 of irf with that of the truth"


@exercise("6.4")
def _ordering(answer) -> str | None:
    orders = {"last": ["gdp", "cpi", "unemployment"], "first": []}
    if not isinstance(answer, dict) or set(answer) != set(orders):
        return f"give a dict with the keys {', '.join(map(repr, orders))}"
    if any(value is None for value in answer.values()):
        return "not answered yet: one of the two has no number"
    right = {place: price_response(before) for place, before in orders.items()}
    if all(np.isclose(answer[place], right[place], rtol=1e-6) for place in orders):
        return None
    if np.isclose(answer["last"], right["first"]) and np.isclose(answer["first"], right["last"]):
        return "the two are exchanged: ordered last means that it answers to the others within the quarter"
    return "align the controls with the shock's quarters, cumulate (the default), and read irf_ols at 8"


def price_response(before: list[str], h: int = 8) -> float:
    """Return the OLS response of US prices after h quarters to the bill rate's shock, ordered after `before`."""
    table = us_quarterly().controls
    shock = recursive_shock(table, "bill_rate", before, lags=4)
    known = table.loc[shock.index]
    model = LocalProjections(horizons=h + 1, lags=4, shock_lags=8)
    *_, (X, ahead) = model.regressions(check_projection_data(known["cpi"], shock, known))
    return float(ols_response(X, ahead, constant=True).iloc[0])
