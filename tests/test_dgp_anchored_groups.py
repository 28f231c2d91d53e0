"""Worlds with anchor groups: their truth is what they say."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from tvplab.dgp import simulate_anchored_groups

WORLD = simulate_anchored_groups(seed=4)


def test_shapes_labels_and_synthetic():
    assert WORLD.X.shape == (700, 165)
    assert WORLD.factors.shape == (700, 5)
    assert WORLD.pattern.shape == (8, 5)
    assert set(WORLD.groups) == set(WORLD.X)
    sizes = np.unique(list(WORLD.groups.values()), return_counts=True)[1]
    assert sizes.min() >= 20
    assert WORLD.synthetic


def test_anchor_groups_load_on_one_factor_and_the_others_mix():
    sizes = WORLD.pattern.sum(axis=1).to_numpy()
    assert (sizes[:5] == 1).all()
    assert ((sizes[5:] == 2) | (sizes[5:] == 3)).all()
    assert WORLD.anchors == {f"group {k}": f"F{k}" for k in range(1, 6)}
    assert simulate_anchored_groups(T=20, N=24, groups=8, factors=3, anchors=5).anchors == {
        "group 1": "F1",
        "group 2": "F2",
        "group 3": "F3",
    }


def test_a_series_depends_on_its_groups_factors_alone():
    """A signal is a function of its factors: a flexible regression on them leaves nothing, on the others a lot."""
    f = WORLD.factors.to_numpy()
    place = (f[:, 0] > np.quantile(f[:, 0], np.linspace(0, 1, 141)[1:-1, None])).sum(axis=0)
    within = WORLD.signal.groupby(place).var()["x1"].mean()
    assert within < 0.02
    other = (f[:, 1] > np.quantile(f[:, 1], np.linspace(0, 1, 141)[1:-1, None])).sum(axis=0)
    assert WORLD.signal.groupby(other).var()["x1"].mean() > 0.3


def test_noise_has_the_size_asked_for():
    resid = WORLD.X - WORLD.signal
    np.testing.assert_allclose(WORLD.signal.std(ddof=0), 1.0)
    assert resid.to_numpy().std() == pytest.approx(0.6, rel=0.01)
    quiet = simulate_anchored_groups(T=50, noise=0.0, seed=4)
    np.testing.assert_array_equal(quiet.X, quiet.signal)


def test_factors_are_autoregressions_with_the_correlation_asked_for():
    world = simulate_anchored_groups(T=20_000, N=16, correlation=0.5, seed=1)
    f = world.factors.to_numpy()
    corr = np.corrcoef(f.T)[np.triu_indices(5, 1)]
    np.testing.assert_allclose(corr, 0.5, atol=0.05)  # sampling error .01 to .02 with persistence .8
    lagged = [np.corrcoef(f[1:, k], f[:-1, k])[0, 1] for k in range(5)]
    np.testing.assert_allclose(lagged, 0.8, atol=0.02)
    np.testing.assert_allclose(f.var(axis=0), 1.0, atol=0.1)


def test_linear_worlds_are_linear_and_others_are_not():
    linear = simulate_anchored_groups(T=200, linear=True, seed=4)
    assert abs(np.corrcoef(linear.signal["x1"], linear.factors["F1"])[0, 1]) == pytest.approx(1.0)
    bent = [abs(np.corrcoef(WORLD.signal[f"x{j}"], WORLD.factors["F1"])[0, 1]) for j in range(1, 20)]
    assert min(bent) < 0.9
    assert any(abs(spearmanr(WORLD.signal[f"x{j}"], WORLD.factors["F1"])[0]) < 0.9 for j in range(1, 20))


def test_knobs_deform_one_world():
    one, louder = simulate_anchored_groups(T=60, seed=3), simulate_anchored_groups(T=60, noise=1.2, seed=3)
    np.testing.assert_array_equal(one.factors, louder.factors)
    np.testing.assert_allclose(louder.X - louder.signal, 2.0 * (one.X - one.signal))
    tied = simulate_anchored_groups(T=60, correlation=0.5, seed=3)
    np.testing.assert_array_equal(one.pattern, tied.pattern)
    np.testing.assert_array_equal(one.X, simulate_anchored_groups(T=60, seed=np.random.default_rng(3)).X)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"T": 5}, "T: a whole number of at least 10"),
        ({"N": 15}, "N: at least two series a group are needed, 16 for 8 groups, got 15"),
        ({"anchors": 9}, "anchors: at most as many as groups"),
        ({"anchors": -1}, "anchors: a whole number of at least 0"),
        ({"factors": 0}, "factors: a whole number"),
        ({"noise": -1.0}, "noise: must be finite"),
        ({"correlation": 1.0}, "correlation: must lie from 0 to below 1"),
    ],
)
def test_impossible_worlds_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        simulate_anchored_groups(**options)
