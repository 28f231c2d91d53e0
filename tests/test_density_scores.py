"""Scores of densities against scipy, the normal's closed form and the double sum."""

import numpy as np
import pytest
from scipy import stats

from tvplab.density_scores import crps, log_score, pit

RNG = np.random.default_rng(0)


def test_log_score_is_the_log_of_the_mean_density():
    actual, means, variances = RNG.standard_normal(3), RNG.standard_normal((5, 3)), RNG.uniform(0.5, 2, (5, 3))
    density = stats.norm.pdf(actual, means, np.sqrt(variances)).mean(axis=0)
    np.testing.assert_allclose(log_score(actual, means, variances), np.log(density))
    far = log_score(np.array([1e4]), np.zeros((2, 1)), np.ones((2, 1)))
    assert far == pytest.approx(stats.norm.logpdf(1e4))


def test_crps_is_the_double_sum():
    actual, draws = RNG.standard_normal(2), RNG.standard_normal((40, 2))
    double = np.abs(draws[:, None] - draws[None]).mean(axis=(0, 1))
    np.testing.assert_allclose(crps(actual, draws), np.abs(draws - actual).mean(axis=0) - double / 2)


def test_crps_of_a_normal():
    """σ[z(2Φ(z) − 1) + 2φ(z) − 1/√π]; the quantiles of an even grid stand in for draws, error of order 1/R."""
    draws = 2.0 * stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    z = 0.7
    expected = 2.0 * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert crps(2.0 * z, draws) == pytest.approx(expected, abs=1e-3)


def test_pit_of_right_densities_is_uniform():
    means = RNG.standard_normal((1, 3_000))
    values = pit(means[0] + 0.5 * RNG.standard_normal(3_000), means, np.full((1, 3_000), 0.25))
    assert stats.kstest(values, "uniform").pvalue > 0.01
