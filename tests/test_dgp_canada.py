"""Simulated Canada: its truth is the response in the data, it has the paper's facts, and knobs deform one world."""

import numpy as np
import pandas as pd
import pytest

from tvplab.dgp.canada import (
    CONTROLS,
    cumulative_response,
    moving_average,
    simulate_canada,
    trend_growth,
    trend_inflation,
    volatility,
)
from tvplab.local_projections import LocalProjections
from tvplab.ridge import TVPRidge

WORLD = simulate_canada()


@pytest.mark.parametrize(
    ("outcome", "month", "horizon", "value"),
    [
        ("unemployment", "1979-06", 47, 0.6),
        ("unemployment", "1990-01", 47, 0.4),
        ("unemployment", "2010-01", 47, 0.4),
        ("cpi", "1987-01", 47, -1.0),
        ("cpi", "2011-01", 47, -2.0),
        ("cpi", "1997-01", 24, -0.3),
        ("cpi", "2011-01", 24, -0.6),
        ("gdp", "1991-01", 24, -1.2),
        ("gdp", "2011-01", 24, -0.6),
        ("gdp", "1991-01", 47, -0.9),
        ("gdp", "2011-01", 47, -0.45),
    ],
)
def test_the_facts_of_the_paper(outcome, month, horizon, value):
    assert WORLD.irf[outcome].loc[month, horizon].item() == pytest.approx(value, abs=1e-12)


def test_short_horizons_never_change():
    for outcome, last in (("unemployment", 18), ("cpi", 12), ("gdp", 12)):
        short = WORLD.irf[outcome].loc[:, :last]
        np.testing.assert_allclose(short, np.broadcast_to(short.iloc[0], short.shape), atol=1e-12)
        assert np.ptp(WORLD.irf[outcome][47]) > 0.15


def test_a_further_unit_of_one_shock_moves_the_level_by_the_truth():
    months = pd.date_range("1980-01", periods=200, freq="MS")
    surface, shock = cumulative_response("cpi", months), np.random.default_rng(0).standard_normal(200)
    more = shock.copy()
    more[70] += 1.0
    level = np.cumsum(moving_average(surface, more) - moving_average(surface, shock))
    np.testing.assert_allclose(level[70:118], surface[70], atol=1e-12)
    np.testing.assert_allclose(level[118:], surface[70, -1], atol=1e-12)
    np.testing.assert_array_equal(level[:70], 0.0)


def test_local_projections_find_the_truth_where_nothing_moves_and_nothing_is_unexplained():
    """With 48 values of the shock and the leads, the regression is exact: its coefficient is the true response."""
    world = simulate_canada(noise=0.0, drift=0.0, T=300)
    model = LocalProjections(horizons=48, estimator=TVPRidge(lam=1e9), leads=True)
    results = model.fit(world.y["unemployment"], world.shock)
    np.testing.assert_allclose(results.irf_ols, world.irf["unemployment"].iloc[0], atol=1e-9)


def test_shape_labels_and_say_that_it_is_synthetic():
    assert WORLD.synthetic
    assert WORLD.y.shape == (470, 3)
    assert list(WORLD.controls.columns) == list(CONTROLS)
    assert WORLD.y.index[[0, -1]].strftime("%Y-%m").tolist() == ["1976-01", "2015-02"]
    assert all(surface.shape == (470, 48) for surface in WORLD.irf.values())
    pd.testing.assert_frame_equal(WORLD.y, WORLD.controls[list(WORLD.y.columns)])


def test_knobs_deform_one_world():
    quiet, loud, rigid = simulate_canada(noise=0.5), simulate_canada(noise=2.0), simulate_canada(drift=0.0)
    for world in (quiet, loud, rigid):
        pd.testing.assert_series_equal(world.shock, WORLD.shock)
    np.testing.assert_allclose(loud.y - WORLD.y, 2.0 * (WORLD.y - quiet.y), atol=1e-10)
    assert np.ptp(rigid.irf["gdp"], axis=0).max() == 0.0
    assert not np.allclose(simulate_canada(seed=1).shock, WORLD.shock)
    pd.testing.assert_frame_equal(simulate_canada().y, WORLD.y)


def test_trends_and_noise_of_the_decades():
    at = pd.DatetimeIndex(["1976-01-01", "1986-01-01", "2000-01-01", "2016-01-01"])
    np.testing.assert_allclose(12 * trend_inflation(at), [8.0, 5.0, 2.0, 2.0])
    np.testing.assert_allclose(12 * trend_growth(at)[[0, 3]], [4.0, 2.0])
    np.testing.assert_allclose(volatility(at), [1.5, 1.0, 0.7, 0.7])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"T": 100}, "T: a whole number of at least 120"),
        ({"noise": -1.0}, "noise: must be"),
        ({"drift": -1.0}, "drift"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        simulate_canada(**arguments)
