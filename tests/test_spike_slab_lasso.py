"""The steps of the spike-and-slab lasso against densities, numerical optima and definitions."""

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from tvplab.spike_slab_lasso import (
    inclusion,
    negative_log_prior,
    noise_objective,
    penalty_rate,
    proximal_step,
    residual_variance,
    slab_share,
)

RNG = np.random.default_rng(0)
BETA = RNG.laplace(scale=0.3, size=(6, 3))
THETA = np.array([0.1, 0.5, 0.9])
FREE = np.ones((6, 3), dtype=bool)
LAM0, LAM1 = 12.0, 0.7


def test_inclusion_is_bayes_rule_with_the_two_densities():
    slab = THETA * stats.laplace(scale=1.0 / LAM1).pdf(BETA)
    spike = (1.0 - THETA) * stats.laplace(scale=1.0 / LAM0).pdf(BETA)
    np.testing.assert_allclose(inclusion(BETA, THETA, LAM0, LAM1), slab / (slab + spike), rtol=1e-12)


def test_inclusion_of_huge_weights_does_not_overflow():
    p = inclusion(np.array([[1e6, 0.0]]), np.array([1e-4, 1e-4]), 1e4, 1e-3)
    assert p[0, 0] == 1.0
    assert 0.0 <= p[0, 1] < 1e-9


def test_equal_rates_leave_the_share():
    np.testing.assert_allclose(inclusion(BETA, THETA, 2.0, 2.0), np.broadcast_to(THETA, BETA.shape))


@pytest.mark.parametrize(("a", "b"), [(1.0, 6.0), (2.0, 3.5)])
def test_share_is_the_mode_that_an_optimiser_finds(a, b):
    p = inclusion(BETA, THETA, LAM0, LAM1)

    def expected_loss(theta, k):
        n = p[:, k].sum()
        return -(n + a - 1.0) * np.log(theta) - (len(p) - n + b - 1.0) * np.log1p(-theta)

    for k, share in enumerate(slab_share(p, FREE, a, b)):
        best = optimize.minimize_scalar(expected_loss, (1e-6, 1 - 1e-6), args=(k,), bounds=(1e-6, 1 - 1e-6)).x
        assert share == pytest.approx(best, abs=1e-5)  # the optimiser's own tolerance


def test_masked_weights_do_not_count():
    free = FREE.copy()
    free[0, 0] = False
    p = inclusion(BETA, THETA, LAM0, LAM1)
    alone = slab_share(p[1:, :1], FREE[1:, :1], 1.0, 6.0)
    assert slab_share(p * free, free, 1.0, 6.0)[0] == pytest.approx(alone[0])
    parts = [negative_log_prior(*one, LAM0, LAM1, 1.0, 6.0) for one in ((BETA, THETA, free), (BETA, THETA, FREE))]
    density = THETA[0] * LAM1 / 2 * np.exp(-LAM1 * abs(BETA[0, 0])) + (1 - THETA[0]) * LAM0 / 2 * np.exp(
        -LAM0 * abs(BETA[0, 0])
    )
    assert parts[1] - parts[0] == pytest.approx(-np.log(density))


def test_residual_variance_minimises_its_objective():
    squares, T = np.array([3.0, 80.0]), 50

    def total(log_sigma2):
        return noise_objective(squares, np.exp(log_sigma2), T)

    best = np.exp(optimize.minimize(total, np.zeros(2), tol=1e-10).x)
    np.testing.assert_allclose(residual_variance(squares, T), best, rtol=1e-4)


def test_noise_objective_is_the_mean_log_density():
    r = RNG.standard_normal((50, 2))
    sigma2 = np.array([0.5, 2.0])
    prior = stats.invgamma(0.5, scale=0.5)
    log_density = stats.norm(scale=np.sqrt(sigma2)).logpdf(r).sum() + prior.logpdf(sigma2).sum()
    other = -stats.norm().logpdf(r).sum() - prior.logpdf([1.0, 1.0]).sum()
    ours = [noise_objective((r**2).sum(axis=0), one, 50) for one in (sigma2, np.ones(2))]
    assert ours[0] - ours[1] == pytest.approx((-log_density - other) / 100)


def test_prior_is_a_density_up_to_what_theta_costs():
    theta, a, b = np.array([0.3]), 1.0, 1.0

    def density(beta):
        return np.exp(-negative_log_prior(np.array([[beta]]), theta, np.ones((1, 1)), LAM0, LAM1, a, b))

    assert 2.0 * integrate.quad(density, 0.0, 60.0, limit=200)[0] == pytest.approx(1.0, abs=1e-6)


def test_penalty_rate_is_the_slope_of_the_prior():
    """κ is what the E-step leaves: the derivative of −log π(β | θ) in |β| (EM's majoriser touches it)."""
    h = 1e-6
    away = BETA + h * np.sign(BETA)

    def each(beta):
        return np.array(
            [
                [
                    negative_log_prior(beta[g : g + 1, k : k + 1], THETA[k : k + 1], np.ones((1, 1)), LAM0, LAM1, 1, 1)
                    for k in range(3)
                ]
                for g in range(6)
            ]
        )

    slope = (each(away) - each(BETA)) / h
    np.testing.assert_allclose(penalty_rate(inclusion(BETA, THETA, LAM0, LAM1), LAM0, LAM1), slope, rtol=1e-3)


@pytest.mark.parametrize("value", [-2.0, -0.1, 0.0, 0.3, 1.7])
def test_proximal_step_is_its_definition(value):
    threshold = 0.4
    grid = np.linspace(-3.0, 3.0, 60_001)
    best = grid[np.argmin(0.5 * (grid - value) ** 2 + threshold * np.abs(grid))]
    assert proximal_step(np.array([value]), threshold)[0] == pytest.approx(best, abs=1e-4)
