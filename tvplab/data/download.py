"""One file over http(s), through pooch: time-outs, a bounded number of tries, a sha256 where one is known."""

from __future__ import annotations

import time
from pathlib import Path

from tvplab.data.errors import FetchError
from tvplab.data.sources import Remote

PAUSE_SECONDS = 0.5
AGENT = {"User-Agent": "tvplab (teaching kit)", "Accept": "*/*"}


def download(remote: Remote, file: Path, timeout: float, retries: int) -> Path:
    """Download `remote.url` to `file`.

    Raises
    ------
    FetchError
        The server refuses, the transfer breaks or times out `retries` + 1 times, or the sha256 differs.
    """
    import requests

    for attempt in range(retries + 1):
        try:
            return _once(remote, file, timeout)
        except requests.HTTPError as error:
            problem = f"the server answers {error.response.status_code} {error.response.reason}"
            if error.response.status_code < 500:
                raise FetchError(problem) from error
        except requests.RequestException as error:
            problem = _in_words(error, timeout)
        except ValueError as error:
            raise FetchError(f"wrong content: expected sha256 {remote.sha256}") from error
        if attempt < retries:
            time.sleep(PAUSE_SECONDS * 2**attempt)
    raise FetchError(f"{problem} ({retries + 1} tries)")


def _once(remote: Remote, file: Path, timeout: float) -> Path:
    import pooch

    pooch.get_logger().setLevel("WARNING")
    downloader = pooch.HTTPDownloader(timeout=timeout, headers=AGENT)
    digest = f"sha256:{remote.sha256}" if remote.sha256 else None
    return Path(pooch.retrieve(remote.url, digest, file.name, file.parent, downloader=downloader))


def _in_words(error: Exception, timeout: float) -> str:
    import requests

    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return f"no answer within {timeout:g} seconds"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the transfer broke off before the end"
    if isinstance(error, requests.ConnectionError):
        return "no connection (offline, or a wrong address)"
    return f"{type(error).__name__}: {error}"
