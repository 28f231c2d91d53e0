"""Answers to lesson 1's exercises are computed here, not stored."""

import numpy as np
import pandas as pd

from tvplab.dgp import simulate_factor_model
from tvplab.exercises.registry import exercise
from tvplab.marss import DynamicFactorModel

COEFFICIENTS = 0.5, 0.2, -0.1


@exercise("1.1")
def _companion(answer) -> str | None:
    right = np.vstack([COEFFICIENTS, np.eye(3)[:2]])
    if np.shape(answer) != right.shape:
        return "three lags make a state of three numbers, so B has three rows and three columns"
    given = np.asarray(answer, dtype=float)
    if np.allclose(given, right):
        return None
    if np.allclose(given, right.T):
        return "B multiplies the state from the left: the coefficients stand in one row, not in one column"
    if np.allclose(given[0], COEFFICIENTS):
        return "the first row is right; the others only hand f(t−1) and f(t−2) down"
    return "write x(t) = B x(t−1) for x(t) = (f(t), f(t−1), f(t−2)), row by row"


@exercise("1.2")
def _core(answer) -> str | None:
    world = simulate_factor_model(T=24, seed=12)
    draws = np.random.default_rng(12).random(world.y.shape)
    weights = pd.DataFrame(draws / draws.sum(axis=1, keepdims=True), world.y.index, world.y.columns)
    given = answer(world.y, weights, 3)
    if given is None:
        return "not answered yet: the function returns nothing"
    kept = world.y.std().sort_values().index[:-3]
    weighted, left = (world.y[kept] * weights[kept]).sum(axis=1), weights[kept].sum(axis=1)
    if np.shape(given) != weighted.shape:
        return "the function should return one number a month"
    if np.allclose(given, weighted / left):
        return None
    if np.allclose(given, weighted):
        return "the right items; but the weights that are left do not sum to one"
    if np.allclose(given, world.y[kept].mean(axis=1)):
        return "the right items; but they should be weighted"
    return "drop the k items whose standard deviation over time is largest, and average the others"


@exercise("1.3")
def _number_of_lags(answer) -> str | None:
    if isinstance(answer, bool) or not isinstance(answer, int | np.integer):
        return "a whole number is expected"
    world = simulate_factor_model(T=120, seed=0)
    fits = {p: DynamicFactorModel(1, p).fit(world.y) for p in range(1, 7)}
    if answer == min(fits, key=lambda p: fits[p].aicc):
        return None
    if answer == max(fits, key=lambda p: fits[p].loglik):
        return "the log-likelihood always prefers more lags; compare the attribute aicc"
    return "collect the aicc of the six fits and look for the smallest"


@exercise("1.4")
def _flash(answer) -> str | None:
    world = simulate_factor_model(T=120, seed=0)
    if not isinstance(answer, dict) or set(answer) != set(world.y):
        return "give a dict: each item's name and its standard error"
    if any(value is None for value in answer.values()):
        return "not answered yet: the function returns nothing"
    for item, value in answer.items():
        known = world.y.copy()
        known.iloc[-1, known.columns != item] = np.nan
        fit = DynamicFactorModel(1, 2).fit(known)
        if np.isclose(value, fit.states_se["X1"].iloc[-1] ** 2, rtol=1e-3):
            return f"{item}: that is the variance; the standard error is its root"
        if not np.isclose(value, fit.states_se["X1"].iloc[-1], rtol=1e-3):
            return f"{item}: hide the other items in the last month only, fit, and read states_se of X1 there"
    return None
