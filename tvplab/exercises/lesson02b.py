"""Answers to the exercises of lesson 2's second half are computed here, not stored."""

import numpy as np
import pandas as pd

from tvplab.crossval import BlockedFolds
from tvplab.data import load
from tvplab.dgp import simulate_design
from tvplab.exercises.registry import exercise
from tvplab.metrics import mean_absolute_error
from tvplab.ridge import TwoStepRidge
from tvplab.sparse_tvp import GroupLassoRidge
from tvplab.tvp_kernel import hadamard_kernel


@exercise("2.5")
def _lengths(answer) -> str | None:
    if np.shape(answer) != (3,):
        return "a list of three numbers is expected"
    steps = [np.array([3.0]), np.ones(9), 2.0 * np.ones(9)]
    if np.allclose(answer, [np.linalg.norm(u) for u in steps]):
        return None
    if np.allclose(answer, [np.sum(u**2) for u in steps]):
        return "those are the sums of squares; a length is the root of one"
    if np.allclose(answer, [np.sum(u) for u in steps]):
        return "those are sums of steps; square them before, and take the root after"
    return "the length of a path is the root of the sum of its squared steps"


@exercise("2.6")
def _factor_kernel(answer) -> str | None:
    rng = np.random.default_rng(26)
    X, loadings = rng.standard_normal((6, 3)), rng.standard_normal((3, 2))
    given = answer(X, loadings)
    if given is None:
        return "not answered yet: the function returns nothing"
    if np.shape(given) != (6, 6):
        return "the kernel has one row and one column a period"
    drifts = hadamard_kernel(X, loadings @ loadings.T)
    combined = X @ loadings
    if np.allclose(given, drifts + combined @ combined.T):
        return None
    if np.allclose(given, drifts):
        return "that counts periods from 0: here the first period has a step, too"
    return "combine the regressors first, X Λ; then it is lesson 2's kernel of r regressors"


@exercise("2.7")
def _still_in_growth(answer) -> str | None:
    growth, lagged = growth_equation()
    if not isinstance(answer, set | list | tuple):
        return "give the set of names found constant"
    still = set(GroupLassoRidge(cv=BlockedFolds(10)).fit(growth, lagged).constant)
    if set(answer) == still:
        return None
    if set(answer) == {"const", *lagged} - still:
        return "those are the ones that moved"
    return "use the default α, cv=BlockedFolds(10), and the centred regressors of section 8; read `.constant`"


@exercise("2.8")
def _where_sparsity_pays(answer) -> str | None:
    levels = ("low", "medium", "high")
    if not isinstance(answer, dict) or set(answer) != set(levels):
        return f"give a dict with the keys {', '.join(map(repr, levels))}"
    if any(value is None for value in answer.values()):
        return "not answered yet: the function returns nothing"
    ratios = {noise: np.array([_ratio(noise, seed) for seed in range(5)]) for noise in levels}
    if all(np.isclose(answer[noise], ratios[noise].mean(), rtol=1e-3) for noise in levels):
        return None
    if all(np.isclose(answer[noise], (1.0 / ratios[noise]).mean(), rtol=1e-3) for noise in levels):
        return "GLRR's error belongs above, 2SRR's below"
    return "S1 with T=150, K=6, share=0.2 and seeds 0 to 4: the mean of five ratios for each noise"


def growth_equation() -> tuple[pd.Series, pd.DataFrame]:
    """Return section 8's data for US growth (% a year): last quarter's growth, inflation, unemployment, rate, money."""
    raw = load("us-macro").frame.loc["1959-04":]
    us = pd.DataFrame(
        {
            "growth": 400 * np.log(raw["realgdp"]).diff(),
            "inflation": raw["infl"],
            "unemployment": raw["unemp"],
            "rate": raw["tbilrate"],
            "money": 400 * np.log(raw["m1"]).diff(),
        }
    ).dropna()
    lagged = us.shift(1).dropna()
    return us["growth"].loc[lagged.index], lagged - lagged.mean()


def _ratio(noise: str, seed: int) -> float:
    """Return the error of sparse estimation over that of 2SRR in one world."""
    world = simulate_design("S1", T=150, K=6, share=0.2, noise=noise, seed=seed)
    models = GroupLassoRidge(alpha="1se"), TwoStepRidge()
    sparse, dense = (mean_absolute_error(world.beta, model.fit(world.y, world.X).beta) for model in models)
    return sparse / dense
