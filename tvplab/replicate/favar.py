"""Lesson 5's experiments: forecasts with and without factors and movement, and a monetary shock in 1981 and 2020.

The paper's own numbers could not be read (a summary was at hand): nothing here is set beside them.
"""

from __future__ import annotations

import pandas as pd

from tvplab.replicate.favar_data import NOTES, favar_data
from tvplab.replicate.favar_scores import duel, frame_of, scores
from tvplab.replicate.markdown import markdown_table
from tvplab.replicate.study import Study, Task

PAPER = "Luo, Paige and Griffin (2025), experiments as described in a summary; all settings are the kit's"
PAIRS = {
    "GS-AE": ["TVP", "constant"],
    "GS-AE, λ₀ = 3": ["TVP"],
    "AE": ["TVP"],
    "PCA": ["TVP", "constant"],
    "none": ["TVP", "constant"],
}
"""Which dynamics each encoder is tried with."""
MODELS = [(encoder, dynamics) for encoder, names in PAIRS.items() for dynamics in names]
DUELS = {
    "GS-AE better than PCA, both moving": (("GS-AE", "TVP"), ("PCA", "TVP")),
    "Moving better than constant, both with PCA": (("PCA", "TVP"), ("PCA", "constant")),
    "PCA better than no factors, both moving": (("PCA", "TVP"), ("none", "TVP")),
}
"""What the page says in a sentence each."""
DATES = ("1981Q3", "2020Q2")
OBSERVABLES = ("output", "inflation", "rate")
SERIES = ("PAYEMS", "UNRATE", "HOUST", "S&P 500", "GS10", "CPIULFSL")
EFFORT = {
    "quick": {"draws": 200, "burn": 150, "epochs": 200, "starts": 2},
    "full": {"draws": 1000, "burn": 1000, "epochs": 400, "starts": 5},
}


def origins(data: str, mode: str) -> list[list[str]]:
    """Blocks of origins that share a network: 12 periods in full mode; fewer and farther apart in quick mode."""
    first, last, freq, apart = ("1992Q4", "2017Q3", "Q", 8) if data == "fred-qd" else ("2019-06", "2022-11", "M", 6)
    every = pd.period_range(first, last, freq=freq)[:: 1 if mode == "full" else apart].astype(str)
    size = 12 if mode == "full" else 2
    return [list(every[i : i + size]) for i in range(0, len(every), size)]


def forecast_cells(data: str, mode: str, sims: int | None = None) -> list[dict]:
    """List the cells: an encoder and a block of origins."""
    factors = 5 if data == "fred-qd" else 3
    return [
        {"data": data, "encoder": encoder, "dynamics": names, "origins": block, "factors": factors, **EFFORT[mode]}
        for block in origins(data, mode)
        for encoder, names in PAIRS.items()
        if data == "fred-qd" or encoder != "none"  # a VAR of one series is none
    ]


def run_forecasts(cell: dict) -> dict:
    """Forecast one block."""
    from tvplab.replicate.favar_models import forecast_block

    return {"lines": forecast_block(favar_data(cell["data"]), cell)}


def response_cells(mode: str, sims: int | None = None) -> list[dict]:
    """List the cells: the whole sample by each encoder."""
    shared = {"factors": 5, "dates": list(DATES), "horizon": 16, "size": 1.0, "series": list(SERIES)}
    effort = EFFORT[mode] | ({"draws": 500, "burn": 300} if mode == "quick" else {"draws": 3000, "burn": 3000})
    return [{"data": "fred-md", "encoder": encoder, **shared, **effort} for encoder in ("GS-AE", "PCA")]


def run_responses(cell: dict) -> dict:
    """Respond to a shock at each date."""
    from tvplab.replicate.favar_models import responses

    return responses(favar_data(cell["data"]), cell)


def forecast_page(rows: list[dict]) -> str:
    """Return a table a target: RMSE ratio with stars, log score gain, CRPS ratio, by model and horizon."""
    lines, cell = frame_of(rows), rows[0]
    found = scores(lines)
    if found.empty:
        return "Not computed yet."
    count = found["origins"].max()
    parts = [
        f"{NOTES[cell['data']]}; {count} origins, {cell['factors']} factors, {cell['draws']} draws after "
        f"{cell['burn']} sweeps. Each entry: RMSE over that of PCA with a constant VAR, in brackets the gain in mean "
        "log score (more is better) and the ratio of CRPS (less is better). Stars: Diebold-Mariano at 10, 5 and 1 %, "
        "of each of the three."
    ]
    for target in found.index.unique("target"):
        part = found.loc[target]
        horizons = part.index.unique("horizon")
        table = [
            [f"{encoder}, {dynamics}", *(_entry(part, (h, encoder, dynamics)) for h in horizons)]
            for encoder, dynamics in MODELS
            if (horizons[0], encoder, dynamics) in part.index
        ]
        parts.append(f"**{target}**\n\n{markdown_table(['', *(f'h = {h}' for h in horizons)], table)}")
    known = models_in(lines)
    told = [f"{what}: {duel(lines, *pair)}." for what, pair in DUELS.items() if set(pair) <= known]
    return "\n\n".join([*parts, " ".join(told)])


def _entry(part: pd.DataFrame, key: tuple) -> str:
    if key not in part.index:
        return "–"
    one = part.loc[key]
    marked = f"{one['ratio']:.2f}{one['stars']}", f"{one['gain']:+.2f}{one['gain_stars']}", one["crps_stars"]
    return f"{marked[0]} ({marked[1]}, {one['crps']:.2f}{marked[2]})".replace("*", "∗")


def models_in(lines: pd.DataFrame) -> set:
    """Return the pairs (encoder, dynamics) among the forecasts."""
    return set(zip(lines["encoder"], lines["dynamics"], strict=True))


def response_page(rows: list[dict]) -> str:
    """Return the responses at both dates: peaks and widths of bands, by encoder."""
    cell = rows[0]
    head = (
        f"{NOTES[cell['data']]}. A shock that raises the federal funds rate by {cell['size']:g} point at "
        f"once, at {' and '.join(cell['dates'])}; median response and 68 % band after 4 and 8 quarters; output is "
        "industrial production. Series of the panel (through the decoder) in their standard deviations. Asymmetry: how "
        "far, at its largest, a response to +1 and the one to −1 are from mirror images, median over series; 0 is "
        "linear. Draws whose coefficients explode are left out; where many do, what is left is a selection."
    )
    parts = [head]
    for row in rows:
        lines = [
            [name, *(_band(row[date][kind], name, h) for date in row["dates"] for h in (4, 8))]
            for kind, names in (("observables", OBSERVABLES), ("series", row["series"]))
            for name in names
            if name in row[row["dates"][0]][kind]["median"]
        ]
        header = ["", *(f"{date}, h = {h}" for date in row["dates"] for h in (4, 8))]
        facts = "; ".join(
            f"{date}: asymmetry {row[date]['asymmetry']:.2f}, {row[date]['explosive']:.0%} of the draws explode"
            for date in row["dates"]
        )
        parts.append(f"**{row['encoder']}** (mse {row['mse']:.2f}; {facts})\n\n{markdown_table(header, lines)}")
    return "\n\n".join(parts)


def _band(found: dict, name: str, h: int) -> str:
    return f"{found['median'][name][h]:+.2f} ({found['lower'][name][h]:+.2f}, {found['upper'][name][h]:+.2f})"


def us_cells(mode: str, sims: int | None = None) -> list[dict]:
    """Cells of the US table."""
    return forecast_cells("fred-qd", mode)


def brazil_cells(mode: str, sims: int | None = None) -> list[dict]:
    """Cells of the external table."""
    return forecast_cells("brazil-ipca", mode)


FORECASTS = Task("favar-forecasts", run_forecasts, version="2")
RESPONSES = Task("favar-responses", run_responses, version="3")
STUDIES = (
    Study("favar-forecasts", "FAVAR: forecasts of the US", PAPER, FORECASTS, us_cells, forecast_page),
    Study("favar-brazil", "FAVAR: another country", PAPER, FORECASTS, brazil_cells, forecast_page),
    Study(
        "favar-responses", "FAVAR: a monetary shock in 1981 and 2020", PAPER, RESPONSES, response_cells, response_page
    ),
)
