"""Constant-coefficient regressions against normal equations, scikit-learn, refitted folds and their limits."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, Ridge

from tvplab.constant_ridge import least_squares, ridge, ridge_path
from tvplab.crossval import RandomFolds


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 8)) * np.logspace(-1, 2, 8) + 3.0
    Y = X[:, :3] @ rng.normal(size=(3, 2)) + rng.normal(size=(60, 2)) + 5.0
    return Y, X


def test_least_squares_is_scikit_learns(data):
    Y, X = data
    ours, theirs = least_squares(Y, X), LinearRegression().fit(X, Y)
    np.testing.assert_allclose(ours.slopes, theirs.coef_.T, rtol=1e-9)
    np.testing.assert_allclose(ours.predict(X[:5]), theirs.predict(X[:5]), rtol=1e-10)


def test_path_solves_the_normal_equations(data):
    Y, X = data
    level, slopes = ridge_path(Y, X, np.array([0.5, 70.0]))
    Z, sd = X - X.mean(axis=0), X.std(axis=0)
    for penalty, constant, b in zip([0.5, 70.0], level, slopes, strict=True):
        expected = np.linalg.solve(Z.T @ Z + penalty * np.diag(sd**2), Z.T @ (Y - Y.mean(axis=0)))
        np.testing.assert_allclose(b, expected, rtol=1e-8)
        np.testing.assert_allclose(constant + X.mean(axis=0) @ b, Y.mean(axis=0), rtol=1e-12)


def test_penalty_is_that_of_refitted_folds(data):
    """The choice, and the forecasts at it, are those of scikit-learn fitted fold by fold."""
    Y, X = data
    folds, penalties = RandomFolds(5, seed=1).split(60), np.logspace(-2, 4, 13)
    scores = np.zeros((13, 2))
    for F in folds:
        kept = np.setdiff1d(np.arange(60), F)
        mean, sd = X[kept].mean(axis=0), X[kept].std(axis=0)
        for i, penalty in enumerate(penalties):
            model = Ridge(alpha=penalty).fit((X[kept] - mean) / sd, Y[kept])
            scores[i] += np.sum((Y[F] - model.predict((X[F] - mean) / sd)) ** 2, axis=0)
    found = ridge(Y, X, folds, penalties)
    np.testing.assert_allclose(found.penalty, penalties[scores.argmin(axis=0)])
    whole = (X - X.mean(axis=0)) / X.std(axis=0)
    for m in range(2):
        model = Ridge(alpha=found.penalty[m]).fit(whole, Y[:, m])
        np.testing.assert_allclose(found.predict(X)[:, m], model.predict(whole), rtol=1e-9)


def test_limits_are_least_squares_and_the_mean(data):
    Y, X = data
    level, slopes = ridge_path(Y, X, np.array([1e-10, 1e14]))
    np.testing.assert_allclose(slopes[0], least_squares(Y, X).slopes, rtol=1e-7)
    np.testing.assert_allclose(level[1] + X @ slopes[1], np.broadcast_to(Y.mean(axis=0), Y.shape), rtol=1e-8)


def test_a_column_that_does_not_vary_gets_no_slope(data):
    Y, X = data
    X[:, 4] = 2.0
    level, slopes = ridge_path(Y, X, np.array([1.0]))
    assert np.all(slopes[0, 4] == 0.0)
    np.testing.assert_allclose(slopes[0, :4], ridge_path(Y, np.delete(X, 4, axis=1), np.array([1.0]))[1][0, :4])
    assert np.all(np.isfinite(level))
