"""The linear mixed-frequency factor model: EM's maximum, its limits, and statsmodels' model beside it."""

import warnings

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.statespace.dynamic_factor_mq import DynamicFactorMQ

from tvplab import DeepDynamicFactors, DynamicFactorModel, data
from tvplab.convergence import ConvergenceWarning, ignore_unconverged
from tvplab.deep_dfm_states import month_weights
from tvplab.nowcast_factors import MixedFrequencyFactors
from tvplab.nowcast_factors_em import FactorParameters, estimate, factor_space, maximise
from tvplab.nowcast_news import news
from tvplab.nowcasting import nowcast
from tvplab.statespace import kalman_filter
from tvplab.statespace_fast import filter_and_smooth


def world(T=180, seed=0, missing=0.1):
    """Six monthly series and one quarterly on one factor, with its path."""
    rng = np.random.default_rng(seed)
    f = np.zeros(T)
    for t in range(1, T):
        f[t] = 0.8 * f[t - 1] + rng.normal()
    months = pd.date_range("2000-01-01", periods=T, freq="MS")
    frame = pd.DataFrame(np.outer(f, rng.uniform(0.5, 1.5, 6)) + rng.normal(size=(T, 6)), months, list("abcdef"))
    frame = frame.mask(rng.random(frame.shape) < missing)
    growth = pd.Series(f).rolling(5).apply(lambda x: x @ np.array([1, 2, 3, 2, 1]) / 3) + rng.normal(size=T)
    frame["gdp"] = growth.set_axis(months).where(months.month % 3 == 0)
    return frame, pd.Series(f, months)


@pytest.fixture(scope="module")
def fitted():
    frame, f = world()
    return frame, f, MixedFrequencyFactors(n_factors=1).fit(frame)


def test_the_factor_is_found_and_em_never_steps_down(fitted):
    _, f, fit = fitted
    assert abs(fit.factors["F1"].corr(f)) > 0.95
    assert np.diff(fit.loglik_path).min() > -1e-7 * abs(fit.loglik_path[-1])
    assert fit.converged
    assert fit.n_iter == len(fit.loglik_path) - 1


def test_em_ends_where_no_small_step_of_any_loading_helps():
    frame, _ = world(T=90)
    y = (frame - frame.mean()) / frame.std()
    weights = month_weights(np.r_[np.zeros(6, bool), True], 5)
    p, _, path, converged = estimate(y, 1, 2, weights, 3000, 1e-12)
    assert converged

    def loglik(q):
        return filter_and_smooth(y.to_numpy(), factor_space(q, weights)).loglik

    assert loglik(p) == pytest.approx(kalman_filter(y.to_numpy(), factor_space(p, weights)).loglik, rel=1e-10)
    for i in range(7):  # the factor's scale is free: a ridge in all loadings together, a maximum in each
        for step in (-0.02, 0.02):
            moved = p.loadings.copy()
            moved[i] *= 1 + step
            assert loglik(p._replace(loadings=moved)) < path[-1]
            R = p.R.copy()
            R[i] *= 1 + step
            assert loglik(p._replace(R=R)) < path[-1]


def test_one_step_is_the_regression_on_known_factors():
    """With factors known without doubt the M-step is least squares, month weights included."""
    frame, f = world(T=120, missing=0.0)
    lagged = np.column_stack([f.shift(k).fillna(0.0) for k in range(5)])
    known = filter_and_smooth(frame.to_numpy(), factor_space(_known(7), month_weights(np.zeros(7, bool), 5)))
    known = known._replace(mean=lagged, cov=np.zeros((120, 5, 5)))
    weights = month_weights(np.r_[np.zeros(6, bool), True], 5)
    step = maximise(frame.to_numpy(), known, weights, _known(7))
    rows = frame["gdp"].notna().to_numpy()
    x = lagged[rows] @ np.array([1, 2, 3, 2, 1]) / 3
    assert step.loadings[6, 0] == pytest.approx(x @ frame["gdp"][rows] / (x @ x))
    assert step.loadings[0, 0] == pytest.approx(f @ frame["a"] / (f @ f))
    past = lagged[1:, 1:3]
    np.testing.assert_allclose(step.B[0], np.linalg.lstsq(past, lagged[1:, 0], rcond=None)[0])


def _known(N):
    return FactorParameters(np.ones((N, 1)), np.ones(N), np.array([[0.5, 0.0]]), np.eye(1))


def test_monthly_data_alone_give_the_model_of_lesson_one():
    """The same model but for the law of the first state, which tells the two something of B and Q: an effect of order
    1/T, here a thousandth of components whose sd is 1 to 3."""
    frame, _ = world(T=1000, missing=0.0)
    monthly = frame.drop(columns="gdp")
    ours = MixedFrequencyFactors(n_factors=1, factor_lags=1, tol=1e-11, max_iter=2000).fit(monthly)
    theirs = DynamicFactorModel(factor_lags=1, standardize=True, start_variance=4.0).fit(monthly)
    common = ours.factors.to_numpy() @ ours.loadings.to_numpy().T * monthly.std().to_numpy() + monthly.mean().to_numpy()
    np.testing.assert_allclose(common[10:], theirs.common_component()[10:], atol=0.01)


def test_statsmodels_nowcasts_are_near():
    """Another estimator (its EM has autocorrelated e from the start) of the same model: the same story."""
    frame = data.load("nyfed", "2016-06-29").transformed().loc["2000":]
    names = ["PAYEMS", "INDPRO", "RSAFS", "PCEC96", "TCU", "GACDISA066MSFRBNY", "GACDFSA066MSFRBPHI", "GDPC1"]
    ours = MixedFrequencyFactors(n_factors=1).fit(frame[names])
    monthly = frame[names[:-1]].set_axis(frame.index.to_period("M"))
    quarterly = frame[["GDPC1"]].dropna().set_axis(frame["GDPC1"].dropna().index.to_period("Q"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = DynamicFactorMQ(monthly, endog_quarterly=quarterly, factors=1, factor_orders=2).fit(
            disp=False, maxiter=40
        )
    edge = frame[names].set_axis(frame.index.to_period("M"))
    path = pd.DataFrame(
        {
            "ours": nowcast(ours, edge, "GDPC1", "2016Q2").iloc[0],
            "theirs": nowcast(peer, edge, "GDPC1", "2016Q2").iloc[0],
        }
    )
    assert abs(path.loc["mean", "ours"] - path.loc["mean", "theirs"]) < 0.5  # per cent a year; its sd is 2.4
    assert path.loc["se", "ours"] == pytest.approx(path.loc["se", "theirs"], rel=0.25)


def test_news_sum_and_the_deep_models_contract(fitted):
    frame, _, fit = fitted
    old, new = frame.iloc[:-1].copy(), frame.copy()
    old.iloc[-1, 1:4] = np.nan
    new.iloc[-1, 3:] = np.nan
    result = fit.news(old, new, "gdp", "2014Q4")
    assert result.releases["impact"].sum() + result.revisions["impact"].sum() == pytest.approx(result.change)
    ours = fit.nowcast("gdp", new, "2014Q4")
    assert ours["mean"].iloc[0] == result.after
    assert result.change == news(fit, old, new, "gdp", "2014Q4").change
    every = fit.forecasts(new, ahead=2)
    assert every["mean"].shape[1] == 7
    pd.testing.assert_series_equal(
        every["mean"].loc["2014-12-01"][["gdp"]], ours["mean"].set_axis(["gdp"]), check_names=False, rtol=1e-9
    )


def test_a_deep_model_of_a_long_mixed_panel_has_the_same_methods():
    """With fifty complete quarters and more the pre-training keeps the months between them."""
    frame, f = world(T=180, missing=0.0)
    assert frame.dropna().shape[0] > 50
    model = DeepDynamicFactors(1, hidden=(6,), link="tanh", quarterly=["gdp"], draws=20, max_iter=3, pretrain=60)
    with ignore_unconverged():
        fit = model.fit(frame)
    assert abs(fit.factors["F1"].corr(f)) > 0.8
    edge = frame.copy()
    edge.iloc[-1, 3:] = np.nan
    result = fit.news(edge, frame, "gdp", "2014Q4")
    assert result.after == pytest.approx(frame["gdp"].iloc[-1])
    assert fit.nowcast("gdp", edge, "2014Q4")["mean"].iloc[0] == pytest.approx(result.before)


def test_one_quarterly_series_among_few_months_works_and_says_its_periods(fitted):
    frame, _, fit = fitted
    edge = frame.copy()
    edge.loc["2014-10":, "gdp"] = np.nan
    ahead = fit.nowcast("gdp", edge)
    assert [f"{day:%Y-%m}" for day in ahead.index] == ["2014-12", "2015-03"]
    assert (ahead["lower"] < ahead["mean"]).all()
    assert ahead["se"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"n_factors": 7}, ValueError, "n_factors"),
        ({"factor_lags": 0}, ValueError, "factor_lags"),
        ({"quarterly": "gdp"}, TypeError, "bare name"),
        ({"quarterly": ["GDP"]}, ValueError, "'GDP' is no column"),
        ({"tol": 0.0}, ValueError, "tol"),
    ],
)
def test_errors_at_the_door(options, error, words):
    with pytest.raises(error, match=words):
        MixedFrequencyFactors(**options).fit(world(T=60)[0])


def test_an_early_stop_is_said():
    with pytest.warns(ConvergenceWarning, match="2 iterations"):
        fit = MixedFrequencyFactors(n_factors=1, max_iter=2).fit(world(T=60)[0])
    assert not fit.converged
