"""Every study, by its id."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from tvplab.replicate.study import Study

MODULES: tuple[str, ...] = (
    "tvplab.replicate.simulation_tables",
    "tvplab.replicate.forecasting",
    "tvplab.replicate.forecasting_choices",
    "tvplab.replicate.forecasting_benchmark",
    "tvplab.replicate.dynamic_sparse",
    "tvplab.replicate.dynamic_sparse_macro",
    "tvplab.replicate.nowcasting_tables",
    "tvplab.replicate.deep_factors",
    "tvplab.replicate.autoencoder",
    "tvplab.replicate.favar",
)
"""Modules with a tuple `STUDIES`, in the order of the paper."""


def studies() -> dict[str, Study]:
    """Return id → study, in the order of the ledger."""
    return {study.id: study for module in MODULES for study in import_module(module).STUDIES}


def find(ids: Sequence[str]) -> list[Study]:
    """Return the studies with these ids ("all" is every one), in the order of the ledger.

    Raises
    ------
    ValueError
        For an id that is not there; the message lists those that are.
    """
    known = studies()
    unknown = [one for one in ids if one not in (*known, "all")]
    if unknown:
        raise ValueError(f"replicate: {', '.join(map(repr, unknown))} unknown; there are all, {', '.join(known)}")
    return [study for one, study in known.items() if one in ids or "all" in ids]
