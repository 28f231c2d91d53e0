"""What a replication is made of: a task computes one cell, a study asks for cells and makes its page of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tvplab.plots import Picture


@dataclass(frozen=True)
class Task:
    """A pure computation; the cells that several studies ask of one task are computed once.

    Attributes
    ----------
    name : file name of its results.
    run : cell → dict of numbers (what JSON can hold), the same for the same cell, on any machine.  A function at
        the top of a module, so that other processes can find it.
    version : raised by hand when the numbers of a cell change; results of another version are computed again.
    """

    name: str
    run: Callable[[dict], dict]
    version: str


@dataclass(frozen=True)
class Study:
    """One table or figure of a paper.

    Attributes
    ----------
    id : as the command line knows it, "table-3".
    title, source : what it shows; paper and number.
    task : what computes its cells.
    cells : (mode, sims) → cells, each a dict that JSON can hold; `sims` is None where the mode decides.
    table : rows → markdown, ours beside the paper's.  A row is a finished cell and its result in one dict; there
        may be fewer rows than cells, and there is at least one.
    picture : rows → the figure that the ledger shows under the table; None without one.
    """

    id: str
    title: str
    source: str
    task: Task
    cells: Callable[[str, int | None], list[dict]]
    table: Callable[[list[dict]], str]
    picture: Callable[[list[dict]], Picture] | None = None


def cell_key(cell: dict) -> str:
    """Return the cell as canonical JSON: the same text for the same cell, in whatever order it was written."""
    return json.dumps(cell, sort_keys=True, separators=(",", ":"), allow_nan=False)


def union(studies: list[Study], mode: str, sims: int | None) -> Iterator[tuple[Task, list[dict]]]:
    """Yield each task of these studies with the cells that they ask of it, each cell once."""
    asked: dict[Task, dict[str, dict]] = {}
    for study in studies:
        cells = asked.setdefault(study.task, {})
        cells.update((cell_key(cell), cell) for cell in study.cells(mode, sims))
    for task, cells in asked.items():
        yield task, list(cells.values())
