"""What is wrong with a committed notebook, in words; and how a lesson's pace is measured."""

import re
import statistics
from collections.abc import Iterable, Iterator

from nbformat import NotebookNode

from builder.execute import WIDGET_VIEW

LONGEST_CELL = 15
REMEDY = "if you saved it from JupyterLab: git checkout notebooks/, or make notebooks"


def differences(committed: NotebookNode, fresh: NotebookNode) -> Iterator[str]:
    """Where the committed cells are not those that the lesson's text gives."""
    if len(committed.cells) != len(fresh.cells):
        yield f"it has {len(committed.cells)} cells, its text gives {len(fresh.cells)}"
    for number, (old, new) in enumerate(zip(committed.cells, fresh.cells, strict=False), start=1):
        if any(old.get(key) != new.get(key) for key in ("cell_type", "source", "id")):
            yield f"cell {number} is not what its text gives; it begins {_beginning(old)}"
            return


def flaws(notebook: NotebookNode) -> Iterator[str]:
    """Errors shown, words on stderr, cells not run in order, widget state, stubs that pass."""
    yield from wrong_verdicts(notebook, solved=False)
    if "widgets" in notebook.metadata:
        yield "it holds widget state"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        yield "its cells were not run once each from top to bottom"
    for cell in code:
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"the cell that begins {_beginning(cell)} shows {output.ename}: {output.evalue}"
            if output.get("name") == "stderr":
                yield f"the cell that begins {_beginning(cell)} writes to stderr: {output.text[:200]!r}"
            if WIDGET_VIEW in output.get("data", {}):
                yield f"the cell that begins {_beginning(cell)} holds a widget view"


def with_remedy(problems: Iterable[str]) -> list[str]:
    """Return the problems of a committed notebook, the last one followed by what to do."""
    found = list(problems)
    return [*found[:-1], f"{found[-1]}; {REMEDY}"] if found else []


def verdicts(notebook: NotebookNode) -> dict[str, bool]:
    """What `tvplab.check` said in this notebook: exercise to right or not."""
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    texts = [output.get("data", {}).get("text/plain", "") for output in outputs]
    found = [re.match(r"([✓✗]) Exercise ([\d.]+):", text) for text in texts]
    return {match[2]: match[1] == "✓" for match in found if match}


def exercises(notebook: NotebookNode) -> list[str]:
    """Numbers of the exercises, in order."""
    cells = [cell for cell in notebook.cells if "exercise" in cell.metadata.get("tags", [])]
    return [tag for cell in cells for tag in cell.metadata.tags if tag != "exercise"]


def wrong_verdicts(notebook: NotebookNode, solved: bool) -> Iterator[str]:
    """Exercises that are not checked, stubs that pass, solutions that do not."""
    said = verdicts(notebook)
    for number in exercises(notebook):
        if number not in said:
            yield f"exercise {number} is not checked (tvplab.check as the last line of a cell)"
        elif said[number] != solved:
            yield f"the {'solution' if solved else 'stub'} of exercise {number} is judged {said[number]}"


def long_cells(notebook: NotebookNode) -> Iterator[str]:
    """Visible code cells above the limit of lines."""
    for cell in _visible_code(notebook):
        if len(cell.source.splitlines()) > LONGEST_CELL:
            count = len(cell.source.splitlines())
            yield f"the cell that begins {_beginning(cell)} has {count} lines; {LONGEST_CELL} is the most"


def pace(notebook: NotebookNode) -> str:
    """One line: words of prose for each line of code, and the median lines of a code cell."""
    lines = [len(cell.source.splitlines()) for cell in _visible_code(notebook)]
    words = sum(_words(cell.source) for cell in notebook.cells if cell.cell_type == "markdown")
    if not lines:
        return f"{words} words, no code"
    return f"{words / sum(lines):.1f} words for a line of code, median cell {statistics.median(lines):g} lines"


def _visible_code(notebook: NotebookNode) -> list[NotebookNode]:
    """Code cells that a reader sees."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [cell for cell in code if not cell.metadata.get("jupyter", {}).get("source_hidden")]


def _words(prose: str) -> int:
    """Count the words outside of code, formulas and tags."""
    plain = re.sub(r"```.*?```|\$\$.*?\$\$|\$.*?\$|<[^>]*>", " ", prose, flags=re.DOTALL)
    return len(re.findall(r"[^\W\d_]+", plain))


def _beginning(cell: NotebookNode) -> str:
    """Return the start of a cell's first line, quoted."""
    return repr("".join(cell.source.splitlines()[:1])[:60])
