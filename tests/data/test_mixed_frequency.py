"""Mariano-Murasawa aggregation against the log levels it stands for, and against plain sums."""

import numpy as np
import pandas as pd
import pytest

from tvplab.data import MARIANO_MURASAWA, aggregation_matrix, quarterly_growth

MONTHS = pd.date_range("2000-02-01", "2004-12-01", freq="MS")


def levels(seed: int = 3, size: float = 0.004) -> pd.Series:
    growth = np.random.default_rng(seed).normal(0.002, size, len(MONTHS))
    return pd.Series(100 * np.exp(np.cumsum(growth)), index=MONTHS, name="x")


def quarterly_change(level_by_quarter: pd.Series) -> pd.Series:
    return np.log(level_by_quarter).diff().dropna()


def test_exact_for_the_geometric_mean_of_three_months():
    x = levels()
    monthly = np.log(x).diff().iloc[1:]
    geometric = np.exp(np.log(x.loc["2000-04":]).resample("QS").mean())
    expected = quarterly_change(geometric)
    ours = quarterly_growth(monthly)
    np.testing.assert_allclose(ours.loc[expected.index], expected, atol=1e-14)


def test_close_to_the_sum_of_three_months_for_small_growth():
    for size in (0.004, 0.002):
        x = levels(size=size)
        summed = quarterly_change(x.loc["2000-04":].resample("QS").sum())
        gap = (quarterly_growth(np.log(x).diff().iloc[1:]).loc[summed.index] - summed).abs().max()
        assert 0 < gap < 3 * size**2


def test_the_matrix_is_the_same_as_the_weighted_sum_written_out():
    x = pd.Series(np.random.default_rng(0).normal(size=len(MONTHS)), index=MONTHS)
    written_out = sum(w * x.shift(j) for j, w in enumerate(MARIANO_MURASAWA)).dropna()
    quarter_ends = written_out[written_out.index.month % 3 == 0]
    matrix = aggregation_matrix(MONTHS)
    np.testing.assert_allclose(matrix @ x, quarter_ends.to_numpy(), atol=1e-14)
    np.testing.assert_allclose(quarterly_growth(x), quarter_ends, atol=1e-14)


def test_constant_growth_gives_three_times_itself():
    matrix = aggregation_matrix(MONTHS)
    np.testing.assert_allclose(matrix.sum(axis=1), 3, rtol=1e-15)
    assert ((matrix > 0).sum(axis=1) == 5).all()


def test_quarters_are_dated_by_their_first_day_and_only_whole_ones_appear():
    matrix = aggregation_matrix(MONTHS)
    assert matrix.index[0] == pd.Timestamp("2000-04-01")
    assert matrix.index[-1] == pd.Timestamp("2004-10-01")
    assert matrix.index.freqstr.startswith("QS")
    assert matrix.columns.equals(MONTHS)


def test_a_missing_month_makes_the_quarters_it_touches_missing():
    x = pd.DataFrame({"a": np.ones(len(MONTHS)), "b": np.ones(len(MONTHS))}, index=MONTHS)
    x.loc["2001-03-01", "b"] = np.nan
    quarters = quarterly_growth(x)
    assert quarters["a"].notna().all()
    missing = quarters.index[quarters["b"].isna()]
    assert list(missing) == [pd.Timestamp("2001-01-01"), pd.Timestamp("2001-04-01")]


@pytest.mark.parametrize(
    "months",
    [MONTHS[::-1], MONTHS.delete(5), pd.date_range("2000-01-31", periods=12, freq="ME"), MONTHS[:0]],
)
def test_months_that_do_not_follow_each_other_are_refused(months):
    with pytest.raises(ValueError, match="months: must be consecutive months, each dated by its first day"):
        aggregation_matrix(months)


def test_too_few_months_and_other_types_are_refused():
    with pytest.raises(ValueError, match="4 months hold no quarter"):
        aggregation_matrix(MONTHS[:4])
    with pytest.raises(TypeError, match="expected a DatetimeIndex, got RangeIndex"):
        aggregation_matrix(pd.RangeIndex(12))
    with pytest.raises(TypeError, match="expected a DataFrame or Series, got ndarray"):
        quarterly_growth(np.ones(12))
