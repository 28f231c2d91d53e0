"""Tables 3-14 of the ridge paper together: in how many setups ours agree, where they are better, where worse."""

from __future__ import annotations

import pandas as pd

from tvplab.replicate.markdown import markdown_frame
from tvplab.replicate.simulation_cells import BVAR, TASK, table_cells
from tvplab.replicate.simulation_scores import by_model, compare, tally
from tvplab.replicate.simulation_tables import MODELS, NUMBERS, PAPER, PAPER_SIMS
from tvplab.replicate.study import Study

NAMED = 10
"""How many setups are named on either side."""


def cells(mode: str, sims: int | None) -> list[dict]:
    """List the cells of Tables 3-14."""
    return [cell for design, T in NUMBERS for cell in table_cells(design, T, mode, sims)]


def compared(rows: list[dict]) -> pd.DataFrame:
    """Lay every setup beside the paper's: `compare`'s frames by the table's number, and the `gap` in per cent."""
    parts = {}
    for (design, T), number in NUMBERS.items():
        own = [row for row in rows if (row["design"], row["T"]) == (design, T)]
        if own:
            parts[number] = compare(by_model(own, MODELS), number, PAPER_SIMS)
    table = pd.concat(parts, names=["table"])
    return table.assign(gap=100.0 * (table["mae"] / table["theirs"] - 1.0))


def summary(rows: list[dict]) -> str:
    """Count verdicts over all setups, by table and by noise, and name the setups furthest from the paper's."""
    table = compared(rows)
    ridges = table[table.index.get_level_values("model") != BVAR]
    parts = [
        f"**All models.** {tally(table)}",
        f"**The three ridges.** {tally(ridges)}",
        markdown_frame(
            _counts(ridges, "table", {number: f"Table {number}: {d}, T = {T}" for (d, T), number in NUMBERS.items()})
        ),
        markdown_frame(_counts(ridges, "noise", {})),
        f"**The ridges' largest gains on the paper**\n\n{markdown_frame(_named(ridges, 'lower', True))}",
        f"**The ridges' largest losses**\n\n{markdown_frame(_named(ridges, 'higher', False))}",
    ]
    return "\n\n".join(parts)


def _counts(table: pd.DataFrame, level: str, names: dict) -> pd.DataFrame:
    """Count verdicts by one level of the setups, in its order, and take the median gap."""
    verdicts = pd.get_dummies(table["verdict"]).reindex(columns=["within", "lower", "higher"], fill_value=False)
    found = verdicts.groupby(level=level, sort=False).sum()
    found["within or lower"] = (100.0 * (found["within"] + found["lower"]) / found.sum(axis=1)).map("{:.0f} %".format)
    found["median gap to the paper's"] = table["gap"].groupby(level=level, sort=False).median().map("{:+.0f} %".format)
    return found.rename(index=names).rename_axis("").reset_index()


def _named(table: pd.DataFrame, verdict: str, smallest: bool) -> pd.DataFrame:
    """Name the setups of one verdict with the largest gaps."""
    chosen = table[table["verdict"] == verdict].sort_values("gap", ascending=smallest).head(NAMED).reset_index()
    return pd.DataFrame(
        {
            "": "Table " + chosen["table"].astype(str) + ", K = " + chosen["K"].astype(str) + ", " + chosen["model"],
            "K*/K, noise": chosen["share"].map("{:g}, ".format) + chosen["noise"],
            "MAE (the paper's)": chosen["mae"].map("{:.3f}".format) + chosen["theirs"].map(" ({:.3f})".format),
            "gap": chosen["gap"].map("{:+.0f} %".format),
        }
    )


STUDIES = (Study("tables-3-14", "Tables 3-14 together", f"{PAPER}, appendix A.4", TASK, cells, summary),)
