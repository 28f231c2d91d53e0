"""The settings of lesson 6 hold what they say: 97 regressors, the sample, substitutes named; and the split in two."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import tvplab
from tvplab import data
from tvplab.dgp.canada import simulate_canada
from tvplab.local_projections import LocalProjections
from tvplab.local_projections_data import check_projection_data
from tvplab.local_projections_regimes import split_responses
from tvplab.local_projections_settings import (
    INFLATION_TARGETING,
    canada_paper,
    canada_recursive,
    canadian_specification,
    simulated_canada,
    us_narrative,
    us_quarterly,
)
from tvplab.ridge import TVPRidge

SMALL = LocalProjections(horizons=3, lags=1, shock_lags=2, estimator=TVPRidge(lam=100.0))


@pytest.fixture
def real(monkeypatch):
    """The real files that the project does not ship."""
    for name, vintage in (("canada-macro", None), ("us-shocks", None), ("fred-md", "2016-01")):
        try:
            data.load(name, vintage)
        except FileNotFoundError as missing:
            pytest.skip(str(missing))


def regressors(setting, h=0):
    return list(setting.model.regressions(check_projection_data(setting.y, setting.shock, setting.controls)))[h][0]


def test_the_canadian_regression_has_97_regressors_at_48_horizons():
    model = tvplab.canadian_specification()
    world = simulate_canada()
    regressions = list(model.regressions(check_projection_data(world.y, world.shock, world.controls)))
    assert len(regressions) == 48
    assert {X.shape[1] + model.estimator.constant for X, _ in regressions} == {97}
    assert 97 * 48 == 4656
    assert sum(name.startswith("shock") for name in regressions[0][0]) == 48
    assert model.cumulative
    assert not model.leads
    assert canadian_specification(horizons=3).horizons == 3


def test_simulated_canada_says_so_and_knows_the_truth():
    setting = simulated_canada(seed=2)
    assert setting.synthetic
    assert "ynthetic" in setting.note
    assert set(setting.truth) == set(setting.y) == set(setting.units)
    results = setting.fit("cpi", horizons=2, shock_lags=2, estimator=TVPRidge(lam=1e3))
    assert results.irf.shape == (464, 2)
    assert list(setting.fit(horizons=2, shock_lags=2, estimator=TVPRidge(lam=1e3)).irf) == list(setting.y)


def test_the_quarterly_setting_runs_on_what_comes_with_tvplab():
    setting = us_quarterly()
    assert not setting.synthetic
    assert setting.note.startswith("Substitute")
    assert setting.shock.std() == pytest.approx(1.0)
    assert setting.y.index[[0, -1]].strftime("%Y-%m").tolist() == ["1960-04", "2009-07"]
    unemployment = data.load("us-macro").frame["unemp"]
    assert setting.y["unemployment"].sum() == pytest.approx(
        unemployment["2009-07"].item() - unemployment["1960-01"].item()
    )
    assert len(regressors(setting).columns) == 8 + 4 * 4


def test_the_real_canadian_setting(real):
    setting = canada_recursive()
    assert len(regressors(setting).columns) + 1 == 97
    assert setting.y.index[[0, -1]].strftime("%Y-%m").tolist() == ["1981-08", "2015-12"]
    levels = data.load("canada-macro").frame
    inside = levels.loc["1981-07":"2015-12"]
    assert setting.y["cpi"].sum() == pytest.approx(
        100 * np.log(inside["CPI_ALL_CAN"].iloc[-1] / inside["CPI_ALL_CAN"].iloc[0])
    )
    assert setting.y["unemployment"].sum() == pytest.approx(inside["UNEMP_CAN"].iloc[-1] - inside["UNEMP_CAN"].iloc[0])
    assert "not the narrative series" in setting.note


def test_the_papers_setting_takes_your_own_shocks(real, tmp_path, monkeypatch):
    monkeypatch.setenv("TVPLAB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(FileNotFoundError, match="canada-shocks is not at hand, and it cannot be downloaded"):
        canada_paper()
    months = pd.date_range("1974-04", "2015-10", freq="MS")
    shocks = pd.DataFrame({"date": months.strftime("%Y-%m-%d"), "shock": np.sin(np.arange(len(months)) ** 2)})
    shocks.to_csv(tmp_path / "mine.csv", index=False)
    data.fetch("canada-shocks", source=tmp_path / "mine.csv")
    setting = canada_paper()
    assert setting.y.index[[0, -1]].strftime("%Y-%m").tolist() == ["1981-02", "2015-10"]
    assert len(regressors(setting).columns) + 1 == 97


def test_the_american_setting(real):
    setting = us_narrative()
    assert setting.shock["1980-04-01"] < -5.0
    assert setting.shock["1971-08-01"] == 0.0
    assert len(regressors(setting).columns) == 36 + 6 * 5


def test_a_split_is_two_regressions():
    world = simulate_canada(T=300)
    found = split_responses(SMALL, world.y, world.shock, world.controls, date=INFLATION_TARGETING)
    for h, (X, ahead) in enumerate(SMALL.regressions(check_projection_data(world.y, world.shock, world.controls))):
        late = X.index >= INFLATION_TARGETING
        for part in (late, ~late):
            fit = sm.OLS(ahead["gdp"][part], sm.add_constant(X[part])).fit()
            np.testing.assert_allclose(found["gdp"].loc[X.index[part], h], fit.params["shock"], atol=1e-9)
    assert found["cpi"].shape == (299, 3)
    assert found["cpi"].isna().sum().tolist() == [0, 1, 2]


def test_a_split_of_the_shock_alone_is_a_regression_with_interactions():
    world = simulate_canada(T=300)
    found = split_responses(SMALL, world.y, world.shock, world.controls, date=INFLATION_TARGETING, only_shock=True)
    for h, (X, ahead) in enumerate(SMALL.regressions(check_projection_data(world.y, world.shock, world.controls))):
        late = (X.index >= INFLATION_TARGETING).astype(float)
        Z = sm.add_constant(X.assign(late=late, extra=X["shock"] * late))
        fit = sm.OLS(ahead["cpi"], Z).fit()
        assert found["cpi"][h].iloc[0] == pytest.approx(fit.params["shock"], abs=1e-9)
        last = found["cpi"][h].dropna().iloc[-1]
        assert last == pytest.approx(fit.params["shock"] + fit.params["extra"], abs=1e-9)


def test_a_split_without_enough_months_has_no_number_and_a_date_outside_is_refused():
    world = simulate_canada(T=300)
    early = pd.Timestamp("1976-08-01")
    found = split_responses(SMALL, world.y, world.shock, world.controls, date=early)
    assert found["gdp"].loc[:"1976-07"].isna().all(axis=None)
    assert found["gdp"].loc["1976-08":, 0].notna().all()
    with pytest.raises(ValueError, match="date: 1950-01-01 00:00:00 is not between"):
        split_responses(SMALL, world.y, world.shock, date=pd.Timestamp("1950-01-01"))
