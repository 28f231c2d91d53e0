"""The real panels of lesson 3: US monthly series from 2001 to 2015, standardised, in groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from tvplab.data import Dataset, Standardizer
from tvplab.data.loading import load
from tvplab.static_sparse import fit_static
from tvplab.validation import check_choice

FIRST, LAST = "2001-01", "2015-12"
"""The paper's sample (section 5)."""
VINTAGE = "2016-06"
"""The first vintage of FRED-MD in which all series of the paper's Table B1 are whole over the sample."""
LEFT_OUT = ("ACOGNO",)
"""In that vintage but not in Table B1, which has 127 series."""
UNLISTED = {
    "IPB51222S": "Output and income", "AMBSL": "Money and credit", "MZMSL": "Money and credit",
    "S&P: indust": "Stock market", "VXOCLSx": "Stock market", "TWEXMMTH": "Interest and exchange rates",
    "CUUR0000SAD": "Prices", "CUUR0000SA0L2": "Prices",
}  # fmt: skip
"""Groups of series that have left the database, and its list of today."""
FRED_GROUPS = (
    "Output and income", "Labor market", "Housing", "Consumption, orders and inventories", "Money and credit",
    "Interest and exchange rates", "Prices", "Stock market",
)  # fmt: skip
NAMES = ("fred-md", "nyfed")
OUTLIER = 10.0
"""Interquartile ranges from the median beyond which a value is taken for missing (McCracken and Ng, 2016)."""


@dataclass(frozen=True)
class CrisisPanel:
    """`y` (T, N) with mean 0 and variance 1, NaN where missing; `groups` series → group, in the order of the columns.

    `note` is one sentence for every picture: source, vintage, what was taken out.
    """

    y: pd.DataFrame = field(repr=False)
    groups: dict[str, str] = field(repr=False)
    note: str


class NoiseUnits(NamedTuple):
    """A panel `y` (T, N) in units of its noise, static loadings `start` (N, r) in them, and `scale` (N,), the units."""

    y: pd.DataFrame
    start: np.ndarray
    scale: pd.Series


def crisis_panel(name: str = "nyfed", outlier: float | None = OUTLIER) -> CrisisPanel:
    """Return US monthly series 2001/01-2015/12, made stationary by their codes and standardised.

    Parameters
    ----------
    name : "fred-md" is the paper's panel of 127 series (vintage 2016-06, to be fetched); "nyfed" the bundled panel of
        the New York Fed, of which the 26 monthly series are taken.
    outlier : interquartile ranges from the median, both over all years of the file, beyond which a value counts as
        missing; None keeps all.
    """
    check_choice(name, "name", NAMES)
    dataset = load("fred-md", VINTAGE) if name == "fred-md" else load("nyfed")
    groups = _fred_groups(dataset) if name == "fred-md" else _monthly_groups(dataset)
    whole = dataset.transformed()[list(groups)]
    values = whole.loc[FIRST:LAST]
    kept = values if outlier is None else values.mask(far_out(whole, outlier).loc[FIRST:LAST])
    return CrisisPanel(Standardizer.fit(kept).transform(kept), groups, _note(dataset, values, kept))


def noise_units(y: pd.DataFrame, n_factors: int, n_starts: int = 10, seed=0) -> NoiseUnits:
    """Divide each series by the standard deviation of its own noise under static sparse factors.

    λ₀ and λ₁ of DSS-EM are in units of the noise.  In a standardised panel some series are nearly all common, others
    nearly all noise; this measures all alike.  Multiply loadings by `scale` to have them in the panel's units again.
    """
    static = fit_static(y.to_numpy(), n_factors, n_starts, seed=seed)
    scale = pd.Series(np.sqrt(static.sigma2), y.columns, name="noise")
    return NoiseUnits(y / scale, static.loadings / scale.to_numpy()[:, None], scale)


def far_out(values: pd.DataFrame, ranges: float) -> pd.DataFrame:
    """Tell which values (T, N) lie more than so many interquartile ranges from their column's median."""
    spread = values.quantile(0.75) - values.quantile(0.25)
    return (values - values.median()).abs() > ranges * spread


def _fred_groups(dataset: Dataset) -> dict[str, str]:
    """Series → group in the order of Table B1's columns; within a group in that of the file."""
    known = {**UNLISTED, **dataset.groups}
    names = [name for name in dataset.frame if name not in LEFT_OUT]
    return {name: known[name] for group in FRED_GROUPS for name in names if known[name] == group}


def _monthly_groups(dataset: Dataset) -> dict[str, str]:
    """Monthly series → group, groups in the order of their first series."""
    names = [name for name, frequency in dataset.frequencies.items() if frequency == "m"]
    order = dict.fromkeys(dataset.groups[name] for name in names)
    return {name: group for group in order for name in names if dataset.groups[name] == group}


def _note(dataset: Dataset, values: pd.DataFrame, kept: pd.DataFrame) -> str:
    out = int((values.notna() & kept.isna()).to_numpy().sum())
    source = {"fred-md": "FRED-MD", "nyfed": "New York Fed panel"}[dataset.name]
    return f"{source}, vintage {dataset.vintage}, {values.shape[1]} monthly series; {out} outliers left out"
