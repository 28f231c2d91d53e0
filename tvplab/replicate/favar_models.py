"""Encoders and dynamics of the FAVAR study, and the forecasts of one block of origins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from tvplab.convergence import ignore_unconverged
from tvplab.favar import FAVAR
from tvplab.linear_factors import LinearFactors
from tvplab.replicate.favar_data import FavarData
from tvplab.tvp_var import TVPVAR

HORIZONS = 4
LAGS = 2
RATE_IN_LEVELS = {"fred-md": {"rate": 0.9}}
"""Prior mean of the own lag of a rate that is not differenced."""
DYNAMICS = {
    "TVP": TVPVAR(lags=LAGS, drift="inverse gamma"),
    "TVP, half-cauchy": TVPVAR(lags=LAGS, drift="half-cauchy"),
    "constant": TVPVAR(lags=LAGS, drift="none", volatility="constant"),
}
"""Dynamics by name; the last is a Bayesian VAR with the same priors for its coefficients."""

PENALTIES = {"GS-AE": (10.0, 1.0), "GS-AE, λ₀ = 3": (3.0, 0.3)}
"""λ₀ and λ₁: the kit's default, found on synthetic data, and a lighter one."""


class NoFactors:
    """An encoder of no factors: a VAR of the observables alone."""

    def __init__(self, index: pd.Index):
        self.factors = pd.DataFrame(index=index)

    def encode(self, X_new) -> pd.DataFrame:
        """Return no factors (T', 0)."""
        return pd.DataFrame(index=X_new.index)

    def decode(self, factors) -> pd.DataFrame:
        """Return no series."""
        return pd.DataFrame(index=range(len(factors)))


def autoencoder(data: FavarData, K: int, epochs: int, starts: int, sparsity: bool, lam0: float = 10.0, lam1=1.0):
    """Fit the grouped sparse autoencoder, or without sparsity a plain one; no factor dies, all models have K."""
    from tvplab.sparse_autoencoder import GroupedSparseAutoencoder

    groups = data.groups if sparsity else ["all"] * data.panel.shape[1]
    model = GroupedSparseAutoencoder(
        groups, K, lam0=lam0, lam1=lam1, sparsity=sparsity, prune=False, epochs=epochs, starts=starts,
        hidden=_widths(data, K),
    )  # fmt: skip
    return model.fit(data.panel)


def _widths(data: FavarData, K: int) -> tuple[int, int]:
    """Return the hidden widths, 64 and 32 where the panel is wide enough."""
    N = data.panel.shape[1]
    return min(64, N), min(32, max(K, N // 2))


ENCODERS: dict[str, Callable] = {
    **{
        name: lambda data, K, epochs, starts, lams=lams: autoencoder(data, K, epochs, starts, True, *lams)
        for name, lams in PENALTIES.items()
    },
    "AE": lambda data, K, epochs, starts: autoencoder(data, K, epochs, starts, False),
    "PCA": lambda data, K, epochs, starts: LinearFactors.fit(data.panel, K),
    "none": lambda data, K, epochs, starts: NoFactors(data.panel.index),
}
"""Name → function of what was known, the number of factors, and the training's epochs and starts."""


def forecast_block(data: FavarData, cell: dict) -> list[dict]:
    """Forecast the observables from every origin of a block, with factors encoded by the network of its first origin.

    One line an origin, dynamics, horizon and observable: actual, mean, log score, crps, PIT; periods after the sample
    are left out.
    """
    with ignore_unconverged():  # the chains are short; the page says how long
        known = data.until(cell["origins"][0])
        encoder = ENCODERS[cell["encoder"]](known, cell["factors"], cell["epochs"], cell["starts"])
        lines = []
        for origin in cell["origins"]:
            factors = encoder.encode(data.until(origin).panel)
            for name in cell["dynamics"]:
                lines += _lines(data, factors, name, origin, cell)
    return lines


def _lines(data: FavarData, factors: pd.DataFrame, dynamics: str, origin: str, cell: dict) -> list[dict]:
    """Forecast from one origin by one model."""
    both = factors.join(data.observables, how="inner")
    results = DYNAMICS[dynamics].fit(both, draws=cell["draws"], burn=cell["burn"])
    ahead = data.observables.loc[data.observables.index > both.index[-1]].iloc[:HORIZONS]
    forecast = results.forecast(len(ahead))
    padded = ahead.reindex(columns=both.columns).fillna(0.0)  # factors have no outcome; their scores are not read
    scores = {kind: getattr(forecast, kind)(padded) for kind in ("log_score", "crps", "pit")}
    return [
        {
            "origin": origin, "dynamics": dynamics, "horizon": h, "target": name,
            "actual": float(ahead[name].iloc[h - 1]), "mean": float(forecast.mean.loc[h, name]),
            **{kind: float(score.loc[h, name]) for kind, score in scores.items()},
        }
        for h in range(1, len(ahead) + 1)
        for name in ahead
    ]  # fmt: skip


def responses(data: FavarData, cell: dict) -> dict:
    """Fit encoder and TVP-VAR on the whole sample; what a shock to the rate does at each date, with 68 % bands.

    Returns by date the responses of the observables, of the cell's series through the decoder (in standard deviations
    of the series), their sign asymmetry, and the share of draws that explode.
    """
    with ignore_unconverged():
        encoder = ENCODERS[cell["encoder"]](data, cell["factors"], cell["epochs"], cell["starts"])
        var = replace(DYNAMICS["TVP"], own_mean=RATE_IN_LEVELS.get(cell["data"], 0.0))
        fit = FAVAR(encoder, var).fit(data.observables, draws=cell["draws"], burn=cell["burn"])
    sd = data.panel.std()
    found = {"mse": _mse(data.panel, encoder)}
    for date in cell["dates"]:
        size = {"shock": "rate", "date": date, "horizon": cell["horizon"], "size": cell["size"]}
        observed, panel = fit.irf(**size), fit.panel_irf(**size)
        up = panel.draws.mean(axis=0)
        down = fit.panel_irf(**(size | {"size": -cell["size"]})).draws.mean(axis=0)
        mean = np.abs(up - down).max(axis=0)
        bends = np.abs(up + down).max(axis=0)[mean > 0] / mean[mean > 0]  # what has no factor does not respond
        named = [name for name in cell["series"] if name in sd.index]
        found[date] = {
            "observables": _edges(observed, list(data.observables.columns), 1.0),
            "series": _edges(panel, named, sd[named]),
            "asymmetry": float(np.median(bends)),
            "explosive": observed.explosive,
        }
    return found


def _mse(panel: pd.DataFrame, encoder) -> float:
    """Mean squared error of the reconstruction, in variances of the series."""
    error = panel.to_numpy() - encoder.decode(encoder.factors).to_numpy()
    return float(np.mean((error / panel.std(ddof=0).to_numpy()) ** 2))


def _edges(response, names: list, scale) -> dict:
    """Return median, lower and upper response by series, a list by horizon, over a scale."""
    frames = {"median": response.median, "lower": response.lower, "upper": response.upper}
    return {kind: {name: list(map(float, column)) for name, column in (frame[names] / scale).items()}
            for kind, frame in frames.items()}  # fmt: skip
