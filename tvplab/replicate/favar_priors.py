"""Which prior of the drift forecasts the US better?  The half-Cauchy against the inverse gamma, same factors."""

from __future__ import annotations

import pandas as pd

from tvplab.replicate.favar import FORECASTS, forecast_cells
from tvplab.replicate.favar_data import NOTES
from tvplab.replicate.favar_scores import duel, frame_of, scores
from tvplab.replicate.markdown import markdown_table
from tvplab.replicate.study import Study

SOURCE = "The kit's own check of the prior of lesson 5's TVP-VAR (spec C.1)"
ENCODERS = ("PCA", "none")
BASE, RIVAL = "TVP", "TVP, half-cauchy"
BANDS = {"68 %": (0.16, 0.84), "90 %": (0.05, 0.95)}


def cells(mode: str, sims: int | None = None) -> list[dict]:
    """List the forecasts of `favar-forecasts` by the encoders without a network, and the rival's."""
    shared = [cell for cell in forecast_cells("fred-qd", mode) if cell["encoder"] in ENCODERS]
    return [*shared, *(cell | {"dynamics": [RIVAL]} for cell in shared)]


def page(rows: list[dict]) -> str:
    """Return a table an encoder: RMSE ratio, log score gain, CRPS ratio of the half-Cauchy over the inverse gamma."""
    lines, cell = frame_of(rows), rows[0]
    lines = lines[lines["dynamics"].isin([BASE, RIVAL])]
    parts = [
        f"{NOTES[cell['data']]}; {lines['origin'].nunique()} origins, {cell['draws']} draws after {cell['burn']} "
        "sweeps. The half-Cauchy prior over the inverse gamma: ratio of RMSE, in brackets the gain in mean log score "
        "(more is better) and the ratio of CRPS (less is better). Stars: Diebold-Mariano at 10, 5 and 1 %, of each."
    ]
    for encoder in ENCODERS:
        mine = lines[lines["encoder"] == encoder]
        if set(mine["dynamics"]) == {BASE, RIVAL}:
            parts.append(f"**Factors: {encoder}**\n\n{_table(mine, encoder)}\n\n{_words(mine, encoder)}")
    return "\n\n".join(parts) if len(parts) > 1 else "Not computed yet."


def _table(lines: pd.DataFrame, encoder: str) -> str:
    """A line a target, a column a horizon."""
    found = scores(lines, (encoder, BASE)).xs((encoder, RIVAL), level=["encoder", "dynamics"])
    horizons = found.index.unique("horizon")
    table = [
        [target, *(_entry(found.loc[target, h]) for h in horizons)] for target in found.index.unique("target")
    ]  # fmt: skip
    return markdown_table(["", *(f"h = {h}" for h in horizons)], table)


def _entry(one: pd.Series) -> str:
    parts = f"{one['ratio']:.2f}{one['stars']}", f"{one['gain']:+.2f}{one['gain_stars']}", one["crps_stars"]
    return f"{parts[0]} ({parts[1]}, {one['crps']:.2f}{parts[2]})".replace("*", "∗")


def _words(lines: pd.DataFrame, encoder: str) -> str:
    """Count wins, and how often the outcome fell into the bands."""
    shares = [
        f"the {level} band holds {_held(lines, BASE, edges):.2f} of the outcomes, {_held(lines, RIVAL, edges):.2f}"
        for level, edges in BANDS.items()
    ]
    better = duel(lines, (encoder, RIVAL), (encoder, BASE))
    return f"Half-Cauchy better: {better}. By the inverse gamma and by the half-Cauchy {'; '.join(shares)}."


def _held(lines: pd.DataFrame, dynamics: str, edges: tuple[float, float]) -> float:
    return float(lines.loc[lines["dynamics"] == dynamics, "pit"].between(*edges).mean())


STUDIES = (Study("favar-priors", "TVP-VAR: which prior forecasts better?", SOURCE, FORECASTS, cells, page),)
