"""MARSS models by EM, and the dynamic factor model as one of them.

    y_t = Z x_t + A + D d_t + v_t, v ~ N(0, R);  x_t = B x_{t-1} + U + C c_t + w_t, w ~ N(0, Q);  x_0 ~ N(x0, V0)

The model is its matrices, and each matrix mixes numbers (fixed) with names (estimated).  Source: Holmes, Ward and
Scheuerell, *Analysis of multivariate time series using the MARSS package*, and lesson 1's chapter on factor models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.convergence import warn_unconverged
from tvplab.factor_em import factor_round
from tvplab.factors import anchors as well_spread
from tvplab.factors import spread
from tvplab.marss_acceleration import Round, em_round, estimate_quickly
from tvplab.marss_em import Forms, Inputs, estimate, start_values
from tvplab.marss_forms import check_covariates, check_periods, count, read_forms
from tvplab.marss_results import MARSSResults
from tvplab.marss_score import polish
from tvplab.marss_shortcuts import square
from tvplab.marss_stopping import reference_rule, sound_rule
from tvplab.validation import (
    check_centred,
    check_choice,
    check_factors,
    check_names,
    check_number,
    check_panel,
    check_varying,
    check_whole,
)

Matrix = str | Sequence | np.ndarray
RULES = {"sound": sound_rule, "reference": reference_rule}


@dataclass(frozen=True)
class MARSS:
    """A multivariate autoregressive state-space model, estimated by EM.

    Each of Z (N×m), A (N), R (N×N), B (m×m), U (m), Q (m×m), x0 (m), V0 (m×m) is a matrix of numbers (fixed), names
    (estimated; the same name twice is one parameter) and linear forms such as "1+2*a"; or a shortcut string, those of
    R MARSS (`marss_shortcuts`): "identity", "zero", "diagonal and equal", "diagonal and unequal", "equalvarcov",
    "unconstrained" for square ones, "zero", "equal", "unequal" for columns; Z also "onestate" or a pandas Categorical
    of group labels; A also "scaling"; D and C also "equal" and "unequal".  V0 is taken as given.

    Z, A, R, B, U, Q may move in time: a stack (T, rows, columns) of matrices, one for each period of y, that of x_t for
    B, U, Q.  Their cells too are numbers, names or forms; cells of a moving R or Q are numbers or bare names.

    Parameters
    ----------
    Z, B, U, Q, A, R, x0, V0 : the matrices; m follows from Z.
    D, C : effects (N×p, m×q) of covariates d_t on the series and c_t on the states; None without covariates.
    rule : when EM stops.  "sound": relative changes of the log-likelihood and of every parameter are small, see
        `marss_stopping.sound_rule`; "reference": as R MARSS does, which stops early on flat likelihoods.
    """

    Z: Matrix = "identity"
    B: Matrix = "identity"
    U: Matrix = "zero"
    Q: Matrix = "diagonal and unequal"
    A: Matrix = "zero"
    R: Matrix = "diagonal and unequal"
    x0: Matrix = "zero"
    V0: Matrix = "identity"
    D: Matrix | None = None
    C: Matrix | None = None
    rule: str = "sound"

    def fit(
        self,
        y,
        max_iter: int = 2000,
        tol: float = 1e-9,
        start: dict | None = None,
        minit: int = 15,
        polishing: bool = False,
        accelerate: bool = False,
        d=None,
        c=None,
    ) -> MARSSResults:
        """Estimate the named parameters from y (T×N; NaN where missing) by EM.

        Parameters
        ----------
        y : (T, N) frame or array, used as it comes.
        max_iter : largest number of M-steps.
        tol : of the stopping rule: relative change of the log-likelihood for "sound", absolute for "reference".
        start : starting values by matrix name, each (n,) in the order of its names, for instance an earlier fit's
            `parameters`; the default is that of R MARSS: Z = 1, R = Q = 0.05, B as near as it may to the identity,
            the rest 0.
        minit : iterations before the rule "reference" is asked.
        polishing : climb on from EM's end by L-BFGS, which is quick where EM creeps.
        accelerate : take longer steps where they climb (`marss_acceleration`): the same maximum in fewer iterations,
            not the iterates of plain EM; a `DynamicFactorModel` then runs compiled (`factor_em`).
        d, c : covariates (T×p, T×q) of the series and of the states, complete, on y's periods; c_t moves x_t.

        Raises
        ------
        ValueError, TypeError
            Names the matrix or argument that is wrong.
        """
        check_choice(self.rule, "rule", tuple(RULES))
        check_number(tol, "tol")
        check_whole(max_iter, "max_iter", 0)
        check_whole(minit, "minit", 0)
        data, forms, inputs = self._read(y, d, c)
        stop = RULES[self.rule](tol, minit)
        values, first = data.to_numpy(), start_values(forms, start)
        if accelerate:
            em = self._em(values, forms, inputs)
            parameters, path, converged = estimate_quickly(em, forms, first, stop, int(max_iter))
        else:
            parameters, path, converged = estimate(values, forms, first, stop, int(max_iter), inputs)
        if polishing:
            parameters, loglik = polish(values, forms, parameters, inputs)
            path, converged = np.append(path, loglik), True
        if not converged:
            warn_unconverged(f"EM stopped at {max_iter} iterations before it converged")
        return MARSSResults.of(self, data, forms, parameters, path, converged, inputs)

    def _read(self, y, d, c) -> tuple[pd.DataFrame, Forms, Inputs]:
        """Check the data and the covariates, and read the matrices for them."""
        data = check_panel(y, "y")
        forms = self._forms(list(map(str, data.columns)), count(d), count(c))
        check_periods(forms, len(data))
        covariates = check_covariates(d, data, forms["A"], "d"), check_covariates(c, data, forms["U"], "c")
        return data, forms, Inputs.of(len(data), *covariates)

    def _forms(self, series: list[str], p: int = 0, q: int = 0) -> Forms:
        """Return all matrices as linear forms; p covariates of the series, q of the states."""
        return read_forms(self, series, p, q)

    def _em(self, values: np.ndarray, forms: Forms, inputs: Inputs) -> Round:
        """Return the round of EM that is accelerated."""
        return em_round(values, forms, inputs)


@dataclass(frozen=True)
class FactorMARSS(MARSS):
    """The MARSS model that a `DynamicFactorModel` is: its accelerated EM has rounds of its own, compiled."""

    def _em(self, values: np.ndarray, forms: Forms, inputs: Inputs) -> Round:
        """Return the compiled round, which takes no covariates, or with these the general one."""
        if forms["A"].n or forms["U"].n:
            return super()._em(values, forms, inputs)
        r = forms["Z"].free[1].max() + 1
        anchors = forms["Z"].fixed.reshape(forms["Z"].shape, order="F")[:, :r].argmax(axis=0)
        return factor_round(values, anchors, r, forms["B"].n // r, forms["V0"].fixed[0])


@dataclass(frozen=True)
class DynamicFactorModel:
    """The dynamic factor model y_t = Λ f_t + v_t with a VAR(p) for the factors, as a MARSS model.

    The well-posed version: r series, the anchors, load on the r factors with the identity, which fixes scale, sign and
    rotation; noise enters the factors only, not their lags; U = A = 0; the first state is N(0, `start_variance` I).

    Parameters
    ----------
    n_factors : r ≥ 1.
    factor_lags : p ≥ 1, order of the factors' autoregression.
    standardize : divide each series by its standard deviation after taking out its mean; else the data are used as they
        come (means should be near zero, as A = 0).  Parameters, states and log-likelihood are then those of the
        standardised data; what the results say of the series is in the data's units.
    anchors : which series fix the factors' units.  "first": the first r; "data": the r that span the factors best
        (`factors.anchors`); "auto": the first r, unless they pin the factors less than half as well as the best;
        or the names of r series.  An anchor that hardly responds makes EM creep.  Columns keep their order in any case.
    start_variance : prior variance of the first state's factors, in the anchors' units squared.  Through it alone the
        maximum depends on the anchors; beyond a few periods it hardly matters.
    """

    n_factors: int = 1
    factor_lags: int = 4
    standardize: bool = False
    anchors: str | Sequence = "auto"
    start_variance: float = 1.0

    def fit(self, y, **options) -> MARSSResults:
        """Estimate by EM; arguments and errors as in `MARSS.fit`."""
        data = check_panel(y, "y")
        check_factors(self.n_factors, self.factor_lags, data, "y")
        check_choice(self.standardize, "standardize", (True, False))
        check_number(self.start_variance, "start_variance")
        model = self.marss(data.shape[1], [data.columns.get_loc(name) for name in self.anchors_of(data)])
        if not self.standardize:
            check_centred(data, "y", "centre it, or pass standardize=True")
            return model.fit(data, **options)
        check_varying(data, "y", "it has no scale")
        mean, sd = data.mean(), data.std()
        return model.fit((data - mean) / sd, **options).in_units(mean, sd)

    def anchors_of(self, y: pd.DataFrame) -> list:
        """Return the names of the series that fix the units of factors 1..r."""
        first, r = list(y.columns[: self.n_factors]), self.n_factors
        if isinstance(self.anchors, str) and self.anchors in ("first", "data", "auto"):
            take_first = self.anchors == "first" or (self.anchors == "auto" and spread(y, first) >= 0.5)
            return first if take_first else well_spread(y, r)
        names = [self.anchors] if isinstance(self.anchors, str) else check_names(self.anchors, "anchors")
        if len(set(names)) != r or not set(names) <= set(y.columns):
            raise ValueError(f"anchors: 'first', 'data', 'auto' or {r} of the series, got {self.anchors!r}")
        return names

    def marss(self, N: int, anchors: Sequence[int] | None = None) -> MARSS:
        """Return the MARSS model for N series, anchors by position (default: the first r)."""
        r, p = self.n_factors, self.factor_lags
        m = r * p
        Z, B, Q = np.zeros((N, m), object), np.zeros((m, m), object), np.zeros((m, m), object)
        Z[:, :r] = [[f"z{i + 1}{k + 1}" if r > 1 else f"z{i + 1}" for k in range(r)] for i in range(N)]
        Z[range(r) if anchors is None else anchors, :r] = np.eye(r)
        B[:r] = [[f"b{i + 1}{j + 1}" if r > 1 else f"b{j + 1}" for j in range(m)] for i in range(r)]
        B[range(r, m), range(m - r)] = 1.0
        Q[:r, :r] = square("unconstrained", [f"f{k + 1}" for k in range(r)]) if r > 1 else "q"
        return FactorMARSS(Z=Z, B=B, Q=Q, V0=self.start_variance * np.eye(m))
