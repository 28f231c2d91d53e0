"""What a grouped sparse autoencoder returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from tvplab.autoencoder_weights import Injectivity, Weights, decode, encode, injectivity
from tvplab.validation import as_frame, as_matrix


@dataclass(frozen=True)
class AutoencoderResults:
    """A fitted grouped autoencoder.

    Attributes
    ----------
    factors : (T, K) frame, each with mean 0 and variance 1; F1 is the one on which most loads, with anchors the
        numbers are theirs.  Signed so that the series of its leading group move with it on average: the group with
        the largest weight among those that load on it alone, else among all.
    group_weights : (G, K) frame of β, the leading group's positive; zeros are exact.
    inclusion : (G, K) frame of p*, the probability that a weight comes from the slab.
    theta : (K,) share of the slab.
    sigma2 : (N,) residual variance, in squared units of the data.
    reconstruction : (T, N) frame in units of the data.
    mse : mean squared error over all cells of the standardised series.
    loss_path : frame by epoch: `objective`, `mse` (both of the residuals in training), `lam0` (NaN: no penalty),
        `active` weights.
    starts : frame by start: `objective`, `mse`, `active` weights; the fit comes from the one with the smallest
        objective.
    rounds : frame by round after the training: how many `factors` were alive, by how much the objective would `rise`
        without one of the lightest, and whether it `died`.  A dead factor has no weight; its path means nothing.
    groups : dict of series → group.
    converged : in the last tenth of the epochs (since the learning rate last rose) the zeros stayed, and the objective
        was within 0.01 of the tenth before.
    n_iter : epochs, those of the rounds included.
    mean, sd : (N,) of the data, by which the series were standardised.
    weights : the network, a `Weights`.
    """

    factors: pd.DataFrame
    group_weights: pd.DataFrame
    inclusion: pd.DataFrame
    theta: pd.Series
    sigma2: pd.Series
    reconstruction: pd.DataFrame = field(repr=False)
    mse: float
    loss_path: pd.DataFrame = field(repr=False)
    starts: pd.DataFrame
    rounds: pd.DataFrame = field(repr=False)
    groups: dict = field(repr=False)
    converged: bool
    n_iter: int
    mean: pd.Series = field(repr=False)
    sd: pd.Series = field(repr=False)
    weights: Weights = field(repr=False)

    def summary(self) -> pd.DataFrame:
        """One row a series: its group, the share of its variance that is residual, and its group's weights."""
        group = [self.groups[name] for name in self.mean.index]
        table = pd.DataFrame({"group": group, "residual share": self.sigma2 / self.sd**2}, self.mean.index)
        return table.join(self.group_weights, on="group")

    def encode(self, X_new) -> pd.DataFrame:
        """Return the factors (T', K) of new data (T', N) in the same units, by the statistics of the fit."""
        frame = as_frame(X_new, "X_new", least=1)
        if not frame.columns.equals(self.mean.index):
            raise ValueError(f"X_new: columns must be those of X in their order, {list(self.mean.index)[:3]} and so on")
        z = ((frame - self.mean) / self.sd).to_numpy()
        return pd.DataFrame(encode(self.weights, z), frame.index, self.factors.columns)

    def decode(self, factors) -> pd.DataFrame:
        """Return x̂ (T', N) in units of the data for factors (T', K), a frame or an array of any number of rows."""
        f = as_matrix(factors, "factors").astype(float)
        if f.shape[1] != self.factors.shape[1]:
            raise ValueError(f"factors: expected {self.factors.shape[1]} columns, got shape {f.shape}")
        rows = factors.index if isinstance(factors, pd.DataFrame) else None
        return pd.DataFrame(decode(self.weights, f), rows, self.mean.index) * self.sd + self.mean

    @property
    def injective(self) -> Injectivity:
        """Singular values of the decoder's layers, and of its Jacobian at every period."""
        return injectivity(self.weights, self.factors)

    def save(self, path: Path | str) -> None:
        """Write the fit to a file of arrays and text (npz); nothing in it is executed when it is read."""
        from tvplab.autoencoder_file import write

        write(self, path)

    @classmethod
    def load(cls, path: Path | str) -> AutoencoderResults:
        """Read what `save` wrote."""
        from tvplab.autoencoder_file import read

        return read(path)

    def plot(self, truth: pd.DataFrame | None = None):
        """Draw the group weights as a heat map, and the factors beside it."""
        from tvplab.plots import group_factor_map

        return group_factor_map(self, truth)
