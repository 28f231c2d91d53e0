"""Simulated worlds: what the knobs do, and that turning one leaves the shocks alone."""

import numpy as np
import pytest

from tvplab.dgp import PATHS, coefficient_path, simulate_tvp_regression


@pytest.mark.parametrize("shape", PATHS)
def test_paths_stay_between_minus_one_and_one(shape):
    path = coefficient_path(shape, 101, seed=4)
    assert path.shape == (101,)
    assert np.max(np.abs(path)) <= 1.0 + 1e-12
    if shape != "constant":
        assert np.ptp(path) == pytest.approx(2.0, abs=1e-2)


def test_the_identity_holds():
    world = simulate_tvp_regression(T=50, shapes=("cosine", "break"), noise=0.0)
    np.testing.assert_allclose(world.y, (world.X * world.beta).sum(axis=1), atol=1e-12)
    assert world.synthetic
    assert world.r2 == pytest.approx(1.0)


def test_noise_rescales_the_same_shocks():
    quiet, loud = (simulate_tvp_regression(noise=noise, seed=7) for noise in (0.1, 0.8))
    signal = (quiet.X * quiet.beta).sum(axis=1)
    np.testing.assert_allclose((loud.y - signal) / 0.8, (quiet.y - signal) / 0.1, atol=1e-10)


def test_a_shape_changes_only_its_own_path():
    one = simulate_tvp_regression(shapes=("cosine", "random walk"), seed=2)
    other = simulate_tvp_regression(shapes=("break", "random walk"), seed=2)
    np.testing.assert_array_equal(one.X, other.X)
    np.testing.assert_array_equal(one.beta["x2"], other.beta["x2"])


def test_volatility_moves_sigma_around_its_level():
    world = simulate_tvp_regression(T=400, noise=0.5, volatility=1.0)
    assert world.sigma.max() == pytest.approx(0.5 * np.e, rel=1e-3)
    assert world.sigma.min() == pytest.approx(0.5 / np.e, rel=1e-3)
    assert world.sigma.iloc[0] == world.sigma.max()


def test_r2_is_the_share_explained():
    world = simulate_tvp_regression(T=3000, shapes=("constant",), noise=0.5)
    assert world.r2 == pytest.approx(0.5, abs=0.03)


def test_a_generator_is_a_seed_too():
    one, other = (simulate_tvp_regression(T=20, seed=np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.y, other.y)
    np.testing.assert_array_equal(one.y, simulate_tvp_regression(T=20, seed=3).y)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="shape: must be one of"):
        simulate_tvp_regression(shapes=("zigzag",))
    with pytest.raises(ValueError, match="T: a whole number of at least 3"):
        simulate_tvp_regression(T=2)
    with pytest.raises(ValueError, match="shapes: give at least one name"):
        simulate_tvp_regression(shapes=())
    with pytest.raises(ValueError, match="volatility: must be finite"):
        simulate_tvp_regression(volatility=np.nan)
    with pytest.raises(ValueError, match="noise: must be finite and ≥ 0"):
        simulate_tvp_regression(noise=-1.0)
