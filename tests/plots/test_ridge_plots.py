"""Pictures of ridge fits show the numbers they are given, and say when the data are synthetic."""

import numpy as np
import pandas as pd
import pytest

from tvplab import plots
from tvplab.dgp import simulate_tvp_regression
from tvplab.ridge import TVPRidge, TwoStepRidge

WORLD = simulate_tvp_regression(T=60, shapes=("cosine", "break", "constant", "quadratic"), volatility=0.5)
FIT = TwoStepRidge(volatility="ewma").fit(WORLD.y, WORLD.X)


def texts(picture):
    return " ".join(t.get_text() for t in picture.findobj(lambda a: hasattr(a, "get_text")))


def test_coefficient_paths_draw_every_coefficient():
    picture = FIT.plot(truth=WORLD.beta)
    panels = {ax.get_title(loc="left"): ax for ax in picture.axes if ax.lines}
    assert list(panels) == list(FIT.beta.columns)
    np.testing.assert_array_equal(panels["x2"].lines[0].get_ydata(), FIT.beta["x2"])
    np.testing.assert_array_equal(panels["x2"].lines[1].get_ydata(), WORLD.beta["x2"])
    assert "synthetic" in texts(picture)
    assert "synthetic" not in texts(FIT.plot())


def test_dates_become_an_axis_of_dates():
    index = pd.period_range("1990Q1", periods=60, freq="Q")
    fit = TVPRidge(lam=5.0).fit(WORLD.y.set_axis(index), WORLD.X.set_axis(index))
    line = plots.coefficient_paths(fit, columns=["x1"]).axes[0].lines[0]
    assert pd.Timestamp(line.get_xdata()[0]) == pd.Timestamp("1990-01-01")


def test_compare_paths_label_each_fit():
    fits = {"λ = 1": FIT.at(1.0), "λ = 1000": FIT.at(1000.0)}
    picture = plots.compare_paths(fits, "x1", truth=WORLD.beta, level=0.9)
    assert [t.get_text() for t in picture.axes[0].get_legend().texts] == ["truth (synthetic)", *fits]
    assert len(picture.axes[0].collections) == 2


def test_cv_curve_marks_the_choice_at_one():
    picture = plots.cv_curve({"first": FIT.first_step, "second": FIT})
    curve, mark = picture.axes[0].lines[2:4]
    assert mark.get_xdata()[0] == FIT.lam
    assert curve.get_ydata().min() == 1.0
    assert f"{FIT.lam:.3g}" in picture.alt


def test_bands_are_drawn_at_their_level():
    heights = []
    for level in (0.5, 0.9):
        panel = plots.coefficient_paths(FIT, columns=["x1"], level=level).axes[0]
        band = panel.collections[0].get_paths()[0].vertices[:, 1]
        lower, upper = FIT.bands(level)
        assert band.min() == pytest.approx(lower["x1"].min())
        assert band.max() == pytest.approx(upper["x1"].max())
        heights.append(np.ptp(band))
    assert heights[0] < heights[1]


def test_curve_of_a_likelihood_is_a_difference():
    fit = TVPRidge(cv="ml").fit(WORLD.y, WORLD.X)
    picture = plots.cv_curve(fit.at(5.0))
    curve, mark = picture.axes[0].lines
    np.testing.assert_allclose(curve.get_ydata(), fit.cv.score - fit.cv.score.min())
    assert mark.get_xdata()[0] == fit.lam
    with pytest.raises(ValueError, match="do not fit into one picture"):
        plots.cv_curve({"ml": fit, "folds": FIT})


def test_no_curve_without_candidates():
    with pytest.raises(ValueError, match="was given its λ"):
        plots.cv_curve(TVPRidge(lam=3.0).fit(WORLD.y, WORLD.X))


def test_too_many_fits_for_one_picture():
    with pytest.raises(ValueError, match="1 to 5 fits, got 6"):
        plots.compare_paths({k: FIT for k in range(6)}, "x1")


def test_volatility_is_drawn_in_units_of_y():
    lines = plots.residual_volatility(FIT, truth=WORLD.sigma).axes[0].lines
    np.testing.assert_allclose(lines[1].get_ydata(), np.sqrt(FIT.sigma2))
    assert lines[2].get_label() == "true sd (synthetic)"


@pytest.mark.parametrize("draw", [FIT.plot, lambda: plots.cv_curve(FIT), lambda: plots.residual_volatility(FIT)])
def test_every_picture_shows_itself_and_has_words(draw):
    data, _ = draw()._repr_mimebundle_()
    assert data["image/png"]
    assert len(data["text/plain"]) > 20
