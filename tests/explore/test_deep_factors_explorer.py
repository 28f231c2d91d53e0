"""Lesson 4's slider without a browser: what is fitted, what is measured, what moves."""

import numpy as np
import pandas as pd
import pytest

from tvplab import explore
from tvplab.convergence import ignore_unconverged
from tvplab.deep_dfm import DeepDynamicFactors
from tvplab.dgp import simulate_curved_factor, simulate_deep_factors
from tvplab.explore.deep_factors import CONSTANT, DEEP, FUNCTIONS, LINEAR, SHORT, WORLDS
from tvplab.factors import principal_components
from tvplab.metrics import trace_r2


@pytest.fixture(scope="module")
def explorer():
    return explore.d2fm(T=60, N=8, seed=2)


@pytest.fixture(autouse=True)
def start_again(explorer):
    explorer.reset()
    yield
    assert explorer.error.value == ""


def world(**knobs):
    return simulate_deep_factors(T=60, N=8, seed=2, **knobs)


def test_it_shows_the_librarys_fits(explorer):
    explorer.set(n_factors=2, curvature=0.5)
    truth = world(curvature=0.5)
    move = explorer.result
    with ignore_unconverged():  # a short training
        deep = DeepDynamicFactors(2, **SHORT).fit(truth.y).factors
    np.testing.assert_array_equal(move.factors[DEEP], deep)
    linear = principal_components((truth.y - truth.y.mean()) / truth.y.std(), 2).factors
    np.testing.assert_allclose(move.factors[LINEAR], linear, atol=1e-10)
    for name, factors in ((DEEP, deep), (LINEAR, linear)):
        assert move.explained(name) == pytest.approx(trace_r2(truth.factor_set, factors))
        assert f"{move.explained(name):.2f}" in explorer.numbers.value


def test_lines_and_bars_are_regressions_on_the_factors(explorer):
    explorer.set(shown="f², its square")
    truth, F = world().factor_set["f1²"], explorer.result.factors[LINEAR]
    artists = explorer.panel.artists
    np.testing.assert_allclose(artists["truth"].get_ydata(), truth)
    np.testing.assert_allclose(artists["lines"][1].get_ydata(), F @ np.linalg.lstsq(F, truth, rcond=None)[0])
    names = (DEEP, LINEAR, CONSTANT)
    assert [bar.get_width() for bar in artists["bars"]] == [explorer.result.explained(name) for name in names]


def test_centred_takes_the_constants_gain_away(explorer):
    raw = {name: explorer.result.explained(name) for name in (DEEP, LINEAR, CONSTANT)}
    assert raw[CONSTANT] > raw[LINEAR] + 0.1
    assert raw[DEEP] > raw[LINEAR] + 0.05
    explorer.set(centred=True)
    move = explorer.result
    assert move.explained(CONSTANT) == pytest.approx(move.explained(LINEAR))
    assert move.explained(DEEP) - move.explained(LINEAR) < 0.5 * (raw[DEEP] - raw[LINEAR])
    assert move.target.mean() == pytest.approx(0.0, abs=1e-12)
    assert abs(move.line(DEEP).mean()) < 1e-9
    assert "centred" in explorer.numbers.value


def test_a_straight_truth_has_one_function(explorer):
    explorer.set(curvature=0.0)
    assert (explorer.result.truth.iloc[:, 1:] == 0.0).all(axis=None)
    assert explorer.result.explained(LINEAR) > 0.6


@pytest.mark.parametrize(
    ("control", "value"),
    [("n_factors", 5), ("curvature", 0.3), ("missing", 0.3), ("centred", True), ("network", "linear"),
     ("network", "deep on both sides"), ("world", WORLDS[1]),
     ("shown", "sgn f, its sign")],
)  # fmt: skip
def test_every_control_changes_the_picture(explorer, control, value):
    before = explorer.static_png()
    explorer.set(**{control: value})
    assert explorer.static_png() != before


def test_the_curved_world_has_the_factor_alone_and_needs_a_deep_decoder(explorer):
    explorer.set(world=WORLDS[1], network="deep on both sides", n_factors=1, centred=True)
    move = explorer.result
    truth = simulate_curved_factor(T=60, N=8, seed=2)
    pd.testing.assert_frame_equal(move.truth, truth.factor_set)
    assert move.shown == 0
    assert move.explained(DEEP) > move.explained(LINEAR) + 0.03


def test_axes_stand_still_while_sliders_move(explorer):
    limits = explorer.figure.axes[0].get_ylim()
    for name in FUNCTIONS:
        explorer.set(shown=name)
        explorer.set(centred=True)
        low, high = explorer.figure.axes[0].get_ylim()
        assert low < explorer.result.target.min()
        assert explorer.result.target.max() < high
        explorer.set(centred=False)
    explorer.reset()
    explorer.set(curvature=0.2, missing=0.5)
    assert explorer.figure.axes[0].get_ylim() == limits
    assert "synthetic" in explorer.figure.axes[0].get_title(loc="left")
    assert "Synthetic" in explorer.alt


def test_a_switch_of_the_measure_fits_nothing_anew(explorer):
    explorer.set(missing=0.1)
    fitted = explorer.result.factors
    explorer.set(centred=True, shown="sgn f, its sign")
    assert explorer.result.factors is fitted
    explorer.set(missing=0.15)
    assert explorer.result.factors is not fitted
