"""Brazil's consumer price index by item: from IBGE's numbers to two files, and from these to a Dataset.

The files are tidy: changes over 12 months (one row per month, one column per item, the headline among them) and
weights (`date,item,value`), in percent.  The change over 12 months is chained from the published monthly changes m,
100·(∏_{j=0}^{11} (1 + m_{t−j}/100) − 1): one rule across both tables of IBGE, whatever its own accumulated change
(variable 2265) does where the second one begins.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tvplab.data.dataset import Dataset
from tvplab.data.sidra import CHANGE, GENERAL_INDEX, WEIGHT
from tvplab.data.sources import Source
from tvplab.data.tables import dated_frame, read_rows

HEADLINE = "1001.CPI Headline"
NOT_A_NUMBER = ("...", "..", "-", "X")  # IBGE's signs: not available, not applicable, none, withheld
WEIGHT_SUM_TOLERANCE = 1e-3  # percentage points: 52 weights of four decimals
MONTHS_PER_YEAR = 12


def ipca_files(answers: pd.DataFrame) -> tuple[bytes, bytes]:
    """Make the file of changes and the file of weights.

    Parameters
    ----------
    answers : DataFrame
        As `tvplab.data.sidra.ask_tables` returns it.

    Returns
    -------
    changes, weights : bytes
        CSV text.  An item whose change is not published in every month is in the weights only.

    Raises
    ------
    ValueError
        A value that is neither a number nor one of IBGE's signs for none, or an item twice in a month.
    """
    rows = answers.assign(item=_labels(answers["name"]), value=_values(answers))
    monthly = _by_month(rows, CHANGE)
    whole = monthly.columns[monthly.notna().all()]
    changes = _over_twelve_months(monthly[whole]).rename_axis("date")
    weights = _by_month(rows, WEIGHT).rename_axis("date").reset_index().melt("date", var_name="item").dropna()
    in_order = weights.sort_values(["date", "item"])
    return _csv(changes.reset_index()), _csv(in_order)


def parse_ipca(raw: bytes, source: Source, vintage: str | None, series: bytes | None) -> Dataset:
    """Read the file of changes, `raw`, and the file of weights, `series`.

    Raises
    ------
    ValueError
        A file is not a whole table, an item or the headline is missing or has gaps, or the weights of all items do
        not sum to 100 in each month.
    """
    header, *rows = read_rows(raw)
    changes = dated_frame(header, rows, source.frequency)
    _check_items(changes, source)
    if series is None:
        raise ValueError(f"the weights, {source.series}, are not at hand")
    frame = changes.drop(columns=HEADLINE)
    weights = _aligned(_read_weights(series, source.frequency), frame)
    return Dataset(
        source.name, frame, source.source, source.licence, source.citation, vintage, source.synthetic,
        **_described(frame, source), weights=weights, headline=changes[HEADLINE],
    )  # fmt: skip


def _labels(names: pd.Series) -> pd.Series:
    """Name each item as the newest table does: `1107.Carnes`; the number alone tells items apart."""
    labels = names.where(names != GENERAL_INDEX, HEADLINE)
    numbers = labels.str.split(".").str[0]
    newest = dict(zip(numbers, labels, strict=True))
    return numbers.map(newest)


def _values(answers: pd.DataFrame) -> pd.Series:
    values = pd.to_numeric(answers["value"].mask(answers["value"].isin(NOT_A_NUMBER)), errors="coerce")
    bad = answers[~np.isfinite(values) & ~answers["value"].isin(NOT_A_NUMBER)]
    if len(bad):
        first = bad.iloc[0]
        raise ValueError(f"{first['name']} in {first['month']}: {first['value']!r} is not a number")
    return values


def _by_month(rows: pd.DataFrame, variable: str) -> pd.DataFrame:
    chosen = rows[rows["variable"] == variable]
    twice = chosen[chosen.duplicated(["month", "item"])]
    if len(twice):
        raise ValueError(f"{twice['item'].iloc[0]} comes twice in {twice['month'].iloc[0]}, variable {variable}")
    table = chosen.pivot(index="month", columns="item", values="value").dropna(how="all")
    return table.set_axis(pd.to_datetime(table.index, format="%Y%m"), axis="index")


def _over_twelve_months(monthly: pd.DataFrame) -> pd.DataFrame:
    logs = np.log1p(monthly / 100).rolling(MONTHS_PER_YEAR).sum()
    return 100 * np.expm1(logs.iloc[MONTHS_PER_YEAR - 1 :])


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n").encode()


def _check_items(changes: pd.DataFrame, source: Source) -> None:
    if HEADLINE not in changes.columns:
        raise ValueError(f"the headline, {HEADLINE!r}, is missing")
    numbers = {label.split(".")[0] for label in changes.columns}
    missing = [f"{number} ({title})" for number, title in source.titles.items() if number not in numbers]
    if missing:
        raise ValueError(f"item {', '.join(missing)} is missing or not there in every month")
    gaps = changes.columns[changes.isna().any()]
    if len(gaps):
        raise ValueError(f"{gaps[0]} has empty cells")


def _read_weights(series: bytes, frequency: str) -> pd.DataFrame:
    header, *rows = read_rows(series)
    if header != ["date", "item", "value"]:
        raise ValueError(f"the header of the weights is {','.join(header)}, expected date,item,value")
    table = pd.DataFrame(rows, columns=header)
    if table.duplicated(["date", "item"]).any():
        raise ValueError("the weights name an item twice in one month")
    wide = table.pivot(index="date", columns="item", values="value").fillna("")
    weights = dated_frame(["date", *wide.columns], wide.reset_index().to_numpy().tolist(), frequency)
    totals = weights.drop(columns=HEADLINE, errors="ignore").sum(axis=1)
    wrong = totals[(totals - 100).abs() > WEIGHT_SUM_TOLERANCE]
    if len(wrong):
        raise ValueError(f"the weights of {wrong.index[0]:%Y-%m} sum to {wrong.iloc[0]:.4f}, not to 100")
    return weights


def _aligned(weights: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Keep the weights of the items and months of `frame`; every one must be there."""
    unweighted = frame.columns.difference(weights.columns)
    if len(unweighted):
        raise ValueError(f"{unweighted[0]} has no weights")
    later = frame.index.difference(weights.index)
    if len(later):
        raise ValueError(f"{later[0]:%Y-%m} has no weights")
    chosen = weights.loc[frame.index, frame.columns]
    if chosen.isna().any(axis=None):
        raise ValueError(f"{chosen.columns[chosen.isna().any()][0]} has months without a weight")
    return chosen.rename_axis(columns=None)


def _described(frame: pd.DataFrame, source: Source) -> dict[str, dict]:
    numbers = {label: label.split(".")[0] for label in frame.columns}
    return {
        "groups": {label: source.group_names[int(number[0]) - 1] for label, number in numbers.items()},
        "titles": {label: source.titles[number] for label, number in numbers.items() if number in source.titles},
        "units": dict.fromkeys(frame.columns, "Percent change over 12 months"),
        "frequencies": dict.fromkeys(frame.columns, source.frequency),
        "tcodes": dict.fromkeys(frame.columns, 1),
    }
