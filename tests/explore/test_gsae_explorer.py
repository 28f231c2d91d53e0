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
from tvplab.explore.gsae import FACTORS, GROUPS, LAM0_RANGE, MODEL, NOISE, WORLDS
from tvplab.sparse_autoencoder import GroupedSparseAutoencoder

SIZE = {"T": 80, "N": 24, "seed": 2}
WORLD = simulate_anchored_groups(80, 24, GROUPS, FACTORS, anchors=3, noise=NOISE, seed=2)


BASE, MOVE = {"starts": 2, "epochs": 25}, {"starts": 1, "epochs": 15}


@pytest.fixture(scope="module")
def explorer():
    """The explorer with short trainings."""
    with pytest.MonkeyPatch.context() as patch:
        room = sys.modules["tvplab.explore.gsae"]  # the package's name `gsae` is the function
        patch.setattr(room, "BASE", BASE)
        patch.setattr(room, "MOVE", MOVE)
        yield explore.gsae(**SIZE)


@pytest.fixture(autouse=True)
def start_again(explorer):
    explorer.reset()
    yield
    assert explorer.error.value == ""


def test_it_shows_the_model_at_the_sliders_rate(explorer):
    explorer.set(lam0=20.0)
    model = GroupedSparseAutoencoder(WORLD.groups, FACTORS, **MODEL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        base = replace(model, sparsity=False, **BASE).fit(WORLD.X)
        fit = replace(model, lam0=20.0, **MOVE).fit(WORLD.X, base)
    np.testing.assert_array_equal(explorer.result.fit.group_weights, fit.group_weights)
    found = recovery(WORLD.factors, fit.factors, WORLD.pattern, fit.group_weights)
    shown = fit.group_weights.abs()[list(found.estimate)].to_numpy()
    texts = [[word.get_text() for word in row] for row in explorer.panel.artists["texts"]]
    assert texts == [[f"{value:.1f}" if value else "" for value in row] for row in shown]
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
    for lam0 in LAM0_RANGE:
        explorer.set(lam0=lam0)
        assert explorer.static_png() != first
    explorer.reset()
    assert explorer.static_png() == first


def test_a_place_seen_before_costs_nothing(explorer):
    explorer.set(lam0=20.0)
    start = time.process_time()
    explorer.reset()
    assert time.process_time() - start < 0.15
