"""Releases one by one: the same as nowcasting again after each, and in sum the same as all news at once."""

import numpy as np
import pandas as pd
import pytest
from test_nowcast_news import NAMES, small_space

from tvplab.data import NYFED_LAGS, load
from tvplab.nowcast_backtest import published
from tvplab.nowcast_news import news
from tvplab.nowcast_releases import release_by_release, release_calendar
from tvplab.nowcasting import nowcast

LAGS = {"a": 5, "b": -10, "c": 40, "gdp": 28}


def panel(T=40, seed=2):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(T, 4)), pd.date_range("2012-01-01", periods=T, freq="MS"), NAMES)
    frame.loc[frame.index.month % 3 != 0, "gdp"] = np.nan
    return frame


@pytest.fixture(scope="module")
def story():
    frame, model = panel(), small_space()
    old = published(frame, LAGS, "2014-09-30")
    calendar = release_calendar(frame, LAGS, "2014-09-30", "2014-12-31")
    return frame, model, old, calendar, release_by_release(model, old, calendar, "gdp", "2014Q4")


def test_the_calendar_lists_what_becomes_known(story):
    frame, _, old, calendar, _ = story
    assert calendar["date"].is_monotonic_increasing
    now = published(frame, LAGS, "2014-12-31")
    assert len(calendar) == now.notna().sum().sum() - old.notna().sum().sum()
    first = calendar.iloc[0]
    assert (first["date"], first["series"], first["period"]) == (
        pd.Timestamp("2014-10-05"), "a", pd.Timestamp("2014-09-01"),
    )  # fmt: skip


def test_every_step_is_a_nowcast_from_what_was_then_known(story):
    frame, model, old, calendar, steps = story
    known = old.reindex(frame.index)
    start = nowcast(model, known, "gdp", "2014Q4").iloc[0]
    np.testing.assert_allclose(steps.before, start, atol=1e-8)
    for k, row in enumerate(calendar.itertuples()):
        expected = nowcast(model, known, row.series, row.period)["mean"].iloc[0]
        known.loc[row.period, row.series] = row.actual
        again = nowcast(model, known, "gdp", "2014Q4").iloc[0]
        np.testing.assert_allclose(steps.table.loc[k, list(again.index)].astype(float), again, atol=1e-8)
        assert steps.table.loc[k, "forecast"] == pytest.approx(expected, abs=1e-8)


def test_impacts_sum_to_the_change_and_to_all_news(story):
    frame, model, old, _, steps = story
    new = published(frame, LAGS, "2014-12-31")
    change = news(model, old, new, "gdp", "2014Q4")
    assert steps.table["impact"].sum() == pytest.approx(change.change, abs=1e-8)
    assert steps.table["mean"].iloc[-1] == pytest.approx(change.after, abs=1e-8)
    assert steps.table["se"].is_monotonic_decreasing


def test_the_targets_own_release_ends_the_story(story):
    frame, model, old, _, _ = story
    calendar = release_calendar(frame, LAGS, "2014-09-30", "2015-01-28")
    steps = release_by_release(model, old, calendar, "gdp", "2014Q4").table
    assert (steps["series"].iloc[-1], steps["period"].iloc[-1]) == ("gdp", pd.Timestamp("2014-12-01"))
    assert steps["mean"].iloc[-1] == pytest.approx(frame.loc["2014-12-01", "gdp"], abs=1e-6)
    assert steps["se"].iloc[-1] < 1e-4


def test_errors_at_the_door(story):
    _, model, old, calendar, _ = story
    with pytest.raises(ValueError, match="empty"):
        release_by_release(model, old, calendar.iloc[:0], "gdp", "2014Q4")
    with pytest.raises(ValueError, match="comes twice"):
        release_by_release(model, old, pd.concat([calendar, calendar]), "gdp", "2014Q4")


def test_lags_of_the_new_york_fed_reproduce_the_ragged_edge_of_its_vintage():
    """Most series: the vintage of 29 July 2016 ends where the table of lags says, to within a month."""
    frame = load("nyfed", "2016-07-29").frame
    seen = published(frame, NYFED_LAGS, "2016-07-29")
    ends = [(seen[name].last_valid_index(), frame[name].last_valid_index()) for name in frame]
    assert np.mean([ours == theirs for ours, theirs in ends]) > 0.85
    assert set(NYFED_LAGS) == set(frame)
