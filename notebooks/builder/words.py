"""New words for a notebook whose code stays as it is: the outputs are kept, nothing is run."""

from nbformat import NotebookNode


def take_outputs(fresh: NotebookNode, committed: NotebookNode) -> bool:
    """Give the fresh notebook the outputs of the committed one; tell whether both have the same code."""
    old, new = ([cell for cell in one.cells if cell.cell_type == "code"] for one in (committed, fresh))
    if [cell.source for cell in old] != [cell.source for cell in new]:
        return False
    for done, cell in zip(old, new, strict=True):
        cell.outputs, cell.execution_count, cell.metadata = done.outputs, done.execution_count, done.metadata
    fresh.metadata = committed.metadata
    return True
