"""The table of sets (`data/sources.toml`) as objects."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

VINTAGE_FORMS = {"YYYY-MM": r"\d{4}-(0[1-9]|1[0-2])", "YYYY-MM-DD": r"\d{4}-(0[1-9]|1[0-2])-[0-3]\d"}


@dataclass(frozen=True)
class Remote:
    """One address: a file, or an archive of vintages; it covers the vintages from `first` to `last`."""

    url: str
    first: str = ""
    last: str = "9999"
    max_mb: float = 100.0
    sha256: str | None = None

    def covers(self, vintage: str | None) -> bool:
        """Say whether the address has this vintage."""
        return vintage is None or self.first <= vintage <= self.last

    def at(self, vintage: str | None) -> Remote:
        """Return the address with the vintage filled in."""
        return replace(self, url=self.url.replace("{vintage}", vintage or ""))


@dataclass(frozen=True)
class Source:
    """One set; the fields are explained at the head of `data/sources.toml`."""

    name: str
    title: str
    source: str
    licence: str
    citation: str
    frequency: str
    vintages: str
    parser: str
    files: tuple[str, ...]
    bundled: bool = False
    synthetic: bool = False
    default: str | None = None
    archives: tuple[str, ...] = ()
    series: str | None = None
    group_names: tuple[str, ...] = ()
    must_have: tuple[str, ...] = ()
    min_rows: int = 1
    max_lag: int | None = None
    titles: dict[str, str] = field(default_factory=dict)
    member: str | None = None
    own: str | None = None
    service: str | None = None
    remotes: tuple[Remote, ...] = ()

    def check_vintage(self, vintage: str | None) -> str | None:
        """Return the vintage, or the default one; raise ValueError when it has the wrong form."""
        vintage = vintage if vintage is not None else self.default
        if self.vintages == "none":
            if vintage is not None:
                raise ValueError(f"vintage: {self.name} has no vintages, got {vintage!r}")
        elif vintage is None:
            raise ValueError(f"vintage: {self.name} needs one, written {self.vintages}; see tvplab.data.catalog()")
        elif not isinstance(vintage, str) or not re.fullmatch(VINTAGE_FORMS[self.vintages], vintage):
            raise ValueError(f"vintage: {self.name} writes it {self.vintages}, got {vintage!r}")
        return vintage


@cache
def bundled_dir() -> Path:
    """Return the folder of the bundled data: inside an installed package, or `data/` of a clone."""
    package = Path(__file__).resolve().parent
    installed, clone = package / "bundled", package.parents[1] / "data"
    return installed if installed.is_dir() else clone


@cache
def sources() -> dict[str, Source]:
    """Return name -> Source for every set in `sources.toml`."""
    with (bundled_dir() / "sources.toml").open("rb") as handle:
        return {name: _source(name, table) for name, table in tomllib.load(handle).items()}


def get_source(name: str) -> Source:
    """Return the set of this name; an unknown one raises ValueError and lists the known ones."""
    known = sources()
    if name not in known:
        raise ValueError(f"name: unknown data set {name!r}; known are {', '.join(known)}")
    return known[name]


def _source(name: str, table: dict) -> Source:
    remotes = tuple(Remote(**entry) for entry in table.pop("remote", []))
    fields = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return Source(name=name, remotes=remotes, **fields)
