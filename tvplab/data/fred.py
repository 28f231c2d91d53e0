"""Files of FRED-MD and FRED-QD, with the habits of twenty-five years of vintages.

Vintages to 2014-12 pad cells with spaces and write 01/01/1959; 2023-11 writes two-digit years; many end in rows
of commas; the transformation codes stand under the names in a row `Transform:`, which FRED-QD precedes by
`factors`; some republished files have no such row.
"""

from __future__ import annotations

from tvplab.data.dataset import Dataset
from tvplab.data.sources import Source
from tvplab.data.tables import dated_frame, read_rows

DATE_NAMES = ("sasdate", "date")
LABELLED_ROWS = ("transform", "factors")


def parse_fred(raw: bytes, source: Source, vintage: str | None, series: bytes | None) -> Dataset:
    """Read one vintage; `series` is the publisher's appendix, where it is at hand: the groups come from it.

    The codes are the file's own; where it has none they come from the appendix.  The appendix lists the series
    of today, so a series that has left the database has no group.

    Raises
    ------
    ValueError
        The file is not a whole table of this kind.
    """
    header, *rows = read_rows(raw)
    if header[0].lower() not in DATE_NAMES:
        raise ValueError(f"the first column is {header[0]!r}, expected {' or '.join(DATE_NAMES)}")
    labelled = {}
    while rows and rows[0][0].lower().rstrip(":") in LABELLED_ROWS:
        label, *cells = rows.pop(0)
        labelled[label.lower().rstrip(":")] = cells
    if not rows:
        raise ValueError("the file has no period")
    frame = dated_frame(header, rows, source.frequency)
    appendix = read_appendix(series) if series else {}
    listed = {name: appendix[name] for name in frame.columns if name in appendix}
    tcodes = (
        _codes(header[1:], labelled["transform"])
        if "transform" in labelled
        else {n: row[0] for n, row in listed.items()}
    )
    groups = {name: source.group_names[number - 1] for name, (_, number) in listed.items()}
    return Dataset(
        source.name, frame, source.source, source.licence, source.citation, vintage, source.synthetic,
        groups=groups, tcodes=tcodes, frequencies=dict.fromkeys(frame.columns, source.frequency),
    )  # fmt: skip


def read_appendix(raw: bytes) -> dict[str, tuple[int, int]]:
    """Return series name -> (tcode, group number) from the appendix of FRED-MD or FRED-QD."""
    header, *rows = read_rows(raw)
    columns = [name.lower() for name in header]
    name, tcode, group = (columns.index(key) for key in ("fred", "tcode", "group"))
    return {row[name]: (int(row[tcode]), int(row[group])) for row in rows}


def _codes(names: list[str], cells: list[str]) -> dict[str, int]:
    codes = {}
    for name, cell in zip(names, cells, strict=True):
        if cell not in "1234567" or not cell:
            raise ValueError(f"{name}: transformation code {cell!r} is not one of 1 to 7")
        codes[name] = int(cell)
    return codes
