"""Lesson 6's explorer without a browser: every control moves surface and cuts together, and they are the model's."""

import numpy as np
import pandas as pd
import pytest

from tvplab import explore
from tvplab.explore.box import View
from tvplab.explore.surface import MESH
from tvplab.local_projections import LocalProjections
from tvplab.local_projections_settings import simulated_canada
from tvplab.metrics import mean_absolute_error
from tvplab.ridge import TVPRidge

SETTING = simulated_canada(T=150)
FIT = SETTING.fit("gdp", horizons=7, lags=1, shock_lags=3, estimator=TVPRidge(lam=50.0))
TRUTH = SETTING.truth["gdp"]


@pytest.fixture(scope="module")
def explorer():
    return explore.local_projections(FIT, TRUTH, unit="percent", note="synthetic", break_date=FIT.irf.index[60])


@pytest.fixture(autouse=True)
def start_again(explorer):
    explorer.reset()
    yield
    assert explorer.error.value == ""


def test_the_cuts_are_the_models_responses_at_that_multiple(explorer):
    date = FIT.irf.index[20]
    for multiplier in (0.1, 1.0, 100.0):
        explorer.set(multiplier=multiplier, horizon=5, date=date)
        refitted = SETTING.fit("gdp", horizons=7, lags=1, shock_lags=3, estimator=TVPRidge(lam=50.0 * multiplier))
        artists = explorer.panel.artists
        np.testing.assert_allclose(artists["time"].get_ydata(), refitted.irf[5], atol=1e-8)
        np.testing.assert_allclose(artists["horizons"].get_ydata(), refitted.irf.loc[date], atol=1e-8)
        np.testing.assert_array_equal(artists["time truth"].get_ydata(), TRUTH.loc[FIT.irf.index, 5])
        np.testing.assert_array_equal(artists["horizons truth"].get_ydata(), TRUTH.loc[date, :6])
        assert artists["time ols"].get_ydata()[0] == FIT.irf_ols[5]
        assert f"{50.0 * multiplier:.3g}" in explorer.numbers.value


def test_surface_and_cuts_move_together(explorer):
    date = FIT.irf.index[33]
    explorer.set(multiplier=0.3, horizon=2, date=date)
    space, results = explorer.panel.artists["space"], explorer.result.results
    shown = results.irf.dropna().clip(*explorer.result.scene.limits)
    years = explorer.result.scene.years
    cuts = [
        np.column_stack([years, np.full(len(years), 2.0), shown[2]]),
        np.column_stack([np.full(7, years[33]), np.arange(7.0), shown.loc[date]]),
    ]
    for line, points in zip(space.lines, cuts, strict=True):
        np.testing.assert_allclose(line.get_xydata(), View(25, 40).flat(space.inside(points)))
    heights = space.tiles.heights
    assert heights.shape == (MESH - 1, 6)
    corner = shown.iloc[[0, round((len(shown) - 1) / (MESH - 1))], [0, 1]].to_numpy().mean()
    assert heights[0, 0] == pytest.approx(corner)  # seen from 40 degrees the first date and horizon are the farthest


def test_stops_and_what_lies_between_them_are_the_models(explorer):
    for multiplier in (10**0.7, 10**0.75):
        explorer.set(multiplier=multiplier)
        np.testing.assert_allclose(explorer.result.surface, FIT.at(multiplier).irf, atol=1e-12)
    explorer.set(multiplier=10**0.7)
    stop = explorer.result.results
    explorer.set(multiplier=10**0.7 * (1.0 + 1e-12))  # as another machine's arithmetic may have it
    assert explorer.result.results is stop


def test_few_regressors_are_not_solved_before_they_are_asked_for(monkeypatch):
    """On the banded route every λ costs a factorisation."""
    longer = simulated_canada(T=300)  # for two coefficients and one λ the bands win from about 160 months on
    small = LocalProjections(horizons=2, shock_lags=1, estimator=TVPRidge(lam=9.0)).fit(longer.y["gdp"], longer.shock)
    asked = []
    monkeypatch.setattr(type(small), "at", lambda self, one: asked.append(one) or self.along([one])[0])
    assert not small.in_the_dual
    assert FIT.in_the_dual
    own = explore.local_projections(small)
    assert len(asked) == 2  # for the limits, and where it starts
    own.set(multiplier=10.0)
    own.set(multiplier=1.0)
    assert asked[2:] == [10.0]


def test_turning_changes_the_view_and_no_number(explorer):
    before, places = explorer.numbers.value, explorer.panel.artists["space"].tiles.places
    explorer.set(azimuth=100, elevation=61)
    space = explorer.panel.artists["space"]
    assert space.view == (61, 100)
    assert not np.allclose(space.tiles.places, places)
    assert explorer.numbers.value == before


def test_moved_is_what_would_be_drawn_anew(explorer):
    explorer.set(azimuth=-160, elevation=40)
    explorer.set(multiplier=5.0)
    moved = explorer.static_png()
    explorer.redraw()
    assert explorer.static_png() == moved


def test_turning_estimates_nothing_again(explorer):
    before = explorer.result.results
    explorer.set(azimuth=-100)
    assert explorer.result.results is before


@pytest.mark.parametrize(
    ("control", "value"),
    [("multiplier", 0.2), ("horizon", 1), ("date", FIT.irf.index[5]), ("azimuth", -20), ("elevation", 70)],
)
def test_every_control_changes_the_picture(explorer, control, value):
    before = explorer.static_png()
    explorer.set(**{control: value})
    assert explorer.static_png() != before


def test_numbers_beside_the_picture(explorer):
    months = FIT.irf.dropna().index
    explorer.set(multiplier=10.0)
    error = mean_absolute_error(TRUTH.loc[months, :6], FIT.at(10.0).irf.loc[months])
    assert f"{error:.3f}" in explorer.numbers.value
    h, date = (explorer.controls[name].value for name in ("horizon", "date"))
    assert f"{TRUTH.loc[date, h]:.2f}" in explorer.numbers.value


def test_button_goes_back_to_the_cv_choice(explorer):
    explorer.set(multiplier=10.0)
    next(w for w in explorer.children[1].children if w.description == "show CV choice").click()
    np.testing.assert_allclose(explorer.panel.artists["time"].get_ydata(), FIT.irf[6], atol=1e-8)


def test_data_without_a_truth_or_dates():
    numbered = SETTING.y["gdp"].to_numpy()
    fit = SETTING.model.__class__(horizons=2, shock_lags=2, estimator=TVPRidge(lam=9.0)).fit(
        numbered, SETTING.shock.to_numpy()
    )
    own = explore.local_projections(fit, note="own data")
    assert "MAE" not in own.numbers.value
    assert "truth" not in own.children[-2].value
    assert own.figure.get_suptitle() == "own data"
    own.set(date=7)
    assert own.error.value == ""


def test_a_date_that_is_not_there(explorer):
    with pytest.raises(ValueError, match="date cannot be"):
        explorer.set(date=pd.Timestamp("1900-01-01"))


def test_one_target_at_a_time():
    system = SETTING.fit(horizons=1, lags=1, shock_lags=2, estimator=TVPRidge(lam=50.0))
    with pytest.raises(TypeError, match="one target's LocalProjectionResults, got LocalProjectionSystem"):
        explore.local_projections(system)


@pytest.mark.slow
def test_without_arguments_it_is_output_in_simulated_canada():
    default = explore.local_projections()
    assert default.result.scene.fit.irf.shape[1] == 48
    assert "synthetic" in default.alt
    assert "MAE of OLS" in default.numbers.value
