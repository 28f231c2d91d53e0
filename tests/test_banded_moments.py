"""Moments of a normal vector from its banded precision: those of the dense inverse."""

import numpy as np
import pytest

from tvplab.banded_moments import covariances, factorise, solve


def banded(n, w, seed=0):
    """A random positive definite K (n, n) with w numbers beside its diagonal, and its upper band."""
    root = np.random.default_rng(seed).standard_normal((n, n))
    root = np.triu(np.tril(root, w)) + 2.0 * np.eye(n)
    K, band = root.T @ root, np.zeros((n, w + 1))
    for d in range(min(w, n - 1) + 1):
        band[: n - d, d] = np.diagonal(K, d)
    return K, band


@pytest.mark.parametrize(("n", "w"), [(12, 0), (12, 1), (30, 4), (3, 5)])
def test_mean_determinant_and_near_covariances_are_those_of_the_inverse(n, w):
    K, band = banded(n, w)
    inverse, b = np.linalg.inv(K), np.arange(1.0, n + 1.0)
    x, factor = b.copy(), band.copy()
    assert factorise(factor) == pytest.approx(np.linalg.slogdet(K)[1])
    solve(factor, x)
    np.testing.assert_allclose(x, inverse @ b, rtol=1e-9)
    C = covariances(factor)
    for d in range(-w, w + 1):
        there = np.arange(max(0, -d), min(n, n - d))
        np.testing.assert_allclose(C[there, w + d], inverse[there, there + d], atol=1e-10)


def test_no_precision_has_no_determinant():
    _, band = banded(6, 1)
    band[3, 0] = -1.0
    assert np.isnan(factorise(band))
