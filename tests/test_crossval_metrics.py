"""Folds partition the periods; metrics are their definitions."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import ShuffleSplit

from tvplab.crossval import BlockedFolds, RandomBlocks, RandomFolds, make_folds
from tvplab.metrics import coverage, mean_absolute_error


@pytest.mark.parametrize("cv", [5, np.int64(5), RandomFolds(7, seed=1), BlockedFolds(4), np.arange(23) % 6])
def test_folds_partition_the_periods(cv):
    folds = make_folds(cv, pd.RangeIndex(23))
    np.testing.assert_array_equal(np.sort(np.concatenate(folds)), np.arange(23))
    sizes = [len(F) for F in folds]
    assert max(sizes) - min(sizes) <= 1


def test_blocks_are_consecutive_and_random_folds_fixed_by_their_seed():
    assert all(np.all(np.diff(F) == 1) for F in make_folds(BlockedFolds(4), pd.RangeIndex(22)))
    same, other = (
        make_folds(RandomFolds(5, seed=2), pd.RangeIndex(40)),
        make_folds(RandomFolds(5, seed=3), pd.RangeIndex(40)),
    )
    assert all(
        np.array_equal(a, b) for a, b in zip(same, make_folds(RandomFolds(5, seed=2), pd.RangeIndex(40)), strict=True)
    )
    assert not all(np.array_equal(a, b) for a, b in zip(same, other, strict=True))


def test_random_blocks_keep_their_quarters_together():
    folds = make_folds(RandomBlocks(length=8, n=5, seed=4), pd.RangeIndex(203))
    np.testing.assert_array_equal(np.sort(np.concatenate(folds)), np.arange(203))
    owner = np.empty(203, int)
    for number, F in enumerate(folds):
        owner[F] = number
    assert all(len(set(owner[start : start + 8])) == 1 for start in range(0, 203, 8))
    assert sorted(len(set(F // 8)) for F in folds) == [5, 5, 5, 5, 6]
    again = make_folds(RandomBlocks(length=8, n=5, seed=5), pd.RangeIndex(203))
    assert not all(np.array_equal(a, b) for a, b in zip(folds, again, strict=True))


@pytest.mark.parametrize(
    ("cv", "message"), [(RandomBlocks(8, 5), "5 folds for 3 blocks"), (RandomBlocks(0), "length=0")]
)
def test_blocks_that_do_not_suffice_are_refused(cv, message):
    with pytest.raises(ValueError, match=message):
        make_folds(cv, pd.RangeIndex(20))


def test_a_splitter_must_hold_every_period_out_once():
    with pytest.raises(ValueError, match="exactly once"):
        make_folds(ShuffleSplit(3, test_size=0.5, random_state=0), pd.RangeIndex(20))


@pytest.mark.parametrize("cv", [True, 2.5, None, "loo"])
def test_what_is_no_fold_is_refused(cv):
    with pytest.raises(ValueError, match="cv: expected a number of folds"):
        make_folds(cv, pd.RangeIndex(20))


def test_metrics():
    assert mean_absolute_error([[0.0, 1.0]], [[1.0, -1.0]]) == 1.5
    assert coverage([0.0, 1.0, 2.0], [-1.0, 2.0, 2.0], [1.0, 3.0, 2.0]) == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="estimate: has shape"):
        mean_absolute_error(np.zeros(3), np.zeros((3, 1)))
