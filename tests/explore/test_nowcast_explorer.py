"""Lesson 4's date slider without a browser: each step is a nowcast from what was then known."""

import time

import numpy as np
import pandas as pd
import pytest

from tvplab import explore
from tvplab.data import NYFED_LAGS
from tvplab.explore.nowcast import LONGEST, RECENT, TARGET, default_model
from tvplab.nowcast_backtest import published
from tvplab.nowcasting import nowcast

QUARTERS = ("2016Q2", "2008Q4")


@pytest.fixture(scope="module")
def explorer():
    return explore.nowcast(quarters=QUARTERS)


@pytest.fixture(autouse=True)
def start_again(explorer):
    explorer.reset()
    yield
    assert explorer.error.value == ""


def ends_a_day(explorer, stop, days):
    """Whether all releases of a day have come at this stop."""
    explorer.set(release=stop)
    known = explorer.result.known
    return days[known] > days[known - 1]


@pytest.mark.parametrize("quarter", QUARTERS)
def test_every_stop_brings_a_release_and_the_last_one_all(explorer, quarter):
    stops = [value for _, value in explorer.controls["release"].options]
    known = [explorer._compute(release=stop, quarter=quarter).known for stop in stops]
    assert known[0] == 0
    assert known[-1] == len(explorer._compute(release=0, quarter=quarter).story)
    assert set(np.diff(known)) <= {1, 2}


@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_line_is_a_nowcast_from_what_was_published(explorer, quarter):
    explorer.set(quarter=quarter)
    model, frame = default_model()
    story = explorer.result.story
    days = story["date"].to_numpy()
    stop = next(n for n in range(50, 80) if ends_a_day(explorer, n, days))
    explorer.set(release=stop)
    known = explorer.result.known
    seen = published(frame, NYFED_LAGS, story["date"].iloc[known - 1])
    expected = nowcast(model, seen, TARGET, quarter).iloc[0]
    np.testing.assert_allclose(explorer.result.now.astype(float), expected, atol=1e-6)
    line = explorer.panel.artists["path"].get_ydata()
    assert line[known] == pytest.approx(expected["mean"], abs=1e-6)
    assert np.isnan(line[known + 1 :]).all()
    assert f"{expected['mean']:.2f}" in explorer.numbers.value


def test_bars_are_the_last_impacts_and_all_of_them_sum_to_the_change(explorer):
    explorer.set(release=30)
    move, known = explorer.result, explorer.result.known
    bars = explorer.panel.artists["bars"].get_data()[0][::2]
    np.testing.assert_allclose(bars, move.story["impact"].iloc[known - RECENT : known][::-1])
    assert move.path["impact"].sum() == pytest.approx(move.now["mean"] - move.way.before["mean"], abs=1e-8)
    last = move.story.iloc[known - 1]
    words = explorer.panel.artists["names"][0].get_text()
    assert words == f"{last['date']:%d %b}  {last['name'][:LONGEST]} ({last['period']:%b}) {last['impact']:+.2f}"


def test_before_any_release_and_after_the_last(explorer):
    explorer.set(release=0)
    before = explorer.result.way.before
    assert explorer.result.now["mean"] == before["mean"]
    assert not any(explorer.panel.artists["bars"].get_data()[0])
    assert not any(text.get_text() for text in explorer.panel.artists["names"])
    explorer.set(release=2)
    assert [bool(text.get_text()) for text in explorer.panel.artists["names"]] == [True, True, False, False, False]
    last = explorer.controls["release"].options[-1][1]
    explorer.set(release=last)
    assert explorer.result.now["se"] < before["se"]
    assert explorer.result.story["date"].iloc[-1] < pd.Timestamp("2016-07-29")


def test_a_step_is_quick_and_draws_another_picture(explorer):
    first = explorer.static_png()
    start = time.process_time()
    for release in range(20, 40):
        explorer.set(release=release)
    assert (time.process_time() - start) / 20 < 0.1
    assert explorer.static_png() != first


def test_a_model_of_ones_own_needs_its_panel():
    with pytest.raises(ValueError, match="give both"):
        explore.nowcast(model=default_model()[0])
