"""From a lesson's text (jupytext percent) to the cells of a notebook, not yet run."""

import hashlib
import re
from collections import Counter

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from builder.stubs import make_stub, without_marks

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
KEPT_METADATA = ("tags", "jupyter")


def assemble(text: str, solved: bool = False) -> NotebookNode:
    """Make the notebook of a lesson's text.

    Parameters
    ----------
    text : str
        The lesson in jupytext's percent format. A code cell tagged ``solution`` and with its number
        (``# %% tags=["solution", "2.1"]``) becomes a stub, followed by the folded solution.
    solved : bool
        Put the solutions in the place of the stubs: for the test that runs them.

    Returns
    -------
    NotebookNode
        With cell ids that depend on the cells' text only, so that the same text gives the same file.
    """
    cells = []
    for cell in jupytext.reads(text, fmt="py:percent").cells:
        if "solution" in cell.metadata.get("tags", []):
            cells += _exercise(cell, solved)
        else:
            cell.metadata = {key: cell.metadata[key] for key in KEPT_METADATA if key in cell.metadata}
            cells.append(cell)
    _name(cells)
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    notebook = new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    return notebook


def _exercise(cell: NotebookNode, solved: bool) -> list[NotebookNode]:
    """Return the stub and, folded below it, the solution."""
    numbers = [tag for tag in cell.metadata.tags if re.fullmatch(r"\d+\.\d+", tag)]
    if len(numbers) != 1:
        raise ValueError(f"a solution needs one tag such as '2.1'; got tags {cell.metadata.tags}")
    try:
        stub = make_stub(cell.source)
    except ValueError as error:
        raise ValueError(f"exercise {numbers[0]}: {error}") from None
    solution = without_marks(cell.source)
    folded = f"<details><summary>Solution {numbers[0]}</summary>\n\n```python\n{solution}\n```\n\n</details>"
    return [
        new_code_cell(solution if solved else stub, metadata={"tags": ["exercise", numbers[0]]}),
        new_markdown_cell(folded, metadata={"tags": ["solution", numbers[0]]}),
    ]


def _name(cells: list[NotebookNode]) -> None:
    """Give each cell an id made from its text, numbered where a text occurs twice."""
    seen = Counter()
    for cell in cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        seen[digest] += 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
