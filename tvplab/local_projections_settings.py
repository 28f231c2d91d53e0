"""The settings of lesson 6: the paper's Canada, its substitutes on real data, and simulated Canada."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from tvplab.crossval import RandomBlocks
from tvplab.data.loading import load
from tvplab.dgp.canada import simulate_canada
from tvplab.local_projections import LocalProjections
from tvplab.recursive_shock import recursive_shock
from tvplab.ridge import TwoStepRidge

INFLATION_TARGETING = pd.Timestamp("1991-02-01")
"""Start of inflation targeting in Canada: the dashed line of Figs. 5 and 6, and the date of a split in two regimes."""
LCDMA = {
    "gdp": "GDP_new", "cpi": "CPI_ALL_CAN", "commodities": "WTISPLC", "unemployment": "UNEMP_CAN",
    "usdcad": "USDCAD_new", "exports": "Exp_BP_new", "imports": "Imp_BP_new", "cpi_core": "CPI_MINUS_FEN_CAN",
}  # fmt: skip
"""Control → series.  The database has no commodity index and no CPI without mortgage interest: oil, and CPI without
food and energy, stand in."""


@dataclass(frozen=True)
class Setting:
    """Data of local projections, ready to fit, with what must be said about them.

    `y` (T, M) changes per period, `shock` (T,) one standard deviation is one unit, `controls` (T, N), `units` of the
    responses by target, `note` one sentence for every picture, `synthetic` whether the numbers were simulated, `truth`
    the true responses by target where they are known, `break_date` where a two-regime split would split.
    """

    name: str
    y: pd.DataFrame
    shock: pd.Series
    controls: pd.DataFrame
    model: LocalProjections
    note: str
    units: dict[str, str]
    break_date: pd.Timestamp
    synthetic: bool = False
    truth: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def fit(self, target: str | None = None, progress: bool = False, jobs: int | None = None, **changes):
        """Fit the setting's model, with hyperparameters changed by name, to one target or to all of them."""
        y = self.y if target is None else self.y[target]
        return replace(self.model, **changes).fit(y, self.shock, self.controls, progress, jobs)


def canadian_specification(**changes) -> LocalProjections:
    """Return the paper's Canadian regression: 97 regressors at each of 48 horizons, cumulative, by 2SRR.

    1 constant + 48 values of the shock (s_t … s_{t−47}) + 6 lags of 8 controls.  The paper names seven controls (GDP,
    CPI, commodity prices, USD/CAD, exports, imports, CPI without mortgage interest); the eighth that makes 97 is the
    third target, unemployment.  λ is chosen from 10² to 10⁹ (below, 97 random walks interpolate 400 months) in blocks
    of twelve months, as the errors of cumulative outcomes overlap.  `changes` are hyperparameters by name.
    """
    estimator = TwoStepRidge(cv=RandomBlocks(length=12), lams=tuple(np.logspace(2.0, 9.0, 15)))
    return LocalProjections(**{"horizons": 48, "lags": 6, "shock_lags": 48, "estimator": estimator, **changes})


def simulated_canada(seed: int = 0, **world) -> Setting:
    """Simulated Canada (synthetic), with leads: the one setting where the estimate can be held against the truth."""
    canada = simulate_canada(seed=seed, **world)
    return Setting(
        name="simulated Canada",
        y=canada.y,
        shock=canada.shock,
        controls=canada.controls,
        model=canadian_specification(leads=True),
        note="Synthetic: simulated to the facts that the paper states",
        units={"unemployment": "points", "cpi": "percent", "gdp": "percent"},
        break_date=INFLATION_TARGETING,
        synthetic=True,
        truth=canada.irf,
    )


def canada_paper(first: str = "1976-01", last: str = "2015-12") -> Setting:
    """Canada with the shocks of Champagne and Sekkel (your own file), on the months that the data at hand share."""
    shock = load("canada-shocks").frame["shock"].loc[first:last].dropna()
    note = (
        "Champagne-Sekkel shocks; outcomes from the Large Canadian database, oil and core CPI stand in for two controls"
    )
    return _canada("Canada, narrative shocks", shock / shock.std(), first, last, note)


def canada_recursive(first: str = "1976-01", last: str = "2015-12") -> Setting:
    """Canada with a recursively identified shock to the bank rate: a substitute for the narrative series."""
    changes = canadian_changes(load("canada-macro").frame)
    changes["bank_rate"] = load("canada-macro").frame["BANK_RATE_L"].diff()
    data = changes.loc[first:last].dropna()
    order = ["gdp", "unemployment", "cpi", "commodities", "bank_rate", "usdcad"]
    shock = recursive_shock(data[order], "bank_rate", order[: order.index("bank_rate")])
    note = "Substitute: recursively identified bank-rate shock, not the narrative series of the paper"
    return _canada("Canada, recursive shock", shock, first, last, note)


def canadian_changes(levels: pd.DataFrame) -> pd.DataFrame:
    """Return monthly changes of the eight controls (T, 8) from the database's levels: points, and percent by logs."""
    chosen = pd.DataFrame({name: levels[series] for name, series in LCDMA.items()})
    logs = chosen.drop(columns="unemployment").apply(np.log).diff() * 100.0
    return logs.assign(unemployment=chosen["unemployment"].diff())[list(LCDMA)]


def us_narrative(vintage: str = "2016-01", first: str = "1969-03", last: str = "2007-12") -> Setting:
    """United States with Romer-Romer shocks as updated by Acosta (percentage points, divided by their sd), to 2007.

    Three meetings without a shock in the source (1971-08, 1971-09, 1972-07) count as no shock.
    """
    levels = load("fred-md", vintage).frame.loc[first:last]
    shock = load("us-shocks").frame["rr_update"].loc[first:last].fillna(0.0)
    log_series = {"output": "INDPRO", "cpi": "CPIAUCSL", "commodities": "OILPRICEx"}
    data = pd.DataFrame({name: 100.0 * np.log(levels[series]).diff() for name, series in log_series.items()})
    data = data.assign(unemployment=levels["UNRATE"].diff(), funds_rate=levels["FEDFUNDS"].diff()).dropna()
    return Setting(
        name="United States, narrative shocks",
        y=data[["unemployment", "cpi", "output"]],
        shock=(shock / shock.std()).loc[data.index].rename("shock"),
        controls=data,
        model=canadian_specification(shock_lags=36),
        note="Substitute: US data (FRED-MD) with Romer-Romer shocks",
        units={"unemployment": "points", "cpi": "percent", "output": "percent"},
        break_date=pd.Timestamp("1984-01-01"),
    )


def us_quarterly() -> Setting:
    """US quarterly data that come with tvplab, with a recursively identified Treasury-bill shock; 17 quarters ahead."""
    levels = load("us-macro").frame
    data = pd.DataFrame(
        {
            "gdp": 100.0 * np.log(levels["realgdp"]).diff(),
            "cpi": 100.0 * np.log(levels["cpi"]).diff(),
            "unemployment": levels["unemp"].diff(),
            "bill_rate": levels["tbilrate"].diff(),
        }
    ).dropna()
    shock = recursive_shock(data, "bill_rate", ["gdp", "cpi", "unemployment"], lags=4)
    kept = data.loc[shock.index]
    return Setting(
        name="United States, quarterly",
        y=kept[["unemployment", "cpi", "gdp"]],
        shock=shock,
        controls=kept,
        model=canadian_specification(horizons=17, lags=4, shock_lags=8),
        note="Substitute: US quarterly data with a recursively identified Treasury-bill shock",
        units={"unemployment": "points", "cpi": "percent", "gdp": "percent"},
        break_date=pd.Timestamp("1984-01-01"),
    )


def _canada(name: str, shock: pd.Series, first: str, last: str, note: str) -> Setting:
    """Put outcomes and controls beside a shock, on the months that both have."""
    changes = canadian_changes(load("canada-macro").frame).loc[first:last].dropna()
    months = changes.index.intersection(shock.index)
    return Setting(
        name=name,
        y=changes.loc[months, ["unemployment", "cpi", "gdp"]],
        shock=shock.loc[months].rename("shock"),
        controls=changes.loc[months],
        model=canadian_specification(),
        note=note,
        units={"unemployment": "points", "cpi": "percent", "gdp": "percent"},
        break_date=INFLATION_TARGETING,
    )
