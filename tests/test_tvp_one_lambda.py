"""One λ by a Cholesky factor: the numbers of the eigendecomposition, and of dense linear algebra."""

import numpy as np
import pytest

from tvplab.crossval import RandomFolds
from tvplab.ridge import TVPRidge
from tvplab.tvp_kernel import DualSolver, hadamard_kernel
from tvplab.tvp_laws import AR, LAWS, WALK
from tvplab.tvp_one_lambda import OneLambdaSolver, whole

RNG = np.random.default_rng(0)
T, K, LAM = 40, 3, 7.0
X, Y = RNG.standard_normal((T, K)), RNG.standard_normal((T, 2))
OMEGA_E = RNG.uniform(0.3, 2.0, T)
FOLDS = RandomFolds(4).split(T)
LAWS_OF_MOTION = [WALK, LAWS["drift"], LAWS["smooth"], AR(0.8)]


def both(omega_u, lam0, law=WALK):
    """The same problem with and without a spectrum."""
    return DualSolver(X, omega_u, OMEGA_E, lam0, law), OneLambdaSolver(X, omega_u, OMEGA_E, lam0, law, lam=LAM)


@pytest.mark.parametrize("law", LAWS_OF_MOTION, ids=str)
@pytest.mark.parametrize("lam0", [0.0, 1e-4, 0.1, 10.0])
@pytest.mark.parametrize("omega_u", [np.array([0.2, 1.0, 3.0]), np.array([1.0, 0.0, 0.0]), np.diag([1.0, 2.0, 0.0])])
def test_it_has_the_numbers_of_the_spectrum(omega_u, lam0, law):
    spectral, one = both(omega_u, lam0, law)
    theirs, ours = spectral.solve(Y, LAM), one.solve(Y, LAM)
    for name in ("beta", "start", "quad", "logdet"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-8, atol=1e-9, err_msg=name)
    assert ours.rank == theirs.rank
    np.testing.assert_allclose(one.slack(LAM), spectral.slack(LAM), rtol=1e-9)
    lams = np.array([LAM])
    np.testing.assert_allclose(
        one.held_out_errors(Y, lams, FOLDS), spectral.held_out_errors(Y, lams, FOLDS), rtol=1e-8, atol=1e-9
    )
    np.testing.assert_allclose(one.leave_one_out_errors(Y, lams), spectral.leave_one_out_errors(Y, lams), rtol=1e-9)
    assert "spectrum" not in vars(one)


def test_its_inverse_is_the_dense_one():
    omega_u, lam0 = np.array([0.2, 1.0, 3.0]), 0.5
    covariance = hadamard_kernel(X, omega_u) / LAM + X @ X.T / lam0 + np.diag(OMEGA_E)
    A, logdet = both(omega_u, lam0)[1].dual
    np.testing.assert_allclose(A, np.linalg.inv(covariance), atol=1e-12)
    start = np.linalg.slogdet(X @ X.T / lam0 + np.diag(OMEGA_E))[1]
    assert logdet == pytest.approx(np.linalg.slogdet(covariance)[1] - start, rel=1e-10)


def test_other_lambdas_and_variances_come_from_the_spectrum():
    spectral, one = both(np.ones(K), 0.1)
    two = np.array([LAM, 3.0 * LAM])
    np.testing.assert_array_equal(one.solve(Y, 2.0).beta, spectral.solve(Y, 2.0).beta)
    np.testing.assert_array_equal(one.slack(2.0), spectral.slack(2.0))
    np.testing.assert_array_equal(one.leave_one_out_errors(Y, two), spectral.leave_one_out_errors(Y, two))
    halves = [np.arange(T // 2), np.arange(T // 2, T)]
    np.testing.assert_array_equal(one.held_out_errors(Y, two, halves), spectral.held_out_errors(Y, two, halves))
    np.testing.assert_array_equal(one.variances(LAM), spectral.variances(LAM))


def test_a_symmetric_matrix_from_its_lower_half():
    A = X.T @ X
    np.testing.assert_array_equal(whole(np.tril(A) - np.triu(A, 1)), A)


def test_a_given_lambda_needs_no_spectrum_until_bands_are_drawn():
    fit = TVPRidge(lam=LAM).fit(Y[:, 0], X)
    searched = TVPRidge(lams=[LAM, LAM]).fit(Y[:, 0], X)
    assert isinstance(fit._solver, OneLambdaSolver)
    assert "spectrum" not in vars(fit._solver)
    np.testing.assert_allclose(fit.beta, searched.beta, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(fit.bands()[0], searched.bands()[0], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(fit.at(5.0).beta, searched.at(5.0).beta, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("lam", [1e-16, 1e-12, 1e-8, 1e-6, 1e-4])
@pytest.mark.parametrize("lam0", [0.0, 0.1])
def test_small_lambdas_stay_accurate(lam, lam0):
    spectral, one = DualSolver(X, np.ones(K), OMEGA_E, lam0), OneLambdaSolver(X, np.ones(K), OMEGA_E, lam0, lam=lam)
    theirs = spectral.solve(Y, lam).beta
    # a Cholesky factor errs by rounding times the kernel over λ: 1e-16 · 1e8 at most before the spectrum serves
    np.testing.assert_allclose(one.solve(Y, lam).beta, theirs, atol=1e-6 * np.abs(theirs).max())
    np.testing.assert_allclose(one.slack(lam), spectral.slack(lam), rtol=1e-6)
    assert ("spectrum" in vars(one)) == (lam < 1e-5)
