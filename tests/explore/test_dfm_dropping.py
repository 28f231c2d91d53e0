"""A menu and a list of lesson 1's explorer drop items together."""

import numpy as np
import pytest

from tvplab import explore
from tvplab.dgp import simulate_factor_model
from tvplab.explore.factor_fit import Panel, _trial, base_estimate, estimate_from, principal_start, start_values
from tvplab.marss import DynamicFactorModel


@pytest.fixture(scope="module")
def explorer():
    return explore.dfm(T=60)


@pytest.mark.parametrize(
    ("dropped", "too", "gone"),
    [
        ("item3", ("item5",), {"item3", "item5"}),
        ("the 2 most volatile", ("item1",), {"item7", "item8", "item1"}),
        ("the most volatile", ("item8",), {"item8"}),
        ("nothing", ("item1", "item2", "item4"), {"item1", "item2", "item4"}),
    ],
)
def test_what_menu_and_list_drop(explorer, dropped, too, gone):
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
        for too in ((), ("item1",), ("item5",)):
            small.set(dropped=dropped, dropped_too=too)
            assert small.error.value == ""


def test_too_many_dropped_are_refused_in_words_and_the_picture_stays():
    small = explore.dfm(simulate_factor_model(T=60).y.iloc[:, :5])
    before = small.static_png()
    small.set(dropped_too=("item1", "item2", "item3", "item4"))
    assert "2 items must stay for r = 1, got 1" in small.error.value
    assert small.static_png() == before


def test_a_list_of_items_has_to_be_a_tuple_of_its_options(explorer):
    explorer.reset()
    for wrong in (("item9",), "item1"):
        with pytest.raises(ValueError, match="dropped_too cannot be"):
            explorer.set(dropped_too=wrong)
    assert explorer.controls["dropped_too"].value == ()


@pytest.mark.filterwarnings("ignore::tvplab.convergence.ConvergenceWarning")
@pytest.mark.parametrize("missing", [0.3, 0.5, 0.7])
def test_a_move_with_two_factors_follows_the_higher_of_two_starts(missing):
    """Where much is hidden, EM from the estimate on all data ends lower than from what is seen."""
    full = simulate_factor_model(T=120).y
    y = full.mask(np.random.default_rng(0).random(full.shape) < missing)
    base, panel, model = base_estimate(full, 2, 2), Panel.of(y, 2), DynamicFactorModel(2, 2, True, "data")
    first, second = (
        model.fit(y, start=start_values(start, panel.anchors), tol=1e-7, max_iter=40, accelerate=True)
        for start in (base, principal_start(panel, 2))
    )
    assert second.loglik > first.loglik + 1.0
    assert estimate_from(base, y).loglik == pytest.approx(second.loglik, abs=1e-9)


def test_em_to_the_end_ends_at_a_top_and_a_short_move_says_that_it_does_not(explorer):
    explorer.reset()
    explorer.set(n_factors=2, missing=0.6)
    short = explorer.result.fit
    assert not short.converged
    assert "not done" in explorer.numbers.value
    explorer.set(to_the_end=True)
    whole = explorer.result.fit
    assert whole.converged
    assert whole.loglik >= short.loglik
    assert "not done" not in explorer.numbers.value
    y = simulate_factor_model(T=60).y
    y = y.mask(np.random.default_rng(0).random(y.shape) < 0.6)
    model = DynamicFactorModel(2, 2, standardize=True, anchors="data")
    start = {name: values.to_numpy() for name, values in whole.parameters.items() if len(values)}
    climbed = model.fit(y, start=start, max_iter=0, polishing=True)
    assert climbed.loglik == pytest.approx(whole.loglik, abs=0.02)  # L-BFGS finds nothing above


def test_two_factors_reach_the_higher_top():
    """From principal components alone EM ends on a top 4 lower, where the second factor is item8's own."""
    y = simulate_factor_model(T=120).y
    both = DynamicFactorModel(2, 2, standardize=True, anchors="data")
    panel = Panel.of(y, 2)
    low = start_values(principal_start(panel, 2), panel.anchors)
    stuck = both.fit(y, start=low, tol=1e-7, max_iter=300, accelerate=True)
    moved = estimate_from(base_estimate(y, 2, 2), y)
    assert stuck.converged
    assert moved.loglik > stuck.loglik + 2.0


def test_a_start_whose_variances_vanish_loses_the_trial():
    """A start that is no covariance matrix counts as −∞, and does not stop the slider: the other one is followed."""
    panel = Panel.of(simulate_factor_model(T=60).y, 2)
    start = principal_start(panel, 2)
    assert np.isfinite(_trial(panel, start))
    silent = start._replace(item_noise=np.r_[0.0, start.item_noise[1:]])
    assert _trial(panel, silent) == -np.inf
    assert estimate_from(silent, panel.y).loglik > _trial(panel, start)
