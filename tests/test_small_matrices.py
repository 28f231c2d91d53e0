"""The compiled small-matrix functions against numpy's."""

import numpy as np
import pytest

from tvplab.small_matrices import apply, inner, sandwich, solve, times


@pytest.mark.parametrize("m", [1, 3, 8, 9])  # by loops up to 8, by BLAS from 9
def test_products_are_numpys(m):
    rng = np.random.default_rng(m)
    A, X, v = rng.standard_normal((m, m)), rng.standard_normal((m, m)), rng.standard_normal(m)
    P, out, work, image = X @ X.T, np.full((m, m), np.nan), np.empty((m, m)), np.empty(m)
    times(A, X, out)
    np.testing.assert_allclose(out, A @ X, atol=1e-12)
    sandwich(A, P, work, out)
    np.testing.assert_allclose(out, A @ P @ A.T, atol=1e-11)
    apply(A, v, image)
    np.testing.assert_allclose(image, A @ v, atol=1e-13)
    assert inner(v, image) == pytest.approx(v @ A @ v)


@pytest.mark.parametrize("m", [1, 2, 6])
def test_solution_and_log_determinant_also_where_the_first_pivot_is_zero(m):
    rng = np.random.default_rng(m)
    S, D, u = rng.standard_normal((m, m)), rng.standard_normal((m, m)), rng.standard_normal(m)
    if m > 1:
        S[0, 0] = 0.0
    want = np.linalg.solve(S, D), np.linalg.solve(S, u), np.linalg.slogdet(S)[1]
    got = solve(S, D, u)
    np.testing.assert_allclose(D, want[0], rtol=1e-9)
    np.testing.assert_allclose(u, want[1], rtol=1e-9)
    assert got == pytest.approx(want[2])
