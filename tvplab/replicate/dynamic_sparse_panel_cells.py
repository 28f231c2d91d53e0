"""One cell of the dynamic sparse factor paper's application: a US panel, fitted, and what its figures show of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tvplab.factor_matching import NEGLIGIBLE, active_per_series, left_order
from tvplab.replicate.study import Task

N_FACTORS = {"fred-md": 20, "nyfed": 10}
"""Candidates; the paper takes 126, of which most stay empty."""
OPTIONS = {"persistence": "each", "discount": 0.95, "max_iter": 120}
"""δ is the paper's (section 5).  Each factor has a φ̃ of its own: growth rates, spreads and log levels differ so much in
persistence that the estimate of one for all runs to its limit, and loadings with it.  Series are put in units of their
noise (`noise_units`), as λ₀ and λ₁ ask for; what is shown is in standard deviations of the series."""
DATES = ("2003-12", "2008-10", "2015-12")
CRISIS, QUIET = ("2008-09", "2009-03"), ("2002-01", "2006-12")
HOUSING = ("HOUST", "HOUSTNE", "HOUSTMW", "HOUSTS", "HOUSTW")


def cells(panel: str, mode: str, sims: int | None = None) -> list[dict]:
    """List the one cell of a panel, the same in both modes."""
    return [{"panel": panel, "n_factors": N_FACTORS[panel]}]


def run(cell: dict) -> dict:
    """Fit the panel, and keep what the figures show."""
    from tvplab.convergence import ignore_unconverged
    from tvplab.dynamic_sparse import DynamicSparseFactors
    from tvplab.dynamic_sparse_panels import crisis_panel, noise_units

    panel, K = crisis_panel(cell["panel"]), cell["n_factors"]
    units = noise_units(panel.y, K)
    with ignore_unconverged():  # kept below
        fit = DynamicSparseFactors(K, **OPTIONS).fit(units.y, start=units.start)
    said = {"converged": bool(fit.converged), "n_iter": int(fit.n_iter)}
    said |= {"persistence": [round(float(phi), 3) for phi in fit.persistence]}
    found = kept(fit.loadings * units.scale.to_numpy()[:, None], list(fit.factors), panel.y.index)
    houses = [name for name in HOUSING if name in panel.y]
    housing = {name: np.round(fit.sigma2[name] * units.scale[name] ** 2, 4).tolist() for name in houses}
    return {"note": panel.note, **listed(panel.groups), "housing": housing, "said": said} | found


def listed(groups: dict[str, str]) -> dict[str, list[str]]:
    """Series and their groups as two lists: results are stored with their keys in order of the alphabet."""
    return {"series": list(groups), "groups": list(groups.values())}


def groups_of(row: dict) -> dict[str, str]:
    """Series → group, in the order of the panel."""
    return dict(zip(row["series"], row["groups"], strict=True))


def kept(loadings: np.ndarray, names: list[str], dates: pd.DatetimeIndex) -> dict:
    """What the figures show of loadings (T, N, r): maps in left order, reach, factors a series, the crisis factor."""
    reach = pd.DataFrame((np.abs(loadings) >= NEGLIGIBLE).sum(axis=1), dates, names)
    crisis, order = crisis_factor(reach), left_order(loadings[-1])
    rows = {date: dates.get_loc(pd.Timestamp(f"{date}-01")) for date in DATES}
    return {
        "dates": [str(date)[:7] for date in dates],
        "factors": [names[k] for k in order],
        "maps": {date: np.round(loadings[t][:, order], 2).tolist() for date, t in rows.items()},
        "reach": {name: reach[name].tolist() for name in reach},
        "per_series": np.round(active_per_series(loadings), 4).tolist(),
        "crisis": crisis,
        "history": np.round(loadings[:, :, names.index(crisis)], 2).tolist(),
    }


def crisis_factor(reach: pd.DataFrame) -> str:
    """Return the factor whose reach jumps most, from its mean in the quiet years to its highest in the crisis.

    `reach` is the number of series on each factor, (T, r).
    """
    return str((reach.loc[slice(*CRISIS)].max() - reach.loc[slice(*QUIET)].mean()).idxmax())


TASK = Task("sparse-factors-macro", run, version="1")
