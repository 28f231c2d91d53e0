"""How long a slider takes in a real browser: ``python tests/browser/latency.py NOTEBOOK [MOVES]``.

Opens the notebook in a JupyterLab of its own, runs it, and presses an arrow key on the first slider of each
explorer; the time is from the key press to the frame on which the new picture is decoded and on screen.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from lab import chromium_page, find_chromium, running_lab
from lesson_page import LessonPage, describe


def slider_latency(notebook: Path, moves: int = 20) -> list[list[float]]:
    """Milliseconds of each key press, one list for each explorer of the notebook.

    Raises
    ------
    RuntimeError
        Where there is no Chromium.
    """
    chromium = find_chromium()
    if chromium is None:
        raise RuntimeError("no Chromium found; set TVPLAB_CHROMIUM to its path")
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as state:
        shutil.copy(notebook, folder)
        with running_lab(Path(folder), Path(state)) as lab, chromium_page(chromium) as page:
            lesson = LessonPage(page, lab, notebook.name)
            lesson.open()
            lesson.run_all()
            return [explorer.latency(moves) for explorer in lesson.explorers()]


if __name__ == "__main__":
    for number, delays in enumerate(slider_latency(Path(sys.argv[1]), *map(int, sys.argv[2:])), start=1):
        print(f"explorer {number}: {describe(delays)}")
