"""Pictures of deep factor models in a known world: a code against the truth, and scores side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tvplab.plots.figure import Picture
from tvplab.plots.style import COLOURS, use_style

BARS = ("blue", "vermillion", "orange")


def codes_against_truth(truth, codes: Mapping[str, object], xlabel: str = "truth") -> Picture:
    """Draw one panel a code, one dot a period, against the true factor; synthetic data.

    Parameters
    ----------
    truth : (T,) the true factor.
    codes : name → (T,) estimate; drawn in units of its standard deviation.
    """
    alt = f"{', '.join(codes)} against the {xlabel}, one dot a period. Synthetic data."
    with use_style():
        picture = Picture(alt=alt, figsize=(9, 3.0))
        axes = picture.subplots(1, len(codes), sharey=True, squeeze=False)[0]
        for ax, (name, code) in zip(axes, codes.items(), strict=True):
            values = np.asarray(code, dtype=float)
            ax.plot(truth, (values - values.mean()) / values.std(), ".", color=COLOURS["blue"], ms=4)
            ax.set_title(name, fontsize=10)
            ax.set_xlabel(xlabel)
        axes[0].set_ylabel("code, in sd")
    return picture


def score_bars(table: pd.DataFrame, xlabel: str = "score") -> Picture:
    """Draw a group of bars a row, one bar a column, each with its number; synthetic data.

    Parameters
    ----------
    table : rows settings, columns models (three at most), scores from 0 to 1.
    """
    alt = f"{xlabel} of {', '.join(map(str, table.columns))}: {', '.join(map(str, table.index))}. Synthetic data."
    with use_style():
        picture = Picture(alt=alt, figsize=(8, 1.2 + 0.5 * len(table)))
        ax = picture.subplots()
        place, height = np.arange(len(table)), 0.8 / table.shape[1]
        for k, (name, colour) in enumerate(zip(table, BARS, strict=False)):
            bars = ax.barh(place + (k + 0.5) * height - 0.4, table[name], height, color=COLOURS[colour], label=name)
            ax.bar_label(bars, fmt="{:.2f}", padding=3, fontsize=8)
        ax.set_yticks(place, table.index)
        ax.set(xlim=(0, 1.05), ylim=(len(table) - 0.5, -0.5), xlabel=xlabel)
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return picture
