"""Lesson 4's date slider without a browser: each step is a nowcast from what was then known."""

import time

import numpy as np
import pandas as pd
import pytest

from tvplab import explore
from tvplab.data import NYFED_LAGS
from tvplab.explore.nowcast import RECENT, TARGET, default_model
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


@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_line_is_a_nowcast_from_what_was_published(explorer, quarter):
    explorer.set(quarter=quarter)
    model, frame = default_model()
    story = explorer.result.story
    known = int((story["date"] <= story["date"].iloc[60]).sum())  # all releases of that day
    explorer.set(release=known)
    seen = published(frame, NYFED_LAGS, story["date"].iloc[known - 1])
    expected = nowcast(model, seen, TARGET, quarter).iloc[0]
    np.testing.assert_allclose(explorer.result.now.astype(float), expected, atol=1e-6)
    line = explorer.panel.artists["path"].get_ydata()
    assert line[known] == pytest.approx(expected["mean"], abs=1e-6)
    assert np.isnan(line[known + 1 :]).all()
    assert f"{expected['mean']:.2f}" in explorer.numbers.value


def test_bars_are_the_last_impacts_and_all_of_them_sum_to_the_change(explorer):
    explorer.set(release=30)
    move = explorer.result
    bars = [bar.get_width() for bar in explorer.panel.artists["bars"]]
    np.testing.assert_allclose(bars, move.story["impact"].iloc[30 - RECENT : 30][::-1])
    assert move.path["impact"].sum() == pytest.approx(move.now["mean"] - move.before["mean"], abs=1e-8)
    words = explorer.panel.artists["names"][0].get_text()
    assert f"{move.story['impact'].iloc[29]:+.2f}" in words


def test_before_any_release_and_after_the_last(explorer):
    explorer.set(release=0)
    assert explorer.result.now["mean"] == explorer.result.before["mean"]
    assert all(bar.get_width() == 0.0 for bar in explorer.panel.artists["bars"])
    last = explorer.controls["release"].options[-1][1]
    explorer.set(release=last)
    assert explorer.result.now["se"] < explorer.result.before["se"]
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
