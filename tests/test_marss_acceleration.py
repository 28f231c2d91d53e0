"""EM in longer steps ends where plain EM does, never falls on its way, and is Newton-like where EM is linear."""

import numpy as np
import pandas as pd
import pytest

from tvplab.convergence import ConvergenceWarning
from tvplab.dgp import simulate_factor_model
from tvplab.marss import MARSS, DynamicFactorModel
from tvplab.marss_acceleration import accelerated

WORLD = simulate_factor_model(T=60).y
Y = WORLD - WORLD.mean()
GAPS = Y.mask(np.random.default_rng(1).random(Y.shape) < 0.3)


ALIKE = MARSS(Z=np.ones((5, 1)), A="unequal", R="equalvarcov")
CASES = {
    "factor model": (DynamicFactorModel(1, 2), Y),
    "factor model, gaps": (DynamicFactorModel(1, 2), GAPS),
    "correlated errors": (ALIKE, Y.iloc[:, :5]),
    "correlated errors, gaps": (ALIKE, GAPS.iloc[:30, :5]),  # plain EM takes thousands of rounds
}


@pytest.mark.parametrize("case", CASES)
def test_it_ends_at_the_maximum_of_plain_em_and_never_falls(case):
    model, y = CASES[case]
    quick, plain = (model.fit(y, tol=1e-11, max_iter=5000, accelerate=accelerate) for accelerate in (True, False))
    assert quick.converged
    assert np.all(np.diff(quick.loglik_path) >= 0.0)
    assert quick.loglik == pytest.approx(plain.loglik, abs=1e-5)
    pd.testing.assert_frame_equal(quick.fitted, plain.fitted, atol=2e-3)
    assert quick.n_iter < plain.n_iter


def test_it_is_no_lower_than_a_quasi_newton_climb():
    quick = DynamicFactorModel(1, 2).fit(GAPS, tol=1e-11, accelerate=True)
    polished = DynamicFactorModel(1, 2).fit(GAPS, tol=1e-6, polishing=True)
    assert quick.loglik == pytest.approx(polished.loglik, abs=1e-5)


def test_a_linear_map_in_n_dimensions_is_solved_by_n_differences():
    """With n independent differences the extrapolated point of x → Mx + c is its fixed point (I − M)⁻¹c."""
    rng = np.random.default_rng(0)
    M, c, x, pairs = 0.5 * rng.standard_normal((3, 3)) / np.sqrt(3), rng.standard_normal(3), np.zeros(3), []
    for _ in range(4):
        pairs.append((x, M @ x + c))
        x = rng.standard_normal(3)
    np.testing.assert_allclose(accelerated(pairs), np.linalg.solve(np.eye(3) - M, c), atol=1e-6)


def test_too_few_iterations_are_said_and_the_best_point_is_kept():
    with pytest.warns(ConvergenceWarning, match="stopped at 3 iterations"):
        fit = DynamicFactorModel(1, 2).fit(GAPS, tol=1e-11, max_iter=3, accelerate=True)
    assert not fit.converged
    assert fit.loglik == fit.loglik_path.max() == pytest.approx(fit.loglik_path[-1])


def test_starting_values_without_a_covariance_matrix_are_named():
    start = {"R": np.full(8, -1.0)}
    with pytest.raises(ValueError, match="start: R"):
        DynamicFactorModel(1, 2).fit(Y, start=start, accelerate=True)
