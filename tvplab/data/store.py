"""Where files are looked up: $TVPLAB_DATA, then the user's cache, then the bundled folder."""

from __future__ import annotations

import lzma
import os
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tvplab.data.sources import Source, bundled_dir

VINTAGE_IN_NAME = re.compile(r"(?<!\d)(\d{4})[-m](\d{1,2})(-\d{2})?(?=\D|$)")


@dataclass(frozen=True)
class Found:
    """A file of a set: vintage, place (`TVPLAB_DATA`, `cache` or `bundled`), path, and member if an archive."""

    vintage: str | None
    place: str
    path: Path
    member: str | None = None

    def read(self) -> bytes:
        """Return the bytes of the file, or of the archive's member."""
        if self.member is None:
            return self.path.read_bytes()
        return next(read_members(self.path, [self.member]))


def cache_dir() -> Path:
    """Return the folder that `fetch` writes into: $TVPLAB_CACHE, or the user's cache directory."""
    import pooch

    return Path(os.environ.get("TVPLAB_CACHE") or pooch.os_cache("tvplab"))


def places() -> dict[str, Path]:
    """Return place -> folder, in the order of search.

    Raises
    ------
    ValueError
        $TVPLAB_DATA names a folder that does not exist.
    """
    order = {"cache": cache_dir(), "bundled": bundled_dir()}
    chosen = os.environ.get("TVPLAB_DATA")
    if not chosen:
        return order
    folder = Path(chosen).expanduser().resolve()
    if not folder.is_dir():
        raise ValueError(f"TVPLAB_DATA: {folder} is not a folder")
    return {"TVPLAB_DATA": folder, **order}


def find(source: Source, vintage: str | None) -> Found | None:
    """Return the first file of this vintage in the order of search, plain before archived; else None."""
    for place, folder in places().items():
        for pattern in source.files:
            path = folder / pattern.replace("{vintage}", vintage or "")
            if path.is_file():
                return Found(vintage, place, path)
        for found in _archived(source, place, folder):
            if found.vintage == vintage:
                return found
    return None


def present(source: Source) -> list[Found]:
    """Return every file of the set that is here, one per vintage: the one that `find` would take."""
    first: dict[str | None, Found] = {}
    for place, folder in places().items():
        for found in [*_plain(source, place, folder), *_archived(source, place, folder)]:
            first.setdefault(found.vintage, found)
    return sorted(first.values(), key=lambda found: found.vintage or "")


def find_file(name: str) -> Path | None:
    """Return the first file of this relative name in the order of search; else None."""
    candidates = (folder / name for folder in places().values())
    return next((path for path in candidates if path.is_file()), None)


def is_archive(name: str) -> bool:
    """Say whether a file name is that of an archive of vintages."""
    return name.endswith((".zip", ".tar.xz"))


def members(path: Path) -> dict[str, str]:
    """Return vintage -> member name of an archive; a member's vintage is read from its name."""
    return dict(_members(str(path), path.stat().st_mtime_ns))


def read_members(path: Path, names: Iterable[str]) -> Iterator[bytes]:
    """Give the bytes of the named members of an archive, opened once; a damaged one raises ValueError."""
    with _opened(path) as archive:
        for name in names:
            yield archive.read(name) if isinstance(archive, zipfile.ZipFile) else archive.extractfile(name).read()


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile | tarfile.TarFile]:
    try:
        with zipfile.ZipFile(path) if path.name.endswith(".zip") else tarfile.open(path) as archive:
            yield archive
    except (zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, zlib.error, EOFError) as error:
        raise ValueError(f"{path} is not a whole archive: {error}") from error


@lru_cache(maxsize=16)
def _members(path: str, modified: int) -> dict[str, str]:
    with _opened(Path(path)) as archive:
        names = archive.namelist() if isinstance(archive, zipfile.ZipFile) else archive.getnames()
    return {_vintage_of(name): name for name in names if name.endswith(".csv") and _vintage_of(name)}


def _vintage_of(name: str) -> str | None:
    match = VINTAGE_IN_NAME.search(Path(name).name)
    return f"{match[1]}-{int(match[2]):02d}{match[3] or ''}" if match else None


def _plain(source: Source, place: str, folder: Path) -> list[Found]:
    if source.vintages == "none":
        return [Found(None, place, folder / name) for name in source.files if (folder / name).is_file()]
    found = []
    for pattern in source.files:
        for path in sorted(folder.glob(pattern.replace("{vintage}", "*"))):
            vintage = _vintage_of(path.name)
            if vintage and path == folder / pattern.replace("{vintage}", vintage):
                found.append(Found(vintage, place, path))
    return found


def _archived(source: Source, place: str, folder: Path) -> list[Found]:
    paths = [path for pattern in source.archives for path in sorted(folder.glob(pattern))]
    return [Found(vintage, place, path, name) for path in paths for vintage, name in sorted(members(path).items())]
