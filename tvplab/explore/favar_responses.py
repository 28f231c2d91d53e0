"""Responses through a bent decoder, for the slider: draws at a date, shocks of any size, and the straight line."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tvplab.favar import FAVARResults, panel_responses
from tvplab.gibbs_chain import Draws
from tvplab.tvp_var_results import TVPVARResults

HORIZON, LEVEL, LARGEST, STEP = 16, 0.68, 2.0, 0.25
SIZES = np.arange(-LARGEST, LARGEST + STEP / 2, STEP)
MOST_DRAWS = 100
TINY = 1e-4
"""Size of the shock whose response, scaled up, is the straight line."""


@dataclass(frozen=True)
class BentResponse:
    """What one position of the controls shows, of one series.

    `edges` (3, H + 1) median, lower and upper response to the shock; `mirror` (H + 1,) minus the median response to
    the opposite shock; `straight` (H + 1,) a tiny shock's median, scaled up; `curve` (3, S) response at horizon `at`
    to shocks of `SIZES`, and its straight `line` (S,).  All in units of the series; `unit` is what counts as 1 on the
    picture's axes, which end at ±`reach` and say `scale`.
    """

    name: str
    date: str
    size: float
    at: int
    edges: np.ndarray
    mirror: np.ndarray
    straight: np.ndarray
    curve: np.ndarray
    line: np.ndarray
    explosive: float
    unit: float
    reach: float
    scale: str
    note: str


def thinned(var: TVPVARResults) -> TVPVARResults:
    """Keep at most `MOST_DRAWS` draws, evenly spaced over the chains."""
    chains, count = var.draws[0].s.shape
    every = max(1, -(-chains * count // MOST_DRAWS))
    return replace(var, draws=[Draws(*(part[:, ::every] for part in one)) for one in var.draws])


def unit_moves(results: FAVARResults, shock, date) -> tuple[np.ndarray, float]:
    """Moves of the factors (R, H + 1, K) after a shock of one unit, and the share of draws that explode."""
    found = results.irf(shock, date, HORIZON, size=1.0)
    return found.draws[:, :, : results.factors.shape[1]], found.explosive


def three_responses(results: FAVARResults, moves, date, size: float) -> np.ndarray:
    """Responses (3, R, H + 1, N) of every series to the shock, to the opposite one, and to a tiny one."""
    unit = moves(date)[0]
    all_three = np.concatenate([size * unit, -size * unit, TINY * unit])
    found = panel_responses(results.encoder, results.state(date), all_three)
    return found.reshape(3, *unit.shape[:2], -1)


def size_curve(results: FAVARResults, moves, date, horizon: int) -> np.ndarray:
    """Responses (R, S + 1, N) at one horizon to shocks of all sizes, and to a tiny one."""
    sizes = np.r_[SIZES, TINY][:, None]
    return panel_responses(results.encoder, results.state(date), sizes * moves(date)[0][:, [horizon]])


def band(draws: np.ndarray) -> np.ndarray:
    """Median, lower and upper quantile over draws."""
    return np.quantile(draws, [0.5, 0.5 - LEVEL / 2, 0.5 + LEVEL / 2], axis=0)


def reach_of(results: FAVARResults, moves) -> np.ndarray:
    """Reach (N,) of the axes: 1.6 times the largest median response to the largest shocks at nine dates of the sample.

    Dates at which every draw explodes have no response; there the widget says so.
    """
    dates = results.var.index[np.linspace(0, len(results.var.index) - 1, 9).astype(int)]
    whole = [date for date in dates if results.var.explosive(date) < 1.0]
    found = [
        np.abs(np.median(three_responses(results, moves, date, LARGEST)[:2], axis=1)).max(axis=(0, 1)) for date in whole
    ]
    count = results.encoder.decode(results.factors.iloc[:1]).shape[1]
    return 1.6 * np.max([np.full(count, 1e-9), *found], axis=0)
