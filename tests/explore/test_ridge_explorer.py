"""Lesson 2's explorer without a browser: every control re-estimates and the picture follows."""

import numpy as np
import pytest

from tvplab import explore
from tvplab.dgp import simulate_tvp_regression
from tvplab.explore.ridge import CANDIDATES
from tvplab.ridge import TVPRidge, TwoStepRidge


@pytest.fixture(scope="module")
def explorer():
    return explore.ridge(T=120)


@pytest.fixture(autouse=True)
def start_again(explorer):
    explorer.reset()
    yield
    assert explorer.error.value == ""


def test_it_shows_the_model_at_the_sliders_lambda(explorer):
    world = simulate_tvp_regression(T=120, shapes=("cosine", "break", "constant"))
    for lam in (0.1, 10.0, 1e6):
        explorer.set(lam=lam)
        fit = TVPRidge(lam=lam).fit(world.y, world.X)
        np.testing.assert_allclose(explorer.panel.artists["path"].get_ydata(), fit.beta["x1"], atol=1e-9)
        np.testing.assert_array_equal(explorer.panel.artists["truth"].get_ydata(), world.beta["x1"])
        lower, upper = fit.bands(0.9)
        band = explorer.panel.artists["band"].get_xy()[:, 1]
        np.testing.assert_allclose(band[:120], lower["x1"], atol=1e-9)
        np.testing.assert_allclose(band[120:240], upper["x1"][::-1], atol=1e-9)
        assert explorer.panel.artists["here"].get_xdata()[0] == lam
        assert explorer.panel.artists["choice"].get_xdata()[0] == explorer.result.chosen.lam
        error = np.mean(np.abs(world.beta["x1"] - fit.beta["x1"]))
        assert f"{lam:.3g}" in explorer.numbers.value
        assert f"{error:.3f}" in explorer.numbers.value


def test_mean_absolute_error_is_smaller_at_the_cv_choice_than_at_both_ends(explorer):
    explorer.set(lam=explorer.result.chosen.lam)
    errors = {}
    for lam in (0.1, explorer.result.chosen.lam, 1e6):
        explorer.set(lam=lam)
        errors[lam] = np.mean(np.abs(explorer.result.truth["x1"] - explorer.result.fit.beta["x1"]))
    assert min(errors, key=errors.get) == explorer.result.chosen.lam


def test_start_and_button_are_the_cv_choice(explorer):
    assert explorer.controls["lam"].value == explorer.result.chosen.lam
    explorer.set(lam=0.1)
    button = next(w for w in explorer.children[1].children if w.description == "show CV choice")
    button.click()
    assert explorer.controls["lam"].value == explorer.result.chosen.lam


@pytest.mark.parametrize(
    ("control", "value"),
    [
        ("lam", 3.0),
        ("coefficient", "x2"),
        ("estimator", "2 steps (2SRR)"),
        ("folds", "consecutive blocks"),
        ("n_folds", 11),
        ("noise", 1.2),
        ("shape", "random walk"),
    ],
)
def test_every_control_changes_the_picture(explorer, control, value):
    before = explorer.static_png()
    explorer.set(**{control: value})
    assert explorer.static_png() != before


def test_noise_deforms_the_same_world(explorer):
    truth = explorer.result.truth
    explorer.set(noise=0.1)
    np.testing.assert_array_equal(explorer.result.truth, truth)


def test_two_steps_use_the_second_steps_weights(explorer):
    explorer.set(estimator="2 steps (2SRR)", lam=50.0)
    world = simulate_tvp_regression(T=120, shapes=("cosine", "break", "constant"))
    chosen = TwoStepRidge(lams=CANDIDATES).fit(world.y, world.X)
    np.testing.assert_allclose(explorer.result.fit.beta, chosen.at(50.0).beta, atol=1e-9)


def test_own_data_have_no_truth_and_no_world_controls():
    world = simulate_tvp_regression(T=80)
    own = explore.ridge(world.y, world.X, coefficient="x2", lam=7.0)
    assert set(own.controls) == {"lam", "coefficient", "estimator", "folds", "n_folds"}
    assert own.result.truth is None
    assert own.controls["lam"].value == pytest.approx(7.0)
    assert "synthetic" not in own.figure.axes[0].get_title(loc="left")
    own.set(coefficient="const", lam=100.0)
    np.testing.assert_array_equal(own.panel.artists["path"].get_ydata(), own.result.fit.beta["const"])


def test_the_choice_follows_the_data(explorer):
    explorer.set(noise=2.0)
    assert explorer.panel.artists["choice"].get_xdata()[0] == explorer.result.chosen.lam > 30.0


def test_data_come_in_pairs():
    world = simulate_tvp_regression(T=30)
    with pytest.raises(ValueError, match="y, X: give one vector y and its regressors"):
        explore.ridge(X=world.X)
    with pytest.raises(ValueError, match="y, X: give one vector y"):
        explore.ridge(world.X, world.X)


def test_no_more_folds_than_periods():
    world = simulate_tvp_regression(T=12)
    assert explore.ridge(world.y, world.X).controls["n_folds"].max == 12


def test_the_key_covers_nothing(explorer):
    explorer.set(lam=0.1)  # the widest path and band there are
    (key,) = explorer.figure.legends
    assert [text.get_text() for text in key.get_texts()] == ["estimate, 90 % band"]
    place = key.get_window_extent()
    for axes in explorer.figure.axes:
        assert axes.get_legend() is None
        assert not place.overlaps(axes.get_tightbbox())
    assert explorer.figure.bbox.y0 <= place.y0 < place.y1 < explorer.figure.axes[0].bbox.y0


def test_simulated_pictures_say_so(explorer):
    assert "synthetic" in explorer.figure.axes[0].get_title(loc="left")
    assert "Synthetic" in explorer.alt
