"""One line of BENCHMARKS.md."""

from typing import NamedTuple


class Row(NamedTuple):
    """What was measured, the figure, the limit in words, and whether the limit is kept (None: nothing to keep)."""

    what: str
    figure: str
    limit: str
    kept: bool | None

    def __str__(self) -> str:
        verdict = {None: "", True: "ok", False: "**over**"}[self.kept]
        return f"| {self.what} | {self.figure} | {self.limit} | {verdict} |"
