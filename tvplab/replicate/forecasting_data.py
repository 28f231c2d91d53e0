"""Data of the forecasting study (section 4 of the ridge paper): targets, predictors, and what is known on a date.

What the paper leaves open is a labelled choice of the kit:

- *vintage*: FRED-QD of 2019-04, as revised; the experiment is pseudo-out-of-sample, not real-time.
- *VAR20*: the five targets and 15 series of the medium VAR of Bańbura, Giannone and Reichlin (2010), under their
  FRED-QD names.  Their consumer prices, unemployment and long rate are among the targets.  Their exchange rate starts
  in 1973 and their non-borrowed reserves turn negative in 2008, so that growth (code 7) means nothing: both are left
  out.  Capacity utilisation is manufacturing's and hourly earnings are those of goods production, since the totals
  start after 1961; the commodity price is the producer price of industrial commodities.
- *factors*: two principal components of all series that have a transformation code and no gap since 1960, each put
  to variance 1, computed anew each quarter from what was known.
- *window*: the first quarter explained is 1961Q3, at every horizon.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.data import Dataset, Standardizer, apply_tcodes, lag_matrix
from tvplab.factors import principal_components

VINTAGE = "2019-04"
FIRST_EXPLAINED = pd.Period("1961Q3")
FIRST_PANEL = pd.Period("1960Q1")

TARGETS = ("GDP", "UR", "INF", "IR", "SPREAD")
AVERAGED = ("GDP", "UR", "INF")
"""The targets that are growth rates: their average over the horizon is forecast."""

HORIZONS = (1, 2, 4)
SPECS = ("AR", "ARDI", "VAR5", "VAR20")
N_LAGS, N_FACTORS = 2, 2

MEDIUM = {
    "DPIC96": 5, "PCECC96": 5, "INDPRO": 5, "CUMFNS": 1, "PAYEMS": 5, "HOUST": 5, "WPSFD49207": 6, "PCECTPI": 6,
    "CES0600000008": 6, "PPIIDC": 6, "M1REAL": 5, "M2REAL": 5, "TOTRESNS": 6, "FEDFUNDS": 2, "SP500": 5,
}  # fmt: skip
"""Series of VAR20 beside the targets, with FRED-QD's transformation codes (McCracken and Ng, 2020)."""


@dataclass(frozen=True)
class Macro:
    """Quarterly frames with one index: `targets` (T, 5), `medium` (T, 15) and `panel` (T, N), all transformed."""

    targets: pd.DataFrame
    medium: pd.DataFrame
    panel: pd.DataFrame

    @classmethod
    def of(cls, dataset: Dataset) -> Macro:
        """Transform FRED-QD; every transformation looks back only."""
        frame = dataset.frame.set_axis(dataset.frame.index.to_period("Q"))
        coded = [name for name in frame if name in dataset.tcodes]
        return cls(
            targets=target_series(frame),
            medium=apply_tcodes(frame[list(MEDIUM)], MEDIUM),
            panel=apply_tcodes(frame[coded], dataset.tcodes),
        )

    def until(self, quarter: pd.Period) -> Macro:
        """Return what was known when `quarter` ended."""
        return Macro(self.targets[:quarter], self.medium[:quarter], self.panel[:quarter])


def target_series(frame: pd.DataFrame) -> pd.DataFrame:
    """GDP and consumer price growth (%), change of the unemployment rate, 1-year rate, 10-year less funds rate."""
    series = {
        "GDP": 100.0 * np.log(frame["GDPC1"]).diff(),
        "UR": frame["UNRATE"].diff(),
        "INF": 100.0 * np.log(frame["CPIAUCSL"]).diff(),
        "IR": frame["GS1"],
        "SPREAD": frame["GS10"] - frame["FEDFUNDS"],
    }
    return pd.DataFrame(series)


def over_horizon(targets: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """What is forecast `horizon` quarters ahead, dated by its last quarter: average growth, or the level then."""
    averaged = [name for name in targets if name in AVERAGED]
    return targets.assign(**targets[averaged].rolling(horizon).mean())


def factors(panel: pd.DataFrame) -> pd.DataFrame:
    """Two principal components (T, 2) of the gapless series, standardised over the panel as it stands."""
    complete = panel[FIRST_PANEL:].dropna(axis=1)
    return principal_components(Standardizer.fit(complete).transform(complete), N_FACTORS).factors


def predictors(known: Macro, spec: str, target: str) -> pd.DataFrame:
    """Series (T, N) whose last two quarters explain the target in a specification; a VAR's serve all targets."""
    if spec == "AR":
        return known.targets[[target]]
    if spec == "ARDI":
        return known.targets[[target]].join(factors(known.panel))
    if spec == "VAR5":
        return known.targets
    return known.targets.join(known.medium)


@dataclass(frozen=True)
class Sample:
    """A direct regression: `Y` (T, M) on `X` (T, K), and the regressors `x_next` (K,) of the quarter to forecast."""

    Y: pd.DataFrame
    X: pd.DataFrame
    x_next: pd.Series


def sample(macro: Macro, spec: str, targets: list[str], quarter: pd.Period, horizon: int) -> Sample:
    """Regress targets on the predictors `horizon` and `horizon` + 1 quarters before them, as known at that origin.

    The targets share the regressors, so AR and ARDI take one at a time.
    """
    known = macro.until(quarter - horizon)
    series = predictors(known, spec, targets[0])
    dates = pd.period_range(series.index[0], quarter, freq="Q")
    X = lag_matrix(series.reindex(dates), range(horizon, horizon + N_LAGS))
    Y = over_horizon(known.targets[targets], horizon)[FIRST_EXPLAINED:]
    return Sample(Y, X.loc[Y.index], X.loc[quarter])


def systems(spec: str, targets: list[str]) -> list[list[str]]:
    """Split targets into those that share their regressors in a specification: each by itself, or a VAR's all."""
    return [[name] for name in targets] if spec in ("AR", "ARDI") else [targets]
