"""`fetch`: the only door to the network.  A file enters the cache checked and whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd

from tvplab.data.download import download
from tvplab.data.errors import FetchError
from tvplab.data.ipca import ipca_files
from tvplab.data.loading import series_table
from tvplab.data.parsers import parse
from tvplab.data.sidra import ask_tables
from tvplab.data.sources import Remote, Source, get_source
from tvplab.data.store import cache_dir, is_archive, members, read_members

MEGABYTE = 1_000_000
STALE_SECONDS = 86_400


def fetch(
    name: str,
    vintage: str | None = None,
    source: str | Path | None = None,
    *,
    timeout: float = 30.0,
    retries: int = 2,
) -> Path:
    """Download a data set into the user's cache ($TVPLAB_CACHE), where `load` finds it.

    The file is written beside its place, read and checked (series, periods, vintage, sha256 where one is
    known), and only then put in its place in one step.  Whatever goes wrong, the old file stays.

    Parameters
    ----------
    name : str
        A set of `catalog()`.
    vintage : str, optional
        As in `load`.
    source : str or Path, optional
        A file or URL to take instead of the publisher's address; an archive (zip, tar.xz) must hold the
        vintage (the release, for "canada-macro").  Not for a set that is made from several tables ("brazil-ipca").
    timeout : float
        Seconds to wait for the connection and for each further piece.
    retries : int
        Further tries after a failure that may pass (no connection, time-out, broken transfer, server error).

    Returns
    -------
    Path of the file now in the cache.

    Raises
    ------
    ValueError
        Unknown name, a vintage of the wrong form, or a `source` for a set made from several tables.
    FetchError
        Nothing usable came; one line says why, for each address that was tried.
    """
    entry = get_source(name)
    vintage = entry.check_vintage(vintage)
    if entry.service:
        return _fetch_tables(entry, source, timeout, retries)
    problems = []
    for origin in _origins(entry, vintage, source):
        try:
            return _fetch_from(origin, entry, vintage, timeout, retries)
        except FetchError as error:
            problems.append(f"{origin.url}: {error}")
    raise FetchError("; ".join(problems))


def _origins(entry: Source, vintage: str | None, source: str | Path | None) -> list[Remote]:
    if source is not None:
        return [Remote(url=str(source), max_mb=max(remote.max_mb for remote in entry.remotes or (Remote(""),)))]
    if entry.own:
        raise FetchError(f"{entry.name} cannot be downloaded: {entry.own}; then name it with --from FILE")
    origins = [remote.at(vintage) for remote in entry.remotes if remote.covers(vintage)]
    if not origins:
        covered = ", ".join(f"{r.first} to {r.last if r.last < '9999' else 'today'}" for r in entry.remotes)
        raise FetchError(f"{entry.name} {vintage or ''}: no address known (known vintages: {covered or 'none'})")
    return origins


def _fetch_from(origin: Remote, entry: Source, vintage: str | None, timeout: float, retries: int) -> Path:
    target = _target(origin, entry, vintage)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _staging(target.parent) as folder:
            file = _obtain(origin, folder / target.name, timeout, retries)
            _take_member(file, entry)
            _check(file, entry, vintage)
            os.replace(file, target)
    except OSError as error:
        raise FetchError(f"{error.strerror or error} ({error.filename or target.parent})") from error
    return target


def _fetch_tables(entry: Source, source: str | Path | None, timeout: float, retries: int) -> Path:
    if source is not None:
        raise ValueError(
            f"source: {entry.name} is made from {len(entry.remotes)} tables and takes no other address, got "
            f"{str(source)!r}; files that you have go to {entry.files[0]} and {entry.series} below $TVPLAB_DATA"
        )
    target, beside = cache_dir() / entry.files[0], cache_dir() / entry.series
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _staging(target.parent) as folder:
            _check_disk(folder, sum(remote.max_mb for remote in entry.remotes) * MEGABYTE)
            _make_files(entry, ask_tables(entry.remotes, folder, timeout, retries), folder)
            os.replace(folder / beside.name, beside)  # first: it has more months, so it also fits the old target
            os.replace(folder / target.name, target)
    except OSError as error:
        raise FetchError(f"{error.strerror or error} ({error.filename or target.parent})") from error
    return target


def _make_files(entry: Source, answers: pd.DataFrame, folder: Path) -> None:
    try:
        changes, weights = ipca_files(answers)
        parse(changes, entry, None, weights)
    except ValueError as error:
        raise FetchError(f"not usable for {entry.name}: {error}") from error
    (folder / Path(entry.files[0]).name).write_bytes(changes)
    (folder / Path(entry.series).name).write_bytes(weights)


def _target(origin: Remote, entry: Source, vintage: str | None) -> Path:
    place = cache_dir() / entry.files[0].replace("{vintage}", vintage or "")
    filename = Path(urlsplit(origin.url).path).name
    return place.with_name(filename) if is_archive(filename) and not entry.member else place


@contextmanager
def _staging(parent: Path) -> Iterator[Path]:
    for left in parent.glob(".fetch-*"):
        if time.time() - left.stat().st_mtime > STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=".fetch-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _obtain(origin: Remote, file: Path, timeout: float, retries: int) -> Path:
    if urlsplit(origin.url).scheme in ("http", "https"):
        _check_disk(file.parent, origin.max_mb * MEGABYTE)
        return download(origin, file, timeout, retries)
    local = Path(origin.url).expanduser()
    if not local.is_file():
        raise FetchError("no such file, and not an http(s) address")
    _check_disk(file.parent, local.stat().st_size)
    return Path(shutil.copyfile(local, file))


def _take_member(file: Path, entry: Source) -> None:
    """Replace a downloaded archive by the one file of it that the set needs."""
    if not entry.member or not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file) as archive:
        inside = [name for name in archive.namelist() if Path(name).name == entry.member]
        if len(inside) != 1:
            raise FetchError(f"not a usable {entry.name} archive: it holds {len(inside)} files {entry.member}")
        content = archive.read(inside[0])
    file.write_bytes(content)


def _check_disk(folder: Path, need: float) -> None:
    free = shutil.disk_usage(folder).free
    if free < need:
        raise FetchError(f"not enough disk: {need / MEGABYTE:.1f} MB needed, {free / MEGABYTE:.1f} MB free in {folder}")


def _check(file: Path, entry: Source, vintage: str | None) -> None:
    series = series_table(entry)
    try:
        raw = file.read_bytes()
        if is_archive(file.name):
            held = members(file)
            if vintage not in held:
                raise ValueError(f"the archive holds no vintage {vintage}")
            raw = next(read_members(file, [held[vintage]]))
        parse(raw, entry, vintage, series)
    except ValueError as error:
        raise FetchError(f"not a usable {entry.name} file: {error}") from error
