"""Figure 4 of the dynamic sparse factor paper: two kinds of principal components of the US economy (section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tvplab.factor_matching import NEGLIGIBLE
from tvplab.replicate.dynamic_sparse import PAPER
from tvplab.replicate.dynamic_sparse_panel_cells import groups_of, listed
from tvplab.replicate.markdown import markdown_table
from tvplab.replicate.study import Study, Task

if TYPE_CHECKING:
    from tvplab.plots import Picture


def cells(mode: str, sims: int | None = None) -> list[dict]:
    """List the one cell of Figure 4: the last ten years of FRED-MD, the same in both modes."""
    return [{"panel": "fred-md", "window": 120, "numbers": [30, 8]}]


def run(cell: dict) -> dict:
    """Loadings of adaptive PCA and of sparse PCA in the last window, on the series without gaps (all of FRED-MD)."""
    from tvplab.baselines import adaptive_pca, cross_validated_alpha, sparse_pca
    from tvplab.dynamic_sparse_panels import crisis_panel

    panel = crisis_panel(cell["panel"], outlier=None)
    window = panel.y.iloc[-cell["window"] :].dropna(axis=1)
    groups = {name: group for name, group in panel.groups.items() if name in window}
    maps = {"adaptive PCA": adaptive_pca(window, max_factors=15)}
    for number in cell["numbers"]:
        maps[f"sparse PCA, {number}"] = sparse_pca(window, number, cross_validated_alpha(window, number))
    rounded = {name: np.round(loadings, 2).tolist() for name, loadings in maps.items()}
    return {"note": panel.note, **listed(groups), "maps": rounded}


TASK = Task("sparse-factors-rivals", run, version="1")


def figure_4(rows: list[dict]) -> str:
    """Say how many components each rival keeps in the last ten years, and how dense they are."""
    lines = []
    for name, one in rows[0]["maps"].items():
        alive = np.abs(np.array(one)) >= NEGLIGIBLE
        alive = alive[:, alive.any(axis=0)]
        lines.append([name, str(alive.shape[1]), f"{alive.mean():.0%}", f"{alive.sum(axis=1).mean():.1f}"])
    header = ["", "components in use", "loadings of at least .1", "components a series"]
    return (
        f"{rows[0]['note']}; the ten years to 2015/12.\n\n{markdown_table(header, lines)}\n\nThe paper: PCA is dense, "
        "and sparse PCA splits groups over many components."
    )


def figure_4_picture(rows: list[dict]) -> Picture:
    """Return the maps of the rivals, those components that are in use."""
    from tvplab.plots import loading_maps

    maps = {name: np.array(one) for name, one in rows[0]["maps"].items()}
    used = {name: one[:, np.abs(one).max(axis=0) > 0] for name, one in maps.items()}
    return loading_maps(used, cap=1.0, groups=groups_of(rows[0]), note=rows[0]["note"])


STUDIES = (
    Study(
        "dss-figure-4",
        "Dynamic sparse factors, Figure 4: the rivals in 2015/12",
        f"{PAPER}, section 5",
        TASK,
        cells,
        figure_4,
        figure_4_picture,
    ),
)
