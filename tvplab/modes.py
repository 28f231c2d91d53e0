"""Quick or full: how much simulation the notebooks spend, and the banner that says so."""

import os
from dataclasses import dataclass

VARIABLE = "TVPLAB_MODE"
MEANINGS = {
    "quick": "the short runs, where a lesson has short and long ones",
    "full": "the long runs, where a lesson has short and long ones; a paper's may be longer still",
}
OTHER = {
    "quick": f" (`{VARIABLE}=full make lab` for the long ones)",
    "full": "",
}


def mode() -> str:
    """Return ``"quick"`` or ``"full"``, from the environment variable ``TVPLAB_MODE`` (default: quick).

    Results of the two modes are never stored, so one cannot be taken for the other.

    Raises
    ------
    ValueError
        When the variable holds something else.
    """
    chosen = os.environ.get(VARIABLE, "quick")
    if chosen not in MEANINGS:
        raise ValueError(f"{VARIABLE} must be one of {', '.join(MEANINGS)}; got {chosen!r}")
    return chosen


@dataclass(frozen=True)
class Banner:
    """One line for the top of a lesson that says which mode made its figures."""

    mode: str

    def __repr__(self) -> str:
        return f"The figures below were made in {self.mode} mode: {MEANINGS[self.mode]}{OTHER[self.mode]}."

    def _repr_markdown_(self) -> str:
        return f"> The figures below were made in **{self.mode} mode**: {MEANINGS[self.mode]}{OTHER[self.mode]}."


def banner() -> Banner:
    """Return the banner of the present mode; as a cell's last line it shows itself."""
    return Banner(mode())
