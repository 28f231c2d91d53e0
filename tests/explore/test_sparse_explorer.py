"""Lesson 2's slider for sparsity without a browser: coefficients freeze, and the picture says which."""

import time

import numpy as np
import pytest

from tvplab import explore
from tvplab.dgp import simulate_design
from tvplab.explore.sparse import ALPHA_RANGE, MODELS, around_mean
from tvplab.reduced_rank import ReducedRankRidge
from tvplab.ridge import TwoStepRidge
from tvplab.sparse_tvp import GroupLassoRidge

WORLD = simulate_design("S1", T=120, K=4, share=0.2, noise="low", seed=2)


@pytest.fixture(scope="module")
def explorer():
    return explore.sparse(T=120, K=4, seed=2)


@pytest.fixture(autouse=True)
def start_again(explorer):
    explorer.reset()
    yield
    assert explorer.error.value == ""


@pytest.mark.parametrize("alpha", [1.0, 0.4, 0.1])
def test_it_shows_the_group_lasso_at_the_sliders_alpha(explorer, alpha):
    explorer.set(alpha=alpha)
    fit = GroupLassoRidge(alpha=alpha).fit(WORLD.y, WORLD.X)
    artists = explorer.panel.artists
    bars = artists["bars"].get_paths()
    for path, bar, (k, name) in zip(artists["paths"].get_segments(), bars, enumerate(fit.beta), strict=True):
        np.testing.assert_allclose(path[:, 1], fit.beta[name] - fit.beta[name].mean(), atol=1e-8)
        np.testing.assert_array_equal(path[:, 0], WORLD.y.index)
        width = fit.beta[name].std(ddof=0)
        np.testing.assert_allclose(bar.get_extents().get_points(), [[0.0, k - 0.275], [width, k + 0.275]], atol=1e-8)
    circles = np.isfinite(artists["frozen"].get_xdata())
    np.testing.assert_array_equal(circles, fit.beta.columns.isin(fit.constant))
    error = np.mean(np.abs(WORLD.beta - fit.beta).to_numpy())
    assert f"{error:.3f}" in explorer.numbers.value


def test_to_the_left_everything_freezes_and_lines_go_flat(explorer):
    frozen = []
    for alpha in (1.0, 0.3, ALPHA_RANGE[0]):
        explorer.set(alpha=alpha)
        frozen.append(int(explorer.result.frozen.sum()))
    assert frozen[0] == 0
    assert 0 < frozen[1] < 5
    assert frozen[2] == 5
    assert all(np.ptp(path[:, 1]) == 0.0 for path in explorer.panel.artists["paths"].get_segments())


def test_the_other_models_are_the_librarys(explorer):
    explorer.set(model=MODELS[1])
    likely = GroupLassoRidge(select="likelihood").fit(WORLD.y, WORLD.X)
    np.testing.assert_allclose(explorer.result.fit.beta, likely.beta, atol=1e-10)
    np.testing.assert_array_equal(explorer.result.frozen, likely.beta.columns.isin(likely.constant))
    explorer.set(model=MODELS[2], rank=2)
    reduced = ReducedRankRidge(rank=2).fit(WORLD.y, WORLD.X)
    np.testing.assert_allclose(explorer.result.fit.beta, reduced.beta, atol=1e-8)


def test_two_step_ridge_stands_beside_it(explorer):
    two = TwoStepRidge().fit(WORLD.y, WORLD.X)
    error = np.mean(np.abs(WORLD.beta - two.beta).to_numpy())
    shown = np.mean(np.abs(WORLD.beta - explorer.result.world.dense.beta).to_numpy())
    assert shown == pytest.approx(error, rel=0.15)  # α = 1 keeps λ of step 1, 2SRR chooses anew


@pytest.mark.parametrize(
    ("control", "value"),
    [("alpha", 0.2), ("model", MODELS[1]), ("share", 1.0), ("noise", "high"), ("design", "S4")],
)
def test_every_control_changes_the_picture(explorer, control, value):
    before = explorer.static_png()
    explorer.set(**{control: value})
    assert explorer.static_png() != before


def test_rank_changes_the_picture_of_few_factors(explorer):
    explorer.set(model=MODELS[2], rank=1, share=1.0)
    before = explorer.static_png()
    explorer.set(rank=3)
    assert explorer.static_png() != before


def test_the_truth_is_drawn_and_stays_while_alpha_moves(explorer):
    dashed = [line for line in explorer.figure.axes[0].lines if line.get_linestyle() == "--"]
    truth = around_mean(WORLD.beta.to_numpy())[:, explorer.result.world.moves].T
    np.testing.assert_allclose([line.get_ydata() for line in dashed], truth)
    limits = explorer.figure.axes[0].get_ylim()
    explorer.set(alpha=0.1)
    assert explorer.figure.axes[0].get_ylim() == limits
    assert limits[1] > np.abs(truth).max()
    assert "synthetic" in explorer.figure.axes[0].get_title(loc="left")
    assert "Synthetic" in explorer.alt


def test_both_ends_of_the_slider_are_accepted(explorer):
    for alpha in ALPHA_RANGE:
        explorer.set(alpha=alpha)
        assert explorer.controls["alpha"].value == pytest.approx(alpha)


def test_a_move_costs_one_short_computation(explorer):
    """α re-estimates from the world's step 1; fitting anew, volatility included, costs several times more."""

    def least(action, times=4):
        laps = []
        for _ in range(times):
            start = time.process_time()
            action()
            laps.append(time.process_time() - start)
        return min(laps)

    again = least(lambda: GroupLassoRidge(alpha=0.4).fit(WORLD.y, WORLD.X))
    assert least(lambda: explorer.result.world.dense.sparser(0.4)) < 0.7 * again
