"""Real-time tables: one row a quarter, one column a vintage, as the Philadelphia Fed publishes them (xlsx or CSV)."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from tvplab.data.dataset import Dataset
from tvplab.data.sources import Source
from tvplab.data.tables import dated_frame, read_rows

VINTAGE = re.compile(r"[A-Z]+(\d\d)Q([1-4])")
FIRST_CENTURY_YEAR = 60
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def parse_realtime(raw: bytes, source: Source, vintage: str | None, series: bytes | None) -> Dataset:
    """Read levels by quarter and vintage; columns are named by the vintage's quarter, "2008Q4" for ROUTPUT08Q4.

    A vintage is what was known in the middle of its quarter, so its last value is that of the quarter before.

    Raises
    ------
    ValueError
        The file is not such a table.
    """
    header, *rows = sheet_rows(raw) if raw[:2] == b"PK" else read_rows(raw)
    names = [header[0], *map(_vintage_name, header[1:])]
    cells = [[_first_day(day), *("" if value == "#N/A" else value for value in values)] for day, *values in rows]
    frame = dated_frame(names, cells, source.frequency)
    return Dataset(
        source.name, frame, source.source, source.licence, source.citation, vintage, source.synthetic,
        units=dict.fromkeys(frame, "Billions of real dollars, annual rate; the base year differs between vintages"),
        frequencies=dict.fromkeys(frame, source.frequency),
    )  # fmt: skip


def _vintage_name(text: str) -> str:
    match = VINTAGE.fullmatch(text)
    if not match:
        raise ValueError(f"column {text!r} is no vintage; expected names such as ROUTPUT08Q4")
    year = int(match[1])
    return f"{1900 + year if year >= FIRST_CENTURY_YEAR else 2000 + year}Q{match[2]}"


def _first_day(text: str) -> str:
    """Turn "2008:Q4" into "2008-10-01"."""
    match = re.fullmatch(r"(\d{4}):Q([1-4])", text)
    if not match:
        raise ValueError(f"{text!r} is no quarter; expected 2008:Q4")
    return f"{match[1]}-{3 * int(match[2]) - 2:02d}-01"


def sheet_rows(raw: bytes) -> list[list[str]]:
    """Return the cells of a workbook's first sheet as text, every row as long as the first."""
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        shared = []
        if "xl/sharedStrings.xml" in book.namelist():
            items = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
            shared = ["".join(text.text or "" for text in item.iter(f"{SHEET}t")) for item in items]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    table = [
        {_column(cell.get("r")): _text(cell, shared) for cell in row.iter(f"{SHEET}c")}
        for row in sheet.iter(f"{SHEET}row")
    ]
    width = 1 + max(table[0])
    return [[row.get(column, "") for column in range(width)] for row in table]


def _column(reference: str) -> int:
    """Column number, from 0, of a reference such as "AB12"."""
    number = 0
    for letter in reference.rstrip("0123456789"):
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _text(cell: ElementTree.Element, shared: list[str]) -> str:
    """Text of a cell: shared, inline, or the value itself."""
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{SHEET}t"))
    value = cell.findtext(f"{SHEET}v") or ""
    return shared[int(value)] if cell.get("t") == "s" else value


def growth(realtime: pd.DataFrame, vintage: str) -> pd.Series:
    """Growth from quarter to quarter, 100 Δ log, as one vintage had it (name "2008Q4"); NaN where it had none."""
    if vintage not in realtime:
        first, last = realtime.columns[[0, -1]]
        raise ValueError(f"vintage: {vintage!r} is not there; they run from {first} to {last}")
    return (100.0 * np.log(realtime[vintage])).diff()
