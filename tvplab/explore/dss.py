"""Lesson 3's slider: spike, slab and date of dynamic sparse factors, beside the truth of a simulated world."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from tvplab.convergence import ignore_unconverged
from tvplab.dgp import SimulatedSparseFactors, simulate_sparse_factors
from tvplab.dynamic_sparse import DynamicSparseFactors
from tvplab.dynamic_sparse_results import DynamicSparseResults
from tvplab.explore.controls import choice, float_slider, int_slider, log_slider, switch
from tvplab.explore.explorer import Explorer
from tvplab.factor_matching import match_factors, n_active, rmse_path, widened
from tvplab.factors import principal_components, varimax
from tvplab.plots.style import COLOURS
from tvplab.static_sparse import fit_static

LAM0_RANGE, LAM1_RANGE, THETA_RANGE = (0.1, 100.0), (1e-3, 1.0), (0.05, 0.95)
USUAL = {"lam0": 10.0, "lam1": 0.01, "theta": 0.5}
WARM = "the estimate at λ₀ = 10"
POOLED, ONE, ROTATED = "best of 10 static fits", "one static fit", "principal components, rotated"
STARTS = (WARM, POOLED, ONE, ROTATED)
MAX_ITER, TOL = 30, 0.02
"""Enough for a picture; the readout says when EM was not done."""
LARGE = 6000
"""Loadings a factor (T·N) above which a fit takes more than half a second, and a slider acts on release."""
REACH = 2.5
COLUMNS = 10
"""Columns of the maps, those of the simulated world: five true factors and five that never are."""
ALT = (
    "From left to right: true loadings at the chosen date, series by factor; estimated loadings; probabilities of the "
    "slab; number of active factors over time, the truth dashed. Synthetic data."
)
CAPTION = (
    "Columns of the estimate stand under the true factor that they match; the vertical line is the date. A dead "
    "factor is an empty column."
)


@dataclass(frozen=True)
class DssFit:
    """One estimate; loadings and inclusion (T, N, 10) have its columns in the truth's order and signs."""

    results: DynamicSparseResults
    world: SimulatedSparseFactors
    loadings: np.ndarray
    inclusion: np.ndarray

    @property
    def truth(self) -> np.ndarray:
        """True loadings (T, N, 10)."""
        return self.world.loadings

    @property
    def n_active(self) -> np.ndarray:
        """Number of active factors (T,)."""
        return n_active(self.loadings)

    @property
    def rmse(self) -> float:
        """Root mean squared error of the loadings, mean over dates."""
        return float(rmse_path(self.truth, self.loadings).mean())


@dataclass(frozen=True)
class DssMove:
    """What one position of the controls shows: the fit, and the row of the date."""

    fit: DssFit
    row: int


def dss(T: int = 240, n_series: int = 25, seed: int = 2) -> Explorer:
    """Explore dynamic sparse factors in a small world whose factors die and return.

    Every move but the date's runs DSS-EM, from the start chosen: the estimate at the usual penalties for that K (found
    once; a warm start halves the work), or what shows how much hangs on a start.  A world of more than 6000 values
    (T·n_series) has sliders that act on release.

    Parameters
    ----------
    T, n_series, seed : the world (`dgp.simulate_sparse_factors`).

    Returns
    -------
    Explorer
        Its controls are `lam0`, `date`, `lam1`, `theta`, `n_factors`, `start` and `lives`; its result is a `DssMove`.
    """
    world = simulate_sparse_factors(T=T, training=0, n_series=n_series, seed=seed)
    cold = functools.cache(functools.partial(starting_loadings, world.y))
    base = functools.cache(lambda K, lives: _fit(world, cold(K, POOLED), K, lives=lives, **USUAL))

    @functools.lru_cache(maxsize=128)
    def fits(lam0, lam1, theta, n_factors, start, lives):
        begin = base(n_factors, lives).results if start == WARM else cold(n_factors, start)
        return _fit(world, begin, n_factors, lam0, lam1, theta, lives)

    def compute(lam0, date, lam1, theta, n_factors, start, lives):
        return DssMove(fits(lam0, lam1, theta, n_factors, start, lives), date - 1)

    live = T * n_series <= LARGE
    late = "" if live else " (on release)"
    controls = {
        "lam0": log_slider(f"spike λ₀{late}", *LAM0_RANGE, USUAL["lam0"], live=live),
        "date": int_slider("date", 1, T, T // 2),
        "lam1": log_slider(f"slab λ₁, with φ₁{late}", *LAM1_RANGE, USUAL["lam1"], live=live),
        "theta": float_slider(f"share of the slab Θ{late}", *THETA_RANGE, USUAL["theta"], step=0.05, live=live),
        "n_factors": int_slider(f"candidates K{late}", 3, 8, 6, live=live),
        "start": choice("start", STARTS, WARM),
        "lives": switch("factors may die and return as a whole", True),
    }
    return Explorer(
        controls, compute, _build, _update, readout=_readout, alt=ALT, caption=CAPTION, figsize=(10, 3.8)
    )  # fmt: skip


def starting_loadings(y: pd.DataFrame, n_factors: int, start: str) -> np.ndarray:
    """Loadings (N, r) from which EM starts: static sparse factors of the whole sample, or rotated components."""
    centred = (y - y.mean()).to_numpy()
    if start == ROTATED:
        return varimax(principal_components(y, n_factors).loadings)[0].to_numpy()
    return fit_static(centred, n_factors, n_starts=10 if start == POOLED else 1, seed=3).loadings


def _fit(world, start, n_factors: int, lam0: float, lam1: float, theta: float, lives: bool = True) -> DssFit:
    """Run EM from a start, and match its columns to the truth."""
    model = DynamicSparseFactors(n_factors, lam0, lam1, theta=theta, max_iter=MAX_ITER, tol=TOL)
    model = model if lives else replace(model, lifetime=None)
    with ignore_unconverged():  # shown in the readout instead
        results = model.fit(world.y, start=start)
    loadings = widened(results.loadings, COLUMNS)
    match = match_factors(world.loadings, loadings)
    return DssFit(results, world, match.apply(loadings), widened(results.inclusion, COLUMNS)[:, :, match.order])


def _build(figure: Figure, move: DssMove) -> dict:
    """Draw what stands still, the true count included; return the artists that move."""
    axes = figure.subplots(1, 4, width_ratios=[1, 1, 1, 2])
    T, N = move.fit.truth.shape[:2]
    looks = {"cmap": "PuOr", "vmin": -REACH, "vmax": REACH}
    meshes = {}
    for ax, name in zip(axes, ("truth", "loadings", "inclusion"), strict=False):
        options = looks if name != "inclusion" else {"cmap": "cividis", "vmin": 0.0, "vmax": 1.0}
        edges = np.arange(COLUMNS + 1) + 0.5, np.arange(N + 1) + 0.5
        meshes[name] = ax.pcolormesh(*edges, np.zeros((N, COLUMNS)), **options)
        ax.set(title=name, xlabel="factor", xticks=(1, 5, 10), ylim=(N + 0.5, 0.5))
        ax.grid(False)
    figure.colorbar(meshes["loadings"], ax=axes[:2], location="bottom", label="loading", aspect=30)
    figure.colorbar(meshes["inclusion"], ax=axes[2], location="bottom", label="probability", ticks=(0, 1))
    axes[0].set_ylabel("series")
    last, time = axes[3], move.fit.world.n_factors.index
    last.step(time, move.fit.world.n_factors, where="mid", color=COLOURS["black"], ls="--", lw=4, label="truth")
    last.set(title="active factors  (synthetic data)", xlabel="date", xlim=(1, T), ylim=(0, COLUMNS + 0.3))
    count = last.plot(time, np.zeros(T), color=COLOURS["blue"], drawstyle="steps-mid", label="estimate")[0]
    date = last.axvline(1, color=COLOURS["vermillion"], lw=1.2, label="date of the maps")
    last.legend(loc="upper right")
    return meshes | {"count": count, "date": date}


def _update(artists: dict, move: DssMove) -> None:
    """Move the artists."""
    for name in ("truth", "loadings", "inclusion"):
        artists[name].set_array(widened(getattr(move.fit, name)[move.row], COLUMNS))
    artists["count"].set_ydata(move.fit.n_active)
    artists["date"].set_xdata([move.row + 1, move.row + 1])


def _readout(move: DssMove) -> dict[str, str]:
    """Key numbers beside the picture."""
    fit, results = move.fit, move.fit.results
    found, true = np.abs(fit.loadings) >= 0.1, fit.truth != 0
    return {
        "RMSE, all dates": f"{fit.rmse:.3f}",
        "active now, truly": f"{fit.n_active[move.row]}, {fit.world.n_factors.iloc[move.row]}",
        "loadings found": f"{found[true].mean():.0%}",
        "zeros kept": f"{(~found[~true]).mean():.0%}",
        "log posterior": f"{results.objective_path[-1]:,.0f}",
        "φ₁": f"{results.model.prior.phi:.4f}",
        "EM iterations": f"{results.n_iter}" + ("" if results.converged else ", not done"),
    }
