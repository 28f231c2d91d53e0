"""Build the notebooks from the lessons' text: ``python notebooks/build.py [NAMES] [--check | --words | --mode MODE]``.

``notebooks/lessons/NN_name.py`` (jupytext percent) becomes ``notebooks/NN_name.ipynb``: stubs with folded
solutions, run from top to bottom, every output kept, no widget state. The same text gives the same file.
"""

import argparse
import os
import sys
from pathlib import Path

import nbformat
from builder.assemble import assemble
from builder.execute import execute
from builder.problems import differences, flaws, long_cells, pace, with_remedy
from builder.words import take_outputs
from nbclient.exceptions import CellExecutionError

from tvplab.modes import MEANINGS

HERE = Path(__file__).resolve().parent


def main(arguments: list[str] | None = None, folder: Path = HERE) -> int:
    """Build or check the lessons named, all of them by default; return 1 when something is wrong."""
    options = _parser().parse_args(arguments)
    known = sorted(path.stem for path in (folder / "lessons").glob("*.py"))
    unknown = sorted(set(options.names) - set(known))
    if unknown:
        print(f"no lesson {', '.join(unknown)}; there are {', '.join(known) or 'none'}", file=sys.stderr)
        return 1
    names = options.names or known
    if options.check:
        problems = [problem for name in names for problem in check(name, folder)]
    elif options.words:
        problems = [problem for name in names for problem in reword(name, folder)]
    else:
        problems = [problem for name in names for problem in build(name, options.mode, folder)]
    if options.check and not options.names:
        problems += _orphans(folder, known)
    for problem in problems:
        print("wrong:", problem, file=sys.stderr)
    return 1 if problems else 0


def build(name: str, mode: str, folder: Path) -> list[str]:
    """Write one notebook, executed in `mode`; return what is wrong with it."""
    notebook = assemble(_text(name, folder))
    for warning in long_cells(notebook):
        print(f"warning: {name}: {warning}")
    try:
        execute(notebook, mode, folder)
    except CellExecutionError as error:
        return [f"{name}: {error}"]
    target = folder / f"{name}.ipynb"
    _write(notebook, target)
    print(f"{name}: {mode} mode, {target.stat().st_size / 1e6:.1f} MB, {pace(notebook)}")
    return [f"{name}: {flaw}" for flaw in flaws(notebook)]


def check(name: str, folder: Path) -> list[str]:
    """Compare the committed notebook with its text, and run the text in quick mode, in memory."""
    target = folder / f"{name}.ipynb"
    if not target.exists():
        return [f"{name}: not built; run python notebooks/build.py {name}"]
    committed, fresh = nbformat.read(target, as_version=4), assemble(_text(name, folder))
    problems = with_remedy([*differences(committed, fresh), *flaws(committed)])
    try:
        problems += [f"run afresh, {flaw}" for flaw in flaws(execute(fresh, "quick", folder))]
    except CellExecutionError as error:
        problems.append(f"run afresh, it fails: {error}")
    print(f"{name}: {'wrong' if problems else 'in order'}, {pace(committed)}")
    return [f"{name}: {problem}" for problem in problems]


def reword(name: str, folder: Path) -> list[str]:
    """Take the text's new words into a notebook whose code has not changed, and keep its outputs."""
    target = folder / f"{name}.ipynb"
    fresh = assemble(_text(name, folder))
    if not target.exists() or not take_outputs(fresh, nbformat.read(target, as_version=4)):
        return [f"{name}: its code has changed too; run python notebooks/build.py {name}"]
    _write(fresh, target)
    return [f"{name}: {flaw}" for flaw in flaws(fresh)]


def _write(notebook: nbformat.NotebookNode, target: Path) -> None:
    """Write a notebook; the old one stays until the new one is whole."""
    unfinished = target.with_suffix(".ipynb.part")
    nbformat.write(notebook, unfinished)
    os.replace(unfinished, target)


def _text(name: str, folder: Path) -> str:
    """Return the text of a lesson."""
    return (folder / "lessons" / f"{name}.py").read_text(encoding="utf-8")


def _orphans(folder: Path, known: list[str]) -> list[str]:
    """Notebooks that no text gives."""
    return [f"{p.name} has no text in lessons/" for p in sorted(folder.glob("*.ipynb")) if p.stem not in known]


def _parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", help="lessons, such as 02_tvp_as_ridge; all by default")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="run in quick mode, write nothing; fail when stale")
    what.add_argument("--words", action="store_true", help="run nothing: new words only, outputs are kept")
    what.add_argument("--mode", choices=list(MEANINGS), default="full", help="mode to build in (default: full)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
