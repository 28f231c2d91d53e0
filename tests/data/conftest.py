"""Fixtures of the data tests: the real files where they are, a cache of one's own, a server on this machine."""

import contextlib
import os
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FRED_NAMES = ("INDPRO", "UNRATE", "CPIAUCSL", "FEDFUNDS")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files that the project may use and does not ship."""
    folder = Path(os.environ.get("TVPLAB_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "fred_md").is_dir():
        pytest.skip("the real FRED-MD files are not at hand: set TVPLAB_DATA (data/README.md)")
    return folder.resolve()


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty cache, and no TVPLAB_DATA."""
    monkeypatch.delenv("TVPLAB_DATA", raising=False)
    monkeypatch.setenv("TVPLAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def synthetic_fred(first_year: int = 1979, periods: int = 492, marker: float = 100.0) -> bytes:
    """Made-up numbers in the layout of FRED-MD, monthly from January of `first_year`; 492 from 1979 end in 2019-12."""
    dates = [f"{month}/1/{first_year + year}" for year in range(periods // 12 + 1) for month in range(1, 13)]
    rows = [f"{date},{marker},5.0,{200 + i},2.5" for i, date in enumerate(dates[:periods])]
    return "\n".join(["sasdate," + ",".join(FRED_NAMES), "Transform:,5,2,6,2", *rows, ",,,,"]).encode()


@dataclass
class Reply:
    """What the server says: `claimed` is the Content-Length it announces, `delay` the seconds before it speaks."""

    body: bytes = b""
    status: int = 200
    claimed: int | None = None
    delay: float = 0.0


@dataclass
class LocalServer:
    url: str
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def serve(self, path: str, reply: Reply) -> str:
        self.replies[path] = reply
        return self.url + path


@pytest.fixture
def server(monkeypatch):
    """A web server on 127.0.0.1 that answers what `serve` was told, and 404 otherwise."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    local = LocalServer("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            local.asked.append(self.path)
            reply = local.replies.get(self.path, Reply(b"not found", 404))
            time.sleep(reply.delay)
            self.send_response(reply.status)
            self.send_header("Content-Length", str(reply.claimed or len(reply.body)))
            with contextlib.suppress(ConnectionError):  # a client that has given up
                self.end_headers()
                self.wfile.write(reply.body)

        def log_message(self, *arguments):
            """Keep the test's output clean."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    local.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield local
    http.shutdown()
    http.server_close()
