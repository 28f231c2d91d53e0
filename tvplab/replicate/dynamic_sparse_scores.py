"""The numbers behind Table 2 and Figures 2 and 3 of the dynamic sparse factor paper: means over simulations."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pandas as pd

from tvplab.replicate.dynamic_sparse_cells import METHODS, SEGMENTS, STEP


def paper_table() -> pd.DataFrame:
    """Return the paper's Table 2: `rmse` and `n_factors` by method and segment."""
    with (files("tvplab.replicate") / "paper" / "dss-table-2.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file).set_index(["method", "segment"])


def usual(rows: list[dict]) -> list[dict]:
    """Return the rows of worlds whose loadings stay around 2."""
    return [row for row in rows if row["law"] == "mean2"]


def means(rows: list[dict], law: str, kind: str) -> pd.DataFrame:
    """Mean of one score over seeds, method by segment; the methods that there are, in the order of the table."""
    chosen = [row for row in rows if row["law"] == law]
    table = pd.DataFrame([{"method": row["method"], **dict(zip(SEGMENTS, row["segments"][kind], strict=True))}
                          for row in chosen])  # fmt: skip
    return table.groupby("method").mean().reindex([m for m in METHODS if (table["method"] == m).any()])


def curves(rows: list[dict], path: str) -> pd.DataFrame:
    """Mean over seeds of one path, dates by method."""
    methods = [method for method in METHODS if any(row["method"] == method for row in usual(rows))]
    each = {m: np.mean([row["paths"][path] for row in usual(rows) if row["method"] == m], axis=0) for m in methods}
    return pd.DataFrame(each, index=np.arange(1, len(each[methods[0]]) + 1) * STEP)


def share_and_variance(rows: list[dict], method: str) -> tuple[float, float, float] | None:
    """Loadings found and zeros mistaken, as shares, and the smallest variance, of one method; None without it."""
    some = [row for row in usual(rows) if row["method"] == method]
    if not some:
        return None
    found, wrong = np.mean([row["support"] for row in some], axis=(0, 1))
    return float(found), float(wrong), float(np.median([row["said"]["least_sigma2"] for row in some]))
