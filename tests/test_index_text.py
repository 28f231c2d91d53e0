"""Indexes go through JSON and come back the same."""

import json

import pandas as pd
import pytest

from tvplab.index_text import index_from_text, index_to_text


@pytest.mark.parametrize(
    "index",
    [
        pd.period_range("1990Q1", periods=4, freq="Q", name="quarter"),
        pd.period_range("1990-03", periods=4, freq="M"),
        pd.date_range("1990-01-01", periods=4, freq="MS", name="date"),
        pd.DatetimeIndex(["2001-01-01", "2001-01-05"]),
        pd.RangeIndex(3, 12, 3, name="period"),
        pd.Index(["a", "β", "c d"]),
        pd.Index([4, 1, 9]),
    ],
)
def test_there_and_back(index):
    back = index_from_text(json.loads(json.dumps(index_to_text(index))))
    pd.testing.assert_index_equal(back, index, exact=True)
    assert getattr(back, "freq", None) == getattr(index, "freq", None)


def test_other_labels_are_refused():
    with pytest.raises(TypeError, match=r"index: labels must be periods, dates, texts or whole numbers, got 1\.5"):
        index_to_text(pd.Index([1.5, 2.5]))
