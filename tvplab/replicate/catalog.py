"""Every study, by its id."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from tvplab.replicate.study import Study

MODULES: dict[str, tuple[str, ...]] = {
    "ridge": (
        "simulation_tables",
        "simulation_summary",
        "simulation_ranks",
        "forecasting",
        "forecasting_choices",
        "forecasting_benchmark",
    ),
    "dss": ("dynamic_sparse", "dynamic_sparse_rivals", "dynamic_sparse_macro"),
    "d2fm": ("deep_factors", "deep_factor_training", "nowcasting_tables"),
    "favar": (
        "autoencoder",
        "autoencoder_panels",
        "favar_truth",
        "favar_chains",
        "favar_panel_truth",
        "favar",
        "favar_priors",
    ),
}
"""Paper → modules with a tuple `STUDIES`, in the order of the ledger."""


def studies() -> dict[str, Study]:
    """Return id → study, in the order of the ledger."""
    return {study.id: study for paper in MODULES for study in of_paper(paper)}


def of_paper(paper: str) -> list[Study]:
    """Return one paper's studies."""
    return [study for name in MODULES[paper] for study in import_module(f"tvplab.replicate.{name}").STUDIES]


def find(ids: Sequence[str]) -> list[Study]:
    """Return the studies with these ids, all of a paper, or "all" there are, in the order of the ledger.

    Raises
    ------
    ValueError
        For an id that is not there; the message lists those that are.
    """
    known = studies()
    unknown = [one for one in ids if one not in (*known, *MODULES, "all")]
    if unknown:
        there = ", ".join(("all", *MODULES, *known))
        raise ValueError(f"replicate: {', '.join(map(repr, unknown))} unknown; there are {there}")
    named = {study.id for paper in MODULES if paper in ids for study in of_paper(paper)}
    return [study for one, study in known.items() if one in ids or one in named or "all" in ids]
