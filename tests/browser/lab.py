"""A JupyterLab of its own and a Chromium that drives it, for tests and for the latency benchmark.

Everything lives in a temporary folder: the user's own settings, kernels and open notebooks are not touched.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TOKEN = "tvplab-browser-test"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},  # keep every cell in the page, seen or not
}


def find_chromium() -> str | None:
    """Path of a Chromium: ``TVPLAB_CHROMIUM`` where it is set, else the first usual name on the path."""
    named = os.environ.get("TVPLAB_CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address and the folder it serves."""

    url: str
    folder: Path

    def ask(self, path: str, method: str = "GET") -> object:
        """Answer of the server's own interface (None when empty), never through a proxy."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        headers = {"Authorization": f"token {TOKEN}"}
        request = urllib.request.Request(f"{self.url}/{path}", method=method, headers=headers)
        with opener.open(request, timeout=10) as answer:
            return json.loads(answer.read() or "null")

    def page_address(self, notebook: str) -> str:
        """Address of one notebook in a fresh workspace."""
        return f"{self.url}/lab/tree/{notebook}?token={TOKEN}&reset"


@contextlib.contextmanager
def running_lab(folder: Path, state: Path) -> Iterator[Lab]:
    """Serve `folder` with the Python that runs this; settings, logs and runtime files go to `state`."""
    _write_settings(state)
    port = _free_port()
    with open(state / "lab.log", "wb") as log:
        server = subprocess.Popen(_command(port, folder), env=_environment(state), stdout=log, stderr=subprocess.STDOUT)
    try:
        lab = Lab(f"http://127.0.0.1:{port}", folder)
        wait_until(lambda: _answers(lab, server), 60, "JupyterLab to answer; see " + str(state / "lab.log"))
        yield lab
    finally:
        server.terminate()
        server.wait(timeout=30)


@contextlib.contextmanager
def chromium_page(executable: str) -> Iterator["object"]:
    """Open one empty page of a headless Chromium, 1280 x 1000 pixels."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        try:
            yield browser.new_page(viewport={"width": 1280, "height": 1000})
        finally:
            browser.close()


def wait_until(condition, seconds: float, what: str) -> None:
    """Ask `condition` five times a second until it holds; TimeoutError names `what` was waited for."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(0.2)


def _answers(lab: Lab, server: subprocess.Popen) -> bool:
    """Whether the server answers yet; a server that ended will never."""
    if server.poll() is not None:
        raise RuntimeError(f"JupyterLab ended with status {server.returncode}")
    try:
        return lab.ask("api/status") is not None
    except OSError:
        return False


def _command(port: int, folder: Path) -> list[str]:
    """Command line of the server."""
    options = {
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": folder,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "IdentityProvider.token": TOKEN,
    }
    return [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]


def _environment(state: Path) -> dict[str, str]:
    """Environment of server and kernels: own folders, quick figures, one linear algebra thread."""
    own = {f"JUPYTER_{kind}_DIR": str(state / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    fixed = {"IPYTHONDIR": str(state / "ipython"), "TVPLAB_MODE": "quick", "OPENBLAS_NUM_THREADS": "1"}
    return {**os.environ, **own, **fixed}


def _write_settings(state: Path) -> None:
    """Write the user settings of a Lab that asks no questions and fetches no news."""
    for name, values in SETTINGS.items():
        path = state / f"config/lab/user-settings/@jupyterlab/{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


def _free_port() -> int:
    """Ask the system for a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
