"""`load`: a data set by name, from the files at hand.  It never touches the network."""

from __future__ import annotations

from collections.abc import Iterable

from tvplab.data.dataset import Dataset
from tvplab.data.parsers import parse
from tvplab.data.sources import Source, get_source
from tvplab.data.store import find, find_file, read_members


def load(name: str, vintage: str | None = None) -> Dataset:
    """Load a data set.

    Looks in $TVPLAB_DATA, in the user's cache and among the bundled files, in this order.

    Parameters
    ----------
    name : str
        One of `tvplab.data.catalog().name`: "us-macro", "nyfed", "fred-md", "fred-qd", "us-recessions",
        "brazil-ipca", "canada-macro", "canada-shocks" (your own file), "us-shocks", "us-output-realtime".
    vintage : str, optional
        The date of knowledge, as "2020-02" (FRED-MD, FRED-QD) or "2016-06-29" (New York Fed, whose default is
        the latest bundled one).

    Returns
    -------
    Dataset

    Raises
    ------
    ValueError
        Unknown name, a vintage of the wrong form, or a file that is not what it should be.
    FileNotFoundError
        The set is not at hand; the message has the command that fetches it.
    """
    source = get_source(name)
    vintage = source.check_vintage(vintage)
    found = find(source, vintage)
    if found is None:
        raise FileNotFoundError(_how_to_get(source, vintage))
    try:
        return parse(found.read(), source, vintage, series_table(source))
    except ValueError as error:
        raise ValueError(f"{found.path}: {error}") from error


def load_vintages(name: str, vintages: Iterable[str]) -> dict[str, Dataset]:
    """Load several vintages of a set: as `load`, but an archive that holds many of them is opened once.

    Returns
    -------
    dict of vintage to Dataset, in the order asked.

    Raises
    ------
    ValueError, FileNotFoundError
        As `load`.
    """
    source = get_source(name)
    if isinstance(vintages, str):
        raise TypeError(f"vintages: expected a list of vintages, got the bare one {vintages!r}; `load` takes one")
    asked = [source.check_vintage(vintage) for vintage in vintages]
    found = {vintage: find(source, vintage) for vintage in asked}
    missing = [vintage for vintage, place in found.items() if place is None]
    if missing:
        raise FileNotFoundError(_how_to_get(source, missing[0]))
    series, raw = series_table(source), {}
    for path in {place.path for place in found.values()}:
        here = sorted(vintage for vintage, place in found.items() if place.path == path)
        members = [found[vintage].member for vintage in here]
        contents = read_members(path, members) if members[0] else [path.read_bytes()]
        raw |= dict(zip(here, contents, strict=True))
    return {vintage: parse(raw[vintage], source, vintage, series) for vintage in asked}


def series_table(source: Source) -> bytes | None:
    """Return the bytes of the table that describes the series of a set, where there is one at hand."""
    path = find_file(source.series) if source.series else None
    return path.read_bytes() if path else None


def _how_to_get(source: Source, vintage: str | None) -> str:
    named = f" --vintage {vintage}" if vintage else ""
    what = f"{source.name} {vintage}" if vintage else source.name
    if source.own:
        return (
            f"{what} is not at hand, and it cannot be downloaded: {source.own}; then put it in place with: "
            f"python -m tvplab data fetch {source.name} --from FILE (or lay it at {source.files[0]} below $TVPLAB_DATA)"
        )
    if not source.remotes:
        return f"{what} is not at hand; the vintages that are stand in tvplab.data.catalog()"
    return f"{what} is not at hand; fetch it with: python -m tvplab data fetch {source.name}{named}"
