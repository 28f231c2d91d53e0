"""The forecasting study sees the past only: alignment, transformations, factors, a future that may change freely."""

import numpy as np
import pandas as pd
import pytest

from tvplab.data import Dataset
from tvplab.replicate.forecasting_data import (
    MEDIUM,
    TARGETS,
    Macro,
    factors,
    over_horizon,
    predictors,
    sample,
    systems,
    target_series,
)

QUARTER = pd.Period("1985Q2")


def fred_like(seed=0, last="1990Q4") -> Dataset:
    """A small stand-in for FRED-QD: random walks under the names that the study uses, and some others."""
    rng = np.random.default_rng(seed)
    names = ["GDPC1", "UNRATE", "CPIAUCSL", "GS1", "GS10", *MEDIUM, *(f"other{n}" for n in range(10))]
    dates = pd.date_range("1959-01-01", pd.Period(last).start_time, freq="QS")
    walks = 50.0 + np.cumsum(rng.normal(scale=0.3, size=(len(dates), len(names))), axis=0)
    tcodes = {"GDPC1": 5, "UNRATE": 2, "CPIAUCSL": 6, "GS1": 2, "GS10": 2, **MEDIUM}
    tcodes |= {f"other{n}": 5 for n in range(10)}
    frame = pd.DataFrame(walks, dates, names)
    frame.loc[:"1961", "other9"] = np.nan  # a series that starts too late for the factors
    return Dataset("fred-like", frame, "simulated", "none", synthetic=True, tcodes=tcodes)


def changed(dataset: Dataset, start: pd.Period) -> Dataset:
    """The same data with everything from `start` on multiplied by noise."""
    frame = dataset.frame.copy()
    future = frame.index >= start.start_time
    frame.loc[future] *= np.random.default_rng(9).uniform(0.5, 2.0, size=(future.sum(), frame.shape[1]))
    return Dataset(dataset.name, frame, dataset.source, dataset.licence, synthetic=True, tcodes=dataset.tcodes)


@pytest.fixture(scope="module")
def dataset():
    return fred_like()


@pytest.fixture(scope="module")
def macro(dataset):
    return Macro.of(dataset)


def test_targets_are_the_paper_s_transformations(dataset, macro):
    frame = dataset.frame.set_axis(dataset.frame.index.to_period("Q"))
    t, before = pd.Period("1975Q3"), pd.Period("1975Q2")
    row = macro.targets.loc[t]
    assert row["GDP"] == pytest.approx(100 * np.log(frame.GDPC1[t] / frame.GDPC1[before]))
    assert row["UR"] == pytest.approx(frame.UNRATE[t] - frame.UNRATE[before])
    assert row["INF"] == pytest.approx(100 * np.log(frame.CPIAUCSL[t] / frame.CPIAUCSL[before]))
    assert row["IR"] == frame.GS1[t]
    assert row["SPREAD"] == frame.GS10[t] - frame.FEDFUNDS[t]


@pytest.mark.parametrize("horizon", [1, 2, 4])
def test_growth_is_averaged_over_the_horizon_and_levels_are_not(dataset, horizon):
    frame = dataset.frame.set_axis(dataset.frame.index.to_period("Q"))
    targets = target_series(frame)
    ahead = over_horizon(targets, horizon)
    t = pd.Period("1980Q1")
    long_growth = 100 * np.log(frame.CPIAUCSL[t] / frame.CPIAUCSL[t - horizon]) / horizon
    assert ahead.INF[t] == pytest.approx(long_growth)
    assert ahead.UR[t] == pytest.approx((frame.UNRATE[t] - frame.UNRATE[t - horizon]) / horizon)
    pd.testing.assert_frame_equal(ahead[["IR", "SPREAD"]], targets[["IR", "SPREAD"]])


@pytest.mark.parametrize("horizon", [1, 2, 4])
@pytest.mark.parametrize(("spec", "n_series"), [("AR", 1), ("ARDI", 3), ("VAR5", 5), ("VAR20", 20)])
def test_regressors_are_two_quarters_known_at_the_origin(macro, spec, n_series, horizon):
    origin = QUARTER - horizon
    data = sample(macro, spec, systems(spec, list(TARGETS))[-1], QUARTER, horizon)
    assert data.X.shape == (len(data.Y), 2 * n_series)
    assert data.Y.index[0] == pd.Period("1961Q3")
    assert data.Y.index[-1] == origin
    assert not data.X.isna().any(axis=None)
    assert not data.x_next.isna().any()
    series = predictors(macro.until(origin), spec, data.Y.columns[0])
    expected = np.concatenate([series.loc[origin], series.loc[origin - 1]])
    np.testing.assert_array_equal(data.x_next, expected)
    t = pd.Period("1970Q1")
    np.testing.assert_array_equal(data.X.loc[t], np.concatenate([series.loc[t - horizon], series.loc[t - horizon - 1]]))
    np.testing.assert_array_equal(data.Y.loc[t], over_horizon(macro.targets, horizon).loc[t, data.Y.columns])


@pytest.mark.parametrize("spec", ["AR", "ARDI", "VAR5", "VAR20"])
def test_the_future_is_not_seen(dataset, macro, spec):
    """Everything after the origin changes, the sample does not; the origin itself changes, and it does."""
    for horizon in (1, 4):
        origin = QUARTER - horizon
        names = systems(spec, list(TARGETS))[0]
        before = sample(macro, spec, names, QUARTER, horizon)
        after = sample(Macro.of(changed(dataset, origin + 1)), spec, names, QUARTER, horizon)
        pd.testing.assert_frame_equal(before.Y, after.Y, check_exact=True)
        pd.testing.assert_frame_equal(before.X, after.X, check_exact=True)
        pd.testing.assert_series_equal(before.x_next, after.x_next, check_exact=True)
        at_origin = sample(Macro.of(changed(dataset, origin)), spec, names, QUARTER, horizon)
        assert not np.allclose(before.x_next, at_origin.x_next)


def test_factors_span_the_first_components_of_the_gapless_series(macro):
    known = macro.until(QUARTER).panel
    found = factors(known)
    complete = known["1960Q1":].drop(columns="other9")
    z = (complete - complete.mean()) / complete.std()
    _, vectors = np.linalg.eigh(z.T @ z)
    expected = z.to_numpy() @ vectors[:, -2:]
    projection = expected @ np.linalg.lstsq(expected, found.to_numpy(), rcond=None)[0]
    np.testing.assert_allclose(projection, found, atol=1e-8)
    assert found.index[-1] == QUARTER


def test_systems_cover_every_target_once():
    assert systems("ARDI", ["GDP", "IR"]) == [["GDP"], ["IR"]]
    assert systems("VAR20", ["GDP", "IR"]) == [["GDP", "IR"]]
