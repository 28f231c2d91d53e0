"""Hyperparameters of a deep factor model by time-ordered validation (Andreini, Izzo and Ricco, section 3.3).

Training on [0, T − kh), judging on the next h periods, for k = K, …, 1: no period is forecast from later ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from tvplab.convergence import ignore_unconverged
from tvplab.deep_dfm import DeepDynamicFactors
from tvplab.deep_dfm_results import DeepDynamicFactorsResults
from tvplab.nowcast_gains import filter_gains, predicted_states
from tvplab.validation import check_choice, check_panel, check_whole


class Choice(NamedTuple):
    """The chosen candidate's name and model, and the loss of every candidate (rows) in every block (columns)."""

    name: str
    model: DeepDynamicFactors
    losses: pd.DataFrame


@dataclass(frozen=True)
class ValidatedDeepFactors:
    """A deep factor model that is chosen anew at each fit, by `choose_deep_factors` on the sample it is given.

    Parameters
    ----------
    candidates, blocks, length, loss : see there; the paper judges on one year.
    """

    candidates: Mapping[str, DeepDynamicFactors]
    blocks: int = 1
    length: int = 12
    loss: str = "forecast"

    def fit(self, Y) -> DeepDynamicFactorsResults:
        """Choose on Y (T×N; NaN where missing), then estimate the chosen model on all of it; `.model` tells which."""
        return _fit(choose_deep_factors(Y, self.candidates, self.blocks, self.length, self.loss).model, Y)


def choose_deep_factors(
    Y, candidates: Mapping[str, DeepDynamicFactors], blocks: int = 3, length: int = 12, loss: str = "forecast"
) -> Choice:
    """Choose the candidate with the smallest mean loss over the last `blocks` blocks of `length` periods.

    Parameters
    ----------
    Y : (T, N) panel, NaN where missing.
    candidates : name → model.
    loss : "forecast", one period ahead from the data up to then, parameters fixed; or "fit", the distance of the block
        from its common component, which more factors can only reduce.  Both are mean squares in units of each series'
        sd in the training sample.

    Raises
    ------
    ValueError
        When the first training sample would be shorter than two blocks, or there is no candidate.
    """
    check_choice(loss, "loss", ("forecast", "fit"))
    data = check_panel(Y, "Y")
    if not isinstance(candidates, Mapping) or not all(hasattr(one, "fit") for one in candidates.values()):
        raise TypeError(f"candidates: expected a dict of name → model, got {candidates!r}")
    if not candidates:
        raise ValueError("candidates: is empty; give at least one model")
    check_whole(blocks, "blocks", 1)
    check_whole(length, "length", 1)
    if len(data) < (blocks + 2) * length:
        raise ValueError(
            f"blocks, length: {blocks} blocks of {length} periods and a training sample of at least two need "
            f"{(blocks + 2) * length} periods, Y has {len(data)}"
        )
    measure = {"forecast": forecast_loss, "fit": fit_loss}[loss]
    table = {name: [measure(model, *part) for part in splits(data, blocks, length)] for name, model in
             candidates.items()}  # fmt: skip
    losses = pd.DataFrame(table, [f"block {k + 1}" for k in range(blocks)]).T
    best = losses.mean(axis=1).idxmin()
    return Choice(best, candidates[best], losses)


def splits(data: pd.DataFrame, blocks: int, length: int) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield each training sample with the data up to the end of the block that follows it."""
    for k in range(blocks, 0, -1):
        start = len(data) - k * length
        yield data.iloc[:start], data.iloc[: start + length]


def forecast_loss(model: DeepDynamicFactors, train: pd.DataFrame, data: pd.DataFrame) -> float:
    """Mean squared error of the forecasts of each period of the block from the data before it."""
    return _distance(data.iloc[len(train) :], one_step_forecasts(_fit(model, train), data, len(train)), train)


def one_step_forecasts(fit: DeepDynamicFactorsResults, data: pd.DataFrame, first: int) -> np.ndarray:
    """Forecasts (T − first, N) of each period from `first` on from the data before it, parameters fixed.

    With a linear decoder they are the filter's predictions, all from one pass; else each needs its own.
    """
    if not fit.linear_decoder:
        return np.array([fit.filter(data.iloc[:t]).forecast(1)["mean"].iloc[0] for t in range(first, len(data))])
    form = fit.state_space
    y = ((data - form.mean) / form.sd).to_numpy()
    states, _ = predicted_states(y, form.model, filter_gains(np.isfinite(y), form.model))
    return form.mean + form.sd * (np.array(states[first:]) @ form.Z.T)


def fit_loss(model: DeepDynamicFactors, train: pd.DataFrame, data: pd.DataFrame) -> float:
    """Mean squared distance of the block from its common component, smoothed with the block's own data."""
    return _distance(data.iloc[len(train) :], _fit(model, train).filter(data).fitted.iloc[len(train) :], train)


def _fit(model: DeepDynamicFactors, train: pd.DataFrame) -> DeepDynamicFactorsResults:
    """Fit, silent about rounds that ran out: the loss judges."""
    with ignore_unconverged():
        return model.fit(train)


def _distance(block: pd.DataFrame, estimate, train: pd.DataFrame) -> float:
    gap = (block - np.asarray(estimate)) / train.std()
    return float(np.nanmean(gap.to_numpy() ** 2))
