"""Ours beside the paper's in the simulation study: mean absolute errors, their standard errors, who is better."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pandas as pd

SETUP = ["K", "share", "noise", "model"]


def paper(number: int) -> pd.DataFrame:
    """Return the paper's Table `number`, indexed by its columns before the last."""
    with (files("tvplab.replicate") / "paper" / f"table-{number}.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file)
    return table.set_index(list(table.columns[:-1]))


def by_model(rows: list[dict], models: tuple[str, ...]) -> list[dict]:
    """Return one row a world and model, of these models."""
    return [
        {**row, "model": name, "mae": row["mae"][name], "converged": row["converged"][name]}
        for row in rows
        for name in row["models"]
        if name in models
    ]


def compare(rows: list[dict], number: int, paper_sims: int) -> pd.DataFrame:
    """Average our MAEs a setup and lay the paper's beside them; `rows` are `by_model`'s.

    Returns
    -------
    frame by setup: `mae`, `se`, `sims`, the paper's `theirs`, and `verdict`: "within" two standard errors of the
    difference, "lower", "higher", or "unknown" where one simulation has no spread.  The paper gives no standard
    errors: its simulations are taken to spread as ours.
    """
    grouped = pd.DataFrame(rows).groupby(SETUP)["mae"]
    table = pd.DataFrame({"mae": grouped.mean(), "sd": grouped.std(ddof=1), "sims": grouped.count()})
    table["se"] = table["sd"] / np.sqrt(table["sims"])
    table["theirs"] = paper(number)["mae"].reindex(table.index)
    spread = table["sd"] * np.sqrt(1.0 / table["sims"] + 1.0 / paper_sims)
    distance = (table["mae"] - table["theirs"]) / spread
    verdicts = [distance.isna(), distance.abs() <= 2.0, distance < 0.0]
    table["verdict"] = np.select(verdicts, ["unknown", "within", "lower"], "higher")
    return table.drop(columns="sd")


def tally(table: pd.DataFrame) -> str:
    """Say in a sentence how many setups agree, and in how many ours is better, by model."""
    known = table[table["theirs"].notna() & (table["sims"] > 1)]
    if known.empty:
        return "One simulation a setup: no standard errors, hence no verdicts."
    counts = known.groupby("model")["verdict"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=["within", "lower", "higher"], fill_value=0)
    total = counts.sum()
    each = "; ".join(f"{name} {row['within']}, {row['lower']}, {row['higher']}" for name, row in counts.iterrows())
    return (
        f"Within Monte Carlo error or better: {total['within'] + total['lower']} of {len(known)} setups "
        f"({100 * (total['within'] + total['lower']) / len(known):.0f} %): {total['within']} within two standard "
        f"errors, {total['lower']} with a smaller error than the paper's (bold), {total['higher']} with a larger one "
        f"(italic). By model, in that order: {each}."
    )
