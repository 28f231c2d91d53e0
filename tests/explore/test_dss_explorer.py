"""Lesson 3's slider without a browser: maps at a date, the estimate of the library, what each control does."""

import time

import numpy as np
import pytest

from tvplab import explore
from tvplab.dgp import simulate_sparse_factors
from tvplab.dynamic_sparse import DynamicSparseFactors
from tvplab.explore.dss import (
    LAM0_RANGE,
    LAM1_RANGE,
    MAX_ITER,
    ONE,
    POOLED,
    ROTATED,
    STARTS,
    TOL,
    WARM,
    starting_loadings,
)
from tvplab.factor_matching import matched, n_active, rmse_path, widened

WORLD = simulate_sparse_factors(T=80, training=0, n_series=20, seed=2)


@pytest.fixture(scope="module")
def explorer():
    return explore.dss(T=80, n_series=20, seed=2)


@pytest.fixture(autouse=True)
def start_again(explorer):
    explorer.reset()
    yield
    assert explorer.error.value == ""


def library(start, **options):
    model = DynamicSparseFactors(6, max_iter=MAX_ITER, tol=TOL, **options)
    return model.fit(WORLD.y, start=start)


@pytest.mark.filterwarnings("ignore:EM stopped")
def test_it_shows_the_librarys_estimate_under_the_truths_names(explorer):
    explorer.set(lam0=5.0, date=30, start=POOLED)
    fit = library(starting_loadings(WORLD.y, 6, POOLED), lam0=5.0)
    loadings = matched(WORLD.loadings, widened(fit.loadings, 10))
    artists = explorer.panel.artists
    np.testing.assert_allclose(artists["loadings"].get_array(), loadings[29])
    np.testing.assert_array_equal(artists["truth"].get_array(), WORLD.loadings[29])
    np.testing.assert_array_equal(artists["count"].get_ydata(), n_active(loadings))
    assert f"{rmse_path(WORLD.loadings, loadings).mean():.3f}" in explorer.numbers.value
    assert f"{fit.objective_path[-1]:,.0f}" in explorer.numbers.value


@pytest.mark.filterwarnings("ignore:EM stopped")
def test_a_warm_start_is_the_estimate_at_the_usual_penalties(explorer):
    explorer.set(theta=0.3)
    base = library(starting_loadings(WORLD.y, 6, POOLED))
    np.testing.assert_allclose(explorer.result.fit.results.loadings, library(base, theta=0.3).loadings)


def test_the_date_moves_the_maps_and_nothing_is_fitted(explorer):
    explorer.set(date=10)
    fit = explorer.result.fit
    start = time.process_time()
    explorer.set(date=70)
    assert time.process_time() - start < 0.5  # of the processor; a tenth of that at most once all is warm
    assert explorer.result.fit is fit
    np.testing.assert_array_equal(explorer.panel.artists["truth"].get_array(), WORLD.loadings[69])
    np.testing.assert_array_equal(explorer.panel.artists["date"].get_xdata(), [70, 70])


def test_moves_do_not_hang_on_the_way(explorer):
    explorer.set(lam0=3.0)
    once = explorer.result.fit.loadings
    explorer.set(lam0=30.0, lam1=0.1)
    explorer.set(lam0=3.0, lam1=0.01)
    np.testing.assert_array_equal(explorer.result.fit.loadings, once)


def test_too_flat_a_spike_keeps_no_zeros(explorer):
    sharp = (explorer.result.fit.loadings[WORLD.loadings == 0] == 0).mean()
    explorer.set(lam0=LAM0_RANGE[0])
    flat = (explorer.result.fit.loadings[WORLD.loadings == 0] == 0).mean()
    assert sharp > 0.9 > 0.8 > flat


def test_starts_are_what_they_say():
    y = WORLD.y
    one, ten = (starting_loadings(y, 6, start) for start in (ONE, POOLED))
    assert one.shape == ten.shape == (20, 6)
    assert (ten == 0).mean() > 0.3
    turned = starting_loadings(y, 6, ROTATED)
    s = np.linalg.svd(y - y.mean(), compute_uv=False)[:6] ** 2 / len(y)
    np.testing.assert_allclose(np.sort(np.linalg.eigvalsh(turned.T @ turned)), np.sort(s))


@pytest.mark.parametrize(
    ("control", "value"),
    [("lam0", 1.0), ("date", 3), ("lam1", 0.3), ("theta", 0.9), ("n_factors", 3), ("start", ROTATED), ("lives", False)],
)
def test_every_control_changes_the_picture(explorer, control, value):
    before = explorer.static_png()
    explorer.set(**{control: value})
    assert explorer.static_png() != before


def test_both_ends_of_the_scales_are_accepted(explorer):
    for name, ends in (("lam0", LAM0_RANGE), ("lam1", LAM1_RANGE)):
        for end in ends:
            explorer.set(**{name: end})
            assert explorer.controls[name].value == pytest.approx(end)
    assert explorer.controls["start"].options == STARTS
    assert explorer.controls["start"].value == WARM


def test_it_says_synthetic_and_large_worlds_act_on_release(explorer):
    assert "Synthetic" in explorer.alt
    assert all(explorer.controls[name].continuous_update for name in ("lam0", "lam1", "theta", "n_factors"))
    large = explore.dss(T=60, n_series=101)
    assert not any(large.controls[name].continuous_update for name in ("lam0", "lam1", "theta", "n_factors"))
    assert large.controls["date"].continuous_update
    assert "on release" in large.controls["lam0"].description
