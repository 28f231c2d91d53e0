"""What nowcasting asks of a model: a linear Gaussian state space whose series have names and units.

A panel in data units is mean + sd · y, where y follows the state space.  Any result with `.state_space` will do; so do
the results of lesson 1's models and of statsmodels' state-space models.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from tvplab.marss_results import MARSSResults
from tvplab.statespace import StateSpace


class NamedStateSpace(NamedTuple):
    """A state space with fixed matrices, and the `mean` and `sd` (N,) of its series, labelled by their names."""

    space: StateSpace
    mean: pd.Series
    sd: pd.Series


def state_space_of(model) -> NamedStateSpace:
    """Return the state space of a model, of its results, or of statsmodels' results.

    Accepted are a `NamedStateSpace`; an object with `.state_space`, itself one or a tuple with fields Z, B, Q, R, x1
    (or a0), P1 (or P0), mean and sd, x1 and P1 being the moments of the first period's state; `MARSSResults`; and
    statsmodels' state-space results.

    Raises
    ------
    TypeError
        Something else.
    ValueError
        A matrix that moves in time, or covariates: their future is not known.
    """
    if isinstance(model, NamedStateSpace):
        found = model
    elif hasattr(model, "state_space"):
        given = model.state_space
        found = given if isinstance(given, NamedStateSpace) else _from_fields(given, model.loadings.index)
    elif isinstance(model, MARSSResults):
        found = _from_marss(model)
    elif hasattr(getattr(model, "model", None), "ssm"):
        found = _from_statsmodels(model)
    else:
        raise TypeError(f"model: expected results with a state space, got {type(model).__name__}")
    if any(np.ndim(getattr(found.space, name)) > n for name, n in (("Z", 2), ("R", 2), ("B", 2), ("U", 1), ("Q", 2))):
        raise ValueError("model: its matrices move in time; nowcasts need fixed ones")
    return found._replace(space=_with_errors_in_state(found.space))


def _from_fields(given, names: pd.Index) -> NamedStateSpace:
    """Read a tuple with the fields of a linear model without intercepts; `names` are those of the series."""
    x1 = np.asarray(given.x1 if hasattr(given, "x1") else given.a0, dtype=float)
    P1 = np.asarray(given.P1 if hasattr(given, "P1") else given.P0, dtype=float)
    Z, B = np.asarray(given.Z, dtype=float), np.asarray(given.B if hasattr(given, "B") else given.T, dtype=float)
    R, Q = np.asarray(given.R, dtype=float), np.asarray(given.Q, dtype=float)
    zeros = np.zeros(len(Z)), np.zeros(len(B))
    units = (pd.Series(np.asarray(part, dtype=float), names) for part in (given.mean, given.sd))
    return NamedStateSpace(StateSpace(Z, zeros[0], R, B, zeros[1], Q, x1, P1), *units)


def _from_marss(results: MARSSResults) -> NamedStateSpace:
    """x_1 = B x_0 + U + w_1 has moments B x0 + U and B V0 B' + Q."""
    if any(g is not None for g in results.covariates.values()):
        raise ValueError("model: it has covariates, whose future a nowcast would need")
    if any(isinstance(frame.index, pd.MultiIndex) for frame in results.params.values()):
        raise ValueError("model: its matrices move in time; nowcasts need fixed ones")
    Z, A, R, B, U, Q, x0, V0 = (results.params[name].to_numpy() for name in ("Z", "A", "R", "B", "U", "Q", "x0", "V0"))
    A, U = A[:, 0], U[:, 0]
    space = StateSpace(Z, A, R, B, U, Q, B @ x0[:, 0] + U, B @ V0 @ B.T + Q)
    return NamedStateSpace(space, results.mean, results.sd)


def _from_statsmodels(results) -> NamedStateSpace:
    """Read statsmodels' matrices; `DynamicFactorMQ` standardises its series and keeps the scale."""
    found, names = results.filter_results, list(results.model.endog_names)
    order = "design", "obs_intercept", "obs_cov", "transition", "state_intercept", "selection", "state_cov"
    matrices = [getattr(found, name) for name in order]
    if any(matrix.shape[-1] > 1 for matrix in matrices):
        raise ValueError("model: its matrices move in time; nowcasts need fixed ones")
    Z, A, R, B, U, S, Q = (matrix[..., 0] for matrix in matrices)
    space = StateSpace(Z, A, R, B, U, S @ Q @ S.T, found.initial_state, found.initial_state_cov)
    mean, sd = (getattr(results.model, f"_endog_{what}", None) for what in ("mean", "std"))
    return NamedStateSpace(
        space,
        pd.Series(0.0 if mean is None else np.asarray(mean), names),
        pd.Series(1.0 if sd is None else np.asarray(sd), names),
    )


def _with_errors_in_state(space: StateSpace) -> StateSpace:
    """Return the same model without correlated errors: these become states, since one error then tells of another."""
    R = space.R
    if np.count_nonzero(R) == np.count_nonzero(np.diagonal(R)):
        return space
    (N, m), zeros = space.Z.shape, np.zeros
    return StateSpace(
        Z=np.hstack([space.Z, np.eye(N)]),
        A=space.A,
        R=zeros((N, N)),
        B=np.block([[space.B, zeros((m, N))], [zeros((N, m + N))]]),
        U=np.r_[space.U, zeros(N)],
        Q=np.block([[space.Q, zeros((m, N))], [zeros((N, m)), R]]),
        x1=np.r_[space.x1, zeros(N)],
        P1=np.block([[space.P1, zeros((m, N))], [zeros((N, m)), R]]),
    )
