"""Which group of real series loads on which factor: FRED-QD, and the bundled panel of the New York Fed.

What zeros cost is seen beside principal components with as many factors.  All choices are the kit's: periods, groups
(the publishers', small ones put together), λ₀, and values clipped as in the FAVAR study.
"""

from __future__ import annotations

import pandas as pd

from tvplab.replicate.favar_data import clipped, favar_data, gathered
from tvplab.replicate.markdown import markdown_table
from tvplab.replicate.study import Study, Task

PANELS = {
    "nyfed": ("New York Fed panel, monthly series from 1994", {"n_factors": 3, "hidden": [16, 8]}),
    "fred-qd": ("FRED-QD of 2019-04, 1960 to 2018", {"n_factors": 5}),
}
LAM0S = (3.0, 10.0)
EPOCHS = 400
LEADING = 3
"""Series named for each factor: those that correlate most with it."""


def panel_of(name: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return a complete panel (T, N) and series → group."""
    if name == "fred-qd":
        data = favar_data(name)
        return data.panel, data.groups
    from tvplab.data import load

    dataset = load("nyfed")
    monthly = dataset.transformed()[[one for one, frequency in dataset.frequencies.items() if frequency == "m"]]
    recent = monthly["1994":]
    panel = clipped(recent.loc[:, recent.isna().mean() < 0.02].dropna())
    return panel, gathered({one: dataset.groups[one] for one in panel})


def run(cell: dict) -> dict:
    """Fit one panel at one λ₀: group weights, what leads each factor, errors of it and of PCA."""
    from tvplab.autoencoder_variants import fit_variant, standard, summary
    from tvplab.sparse_autoencoder import GroupedSparseAutoencoder

    panel, groups = panel_of(cell["panel"])
    options = {**PANELS[cell["panel"]][1]}
    options["hidden"] = tuple(options.get("hidden", (64, 32)))
    options = {"epochs": EPOCHS, "prune": False, **options}  # all K factors are shown
    model = GroupedSparseAutoencoder(groups, lam0=cell["lam0"], lam1=cell["lam0"] / 10.0, **options)
    fit, pca = (fit_variant(name, model, panel) for name in ("grouped sparse", "PCA"))
    correlations = {name: standard(panel).corrwith(fit.factors[name]) for name in fit.factors}
    return {
        "weights": fit.group_weights.round(4).to_dict(orient="index"),
        "leading": {name: list(one.abs().nlargest(LEADING).index) for name, one in correlations.items()},
        "mse": fit.mse,
        "pca": summary(pca, panel)["mse"],
        "converged": fit.converged,
        "jacobian": float(fit.injective.jacobian.min()),
        "shape": list(panel.shape),
    }


def cells(mode: str, sims: int | None = None) -> list[dict]:
    """List the panels at each λ₀; the same in both modes."""
    return [{"panel": panel, "lam0": lam0} for panel in PANELS for lam0 in LAM0S]


def table(rows: list[dict]) -> str:
    """Return a map of group weights for each panel and λ₀, with the series that lead each factor."""
    return "\n\n".join(_map(row) for row in rows)


def _map(row: dict) -> str:
    weights = pd.DataFrame(row["weights"]).T
    lines = [[name, *(f"{abs(value):.2f}" if value else "" for value in line)] for name, *line in weights.itertuples()]
    lines.append(["*leading series*", *(", ".join(row["leading"][name]) for name in weights)])
    T, N = row["shape"]
    settled = "" if row["converged"] else " The last epochs still moved it."
    note = (
        f"{PANELS[row['panel']][0]} ({T} periods, {N} series), λ₀ = {row['lam0']:g}, λ₁ = {row['lam0'] / 10:g}: mean "
        f"squared error {row['mse']:.3f}, {row['pca']:.3f} with as many principal components; smallest singular value "
        f"of the decoder's Jacobian {row['jacobian']:.2f}.{settled}"
    )
    return f"{note}\n\n{markdown_table(['group weights', *map(str, weights)], lines)}"


TASK = Task("autoencoder-panels", run, version="1")
TITLE = "Grouped autoencoder: groups and factors of real panels"
STUDIES = (Study("gsae-panels", TITLE, "The kit's choices throughout", TASK, cells, table),)
