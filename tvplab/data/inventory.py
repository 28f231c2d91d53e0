"""`catalog`: what there is.  `verify`: whether it is whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pandas as pd

from tvplab.data.loading import series_table
from tvplab.data.parsers import parse
from tvplab.data.sources import Source, bundled_dir, get_source, sources
from tvplab.data.store import Found, present, read_members


def catalog() -> pd.DataFrame:
    """Return one row per known set.

    Returns
    -------
    DataFrame
        `name`, `title`, `vintages` (tuple of those at hand), `where` (the places they lie in), `get`
        ("bundled" or "fetch"), `licence`, `synthetic`.
    """
    rows = []
    for source in sources().values():
        found = present(source)
        rows.append(
            {
                "name": source.name,
                "title": source.title,
                "vintages": tuple(item.vintage for item in found if item.vintage),
                "where": ", ".join(dict.fromkeys(item.place for item in found)) or "not at hand",
                "get": "bundled" if source.bundled else "fetch",
                "licence": source.licence,
                "synthetic": source.synthetic,
            }
        )
    return pd.DataFrame(rows)


def verify(name: str | None = None) -> pd.DataFrame:
    """Check every file at hand: bundled ones against their sha256, all data files by reading them.

    Parameters
    ----------
    name : str, optional
        One set only; the checksums of the bundled files are then left out.

    Returns
    -------
    DataFrame
        `name`, `vintage` (empty where there is none), `path`, `ok` (bool), `detail` (what is wrong, or empty).
    """
    chosen = sources().values() if name is None else [get_source(name)]
    rows = _checksums() if name is None else []
    rows += [row for source in chosen for row in _read_all(source)]
    return pd.DataFrame(rows, columns=["name", "vintage", "path", "ok", "detail"])


def _checksums() -> list[dict]:
    rows = []
    for line in (bundled_dir() / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        path = bundled_dir() / name
        same = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
        rows.append(_row("bundled", None, path, "" if same else "missing, or its sha256 differs from SHA256SUMS"))
    return rows


def _read_all(source: Source) -> Iterator[dict]:
    series = series_table(source)
    for path, group in groupby(sorted(present(source), key=_by_file), key=lambda found: found.path):
        found = list(group)
        contents = read_members(path, [item.member for item in found]) if found[0].member else [path.read_bytes()]
        for item, raw in zip(found, contents, strict=True):
            yield _row(source.name, item.vintage, path, _problem(raw, source, item.vintage, series))


def _by_file(found: Found) -> tuple[str, str]:
    return str(found.path), found.vintage or ""


def _problem(raw: bytes, source: Source, vintage: str | None, series: bytes | None) -> str:
    try:
        parse(raw, source, vintage, series)
    except ValueError as error:
        return str(error)
    return ""


def _row(name: str, vintage: str | None, path: Path, detail: str) -> dict:
    return {"name": name, "vintage": vintage or "", "path": str(path), "ok": not detail, "detail": detail}
