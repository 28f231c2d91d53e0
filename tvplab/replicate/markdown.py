"""Tables of markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table: one header line, then one line a row; cells are texts."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def markdown_frame(frame: pd.DataFrame) -> str:
    """Return a frame as a table, without its index; floats with two digits."""
    texts = [[f"{x:.2f}" if isinstance(x, float) else str(x) for x in row] for row in frame.itertuples(index=False)]
    return markdown_table(list(frame.columns), texts)
