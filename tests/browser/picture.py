"""The README's picture of a slider, taken in a real browser: ``python tests/browser/picture.py``."""

import shutil
import tempfile
from pathlib import Path

from lab import chromium_page, find_chromium, running_lab
from lesson_page import LessonPage

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
TARGET = NOTEBOOKS / "images" / "slider.png"


def take_picture(notebook: Path = NOTEBOOKS / "00_start_here.ipynb") -> None:
    """Open a notebook, run it, and keep its first explorer, controls included."""
    TARGET.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as state:
        shutil.copy(notebook, folder)
        with running_lab(Path(folder), Path(state)) as lab, chromium_page(find_chromium()) as page:
            lesson = LessonPage(page, lab, notebook.name)
            lesson.open()
            lesson.run_all()
            explorer = lesson.explorers()[0]
            explorer.place.scroll_into_view_if_needed()
            explorer.place.screenshot(path=TARGET)


if __name__ == "__main__":
    take_picture()
