"""The small VAR that moves: its equations, its truth, and its knobs."""

import numpy as np
import pytest
from statsmodels.tsa.api import VAR

from tvplab.dgp import simulate_moving_var
from tvplab.tvp_var_equations import companion_roots, equation, impulse_responses

WORLD = simulate_moving_var(T=200, seed=3)


def test_errors_are_the_shocks_of_their_size():
    """y_i − z_i'θ_i over e^{h_i/2}, with the sampler's regressors: independent standard normals."""
    errors = []
    for i, name in enumerate(WORLD.Y):
        y, Z = equation(WORLD.Y.to_numpy(), 1, i)
        theta, h = WORLD.theta[name].to_numpy()[1:], WORLD.h[name].to_numpy()[1:]
        errors.append((y - np.sum(Z * theta, axis=1)) / np.exp(h / 2))
    errors = np.array(errors)
    assert np.abs(errors.mean(axis=1)).max() < 4 / np.sqrt(199)
    np.testing.assert_allclose(np.cov(errors), np.eye(2), atol=4 * np.sqrt(2 / 199))
    again = simulate_moving_var(T=200, swing=0.0, seed=3)  # the same shocks
    y, Z = equation(again.Y.to_numpy(), 1, 0)
    np.testing.assert_allclose(y - Z @ again.theta["output"].iloc[0], errors[0], atol=1e-12)


def test_what_moves_and_never_explodes():
    assert WORLD.moving == [("output", "L1.output"), ("rate", "-output")]
    assert simulate_moving_var(swing=0.0).moving == []
    assert WORLD.theta["output", "L1.output"].agg(["min", "max"]).round(2).tolist() == [0.15, 0.75]
    assert WORLD.h.max().round(2).tolist() == [0.8, -0.2]
    for shape in ("cosine", "break", "random walk"):
        world = simulate_moving_var(shape=shape)
        assert companion_roots(world.B0, world.B).max() < 1.0
    assert WORLD.synthetic


def test_standing_still_it_is_a_var():
    """Least squares on a long sample, and statsmodels' responses of those coefficients, against the truth's."""
    still = simulate_moving_var(T=20_000, swing=0.0)
    fit = VAR(still.Y.to_numpy()).fit(1)
    P = np.linalg.cholesky(np.asarray(fit.sigma_u))
    np.testing.assert_allclose(np.diag(P), [1.0, np.exp(-0.5)], rtol=0.02)
    ours = impulse_responses(still.B0[:1], still.B[:1], np.array([1.0]), 0, 6)[0]
    np.testing.assert_allclose(ours, fit.irf(6).orth_irfs[:, :, 0], atol=0.04)


@pytest.mark.parametrize(
    ("options", "name"),
    [({"T": 5}, "T"), ({"swing": 1.5}, "swing"), ({"swing": -0.1}, "swing"), ({"shape": "x"}, "shape")],
)
def test_the_door(options, name):
    with pytest.raises(ValueError, match=name):
        simulate_moving_var(**options)
