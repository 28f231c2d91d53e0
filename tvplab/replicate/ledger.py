"""The ledger: a page of markdown with every table and figure, the paper's number beside ours."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from tvplab.replicate.store import Store
from tvplab.replicate.study import Study, cell_key

FIGURES = "replication/figures"
"""Folder of the pictures, beside the page."""

HEADER = """\
# Replication

Every table and figure of the papers that `tvplab replicate` computes, the paper's number beside ours.
`make replicate` writes this page; nothing on it is typed by hand.
"""


def contents(titles: list[str]) -> str:
    """Return links to the sections of these titles."""
    return " · ".join(f"[{title}](#{anchor(title)})" for title in titles) + "\n"


def anchor(title: str) -> str:
    """Return the name that GitHub gives a heading: letters, digits and hyphens, in lower case."""
    kept = ("L", "M", "Nd", "Pc")
    words = (c for c in title.lower() if c in " -" or unicodedata.category(c).startswith(kept))
    return "".join(words).replace(" ", "-")


def rows_of(study: Study, folder: Path | str, mode: str, sims: int | None) -> tuple[list[dict], int]:
    """Return the study's finished rows, and how many cells it asks for."""
    results = Store(folder, study.task, mode).results()
    cells = study.cells(mode, sims)
    keys = [cell_key(cell) for cell in cells]
    return [{**cell, **results[key]} for cell, key in zip(cells, keys, strict=True) if key in results], len(cells)


def section(study: Study, folder: Path | str, mode: str, sims: int | None) -> str:
    """Return one study's part of the ledger."""
    rows, asked = rows_of(study, folder, mode, sims)
    missing = f" **{asked - len(rows)} of {asked} cells are missing.**" if len(rows) < asked else ""
    size = f"{asked} cells" if asked else "none, this table is computed in full mode"
    command = f"tvplab replicate {study.id}" + (f" --sims {sims}" if sims else "")
    head = f"## {study.title}\n\n{study.source}. `{command}`, {mode} mode: {size}.{missing}\n"
    return f"{head}\n{study.table(rows)}\n" if rows else head


def illustration(beside: Path, study: Study, folder: Path | str, mode: str, sims: int | None) -> list[str]:
    """Save the study's picture in `FIGURES` beside the page and return the line that shows it; nothing without one."""
    rows, _ = rows_of(study, folder, mode, sims)
    if study.picture is None or not rows:
        return []
    picture, target = study.picture(rows), beside / FIGURES / f"{study.id}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(target, metadata={"Software": None})
    return [f"![{picture.alt}]({FIGURES}/{study.id}.png)\n"]


def finished_mode(study: Study, folder: Path | str, mode: str) -> str:
    """Return "full" where the full study lies finished in the folder, the mode asked for otherwise."""
    rows, asked = rows_of(study, folder, "full", None)
    return "full" if len(rows) == asked else mode


def write_ledger(path: Path | str, studies: list[Study], folder: Path | str, mode: str, sims: int | None) -> None:
    """Write the page, from full results where they are finished; the old page stays until the new one is whole."""
    parts = []
    for study in studies:
        best = finished_mode(study, folder, mode)
        chosen = (study, folder, best, sims if best == mode else None)
        parts += [section(*chosen), *illustration(Path(path).parent, *chosen)]
    new = Path(path).with_suffix(".new")
    head = [HEADER, contents([study.title for study in studies])]
    new.write_text("\n".join([*head, *parts]), encoding="utf-8")
    new.replace(path)
