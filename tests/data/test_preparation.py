"""Standardisation that can be undone, and lagged columns."""

import numpy as np
import pandas as pd
import pytest

from tvplab.data import Standardizer, lag_matrix

FRAME = pd.DataFrame({"a": [1.0, 2, 3, 6], "b": [10.0, np.nan, 30, 20]})


def test_standardised_columns_have_mean_zero_and_sd_one():
    z = Standardizer.fit(FRAME).transform(FRAME)
    np.testing.assert_allclose(z.mean(), 0, atol=1e-15)
    np.testing.assert_allclose(z.std(ddof=1), 1, rtol=1e-14)
    assert z.isna().equals(FRAME.isna())


def test_mean_and_sd_are_remembered():
    standardizer = Standardizer.fit(FRAME, ddof=0)
    assert standardizer.mean.to_dict() == {"a": 3.0, "b": 20.0}
    assert standardizer.sd["a"] == pytest.approx(np.sqrt(3.5))


def test_inverse_undoes_all_or_a_part_of_the_columns_in_any_order():
    standardizer = Standardizer.fit(FRAME)
    pd.testing.assert_frame_equal(standardizer.inverse(standardizer.transform(FRAME)), FRAME)
    part = standardizer.transform(FRAME)[["b"]]
    pd.testing.assert_frame_equal(standardizer.inverse(part), FRAME[["b"]])
    turned = FRAME[["b", "a"]]
    pd.testing.assert_frame_equal(standardizer.inverse(standardizer.transform(turned)), turned)


def test_new_rows_are_scaled_with_the_old_mean_and_sd():
    new = pd.DataFrame({"a": [3.0]})
    assert Standardizer.fit(FRAME).transform(new)["a"].item() == 0


@pytest.mark.parametrize(
    ("frame", "error", "match"),
    [
        (pd.DataFrame({"flat": [2.0, 2, 2]}), ValueError, "'flat' does not vary"),
        (pd.DataFrame({"empty": [np.nan, np.nan]}), ValueError, "'empty' does not vary"),
        (pd.DataFrame([[1.0, 2], [3, 4]], columns=["a", "a"]), ValueError, "duplicate column name 'a'"),
        (np.ones((3, 2)), TypeError, "expected a DataFrame, got ndarray"),
    ],
)
def test_what_has_no_scale_is_refused(frame, error, match):
    with pytest.raises(error, match=match):
        Standardizer.fit(frame)


def test_an_unknown_column_is_refused():
    with pytest.raises(ValueError, match=r"'c' was not fitted; known are \['a', 'b'\]"):
        Standardizer.fit(FRAME).inverse(pd.DataFrame({"c": [0.0]}))


def test_lags_stand_beside_each_other_lag_by_lag():
    lagged = lag_matrix(FRAME, 2)
    assert list(lagged.columns) == ["a.l1", "b.l1", "a.l2", "b.l2"]
    np.testing.assert_array_equal(lagged["a.l2"], [np.nan, np.nan, 1, 2])
    np.testing.assert_array_equal(lagged["b.l1"], [np.nan, 10, np.nan, 30])


def test_only_the_leading_rows_are_dropped_and_only_on_request():
    assert len(lag_matrix(FRAME, 2)) == 4
    dropped = lag_matrix(FRAME, [1], drop=True)
    assert list(dropped.index) == [1, 2, 3]
    assert dropped["b.l1"].isna().tolist() == [False, True, False]


def test_a_list_of_lags_is_taken_as_it_stands():
    lagged = lag_matrix(FRAME["a"], [3, 1], drop=True)
    assert list(lagged.columns) == ["a.l3", "a.l1"]
    assert lagged.to_numpy().tolist() == [[1.0, 3.0]]


@pytest.mark.parametrize("lags", [0, -1, [], [0, 1], [1, 1], [1.5], [True]])
def test_bad_lags_are_refused(lags):
    with pytest.raises(ValueError, match="lags: must be distinct whole numbers of at least 1"):
        lag_matrix(FRAME, lags)


def test_more_lags_than_rows_are_refused():
    with pytest.raises(ValueError, match="lags: 4 needs more than 4 rows, got 4"):
        lag_matrix(FRAME, 4)


def test_rows_out_of_order_are_refused():
    with pytest.raises(ValueError, match="periods must be ascending and unique"):
        lag_matrix(FRAME.iloc[::-1], 1)


def test_a_nameless_series_and_an_array_are_refused():
    with pytest.raises(ValueError, match="the Series needs a name"):
        lag_matrix(pd.Series([1.0, 2.0]), 1)
    with pytest.raises(TypeError, match="expected a DataFrame or Series, got ndarray"):
        lag_matrix(np.ones((3, 1)), 1)
