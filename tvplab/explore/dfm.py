"""Lesson 1's slider: hide data, drop items, add factors, and watch the common component being estimated again."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.special import ndtri

from tvplab.dgp import simulate_factor_model
from tvplab.explore.controls import choice, choices, float_slider, int_slider, switch
from tvplab.explore.explorer import Explorer
from tvplab.explore.factor_fit import base_estimate, estimate_from
from tvplab.explore.factor_move import FactorMove, World, move_of
from tvplab.factors import pairwise_correlation
from tvplab.plots.moving import MovingBand, move_bars, moving_bars
from tvplab.plots.ridge import time_axis, time_name
from tvplab.plots.style import COLOURS
from tvplab.validation import check_panel

LEVEL = 0.9
HALF_WIDTH = ndtri(0.5 + LEVEL / 2.0)
MANY_ITEMS = 20
NOTHING = "nothing"
ALT = "Left: the common component of the items with its 90 % band. Right: the share of each item that is common."
CAPTION = (
    "Grey: the headline, the average of all items with nothing hidden. Orange: the average of what is kept and seen. "
    "Blue: what the kept items have in common, with its 90 % band."
)


def dfm(
    y: pd.DataFrame | None = None,
    weights: pd.DataFrame | pd.Series | None = None,
    *,
    T: int = 120,
    seed: int = 0,
    n_factors: int = 1,
    factor_lags: int = 2,
) -> Explorer:
    """Explore a dynamic factor model on your panel, or on a simulated world whose truth is drawn beside the estimate.

    Every move estimates the model again by EM, from the estimate on the complete panel or, with several factors, from
    principal components of what is seen where these lead higher. A move has at most 40 iterations; the readout says
    when these were too few, and the box "EM to the end" then finds the maximum, slower.

    Parameters
    ----------
    y : (T, N) panel of at least 5 items, NaN where missing.  Without it a world is simulated, and a control for its
        noise appears.
    weights : of the items in the headline, a series by item or a frame by period; default equal ones.
    T, seed : the simulated world (`dgp.simulate_factor_model`); `seed` also draws, once, the order of hiding cells.
    n_factors, factor_lags : where these controls start.

    Returns
    -------
    Explorer
        Its controls are `missing`, `n_factors`, `factor_lags`, `dropped`, `dropped_too` (a tuple of further
        items), `to_the_end`, and on simulated data `noise`; its result is a `FactorMove`.
    """
    if y is None and weights is not None:
        raise ValueError("weights: belong to a panel y; the simulated world has equal ones")
    world = functools.cache(functools.partial(World.simulated, T=T, seed=seed))
    panel = simulate_factor_model(T=T, seed=seed).y if y is None else check_panel(y, "y")
    if panel.shape[1] < 5:
        raise ValueError(f"y: at least 5 items are needed, got {panel.shape[1]}")
    by_period, draws = _weights(weights, panel).to_numpy(), np.random.default_rng(seed).random(panel.shape)
    base, sets = functools.cache(functools.partial(base_estimate, panel)), _droppable(panel)
    order = np.argsort(-base(n_factors, factor_lags).item_noise, kind="stable")

    def compute(missing, n_factors, factor_lags, dropped, dropped_too, to_the_end, noise=None):
        full = World(panel.to_numpy()) if noise is None else world(noise=noise)
        rows = np.flatnonzero(~panel.columns.isin([*sets[dropped], *dropped_too]))
        if len(rows) <= n_factors:
            raise ValueError(f"dropped: {n_factors + 1} items must stay for r = {n_factors}, got {len(rows)}")
        values = np.where(draws < missing, np.nan, full.y)[:, rows]
        seen = pd.DataFrame(values, panel.index, panel.columns[rows])
        estimate = estimate_from(base(n_factors, factor_lags).of(rows), seen, to_the_end)
        return move_of(estimate, rows, full, by_period, panel, order)

    return Explorer(
        _controls(panel, sets, n_factors, factor_lags, simulated=y is None),
        compute,
        _build,
        _update,
        readout=_readout,
        alt=ALT + (" Synthetic data; the truth is dashed and in diamonds." if y is None else ""),
        caption=CAPTION,
        figsize=(9, 3.8),
    )


def _weights(weights: pd.DataFrame | pd.Series | None, y: pd.DataFrame) -> pd.DataFrame:
    """Return weights as a frame like y; equal ones by default."""
    if weights is None:
        return pd.DataFrame(1.0, y.index, y.columns)
    if isinstance(weights, pd.Series):
        weights = pd.DataFrame([weights] * len(y), y.index)
    if not (weights.index.equals(y.index) and weights.columns.equals(y.columns)):
        raise ValueError("weights: periods or items differ from those of y")
    return weights


def _droppable(y: pd.DataFrame) -> dict[str, list]:
    """What can be dropped: nothing, the most volatile items, or any one of them."""
    volatile = list(y.std().sort_values(ascending=False).index)
    sets = {NOTHING: [], "the most volatile": volatile[:1]}
    sets |= {f"the {k} most volatile": volatile[:k] for k in (2, max(3, len(volatile) // 5)) if k <= len(volatile) - 4}
    return sets | {str(name): [name] for name in y.columns}


def _controls(panel: pd.DataFrame, sets: dict, n_factors: int, factor_lags: int, simulated: bool) -> dict:
    """Return the controls; those of a large panel compute when the mouse is released."""
    live = panel.shape[1] <= MANY_ITEMS
    most = min(3, panel.shape[1] - 3)
    controls = {
        "missing": float_slider("share of cells hidden", 0.0, 0.8, 0.0, step=0.02, live=live),
        "n_factors": int_slider("number of factors r", 1, most, n_factors, live=live),
        "factor_lags": int_slider("lags of the factors p", 1, 6, factor_lags, live=live),
        "dropped": choice("dropped", list(sets), NOTHING),
        "dropped_too": choices("dropped too", [(str(name), name) for name in panel.columns]),
        "to_the_end": switch("EM to the end (slower)", False),
    }
    if simulated:
        controls["noise"] = float_slider("noise / its usual size", 0.2, 3.0, 1.0, step=0.1)
    return controls


def _build(figure: Figure, move: FactorMove) -> dict:
    """Draw what stands still; return the artists that move."""
    left, right = figure.subplots(1, 2, width_ratios=[2, 1])
    time, empty = time_axis(move.headline.index), np.full(len(move.headline), np.nan)
    left.set_title("common component" + ("" if move.truth is None else "  (synthetic data, truth dashed)"))
    left.set(xlim=(time[0], time[-1]), ylim=_limits(move.headline), xlabel=time_name(move.headline.index))
    places = np.arange(len(move.shares))
    right.set_title("share that is common")
    right.set(xlim=(0.0, 1.0), ylim=(-0.7, len(places) - 0.3), yticks=[])
    if len(places) <= MANY_ITEMS:
        right.set_yticks(places, list(map(str, move.shares.index)))
    looks = {
        "headline": {"color": COLOURS["grey"], "lw": 1.2, "label": "headline"},
        "average": {"color": COLOURS["orange"], "lw": 1.0, "label": "kept items"},
        "common": {"color": COLOURS["blue"], "label": "common, 90 %"},
    }
    lines = {name: left.plot(time, empty, **look)[0] for name, look in looks.items()}
    left.legend(loc="lower center", ncols=3, fontsize=10, columnspacing=1.2)
    return {
        **lines,
        "band": MovingBand(left, time, COLOURS["blue"]),
        "truth": left.plot(time, empty, color=COLOURS["black"], ls="--", lw=1.3)[0],
        "bars": moving_bars(right, len(places), COLOURS["blue"]),
        "true_shares": right.plot(np.full(len(places), np.nan), places, "D", ms=5, color=COLOURS["black"])[0],
    }


def _update(artists: dict, move: FactorMove) -> None:
    """Move the artists."""
    for name in ("headline", "average", "common"):
        artists[name].set_ydata(getattr(move, name).to_numpy())
    common, half = move.common.to_numpy(), HALF_WIDTH * move.se.to_numpy()
    artists["band"].set_edges(common - half, common + half)
    move_bars(artists["bars"], np.nan_to_num(move.shares.to_numpy()))
    if move.truth is not None:
        artists["truth"].set_ydata(move.truth.to_numpy())
        artists["true_shares"].set_xdata(move.true_shares.to_numpy())


def _limits(headline: pd.Series) -> tuple[float, float]:
    """Fixed limits: the headline's range and 40 % of it on both sides."""
    room = 0.4 * (headline.max() - headline.min())
    return headline.min() - room, headline.max() + room


def _readout(move: FactorMove) -> dict[str, str]:
    """Key numbers beside the picture."""
    fit, target = move.estimate, move.headline if move.truth is None else move.truth
    name = "the headline" if move.truth is None else "the truth"
    correlations = pairwise_correlation(np.column_stack([target, move.common, move.average]))[0]
    return {
        f"common with {name}, corr.": f"{correlations[1]:.3f}",
        f"average with {name}": f"{correlations[2]:.3f}",
        "log-likelihood": f"{fit.loglik:.1f}",
        "AICc": f"{fit.aicc:.1f}",
        "EM iterations": f"{fit.n_iter}" + ("" if fit.converged else ", not done"),
    }
