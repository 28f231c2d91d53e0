"""Ordering, matching and counting of factors without names, on cases small enough to see through."""

from itertools import permutations, product

import numpy as np
import pytest

from tvplab.factor_matching import (
    active_per_series,
    left_order,
    left_ordered,
    match_factors,
    matched,
    matched_each,
    n_active,
    rmse_path,
    widened,
)

TRUTH = np.array([[2.0, 0.0, 0.0], [2.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
MIXED = TRUTH[:, [1, 2, 0]] * [1.0, 1.0, -1.0]


def test_left_order_reads_columns_as_binary_numbers():
    np.testing.assert_array_equal(left_order(MIXED), [2, 0, 1])
    np.testing.assert_array_equal(left_ordered(MIXED)[0], TRUTH)


def test_left_order_equals_sorting_the_numbers_themselves():
    loadings = np.random.default_rng(0).standard_normal((12, 6)) * (np.random.default_rng(1).random((12, 6)) < 0.3)
    numbers = [int("".join("1" if abs(x) >= 0.1 else "0" for x in column), 2) for column in loadings.T]
    found = [numbers[k] for k in left_order(loadings)]
    assert found == sorted(numbers, reverse=True)


def test_one_stray_entry_moves_a_left_ordered_column_but_no_matched_one():
    stray = TRUTH.copy()
    stray[0, 1] = 0.15  # supports 1100, 1110: the second column now comes first
    assert rmse_path(TRUTH, left_ordered(stray))[0] > 0.9
    assert rmse_path(TRUTH, matched(TRUTH, stray))[0] == pytest.approx(0.15 / np.sqrt(12))


def test_negligible_entries_do_not_order_columns():
    nearly = MIXED + 0.05 * (MIXED == 0)
    np.testing.assert_array_equal(left_ordered(nearly)[0], TRUTH)


def test_match_undoes_order_and_signs():
    match = match_factors(TRUTH, MIXED)
    np.testing.assert_array_equal(match.apply(MIXED), TRUTH)
    np.testing.assert_array_equal(match.order[:2], [2, 0])
    np.testing.assert_array_equal(match.signs[:2], [-1.0, 1.0])


def test_match_is_the_best_of_all_orders_and_signs():
    rng = np.random.default_rng(3)
    truth, loadings = rng.standard_normal((2, 5, 7, 4))
    best = min(
        ((truth - loadings[..., list(order)] * signs) ** 2).sum()
        for order in permutations(range(4))
        for signs in product([-1.0, 1.0], repeat=4)
    )
    assert ((truth - matched(truth, loadings)) ** 2).sum() == pytest.approx(best, rel=1e-12)


def test_a_swap_of_names_costs_one_match_for_all_dates_but_not_one_a_date():
    truth = np.stack([TRUTH] * 4)
    swapped = truth.copy()
    swapped[2:] = truth[2:, :, [1, 0, 2]]
    np.testing.assert_array_equal(rmse_path(truth, matched_each(truth, swapped)), np.zeros(4))
    one = rmse_path(truth, matched(truth, swapped))
    np.testing.assert_array_equal(one > 0, [False, False, True, True])


def test_counts():
    path = np.stack([TRUTH, MIXED, 0.01 * TRUTH, np.zeros((4, 3))])
    path[3, 0, 0] = 1.0
    np.testing.assert_array_equal(n_active(path), [2, 2, 0, 0])
    np.testing.assert_array_equal(n_active(path, least=1), [2, 2, 0, 1])
    np.testing.assert_allclose(active_per_series(path), [1.0, 1.0, 0.0, 0.25])


def test_widened_appends_dead_factors():
    wide = widened(TRUTH, 5)
    assert wide.shape == (4, 5)
    np.testing.assert_array_equal(wide[:, :3], TRUTH)
    assert not wide[:, 3:].any()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: rmse_path(TRUTH, TRUTH[:, :2]), "see `widened`"),
        (lambda: n_active(np.zeros(3)), "loadings: expected"),
        (lambda: widened(TRUTH, 2), "n_factors: must be at least 3"),
    ],
)
def test_doors(call, says):
    with pytest.raises(ValueError, match=says):
        call()
