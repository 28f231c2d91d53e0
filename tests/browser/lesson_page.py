"""What a reader does with a lesson in JupyterLab: open it, run it, move a slider and look."""

import contextlib
import io
import statistics
from collections.abc import Iterator

import numpy as np
from lab import Lab, wait_until
from PIL import Image

EXPLORER = ".tvplab-explorer:visible"
ERRORS = (
    '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]',
    '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]',
    ".tvplab-explorer [role=alert]",
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
        """Run all cells; an error output fails at once, a cell without a number in the end."""
        self.page.click('.lm-MenuBar-itemLabel:text-is("Run")')
        self.page.click('.lm-Menu-item[data-command="runmenu:run-all"]')
        wait_until(self._has_run, seconds, f"all cells of {self.notebook} to be numbered")
        wait_until(self._kernel_is_ready, 60, "the kernel to be idle again")
        self.assert_no_error()

    def assert_no_error(self) -> None:
        """No traceback, nothing on stderr, no error inside an explorer."""
        texts = [text for place in ERRORS for text in self.page.locator(place).all_inner_texts()]
        assert not texts, f"{self.notebook} shows errors: {texts}"

    def explorers(self) -> list["ExplorerOnPage"]:
        """Return the explorers on the page, from the top."""
        return [ExplorerOnPage(self.page, place) for place in self.page.locator(EXPLORER).all()]

    def _kernel_is_ready(self) -> bool:
        kernels = [s["kernel"] for s in self.lab.get("api/sessions") if s["path"] == self.notebook]
        return any(k["connections"] >= 1 and k["execution_state"] == "idle" for k in kernels)

    def _has_run(self) -> bool:
        self.assert_no_error()
        cells = self.page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
        return all(text.strip("[]: \n").isdigit() for text in cells)


class ExplorerOnPage:
    """One explorer: its sliders and its picture."""

    def __init__(self, page, place):
        self.page, self.place = page, place
        self.picture = place.locator("img.widget-image")
        self.handles = place.locator(".noUi-handle")

    def press(self, handle, seconds: float = 10) -> None:
        """Press an arrow key on a slider and wait for a new picture; TimeoutError if none comes."""
        at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
        handle.focus()
        with self.new_picture(seconds):
            handle.press("ArrowLeft" if at_end else "ArrowRight")

    def drag(self, handle, pixels: int = 40, seconds: float = 10) -> None:
        """Drag a slider with the mouse in ten moves and wait for a new picture."""
        handle.scroll_into_view_if_needed()
        box, track = handle.bounding_box(), handle.locator("xpath=../../..").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        way = pixels if x + pixels < track["x"] + track["width"] else -pixels
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        with self.new_picture(seconds):
            self.page.mouse.move(x + way, y, steps=10)
            self.page.mouse.up()

    @contextlib.contextmanager
    def new_picture(self, seconds: float) -> Iterator[None]:
        """Wait, at the end of a ``with`` block, for a picture whose pixels differ from those before."""
        source, pixels = self.source(), self.pixels()
        yield
        wait_until(lambda: self.source() != source, seconds, "a new picture")
        wait_until(lambda: not np.array_equal(self.pixels(), pixels), seconds, "a picture with other pixels")

    def pixels(self) -> np.ndarray:
        """Return the picture as it stands on the screen, shape (height, width, 3)."""
        return np.asarray(Image.open(io.BytesIO(self.picture.screenshot())).convert("RGB"))

    def source(self) -> str:
        """Address of the picture's bytes; each new picture has a new one."""
        return self.picture.get_attribute("src")

    def watch_height(self) -> None:
        """Note every height that the explorer takes from now on."""
        self.place.evaluate(HEIGHTS)

    def heights(self) -> set[int]:
        """Heights taken since `watch_height`, in pixels."""
        return set(self.page.evaluate("window.tvplabHeights"))

    def latency(self, moves: int = 20) -> list[float]:
        """Milliseconds from key press to the new picture on screen, one for each of `moves` presses."""
        handle = self.handles.first
        self.place.evaluate(STOPWATCH)
        handle.focus()
        for key, done in self._keys(handle, moves):
            handle.press(key)
            self.page.wait_for_function("n => window.tvplab.delays.length >= n", arg=done, timeout=10_000)
        return self.page.evaluate("window.tvplab.delays")

    def _keys(self, handle, moves: int) -> Iterator[tuple[str, int]]:
        """Arrow keys that stay on the scale, with their count."""
        now, low, high = (float(handle.get_attribute(f"aria-value{name}")) for name in ("now", "min", "max"))
        key = "ArrowRight" if now - low < high - now else "ArrowLeft"
        return ((key, done) for done in range(1, moves + 1))


def describe(delays: list[float]) -> str:
    """One line about a list of latencies in milliseconds."""
    return (
        f"{len(delays)} key presses: median {statistics.median(delays):.0f} ms, "
        f"least {min(delays):.0f} ms, most {max(delays):.0f} ms"
    )
