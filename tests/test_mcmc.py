"""R̂ and effective size: by hand, on chains whose answer is known, and where there is none."""

import numpy as np
import pytest
from scipy.signal import lfilter

from tvplab.mcmc import autocovariances, effective_size, split_r_hat


def autoregressions(phi, chains, draws, seed=0):
    shocks = np.random.default_rng(seed).standard_normal((chains, draws + 200))
    return lfilter([1.0], [1.0, -phi], shocks, axis=1)[:, 200:]


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9, -0.4])
def test_effective_size_of_an_autoregression(phi):
    """n(1 − φ)/(1 + φ), at most n.  One estimate's relative sd is √(2(2M + 1)/n) (Sokal), 5 % with M = 60 lags."""
    sizes = [effective_size(autoregressions(phi, 4, 20_000, seed)) for seed in range(10)]
    expected = min(1.0, (1 - phi) / (1 + phi)) * 80_000
    assert np.mean(sizes) == pytest.approx(expected, rel=0.05)


def test_autocovariances_are_the_sums_of_products():
    draws = autoregressions(0.5, 2, 50)
    gap = draws - draws.mean(axis=1, keepdims=True)
    found = autocovariances(draws)
    for lag in (0, 1, 7, 49):
        np.testing.assert_allclose(found[:, lag], np.sum(gap[:, lag:] * gap[:, : 50 - lag], axis=1) / 50, atol=1e-12)


def test_r_hat_by_hand():
    draws = np.array([[1.0, 2.0, 3.0, 5.0], [2.0, 2.0, 4.0, 7.0]])
    halves = [[1.0, 2.0], [3.0, 5.0], [2.0, 2.0], [4.0, 7.0]]
    within = np.mean([np.var(half, ddof=1) for half in halves])
    between = np.var([np.mean(half) for half in halves], ddof=1)
    assert split_r_hat(draws) == pytest.approx(np.sqrt((within / 2 + between) / within))


def test_r_hat_sees_chains_that_disagree_and_a_chain_that_trends():
    settled = autoregressions(0.3, 4, 2_000)
    assert split_r_hat(settled) < 1.01
    assert split_r_hat(settled + np.arange(4)[:, None]) > 1.3
    assert split_r_hat(settled[:1] + np.linspace(0, 4, 2_000)) > 1.3


def test_shapes_and_what_never_moves():
    draws = np.stack([autoregressions(0.2, 2, 100), np.full((2, 100), 3.0)], axis=-1)
    assert split_r_hat(draws).shape == (2,)
    assert split_r_hat(draws)[1] == 1.0
    assert np.isnan(effective_size(draws)[1])
    assert 50 < effective_size(draws)[0] <= 200


def test_r_hat_of_single_precision_far_from_zero():
    """One pass over 32-bit draws with a mean 10⁴ times their spread: variances keep the digits that the draws have."""
    draws = (1e4 + np.stack([autoregressions(0.2, 2, 301), autoregressions(0.9, 2, 301, 1)], axis=-1)).astype("f4")
    np.testing.assert_allclose(split_r_hat(draws), split_r_hat(draws.astype(float) - 1e4), rtol=1e-9)


@pytest.mark.parametrize("bad", [np.zeros(9), np.zeros((2, 3)), np.full((2, 9), np.nan)])
def test_what_is_no_chain_is_refused(bad):
    for judge in (effective_size, split_r_hat):
        with pytest.raises(ValueError, match="draws"):
            judge(bad)
