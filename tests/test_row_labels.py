"""What the doors say of the rows' labels: text dates, missing labels, months left out."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest

from tvplab import DeepDynamicFactors, MixedFrequencyFactors, TVPRidge
from tvplab.convergence import ConvergenceWarning
from tvplab.nowcast_periods import found_quarterly
from tvplab.row_labels import check_rows, check_spacing, place_of
from tvplab.validation import as_frame, check_panel

MONTHS = pd.date_range("2000-01-01", periods=24, freq="MS")


def panel(index) -> pd.DataFrame:
    return pd.DataFrame({"a": np.arange(len(index), dtype=float), "b": np.cos(np.arange(len(index)))}, index)


@pytest.mark.parametrize(
    ("first", "sorted_text_is_time"),
    [("3/31/1990", False), ("31-Mar-90", False), ("Mar 1990", False), ("31.3.1990", False), ("1.1990", False),
     ("1990-03-31", True), ("1990Q1", True), ("1990m3", True), ("1990/3", True), ("spring", True), ("s1", True)],
)  # fmt: skip
def test_text_dates_with_the_year_last_are_refused(first, sorted_text_is_time):
    index = pd.Index([first, "~1", "~2"])
    if sorted_text_is_time:
        assert check_rows(index, "y") is None
    else:
        with pytest.raises(ValueError, match=r"y: periods are text .*to_datetime"):
            check_rows(index, "y")


def test_us_dates_that_were_sorted_as_text_do_not_pass_for_time():
    dates = sorted(f"{month.month}/{month.day}/{month.year}" for month in MONTHS)
    with pytest.raises(ValueError, match="y: periods are text"):
        TVPRidge(lam=1.0).fit(panel(dates)["a"], panel(dates)[["b"]])


@pytest.mark.parametrize("door", [as_frame, check_panel])
def test_a_row_without_a_label_is_named(door):
    index = MONTHS[:-1].append(pd.DatetimeIndex([pd.NaT]))
    with pytest.raises(ValueError, match="Y: row 23 has no period"):
        door(panel(index), "Y")


@pytest.mark.parametrize(
    "index",
    [
        MONTHS.delete([5, 6]),
        pd.date_range("2000-01-31", periods=24, freq="ME").delete(5),
        pd.date_range("2000-01-15", periods=24, freq="QS").delete(5),
        pd.date_range("2000-02-01", periods=9, freq="YS").delete(5),
        pd.period_range("2000-01", periods=24, freq="M").delete(5),
        pd.period_range("2000-01", periods=24, freq="Q").delete(5),
        MONTHS.tz_localize("Asia/Tokyo").delete(5),
    ],
    ids=["months", "month ends", "quarters", "years", "month periods", "quarter periods", "with a time zone"],
)
def test_periods_left_out_are_warned_of(index):
    with pytest.warns(UserWarning, match=re.escape(f"Y: periods are left out after {index[4]!s};")):
        check_spacing(index, "Y")
    with pytest.warns(UserWarning, match="Y: periods are left out"):
        check_panel(panel(index), "Y")


@pytest.mark.parametrize(
    "index",
    [
        MONTHS,
        MONTHS._with_freq(None),
        MONTHS[::3]._with_freq(None),
        pd.date_range("2000-01-31", periods=24, freq="ME")._with_freq(None),
        pd.date_range("1999-12-31", periods=24, freq="QE")._with_freq(None),
        pd.bdate_range("2000-01-01", periods=30)._with_freq(None),
        pd.date_range("2000-01-01", periods=24, freq="D").delete(5),
        pd.period_range("2000-01-03", periods=24, freq="D").delete(5),
        pd.RangeIndex(9),
        pd.Index([1, 2, 5]),
        MONTHS[:2],
    ],
)
def test_regular_periods_days_and_numbers_pass_in_silence(index):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_spacing(index, "Y")


def test_the_regressions_door_warns_once_and_at_the_call_of_fit():
    table = panel(MONTHS.delete(5))
    with pytest.warns(UserWarning, match="y: periods are left out") as caught:
        TVPRidge(lam=1.0).fit(table["a"], table[["b"]])
    assert [one.filename for one in caught] == [__file__]


def growth(index) -> pd.DataFrame:
    """Three monthly series and a quarterly one, seen in the last months of quarters."""
    rng = np.random.default_rng(3)
    common = np.convolve(rng.normal(size=len(index) + 4), np.ones(5) / 5.0, "valid")
    panel = pd.DataFrame(common[:, None] + 0.3 * rng.normal(size=(len(index), 3)), index, ["a", "b", "c"])
    return panel.assign(gdp=np.where(index.month % 3 == 0, 3.0 * common + 0.1 * rng.normal(size=len(index)), np.nan))


def test_months_dated_by_their_last_days_give_the_same_nowcast():
    months = pd.date_range("2000-01-01", periods=62, freq="MS")
    first = growth(months)
    last = first.set_axis(months + pd.offsets.MonthEnd(0))
    model = MixedFrequencyFactors(1, 1, max_iter=5)
    with pytest.warns(ConvergenceWarning):
        by_first, by_last = model.fit(first), model.fit(last)
    expected, found = by_first.nowcast("gdp", first), by_last.nowcast("gdp", last)
    np.testing.assert_array_equal(found, expected)
    assert list(found.index) == [pd.Timestamp("2005-03-31"), pd.Timestamp("2005-06-30")]
    np.testing.assert_array_equal(by_last.nowcast("gdp", last, ["2005Q1", "2005-06"]), expected)


@pytest.mark.parametrize("quarterly", [None, ["gdp"]])
def test_a_quarterly_series_in_first_months_is_warned_of(quarterly):
    panel = growth(pd.date_range("2000-01-01", periods=60, freq="MS"))
    panel["gdp"] = panel["gdp"].shift(-2)
    with pytest.warns(UserWarning, match="Y: 'gdp' has a value in 2000-01; a quarterly series"):
        MixedFrequencyFactors(1, 1, quarterly=quarterly, tol=0.1).fit(panel)


def test_deep_factors_that_were_told_of_no_quarterly_series_warn_of_one():
    panel = growth(pd.date_range("2000-01-01", periods=60, freq="MS"))
    options = {"hidden": (), "max_iter": 0, "pretrain": 2, "draws": 2}
    with pytest.warns(UserWarning, match="Y: 'gdp' has values in quarters' last months only"):
        DeepDynamicFactors(1, **options).fit(panel)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        DeepDynamicFactors(1, quarterly=["gdp"], **options).fit(panel)
        DeepDynamicFactors(1, quarterly=[], **options).fit(panel)


def test_a_monthly_series_with_gaps_is_not_taken_for_a_quarterly_one():
    panel = growth(pd.date_range("2000-01-01", periods=60, freq="MS"))
    panel.loc[panel.index.month == 3, "a"] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert found_quarterly(panel).tolist() == [False, False, False, True]


def test_a_vintage_with_text_dates_or_a_number_for_a_period_is_refused():
    panel = growth(pd.date_range("2000-01-01", periods=60, freq="MS"))
    fit = MixedFrequencyFactors(1, 1, quarterly=["gdp"], tol=0.1).fit(panel)
    with pytest.raises(ValueError, match="vintage: its periods are text"):
        fit.nowcast("a", panel.set_axis(panel.index.strftime("%Y-%m")))
    with pytest.raises(ValueError, match=r"period: 3 names no period of the vintage \(a number is no date\)"):
        fit.nowcast("a", panel, 3)
    for wrong in (-1, 1.5, "x"):
        with pytest.raises(ValueError, match="ahead: a whole number of at least 0"):
            fit.nowcast("a", panel, ahead=wrong)
        with pytest.raises(ValueError, match="ahead: a whole number of at least 0"):
            fit.forecasts(panel, ahead=wrong)
    with pytest.raises(ValueError, match="period: the list is empty"):
        fit.nowcast("a", panel, [])


def test_pandas_says_nothing_of_an_index_without_its_frequency():
    panel = growth(pd.date_range("2000-01-01", periods=60, freq="MS")._with_freq(None))
    fit = MixedFrequencyFactors(1, 1, tol=0.1).fit(panel)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(fit.nowcast("gdp", panel)) == 1


@pytest.mark.parametrize(
    ("label", "index", "place"),
    [
        ("2000-03-01", MONTHS, 2),
        ("2000-03", MONTHS, 2),
        (MONTHS[3], MONTHS, 3),
        ("2000Q3", pd.period_range("2000Q1", periods=8, freq="Q"), 2),
        ("2000", pd.period_range("2000Q1", periods=8, freq="Q"), None),
        ("2000", MONTHS, None),
        ("soon", MONTHS, None),
        ([], MONTHS, None),
        (panel(MONTHS), MONTHS, None),
        (np.nan, pd.RangeIndex(3), None),
        (2, pd.RangeIndex(3), 2),
        ("a", pd.Index(["a", "b", "a"]), None),
    ],
)
def test_a_label_has_one_place_or_none(label, index, place):
    assert place_of(label, index) == place
