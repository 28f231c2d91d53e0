"""The pictures of nowcasts show the numbers they are given."""

import numpy as np
import pandas as pd
import pytest

from tvplab.nowcast_news import News
from tvplab.plots.nowcasts import error_paths, news_bars, nowcast_progress, nowcasts_and_truth


def path():
    days = pd.to_datetime(["2016-05-01", "2016-05-06", "2016-05-06", "2016-05-20"])
    return pd.DataFrame(
        {"date": days, "series": list("abcd"), "impact": [0.1, -0.5, 0.3, 0.02], "mean": [2.0, 1.5, 1.8, 1.82],
         "lower": [1.0, 0.6, 1.0, 1.1], "upper": [3.0, 2.4, 2.6, 2.5]}
    )  # fmt: skip


def test_the_way_through_the_quarter():
    ax = nowcast_progress(path(), actual=1.2, title="GDP", labels=2).axes[0]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [2.0, 1.8, 1.82])  # the day's last
    assert ax.lines[1].get_ydata()[0] == 1.2
    words = [text.get_text() for text in ax.texts]
    assert words[-1] == "1  06 May  b -0.50\n2  06 May  c +0.30"
    assert words[1:3] == ["1", "2"]


def test_numbers_of_close_steps_stand_on_opposite_sides():
    ax = nowcast_progress(path(), labels=2).axes[0]
    one, two = ax.texts[:2]
    assert (one.get_ha(), two.get_ha()) == ("left", "right")  # right of a fall, left of a rise
    close = path().assign(impact=[-0.1, -0.5, -0.45, -0.02], mean=[2.0, 1.5, 1.45, 1.43])
    ax = nowcast_progress(close, labels=2).axes[0]
    boxes = [text.get_window_extent() for text in ax.texts[:2]]
    assert not boxes[0].overlaps(boxes[1])


def change():
    releases = pd.DataFrame({"series": ["a", "b"], "impact": [0.5, -0.2]})
    revisions = pd.DataFrame({"series": ["a", "c"], "impact": [0.1, 0.05]})
    return News("gdp", "2016Q2", 1.0, 1.45, releases, revisions, revisions.iloc[:0])


def test_bars_are_impacts_largest_first():
    ax = news_bars(change(), top=2).axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["b", "a"]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([-0.2, 0.5, 0.0, 0.1])
    assert ax.patches[3].get_x() == 0.5  # a revision of the same sign goes on where the release ends
    assert "1.000 → 1.450: change +0.450, others +0.050" in ax.get_title(loc="left")
    named = news_bars(change(), top=2, names={"a": "Jobs", "z": "not there"}).axes[0]
    assert [label.get_text() for label in named.get_yticklabels()] == ["b", "Jobs"]


def test_errors_by_week_and_the_papers():
    ratio = pd.DataFrame({"DFM": [1.0, 0.9], "D2FM": [0.8, 0.7]}, index=[30, 2])
    ax = error_paths(ratio, published=ratio[["D2FM"]] + 0.1).axes[0]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [1.0, 0.9])
    np.testing.assert_allclose(ax.lines[2].get_ydata(), [0.9, 0.8])
    left, right = ax.get_xlim()
    assert left > right  # the release is on the right


def test_quarters_between_windows_stay_open():
    quarters = pd.PeriodIndex(["2008Q1", "2008Q2", "2009Q1"], freq="Q")
    actual = pd.Series([1.0, 2.0, 3.0], quarters)
    ax = nowcasts_and_truth({"m": actual - 0.5}, actual).axes[0]
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), [0.5, 1.5, np.nan, np.nan, 2.5])
