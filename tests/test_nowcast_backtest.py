"""The backtest sees the past only, dates its forecasts rightly, and scores them as by hand."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.ar_model import AutoReg

from tvplab.nowcast_backtest import backtest, open_quarters, published, relative_rmsfe, release_date, rmsfe
from tvplab.nowcast_benchmark import Autoregression, ar1_forecasts
from tvplab.nowcast_factors import MixedFrequencyFactors

LAGS = {"a": 7, "b": -3, "c": 36, "gdp": 30}


def panel(T=96, seed=0):
    rng = np.random.default_rng(seed)
    months = pd.date_range("2002-01-01", periods=T, freq="MS")
    f = np.convolve(rng.normal(size=T + 5), [1, 0.8, 0.6, 0.4], "full")[4 : T + 4]
    frame = pd.DataFrame(f[:, None] + rng.normal(scale=0.7, size=(T, 3)), months, ["a", "b", "c"])
    gdp = pd.Series(f, months).rolling(5).sum() + rng.normal(size=T)
    frame["gdp"] = gdp.where(months.month % 3 == 0)
    return frame


def test_what_is_published_on_a_day():
    frame = panel()
    seen = published(frame, LAGS, "2005-04-06")
    assert seen["a"].last_valid_index() == pd.Timestamp("2005-02-01")  # March's comes on 7 April
    assert published(frame, LAGS, "2005-04-07")["a"].last_valid_index() == pd.Timestamp("2005-03-01")
    assert published(frame, LAGS, "2005-03-28")["b"].last_valid_index() == pd.Timestamp("2005-03-01")
    assert seen["c"].last_valid_index() == pd.Timestamp("2005-02-01")
    assert seen["gdp"].last_valid_index() == pd.Timestamp("2004-12-01")
    assert seen.index[-1] == pd.Timestamp("2005-03-01")
    pd.testing.assert_series_equal(seen["a"].dropna(), frame["a"][:"2005-02"])
    with pytest.raises(ValueError, match="lags: none for 'b'"):
        published(frame, {"a": 1}, "2005-01-01")


def test_quarters_open_until_their_release():
    assert release_date(pd.Period("2005Q1")) == pd.Timestamp("2005-04-30")
    before, after = (open_quarters(pd.Timestamp(day)) for day in ("2005-04-29", "2005-04-30"))
    assert [str(q) for q in before] == ["2005Q1", "2005Q2", "2005Q3", "2005Q4"]
    assert [str(q) for q in after] == ["2005Q2", "2005Q3", "2005Q4"]


def test_ar1_forecasts_are_statsmodels():
    y = np.cumsum(np.random.default_rng(1).normal(size=(80, 2)), axis=0)
    theirs = np.column_stack([AutoReg(y[:, i], 1).fit().forecast(3) for i in range(2)])
    np.testing.assert_allclose(ar1_forecasts(y, 3), theirs, atol=1e-10)
    frame = panel()
    cut = frame.loc[:"2009-07"]
    quarters = frame["gdp"].dropna()
    ours = Autoregression().fit(cut).nowcast("gdp", cut, ["2009Q4"])["mean"].iloc[0]
    theirs = AutoReg(quarters.loc[:"2009-06"].to_numpy(), 1).fit().forecast(2)[-1]
    assert ours == pytest.approx(theirs)
    assert Autoregression().nowcast("gdp", cut, ["2009Q2", "2009Q3"])["mean"].iloc[0] == quarters["2009-06-01"]


@pytest.fixture(scope="module")
def results():
    frame = panel()
    models = {"AR(1)": Autoregression(), "DFM": MixedFrequencyFactors(n_factors=1, quarterly=["gdp"], tol=1e-4)}
    dates = pd.date_range("2008-01-05", "2009-06-30", freq="14D")
    return frame, models, dates, backtest(models, lambda day: published(frame, LAGS, day), "gdp", dates)


def test_the_future_may_change_freely(results):
    frame, models, dates, table = results
    other = frame.copy()
    other.loc["2009-02":] = 99.0
    again = backtest(models, lambda day: published(other, LAGS, day), "gdp", dates[dates < "2009-02-01"])
    pd.testing.assert_frame_equal(again, table[table["date"] < "2009-02-01"].reset_index(drop=True))


def test_rows_are_dated_and_scored_as_by_hand(results):
    frame, _, _, table = results
    row = table[(table["date"] == "2008-04-12") & (table["model"] == "DFM")].set_index("quarter")
    assert [str(q) for q in row.index] == ["2008Q1", "2008Q2", "2008Q3", "2008Q4"]
    assert row.loc[pd.Period("2008Q1"), "weeks"] == pytest.approx(18 / 7)
    actual = frame["gdp"].dropna().set_axis(frame["gdp"].dropna().index.to_period("Q"))
    scores = rmsfe(table, actual)
    chosen = table[(table["model"] == "DFM") & (table["weeks"] > 9) & (table["weeks"] < 11)]
    errors = chosen["forecast"] - actual[chosen["quarter"]].to_numpy()
    assert scores.loc[10, "DFM"] == pytest.approx(np.sqrt(np.mean(errors**2)))
    ratio = relative_rmsfe(table, actual, "AR(1)")
    assert (ratio["AR(1)"] == 1.0).all()
    assert ratio.loc[2:10, "DFM"].mean() < 0.9  # the factor is there to be seen by then
    with pytest.raises(ValueError, match="benchmark"):
        relative_rmsfe(table, actual, "AR(2)")
