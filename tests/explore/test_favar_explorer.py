"""Lesson 5's third slider without a browser: bent responses of stored draws, by hand and in the linear limit."""

import numpy as np
import pandas as pd
import pytest

from tvplab import FAVAR, TVPVAR, LinearFactors, explore
from tvplab.convergence import ignore_unconverged
from tvplab.explore.favar import SCALES, us_panel
from tvplab.explore.favar_responses import HORIZON, MOST_DRAWS, SIZES
from tvplab.tvp_var_equations import companion_roots, impulse_responses, system

pytestmark = pytest.mark.filterwarnings("ignore:the chains have not settled")  # tests draw few
RNG = np.random.default_rng(5)
INDEX = pd.period_range("1990Q1", periods=90, freq="Q")
STATE = pd.DataFrame(RNG.standard_normal((90, 2)).cumsum(axis=0) * 0.1, INDEX, ["F1", "F2"])
RATE = pd.DataFrame({"rate": RNG.standard_normal(90) - 0.3 * STATE["F1"]})


class Bent:
    """A decoder whose answer is known: the exponential of the first factor, and the second as it is."""

    factors = STATE

    def decode(self, factors):
        f = np.asarray(factors, float)
        return pd.DataFrame({"exp": np.exp(f[:, 0]), "same": f[:, 1]})


with ignore_unconverged():
    RESULTS = FAVAR(Bent(), TVPVAR(lags=1)).fit(RATE, draws=2 * MOST_DRAWS, burn=20)
DATE = RESULTS.var.index[20]


@pytest.fixture(scope="module")
def explorer():
    return explore.favar(RESULTS, titles={"exp": "a bent one"}, note="white noise, synthetic")


@pytest.fixture(autouse=True)
def start_again(explorer):
    explorer.reset()
    yield
    assert explorer.error.value == ""


def every_second():
    """Unit moves of F1 (R, H + 1) of the draws that the explorer keeps, stable ones only."""
    t = RESULTS.var.index.get_loc(DATE)
    B0, B = system([one.beta[0, ::2, t] for one in RESULTS.var.draws], 3)
    moves = impulse_responses(B0, B, np.ones(len(B)), 2, HORIZON)
    return moves[companion_roots(B0, B) <= 1.0][:, :, 0]


@pytest.mark.parametrize("size", [2.0, -0.5])
def test_it_shows_the_bent_response_by_hand(explorer, size):
    explorer.set(date=DATE, size=size, series="exp", horizon=3, scale=SCALES[1])
    moves, level = every_second(), np.exp(STATE.loc[DATE, "F1"])
    artists, shown = explorer.panel.artists, explorer.result
    expected = np.quantile(level * np.expm1(size * moves), [0.5, 0.16, 0.84], axis=0)
    np.testing.assert_allclose(shown.edges, expected, atol=1e-10)
    np.testing.assert_allclose(artists["median"].get_ydata(), expected[0], atol=1e-10)
    np.testing.assert_allclose(artists["mirror"].get_ydata(), -level * np.median(np.expm1(-size * moves), axis=0))
    np.testing.assert_allclose(artists["straight"].get_ydata(), level * size * np.median(moves, axis=0), atol=1e-3)
    at_three = np.quantile(level * np.expm1(SIZES * moves[:, [3]]), [0.5, 0.16, 0.84], axis=0)
    np.testing.assert_allclose(shown.curve, at_three, atol=1e-10)
    np.testing.assert_allclose(artists["dot"].get_xydata()[0], [size, expected[0, 3]], atol=1e-10)
    assert "a bent one" in explorer.figure.axes[0].get_title(loc="left")


def test_a_linear_decoder_leaves_a_straight_line():
    X = pd.DataFrame(STATE.to_numpy() @ RNG.standard_normal((2, 6)) + RNG.standard_normal((90, 6)), INDEX)
    linear = explore.favar(FAVAR(LinearFactors.fit(X, 2), TVPVAR(lags=1)).fit(RATE, draws=40, burn=5))
    linear.set(size=-2.0, series=4)
    move = linear.result
    np.testing.assert_allclose(move.edges[0], move.straight, atol=1e-8)
    np.testing.assert_allclose(move.edges[0], move.mirror, atol=1e-8)
    np.testing.assert_allclose(move.curve[0], move.line, atol=1e-8)
    assert np.abs(move.line).max() > 1e-3


def test_the_second_series_of_the_bent_one_is_straight(explorer):
    explorer.set(series="same", size=2.0)
    np.testing.assert_allclose(explorer.result.edges[0], explorer.result.mirror, atol=1e-10)


def test_relative_to_the_straight_line(explorer):
    """The straight line's largest response to a unit shock is 1 on the axis, whatever the date."""
    for date in (DATE, RESULTS.var.index[60]):
        explorer.set(date=date, size=1.0, scale=SCALES[0])
        artists, shown = explorer.panel.artists, explorer.result
        assert np.abs(artists["straight"].get_ydata()).max() == pytest.approx(1.0)
        np.testing.assert_allclose(artists["median"].get_ydata() * shown.unit, shown.edges[0])


CHANGES = [("size", -1.5), ("date", DATE), ("series", "same"), ("horizon", 9), ("scale", SCALES[1])]


@pytest.mark.parametrize(("control", "value"), CHANGES)
def test_every_control_changes_the_picture(explorer, control, value):
    before = explorer.static_png()
    explorer.set(**{control: value})
    assert explorer.static_png() != before


def test_limits_stay_while_size_and_date_move(explorer):
    limits = [ax.get_ylim() for ax in explorer.figure.axes]
    for place in (0, 40, 80):
        explorer.set(date=RESULTS.var.index[place], size=-2.0)
    assert [ax.get_ylim() for ax in explorer.figure.axes] == limits


def test_words_and_door(explorer):
    assert "synthetic" in explorer.alt
    assert "synthetic" in explorer.figure.get_suptitle()
    assert "turned over" in explorer.numbers.value
    with pytest.raises(TypeError, match="FAVARResults"):
        explore.favar(RESULTS.var)


def test_the_bundled_panel():
    panel, groups, titles = us_panel()
    assert panel.shape == (98, 13)
    assert set(groups) == set(panel)
    assert set(panel) <= set(titles)
    assert not panel.isna().any(axis=None)


def test_without_results_it_fits_the_bundled_data():
    torch = pytest.importorskip("torch", reason="the autoencoder needs torch, the extra `deep`")
    torch.set_num_threads(1)
    found = explore.favar(draws=20)
    assert len(found.controls["series"].options) == 13
    assert found.controls["size"].description.endswith("rate")
    assert "bundled" in found.figure.get_suptitle()
