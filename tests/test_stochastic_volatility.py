"""Each block of the volatility sampler against its closed form, and log volatility found again in simulated data."""

import numpy as np
import pytest
from scipy import stats

from tvplab.gibbs_noise import ConstantVariance, Noise, StochasticVolatility
from tvplab.stochastic_volatility import (
    MEANS,
    VARIANCES,
    WEIGHTS,
    component_probabilities,
    draw_components,
    draw_log_volatility,
    log_squares,
)

RNG = np.random.default_rng(5)
T = 6


def test_the_mixture_is_a_log_chi_square():
    """Moments −1.2704 and π²/2, and the distribution function, to the digits of the published table."""
    mean = WEIGHTS @ MEANS
    assert WEIGHTS.sum() == pytest.approx(1.0, abs=1e-10)
    assert mean == pytest.approx(-1.2704, abs=2e-4)
    assert WEIGHTS @ (VARIANCES + (MEANS - mean) ** 2) == pytest.approx(np.pi**2 / 2, abs=2e-3)
    grid = np.linspace(-15, 4, 200)
    mixture = stats.norm.cdf(grid[:, None], MEANS, np.sqrt(VARIANCES)) @ WEIGHTS
    np.testing.assert_allclose(mixture, stats.chi2.cdf(np.exp(grid), 1), atol=5e-4)


def test_component_probabilities_are_bayes_rule():
    surprise = np.linspace(-20, 4, 50)
    joint = WEIGHTS * stats.norm.pdf(surprise[:, None], MEANS, np.sqrt(VARIANCES))
    expected = joint / joint.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(component_probabilities(surprise), expected, atol=1e-12)


def test_components_invert_the_cumulated_probabilities():
    surprise, uniforms = RNG.uniform(-60, 40, 500), RNG.random(500)
    uniforms[:2] = 0.0, 1.0 - 1e-16
    cumulative = np.cumsum(component_probabilities(surprise), axis=1)[:, :-1]
    np.testing.assert_array_equal(draw_components(surprise, uniforms), (uniforms[:, None] > cumulative).sum(axis=1))


@pytest.mark.parametrize(("phi", "mu"), [(1.0, 0.0), (0.8, -1.5)])
def test_log_volatility_has_the_posteriors_moments(phi, mu):
    """A linear normal model: its prior moments by recursion, its posterior by dense algebra."""
    s, start_mean, start_var = 0.3, -0.7, 2.0
    prior_mean, prior = np.empty(T), np.zeros((T, T))
    prior_mean[0], prior[0, 0] = start_mean, start_var
    for t in range(1, T):
        prior_mean[t] = mu + phi * (prior_mean[t - 1] - mu)
        prior[t, :t] = prior[:t, t] = phi * prior[t - 1, :t]
        prior[t, t] = phi**2 * prior[t - 1, t - 1] + s
    observed, components = RNG.normal(-2, 2, T), RNG.integers(0, 10, T)
    gain = prior @ np.linalg.inv(prior + np.diag(VARIANCES[components]))

    def draw(variates):
        return draw_log_volatility(observed, components, s, start_mean, start_var, variates, phi, mu)

    mean = draw(np.zeros(T))
    root = np.column_stack([draw(unit) - mean for unit in np.eye(T)])
    np.testing.assert_allclose(mean, prior_mean + gain @ (observed - MEANS[components] - prior_mean), atol=1e-10)
    np.testing.assert_allclose(root @ root.T, prior - gain @ prior, atol=1e-10)


def test_a_sweep_feeds_its_variates_through_the_blocks():
    prior = StochasticVolatility(-1.0, 4.0, 3.0, 0.2, 1e-6)
    noise, errors = Noise(RNG.normal(-1, 1, T), 0.1), RNG.standard_normal(T)
    uniforms, normals, gamma = RNG.random(T), RNG.standard_normal(T), 2.5
    found = prior.draw(noise, errors, (uniforms, normals, gamma))
    observed = log_squares(errors, 1e-6)
    components = draw_components(observed - noise.h, uniforms)
    h = draw_log_volatility(observed, components, noise.s, -1.0, 4.0, normals)
    np.testing.assert_array_equal(found.h, h)
    assert found.s == pytest.approx((0.2 + 0.5 * np.sum(np.diff(h) ** 2)) / gamma)


def test_a_persistent_log_volatility_counts_its_own_shocks():
    prior = StochasticVolatility(-1.0, 4.0, 3.0, 0.2, 1e-6, persistence=0.5)
    found = prior.draw(Noise(np.zeros(T), 0.1), RNG.standard_normal(T), (RNG.random(T), RNG.standard_normal(T), 1.0))
    shocks = (found.h[1:] + 1.0) - 0.5 * (found.h[:-1] + 1.0)
    assert found.s == pytest.approx(0.2 + 0.5 * np.sum(shocks**2))
    ahead = prior.ahead(np.full(200_000, 1.0), np.full(200_000, 0.04), np.random.default_rng(0))
    assert ahead.mean() == pytest.approx(0.0, abs=4 * 0.2 / np.sqrt(200_000))  # μ + φ(h − μ) = −1 + ½·2, 4 s.e.
    assert ahead.std() == pytest.approx(0.2, rel=0.01)


def test_constant_variance_is_the_conjugate_draw():
    """σ² | e ~ IG(a + T/2, b + e'e/2): against scipy's inverse gamma (Kolmogorov-Smirnov)."""
    prior, errors, rng = ConstantVariance(2.0, 3.0), RNG.standard_normal(T), np.random.default_rng(1)
    draws = [prior.draw(prior.start(T), errors, prior.variates(T, rng)) for _ in range(2_000)]
    assert all(np.ptp(draw.h) == 0 and draw.s == 0 for draw in draws)
    law = stats.invgamma(2.0 + T / 2, scale=3.0 + np.sum(errors**2) / 2)
    assert stats.kstest([np.exp(draw.h[0]) for draw in draws], law.cdf).pvalue > 0.01


def run(prior, errors, sweeps, burn, seed=0):
    rng, noise, kept = np.random.default_rng(seed), prior.start(len(errors)), []
    for i in range(sweeps):
        noise = prior.draw(noise, errors, prior.variates(len(errors), rng))
        if i >= burn:
            kept.append(noise)
    return np.array([one.h for one in kept]), np.array([one.s for one in kept])


def test_log_volatility_is_found_again():
    """Twelve worlds drawn from the prior: 90 % bands cover 90 % of the paths, within three standard errors (.04)."""
    prior, T, covered = StochasticVolatility(-1.0, 1.0, 5.0, 0.1, 1e-6), 300, []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        truth = prior.simulate(T, rng)
        errors = np.exp(truth.h / 2) * rng.standard_normal(T)
        found, s = run(prior, errors, 1_000, 200, seed + 100)
        lower, upper = np.quantile(found, [0.05, 0.95], axis=0)
        covered.append(np.mean((lower <= truth.h) & (truth.h <= upper)))
        assert np.corrcoef(found.mean(axis=0), truth.h)[0, 1] > 0.6
        assert np.quantile(s, 0.001) < truth.s < np.quantile(s, 0.999)
    assert np.mean(covered) == pytest.approx(0.9, abs=0.04)


def test_errors_of_constant_variance_are_seen_as_such():
    """The limit: with a prior on small changes, h stays within its doubt of log σ²."""
    errors = 0.5 * np.random.default_rng(4).standard_normal(600)
    found, s = run(StochasticVolatility(np.log(0.25), 4.0, 1.0, 4e-4, 1e-6), errors, 1_500, 500)
    sd = np.exp(found / 2).mean(axis=0)
    assert np.all(np.abs(sd / np.std(errors) - 1) < 0.15)
    assert np.median(s) < 0.05**2
