"""The small FAVAR that moves: its equations, its panel, its truth and its knobs."""

import numpy as np
import pytest
from statsmodels.tsa.api import VAR

from tvplab.dgp import simulate_moving_favar
from tvplab.linear_factors import LinearFactors
from tvplab.tvp_var_equations import companion_roots, equation, impulse_responses

WORLD = simulate_moving_favar(T=200, seed=3)
Z = WORLD.factors.join(WORLD.observables)


def test_errors_are_the_shocks_of_their_size():
    """y_i − z_i'θ_i over e^{h_i/2}, with the sampler's regressors: independent standard normals."""
    errors = []
    for i in range(3):
        y, X = equation(Z.to_numpy(), 1, i)
        theta = np.column_stack([WORLD.B[:, i], WORLD.B0[:, i, :i]])[1:]
        errors.append((y - np.sum(X * theta, axis=1)) / np.exp(WORLD.h.iloc[1:, i] / 2))
    errors = np.array(errors)
    assert np.abs(errors.mean(axis=1)).max() < 4 / np.sqrt(199)
    np.testing.assert_allclose(np.cov(errors), np.eye(3), atol=4 * np.sqrt(2 / 199))


def test_the_panel_is_loadings_times_factors_and_noise():
    quiet = simulate_moving_favar(T=200, seed=3, noise=0.0)
    np.testing.assert_allclose(quiet.panel, quiet.factors @ quiet.loadings.T)
    own = WORLD.panel - quiet.panel
    np.testing.assert_allclose(own.std(), np.linalg.norm(WORLD.loadings, axis=1), rtol=4 / np.sqrt(2 * 199))
    found = LinearFactors.fit(quiet.panel, 2)  # without noise the components span the factors
    np.testing.assert_allclose(found.decode(found.factors), quiet.panel, atol=1e-10)


def test_what_moves_and_never_explodes():
    assert WORLD.B[:, 0, 3].min() == pytest.approx(-0.55, abs=1e-3)
    assert WORLD.B[:, 0, 3].max() == pytest.approx(-0.05, abs=1e-3)
    assert (np.ptp(WORLD.B, axis=0) > 0).sum() == 1
    assert np.ptp(WORLD.B0, axis=0).max() == 0.0
    assert np.ptp(WORLD.h, axis=0).round(2).tolist() == [0.0, 0.0, 1.6]
    for shape in ("cosine", "break", "random walk"):
        world = simulate_moving_favar(shape=shape)
        assert companion_roots(world.B0, world.B).max() < 1.0
    assert WORLD.synthetic


def test_standing_still_it_is_a_var():
    """statsmodels' recursive responses on a long sample, against the truth's."""
    still = simulate_moving_favar(T=20_000, N=4, swing=0.0)
    fit = VAR(still.factors.join(still.observables).to_numpy()).fit(1)
    ours = impulse_responses(still.B0[:1], still.B[:1], np.array([1.0]), 2, 6)[0]
    np.testing.assert_allclose(ours, fit.irf(6).orth_irfs[:, :, 2], atol=0.04)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"T": 5}, "T"),
        ({"N": 3}, "N"),
        ({"swing": 1.5}, "swing"),
        ({"noise": -1.0}, "noise"),
        ({"shape": "x"}, "shape"),
    ],
)
def test_the_door(options, name):
    with pytest.raises(ValueError, match=name):
        simulate_moving_favar(**options)
