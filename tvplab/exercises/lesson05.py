"""Answers to lesson 5's exercises are computed here, not stored."""

import functools

import numpy as np
from scipy.optimize import brentq

from tvplab.convergence import ignore_unconverged
from tvplab.exercises.registry import exercise
from tvplab.explore.tvp_var import us_macro
from tvplab.spike_slab_lasso import inclusion
from tvplab.tvp_var import TVPVAR
from tvplab.tvp_var_equations import impulse_responses
from tvplab.tvp_var_ridge import RidgeTVPVAR

DATES = ("1975Q1", "2000Q1")
LAWS = [(drift, volatility) for drift in ("inverse gamma", "none") for volatility in ("sv", "constant")]


@exercise("5.1")
def _even_odds(answer) -> str | None:
    if not isinstance(answer, int | float | np.number):
        return "one number is expected"

    def slab_less_half(size: float) -> float:
        return float(inclusion(np.array([[size]]), np.array([0.5]), 20.0, 1.0)[0, 0]) - 0.5

    size = brentq(slab_less_half, 0.0, 2.0)
    if np.isclose(answer, size, rtol=1e-3):
        return None
    if np.isclose(answer, np.log(20.0) / 20.0, rtol=1e-3):
        return "both densities fall: the difference of the rates belongs below"
    return "set θλ₁exp(−λ₁|β|) equal to (1 − θ)λ₀exp(−λ₀|β|) and take logarithms"


@exercise("5.2")
def _unit_response(answer) -> str | None:
    B0, B1 = np.array([[1.0, 0.0], [0.4, 1.0]]), np.array([[0.5, 0.2], [-0.3, 0.6]])
    given = answer(B0, B1, 0, 5)
    if given is None:
        return "not answered yet: the function returns nothing"
    if np.shape(given) != (6, 2):
        return "one row a horizon, 0 to H, and one column a variable"
    with_constant = np.hstack([np.zeros((2, 1)), B1])[None]
    right = impulse_responses(B0[None], with_constant, np.ones(1), 0, 5)[0]
    if np.allclose(given, right):
        return None
    if np.allclose(given[0], [1.0, 0.0]):
        return "at once the shock reaches the later variables too: the impact is a column of B₀⁻¹"
    if np.allclose(given[0], right[0]):
        return "the impact is right; each horizon multiplies by B₀⁻¹B₁"
    return "start with column i of B₀⁻¹, then multiply by B₀⁻¹B₁ again and again"


@exercise("5.3")
def _puzzle(answer) -> str | None:
    if not isinstance(answer, dict) or set(answer) != set(DATES):
        return f"give a dict with the keys {', '.join(map(repr, DATES))}"
    fit = RidgeTVPVAR(lags=2).fit(us_macro())
    responses = {date: fit.irf("rate", date, 4, size=1.0).median.loc[4] for date in DATES}
    if all(np.isclose(answer[date], one["inflation"], atol=1e-3) for date, one in responses.items()):
        return None
    if all(np.isclose(answer[date], one["growth"], atol=1e-3) for date, one in responses.items()):
        return "those are the responses of growth"
    sd = {date: fit.irf("rate", date, 4).median.loc[4, "inflation"] for date in DATES}
    if all(np.isclose(answer[date], sd[date], atol=1e-3) for date in DATES):
        return "those belong to a shock of one standard deviation: size=1.0 makes it one point"
    return "read `.median.loc[4, 'inflation']` of `irf('rate', date, 4, size=1.0)`, defaults otherwise"


@exercise("5.4")
def _what_moves(answer) -> str | None:
    if not isinstance(answer, dict) or set(answer) != set(LAWS):
        return "give a dict with four keys, (drift, volatility)"
    if any(value is None for value in answer.values()):
        return "not answered yet: the function returns nothing"
    right = {law: _score(*law) for law in LAWS}
    if all(np.isclose(answer[law], right[law], atol=0.01) for law in LAWS):
        return None
    if all(np.isclose(answer[law], 4.0 * right[law], atol=0.04) for law in LAWS):
        return "those are sums; take the mean over the four quarters"
    return "data to 1996Q4, lags=2, own_mean={'rate': 0.9}, draws=200, burn=200, seed 0; column 'rate' of `log_score`"


@functools.cache
def _score(drift: str, volatility: str) -> float:
    """Mean log score of the rate over 1997."""
    data = us_macro()
    with ignore_unconverged():
        fit = TVPVAR(lags=2, own_mean={"rate": 0.9}, drift=drift, volatility=volatility).fit(
            data.loc[:"1996Q4"], draws=200, burn=200
        )
    return float(fit.log_score(data.loc["1997Q1":"1997Q4"])["rate"].mean())
