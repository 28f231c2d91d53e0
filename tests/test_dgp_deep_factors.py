"""The Monte Carlo worlds of the deep factor model (eqs 19-27), and the trace R² that scores them (eq. 28)."""

import numpy as np
import pandas as pd
import pytest

from tvplab.dgp import simulate_curved_factor, simulate_deep_factors
from tvplab.metrics import trace_r2


@pytest.mark.parametrize(("r", "size"), [(1, 3), (2, 7), (3, 12)])
def test_the_factor_set_has_the_papers_size_and_members(r, size):
    world = simulate_deep_factors(T=40, r=r, seed=1)
    f, phi = world.factors.to_numpy(), world.factor_set.to_numpy()
    assert phi.shape[1] == size == (4 * r + r * (r + 1)) // 2
    assert phi.shape[1] == len(set(world.factor_set.columns))
    np.testing.assert_array_equal(phi[:, :r], f)
    products = [f[:, j] * f[:, k] for j in range(r) for k in range(j, r)]
    np.testing.assert_array_equal(phi[:, r:-r], np.column_stack(products))
    np.testing.assert_array_equal(phi[:, -r:], np.sign(f))


def test_a_linear_world_has_the_factors_alone():
    world = simulate_deep_factors(T=40, r=3, nonlinear=False, seed=1)
    pd.testing.assert_frame_equal(world.factor_set, world.factors)


def test_the_series_are_common_component_and_noise():
    world = simulate_deep_factors(T=50, N=4, r=2, seed=3)
    np.testing.assert_allclose(world.common, world.factor_set @ world.loadings.T)
    pd.testing.assert_frame_equal(world.y, world.complete)
    assert world.synthetic


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_factors_and_noise_have_the_papers_moments(alpha):
    world = simulate_deep_factors(T=60_000, N=5, nonlinear=False, rho=0.9, alpha=alpha, u=0.5, tau=0.4, seed=2)
    f = world.factors["f1"]
    shocks = f.iloc[1:].to_numpy() - 0.9 * f.iloc[:-1].to_numpy()
    assert shocks.std() == pytest.approx(1.0, abs=0.015)
    assert np.corrcoef(shocks[1:], shocks[:-1])[0, 1] == pytest.approx(0.0, abs=0.02)
    eps = (world.complete - world.common).to_numpy()
    new = eps[1:] - alpha * eps[:-1]
    gamma = (world.loadings**2).sum(axis=1).to_numpy() / (1.0 - alpha**2)  # β = ½ gives noise the signal's variance
    np.testing.assert_allclose(new.var(axis=0), (1.0 - alpha**2) * gamma, rtol=0.03)
    apart = np.abs(np.subtract.outer(np.arange(5), np.arange(5)))
    np.testing.assert_allclose(np.corrcoef(new.T), 0.4**apart, atol=0.02)


def test_no_burn_in():
    starts = [
        simulate_deep_factors(T=10, nonlinear=False, rho=0.9, seed=seed).factors.iloc[0, 0] for seed in range(400)
    ]
    assert np.std(starts) == pytest.approx(1.0, abs=0.11)  # not 1/√(1 − ρ²) = 2.3; three standard errors


def test_the_share_of_noise_is_uniform():
    ratios = []
    for seed in range(60):
        world = simulate_deep_factors(T=400, N=10, nonlinear=False, rho=0.0, u=0.2, seed=seed)
        noise = (world.complete - world.common).var() / (world.loadings**2).sum(axis=1)
        ratios.extend(noise / (1.0 + noise))
    assert np.mean(ratios) == pytest.approx(0.5, abs=0.03)
    assert np.std(ratios) == pytest.approx(0.6 / np.sqrt(12), abs=0.02)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_exactly_so_many_cells_are_missing(share):
    world = simulate_deep_factors(T=37, N=7, missing=share, seed=1)
    assert int(world.y.isna().sum().sum()) == int(37 * 7 * share)
    pd.testing.assert_frame_equal(world.y, world.complete.where(world.y.notna()))


def test_knobs_deform_one_world():
    base = simulate_deep_factors(T=50, N=6, missing=0.2, seed=5)
    more = simulate_deep_factors(T=50, N=6, missing=0.4, seed=5)
    assert more.y.isna().to_numpy()[base.y.isna().to_numpy()].all()
    pd.testing.assert_frame_equal(base.complete, more.complete)
    linear = simulate_deep_factors(T=50, N=6, nonlinear=False, seed=5)
    pd.testing.assert_frame_equal(base.factors, linear.factors)
    straight = simulate_deep_factors(T=50, N=6, curvature=0.0, seed=5)
    pd.testing.assert_series_equal(straight.factor_set["f1"], base.factor_set["f1"])
    assert (straight.factor_set[["f1²", "sgn f1"]] == 0.0).all(axis=None)
    np.testing.assert_allclose(straight.common, straight.factors @ straight.loadings[["f1"]].T)
    again = simulate_deep_factors(T=50, N=6, missing=0.2, seed=np.random.default_rng(5))
    pd.testing.assert_frame_equal(base.y, again.y)


@pytest.mark.parametrize(
    ("settings", "match"),
    [({"T": 9}, "T: a whole number of at least 10"), ({"N": 1}, "N: a whole"), ({"r": 0}, "r: a whole"),
     ({"rho": 1.0}, "rho: must"), ({"alpha": -1.0}, "alpha: must"), ({"missing": 1.0}, "missing: must"),
     ({"tau": -0.1}, "tau or noise: must"), ({"u": 0.6}, "u: must be at most 0.5"), ({"curvature": -1.0}, "curvature")],
)  # fmt: skip
def test_settings_are_checked(settings, match):
    with pytest.raises(ValueError, match=match):
        simulate_deep_factors(**settings)


def test_a_curved_world_has_one_factor_and_a_hump_a_series():
    world = simulate_curved_factor(T=5000, N=6, width=0.7, noise=0.25, seed=1)
    f = world.factors["f1"].to_numpy()
    assert f.std() == pytest.approx(1.0, abs=0.06)
    for name, centre in world.loadings["centre"].items():
        hump = np.exp(-0.5 * ((f - centre) / 0.7) ** 2)
        assert np.corrcoef(hump, world.common[name])[0, 1] == pytest.approx(1.0)
    noise = (world.complete - world.common).var() / world.complete.var()
    np.testing.assert_allclose(noise, 0.25, atol=0.03)


def test_the_curve_straightens():
    straight = simulate_curved_factor(T=100, N=6, curvature=0.0, missing=0.2, seed=1)
    f = straight.factors["f1"].to_numpy()
    np.testing.assert_allclose(straight.common, np.outer(f, [-1, -1, -1, 1, 1, 1]), atol=1e-12)
    assert int(straight.y.isna().sum().sum()) == 120
    with pytest.raises(ValueError, match="curvature: must be at most 1"):
        simulate_curved_factor(curvature=1.1)
    with pytest.raises(ValueError, match="noise"):
        simulate_curved_factor(noise=1.0)


rng = np.random.default_rng(0)
TRUTH, OTHER = rng.standard_normal((80, 3)) + [1.0, 0.0, 2.0], rng.standard_normal((80, 2))


def test_trace_r2_is_equation_28():
    F, G = TRUTH, OTHER
    by_hand = np.trace(F.T @ G @ np.linalg.inv(G.T @ G) @ G.T @ F) / np.trace(F.T @ F)
    assert trace_r2(F, G) == pytest.approx(by_hand)
    centred = trace_r2(F - F.mean(axis=0), G - G.mean(axis=0))
    assert trace_r2(F, G, centred=True) == pytest.approx(centred)


def test_trace_r2_does_not_see_rotations_and_gains_from_a_constant():
    assert trace_r2(TRUTH, TRUTH @ rng.standard_normal((3, 3))) == pytest.approx(1.0)
    assert trace_r2(TRUTH[:, 0], TRUTH[:, [0]]) == pytest.approx(1.0)
    constant = np.ones(80)
    assert trace_r2(TRUTH, constant) == pytest.approx(80 * (TRUTH.mean(axis=0) ** 2).sum() / (TRUTH**2).sum())
    with_constant = np.column_stack([OTHER, constant])
    assert trace_r2(TRUTH, with_constant) > trace_r2(TRUTH, OTHER) + 0.3
    assert trace_r2(TRUTH, with_constant, centred=True) == pytest.approx(trace_r2(TRUTH, OTHER, centred=True))


def test_trace_r2_takes_dependent_factors_and_refuses_other_lengths():
    twice = np.column_stack([OTHER, OTHER[:, 0], np.zeros(80)])
    assert trace_r2(TRUTH, twice) == pytest.approx(trace_r2(TRUTH, OTHER))
    with pytest.raises(ValueError, match=r"estimate: has 79 periods where truth has 80"):
        trace_r2(TRUTH, OTHER[1:])


def test_the_authors_draws_are_one_stream_of_the_legacy_generator():
    """With one factor and ρ = 0 the factor is the stream's first T normal numbers, but for the sign of all."""
    world = simulate_deep_factors(T=30, N=4, rho=0.0, nonlinear=False, seed=7, draws="authors")
    stream = np.random.RandomState(7).standard_normal(30 + 4)
    np.testing.assert_allclose(np.abs(world.factors["f1"]), np.abs(stream[:30]))
    np.testing.assert_allclose(np.abs(world.loadings["f1"]), np.abs(stream[30:]))


def test_the_authors_draws_make_the_same_world_by_other_numbers():
    settings = {"T": 20_000, "N": 3, "nonlinear": False, "rho": 0.5, "alpha": 0.5, "u": 0.5, "seed": 3}
    ours, theirs = (simulate_deep_factors(**settings, draws=draws) for draws in ("kit", "authors"))
    assert not np.allclose(ours.factors, theirs.factors)
    for world in (ours, theirs):
        gamma = (world.loadings**2).sum(axis=1) / (1.0 - 0.5**2)  # β = ½; an AR(1) of innovations (1 − α²) γ
        np.testing.assert_allclose((world.complete - world.common).var() / gamma, 1.0, rtol=0.06)
    gaps = simulate_deep_factors(T=37, N=7, missing=0.3, seed=1, draws="authors").y.isna()
    assert int(gaps.sum().sum()) == int(37 * 7 * 0.3)


def test_other_draws_are_refused():
    with pytest.raises(ValueError, match="draws: must be one of"):
        simulate_deep_factors(draws="numpy")
