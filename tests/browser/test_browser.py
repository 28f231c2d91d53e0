"""A reader with a real browser: every lesson opens, runs, and its sliders move the picture."""

import importlib.util
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from lab import CHROMIUM_NAMES, chromium_page, find_chromium, running_lab
from lesson_page import LessonPage, describe

HERE = Path(__file__).parent
LESSONS = sorted(path.name for path in (HERE.parents[1] / "notebooks").glob("*.ipynb"))
UNWIRED = """
import ipywidgets as widgets
from demo import demo
picture = widgets.Image(value=demo().static_png(), format="png")
box = widgets.VBox([widgets.FloatSlider(description="not wired"), picture])
box.add_class("tvplab-explorer")
box
"""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def page():
    """A page of a real Chromium."""
    executable = find_chromium()
    if executable is None:
        _go_without(
            "no Chromium found: set TVPLAB_CHROMIUM, or put one of these on the path: " + ", ".join(CHROMIUM_NAMES)
        )
    if importlib.util.find_spec("playwright") is None:
        _go_without("playwright is not installed")
    with chromium_page(executable) as page:
        yield page


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab on a copy of the notebooks and on the demo."""
    folder, state = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("lab")
    for name in LESSONS:
        shutil.copy(HERE.parents[1] / "notebooks" / name, folder)
    shutil.copy(HERE / "demo.py", folder)
    _write_notebook(folder / "demo.ipynb", "from demo import demo\nexplorer = demo()\nexplorer")
    _write_notebook(folder / "unwired.ipynb", UNWIRED)
    with running_lab(folder, state) as lab:
        yield lab


@pytest.fixture
def open_notebook(page, lab):
    """Open a notebook, run all of it and return its page; when the test is over keep a screenshot and close."""
    opened = []

    def open_and_run(notebook):
        lesson = LessonPage(page, lab, notebook)
        opened.append(lesson)
        lesson.open()
        lesson.run_all()
        return lesson

    yield open_and_run
    for lesson in opened:
        _keep_screenshot(page, Path(lesson.notebook).stem)
        lesson.close()


def test_demo_slides_by_keyboard_and_mouse(open_notebook):
    """The picture follows key and mouse, keeps its height, and is quick."""
    lesson = open_notebook("demo.ipynb")
    (explorer,) = lesson.explorers()
    explorer.watch_height()
    handle = explorer.handles.first
    explorer.press(handle)
    explorer.drag(handle)
    delays = explorer.latency(moves=20)
    print("demo:", describe(delays))
    assert len(delays) == 20
    assert len(explorer.heights()) == 1
    lesson.assert_no_error()


def test_mark_stands_under_its_value(open_notebook):
    """With the slider at the marked value, the handle's middle is over the mark's, to 2 pixels."""
    lesson = open_notebook("demo.ipynb")
    (explorer,) = lesson.explorers()
    with explorer.new_picture(10):
        explorer.place.get_by_role("button", name="show CV choice").click()
    handle = explorer.handles.first.bounding_box()
    mark = explorer.place.locator(".tvplab-mark").first.bounding_box()
    assert abs(handle["x"] + handle["width"] / 2 - mark["x"] - mark["width"] / 2) <= 2


def test_slider_without_wire_is_noticed(open_notebook):
    """The negative control: a slider that moves nothing makes the wait time out."""
    (explorer,) = open_notebook("unwired.ipynb").explorers()
    with pytest.raises(TimeoutError, match="a new picture"):
        explorer.press(explorer.handles.first, seconds=3)


@pytest.mark.parametrize("notebook", LESSONS)
def test_lesson_runs_and_all_its_sliders_move_the_picture(open_notebook, notebook):
    """Each lesson: run all, no error, each slider moves its picture by key and by mouse, heights stay."""
    lesson = open_notebook(notebook)
    explorers = lesson.explorers()
    assert explorers, "a lesson has at least one slider"
    for number, explorer in enumerate(explorers, start=1):
        explorer.watch_height()
        for handle in explorer.handles.all():
            explorer.choose_model_of(handle)
            explorer.press(handle)
            explorer.drag(handle)
        explorer.reset()
        print(f"{notebook}, explorer {number}: {describe(explorer.latency(moves=20))}")
        assert len(explorer.heights()) == 1
        lesson.assert_no_error()


def _go_without(reason):
    """Skip, or fail where a browser is required."""
    if os.environ.get("TVPLAB_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def _write_notebook(path, *cells):
    """Write a notebook of code cells."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


def _keep_screenshot(page, name):
    """Write what the reader sees to TVPLAB_SCREENSHOTS, where that is set."""
    folder = os.environ.get("TVPLAB_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")
