"""From the bytes of a file to a Dataset: one function per format, named in `sources.toml`."""

from __future__ import annotations

import re

from tvplab.data.dataset import Dataset
from tvplab.data.fred import parse_fred
from tvplab.data.ipca import parse_ipca
from tvplab.data.meetings import parse_meetings
from tvplab.data.realtime import parse_realtime
from tvplab.data.sources import Source
from tvplab.data.tables import dated_frame, read_rows


def parse_dated(raw: bytes, source: Source, vintage: str | None, series: bytes | None) -> Dataset:
    """Read a table whose first column is the date and whose other columns are series.

    `series` is the table that describes them (series, title, group, frequency, tcode, units), if there is one.
    """
    header, *rows = read_rows(raw)
    frame = dated_frame(header, rows, source.frequency)
    described = _described(series, list(frame.columns)) if series else {}
    return Dataset(
        source.name,
        frame,
        source.source,
        source.licence,
        source.citation,
        vintage,
        source.synthetic,
        **described,
    )


def parse_gaps(raw: bytes, source: Source, vintage: str | None, series: bytes | None) -> Dataset:
    """Read a dated table that writes NA where it has no value."""
    return parse_dated(re.sub(rb"(?<=,)\"?NA\"?(?=[,\r\n]|$)", b"", raw), source, vintage, series)


PARSERS = {
    "dated": parse_dated, "fred": parse_fred, "gaps": parse_gaps, "ipca": parse_ipca, "meetings": parse_meetings,
    "realtime": parse_realtime,
}  # fmt: skip


def parse(raw: bytes, source: Source, vintage: str | None, series: bytes | None) -> Dataset:
    """Read a file of `source` and check its structure.

    Raises
    ------
    ValueError
        The file is not what it should be: not a table, a series is missing, too few periods, or a last period
        that does not fit the vintage.
    """
    dataset = PARSERS[source.parser](raw, source, vintage, series)
    missing = [name for name in source.must_have if name not in dataset.frame.columns]
    if missing:
        raise ValueError(f"series {', '.join(missing)} not found")
    if len(dataset.frame) < source.min_rows:
        raise ValueError(f"{len(dataset.frame)} periods found, at least {source.min_rows} expected")
    if source.max_lag is not None:
        _check_last_period(dataset, source.max_lag)
    return dataset


def _check_last_period(dataset: Dataset, max_lag: int) -> None:
    year, month = (int(part) for part in dataset.vintage.split("-")[:2])
    last = dataset.frame.index[-1]
    lag = 12 * (year - last.year) + month - last.month
    if not 0 <= lag <= max_lag:
        raise ValueError(f"the last period, {last:%Y-%m}, is not 0 to {max_lag} months before {dataset.vintage}")


def _described(series: bytes, names: list[str]) -> dict[str, dict]:
    header, *rows = read_rows(series)
    table = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    unknown = [name for name in names if name not in table]
    if unknown:
        raise ValueError(f"the table of series does not describe {', '.join(unknown)}")
    fields = {"titles": "title", "groups": "group", "units": "units", "frequencies": "frequency"}
    described = {field: {name: table[name][column] for name in names} for field, column in fields.items()}
    codes = {name: table[name]["tcode"] for name in names}
    return {
        **described,
        "tcodes": {name: int(code) if code.isdigit() else code for name, code in codes.items()},
    }
