"""Diebold-Mariano by hand, against statsmodels' long-run variances, and at its nominal size."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.regression.linear_model import OLS

from tvplab.forecast_tests import diebold_mariano, long_run_variance, rmspe, stars


def test_rmspe_is_its_definition():
    assert rmspe([3.0, -4.0]) == pytest.approx(np.sqrt(12.5))


def test_one_step_statistic_by_hand():
    # squares 1, 4, 9, 0 against 0, 1, 4, 1: d = 1, 3, 5, -1, mean 2, variance (1 + 1 + 9 + 9)/4 = 5
    found = diebold_mariano([1.0, -2.0, 3.0, 0.0], [0.0, 1.0, 2.0, -1.0])
    expected = 2.0 / np.sqrt(5.0 / 4.0) * np.sqrt(3.0 / 4.0)  # n = 4, h = 1: (4 + 1 - 2)/4
    assert found.statistic == pytest.approx(expected)
    assert found.pvalue == pytest.approx(2.0 * stats.t.sf(expected, 3))


@pytest.mark.parametrize("horizon", [1, 2, 4])
def test_variance_is_that_of_a_regression_on_a_constant(horizon):
    rng = np.random.default_rng(1)
    shocks = rng.normal(size=(90 + horizon, 2))
    errors = sum(shocks[k : k + 90] for k in range(horizon))  # moving averages, as h-step errors are
    d = errors[:, 0] ** 2 - errors[:, 1] ** 2
    fit = OLS(d, np.ones(90)).fit(
        cov_type="HAC", cov_kwds={"maxlags": horizon - 1, "kernel": "uniform", "use_correction": False}
    )
    correction = np.sqrt((91 - 2 * horizon + horizon * (horizon - 1) / 90) / 90)
    assert diebold_mariano(*errors.T, horizon).statistic == pytest.approx(fit.tvalues[0] * correction, rel=1e-10)


def test_bartlett_steps_in_where_the_plain_sum_is_negative():
    d = np.tile([1.0, -1.0], 20) + np.linspace(0.0, 0.1, 40)
    centred = d - d.mean()
    assert centred @ centred + 2.0 * centred[1:] @ centred[:-1] < 0
    fit = OLS(d, np.ones(40)).fit(cov_type="HAC", cov_kwds={"maxlags": 1, "use_correction": False})
    assert long_run_variance(d, 1) / 40 == pytest.approx(fit.bse[0] ** 2, rel=1e-10)
    assert long_run_variance(d, 1) > 0


def test_equal_forecasts_and_the_sign():
    e = np.random.default_rng(2).normal(size=50)
    assert diebold_mariano(e, e) == (0.0, 1.0)
    better, worse = diebold_mariano(0.5 * e, e), diebold_mariano(e, 0.5 * e)
    assert better.statistic < 0 < worse.statistic == pytest.approx(-better.statistic)
    assert better.pvalue == pytest.approx(worse.pvalue)


@pytest.mark.parametrize("horizon", [1, 4])
def test_size_under_the_null(horizon):
    """Equal accuracy is rejected at 10 % in about 10 % of 1500 samples (s.e. .008); h > 1 is known to exceed it."""
    rng = np.random.default_rng(3)
    rejected = 0
    for _ in range(1500):
        shocks = rng.normal(size=(48 + horizon - 1, 2))
        errors = sum(shocks[k : k + 48] for k in range(horizon))
        rejected += diebold_mariano(*errors.T, horizon).pvalue < 0.1
    assert 0.075 < rejected / 1500 < (0.125 if horizon == 1 else 0.17)


def test_stars():
    assert [stars(p) for p in (0.2, 0.1, 0.09, 0.049, 0.009)] == ["", "", "*", "**", "***"]


@pytest.mark.parametrize(
    ("errors", "benchmark", "horizon", "message"),
    [
        ([1.0, 2.0], [1.0, 2.0, 3.0], 1, "benchmark: has 3 errors where the other forecasts have 2"),
        ([1.0, np.nan], [1.0, 2.0], 1, "errors: has NaN"),
        ([1.0, 2.0, 3.0], [1.0, 1.0, 0.0], 3, "horizon: must be a whole number from 1 to 2"),
        ([2.0, 2.0, 2.0], [1.0, 1.0, 1.0], 1, "needs variation"),
        (np.ones((2, 2)), [1.0, 2.0], 1, "errors: expected a vector"),
    ],
)
def test_what_cannot_be_tested_is_refused(errors, benchmark, horizon, message):
    with pytest.raises(ValueError, match=message):
        diebold_mariano(errors, benchmark, horizon)
