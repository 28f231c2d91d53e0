"""Nowcasts and news: against dense Gaussian conditioning, statsmodels' own news, and identities that hold exactly."""

import time
import warnings

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.statespace.dynamic_factor_mq import DynamicFactorMQ

from tvplab import DynamicFactorModel
from tvplab.dgp import simulate_factor_model
from tvplab.nowcast_gains import estimate, filter_gains, smoothed_covariances, smoothed_states
from tvplab.nowcast_model import NamedStateSpace, state_space_of
from tvplab.nowcast_news import news
from tvplab.nowcasting import forecasts, nowcast, nowcast_path
from tvplab.statespace import StateSpace, kalman_filter, kalman_smoother
from tvplab.statespace_fast import filter_and_smooth

NAMES = ["a", "b", "c", "gdp"]


def small_space(seed=0, correlated=False):
    """Four series on two states: intercepts, a drift, units of their own."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(4, 4))
    R = root @ root.T / 4 + 0.1 * np.eye(4) if correlated else np.diag(rng.uniform(0.2, 1.0, 4))
    space = StateSpace(
        rng.normal(size=(4, 2)), rng.normal(size=4), R, np.array([[0.8, 0.1], [-0.2, 0.5]]), np.array([0.1, -0.1]),
        np.array([[1.0, 0.3], [0.3, 0.5]]), np.array([0.2, -0.4]), np.array([[1.5, 0.2], [0.2, 0.8]]),
    )  # fmt: skip
    return NamedStateSpace(space, pd.Series(rng.normal(size=4), NAMES), pd.Series(rng.uniform(0.5, 3.0, 4), NAMES))


def dense_moments(model, T):
    """Mean (TN,) and covariance (TN, TN) of all observations in data units, by stacking the recursion."""
    (Z, A, R, B, U, Q, x1, P1), m = model.space, len(model.space.x1)
    means, blocks = [x1], np.zeros((T, T, m, m))
    blocks[0, 0] = P1
    for t in range(1, T):
        means.append(B @ means[-1] + U)
        blocks[t, t] = B @ blocks[t - 1, t - 1] @ B.T + Q
    for s in range(T):
        for t in range(s + 1, T):
            blocks[t, s] = B @ blocks[t - 1, s]
            blocks[s, t] = blocks[t, s].T
    wide = np.kron(np.eye(T), Z)
    states = blocks.transpose(0, 2, 1, 3).reshape(T * m, T * m)
    scale, shift = np.tile(model.sd, T), np.tile(model.mean, T)
    mean = shift + scale * (wide @ np.concatenate(means) + np.tile(A, T))
    return mean, scale[:, None] * (wide @ states @ wide.T + np.kron(np.eye(T), R)) * scale


def given_cells(mean, cov, y):
    """Conditional mean and variance of every cell given those of y (T, N) that are seen."""
    seen = np.isfinite(y).ravel()
    gain = np.linalg.solve(cov[np.ix_(seen, seen)], cov[seen]).T
    return mean + gain @ (y.ravel()[seen] - mean[seen]), np.diag(cov - gain @ cov[seen])


def vintages(seed=1, T=14):
    """An old vintage with a ragged edge and gaps, and a new one: releases, revisions, a withdrawal, one more month."""
    rng = np.random.default_rng(seed)
    months = pd.date_range("2020-01-01", periods=T, freq="MS")
    full = pd.DataFrame(rng.normal(size=(T, 4)), months, NAMES)
    full.loc[full.index.month % 3 != 0, "gdp"] = np.nan
    full.iloc[3, 1] = np.nan
    old, new = full.iloc[: T - 1].copy(), full.copy()
    old.iloc[-1, 1:], old.iloc[-2, 2:] = np.nan, np.nan
    new.iloc[-1, 1:] = np.nan
    new.iloc[2, 0] += 0.5
    new.iloc[8, 2] -= 1.0
    new.iloc[5, 1] = np.nan
    return old, new


@pytest.mark.parametrize("correlated", [False, True])
@pytest.mark.parametrize("period", ["2020Q4", "2020Q2", "2021Q1", "2021Q2"])
def test_nowcasts_and_impacts_are_dense_gaussian_conditioning(correlated, period):
    model, (old, new) = small_space(correlated=correlated), vintages()
    months = pd.date_range(old.index[0], "2021-06-01", freq="MS")
    mean, cov = dense_moments(model, len(months))
    row = months.get_loc(pd.Period(period).asfreq("M").to_timestamp()) * 4 + 3

    def dense(frame):
        return [part[row] for part in given_cells(mean, cov, frame.reindex(months).to_numpy())]

    for frame in (old, new):
        now = nowcast(model, frame, "gdp", period).iloc[0]
        expected, variance = dense(frame)
        np.testing.assert_allclose([now["mean"], now["se"]], [expected, np.sqrt(max(variance, 0))], atol=2e-7)
    result = news(model, old, new, "gdp", period)
    revised = new.reindex(old.index).where(old.notna()).fillna(old)
    common = revised.where(new.reindex(old.index).notna())
    steps = [dense(frame)[0] for frame in (old, revised, common, new)]
    np.testing.assert_allclose(result.summary[["revisions", "withdrawals", "releases"]], np.diff(steps), atol=1e-9)
    assert result.change == pytest.approx(steps[-1] - steps[0], abs=1e-9)
    tables = result.releases, result.revisions, result.withdrawals
    assert sum(table["impact"].sum() for table in tables) == pytest.approx(result.change, abs=1e-12)
    assert [len(table) for table in tables] == [int((new.notna() & old.reindex(new.index).isna()).sum().sum()), 2, 1]


def test_the_forecast_of_a_release_and_its_weight_are_those_of_joint_projection():
    model, (old, new) = small_space(), vintages()
    months = pd.date_range(old.index[0], "2021-03-01", freq="MS")
    mean, cov = dense_moments(model, len(months))
    common = new.reindex(old.index).where(old.notna()).reindex(months)
    seen = np.isfinite(common.to_numpy()).ravel()
    gain = np.linalg.solve(cov[np.ix_(seen, seen)], cov[seen]).T
    left = cov - gain @ cov[seen]
    expected = mean + gain @ (common.to_numpy().ravel()[seen] - mean[seen])
    table = news(model, old, new, "gdp", "2021Q1").releases
    cells = [months.get_loc(t) * 4 + NAMES.index(i) for t, i in zip(table["period"], table["series"], strict=True)]
    joint = np.linalg.solve(left[np.ix_(cells, cells)], left[cells, months.get_loc("2021-03-01") * 4 + 3])
    np.testing.assert_allclose(table["weight"], joint, atol=1e-10)
    np.testing.assert_allclose(table["forecast"], expected[cells], atol=1e-10)


def test_gains_smooth_as_the_readable_smoother_does():
    model, (_, new) = small_space(), vintages(T=60)
    y = new.to_numpy()
    gains = filter_gains(np.isfinite(y), model.space)
    filtered = kalman_filter(y, model.space)
    smoothed = kalman_smoother(filtered, model.space)
    np.testing.assert_allclose(smoothed_states(y, model.space, gains), smoothed.mean, atol=1e-10)
    np.testing.assert_allclose(smoothed_covariances(50, model.space, gains), smoothed.cov[50:], atol=1e-10)
    c = np.array([1.0, -2.0])
    found = estimate(c, 40, model.space, gains)
    by_weights = np.nansum(found.weights * (y - model.space.A)) + found.constant
    assert by_weights == pytest.approx(smoothed.mean[40] @ c, abs=1e-10)
    assert found.variance == pytest.approx(c @ smoothed.cov[40] @ c, abs=1e-10)


def test_a_long_balanced_history_shares_its_gains():
    space = small_space().space
    gains = filter_gains(np.ones((400, 4), bool), space)
    assert len({id(gain) for gain in gains}) < 60
    np.testing.assert_allclose(gains[-1].P, kalman_filter(np.zeros((400, 4)), space).predicted_cov[-1], atol=1e-11)


def mixed_panel(T=120, seed=3):
    """Five monthly series and one quarterly, made by one factor; two vintages with a ragged edge and revisions."""
    rng = np.random.default_rng(seed)
    f = np.zeros(T)
    for t in range(1, T):
        f[t] = 0.7 * f[t - 1] + rng.normal()
    months = pd.period_range("2000-01", periods=T, freq="M")
    monthly = pd.DataFrame(np.outer(f, rng.uniform(0.5, 1.5, 5)) + rng.normal(size=(T, 5)), months, list("abcde"))
    growth = pd.Series(f).rolling(5).apply(lambda x: x @ np.array([1, 2, 3, 2, 1]) / 3) + rng.normal(size=T)
    quarterly = growth.set_axis(months)[months.month % 3 == 0]
    quarterly = quarterly.set_axis(quarterly.index.asfreq("Q")).to_frame("gdp")
    return monthly, quarterly


@pytest.fixture(scope="module")
def peer():
    """statsmodels' fit on the old vintage, and its results with the new one."""
    monthly, quarterly = mixed_panel()
    old, new = monthly.iloc[:-1].copy(), monthly.copy()
    old.iloc[-1, 2:], old.iloc[-2, 4:], new.iloc[-1, 1:] = np.nan, np.nan, np.nan
    new.iloc[-6, 0] += 0.7
    new.iloc[-4, 3] -= 0.9
    gdp_old, gdp_new = quarterly.iloc[:-2], quarterly.iloc[:-1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = DynamicFactorMQ(old, endog_quarterly=gdp_old, factors=1, factor_orders=2, idiosyncratic_ar1=True)
        results = model.fit(disp=False, maxiter=8)
        updated = results.apply(new, endog_quarterly=gdp_new, retain_standardization=True)
        theirs = updated.news(results, impact_date="2009-12", impacted_variable="gdp", comparison_type="previous",
                              revisions_details_start=True)  # fmt: skip

    def wide(frame, quarters):
        months = quarters.set_axis(quarters.index.asfreq("M", "end"))
        return frame.join(months).set_axis(frame.index)

    return results, wide(old, gdp_old), wide(new, gdp_new), theirs


def test_news_are_statsmodels_news(peer):
    results, old, new, theirs = peer
    ours = news(results, old, new, "gdp", "2009Q4")
    details = theirs.details_by_impact.reset_index()
    key = ["series", "period"]
    details = details.rename(columns={"updated variable": "series", "update date": "period"}).set_index(key)
    table = ours.releases.set_index(key)
    assert len(table) == len(details) > 3
    for mine, other in (("forecast", "forecast (prev)"), ("weight", "weight"), ("impact", "impact"), ("news", "news")):
        np.testing.assert_allclose(table[mine], details[other].reindex(table.index), atol=1e-6)
    revisions = theirs.revision_details_by_impact.reset_index()
    revisions = revisions.rename(columns={"revised variable": "series", "revision date": "period"}).set_index(key)
    mine = ours.revisions.set_index(key)
    assert len(mine) == 2
    np.testing.assert_allclose(mine["impact"], revisions["impact"].reindex(mine.index), atol=1e-6)
    totals = theirs.impacts.iloc[0]
    np.testing.assert_allclose(
        [ours.before, ours.after], totals[["estimate (prev)", "estimate (new)"]].astype(float), atol=1e-6
    )


def test_the_month_that_ends_a_quarter_moves_its_nowcast(peer):
    results, old, _, _ = peer
    months = pd.period_range("2009-10", "2009-12", freq="M")
    base = old.reindex(pd.period_range(old.index[0], "2009-12", freq="M"))
    base.loc["2009-10":"2009-11", "a"] = 0.0
    ending = base.copy()
    ending.loc[months[-1], "a"] = 3.0
    moved = news(results, base, ending, "gdp", "2009Q4")
    assert abs(moved.change) > 0.05
    assert moved.releases["period"].tolist() == [months[-1]]


def test_factor_models_of_lesson_one_have_the_same_interface():
    world = simulate_factor_model(T=80, seed=2)
    y = world.y.set_axis(pd.period_range("2001-01", periods=80, freq="M"))
    fit = DynamicFactorModel(standardize=True).fit(y)
    edge = y.copy()
    edge.iloc[-1, 2:] = np.nan
    smoothed = filter_and_smooth(((edge - fit.mean) / fit.sd).to_numpy(), state_space_of(fit).space)
    target = y.columns[3]
    row = fit.params["Z"].to_numpy()[3] @ smoothed.mean[-1] * fit.sd[target] + fit.mean[target]
    now = nowcast(fit, edge, target)
    assert now["mean"].iloc[0] == pytest.approx(row, abs=1e-8)
    ahead = fit.forecast(2, level=0.9)
    later = nowcast(fit, y, target, ahead=2, level=0.9)
    np.testing.assert_allclose(later["mean"], ahead["mean"][target], atol=1e-8)
    np.testing.assert_allclose(later["upper"], ahead["upper"][target], atol=1e-8)
    every = forecasts(fit, y, ahead=2)
    np.testing.assert_allclose(every["mean"].iloc[-2:], ahead["mean"], atol=1e-8)
    np.testing.assert_allclose(every["se"].iloc[-2:], ahead["se"], atol=1e-8)
    np.testing.assert_allclose(every["mean"].iloc[0], y.iloc[-1], atol=1e-12)
    change = news(fit, edge, y, target, y.index[-1])
    assert change.after == pytest.approx(y.iloc[-1, 3])
    own = change.releases.set_index("series")["weight"]
    assert own[target] == 1.0
    assert own.drop(target).abs().max() == 0.0


def test_a_path_starts_and_ends_where_news_do():
    model, (old, new) = small_space(), vintages()
    path = nowcast_path(model, {"before": old, "after": new}, "gdp", "2021Q1")
    result = news(model, old, new, "gdp", "2021Q1")
    np.testing.assert_allclose(path["mean"], [result.before, result.after], atol=1e-12)
    assert path["se"].is_monotonic_decreasing
    total = result.by_series["total"]
    assert total.sum() == pytest.approx(result.change)
    assert total.abs().is_monotonic_decreasing


def test_many_revisions_cost_no_more_than_few():
    model = small_space()
    rng = np.random.default_rng(0)
    old = pd.DataFrame(rng.normal(size=(300, 4)), pd.date_range("1990-01-01", periods=300, freq="MS"), NAMES)
    new = old + 0.01 * rng.normal(size=old.shape)
    start = time.process_time()
    result = news(model, old, new, "gdp", "2015-03-01")
    assert time.process_time() - start < 2.0  # statsmodels needs one smoother pass a revision: minutes
    assert len(result.revisions) == 1200
    assert result.revisions["impact"].sum() == pytest.approx(result.change, abs=1e-10)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"target": "GDP"}, ValueError, "target: 'GDP'"),
        ({"period": "1990Q1"}, ValueError, "period"),
        ({"period": "soon"}, ValueError, "period: 'soon'"),
        ({"old": [1.0]}, TypeError, "old: expected a DataFrame"),
        ({"model": 3}, TypeError, "model: expected results"),
    ],
)
def test_errors_at_the_door(change, error, words):
    old, new = vintages()
    arguments = {"model": small_space(), "old": old, "new": new, "target": "gdp", "period": "2021Q1"} | change
    with pytest.raises(error, match=words):
        news(**arguments)


def test_series_of_the_vintage_are_those_of_the_model():
    old, _ = vintages()
    with pytest.raises(ValueError, match="'c' is not in it"):
        nowcast(small_space(), old.drop(columns="c"), "gdp")
    with pytest.raises(ValueError, match="'d' is not in the model"):
        nowcast(small_space(), old.assign(d=1.0), "gdp")
    with pytest.raises(ValueError, match="level"):
        nowcast(small_space(), old, "gdp", level=2.0)
