"""Two menus of lesson 1's explorer drop items together."""

import numpy as np
import pytest

from tvplab import explore
from tvplab.dgp import simulate_factor_model
from tvplab.explore.factor_fit import base_estimate, estimate_from, principal_start, start_values
from tvplab.marss import DynamicFactorModel


@pytest.fixture(scope="module")
def explorer():
    return explore.dfm(T=60)


@pytest.mark.parametrize(
    ("dropped", "too", "gone"),
    [
        ("item3", "item5", {"item3", "item5"}),
        ("the 2 most volatile", "item1", {"item7", "item8", "item1"}),
        ("the most volatile", "item8", {"item8"}),
        ("nothing", "item2", {"item2"}),
    ],
)
def test_what_two_menus_drop(explorer, dropped, too, gone):
    explorer.set(dropped=dropped, dropped_too=too)
    assert explorer.error.value == ""
    shares = explorer.result.shares
    assert set(shares.index[shares.isna()]) == gone
    left = simulate_factor_model(T=60).y.drop(columns=gone)
    np.testing.assert_allclose(explorer.result.average, left.mean(axis=1))


def test_the_smallest_panel_bears_the_largest_drop():
    small = explore.dfm(simulate_factor_model(T=60).y.iloc[:, :5])
    small.set(n_factors=small.controls["n_factors"].max)
    for dropped in small.controls["dropped"].options:
        for too in ("nothing", "item1", "item5"):
            small.set(dropped=dropped, dropped_too=too)
            assert small.error.value == ""


def test_two_factors_reach_the_higher_top():
    """From principal components alone EM ends on a top 4 lower, where the second factor is item8's own."""
    y = simulate_factor_model(T=120).y
    both = DynamicFactorModel(2, 2, standardize=True, anchors="data")
    low = start_values(principal_start(y, 2, 2), y.columns, both.anchors_of(y))
    stuck = both.fit(y, start=low, tol=1e-7, max_iter=300, accelerate=True)
    moved = estimate_from(base_estimate(y, 2, 2), y)
    assert stuck.converged
    assert moved.loglik > stuck.loglik + 2.0
