"""Answers to lesson 2's exercises are computed here, not stored."""

import numpy as np
import pandas as pd

from tvplab.crossval import BlockedFolds
from tvplab.data import load
from tvplab.exercises.registry import exercise
from tvplab.ridge import TVPRidge, TwoStepRidge


@exercise("2.1")
def _ratio_of_variances(answer) -> str | None:
    if isinstance(answer, bool | str) or not np.isscalar(answer):
        return "a number is expected"
    if np.isclose(answer, (2.0 / 0.1) ** 2):
        return None
    if np.isclose(answer, 2.0 / 0.1):
        return "that is a ratio of standard deviations; λ is a ratio of variances"
    return "λ is the variance of the errors over the variance of one period's movement"


@exercise("2.2")
def _leave_one_out(answer) -> str | None:
    rng = np.random.default_rng(22)
    root, y = rng.standard_normal((7, 7)), rng.standard_normal(7)
    A = root @ root.T + np.eye(7)
    by_fold = np.array([np.linalg.solve(A[np.ix_([t], [t])], (A @ y)[[t]])[0] for t in range(7)])
    if answer(A, y) is None:
        return "not answered yet: the function returns nothing"
    if np.shape(answer(A, y)) != (7,):
        return "the function should return one error a period"
    if np.allclose(answer(A, y), by_fold):
        return None
    return "with one period in the fold, A_FF is a single number: one for each period, on the diagonal of A"


@exercise("2.3")
def _peak_of_trend_inflation(answer) -> str | None:
    inflation, _ = phillips_curve()
    ones = pd.DataFrame({"trend": 1.0}, index=inflation.index)
    fit = TVPRidge(cv=BlockedFolds(10), constant=False, scale=None).fit(inflation, ones)
    peak = fit.beta["trend"].idxmax()
    if answer == peak.year:
        return None
    if answer in (peak, str(peak.year)):
        return "the right quarter; give its year as a number"
    return "fit the column of ones with constant=False and scale=None, and look for the highest point of the path"


@exercise("2.4")
def _certainly_positive(answer) -> str | None:
    models = {"one step": TVPRidge(), "two steps": TwoStepRidge()}
    if not isinstance(answer, dict) or set(answer) != set(models):
        return f"give a dict with the keys {', '.join(map(repr, models))}"
    for name, model in models.items():
        if answer[name] is None:
            return "not answered yet: the function returns nothing"
        lower, _ = model.fit(*phillips_curve()).bands(0.9)
        above = lower.index[lower["past inflation"] > 0]
        given = tuple(map(pd.Timestamp, answer[name]))
        if given == (above[-1], above[0]):
            return f"{name}: the right quarters; the first one first"
        if given != (above[0], above[-1]):
            return f"{name}: the band lies above zero where its lower edge does, and bands() returns two frames"
    return None


def phillips_curve() -> tuple[pd.Series, pd.DataFrame]:
    """Return lesson 2's data: US inflation (% a year), and past inflation with the unemployment gap (points)."""
    us = load("us-macro").frame.loc["1959-04":]  # inflation of the first quarter has no price before it
    table = pd.DataFrame(
        {
            "inflation": us["infl"],
            "past inflation": us["infl"].rolling(4).mean().shift(1),
            "unemployment gap": (us["unemp"] - us["unemp"].mean()).shift(1),
        }
    )
    table = table.dropna()
    return table["inflation"], table[["past inflation", "unemployment gap"]]
