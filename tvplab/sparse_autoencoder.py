"""A nonlinear factor model whose groups of series choose their factors: `GroupedSparseAutoencoder`.

Source: Luo, Paige and Griffin, *Time-varying Factor Augmented Vector Autoregression with Grouped Sparse Autoencoder*
(2025), of which a summary was at hand, and Moran, Sridhar, Wang and Blei (2022).  Layer widths, λ₀, λ₁, a, b, optimiser
and schedule are the kit's own choices (spec, part B); shown in lesson 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from pandas.api.types import is_hashable

from tvplab.autoencoder_labels import labelled, starts_table
from tvplab.autoencoder_ladder import ladder
from tvplab.autoencoder_results import AutoencoderResults
from tvplab.convergence import warn_unconverged
from tvplab.validation import (
    as_frame,
    check_choice,
    check_distinct_columns,
    check_number,
    check_seed,
    check_varying,
    check_whole,
    check_widths,
)

BATCHES = 5
"""Minibatches an epoch: 140 periods at T = 700, 50 at T = 250."""
DECODERS = ("leaky", "linear")
WIDTHS = (64, 32)
"""Hidden layers where the panel is wide enough."""


@dataclass(frozen=True)
class GroupedSparseAutoencoder:
    """Factors f_t = Enc(x_t), series x̂_jt = [Dec(β_g(j) ⊙ f_t)]_j with sparse group weights β (G, K).

    Parameters
    ----------
    groups : series → group, a dict or Series that has every column of X; or one label a column, in their order.
    n_factors : K.
    anchors : group → its factor (a number from 1, or its name "F1"): the group loads on that factor alone.  None lets
        the prior find out.
    lam0, lam1 : rates of spike and slab, 0 < λ₁ ≤ λ₀; 10 and 1 recover the design of spec B.3.  The penalty weighs
        with 1/T: 30 at T = 700 does what 10 does at T = 250.
    a, b : of θ's beta prior; b None is the number of groups.
    hidden : widths of the encoder's hidden layers, from at most N down to at least K; the decoder mirrors them.  None
        is (64, 32), in a panel of fewer than 64 series (N, N/2), nowhere below K.
    slope : of the LeakyReLU below zero, above 0 (an injective activation) and at most 1.
    decoder : "leaky", or "linear" (no hidden layer).
    sparsity : False leaves the group weights unpenalised.
    prune : after the training, take superfluous factors away as long as that lowers the objective
        (`autoencoder_pruning`); a factor that an anchor names stays.  Nothing without sparsity.
    starts : networks trained from different random weights; the smallest objective is kept.
    epochs, learning_rate : of Adam; the rate falls by a cosine to 5 %.
    seed : fixes initial weights and minibatches.
    """

    groups: Mapping | pd.Series | list
    n_factors: int = 5
    anchors: Mapping | None = None
    lam0: float = 10.0
    lam1: float = 1.0
    a: float = 1.0
    b: float | None = None
    hidden: tuple[int, ...] | None = None
    slope: float = 0.2
    decoder: str = "leaky"
    sparsity: bool = True
    prune: bool = True
    starts: int = 5
    epochs: int = 200
    learning_rate: float = 5e-3
    seed: int | np.random.Generator = 0

    def fit(self, X, start: AutoencoderResults | None = None) -> AutoencoderResults:
        """Train on X (T, N), complete; every series is put to mean 0 and variance 1.

        `start` is an earlier fit of the same series, groups and layers, on other periods or with another penalty: one
        network then goes on from there, λ₀ from where that fit had it.

        Raises
        ------
        TypeError, ValueError
            Anything wrong with X, its groups or a hyperparameter; the message names it.
        ImportError
            Torch is not installed.
        """
        self._check()
        frame = self._checked(X)
        if start is not None and not isinstance(start, AutoencoderResults):
            raise TypeError(f"start: expected an earlier fit of an autoencoder, got {type(start).__name__}")
        try:
            from tvplab.autoencoder_pruning import one_of, prune
            from tvplab.autoencoder_training import Prior, train
        except ImportError as error:
            raise ImportError(f"{error}: the autoencoder needs torch, pip install 'tvplab[deep]'") from None
        labels, group = self.groups_of(frame.columns)
        mask = self.mask(labels, group)
        z = (frame - frame.mean()) / frame.std(ddof=0)
        seeds, warm = self._seeds(), start is not None
        network, moments = self._opening(group, mask, seeds[1:], frame, start)
        since = start.loss_path["lam0"].iloc[-1] if warm else None
        plan = ladder(self.epochs, self.lam0, self.lam1, self.sparsity, self.learning_rate, BATCHES, since)
        prior = Prior(self.lam1, self.a, len(labels) if self.b is None else self.b)
        trained = train(network, z.to_numpy(), plan, prior, seeds[0], moments)
        best = one_of(trained, int(np.argmin(trained.objective)))
        fit, plan, rounds = prune(best, z.to_numpy(), plan, prior, seeds[0], self._spared())
        tables = {"starts": starts_table(trained, frame), "rounds": rounds}
        results = labelled(fit, frame, labels, warm or self.anchors is not None, plan, tables)
        if not results.converged:
            message = f"the weights still moved after {self.epochs} epochs; give it more"
            warn_unconverged(message)
        return results

    def _opening(self, group: np.ndarray, mask: np.ndarray, seeds: list[int], frame: pd.DataFrame, before):
        """Random networks and no moments, or one network and its moments from an earlier fit."""
        from tvplab.autoencoder_network import Places, start
        from tvplab.autoencoder_warm import warm_moments, warm_network

        seeds = seeds if before is None else seeds[:1]
        network = start(Places.of(group), mask, self.widths(len(group)), self.decoder == "linear", self.slope, seeds)
        if before is None:
            return network, None
        if not frame.columns.equals(before.mean.index):
            raise ValueError("start: its series are not those of X")
        return warm_network(network, before), warm_moments(network, before)

    def widths(self, N: int) -> tuple[int, ...]:
        """Widths of the encoder's hidden layers for a panel of N series."""
        if self.hidden is not None:
            return tuple(self.hidden)
        wide = max(min(WIDTHS[0], N), self.n_factors)
        return wide, max(min(WIDTHS[1], (wide + 1) // 2), self.n_factors)

    def groups_of(self, series: pd.Index) -> tuple[list, np.ndarray]:
        """Return the groups in their order of appearance, and the number of each series' group (N,)."""
        if isinstance(self.groups, str | pd.DataFrame | set) or not isinstance(self.groups, Iterable):
            raise TypeError(f"groups: expected series → group, or a list of labels, got {self.groups!r}")
        if isinstance(self.groups, Mapping | pd.Series):
            missing = [name for name in series if name not in self.groups]
            if missing:
                raise ValueError(f"groups: no group for {missing[0]!r} ({len(missing)} such series)")
            of = [self.groups[name] for name in series]
        else:
            of = list(self.groups)
            if len(of) != len(series):
                raise ValueError(f"groups: {len(of)} labels for {len(series)} series")
        unnamed = [name for name, label in zip(series, of, strict=True) if not is_hashable(label) or label != label]
        if unnamed:
            raise ValueError(f"groups: {unnamed[0]!r} has no group's name ({len(unnamed)} such series)")
        labels = list(dict.fromkeys(of))
        return labels, np.array([labels.index(one) for one in of])

    def mask(self, labels: list, group: np.ndarray) -> np.ndarray:
        """Which weights are free (G, K): an anchor group's are those of its factor alone."""
        free = np.ones((len(labels), self.n_factors), dtype=bool)
        for label, factor in (self.anchors or {}).items():
            if label not in labels:
                raise ValueError(f"anchors: {label!r} is no group; there are {labels}")
            row = labels.index(label)
            if np.sum(group == row) < 2:
                raise ValueError(f"anchors: group {label!r} has one series; two or more are needed")
            free[row] = np.arange(self.n_factors) == self._factor(factor)
        return free

    def _factor(self, factor) -> int:
        """Number of a factor from zero."""
        names = {f"F{k + 1}": k for k in range(self.n_factors)} | {k + 1: k for k in range(self.n_factors)}
        if isinstance(factor, bool) or factor not in names:
            raise ValueError(f"anchors: a factor is a number from 1 to {self.n_factors} or its name, got {factor!r}")
        return names[factor]

    def _spared(self) -> set[int]:
        """Numbers from zero of the factors that may not die: those that anchors name, or all."""
        prunes = self.prune and self.sparsity
        return {self._factor(one) for one in (self.anchors or {}).values()} if prunes else set(range(self.n_factors))

    def _seeds(self) -> list[int]:
        """One seed for the minibatches, then one a start; more starts leave the first ones as they are."""
        rng = check_seed(self.seed)
        return [int(one) for one in rng.integers(2**62, size=self.starts + 1)]

    def _checked(self, X) -> pd.DataFrame:
        """Return X as a frame, or say what is wrong with it."""
        frame = as_frame(X, "X")
        check_distinct_columns(frame, "X")
        check_varying(frame, "X", "it says nothing of the factors")
        N, T = frame.shape[1], len(frame)
        if self.n_factors > N:
            raise ValueError(f"n_factors: at most as many as series, {N}, got {self.n_factors}")
        if any(narrow > wide for wide, narrow in pairwise([N, *self.widths(N), self.n_factors])):
            text = f"widths must fall from N = {N} to K = {self.n_factors}, got {self.hidden}"
            raise ValueError(f"hidden: {text}; None is {replace(self, hidden=None).widths(N)}")
        if T < 4 * BATCHES:
            raise ValueError(f"X: at least {4 * BATCHES} periods are needed, got {T}")
        return frame

    def _check(self) -> None:
        """Refuse hyperparameters out of their range."""
        for name in ("n_factors", "starts", "epochs"):
            check_whole(getattr(self, name), name, 1)
        if self.hidden is not None:
            check_widths(self.hidden, "hidden")
        if self.anchors is not None and not isinstance(self.anchors, Mapping):
            raise TypeError(f"anchors: expected group → factor, a dict, got {self.anchors!r}")
        for name in ("lam0", "lam1", "a", "learning_rate", "slope"):
            check_number(getattr(self, name), name)
        if self.b is not None:
            check_number(self.b, "b")
        if self.lam1 > self.lam0:
            raise ValueError(f"lam1: the slab's rate may not exceed the spike's, {self.lam0:g}, got {self.lam1:g}")
        if self.slope > 1.0:
            raise ValueError(f"slope: must lie above 0 and not above 1, got {self.slope!r}")
        check_choice(self.decoder, "decoder", DECODERS)
        check_choice(self.sparsity, "sparsity", (True, False))
        check_choice(self.prune, "prune", (True, False))
