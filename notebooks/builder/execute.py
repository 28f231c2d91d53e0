"""Run a notebook from top to bottom and keep what belongs in the repository."""

import os
from pathlib import Path

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbformat import NotebookNode

from builder.assemble import KEPT_METADATA

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
SECONDS_PER_CELL = 600


def execute(notebook: NotebookNode, mode: str, folder: Path) -> NotebookNode:
    """Run all cells with the Python that runs this, in place, and strip what would not stay the same.

    Parameters
    ----------
    notebook : NotebookNode
        From `assemble`.
    mode : {"quick", "full"}
        Handed to the kernel as ``TVPLAB_MODE``. Nothing is stored between runs, so modes cannot mix.
    folder : Path
        Where the notebook's code runs.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        At the first cell that fails.
    """
    own_python = KernelSpecManager(kernel_dirs=[])  # no kernel of the user's, only this environment's
    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(kernel_name="python3", kernel_spec_manager=own_python),
        timeout=SECONDS_PER_CELL,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env={**os.environ, "TVPLAB_MODE": mode, "OPENBLAS_NUM_THREADS": "1"})
    return _strip(notebook)


def _strip(notebook: NotebookNode) -> NotebookNode:
    """Remove widget state and views (the picture beside a view stays), timings and the Python's version."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in KEPT_METADATA if key in cell.metadata}
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
    return notebook
