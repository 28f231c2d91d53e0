"""Lesson 2's slider: drag λ and watch a coefficient's path go from noise to a straight line."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.special import ndtri

from tvplab.crossval import BlockedFolds, RandomFolds
from tvplab.dgp import PATHS, simulate_tvp_regression
from tvplab.explore.controls import choice, float_slider, int_slider, log_slider
from tvplab.explore.explorer import Explorer
from tvplab.metrics import mean_absolute_error
from tvplab.plots.moving import MovingBand
from tvplab.plots.ridge import time_axis, time_name
from tvplab.plots.style import COLOURS
from tvplab.ridge import LAMS, TVPRidge, TwoStepRidge
from tvplab.ridge_results import RidgeResults

LAM_RANGE = 0.1, 1e6
CANDIDATES = np.array([lam for lam in LAMS if 0.9 * LAM_RANGE[0] < lam < 1.1 * LAM_RANGE[1]])
ESTIMATORS = {"1 step (ridge)": TVPRidge, "2 steps (2SRR)": TwoStepRidge}
FOLDS = {"random folds": RandomFolds, "consecutive blocks": BlockedFolds}
ALT = "Left: one coefficient's estimated path with its 90 % band. Right: held-out error against the drift penalty λ."
CAPTION = "Left to right on λ: the path goes from chasing noise to a straight line; the triangle is where CV stops."


@dataclass(frozen=True)
class RidgeMove:
    """What one position of the controls shows: the fit at λ, the CV fit beside it, and the truth if there is one."""

    fit: RidgeResults
    chosen: RidgeResults
    coefficient: object
    truth: pd.DataFrame | None

    @property
    def path(self) -> np.ndarray:
        """Path (T,) of the coefficient shown."""
        return self.fit.beta[self.coefficient].to_numpy()

    @property
    def band(self) -> tuple[np.ndarray, np.ndarray]:
        """90 % band of it, two (T,)."""
        half = ndtri(0.95) * self.fit.std_errors([self.coefficient]).to_numpy()[:, 0]
        return self.path - half, self.path + half

    @property
    def true_path(self) -> np.ndarray:
        """The truth (T,) about it."""
        return self.truth[self.coefficient].to_numpy()

    @property
    def relative_scores(self) -> np.ndarray:
        """Held-out error of every candidate over that of the best."""
        scores = self.chosen.cv["score"].to_numpy()
        return scores / scores.min()


def ridge(
    y: pd.Series | None = None,
    X: pd.DataFrame | None = None,
    *,
    shapes: Sequence[str] = ("cosine", "break", "constant"),
    T: int = 200,
    seed: int = 0,
    coefficient=None,
    lam: float | None = None,
) -> Explorer:
    """Explore the drift penalty λ on your data, or on a simulated world whose truth is drawn beside the estimate.

    Parameters
    ----------
    y, X : the data, as for `TVPRidge.fit`.  Without them a world is simulated, and controls for its noise and for
        the shape of its first coefficient appear.
    shapes, T, seed : the simulated world (`dgp.simulate_tvp_regression`); all its shocks are drawn once.
    coefficient : the coefficient shown first; default the first regressor's.
    lam : where the slider starts; default the cross-validation choice.

    Returns
    -------
    Explorer
        Its controls are `lam`, `coefficient`, `estimator`, `folds` and `n_folds`, and on simulated data `noise` and
        `shape`; its result is a `RidgeMove`.
    """
    if (y is None) != (X is None) or np.ndim(y) > 1:
        raise ValueError("y, X: give one vector y and its regressors X, or neither for a simulated world")
    source = _simulated(tuple(shapes), T, seed) if y is None else lambda: (y, X, None)
    fit = functools.lru_cache(maxsize=64)(functools.partial(_fit, source))

    def compute(lam, coefficient, estimator, folds, n_folds, **world):
        chosen, truth = fit(estimator, folds, n_folds, **world)
        return RidgeMove(chosen.at(lam), chosen, coefficient, truth)

    controls = _controls(source, fit, shapes[0] if y is None else None, coefficient, lam)
    return Explorer(
        controls,
        compute,
        _build,
        _update,
        readout=_readout,
        marks=lambda move: {"lam": {"CV": move.chosen.lam}},
        redraw_on={"coefficient"},
        buttons={"show CV choice": lambda explorer: explorer.set(lam=explorer.result.chosen.lam)},
        alt=ALT + (" Synthetic data; the truth is dashed." if y is None else ""),
        caption=CAPTION,
        figsize=(9, 4.0),
    )


def _simulated(shapes: tuple[str, ...], T: int, seed: int):
    """Return the source of a simulated world: `noise` and the first `shape` deform it, the shocks stay."""

    def source(noise: float = 0.5, shape: str = shapes[0]):
        world = simulate_tvp_regression(T=T, shapes=(shape, *shapes[1:]), noise=noise, seed=seed)
        return world.y, world.X, world.beta.assign(const=0.0)

    return source


def _fit(source, estimator: str, folds: str, n_folds: int, **world) -> tuple[RidgeResults, pd.DataFrame | None]:
    """Choose λ by exact cross-validation; `.at(λ)` of the result is then one solve."""
    y, X, truth = source(**world)
    return ESTIMATORS[estimator](cv=FOLDS[folds](n_folds), lams=CANDIDATES).fit(y, X), truth


def _controls(source, fit, shape: str | None, coefficient, lam: float | None) -> dict:
    """Return the controls; those of the simulated world only when there is one."""
    estimator, folds, n_folds = next(iter(ESTIMATORS)), next(iter(FOLDS)), 5
    world = {} if shape is None else {"noise": 0.5, "shape": shape}
    start = fit(estimator, folds, n_folds, **world)[0]
    names = list(start.beta.columns)
    controls = {
        "lam": log_slider("drift penalty λ", *LAM_RANGE, lam or start.lam, per_decade=12),
        "coefficient": choice("coefficient", names, names[1] if coefficient is None else coefficient),
        "estimator": choice("estimator", list(ESTIMATORS), estimator),
        "folds": choice("held out", list(FOLDS), folds),
        "n_folds": int_slider("number of folds", 2, min(20, len(start.beta)), n_folds),
    }
    if shape is not None:
        controls["noise"] = float_slider("noise sd σ", 0.05, 2.0, 0.5, step=0.05)
        controls["shape"] = choice("path of x1", list(PATHS), shape)
    return controls


def _build(figure: Figure, move: RidgeMove) -> dict:
    """Draw what stands still; return the artists that move."""
    left, right = figure.subplots(1, 2, width_ratios=[2, 1])
    time = time_axis(move.fit.beta.index)
    synthetic = "  (synthetic data, truth dashed)" if move.truth is not None else ""
    name = "constant" if move.coefficient == "const" else f"coefficient on {move.coefficient}"
    left.set_title(f"{name}{synthetic}")
    left.set(xlim=(time[0], time[-1]), ylim=_limits(move), xlabel=time_name(move.fit.beta.index))
    top = min(max(1.2, move.relative_scores.max()), 5.0)
    right.set(xscale="log", xlim=LAM_RANGE, ylim=(1.0 - 0.1 * (top - 1.0), top), xlabel="drift penalty λ")
    right.set_title("held-out error / best")
    path = left.plot(time, np.zeros(len(time)), color=COLOURS["blue"], label="estimate, 90 % band")[0]
    figure.legend(handles=[path], loc="outside lower left")
    return {
        "band": MovingBand(left, time, COLOURS["blue"]),
        "truth": left.plot(time, np.full(len(time), np.nan), color=COLOURS["black"], ls="--", lw=1.3)[0],
        "path": path,
        "curve": right.plot(CANDIDATES, np.ones(len(CANDIDATES)), color=COLOURS["grey"])[0],
        "here": right.axvline(1.0, color=COLOURS["blue"]),
        "choice": right.plot([1.0], [1.0], "^", ms=9, color=COLOURS["vermillion"])[0],
    }


def _update(artists: dict, move: RidgeMove) -> None:
    """Move the artists."""
    artists["path"].set_ydata(move.path)
    artists["band"].set_edges(*move.band)
    if move.truth is not None:
        artists["truth"].set_ydata(move.true_path)
    artists["curve"].set_ydata(move.relative_scores)
    artists["here"].set_xdata([move.fit.lam] * 2)
    artists["choice"].set_data([move.chosen.lam], [1.0])


def _limits(move: RidgeMove) -> tuple[float, float]:
    """Fixed limits: twice the truth's range, or those of a fit five times looser than CV's with some room."""
    if move.truth is not None:
        return -2.0, 2.0
    lower, upper = replace(move, fit=move.chosen.at(move.chosen.lam / 5.0)).band
    low, high = lower.min(), upper.max()
    room = 0.1 * (high - low)
    return min(low - room, -room), max(high + room, room)


def _readout(move: RidgeMove) -> dict[str, str]:
    """Key numbers beside the picture."""
    numbers = {
        "λ = σ²ε/σ²u": f"{move.fit.lam:.3g}",
        "CV choice": f"{move.chosen.lam:.3g}",
        "effective parameters": f"{move.fit.df:.1f} of {move.fit.beta.size}",
        "residual sd": f"{np.sqrt(np.mean(move.fit.sigma2.to_numpy())):.3f}",
    }
    if move.truth is not None:
        numbers["MAE against the truth"] = f"{mean_absolute_error(move.true_path, move.path):.3f}"
    return numbers
