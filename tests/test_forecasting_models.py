"""Forecasts of the study: against statsmodels, the outlier rule, and a future that may change freely."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from test_forecasting_data import QUARTER, changed, fred_like

from tvplab.constant_ridge import ridge
from tvplab.crossval import RandomFolds, make_folds
from tvplab.reduced_rank import ReducedRankRidge
from tvplab.replicate import forecasting_models as models
from tvplab.replicate.forecasting_data import TARGETS, Macro, over_horizon, sample, systems
from tvplab.ridge import TwoStepRidge
from tvplab.sparse_tvp import GroupLassoRidge


@pytest.fixture(scope="module")
def dataset():
    return fred_like(seed=1)


@pytest.fixture(scope="module")
def macro(dataset):
    return Macro.of(dataset)


@pytest.mark.parametrize("spec", ["AR", "ARDI", "VAR5"])
def test_plain_models_are_least_squares(macro, spec):
    for targets in systems(spec, list(TARGETS)):
        data = sample(macro, spec, targets, QUARTER, 2)
        found = models.constant_forecast(data, spec, RandomFolds(5))
        for name in targets:
            fit = sm.OLS(data.Y[name], sm.add_constant(data.X)).fit()
            expected = fit.predict(np.concatenate([[1.0], data.x_next]))
            assert found[name] == pytest.approx(float(expected[0]), rel=1e-8)


def test_large_var_is_a_ridge(macro):
    data = sample(macro, "VAR20", list(TARGETS), QUARTER, 1)
    fit = ridge(data.Y.to_numpy(), data.X.to_numpy(), make_folds(RandomFolds(5), data.Y.index))
    found = models.constant_forecast(data, "VAR20", RandomFolds(5))
    np.testing.assert_allclose(found, fit.predict(data.x_next.to_numpy()[None])[0])
    assert np.all(fit.penalty > 0)


@pytest.mark.parametrize(
    ("name", "model"), [("2SRR", TwoStepRidge), ("GLRR", GroupLassoRidge), ("GRRRR", ReducedRankRidge)]
)
def test_time_varying_forecasts_use_the_last_coefficients(macro, name, model):
    data = sample(macro, "VAR5", ["INF", "IR"], QUARTER, 1)
    table = models.forecast_sample(data, "VAR5", RandomFolds(5)).set_index(["target", "model"])
    beta = model(cv=RandomFolds(5)).fit(data.Y["INF"], data.X).beta.iloc[-1]
    expected = beta["const"] + data.x_next @ beta.drop("const")
    assert not table.loc[("INF", name), "replaced"]
    assert table.loc[("INF", name), "forecast"] == pytest.approx(expected, rel=1e-9)


def test_outliers_give_way_to_the_constant_forecast(macro, monkeypatch):
    data = sample(macro, "VAR5", list(TARGETS), QUARTER, 1)
    Y = data.Y
    low, high = models.plausible(Y)
    assert low["UR"] == pytest.approx(2 * Y["UR"].min() - Y["UR"].mean())
    assert high["UR"] == pytest.approx(2 * Y["UR"].max() - Y["UR"].mean())
    wild = pd.Series(
        {"GDP": low.GDP - 1e-6, "UR": low.UR + 1e-6, "INF": high.INF - 1e-6, "IR": high.IR + 1e-6, "SPREAD": 1e9}
    )
    monkeypatch.setattr(models, "time_varying_forecasts", lambda data, cv: wild.to_frame("wild"))
    table = models.forecast_sample(data, "VAR5", RandomFolds(5)).pivot(index="target", columns="model")
    replaced = table["replaced"]["wild"]
    assert set(replaced.index[replaced.astype(bool)]) == {"GDP", "IR", "SPREAD"}
    kept = table["forecast"].loc[["UR", "INF"], "wild"]
    np.testing.assert_array_equal(kept, wild[["UR", "INF"]])
    given_way = table["forecast"].loc[["GDP", "IR", "SPREAD"]]
    np.testing.assert_array_equal(given_way["wild"], given_way["Plain"])


@pytest.mark.parametrize(("spec", "cv"), [("ARDI", "basic"), ("VAR5", "blocked")])
def test_forecasts_do_not_see_the_future(dataset, macro, spec, cv):
    """Data after the origin change: the four-quarter forecasts are the same bit by bit, the actuals are not."""
    asked = (spec, QUARTER, 4, ["INF", "IR"], cv)
    before = models.forecast_quarter(macro, *asked)
    after = models.forecast_quarter(Macro.of(changed(dataset, QUARTER - 3)), *asked)
    pd.testing.assert_frame_equal(before.drop(columns="actual"), after.drop(columns="actual"), check_exact=True)
    assert not np.allclose(before["actual"], after["actual"])


@pytest.mark.parametrize("horizon", [1, 4])
def test_every_target_is_there_with_its_actual(macro, horizon):
    table = models.forecast_quarter(macro, "AR", QUARTER, horizon, ["GDP", "SPREAD"], "basic")
    assert len(table) == 2 * (1 + len(models.MODELS))
    rows = table[table.model == "Plain"].set_index("target")
    expected = over_horizon(macro.targets, horizon).loc[QUARTER]
    np.testing.assert_array_equal(rows["actual"], expected[rows.index])
    assert (table["horizon"] == horizon).all()
