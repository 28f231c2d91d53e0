"""Time-varying local projections: one TVP regression a horizon, read off at the shock's coefficient.

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, section 5; Jordà (2005) for constant
coefficients.  Shown in lesson 6.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from tvplab.convergence import ignore_unconverged, warn_unconverged
from tvplab.local_projections_data import (
    ProjectionData,
    check_projection_data,
    ols_response,
    outcome_ahead,
    projection_regressors,
    with_leads,
)
from tvplab.local_projections_results import LocalProjectionResults, LocalProjectionSystem
from tvplab.machine_checks import check_jobs
from tvplab.ridge import RidgeOptions, TVPRidge, TwoStepRidge
from tvplab.ridge_results import RidgeResults
from tvplab.validation import check_choice, check_whole

MIN_ORIGINS = 10
"""Fewest origin dates for a regression."""
SHARING = 12
"""Horizons of a common sample that share a factorisation: fixed, so that the number of threads changes no number."""


@dataclass(frozen=True)
class LocalProjections:
    """Local projections whose coefficients are random walks over origin dates t, for horizons h = 0 … H − 1::

        y_{t+h} (or y_t + … + y_{t+h}) = x_t'β_{t,h} + ε_{t,h},   x_t = (s_t, s_{t−1}, …, controls_{t−1}, …)

    The response of month t at horizon h is the coefficient of the shock s_t in β_{t,h}.

    Parameters
    ----------
    horizons : number of horizons H ≥ 1, from 0.
    lags : number of lags 1, 2, … of every control; not used without controls.
    shock_lags : number of values of the shock, s_t included: 48 means s_t … s_{t−47}, which the paper, whose first
        outcome is y_{t+1}, calls 48 lags.  With 8 controls at 6 lags and a constant this makes its 97 regressors.
    estimator : a TVP ridge model; it is fitted once a horizon, and chooses λ anew at each.
    cumulative : sum y from t to t + h.  With y a change per period, the response is that of the level.
    leads : also regress on the shocks s_{t+1} … s_{t+h} that hit before the outcome.  The paper does not.  Without
        them ε_{t,h} holds later shocks: the rows before t, whose outcomes contain the effect of s_t, then bend the
        moving coefficients at t, and the response comes out too small at long horizons.
    sample : "longest" uses every origin whose outcome is known, T − h of them; "common" those of the longest horizon
        at all horizons, which without `leads` then share the first step's factorisation.

    Notes
    -----
    The default estimator is the paper's.  In simulated Canada (lesson 6, section 6: leads, 48 horizons, four worlds)
    one step with a careful λ, `TVPRidge(lam="1se", cv=RandomBlocks(12), lams=np.logspace(2, 9, 15))`, had mean
    absolute errors of .028, .069, .130 and .175 in the blocks of twelve horizons, OLS .028, .072, .172 and .227.  Two
    things hurt 2SRR: its second step takes drift variances from a first step whose errors overlap, and the best λ
    chases movement where there is none, as the scores of the candidates hardly differ.
    """

    horizons: int = 48
    lags: int = 6
    shock_lags: int = 48
    estimator: TVPRidge | TwoStepRidge = field(default_factory=TwoStepRidge)
    cumulative: bool = True
    leads: bool = False
    sample: str = "longest"

    def fit(
        self, y, shock, controls=None, progress: bool = False, jobs: int | None = None
    ) -> LocalProjectionResults | LocalProjectionSystem:
        """Estimate the responses of y (T, or T×M targets with the same regressors) to the shock (T,).

        Parameters
        ----------
        y : changes per period when `cumulative`, else what the response is wanted of; in its own units.
        shock : (T,), known to come from outside: unrelated to everything before t.  The response is that to one unit.
        controls : (T, N) or None.  Only their lags enter; put the targets among them where their past matters.
        progress : show a progress bar.
        jobs : number of threads, each with its own horizons and one BLAS thread; default, or −1, is one a core.

        Raises
        ------
        TypeError, ValueError
            Anything wrong with the data or a hyperparameter; the message names it.
        """
        self._check()
        check_choice(progress, "progress", (True, False))
        data = check_projection_data(y, shock, controls)
        regressions = list(self.regressions(data))
        fits = self._fit_all(regressions, progress, jobs)
        ols = pd.DataFrame([ols_response(X, ahead, self.estimator.constant) for X, ahead in regressions])
        ols = ols.rename_axis("horizon")
        results = {
            target: LocalProjectionResults.of({h: fits[h][target] for h in fits}, ols[target], data.shock.name)
            for target in data.y.columns
        }
        _warn_of_horizons(results)
        return results[data.y.columns[0]] if data.single else LocalProjectionSystem(results)

    def regressions(self, data: ProjectionData) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
        """Give the regressors (T_h, K) and the outcomes (T_h, M) of every horizon."""
        X = projection_regressors(data.shock, data.controls, self.lags, self.shock_lags)
        shortest = len(X) - self.horizons + 1
        if shortest < MIN_ORIGINS:
            raise ValueError(
                f"horizons: {self.horizons} leave {max(shortest, 0)} origins for the longest after {self.shock_lags} "
                f"values of the shock and {self.lags} lags; at least {MIN_ORIGINS} are needed"
            )
        for h in range(self.horizons):
            ahead = outcome_ahead(data.y, h, self.cumulative).loc[X.index[0] :]
            periods = shortest if self.sample == "common" else len(ahead)
            known = with_leads(X, data.shock, h) if self.leads and h else X
            yield known.iloc[:periods], ahead.iloc[:periods]

    def _fit_all(self, regressions: list, progress: bool, jobs: int | None) -> dict[int, dict[object, RidgeResults]]:
        """Fit every target at every horizon, as many horizons as share their regressors at a time."""
        width = SHARING if self.sample == "common" and not self.leads else 1
        blocks = [range(first, min(first + width, self.horizons)) for first in range(0, self.horizons, width)]
        fits = {}
        with _in_threads(jobs) as pool, _progress_bar(self.horizons, progress) as bar:
            for block in pool.map(lambda horizons: self._fit_block(regressions, horizons), blocks):
                fits |= block
                bar.update(len(block))
        return fits

    def _fit_block(self, regressions: list, horizons: range) -> dict[int, dict[object, RidgeResults]]:
        """Fit some horizons with one set of regressors as one system, so that they share what does not need y."""
        X, first = regressions[horizons[0]]
        Y = pd.DataFrame(np.column_stack([regressions[h][1] for h in horizons]), first.index)
        equations = iter(self.estimator.fit(Y, X).equations.values())
        return {h: {target: replace(next(equations), first_step=None) for target in first.columns} for h in horizons}

    def _check(self) -> None:
        """Raise unless every hyperparameter is what it should be."""
        for name in ("horizons", "lags", "shock_lags"):
            check_whole(getattr(self, name), name, 1)
        if not isinstance(self.estimator, RidgeOptions):
            raise TypeError(f"estimator: expected a TVP ridge model such as TwoStepRidge(), got {self.estimator!r}")
        check_choice(self.cumulative, "cumulative", (True, False))
        check_choice(self.leads, "leads", (True, False))
        check_choice(self.sample, "sample", ("longest", "common"))


def _warn_of_horizons(results: dict[object, LocalProjectionResults]) -> None:
    """Say once at which horizons a volatility model fell back, rather than once a regression."""
    for target, one in results.items():
        early = list(one.converged.index[~one.converged.astype(bool)])
        if early:
            message = f"{target}: the second step's volatility model fell back on a simpler one at horizons {early}"
            warn_unconverged(message)


@contextmanager
def _in_threads(jobs: int | None) -> Iterator[ThreadPoolExecutor]:
    """Give a pool of threads for LAPACK's work; each regression's own convergence warning is silenced meanwhile."""
    from threadpoolctl import threadpool_limits

    jobs = check_jobs(-1 if jobs is None else jobs)
    threads = os.cpu_count() if jobs == -1 else jobs
    with ignore_unconverged(), threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
        yield pool


def _progress_bar(total: int, shown: bool):
    """Return a bar that counts horizons."""
    from tqdm.auto import tqdm

    return tqdm(total=total, disable=not shown, desc="horizons")
