"""Lesson 5's slider for sparsity without a browser: it trains the model it says, and shows what came of it."""

import sys
import time
import warnings
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from tvplab import explore
from tvplab.autoencoder_variants import recovery
from tvplab.dgp import simulate_anchored_groups
from tvplab.explore.gsae import FACTORS, GROUPS, MODEL, NOISE, RUNGS, WORLDS, nearest
from tvplab.sparse_autoencoder import GroupedSparseAutoencoder

SIZE = {"T": 80, "N": 24, "seed": 2}
WORLD = simulate_anchored_groups(80, 24, GROUPS, FACTORS, anchors=3, noise=NOISE, seed=2)


BASE, RUNG = {"starts": 2, "epochs": 25}, {"starts": 1, "epochs": 3}


@pytest.fixture(scope="module")
def explorer():
    """The explorer with short trainings."""
    with pytest.MonkeyPatch.context() as patch:
        room = sys.modules["tvplab.explore.gsae"]  # the package's name `gsae` is the function
        patch.setattr(room, "BASE", BASE)
        patch.setattr(room, "RUNG", RUNG)
        yield explore.gsae(**SIZE)


@pytest.fixture(autouse=True)
def start_again(explorer):
    explorer.reset()
    yield
    assert explorer.error.value == ""


def test_it_shows_the_model_at_the_sliders_rate(explorer):
    explorer.set(lam0=2.4)
    model = GroupedSparseAutoencoder(WORLD.groups, FACTORS, **MODEL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = replace(model, sparsity=False, **BASE).fit(WORLD.X)
        for lam0 in 10 ** np.array([0.0, 0.125, 0.25, 0.375]):
            fit = replace(model, lam0=lam0, **RUNG).fit(WORLD.X, fit)
    assert explorer.result.lam0 == pytest.approx(10**0.375)
    assert fit.loss_path["lam0"].iloc[-1] == explorer.result.lam0
    np.testing.assert_array_equal(explorer.result.fit.group_weights, fit.group_weights)
    found = recovery(WORLD.factors, fit.factors, WORLD.pattern, fit.group_weights)
    shown = fit.group_weights.abs()[list(found.estimate)].to_numpy()
    texts = [[word.get_text() for word in row] for row in explorer.panel.artists["texts"]]
    words = {"0.0": "<.05"}  # where one digit would say zero
    expected = [["0" if value == 0 else words.get(f"{value:.1f}", f"{value:.1f}") for value in row] for row in shown]
    assert texts == expected
    assert f"{found.f1:.2f}" in explorer.numbers.value
    for line, (truth, name) in zip(explorer.panel.artists["lines"], found.estimate.items(), strict=True):
        np.testing.assert_allclose(np.abs(line.get_ydata()), fit.factors[name].abs())
        assert np.corrcoef(line.get_ydata(), WORLD.factors[truth])[0, 1] > 0


def test_the_true_pattern_is_framed(explorer):
    ax = explorer.figure.axes[0]
    frames = [p for p in ax.patches if not p.get_fill()]
    places = {(round(p.get_y() + p.get_height() / 2), round(p.get_x() + p.get_width() / 2)) for p in frames}
    assert places == {tuple(one) for one in np.argwhere(WORLD.pattern.to_numpy())}
    assert "synthetic" in explorer.figure.axes[1].get_title(loc="left")
    assert "Synthetic" in explorer.alt


def test_anchors_that_are_told_hold_their_zeros(explorer):
    explorer.set(anchored=True)
    weights = explorer.result.fit.group_weights
    for group, name in WORLD.anchors.items():
        assert (weights.loc[group].drop(name) == 0.0).all()


@pytest.mark.parametrize("n_factors", [2, 4])
def test_other_numbers_of_factors(explorer, n_factors):
    explorer.set(n_factors=n_factors)
    assert explorer.result.fit.factors.shape == (80, n_factors)
    lost = [np.isnan(line.get_ydata()).all() for line in explorer.panel.artists["lines"]]
    assert sum(lost) == max(0, FACTORS - n_factors)
    assert explorer.result.weights.shape == (GROUPS, max(n_factors, FACTORS))


def test_a_world_without_anchors(explorer):
    before = explorer.static_png()
    explorer.set(world=list(WORLDS)[2])
    assert (explorer.result.world.pattern.sum(axis=1) > 1).all()
    assert explorer.static_png() != before


def test_both_ends_and_the_way_back(explorer):
    first = explorer.static_png()
    for lam0 in RUNGS[[0, -1]]:
        explorer.set(lam0=lam0)
        assert explorer.static_png() != first
    explorer.reset()
    assert explorer.static_png() == first


def test_a_move_along_the_path_trains_nothing(explorer):
    start = time.process_time()
    for lam0 in (20.0, 12.0, 7.0):
        explorer.set(lam0=lam0)
    assert time.process_time() - start < 3 * 0.15


def test_the_nearest_rung_is_taken():
    assert nearest(1.0) == 0
    assert nearest(0.01) == 0
    assert RUNGS[nearest(11.0)] == pytest.approx(10.0)
    assert RUNGS[nearest(12.0)] == pytest.approx(10 ** (9 / 8))


def test_superfluous_factors_may_die(explorer):
    explorer.set(n_factors=4, prune=True)
    model = GroupedSparseAutoencoder(WORLD.groups, 4, **MODEL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = replace(model, sparsity=False, **BASE).fit(WORLD.X)
        for lam0 in RUNGS[: nearest(10.0) + 1]:
            fit = replace(model, lam0=lam0, **RUNG).fit(WORLD.X, fit)
        pruned = replace(model, lam0=10.0, prune=True, starts=1, epochs=1).fit(WORLD.X, fit)
    np.testing.assert_array_equal(explorer.result.fit.group_weights, pruned.group_weights)
    assert len(explorer.result.fit.rounds) >= 1
