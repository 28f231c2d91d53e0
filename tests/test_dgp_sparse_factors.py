"""The world of dying factors: its pattern is the paper's, and both laws share their shocks."""

import numpy as np
import pytest

from tvplab.dgp import simulate_sparse_factors


def test_the_pattern_is_the_papers():
    world = simulate_sparse_factors()
    support = world.loadings != 0
    assert world.y.shape == (400, 100)
    assert world.training.shape == (100, 100)
    assert world.synthetic
    for k in range(5):
        assert list(np.flatnonzero(support[0, :, k])) == list(range(18 * k, 18 * k + 28))
    assert not support[:, :, 5:].any()
    counts = support[0].sum(axis=1)
    assert (np.sum(counts == 1), np.sum(counts == 2)) == (60, 40)
    for period, wanted in ((100, 5), (101, 4), (200, 4), (201, 3), (300, 3), (301, 4), (400, 4)):
        assert world.n_factors[period] == wanted == support[period - 1].any(axis=0).sum()


def test_data_are_the_common_component_plus_unit_noise():
    world = simulate_sparse_factors(seed=5)
    noise = (world.y - world.common).to_numpy()
    assert noise.std() == pytest.approx(1.0, abs=0.01)
    assert np.abs(np.mean(noise * world.common.to_numpy())) < 0.02
    first = world.loadings[0] @ world.loadings[0].T + np.eye(100)
    np.testing.assert_allclose(np.cov(world.training.T, ddof=0).trace(), first.trace(), rtol=0.15)


def test_loadings_follow_their_law():
    for law, mean in (("mean2", 2.0), ("literal", 0.0)):
        paths = simulate_sparse_factors(law, seed=1).loadings[:, :28, 0]
        shocks = paths[1:] - mean - 0.99 * (paths[:-1] - mean)
        assert shocks.std() == pytest.approx(0.05, rel=0.02)
        np.testing.assert_array_equal(paths[0], 2.0)
        assert paths[-1].mean() == pytest.approx(mean + (2.0 - mean) * 0.99**399, abs=0.25)


def test_both_laws_share_factors_and_noise_and_a_seed_repeats():
    one, other = (simulate_sparse_factors(law, seed=3) for law in ("mean2", "literal"))
    np.testing.assert_array_equal(one.factors, other.factors)
    np.testing.assert_allclose(one.y - one.common, other.y - other.common, atol=1e-12)
    np.testing.assert_array_equal(one.y, simulate_sparse_factors(seed=3).y)


def test_a_small_world_has_the_same_shape():
    world = simulate_sparse_factors(T=80, training=0, n_series=25, seed=2)
    assert list(world.n_factors.iloc[[0, 20, 40, 60]]) == [5, 4, 3, 4]
    assert len(world.training) == 0
    assert set((world.loadings[0] != 0).sum(axis=0)) == {7, 0}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"law": "mean3"}, "law: must be one of"),
        ({"T": 4}, "T: a whole number"),
        ({"training": -1}, "training: a whole number"),
        ({"n_series": 3.0}, "n_series: a whole number"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        simulate_sparse_factors(**arguments)
