"""What a reader does with a lesson in JupyterLab: open it, run it, move a slider and look."""

import contextlib
import io
import statistics
from collections.abc import Iterator

import numpy as np
from lab import Lab, wait_until
from PIL import Image

EXPLORER = ".tvplab-explorer:visible"
WIDGET_OUTPUT = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.widget-view+json"]'
ERRORS = (
    '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]',
    '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]',
    ".tvplab-explorer [role=alert]",
    ".jupyter-widgets-error-widget",
)
# Note the time of each key press, and of the frame on which the next picture is decoded and on screen.
STOPWATCH = """
explorer => {
  const picture = explorer.querySelector('img.widget-image');
  window.tvplab = {pressed: null, delays: []};
  explorer.addEventListener('keydown', () => { window.tvplab.pressed = performance.now(); }, true);
  new MutationObserver(async () => {
    const pressed = window.tvplab.pressed;
    await picture.decode();
    requestAnimationFrame(() => setTimeout(() => {
      if (pressed !== null) window.tvplab.delays.push(performance.now() - pressed);
    }));
  }).observe(picture, {attributes: true, attributeFilter: ['src']});
}
"""
HEIGHTS = """
explorer => {
  window.tvplabHeights = [];
  new ResizeObserver(() => window.tvplabHeights.push(explorer.clientHeight)).observe(explorer);
}
"""


class LessonPage:
    """One notebook, open in the browser."""

    def __init__(self, page, lab: Lab, notebook: str):
        self.page, self.lab, self.notebook = page, lab, notebook

    def open(self) -> None:
        """Open the notebook and wait until its kernel is connected and idle, as the server says."""
        self.page.goto(self.lab.page_address(self.notebook))
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        wait_until(self._kernel_is_ready, 60, f"the kernel of {self.notebook}")

    def run_all(self, seconds: float = 300) -> None:
        """Clear what was there, run all cells; an error fails at once, a cell without a number in the end."""
        self._menu("Edit", "editmenu:clear-all")
        wait_until(lambda: not any(self._numbered()), 10, "the old outputs to go")
        self._menu("Run", "runmenu:run-all")
        wait_until(self._has_run, seconds, f"all cells of {self.notebook} to be numbered")
        wait_until(self._kernel_is_ready, 60, "the kernel to be idle again")
        wait_until(self._widgets_stand, 30, "the widgets to be drawn")
        self.assert_no_error()

    def assert_no_error(self) -> None:
        """No traceback, nothing on stderr, no error inside an explorer."""
        texts = [text for place in ERRORS for text in self.page.locator(place).all_inner_texts()]
        assert not texts, f"{self.notebook} shows errors: {texts}"

    def close(self) -> None:
        """Leave the page and end the notebook's kernel."""
        self.page.goto("about:blank")
        for session in self.lab.ask("api/sessions"):
            self.lab.ask(f"api/sessions/{session['id']}", method="DELETE")

    def explorers(self) -> list["ExplorerOnPage"]:
        """Return the explorers on the page, from the top."""
        return [ExplorerOnPage(self.page, place) for place in self.page.locator(EXPLORER).all()]

    def _kernel_is_ready(self) -> bool:
        kernels = [s["kernel"] for s in self.lab.ask("api/sessions") if s["path"] == self.notebook]
        return any(k["connections"] >= 1 and k["execution_state"] == "idle" for k in kernels)

    def _has_run(self) -> bool:
        self.assert_no_error()
        return all(self._numbered())

    def _numbered(self) -> list[bool]:
        """Whether each code cell has a number, as a cell that has run."""
        cells = self.page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
        return [text.strip("[]: \n").isdigit() for text in cells]

    def _widgets_stand(self) -> bool:
        views = self.page.locator(WIDGET_OUTPUT)
        return all(view.locator(".jupyter-widgets").count() for view in views.all())

    def _menu(self, menu: str, command: str) -> None:
        self.page.click(f'.lm-MenuBar-itemLabel:text-is("{menu}")')
        self.page.click(f'.lm-Menu-item[data-command="{command}"]')


class ExplorerOnPage:
    """One explorer: its sliders and its picture."""

    def __init__(self, page, place):
        self.page, self.place = page, place
        self.picture = place.locator("img.widget-image")
        self.handles = place.locator(".noUi-handle")

    def choose_model_of(self, handle) -> None:
        """Choose, for a slider that says "(MODEL)" in its label, that model: under another it moves nothing."""
        label = handle.locator("xpath=ancestor::*[contains(@class, 'widget-slider')]//label").first.inner_text()
        model = label.partition("(")[2].rstrip(") ")
        menus = self.place.locator("select").filter(has=self.page.locator("option", has_text=model))
        if not model or not menus.count():
            return
        value = menus.first.locator("option", has_text=model).first.get_attribute("value")
        if menus.first.input_value() != value:
            with self.new_picture(10):
                menus.first.select_option(value)

    def reset(self) -> None:
        """Press the reset button and wait for the picture of the start."""
        with self.new_picture(10):
            self.place.get_by_role("button", name="reset").click()

    def press(self, handle, seconds: float = 30) -> None:
        """Press an arrow key on a slider and wait for a new picture; TimeoutError if none comes."""
        at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
        handle.focus()
        with self.new_picture(seconds):
            handle.press("ArrowLeft" if at_end else "ArrowRight")

    def drag(self, handle, seconds: float = 30) -> None:
        """Drag a slider with the mouse, in ten moves, into the farther half of its scale: a new picture comes."""
        handle.scroll_into_view_if_needed()
        box, scale = handle.bounding_box(), handle.locator("xpath=../../..").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        share = 0.8 if x < scale["x"] + scale["width"] / 2 else 0.2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        with self.new_picture(seconds):
            self.page.mouse.move(scale["x"] + share * scale["width"], y, steps=10)
            self.page.mouse.up()

    @contextlib.contextmanager
    def new_picture(self, seconds: float) -> Iterator[None]:
        """Wait, at the end of a ``with`` block, for a picture whose pixels differ from those before."""
        source, pixels = self.source(), self.pixels()
        yield
        wait_until(lambda: self._source_without_error() != source, seconds, "a new picture")
        wait_until(lambda: not np.array_equal(self.pixels(), pixels), seconds, "a picture with other pixels")

    def pixels(self) -> np.ndarray:
        """Return the picture as it stands on the screen, shape (height, width, 3)."""
        return np.asarray(Image.open(io.BytesIO(self.picture.screenshot())).convert("RGB"))

    def source(self) -> str:
        """Address of the picture's bytes; each new picture has a new one."""
        return self.picture.get_attribute("src")

    def _source_without_error(self) -> str:
        alerts = self.place.locator("[role=alert]").all_inner_texts()
        assert not alerts, f"the explorer shows an error: {alerts}"
        return self.source()

    def watch_height(self) -> None:
        """Note every height that the explorer takes from now on."""
        self.place.evaluate(HEIGHTS)

    def heights(self) -> set[int]:
        """Heights taken since `watch_height`, in pixels."""
        return set(self.page.evaluate("window.tvplabHeights"))

    def latency(self, moves: int = 20) -> list[float]:
        """Milliseconds from key press to the new picture on screen, one for each of `moves` presses.

        The page keeps the time; it is asked for it every 20 ms.  Asked on every frame, as by default, a browser
        without a graphics card would draw frame after frame for nothing else, and the waiting slows what it waits for.
        """
        handle = self.handles.first
        self.place.evaluate(STOPWATCH)
        handle.focus()
        for key, done in self._keys(handle, moves):
            handle.press(key)
            self.page.wait_for_function("n => window.tvplab.delays.length >= n", arg=done, timeout=30_000, polling=20)
        return self.page.evaluate("window.tvplab.delays")

    def _keys(self, handle, moves: int) -> Iterator[tuple[str, int]]:
        """Arrow keys with their count: towards the farther end of the scale, and back from there."""
        key = None
        for done in range(1, moves + 1):
            now, low, high = (float(handle.get_attribute(f"aria-value{name}")) for name in ("now", "min", "max"))
            if key is None:
                key = "ArrowRight" if now - low < high - now else "ArrowLeft"
            if now in (low, high):
                key = "ArrowRight" if now == low else "ArrowLeft"
            yield key, done


def describe(delays: list[float]) -> str:
    """One line about a list of latencies in milliseconds."""
    return (
        f"{len(delays)} key presses: median {statistics.median(delays):.0f} ms, "
        f"least {min(delays):.0f} ms, most {max(delays):.0f} ms"
    )
