"""Panels and observables of the FAVAR study (lesson 5), and what was known at an origin.

What the paper leaves open, or could not be read, is a labelled choice of the kit: FRED-QD of 2019-04 as revised, the
series without a gap since 1960 and with a transformation code; groups are the publisher's, small ones put together;
observables are GDP growth, consumer price inflation and the change of the federal funds rate, in this order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from tvplab.data import apply_tcodes, load

VINTAGE, RESPONSES_VINTAGE = "2019-04", "2024-03"
FIRST = "1960Q1"
CLIP = 6.0
"""Standardised values beyond this are set to it: one strike or one spring of 2020 shall not train a network."""
SMALLEST = 3
"""Groups with fewer series go to "other"."""


NOTES = {
    "fred-qd": f"FRED-QD, vintage {VINTAGE}, as revised",
    "fred-md": f"FRED-MD, vintage {RESPONSES_VINTAGE}, quarterly means, as revised",
    "brazil-ipca": "Brazil's consumer prices by item, monthly changes of 12-month inflation",
}
"""What the numbers are, by the name of the data."""


@dataclass(frozen=True)
class FavarData:
    """`panel` (T, N), complete; `observables` (T, m) of the same periods; series → group."""

    panel: pd.DataFrame
    observables: pd.DataFrame
    groups: dict[str, str]

    def until(self, period) -> FavarData:
        """Return what was known when a period ended."""
        return FavarData(self.panel[:period], self.observables[:period], self.groups)


@cache
def favar_data(name: str) -> FavarData:
    """Return the data of a study: "fred-qd", "fred-md" (quarterly means, to 2023) or "brazil-ipca"."""
    return {"fred-qd": _fred_qd, "fred-md": _fred_md, "brazil-ipca": _brazil}[name]()


def _fred_qd() -> FavarData:
    """US quarterly panel, 1960 to 2018."""
    dataset = load("fred-qd", VINTAGE)
    frame = dataset.frame.set_axis(dataset.frame.index.to_period("Q"))
    observables = pd.DataFrame(
        {
            "output": 100.0 * np.log(frame["GDPC1"]).diff(),
            "inflation": 100.0 * np.log(frame["CPIAUCSL"]).diff(),
            "rate": frame["FEDFUNDS"].diff(),
        }
    )
    return _cut(frame, dataset, observables, ("GDPC1", "CPIAUCSL", "FEDFUNDS"), slice(FIRST, None))


def _fred_md() -> FavarData:
    """US monthly panel as quarterly means, 1960 to 2023: it reaches 2020."""
    dataset = load("fred-md", RESPONSES_VINTAGE)
    frame = dataset.frame.groupby(dataset.frame.index.to_period("Q")).mean()
    observables = pd.DataFrame(
        {
            "output": 100.0 * np.log(frame["INDPRO"]).diff(),
            "inflation": 100.0 * np.log(frame["CPIAUCSL"]).diff(),
            "rate": frame["FEDFUNDS"],
        }
    )
    return _cut(frame, dataset, observables, ("INDPRO", "CPIAUCSL", "FEDFUNDS"), slice(FIRST, "2023Q4"))


def _brazil() -> FavarData:
    """Brazilian consumer prices by item, monthly, and the headline: a panel of one kind, with the office's groups."""
    dataset = load("brazil-ipca")
    panel = dataset.frame.set_axis(dataset.frame.index.to_period("M")).diff().iloc[1:]
    headline = dataset.headline.set_axis(panel.index.insert(0, panel.index[0] - 1)).diff().iloc[1:]
    groups = gathered({name: str(dataset.groups[name]) for name in panel})
    return FavarData(clipped(panel), headline.rename("inflation").to_frame(), groups)


def _cut(frame: pd.DataFrame, dataset, observables: pd.DataFrame, taken: tuple, periods: slice) -> FavarData:
    """Transform, take the complete series that are no observables, and put small groups together."""
    coded = frame[[name for name in frame if name in dataset.tcodes and name not in taken]]
    panel = apply_tcodes(coded, dataset.tcodes)[periods].dropna(axis=1)
    groups = gathered({name: dataset.groups.get(name, "other") for name in panel})
    return FavarData(clipped(panel), observables.loc[panel.index], groups)


def gathered(groups: dict[str, str]) -> dict[str, str]:
    """Put the series of groups with fewer than three into "other"."""
    sizes = pd.Series(groups).value_counts()
    return {name: group if sizes[group] >= SMALLEST else "other" for name, group in groups.items()}


def clipped(panel: pd.DataFrame) -> pd.DataFrame:
    """Bring values to within six robust standard deviations of the median; a spread of zero leaves a series alone."""
    middle = panel.median()
    spread = ((panel - middle).abs().median() / 0.6745).replace(0.0, np.inf)
    reach = CLIP * spread
    return panel.clip(middle - reach, middle + reach, axis=1)
