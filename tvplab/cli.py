"""The command line: `python -m tvplab data list | fetch | verify` and `python -m tvplab replicate`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tvplab import data
from tvplab.replicate.command import add_command as add_replicate


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int
        0 when all is well, 1 when the command failed (one line on standard error says why); a misspelt
        command exits with 2.
    """
    arguments = _parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except (data.FetchError, ValueError, OSError) as error:
        print(f"tvplab: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tvplab", description="Models whose parameters move.")
    rooms = parser.add_subparsers(required=True, metavar="COMMAND")
    commands = rooms.add_parser("data", help="list, fetch and verify data sets").add_subparsers(
        required=True, metavar="list | fetch | verify"
    )
    commands.add_parser("list", help="what there is and where it lies").set_defaults(run=_list)
    fetch = commands.add_parser("fetch", help="download a set into the cache")
    fetch.add_argument("name", metavar="NAME")
    fetch.add_argument("--vintage", metavar="V", help="the date of knowledge, for example 2020-02")
    fetch.add_argument("--from", dest="source", metavar="FILE|URL", help="take the file from here")
    fetch.add_argument("--timeout", type=float, default=30.0, metavar="SECONDS")
    fetch.set_defaults(run=_fetch)
    verify = commands.add_parser("verify", help="check the files at hand")
    verify.add_argument("name", metavar="NAME", nargs="?")
    verify.set_defaults(run=_verify)
    add_replicate(rooms)
    return parser


def _list(arguments: argparse.Namespace) -> int:
    rows = [(row.name, row.get, row.where, _span(row.vintages), row.title) for row in data.catalog().itertuples()]
    rows = [("NAME", "COMES BY", "IS IN", "VINTAGES", "TITLE"), *rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _span(vintages: tuple[str, ...]) -> str:
    return ", ".join(vintages) if len(vintages) <= 2 else f"{vintages[0]} … {vintages[-1]} ({len(vintages)})"


def _fetch(arguments: argparse.Namespace) -> int:
    print(data.fetch(arguments.name, arguments.vintage, arguments.source, timeout=arguments.timeout))
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    checked = data.verify(arguments.name)
    for row in checked.itertuples():
        vintage = f" {row.vintage}" if row.vintage else ""
        print(f"{'ok ' if row.ok else 'BAD'} {row.name}{vintage} {row.path} {row.detail}".rstrip())
    return 0 if checked["ok"].all() else 1
