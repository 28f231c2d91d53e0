"""The deep dynamic factor model (D²FM): a dynamic factor model whose encoder, or decoder, is a neural network.

    f_t = G(y_t),   y_t = F(f_t) + ε_t,   f_t = B_1 f_{t-1} + … + u_t,   ε_t = Φ ε_{t-1} + ϵ_t        (eqs 13-16)

Source: Andreini, Izzo and Ricco, *Deep Dynamic Factor Models* (version of March 2024).
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from tvplab.convergence import warn_unconverged
from tvplab.data.standardizer import Standardizer
from tvplab.deep_dfm_arrays import ArrayNetwork
from tvplab.deep_dfm_layout import Layout
from tvplab.deep_dfm_maps import LINKS
from tvplab.deep_dfm_recipe import RECIPES, Recipe
from tvplab.deep_dfm_results import DeepDynamicFactorsResults
from tvplab.deep_dfm_training import Trained, train
from tvplab.machine_checks import check_device
from tvplab.nowcast_periods import quarterly_columns, warn_unnamed
from tvplab.validation import check_choice, check_number, check_panel, check_seed, check_varying, check_widths


@dataclass(frozen=True)
class DeepDynamicFactors:
    """Deep dynamic factor model, estimated by Algorithm 1 and cast as a state space.

    Torch (`pip install 'tvplab[deep]'`) is needed only for other devices than the processor.

    Parameters
    ----------
    n_factors : r ≥ 1, width of the code; it may exceed the number of series.
    hidden : widths of the encoder's hidden layers; None is the Monte Carlo's (6r, 4r, 2r), () one linear layer.
    link : g of eq. 6: "relu" (the paper's Monte Carlo), "tanh" (its macro data), "sigmoid" or "softplus".
    symmetric : mirror the encoder in a nonlinear decoder; else the decoder is one linear layer, the loadings Λ.
    factor_lags : p of eq. 15; the paper takes 2 for macro data.
    draws : panels of idiosyncratic noise, and epochs, in each Monte Carlo round.
    max_iter, tol : most rounds, and the relative change of the loss at which they end.  `max_iter=0` stops after
        pre-training: with `hidden=()` that is principal components by gradient descent.
    learning_rate : of Adam, per step; falls by 4 % a round.
    quarterly : names of the columns seen in the last month of their quarter, as sums (1, 2, 3, 2, 1)/3 of five months;
        the other columns are monthly.  None: all are, with a warning where their dates tell otherwise.
    device : "cpu", or where torch should compute: "cuda", "cuda:1" for the second of several cards.
    seed : fixes starting weights and noise; the same numbers on the same machine with one thread.
    progress : show a bar.
    pretrain : epochs of pre-training.
    threads : of the linear algebra; one is quickest for networks of this size.
    engine : "numpy", whose steps are written by hand; "compiled", the same numbers up to rounding, several times
        quicker for about ten series (monthly ones); or "torch", the same network and the same start by another
        library, with its own noise; "auto" is numpy on the processor and torch on other devices.
    variant : "recommended"; "paper", training as in the code behind the paper's Monte Carlo (which takes `draws` and
        `pretrain` of 100); or a `deep_dfm_recipe.Recipe` of single differences.
    """

    n_factors: int
    hidden: tuple[int, ...] | None = None
    link: str = "relu"
    symmetric: bool = False
    factor_lags: int = 1
    draws: int = 150
    max_iter: int = 200
    tol: float = 5e-4
    learning_rate: float = 0.005
    quarterly: Sequence | None = None
    device: str = "cpu"
    seed: int | np.random.Generator = 0
    progress: bool = False
    pretrain: int = 150
    threads: int = 1
    engine: str = "auto"
    variant: str | Recipe = "recommended"

    def fit(self, Y) -> DeepDynamicFactorsResults:
        """Estimate from Y (T×N; NaN where missing), standardised series by series.

        Raises
        ------
        ValueError, TypeError
            Names the argument that is wrong.
        ModuleNotFoundError
            Another device or engine was asked for, and torch is not installed.
        """
        self._check()
        data = check_panel(Y, "Y")
        check_varying(data, "Y", "it has no scale")
        quarterly = quarterly_columns(self.quarterly, data)
        if self.quarterly is None:
            warn_unnamed(data)
        scale = Standardizer.fit(data)
        _check_length(data, self.factor_lags)
        trained = self.train(scale.transform(data).to_numpy(), np.flatnonzero(quarterly))
        if not np.isfinite(trained.factors).all():
            raise ValueError(f"learning_rate: training diverged at {self.learning_rate:g}; take a smaller one")
        if self.max_iter and not trained.converged:
            text = f"the loss still moved after {self.max_iter} Monte Carlo rounds; raise max_iter"
            warn_unconverged(text)
        return DeepDynamicFactorsResults.of(self, data, scale, trained, quarterly)

    def train(self, z: np.ndarray, quarterly: Sequence[int] = ()) -> Trained:
        """Algorithm 1 alone: what `fit` does to standardised data z (T, N), NaN where missing, before it puts labels.

        `quarterly` : columns of z by place.
        """
        encoder = (z.shape[1], *self.widths, self.n_factors)
        decoder = encoder[::-1] if self.symmetric else (self.n_factors, z.shape[1])
        recipe, rng = self.recipe, check_seed(self.seed)
        layout = Layout(encoder, decoder, self.link, tuple(map(int, quarterly)), recipe.one_stream)
        network = self._network(layout, len(z), rng)
        bar = tqdm(total=self.max_iter, disable=not self.progress, desc="Monte Carlo rounds")
        with bar, network.threads(self.threads):
            return train(
                network, z, pretrain=self.pretrain, draws=self.draws, max_iter=self.max_iter, tol=self.tol,
                rate=self.learning_rate, recipe=recipe, rng=rng,
                watch=lambda loss: (bar.set_postfix(loss=f"{loss:.4f}"), bar.update()),
            )  # fmt: skip

    @property
    def widths(self) -> tuple[int, ...]:
        """Widths of the encoder's hidden layers."""
        r = self.n_factors
        return (6 * r, 4 * r, 2 * r) if self.hidden is None else tuple(self.hidden)

    @property
    def recipe(self) -> Recipe:
        """How training goes where the paper is silent."""
        return self.variant if isinstance(self.variant, Recipe) else RECIPES[self.variant]

    def _network(self, layout: Layout, T: int, rng: np.random.Generator):
        """Return the network in the engine asked for, at its start."""
        if self.engine == "numpy" or (self.engine == "auto" and self.device == "cpu"):
            return ArrayNetwork(layout, T, rng)
        if self.engine == "compiled":
            from tvplab.deep_dfm_compiled import CompiledNetwork

            return CompiledNetwork(layout, T, rng)
        try:
            from tvplab.deep_dfm_network import TorchNetwork
        except ModuleNotFoundError as error:
            text = f"{error}: engine and device other than numpy's need torch, pip install 'tvplab[deep]'"
            raise ModuleNotFoundError(text) from None
        return TorchNetwork(layout, T, rng, self.device)

    def _check(self) -> None:
        for name, least in [("n_factors", 1), ("factor_lags", 1), ("draws", 1), ("max_iter", 0), ("pretrain", 0),
                            ("threads", 1)]:  # fmt: skip
            _check_whole(getattr(self, name), name, least)
        if self.hidden is not None:
            check_widths(self.hidden, "hidden")
        check_number(self.tol, "tol")
        check_number(self.learning_rate, "learning_rate")
        for name in ("symmetric", "progress"):
            check_choice(getattr(self, name), name, (True, False))
        check_choice(self.link, "link", tuple(LINKS))
        check_choice(self.engine, "engine", ("auto", "numpy", "compiled", "torch"))
        if not isinstance(self.variant, Recipe):
            check_choice(self.variant, "variant", tuple(RECIPES))
        if self.engine in ("numpy", "compiled") and self.device != "cpu":
            raise ValueError(f'device: the engine {self.engine!r} computes on the "cpu", got {self.device!r}')
        check_device(self.device)


def _check_whole(value, name: str, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name}: expected a whole number, got {value!r}")
    if value < least:
        raise ValueError(f"{name}: must be at least {least}, got {value}")


def _check_length(data: pd.DataFrame, lags: int) -> None:
    if len(data) < 10 + 2 * lags:
        raise ValueError(f"Y: has {len(data)} periods; at least {10 + 2 * lags} are needed")
