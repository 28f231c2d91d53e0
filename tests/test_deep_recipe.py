"""The authors' training, difference by difference: each against what it says it is, by hand or by other software."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.interpolate import UnivariateSpline
from scipy.stats import truncnorm

from tvplab.deep_dfm import DeepDynamicFactors
from tvplab.deep_dfm_arrays import ArrayNetwork
from tvplab.deep_dfm_layout import Layout, split, starting_weights
from tvplab.deep_dfm_recipe import RECIPES, Recipe, cubic_trend, noise_law, prepare, strung_law, without_gaps
from tvplab.deep_dfm_results import DeepDynamicFactorsResults
from tvplab.deep_dfm_training import batch_slices, descend, fit_panel, noisy_panels, train
from tvplab.dgp import simulate_deep_factors

PAPER = RECIPES["paper"]
LAYOUT = Layout((6, 8, 5, 2), (2, 6), "relu")
WORLD = simulate_deep_factors(T=60, N=6, missing=0.2, seed=4)
Z = ((WORLD.y - WORLD.y.mean()) / WORLD.y.std()).to_numpy()
SHORT = {"draws": 10, "max_iter": 4, "pretrain": 20, "tol": 1.0}


def network(layout=LAYOUT, T=60, seed=0):
    return ArrayNetwork(layout, T, np.random.default_rng(seed), np.float64)


def test_the_papers_recipe_has_every_difference_and_the_kits_none():
    assert all(PAPER)
    assert not any(RECIPES["recommended"])


def test_wide_noise_has_the_sd_as_its_variance_and_the_residuals_mean():
    E = np.random.default_rng(0).normal(0.3, [0.2, 0.9], size=(4000, 2))
    phi, mean, sd = noise_law(E, Recipe(wide_noise=True))
    np.testing.assert_allclose(mean, E.mean(axis=0))
    np.testing.assert_allclose(sd**2, E.std(axis=0))
    kit = noise_law(E)
    np.testing.assert_array_equal(kit[0], phi)
    np.testing.assert_array_equal(kit[1], 0.0)
    np.testing.assert_allclose(kit[2], E.std(axis=0))


def test_noise_panels_follow_the_law():
    net, draws = network(), 4000
    phi, mean, sd = noise_law(Z, PAPER)
    panels = noisy_panels(net, Z, np.zeros_like(Z), draws, PAPER)
    filtered = np.where(np.isfinite(Z), Z, 0.0)
    filtered[1:] -= phi * np.nan_to_num(Z[:-1])
    error = 5.0 * sd.max() / np.sqrt(draws)  # five standard errors
    np.testing.assert_allclose(panels.mean(axis=0), filtered - mean, atol=error)
    np.testing.assert_allclose(panels.std(axis=0).mean(axis=0), sd, rtol=0.02)


def test_the_strung_law_by_hand():
    """Of 1, 2, –, 4, 5, 7 the cells after an observed one are 2, 5 and 7, taken as neighbours."""
    e = np.array([1.0, 2.0, np.nan, 4.0, 5.0, 7.0])
    kept = np.array([2.0, 5.0, 7.0])
    (phi,), (mean,), (sd,) = strung_law(e[:, None])
    assert mean == pytest.approx(kept.mean())
    assert sd == pytest.approx(kept.std())
    assert phi == pytest.approx(np.cov([5.0, 7.0], [2.0, 5.0])[0, 1] / kept.var())
    whole = np.random.default_rng(1).standard_normal((300, 1))
    assert strung_law(whole)[0][0] == pytest.approx(noise_law(whole)[0][0], abs=0.02)  # without gaps both are the AR(1)


def test_a_series_without_pairs_has_no_law():
    e = np.array([[1.0, np.nan, 2.0, np.nan, 3.0], [0.0, 0.0, 0.0, 0.0, 0.0]]).T
    assert [values.tolist() for values in strung_law(e)] == [[0.0, 0.0]] * 3


def test_the_trend_is_least_squares_and_what_a_smoothing_spline_gives():
    t, trend = np.arange(60), cubic_trend(Z)
    for x, fitted in zip(Z.T, trend.T, strict=True):
        seen = np.isfinite(x)
        np.testing.assert_allclose(fitted, np.polyval(np.polyfit(t[seen], x[seen], 3), t), atol=1e-10)
        np.testing.assert_allclose(fitted, UnivariateSpline(t[seen], x[seen], k=3)(t), atol=1e-8)
    filled = without_gaps(Z, PAPER)
    seen = np.isfinite(Z)
    np.testing.assert_array_equal(filled[seen], Z[seen])
    np.testing.assert_array_equal(filled[~seen], trend[~seen])


def test_small_batches_are_of_100_periods_and_quarterly_panels_stay_whole():
    assert batch_slices(250, LAYOUT, PAPER) == [slice(0, 100), slice(100, 200), slice(200, 250)]
    assert batch_slices(60, LAYOUT, PAPER) == [slice(0, 60)]
    assert batch_slices(250, Layout((6, 2), (2, 6), "relu", (1,)), PAPER) == [slice(0, 250)]


def test_every_epoch_deals_all_periods_anew_and_keeps_rows_together():
    dealt = []

    def record(panels, target, weight, batches):
        (panel,) = panels
        assert np.array_equal(panel, target)
        assert np.array_equal(panel, weight)
        dealt.append(panel[:, 0])

    rows = np.arange(250.0)[:, None]
    cuts, network = batch_slices(250, LAYOUT, PAPER), SimpleNamespace(descend=record)
    descend(network, [rows] * 3, rows, rows, cuts, np.random.default_rng(0))
    assert len(dealt) == 3
    assert all(np.array_equal(np.sort(order), rows[:, 0]) for order in dealt)
    assert not np.array_equal(dealt[0], dealt[1])


def test_cold_moments_move_from_0_and_1():
    net = network()
    prepare(net, Recipe(cold_moments=True))
    x = np.random.default_rng(1).standard_normal((60, 6))
    net.gradient(x, x, np.ones_like(x))
    hidden = np.maximum(x @ net.encoder[0].W, 0.0)
    np.testing.assert_allclose(net.moments[1][0], 0.01 * hidden.mean(axis=0))
    np.testing.assert_allclose(net.moments[1][1], 0.99 + 0.01 * hidden.var(axis=0))


def test_one_stream_starts_all_layers_from_the_same_cut_off_numbers():
    layout = Layout((200, 90, 40, 10), (10, 200), "relu", one_stream=True)
    encoder, decoder = split(layout, starting_weights(layout, np.random.default_rng(0)))
    streams = [layer.W.ravel() * np.sqrt(sum(layer.W.shape) / 2.0) for layer in (*encoder, *decoder)]
    for stream in streams[1:]:
        np.testing.assert_allclose(stream, streams[0][: len(stream)])
    law = truncnorm(-2, 2)
    assert np.abs(streams[0]).max() <= 2.0 / law.std()
    assert streams[0].std() == pytest.approx(1.0, abs=0.02)
    assert (np.abs(streams[0]) < 1.0 / law.std()).mean() == pytest.approx(law.cdf(1) - law.cdf(-1), abs=0.01)


@pytest.mark.parametrize("carried", [True, False])
def test_adam_goes_on_or_begins_anew(carried):
    net = network(Layout((6, 2), (2, 6), "relu"))
    train(net, Z, pretrain=7, draws=5, max_iter=3, tol=1e-12, rate=0.005, recipe=Recipe(carried_adam=carried))
    assert net.t == 3 * 5 + 7 * carried


def test_the_learning_rate_falls_every_so_many_steps_as_a_round_has_epochs():
    net, long = network(T=250), np.random.default_rng(0).standard_normal((250, 6))
    fit_panel(net, long, 6, 0.005, PAPER, np.random.default_rng(0))
    assert net.t == 6 * 3
    assert net.decay_every == 6
    fit_panel(net, long, 6, 0.005)
    assert (net.t, net.decay_every) == (6, 6)


def test_all_off_is_the_recommended_training():
    fits = [DeepDynamicFactors(2, variant=one, **SHORT).fit(WORLD.y) for one in ("recommended", Recipe())]
    pd.testing.assert_frame_equal(fits[0].factors, fits[1].factors, check_exact=True)


@pytest.mark.parametrize("name", Recipe._fields)
def test_each_difference_changes_the_numbers_and_is_reproducible(name):
    long = simulate_deep_factors(T=120, N=6, missing=0.2, seed=4).y  # two small batches
    first, again, kit = (DeepDynamicFactors(2, variant=one, **SHORT).fit(long) for one in
                         (Recipe(**{name: True}), Recipe(**{name: True}), "recommended"))  # fmt: skip
    pd.testing.assert_frame_equal(first.factors, again.factors, check_exact=True)
    assert not np.allclose(first.factors, kit.factors)


def test_the_torch_engine_trains_by_the_same_recipe():
    pytest.importorskip("torch", reason="torch, an extra, is not installed")
    fits = [DeepDynamicFactors(3, variant="paper", engine=e, **SHORT).fit(WORLD.y) for e in ("numpy", "torch")]
    assert fits[0].loss_path[0] == pytest.approx(fits[1].loss_path[0], rel=1e-3)  # the same pre-training, rounded
    long = simulate_deep_factors(T=120, N=6, seed=4).y
    assert DeepDynamicFactors(3, variant="paper", engine="torch", **SHORT).fit(long).n_iter == 3


@pytest.mark.parametrize("variant", ["paper", Recipe(one_stream=True)])
def test_the_variant_is_kept_in_a_file(variant, tmp_path):
    fit = DeepDynamicFactors(2, variant=variant, **SHORT).fit(WORLD.y)
    fit.save(tmp_path / "fit.npz")
    assert DeepDynamicFactorsResults.load(tmp_path / "fit.npz").model == fit.model


def test_an_unknown_variant_is_refused():
    with pytest.raises(ValueError, match=r"variant: must be one of \('recommended', 'paper'\), got 'keras'"):
        DeepDynamicFactors(2, variant="keras").fit(WORLD.y)
