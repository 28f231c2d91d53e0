"""Answers to the exercises of lesson 4 are computed here, not stored."""

import numpy as np

from tvplab.data import MARIANO_MURASAWA, load
from tvplab.dgp import simulate_deep_factors
from tvplab.exercises.registry import exercise
from tvplab.factors import principal_components
from tvplab.metrics import trace_r2
from tvplab.nowcast_factors import MixedFrequencyFactors


@exercise("4.1")
def _quarterly_growth(answer) -> str | None:
    if np.shape(answer) != (2,):
        return "a list of two numbers is expected"
    months = np.array([[0.1, 0.2, 0.3, 0.2, 0.1], [0.2] * 5])
    if np.allclose(answer, months @ MARIANO_MURASAWA, atol=5e-4):
        return None
    if np.allclose(answer, months[:, :3].sum(axis=1), atol=5e-4):
        return "that adds the quarter's own three months; the quarter before it counts, too"
    if np.allclose(answer, 3 * months @ MARIANO_MURASAWA, atol=5e-3):
        return "the weights are thirds: (1, 2, 3, 2, 1)/3"
    return "the weights of the five months, newest first, are 1/3, 2/3, 1, 2/3, 1/3"


@exercise("4.2")
def _impacts(answer) -> str | None:
    rng = np.random.default_rng(42)
    root, c = rng.standard_normal((3, 3)), rng.standard_normal(3)
    C, expected, came = root @ root.T + np.eye(3), rng.standard_normal(3), rng.standard_normal(3)
    given = answer(C, c, expected, came)
    if given is None:
        return "not answered yet: the function returns nothing"
    surprise, joint = came - expected, np.linalg.solve(C, c)
    if np.shape(given) != (3,):
        return "one impact for each release: an array of three numbers here"
    if np.allclose(given, joint * surprise):
        return None
    if np.allclose(given, -joint * surprise):
        return "a surprise is what came less what was expected"
    if np.allclose(given, c / np.diag(C) * surprise):
        return "those are the weights of each release alone; jointly they are C⁻¹c"
    return "impact = weight × surprise, with the joint weights C⁻¹c"


@exercise("4.3")
def _strongest_series(answer) -> str | None:
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        return "give a pair: the name of a series, and its impact"
    totals = july_totals(n_factors=1)
    name, impact = answer
    if name == totals.index[0]:
        right = np.isclose(float(impact), totals.iloc[0], atol=0.005)
        return None if right else "the series is right; its impact is that of releases and revisions together"
    if name == july_totals(n_factors=2).index[0]:
        return "that is the answer of the model with two factors"
    return "fit MixedFrequencyFactors(n_factors=1, quarterly=quarterly) to `panel`; read `.news(…).by_series`"


@exercise("4.4")
def _mean_or_depth(answer) -> str | None:
    names = ("plain", "ones", "centred")
    if answer is None:
        return "not answered yet: the function returns nothing"
    if not isinstance(answer, dict) or set(answer) != set(names):
        return f"give a dict with the keys {', '.join(map(repr, names))}"
    means = np.mean([_scores(seed) for seed in range(10)], axis=0)
    given = np.array([float(answer[name]) for name in names])
    if np.allclose(given, means, atol=2e-3):
        return None
    wrong = [name for name, one, mean in zip(names, given, means, strict=True) if not np.isclose(one, mean, atol=2e-3)]
    return f"{', '.join(wrong)}: three components of the standardised panel, seeds 0 to 9, then the mean of ten scores"


def july_totals(n_factors: int):
    """Impact by series of July 2016 on the nowcast of 2016Q3 by the linear model of section 6."""
    data = load("nyfed", "2016-06-29")
    panel, later = (load("nyfed", vintage).transformed().loc["2000":] for vintage in ("2016-06-29", "2016-07-29"))
    quarterly = [name for name, frequency in data.frequencies.items() if frequency == "q"]
    fit = MixedFrequencyFactors(n_factors=n_factors, quarterly=quarterly).fit(panel)
    return fit.news(panel, later, "GDPC1", "2016Q3").by_series["total"]


def _scores(seed: int) -> tuple[float, float, float]:
    """Raw trace R² of three components, with a column of ones, and centred."""
    world = simulate_deep_factors(T=200, N=10, r=1, rho=0.9, seed=seed)
    y = (world.y - world.y.mean()) / world.y.std()
    F, truth = principal_components(y, 3).factors, world.factor_set
    return trace_r2(truth, F), trace_r2(truth, F.assign(one=1.0)), trace_r2(truth, F, centred=True)
