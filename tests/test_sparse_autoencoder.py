"""The grouped sparse autoencoder as a whole: recovery, exact zeros, limits, files, and what it refuses."""

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import subspace_angles

pytest.importorskip("torch")

import tvplab
from tvplab.autoencoder_results import AutoencoderResults
from tvplab.autoencoder_variants import compare_variants, pattern_f1, recovery
from tvplab.convergence import ConvergenceWarning, ignore_unconverged
from tvplab.dgp import simulate_anchored_groups
from tvplab.factors import principal_components
from tvplab.sparse_autoencoder import GroupedSparseAutoencoder

WORLD = simulate_anchored_groups(T=250, N=40, groups=5, factors=3, anchors=3, seed=2)
MODEL = GroupedSparseAutoencoder(
    WORLD.groups, n_factors=3, hidden=(16, 8), starts=2, epochs=200, learning_rate=8e-3, seed=0
)
FIT = MODEL.fit(WORLD.X)
STANDARD = (WORLD.X - WORLD.X.mean()) / WORLD.X.std(ddof=0)
QUICK = replace(MODEL, starts=1, epochs=20)


def quick(model, X=WORLD.X, start=None):
    with ignore_unconverged():
        return model.fit(X, start)


def test_pattern_and_factors_are_recovered_where_pca_is_not():
    assert tvplab.GroupedSparseAutoencoder is GroupedSparseAutoencoder
    found = recovery(WORLD.factors, FIT.factors, WORLD.pattern, FIT.group_weights)
    assert found.f1 == 1.0
    assert found.correlation.min() >= 0.95
    pca = recovery(WORLD.factors, principal_components(STANDARD, 3).factors)
    assert pca.correlation.min() < 0.9


def test_what_a_fit_says_agrees_with_itself():
    np.testing.assert_allclose(FIT.factors.mean(), 0.0, atol=1e-5)
    np.testing.assert_allclose(FIT.factors.std(ddof=0), 1.0, atol=1e-5)
    np.testing.assert_allclose(FIT.decode(FIT.factors), FIT.reconstruction, atol=1e-4)
    np.testing.assert_allclose(FIT.encode(WORLD.X), FIT.factors, atol=1e-4)
    resid = WORLD.X - FIT.reconstruction
    by_hand = ((resid / WORLD.X.std(ddof=0)) ** 2).to_numpy()
    assert FIT.mse == pytest.approx(by_hand.mean())
    sigma2 = (by_hand.sum(axis=0) + 1.0) / 253.0 * WORLD.X.var(ddof=0)
    np.testing.assert_allclose(FIT.sigma2, sigma2)
    assert FIT.group_weights.abs().to_numpy().max() == pytest.approx(1.0, abs=1e-6)
    assert len(FIT.loss_path) == FIT.n_iter == 200 + 25 * len(FIT.rounds)
    assert FIT.converged
    assert FIT.injective.holds


def test_leading_groups_move_with_their_factors():
    for name in FIT.factors:
        alone = (FIT.group_weights != 0).sum(axis=1) == 1
        weights = FIT.group_weights[name].abs()
        leading = (weights[alone] if weights[alone].any() else weights).idxmax()
        series = [one for one, group in FIT.groups.items() if group == leading]
        assert FIT.group_weights.loc[leading, name] > 0
        assert STANDARD[series].mul(FIT.factors[name], axis=0).to_numpy().sum() > 0


def test_anchors_hold_their_zeros_and_name_the_factors():
    model = replace(MODEL, anchors={"group 2": "F1", "group 1": 2}, epochs=60)
    fit = quick(model)
    assert (fit.group_weights.loc["group 2", ["F2", "F3"]] == 0.0).all()
    assert (fit.group_weights.loc["group 1", ["F1", "F3"]] == 0.0).all()
    assert (fit.inclusion.loc["group 2", ["F2", "F3"]] == 0.0).all()
    assert fit.group_weights.loc["group 2", "F1"] != 0.0
    found = recovery(WORLD.factors, fit.factors)
    assert found.estimate["F2"] == "F1"
    assert found.estimate["F1"] == "F2"


def test_same_seed_same_numbers_bit_by_bit():
    one, two, other = quick(QUICK), quick(QUICK), quick(replace(QUICK, seed=1))
    pd.testing.assert_frame_equal(one.factors, two.factors, check_exact=True)
    pd.testing.assert_frame_equal(one.group_weights, two.group_weights, check_exact=True)
    assert not np.allclose(one.factors, other.factors)
    rng = quick(replace(QUICK, seed=np.random.default_rng(0)))
    pd.testing.assert_frame_equal(one.factors, rng.factors, check_exact=True)


def test_threads_of_the_caller_stay_and_do_not_matter():
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        fit = quick(QUICK)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    pd.testing.assert_frame_equal(fit.factors, quick(QUICK).factors, check_exact=True)


@pytest.mark.parametrize("decoder", ["leaky", "linear"])
def test_linear_and_without_penalty_is_principal_components(decoder):
    """With slope 1 nothing bends.  The noise variances weight the series, so that PCA is that of x_j / σ_j.

    Minibatches and weight decay leave the weights about a hundredth away from it.
    """
    world = simulate_anchored_groups(T=200, N=20, groups=4, factors=3, anchors=2, linear=True, seed=0)
    model = GroupedSparseAutoencoder(
        ["all"] * 20, n_factors=3, slope=1.0, hidden=(8,), decoder=decoder, sparsity=False, starts=1, epochs=150,
        learning_rate=2e-2,
    )  # fmt: skip
    fit = model.fit(world.X)
    sd = world.X.std(ddof=0)
    scale = np.sqrt(fit.sigma2) / sd
    weighted = ((world.X - world.X.mean()) / sd / scale).to_numpy()
    _, _, right = np.linalg.svd(weighted, full_matrices=False)
    steps = (fit.decode(np.eye(3)) - fit.decode(np.zeros((3, 3)))) / sd / scale
    assert np.max(subspace_angles(steps.T.to_numpy(), right[:3].T)) < 0.03
    ours = np.mean(((world.X - fit.reconstruction) / sd / scale).to_numpy() ** 2)
    best = np.mean((weighted - weighted @ right[:3].T @ right[:3]) ** 2)
    assert best <= ours < 1.005 * best


def test_an_enormous_penalty_leaves_the_mean():
    fit = quick(replace(QUICK, lam0=1e7, lam1=1e7))
    assert (fit.group_weights == 0.0).all(axis=None)
    np.testing.assert_allclose(fit.reconstruction.std(), 0.0, atol=1e-6)
    report = fit.injective
    assert report.unused == ["F1", "F2", "F3"]
    assert not report.holds


def test_without_sparsity_nothing_is_zero():
    fit = quick(replace(QUICK, sparsity=False))
    assert (fit.group_weights != 0.0).all(axis=None)
    assert (fit.inclusion == 1.0).all(axis=None)
    assert fit.loss_path["lam0"].isna().all()


def test_more_penalty_more_zeros():
    zeros = [
        int((quick(replace(MODEL, starts=1, epochs=60, lam0=lam0)).group_weights == 0.0).to_numpy().sum())
        for lam0 in (1.0, 40.0)
    ]
    assert zeros[0] < zeros[1]


def test_a_warm_start_of_no_length_is_where_the_fit_was():
    """One epoch at a vanishing rate: the map stays, to single precision; the batches' own standardisation is gone."""
    again = quick(replace(MODEL, epochs=1, learning_rate=1e-12), start=FIT)
    np.testing.assert_allclose(again.factors, FIT.factors, atol=1e-4)
    np.testing.assert_allclose(again.group_weights, FIT.group_weights, atol=1e-4)
    np.testing.assert_allclose(again.reconstruction, FIT.reconstruction, atol=1e-3)
    assert len(again.starts) == 1


@pytest.mark.parametrize("decoder", ["leaky", "linear"])
def test_a_warm_start_keeps_what_a_cold_one_has_to_find(decoder):
    """On the first 200 periods, from the fit to all: few epochs do, and the factors keep their order and signs."""
    model = replace(MODEL, decoder=decoder)
    before = FIT if decoder == "leaky" else quick(replace(model, epochs=60))
    warm = quick(replace(model, epochs=10), WORLD.X[:200], before)
    cold = quick(replace(model, epochs=10, starts=1), WORLD.X[:200])
    same = [np.corrcoef(warm.factors[name], before.factors[name][:200])[0, 1] for name in warm.factors]
    assert min(same) > 0.95
    assert warm.mse < cold.mse


def test_a_warm_start_from_no_penalty_gets_its_zeros():
    base = quick(replace(MODEL, sparsity=False, epochs=80))
    fit = quick(replace(MODEL, epochs=60, lam0=20.0), start=base)
    assert (fit.group_weights == 0.0).to_numpy().sum() >= 3
    assert fit.loss_path["lam0"].iloc[[0, -1]].tolist() == [1.0, 20.0]


def test_a_start_of_another_shape_is_refused():
    for changes in ({"n_factors": 2}, {"hidden": (12, 8)}, {"slope": 0.3}, {"decoder": "linear"}):
        with pytest.raises(ValueError, match="start: its groups, factors, layers or slope"):
            replace(QUICK, **changes).fit(WORLD.X, FIT)
    with pytest.raises(ValueError, match="start: its series are not those of X"):
        QUICK.fit(WORLD.X[WORLD.X.columns[::-1]], FIT)


@pytest.mark.parametrize(
    ("N", "K", "widths"),
    [(165, 5, (64, 32)), (64, 5, (64, 32)), (63, 5, (63, 32)), (20, 5, (20, 10)), (7, 5, (7, 5)), (5, 5, (5, 5)),
     (200, 40, (64, 40)), (200, 70, (70, 70)), (1, 1, (1, 1))],
)  # fmt: skip
def test_hidden_layers_suit_the_panel(N, K, widths):
    assert GroupedSparseAutoencoder([], n_factors=K).widths(N) == widths
    assert N >= widths[0] >= widths[1] >= K


def test_a_small_panel_needs_no_widths():
    """20 series and nothing said of layers: the factors are found (one start of the two is a lesser mode)."""
    world = simulate_anchored_groups(T=250, N=20, groups=4, factors=2, anchors=2, seed=1)
    model = GroupedSparseAutoencoder(world.groups, n_factors=2, starts=2)
    fit, short = quick(model, world.X), replace(model, epochs=3)
    assert recovery(world.factors, fit.factors).correlation.min() > 0.95
    default, said = quick(short, world.X), quick(replace(short, hidden=(20, 10)), world.X)
    pd.testing.assert_frame_equal(default.factors, said.factors, check_exact=True)
    again = quick(replace(model, epochs=1, learning_rate=1e-12), world.X, fit)
    np.testing.assert_allclose(again.factors, fit.factors, atol=1e-4)


def test_groups_may_come_in_three_forms():
    fits = [
        quick(replace(QUICK, epochs=3, groups=groups))
        for groups in (WORLD.groups, pd.Series(WORLD.groups), [WORLD.groups[name] for name in WORLD.X])
    ]
    for fit in fits[1:]:
        pd.testing.assert_frame_equal(fit.group_weights, fits[0].group_weights, check_exact=True)


def test_units_of_the_data_do_not_matter():
    units = pd.Series(np.geomspace(0.1, 1e4, 40), WORLD.X.columns)
    fit, scaled = quick(QUICK), quick(QUICK, WORLD.X * units - 7.0)
    np.testing.assert_allclose(scaled.factors, fit.factors, atol=2e-3)  # single precision, 100 steps
    np.testing.assert_allclose((scaled.reconstruction + 7.0) / units, fit.reconstruction, atol=5e-3)
    np.testing.assert_allclose(scaled.sigma2 / units**2, fit.sigma2, rtol=1e-2)


@pytest.mark.parametrize(
    "index",
    [None, pd.period_range("1990Q1", periods=250, freq="Q"), pd.date_range("1990-01-01", periods=250, freq="MS")],
)
@pytest.mark.parametrize("decoder", ["leaky", "linear"])
def test_there_and_back_through_a_file(tmp_path, index, decoder):
    X = WORLD.X if index is None else WORLD.X.set_axis(index)
    fit = quick(replace(QUICK, epochs=3, decoder=decoder), X)
    path = tmp_path / "fit.npz"
    fit.save(path)
    back = AutoencoderResults.load(path)
    for name in ("factors", "group_weights", "inclusion", "reconstruction", "loss_path", "starts", "rounds"):
        pd.testing.assert_frame_equal(getattr(back, name), getattr(fit, name), check_exact=True)
    for name in ("theta", "sigma2"):
        pd.testing.assert_series_equal(getattr(back, name), getattr(fit, name), check_exact=True)
    assert (back.groups, back.converged, back.n_iter, back.mse) == (fit.groups, fit.converged, fit.n_iter, fit.mse)
    pd.testing.assert_frame_equal(back.decode(fit.factors), fit.decode(fit.factors), check_exact=True)
    pd.testing.assert_frame_equal(back.encode(X), fit.encode(X), check_exact=True)


def test_another_file_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", x=np.ones(3))
    with pytest.raises(ValueError, match="is no tvplab grouped autoencoder"):
        AutoencoderResults.load(tmp_path / "other.npz")


def test_too_few_epochs_are_said():
    with pytest.warns(ConvergenceWarning, match="still moved after 5 epochs"):
        fit = replace(QUICK, epochs=5).fit(WORLD.X)
    assert not fit.converged


def test_variants_stand_in_one_table():
    table = compare_variants(replace(QUICK, epochs=10), WORLD.X, WORLD.factors, WORLD.pattern)
    assert list(table.columns) == ["mse", "active", "converged", "smallest", "mean", "f1"]
    assert table.loc["no sparsity", "active"] == 15
    assert table.loc["plain autoencoder", "active"] == 3
    assert table[["mse", "smallest"]].notna().all(axis=None)
    pca = principal_components(STANDARD, 3)
    assert table.loc["PCA", "mse"] == pytest.approx(pca.eigenvalues[3:].sum() / 40)


def test_recovery_by_hand():
    truth = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1.0, 4, 2, 3]})
    factors = pd.DataFrame({"F1": [0.0, 0, 0, 0], "F2": [1.0, 9, 2, 3], "F3": -np.exp([1.0, 2, 3, 4])})
    found = recovery(truth, factors, np.eye(2), [[0, 0, 2.0], [0, 0.1, 0]])
    assert found.correlation.tolist() == pytest.approx([1.0, 1.0])
    assert found.estimate.tolist() == ["F3", "F2"]
    assert found.f1 == 1.0
    assert recovery(truth, factors[["F3"]]).correlation.tolist() == pytest.approx([1.0, 0.0])
    assert recovery(truth, factors, np.eye(2), [[1.0, 0, 2.0], [0, 0.1, 0]]).f1 == pytest.approx(4 / 5)


def test_f1_by_hand():
    truth, found = np.array([1, 1, 0, 0], dtype=bool), np.array([1, 0, 1, 0], dtype=bool)
    assert pattern_f1(truth, found) == pytest.approx(0.5)
    assert pattern_f1(truth, truth) == 1.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": {"x1": "a"}}, "groups: no group for 'x2' .39 such series"),
        ({"groups": {**WORLD.groups, "x2": np.nan}}, "groups: 'x2' has no group's name .1 such"),
        ({"groups": [["a"]] * 40}, "groups: 'x1' has no group's name .40 such"),
        ({"groups": ["a"] * 3}, "groups: 3 labels for 40 series"),
        ({"anchors": {"money": 1}}, "anchors: 'money' is no group"),
        ({"anchors": {"group 1": 4}}, "anchors: a factor is a number from 1 to 3 or its name, got 4"),
        ({"anchors": {"group 1": "f1"}}, "anchors: a factor is a number"),
        ({"n_factors": 0}, "n_factors: a whole number of at least 1"),
        ({"n_factors": 41, "hidden": None}, "n_factors: at most as many as series, 40, got 41"),
        ({"hidden": (64, 32)}, r"hidden: widths must fall from N = 40 to K = 3, got .64, 32.; None is \(40, 20\)"),
        ({"hidden": (8, 2)}, "hidden: widths must fall"),
        ({"starts": 1.5}, "starts: a whole number"),
        ({"lam0": 0.5}, "lam1: the slab's rate may not exceed the spike's, 0.5, got 1"),
        ({"lam1": -1.0}, "lam1: must be finite and > 0"),
        ({"slope": 0.0}, "slope: must be finite and > 0"),
        ({"slope": 1.5}, "slope: must lie above 0 and not above 1"),
        ({"decoder": "cubic"}, "decoder: must be one of"),
        ({"sparsity": "some"}, "sparsity: must be one of"),
        ({"b": 0.0}, "b: must be finite"),
    ],
)
def test_bad_hyperparameters_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        replace(QUICK, **options).fit(WORLD.X)


def test_without_torch_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tvplab.autoencoder_training", None)
    with pytest.raises(ImportError, match=r"needs torch, pip install 'tvplab\[deep\]'"):
        QUICK.fit(WORLD.X)


def test_bad_data_are_named():
    gap, flat = WORLD.X.copy(), WORLD.X.copy()
    gap.iloc[3, 2], flat["x2"] = np.nan, 1.0
    for X, message in (
        (gap, "column 'x3', period 4"),
        (flat, "column 'x2' is constant"),
        (WORLD.X[:10], "at least 20"),
    ):
        with pytest.raises(ValueError, match=message):
            QUICK.fit(X)
    with pytest.raises(ValueError, match="one series; two or more"):
        replace(QUICK, groups={**WORLD.groups, "x1": "alone"}, anchors={"alone": 1}).fit(WORLD.X)
    with pytest.raises(ValueError, match="X_new: columns must be those of X"):
        FIT.encode(WORLD.X[WORLD.X.columns[::-1]])
    with pytest.raises(ValueError, match="factors: expected 3 columns"):
        FIT.decode(np.zeros((4, 2)))
