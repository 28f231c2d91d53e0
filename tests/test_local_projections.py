"""Time-varying local projections: against OLS by horizon, against the regression written by hand, no look-ahead."""

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import tvplab
from tvplab.convergence import ConvergenceWarning
from tvplab.crossval import BlockedFolds
from tvplab.local_projections import LocalProjections
from tvplab.local_projections_data import outcome_ahead, projection_regressors, with_leads
from tvplab.ridge import TVPRidge, TwoStepRidge
from tvplab.volatility import VOLATILITY, Volatility

RNG = np.random.default_rng(3)
MONTHS = pd.date_range("1990-01", periods=120, freq="MS")
SHOCK = pd.Series(RNG.standard_normal(120), MONTHS, name="shock")
CONTROLS = pd.DataFrame(RNG.standard_normal((120, 2)), MONTHS, ["a", "b"])
Y = pd.DataFrame({"u": 0.5 * SHOCK + 0.3 * SHOCK.shift(1, fill_value=0.0) + RNG.standard_normal(120),
                  "p": 5.0 - 2.0 * SHOCK + 0.7 * CONTROLS["a"] + 3.0 * RNG.standard_normal(120)})  # fmt: skip
SMALL = {"horizons": 5, "lags": 2, "shock_lags": 3}
RIGID = TVPRidge(lam=1e17, lam0=0.0)


def by_hand(h, cumulative, leads):
    """Rows of the regression at horizon h, one date at a time: y, then shocks, then lagged controls, then leads."""
    rows, outcomes, dates = [], [], []
    for t in range(2, 120 - h):
        shocks = [SHOCK.iloc[t - j] for j in range(3)]
        known = [CONTROLS[name].iloc[t - j] for j in (1, 2) for name in ("a", "b")]
        later = [SHOCK.iloc[t + j] for j in range(1, h + 1)] if leads else []
        rows.append([*shocks, *known, *later])
        outcomes.append(Y.iloc[t : t + h + 1].sum() if cumulative else Y.iloc[t + h])
        dates.append(MONTHS[t])
    return pd.DataFrame(rows, dates), pd.DataFrame(outcomes).set_axis(dates)


@pytest.mark.parametrize("leads", [False, True])
@pytest.mark.parametrize("cumulative", [False, True])
def test_infinite_lambda_is_jordas_ols_by_horizon(cumulative, leads):
    model = LocalProjections(**SMALL, estimator=RIGID, cumulative=cumulative, leads=leads)
    results = model.fit(Y, SHOCK, CONTROLS)
    for h in range(5):
        X, outcome = by_hand(h, cumulative, leads)
        for target in Y:
            ols = sm.OLS(outcome[target], sm.add_constant(X)).fit().params.iloc[1]
            path = results[target].irf[h].dropna()
            assert len(path) == 118 - h
            np.testing.assert_allclose(path, ols, rtol=0, atol=1e-8)
            assert results[target].irf_ols[h] == pytest.approx(ols, abs=1e-10)
            np.testing.assert_allclose(results[target].difference[h].dropna(), 0.0, atol=1e-8)


@pytest.mark.parametrize("leads", [False, True])
def test_every_horizon_is_the_two_step_ridge_of_rows_written_by_hand(leads):
    model = LocalProjections(**SMALL, estimator=TwoStepRidge(volatility="ewma"), leads=leads)
    results = model.fit(Y["p"], SHOCK, CONTROLS)
    for h in (0, 4):
        X, outcome = by_hand(h, True, leads)
        fit = TwoStepRidge(volatility="ewma").fit(outcome["p"], X)
        assert results.lam[h] == fit.lam
        np.testing.assert_allclose(results.beta[h], fit.beta, rtol=0, atol=1e-9)
        np.testing.assert_allclose(results.irf[h].dropna(), fit.beta[0], rtol=0, atol=1e-9)
        for ours, theirs in zip(results.bands(0.8), fit.bands(0.8), strict=True):
            np.testing.assert_allclose(ours[h].dropna(), theirs[0], rtol=0, atol=1e-9)
    assert results.regression(0).first_step is None


def test_one_regressor_is_a_tvp_ridge():
    results = LocalProjections(horizons=1, shock_lags=1, estimator=TVPRidge()).fit(Y["u"], SHOCK)
    fit = TVPRidge().fit(Y["u"], SHOCK.to_frame())
    assert results.lam[0] == fit.lam
    np.testing.assert_allclose(results.irf[0], fit.beta["shock"], rtol=0, atol=1e-10)
    np.testing.assert_allclose(results.beta[0]["const"], fit.beta["const"], rtol=0, atol=1e-10)


def test_an_outcome_holds_nothing_after_its_horizon():
    later = Y.copy()
    later.iloc[60:] += 1e6
    for h in (0, 3, 7):
        for cumulative in (True, False):
            clean, touched = outcome_ahead(Y, h, cumulative), outcome_ahead(later, h, cumulative)
            assert list(clean.index) == list(MONTHS[: 120 - h])
            np.testing.assert_array_equal(clean.iloc[: 60 - h], touched.iloc[: 60 - h])
            assert (clean.iloc[60 - h :] != touched.iloc[60 - h :]).all(axis=None)


def test_an_outcome_holds_nothing_before_its_origin():
    earlier = Y.copy()
    earlier.iloc[:50] += 1e6
    clean, touched = outcome_ahead(Y, 6, True), outcome_ahead(earlier, 6, True)
    np.testing.assert_array_equal(clean.iloc[50:], touched.iloc[50:])
    np.testing.assert_allclose(clean.iloc[50], Y.iloc[50:57].sum())


def test_regressors_hold_the_shock_of_the_month_and_nothing_later():
    changed_shock, changed_controls = SHOCK.copy(), CONTROLS.copy()
    changed_shock.iloc[61:] += 1e6
    changed_controls.iloc[60:] += 1e6  # the controls of month 60 itself are not known when its shock hits
    clean = projection_regressors(SHOCK, CONTROLS, 6, 4)
    touched = projection_regressors(changed_shock, changed_controls, 6, 4)
    assert clean.index[0] == MONTHS[6]
    pd.testing.assert_frame_equal(clean.loc[: MONTHS[60]], touched.loc[: MONTHS[60]])
    assert (clean.loc[MONTHS[61]] != touched.loc[MONTHS[61]]).any()
    assert list(clean.columns[:6]) == ["shock", "shock.l1", "shock.l2", "shock.l3", "a.l1", "b.l1"]
    leads = with_leads(clean, SHOCK, 3)
    assert list(leads.columns[-3:]) == ["shock.f1", "shock.f2", "shock.f3"]
    assert len(leads) == len(clean) - 3
    np.testing.assert_array_equal(leads["shock.f2"], SHOCK.loc[leads.index[0] :].iloc[2 : 2 + len(leads)])


def test_the_sample_of_the_longest_horizon_for_all():
    longest = LocalProjections(**SMALL).fit(Y, SHOCK, CONTROLS)
    common = LocalProjections(**SMALL, sample="common").fit(Y, SHOCK, CONTROLS)
    for target in Y:
        assert common[target].irf.shape == (114, 5)
        assert common[target].irf.notna().all(axis=None)
        assert list(longest[target].irf.isna().sum()) == [0, 1, 2, 3, 4]
        np.testing.assert_allclose(common[target].irf[4], longest[target].irf[4].dropna(), rtol=0, atol=1e-9)
        assert common[target].lam[4] == longest[target].lam[4]
    together = LocalProjections(**SMALL, sample="common", leads=True).fit(Y["u"], SHOCK, CONTROLS)
    np.testing.assert_allclose(
        together.irf[4], LocalProjections(**SMALL, leads=True).fit(Y["u"], SHOCK, CONTROLS).irf[4].dropna(), atol=1e-9
    )


def test_several_targets_are_the_single_ones():
    model = LocalProjections(**SMALL, estimator=TwoStepRidge(cv=BlockedFolds(4), volatility="ewma"))
    system = model.fit(Y, SHOCK, CONTROLS)
    for target in Y:
        alone = model.fit(Y[target], SHOCK, CONTROLS)
        np.testing.assert_allclose(system.irf[target], alone.irf, rtol=0, atol=1e-9)
        pd.testing.assert_series_equal(system.lam[target], alone.lam, check_names=False)
        np.testing.assert_allclose(system.irf_ols[target], alone.irf_ols, atol=1e-12)
        np.testing.assert_allclose(system.difference[target], alone.difference, atol=1e-9)
        np.testing.assert_allclose(alone.half_and_half, alone.irf - alone.difference / 2.0, atol=1e-12)
        for ours, theirs in zip(system.bands()[target], alone.bands(), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_threads_change_no_number():
    model = LocalProjections(**SMALL, sample="common")
    one, three = (model.fit(Y["u"], SHOCK, CONTROLS, jobs=jobs) for jobs in (1, 3))
    pd.testing.assert_frame_equal(one.irf, three.irf, rtol=0, atol=0)


def test_a_multiplier_moves_every_horizon_from_its_chosen_penalty():
    results = LocalProjections(**SMALL).fit(Y["u"], SHOCK, CONTROLS)
    for multiplier in (0.1, 1.0, 30.0):
        moved = results.at(multiplier)
        np.testing.assert_allclose(moved.lam, multiplier * results.lam)
        for h in range(5):
            fit = results.regression(h).at(multiplier * results.lam[h])
            np.testing.assert_allclose(moved.irf[h].dropna(), fit.beta["shock"], rtol=0, atol=1e-9)
            np.testing.assert_allclose(moved.beta[h], fit.beta, rtol=0, atol=1e-9)
            np.testing.assert_allclose(moved.std_errors()[h].dropna(), fit.std_errors()["shock"], atol=1e-9)
    np.testing.assert_allclose(results.at(10.0).at(2.0).irf, results.at(2.0).irf)
    np.testing.assert_allclose(results.at(1e18).irf.std(), 0.0, atol=1e-8)


def test_arrays_get_integer_labels():
    results = LocalProjections(**SMALL).fit(Y["u"].to_numpy(), SHOCK.to_numpy(), CONTROLS.to_numpy())
    labelled = LocalProjections(**SMALL).fit(Y["u"], SHOCK, CONTROLS)
    assert list(results.irf.index[:2]) == [2, 3]
    np.testing.assert_allclose(results.irf, labelled.irf, atol=1e-12)


def test_a_fallback_is_said_once(monkeypatch):
    def failing(resid):
        return Volatility(np.full(len(resid), np.mean(resid**2)), converged=False)

    monkeypatch.setitem(VOLATILITY, "garch", failing)
    with pytest.warns(ConvergenceWarning, match=r"horizons \[0, 1, 2, 3, 4\]"):
        results = LocalProjections(**SMALL).fit(Y["u"], SHOCK, CONTROLS)
    assert not results.converged.any()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LocalProjections(**SMALL, estimator=TVPRidge()).fit(Y["u"], SHOCK, CONTROLS)


def test_ols_is_not_made_up_where_there_is_none():
    wide = pd.DataFrame(RNG.standard_normal((120, 30)), MONTHS).add_prefix("x")
    results = LocalProjections(horizons=2, lags=4, shock_lags=2, estimator=TVPRidge(lam=10.0)).fit(Y["u"], SHOCK, wide)
    assert results.irf_ols.isna().all()
    assert results.irf[0].notna().all()


@pytest.mark.parametrize(
    ("options", "arguments", "error", "message"),
    [
        ({"horizons": 0}, {}, ValueError, "horizons: a whole number of at least 1 is needed, got 0"),
        ({"lags": 0}, {}, ValueError, "lags: a whole number of at least 1"),
        ({"shock_lags": 1.5}, {}, ValueError, "shock_lags: a whole number"),
        ({"horizons": True}, {}, ValueError, "horizons: a whole number"),
        ({"horizons": 110}, {}, ValueError, "horizons: 110 leave 9 origins .*at least 10 are needed"),
        ({"estimator": 3.0}, {}, TypeError, "estimator: expected a TVP ridge model"),
        ({"estimator": TVPRidge}, {}, TypeError, "estimator: expected a TVP ridge model"),
        ({"cumulative": "yes"}, {}, ValueError, "cumulative: must be one of"),
        ({"sample": "short"}, {}, ValueError, "sample: must be one of"),
        ({}, {"shock": Y}, ValueError, "shock: expected one series"),
        ({}, {"shock": SHOCK.iloc[:-1]}, ValueError, "shock: has 119 periods where y has 120"),
        ({}, {"shock": SHOCK.shift(1)}, ValueError, "shock: nan at .*none is allowed"),
        ({}, {"controls": CONTROLS.set_axis(MONTHS.shift(1))}, ValueError, "controls: its index differs from y's"),
        ({}, {"controls": CONTROLS.assign(shock=SHOCK)}, ValueError, "controls: the name 'shock' is the shock's"),
        ({}, {"jobs": 0}, ValueError, "jobs: a whole number of at least 1 is needed, or -1 for one a core; got 0"),
    ],
)
def test_bad_input_is_named(options, arguments, error, message):
    arguments = {"y": Y["u"], "shock": SHOCK, "controls": CONTROLS, **arguments}
    with pytest.raises(error, match=message):
        LocalProjections(**{**SMALL, **options}).fit(**arguments)


def test_unknown_horizon_and_public_name():
    results = LocalProjections(**SMALL, estimator=RIGID).fit(Y["u"], SHOCK, CONTROLS)
    with pytest.raises(ValueError, match="h: must be one of the horizons 0 to 4, got 5"):
        results.regression(5)
    assert tvplab.LocalProjections is LocalProjections
