"""A factor-augmented VAR: factors of a large panel and a few observed series in one TVP-VAR, back to every series.

    (f_t, y_t) follows a recursive VAR with moving coefficients;   x̂_t = Dec(f_t).

Sources: Bernanke, Boivin and Eliasz (2005) for the idea; Luo, Paige and Griffin (2025, a summary was at hand) for
factors from an autoencoder; spec B.4 and C.4.  Two steps: the factors count as known, their doubt is in no band.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd

from tvplab.row_labels import place_of
from tvplab.tvp_var import TVPVAR
from tvplab.tvp_var_results import ImpulseResponse, TVPVARResults, check_size, response_quantiles
from tvplab.validation import as_frame, check_choice, check_number


class Encoder(Protocol):
    """What a FAVAR asks of fitted factors: `AutoencoderResults`, `LinearFactors`."""

    factors: pd.DataFrame

    def decode(self, factors) -> pd.DataFrame:
        """Return the panel that factors (T', K) stand for."""
        ...


@dataclass(frozen=True)
class FAVAR:
    """TVP-VAR of (f_t, y_t), recursive: the factors first, the observables last and in their order.

    Parameters
    ----------
    encoder : fitted factors of the panel, `GroupedSparseAutoencoder(...).fit(X)` or `LinearFactors.fit(X, K)`.
    var : the model of the dynamics, a `TVPVAR` or a `RidgeTVPVAR`.
    """

    encoder: Encoder
    var: object = field(default_factory=TVPVAR)

    def fit(self, observables, **sampling) -> FAVARResults:
        """Estimate given observables y (T, m), for instance output, inflation and the short rate.

        Only periods that factors and observables share are used; `sampling` goes to the VAR's `fit` (draws, burn, ...).

        Raises
        ------
        TypeError, ValueError
            Anything wrong with the observables or in the VAR; the message names it.
        """
        if not (hasattr(self.encoder, "factors") and hasattr(self.encoder, "decode")):
            raise TypeError(f"encoder: fitted factors are needed (.factors and .decode), got {type(self.encoder)}")
        if isinstance(self.var, type) or not hasattr(self.var, "fit"):
            raise TypeError(f"var: a model such as TVPVAR() is needed, got {self.var!r}")
        y, f = as_frame(observables, "observables"), self.encoder.factors
        if y.columns.nlevels > 1:
            raise ValueError(f"observables: column names of one level are needed, got {y.columns.nlevels} levels")
        clash = [name for name in y.columns if name in f.columns]
        if clash:
            raise ValueError(f"observables: the name {clash[0]!r} is a factor's")
        both = f.join(y, how="inner")
        if both.empty:
            raise ValueError("observables: no period in common with the factors")
        return FAVARResults(self.var.fit(both, **sampling), self.encoder, both[f.columns])


@dataclass(frozen=True)
class FAVARResults:
    """Posterior of a FAVAR.

    Attributes
    ----------
    var : `TVPVARResults` of factors and observables, with everything that it answers (`.forecast`, `.diagnostics`).
    encoder : the fitted factors.
    factors : (T, K) those of the periods used.
    """

    var: TVPVARResults = field(repr=False)
    encoder: Encoder = field(repr=False)
    factors: pd.DataFrame = field(repr=False)

    def summary(self) -> pd.DataFrame:
        """One row an equation and coefficient, the factors' equations first: `TVPVARResults.summary`.

        What the factors say about the panel is in `encoder.summary()`.
        """
        return self.var.summary()

    def irf(self, shock, date, horizon: int = 20, size: float | None = None, level: float = 0.68) -> ImpulseResponse:
        """Responses of factors and observables to a structural shock of a date: `TVPVARResults.irf`."""
        return self.var.irf(shock, date, horizon, size, level)

    def panel_irf(
        self, shock, date, horizon: int = 20, size: float | None = None, level: float = 0.68, baseline=None
    ) -> ImpulseResponse:
        """Responses of every series of the panel, in its units: Dec(f + Δf_h) − Dec(f), draw by draw (spec C.4).

        With a nonlinear decoder they depend on where the economy stands, on the size of the shock and on its sign.

        Parameters
        ----------
        shock, date, horizon, size, level : as in `TVPVARResults.irf`.
        baseline : f, the state (K,) from which the shock moves; a date of the sample, or K numbers.  None is `date`.
        """
        moved = self.irf(shock, date, horizon, size, level)
        start = self.state(date if baseline is None else baseline)
        responses = panel_responses(self.encoder, start, moved.draws[:, :, : len(start)])
        return response_quantiles(responses, list(self._series), level, moved.explosive)

    def asymmetry(
        self, series, shock, date, horizon: int = 20, size: float = 1.0, level: float = 0.68, baseline=None
    ) -> dict[str, ImpulseResponse]:
        """How one series' response bends with sign and size of the shock; an `ImpulseResponse` each.

        "sign": response to +size, plus that to −size; 0 where up and down are mirror images.
        "size": response to 2·size, less twice that to size; 0 where it is in proportion.
        Both vanish for a linear decoder.
        """
        check_choice(series, "series", tuple(self._series))
        check_size(size)
        base = {"shock": shock, "date": date, "horizon": horizon, "level": level, "baseline": baseline}
        once, minus, twice = (self.panel_irf(size=factor * size, **base) for factor in (1.0, -1.0, 2.0))
        j = list(self._series).index(series)
        up, down, double = (one.draws[:, :, [j]] for one in (once, minus, twice))
        gaps = {"sign": up + down, "size": double - 2.0 * up}
        return {name: response_quantiles(gap, [series], level, once.explosive) for name, gap in gaps.items()}

    def state(self, at) -> np.ndarray:
        """Return factors (K,): those of a date, or the K numbers given."""
        K = self.factors.shape[1]
        if np.ndim(at) == 1 and len(at) == K:
            return np.array([check_number(value, "baseline", above=-np.inf) for value in at])
        place = place_of(at, self.factors.index)
        if place is None:
            raise ValueError(f"baseline: expected a period of the sample or {K} numbers, got {at!r}")
        return self.factors.iloc[place].to_numpy()

    @property
    def _series(self) -> pd.Index:
        """The panel's series."""
        return self.encoder.decode(self.factors.iloc[:1]).columns


def panel_responses(encoder: Encoder, start: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Dec(f + Δf) − Dec(f) (R, H + 1, N) for a state f (K,) and moves Δf (R, H + 1, K)."""
    R, H, K = moves.shape
    states = np.vstack([start, (start + moves).reshape(-1, K)])
    panel = encoder.decode(states).to_numpy()
    return (panel[1:] - panel[0]).reshape(R, H, -1)
