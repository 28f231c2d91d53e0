"""What a deep dynamic factor model returns: factors, loadings, states, forecasts; and how it meets new data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtri

from tvplab.data.standardizer import Standardizer
from tvplab.deep_dfm_maps import Layer, slopes
from tvplab.deep_dfm_smoothing import States, encoded_path, smooth_linear, smooth_nonlinear
from tvplab.deep_dfm_states import LinearForm, linear_form, month_weights
from tvplab.marss_moving import times
from tvplab.nowcast_news import News, news
from tvplab.nowcasting import nowcast
from tvplab.validation import check_panel, check_share, check_whole


@dataclass(frozen=True)
class DeepDynamicFactorsResults:
    """An estimated deep dynamic factor model, or one applied to a new vintage (`filter`).

    Attributes
    ----------
    factors : (T, r) codes, means over the draws of noise (line 7 of Algorithm 1); after `filter` the smoothed factors.
    loadings : (N, r) Λ of the standardised series; with a nonlinear decoder its mean slope over the sample.
    fitted : (T, N) common components in the data's units, in every period.
    idiosyncratic : (T, N) data less `fitted`, NaN where missing.
    r2 : (N,) share of each series' variation that its common component explains, over the observed cells.
    loss_path : mean squared error after pre-training and after each Monte Carlo round, in standardised units.
    converged, n_iter : whether the stopping rule was met, and the number of rounds.
    model : the `DeepDynamicFactors` that was fitted.
    """

    factors: pd.DataFrame
    loadings: pd.DataFrame
    fitted: pd.DataFrame
    loss_path: np.ndarray
    converged: bool
    n_iter: int
    model: object = field(repr=False)
    data: pd.DataFrame = field(repr=False)
    _scale: Standardizer = field(repr=False)
    _form: LinearForm = field(repr=False)
    _encoder: list[Layer] = field(repr=False)
    _decoder: list[Layer] = field(repr=False)
    _quarterly: np.ndarray = field(repr=False)

    @classmethod
    def of(cls, model, data: pd.DataFrame, scale: Standardizer, trained, quarterly: np.ndarray):
        """Label what training returned, and cast it as a state space."""
        names = [f"F{k + 1}" for k in range(model.n_factors)]
        loadings = slopes(trained.decoder, trained.factors, model.link).mean(axis=0)
        E = scale.transform(data).to_numpy() - trained.common
        form = linear_form(
            loadings, trained.factors, E, scale.mean.to_numpy(), scale.sd.to_numpy(), model.factor_lags, quarterly,
            linear=len(trained.decoder) == 1,
        )  # fmt: skip
        return cls(
            factors=pd.DataFrame(trained.factors, data.index, names),
            loadings=pd.DataFrame(loadings, data.columns, names),
            fitted=scale.inverse(pd.DataFrame(trained.common, data.index, data.columns)),
            loss_path=trained.loss_path,
            converged=trained.converged,
            n_iter=len(trained.loss_path) - 1,
            model=model,
            data=data,
            _scale=scale,
            _form=form,
            _encoder=trained.encoder,
            _decoder=trained.decoder,
            _quarterly=quarterly,
        )

    @property
    def idiosyncratic(self) -> pd.DataFrame:
        """Data less common component (T, N), NaN where missing."""
        return self.data - self.fitted

    @property
    def r2(self) -> pd.Series:
        """1 − Σ ε² / Σ (y − ȳ)² by series, over the observed cells."""
        return (1.0 - (self.idiosyncratic**2).sum() / ((self.data - self.data.mean()) ** 2).sum()).rename("R²")

    def summary(self) -> pd.DataFrame:
        """One row a series: mean and sd of its units, whether it is quarterly, its R² and its loadings."""
        table = {"mean": self._scale.mean, "sd": self._scale.sd, "quarterly": self._quarterly, "R²": self.r2}
        return pd.DataFrame(table, self.data.columns).join(self.loadings)

    @property
    def state_space(self) -> LinearForm:
        """The linear Gaussian form of the model (eqs 14-16), which filters, forecasts and news work on.

        Raises
        ------
        ValueError
            For a nonlinear decoder, which has none.
        """
        if not self.linear_decoder:
            raise ValueError("state_space: a nonlinear decoder (symmetric=True) has no linear form")
        return self._form

    @property
    def encoder(self) -> list[Layer]:
        """Layers of eq. 7 at the end of training, batch normalisation folded into their W and b."""
        return self._encoder

    @property
    def linear_decoder(self) -> bool:
        """Whether the decoder is one linear layer."""
        return len(self._decoder) == 1

    @property
    def states(self) -> pd.DataFrame:
        """Smoothed factors (T, r) given all data, in the units of `factors`."""
        r = len(self._form.centre)
        return self._label(self._states.smoothed.mean[:, :r] + self._form.centre)

    @property
    def states_se(self) -> pd.DataFrame:
        """Standard errors (T, r) of `states`, the parameters taken as known."""
        r = len(self._form.centre)
        variances = np.diagonal(self._states.smoothed.cov, axis1=1, axis2=2)[:, :r]
        return self._label(np.sqrt(variances.clip(0.0)))

    @property
    def loglik(self) -> float:
        """Gaussian log-likelihood of the standardised data in the state space; a nonlinear decoder's is linearised."""
        return self._states.smoothed.loglik

    def filter(self, Y_new) -> DeepDynamicFactorsResults:
        """Apply the model, parameters fixed, to a new vintage of the same series (T'×N; NaN where missing).

        Its factors and common components are those of the Kalman smoother; with a nonlinear decoder of the iterated
        extended one.  All methods of the result speak of the new data.
        """
        data = check_panel(Y_new, "Y_new")
        if not data.columns.equals(self.data.columns):
            raise ValueError(f"Y_new: its columns must be {list(self.data.columns)[:4]}… in this order, "
                             f"got {list(data.columns)[:4]}…")  # fmt: skip
        fresh = replace(self, data=data, factors=None, fitted=None)
        return replace(fresh, factors=fresh.states, fitted=fresh._common())

    def forecast(self, h: int, level: float = 0.9) -> dict[str, pd.DataFrame]:
        """Forecasts of all series for h periods after the data: frames `mean`, `se`, `lower`, `upper`, rows 1..h.

        In the data's units; a quarterly series' row is its growth over the quarter that ends in that month.  The bands
        count the noise of factors and idiosyncratic components, not the doubt about the parameters.
        """
        check_whole(h, "h", 1)
        check_share(level, "level")
        z = np.vstack([self._standardised(self.data), np.full((h, self.data.shape[1]), np.nan)])
        states, steps = self._smooth(z), pd.RangeIndex(1, h + 1, name="step")
        mean = self._in_units(states.signal[-h:], steps)
        se = pd.DataFrame(np.sqrt(states.variance[-h:]) * self._form.sd, steps, self.data.columns)
        half = ndtri(0.5 + level / 2.0) * se
        return {"mean": mean, "se": se, "lower": mean - half, "upper": mean + half}

    def nowcast(self, target, vintage: pd.DataFrame, period=None, level: float = 0.9, ahead: int = 1) -> pd.DataFrame:
        """Nowcast a series from a vintage, parameters fixed: see `nowcasting.nowcast`; needs a linear decoder."""
        return nowcast(self, vintage, target, period, level, ahead)

    def news(self, old: pd.DataFrame, new: pd.DataFrame, target, period) -> News:
        """Split a nowcast's change between two vintages: see `nowcast_news.news`; needs a linear decoder."""
        return news(self, old, new, target, period)

    def composite_indicator(self, like=None) -> pd.Series:
        """Composite indicator Σ_k f_kt Σ_i F_ki² / ‖F‖² (T,) of the state of the economy (eq. 29), from `states`.

        `like` names a series, GDP in the paper, with which its correlation is made positive; factors have no sign.
        """
        weights = (self.loadings**2).sum() / (self.loadings**2).to_numpy().sum()
        indicator = (self.states @ weights).rename("composite indicator")
        if like is None:
            return indicator
        if like not in self.data.columns:
            raise ValueError(f"like: {like!r} is no series; there are {list(self.data.columns)[:6]}…")
        return -indicator if indicator.corr(self.data[like]) < 0 else indicator

    def save(self, path: str | Path) -> None:
        """Write the model and its data to one .npz file of arrays and JSON, without pickle."""
        from tvplab.deep_dfm_store import save

        save(self, path)

    @staticmethod
    def load(path: str | Path) -> DeepDynamicFactorsResults:
        """Read what `save` wrote; torch is not needed."""
        from tvplab.deep_dfm_store import load

        return load(path)

    @cached_property
    def _states(self) -> States:
        return self._smooth(self._standardised(self.data))

    def _smooth(self, z: np.ndarray) -> States:
        if self.linear_decoder:
            return smooth_linear(z, self._form)
        start = encoded_path(z, self._encoder, self.model.link, self._form)
        return smooth_nonlinear(z, self._form, self._decoder, self.model.link, self._quarterly, start)

    def _standardised(self, data: pd.DataFrame) -> np.ndarray:
        """Data (T, N) in the units of the state space."""
        return ((data - self._form.mean) / self._form.sd).to_numpy()

    def _in_units(self, z: np.ndarray, index: pd.Index) -> pd.DataFrame:
        return pd.DataFrame(self._form.mean + self._form.sd * z, index, self.data.columns)

    def _common(self) -> pd.DataFrame:
        """Common component (T, N) at the smoothed factors, in the data's units; as in the fit, without means of ε."""
        form, width = self._form, len(self._form.centre) * self._form.lags
        Z, x = self._states.model.Z[..., :width], self._states.smoothed.mean[:, :width]
        z = times(Z, x) + self._states.model.A
        if self.linear_decoder:
            z = z + month_weights(self._quarterly, form.lags).sum(axis=1) * (self.loadings.to_numpy() @ form.centre)
        return self._scale.inverse(pd.DataFrame(z, self.data.index, self.data.columns))

    def _label(self, values: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(values, self.data.index, self.loadings.columns)
