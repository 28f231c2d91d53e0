"""`python -m tvplab replicate`: the command line of the replication."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_command(rooms: argparse._SubParsersAction) -> None:
    """Add `replicate` to the command line; nothing is computed or imported before it is called."""
    parser = rooms.add_parser("replicate", help="compute a paper's tables again; resumes where it stopped")
    parser.add_argument(
        "ids",
        nargs="*",
        metavar="ID",
        help="a table or figure such as table-3, a paper (ridge, dss, d2fm, favar), or all",
    )
    parser.add_argument("--list", action="store_true", help="what there is")
    parser.add_argument("--sims", type=_positive, metavar="N", help="simulations a setup; the mode decides otherwise")
    parser.add_argument("--jobs", type=_positive, default=1, metavar="N", help="processes on this machine")
    parser.add_argument("--dask", metavar="ADDRESS", help="scheduler of a Dask cluster, tcp://host:8786")
    parser.add_argument("--full", action="store_true", help="every setup, and the paper's number of simulations")
    parser.add_argument("--out", type=Path, default=Path("replication"), metavar="DIR", help="where results are kept")
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="write the tables to this page of markdown")
    parser.set_defaults(run=run_command)


def run_command(arguments: argparse.Namespace) -> int:
    """Run the studies, then print their tables or write them to the ledger.  130 says that Ctrl-C stopped it."""
    from tvplab.replicate.catalog import find, studies

    if arguments.list:
        width = max(map(len, studies()))
        for study in studies().values():
            print(f"{study.id:{width}}  {study.title}")
        return 0
    if not arguments.ids:
        raise ValueError(f"replicate: name what to compute: all, {', '.join(studies())}")
    chosen = find(arguments.ids)
    try:
        failed = _compute(chosen, arguments)
    except KeyboardInterrupt:
        print("tvplab: stopped; finished cells are kept, the same command goes on from there", file=sys.stderr)
        return 130
    _show(chosen, arguments)
    return 1 if failed else 0


def _compute(chosen: list, arguments: argparse.Namespace) -> bool:
    """Run all cells; tell whether any failed, naming the first."""
    from tvplab.replicate.runner import run_cells
    from tvplab.replicate.store import Store
    from tvplab.replicate.study import union

    failed = []
    for task, cells in union(chosen, _mode(arguments), arguments.sims):
        store = Store(arguments.out, task, _mode(arguments))
        failed += run_cells(store, cells, arguments.jobs, arguments.dask, progress=True)
    if failed:
        print(f"tvplab: {len(failed)} cells failed, the first {failed[0].cell}: {failed[0].error}", file=sys.stderr)
    return bool(failed)


def _show(chosen: list, arguments: argparse.Namespace) -> None:
    from tvplab.replicate.ledger import section, write_ledger

    if arguments.ledger:
        write_ledger(arguments.ledger, chosen, arguments.out, _mode(arguments), arguments.sims)
        print(arguments.ledger)
        return
    for study in chosen:
        print(section(study, arguments.out, _mode(arguments), arguments.sims))


def _mode(arguments: argparse.Namespace) -> str:
    return "full" if arguments.full else "quick"


def _positive(text: str) -> int:
    """Parse a whole number of at least 1."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
