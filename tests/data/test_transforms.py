"""Transformation codes against numbers worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from tvplab import data

X = pd.Series([1.0, 2.0, 4.0, 12.0], name="x")
NAN = np.nan
LOG = np.log


@pytest.mark.parametrize(
    ("tcode", "expected"),
    [
        (1, [1, 2, 4, 12]),
        (2, [NAN, 1, 2, 8]),
        (3, [NAN, NAN, 1, 6]),
        (4, [0, LOG(2), LOG(4), LOG(12)]),
        (5, [NAN, LOG(2), LOG(2), LOG(3)]),
        (6, [NAN, NAN, 0, LOG(1.5)]),
        (7, [NAN, NAN, 0, 1]),
        ("lin", [1, 2, 4, 12]),
        ("chg", [NAN, 1, 2, 8]),
        ("pch", [NAN, 100, 100, 200]),
        ("pca", [NAN, 100 * (2**12 - 1), 100 * (2**12 - 1), 100 * (3**12 - 1)]),
    ],
)
def test_each_code(tcode, expected):
    np.testing.assert_allclose(data.apply_tcode(X, tcode), expected, rtol=1e-12, atol=1e-12)


def test_a_quarterly_series_among_months_steps_over_three_rows():
    quarterly = pd.Series([NAN, NAN, 100, NAN, NAN, 101, NAN, NAN, 103.0], name="gdp")
    annual_rate = data.apply_tcode(quarterly, "pca", step=3)
    assert annual_rate[5] == pytest.approx(100 * (1.01**4 - 1))
    assert annual_rate[8] == pytest.approx(100 * ((103 / 101) ** 4 - 1))
    assert annual_rate.notna().sum() == 2


@pytest.mark.parametrize("tcode", [1, 2, 3, 4, 5, 6, 7])
def test_a_gap_stays_a_gap(tcode):
    gap = pd.Series([1.0, 2, NAN, 4, 5, 6, 7])
    changed = data.apply_tcode(gap, tcode)
    needed = {1: 0, 4: 0, 2: 1, 5: 1, 3: 2, 6: 2, 7: 2}[tcode]
    assert changed.isna().tolist() == [t < needed or 2 <= t <= 2 + needed for t in range(7)]


@pytest.mark.parametrize("tcode", [4, 5, 6])
@pytest.mark.parametrize("bad", [0.0, -3.0])
def test_a_logarithm_names_the_column_the_value_and_the_date(tcode, bad):
    series = pd.Series([1.0, bad], index=pd.to_datetime(["2001-01-01", "2001-02-01"]), name="spread")
    with pytest.raises(ValueError, match=rf"spread: a logarithm needs values above 0, got {bad:g} at 2001-02-01"):
        data.apply_tcode(series, tcode)


@pytest.mark.parametrize("tcode", [0, 8, "ch1", True, None])
def test_an_unknown_code_is_refused(tcode):
    with pytest.raises(ValueError, match="tcode: must be one of 1, 2, 3"):
        data.apply_tcode(X, tcode)


def test_a_step_below_one_is_refused():
    with pytest.raises(ValueError, match="step: must be a whole number of at least 1, got 0"):
        data.apply_tcode(X, 2, step=0)


def test_every_column_needs_a_code():
    frame = pd.DataFrame({"x": X, "y": X})
    with pytest.raises(ValueError, match="no code for column 'y'"):
        data.apply_tcodes(frame, {"x": 1})


def test_columns_keep_their_order_and_index():
    frame = pd.DataFrame({"b": X, "a": X}).set_axis(pd.date_range("2000-01-01", periods=4, freq="MS"))
    changed = data.apply_tcodes(frame, {"a": 5, "b": 2})
    assert list(changed.columns) == ["b", "a"]
    assert changed.index.equals(frame.index)
    assert changed["a"].iloc[3] == pytest.approx(LOG(3))
