"""The benchmark of the public files: glmnet's penalties, and what they do to an autoregression near a unit root."""

import numpy as np
import pytest

from tvplab.constant_ridge import least_squares, ridge_path
from tvplab.replicate.forecasting_benchmark import glmnet_penalties, table


def persistent(T=200):
    """A rate near a unit root with momentum (T, 1) and its two lags (T, 2)."""
    y, shocks = np.zeros(T + 2), 0.3 * np.random.default_rng(0).standard_normal(T + 2)
    for t in range(2, T + 2):
        y[t] = 1.4 * y[t - 1] - 0.42 * y[t - 2] + shocks[t]
    return y[2:, None], np.column_stack([y[1:-1], y[:-2]])


def test_penalties_solve_glmnets_first_order_conditions():
    """At glmnet's λ the slopes of standardised data satisfy X'(y − Xb)/T = λb; λ from 0.1 to 1000 largest |corr|."""
    Y, X = persistent()
    penalties = glmnet_penalties(Y, X)
    Z, z = ((M - M.mean(axis=0)) / M.std(axis=0) for M in (X, Y))
    lam = penalties / len(Y)
    assert (lam[0], lam[-1]) == pytest.approx(
        np.abs(np.corrcoef(np.hstack([Y, X]).T)[0, 1:]).max() * np.array([1e3, 0.1])
    )
    _, slopes = ridge_path(z, Z, penalties)
    gradient = np.einsum("tk,ltm->lkm", Z, z - Z @ slopes) / len(Y)
    np.testing.assert_allclose(gradient, lam[:, None, None] * slopes, atol=1e-12)


def test_the_smallest_penalty_takes_the_momentum_out_of_a_rate():
    """Least squares finds the two lags' difference; the ridge all but averages them and forecasts worse."""
    Y, X = persistent()
    free, penalty = least_squares(Y, X), glmnet_penalties(Y, X)[-1:]
    level, slopes = ridge_path(Y, X, penalty)
    assert free.slopes[0, 0] - free.slopes[1, 0] > 1.5
    assert abs(slopes[0, 0, 0] - slopes[0, 1, 0]) < 0.5
    errors = [np.sqrt(np.mean((Y - fit) ** 2)) for fit in (free.predict(X), level[0] + X @ slopes[0])]
    assert errors[0] < 0.8 * errors[1]


def test_the_table_states_the_factor_between_the_benchmarks():
    rows = [
        {"spec": spec, "target": target, "ours": 2.0 * (1 + k), "public": 4.0 + k}
        for target in ("INF", "IR")
        for k, spec in enumerate(("AR", "ARDI", "VAR5", "VAR20"))
    ]
    page = table(rows)
    assert "0.50 times for the interest rate" in page
    assert "| IR, ARDI, constant | 2.00 | 1.25 | 0.94 |" in page
