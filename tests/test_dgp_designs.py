"""The paper's four designs: coefficients by hand, the recursion, the noise, and what does not depend on what."""

import numpy as np
import pytest

from tvplab.dgp import DESIGNS, simulate_design
from tvplab.dgp.designs import NOISE


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("noise", NOISE)
def test_y_is_what_the_coefficients_and_the_noise_make(design, noise):
    world = simulate_design(design, T=400, K=6, share=0.5, noise=noise, seed=3)
    signal = (world.X.assign(const=1.0)[world.beta.columns] * world.beta).sum(axis=1)
    shocks = (world.y - signal) / world.sigma
    assert np.mean(shocks) == pytest.approx(0.0, abs=0.15)  # 3 s.e. of 400 standard normals
    assert np.std(shocks) == pytest.approx(1.0, abs=0.11)
    np.testing.assert_array_equal(world.X["y_lag"].iloc[1:], world.y.iloc[:-1])
    assert world.X["y_lag"].iloc[0] == 0.0
    assert world.r2 == pytest.approx(1.0 - np.var(world.sigma * shocks) / np.var(world.y))


@pytest.mark.parametrize(("K", "share", "count"), [(6, 0.2, 2), (6, 0.5, 4), (6, 1.0, 7), (20, 0.2, 5), (100, 0.2, 21)])
def test_the_share_that_moves_is_the_last_ones(K, share, count):
    beta = simulate_design("S4", K=K, share=share, seed=1).beta
    world = simulate_design("S4", K=K, share=share, seed=1)
    assert world.moving == list(beta.columns[-count:])


def test_s1_adds_one_cosine_to_each_that_moves():
    world = simulate_design("S1", T=300, K=20, share=0.5, seed=0)
    t = np.arange(2, 302)
    for name in world.moving:
        path = world.beta[name] - 0.5 * np.sin(t / 20)
        assert np.ptp(path) == pytest.approx(0.0, abs=1e-12)
    assert world.beta["y_lag"].eq(0.5).all()
    everything = simulate_design("S1", T=300, K=20, share=1.0, seed=0).beta["y_lag"]
    assert (everything.min(), everything.max()) == (pytest.approx(0.1), pytest.approx(0.5))


def test_s2_jumps_after_period_175_of_the_calendar():
    assert simulate_design("S2", T=150, share=1.0).moving == []  # a sample of 150 ends before the break
    beta = simulate_design("S2", T=300, K=6, share=0.2).beta
    assert list(beta.columns[:5]) == ["const", "y_lag", "x2", "x3", "x4"]
    assert beta.iloc[:, :5].eq(0.6).all(axis=None)
    np.testing.assert_array_equal(beta["x5"], np.repeat([0.75, -0.25], [174, 126]))  # period 1 is t = 2
    np.testing.assert_array_equal(beta["x6"], np.repeat([-0.25, 0.75], [174, 126]))


def test_s3_is_trends_and_cosines_and_all_trends_when_all_move():
    t = np.arange(2, 302)
    some = simulate_design("S3", T=300, K=6, share=0.2).beta
    np.testing.assert_allclose(some["x5"], 0.5 * np.sqrt(t / 300))
    np.testing.assert_allclose(some["x6"], -0.5 * np.sqrt(t / 300))
    for name in ("x2", "x3", "x4"):
        np.testing.assert_allclose(some[name], 0.5 * np.sin(t / 20))
    assert some[["const", "y_lag"]].eq(0.0).all(axis=None)
    every = simulate_design("S3", T=300, K=6, share=1.0).beta
    np.testing.assert_allclose(every["x2"], -0.5 * np.sqrt(t / 300))
    assert (every["y_lag"].min(), every["y_lag"].max()) == (pytest.approx(0.2), pytest.approx(0.6))


def test_s4_has_three_factors_of_drift():
    world = simulate_design("S4", T=300, K=20, share=0.5, seed=2)
    moved = np.diff(world.beta[world.moving].to_numpy(), axis=0)
    values = np.linalg.svd(moved, compute_uv=False)
    assert values[2] > 1e-3 * values[0]
    assert values[3] < 1e-12 * values[0]


def test_the_truth_never_explains_more_than_95_percent():
    worlds = [simulate_design("S4", T=150, K=6, share=1.0, seed=seed) for seed in range(60)]
    assert max(world.r2 for world in worlds) <= 0.95
    assert max(np.abs(world.y).max() for world in worlds) < 100


def test_the_noise_levels_are_in_order_and_not_far_from_the_papers_r2():
    mean = {
        noise: np.mean([simulate_design(design, K=20, noise=noise, seed=s).r2 for design in DESIGNS for s in range(15)])
        for noise in ("low", "medium", "high")
    }
    assert mean["low"] > mean["medium"] > mean["high"]
    for noise, r2 in (("low", 0.8), ("medium", 0.5), ("high", 0.3)):
        assert mean[noise] == pytest.approx(r2, abs=0.2)  # one standard deviation for all designs: near, not at


@pytest.mark.parametrize(("noise", "low", "high"), [("sv low-medium", 1.0, 2.0), ("sv low-high", 1.0, 4.5)])
def test_stochastic_volatility_stays_between_its_bounds_and_touches_both(noise, low, high):
    sigma = simulate_design("S1", noise=noise, seed=5).sigma
    assert (sigma.min(), sigma.max()) == (pytest.approx(low), pytest.approx(high))
    assert np.corrcoef(sigma[1:], sigma[:-1])[0, 1] > 0.9


def test_noise_changes_neither_regressors_nor_coefficients():
    quiet, loud = (simulate_design("S1", noise=noise, seed=8) for noise in ("low", "sv low-high"))
    np.testing.assert_array_equal(quiet.X.drop(columns="y_lag"), loud.X.drop(columns="y_lag"))
    np.testing.assert_array_equal(quiet.beta, loud.beta)
    other = simulate_design("S1", noise="low", seed=np.random.default_rng(8))
    np.testing.assert_array_equal(quiet.y, other.y)


def test_regressors_have_the_papers_variance():
    for design, variance in (("S1", 1.0), ("S2", 0.2), ("S3", 0.2), ("S4", 0.2)):
        X = simulate_design(design, T=150, K=100, seed=1).X.drop(columns="y_lag")
        assert X.to_numpy().var() == pytest.approx(variance, rel=0.05)  # 14,850 draws


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"design": "S5"}, "design: must be one of"),
        ({"noise": "loud"}, "noise: must be one of"),
        ({"share": 1.2}, "share: must be at most 1"),
        ({"T": 2}, "T: a whole number of at least 3"),
        ({"K": 1.5}, "K: a whole number of at least 2"),
    ],
)
def test_bad_arguments_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        simulate_design(**{"design": "S1", **wrong})
