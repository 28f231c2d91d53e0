"""The simulated factor world: its truth holds together, and a knob deforms it without drawing anew."""

import numpy as np
import pytest

from tvplab.dgp import simulate_factor_model


def test_without_noise_the_data_are_the_common_component():
    world = simulate_factor_model(noise=0.0)
    np.testing.assert_allclose(world.y, world.common, atol=1e-12)
    np.testing.assert_allclose(world.common, world.factor.to_numpy()[:, None] * world.loadings.to_numpy())
    assert world.synthetic
    assert world.common_share.eq(1.0).all()


def test_noise_rescales_the_same_shocks():
    quiet, loud = (simulate_factor_model(noise=noise, seed=3) for noise in (0.5, 2.0))
    np.testing.assert_array_equal(quiet.factor, loud.factor)
    np.testing.assert_allclose((loud.y - loud.common) / 2.0, (quiet.y - quiet.common) / 0.5, atol=1e-10)


def test_loadings_deform_the_same_world():
    one, other = (simulate_factor_model(loadings=(1.0, last), sigma=(1.0, 1.0)) for last in (0.0, 2.0))
    np.testing.assert_array_equal(one.y["item1"], other.y["item1"])
    np.testing.assert_allclose(other.y["item2"] - one.y["item2"], 2.0 * one.factor)


def test_more_missing_hides_more_of_the_same_cells():
    few, many = (simulate_factor_model(T=400, missing=share) for share in (0.1, 0.4))
    assert few.y.isna().to_numpy().mean() == pytest.approx(0.1, abs=0.02)
    assert many.y.isna().to_numpy().mean() == pytest.approx(0.4, abs=0.02)
    assert not (few.y.isna() & many.y.notna()).to_numpy().any()
    np.testing.assert_array_equal(many.complete, few.complete)
    assert many.complete.notna().to_numpy().all()


def test_the_factor_follows_its_autoregression_with_a_variance_of_one():
    world = simulate_factor_model(T=20000, coefficients=(0.6, 0.2, 0.1, -0.1))
    f = world.factor.to_numpy()
    lags = np.column_stack([f[4 - j : -j] for j in (1, 2, 3, 4)])
    found = np.linalg.lstsq(lags, f[4:], rcond=None)[0]
    np.testing.assert_allclose(found, world.coefficients, atol=0.03)
    assert f.var() == pytest.approx(1.0, abs=0.05)


def test_shares_are_variances_of_the_sample():
    world = simulate_factor_model(T=20000)
    np.testing.assert_allclose(world.common_share, world.common.var() / world.complete.var(), atol=0.02)
    assert world.common_share["item8"] < 0.01 < 0.7 < world.common_share["item7"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"T": 5}, "T: a whole number of at least 10"),
        ({"loadings": (1.0,), "sigma": (1.0,)}, "loadings, sigma: give one number a series"),
        ({"loadings": (1.0, 2.0)}, "loadings, sigma: give one number a series"),
        ({"loadings": (1.0, np.nan), "sigma": (1.0, 1.0)}, "must be finite"),
        ({"coefficients": (0.7, 0.4)}, "coefficients: must make a stationary"),
        ({"missing": 1.0}, "missing: must be a share"),
        ({"noise": -1.0}, "noise: must be finite"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        simulate_factor_model(**arguments)
