"""Our filter and smoother on the New York Fed's nowcasting model, against the results of the Fed's own programs.

statsmodels carries them (Matlab output on the vintage of 2016-06-29) and builds the mixed-frequency state space; the
filter, the likelihood and the smoothed series are ours.
"""

from pathlib import Path

import numpy as np
import pytest
import statsmodels.tsa.statespace
from scipy.io import matlab
from statsmodels.tsa.statespace.dynamic_factor_mq import DynamicFactorMQ

import tvplab
from tvplab.statespace import StateSpace, kalman_filter
from tvplab.statespace_fast import filter_and_smooth

RESULTS = Path(statsmodels.tsa.statespace.__file__).parent / "tests" / "results" / "frbny_nowcast"
MONTHLY, QUARTERLY = ["CPIAUCSL", "UNRATE", "PAYEMS"], ["GDPC1", "ULCNFB"]
RUNS = ["111", "112", "11F", "221", "222", "22F"]
pytestmark = pytest.mark.skipif(not RESULTS.is_dir(), reason="this statsmodels does not carry the results")


def panel():
    """The Fed's transformations from 2000 on: three monthly series, and two quarterly ones."""
    frame = tvplab.data.load("nyfed", vintage="2016-06-29").frame
    monthly = frame[MONTHLY].copy()
    monthly["CPIAUCSL"] = 100 * monthly["CPIAUCSL"].pct_change(fill_method=None)
    monthly[["UNRATE", "PAYEMS"]] = monthly[["UNRATE", "PAYEMS"]].diff()
    quarterly = frame[QUARTERLY].set_axis(frame.index.to_period("Q")).groupby(level=0).last()
    quarterly = 100 * ((quarterly / quarterly.shift(1)) ** 4 - 1)
    monthly, quarterly = monthly.set_axis(monthly.index.to_period("M")).loc["2000":], quarterly.loc["2000":]
    return monthly, quarterly.loc[: quarterly.last_valid_index()]


@pytest.fixture(params=RUNS)
def case(request):
    """(y, StateSpace, Matlab's log-likelihood, Matlab's smoothed series) of one run: factors, lags, EM iterations."""
    saved = matlab.loadmat(RESULTS / f"test_dfm_{request.param}.mat")
    factors, order = int(saved["Spec"]["k"][0, 0][0, 0]), int(saved["Spec"]["p"][0, 0][0, 0])
    idiosyncratic = factors * max(5, order) + 3
    ours = np.r_[np.arange(idiosyncratic), idiosyncratic + np.arange(10).reshape(2, 5).ravel(order="F")]
    monthly, quarterly = panel()
    model = DynamicFactorMQ(
        monthly, endog_quarterly=quarterly, factors=factors, init_t0=True, obs_cov_diag=True, idiosyncratic_ar1=True,
        factor_orders={("0", "1"): order} if factors == 2 else order,
    )  # fmt: skip
    start, spread = saved["Res"]["Z_0"][0, 0][:, 0][ours], saved["Res"]["V_0"][0, 0][ours][:, ours]
    model.update(saved["params"][:, 0])
    ssm, T = model.ssm, len(model.endog)
    Z, R, B, S, Q = (ssm[name] for name in ("design", "obs_cov", "transition", "selection", "state_cov"))
    ours = StateSpace(Z, np.zeros(len(Z)), R, B, np.zeros(len(B)), S @ Q @ S.T, start, spread)
    assert len(monthly) + 1 == T
    constant = model.loglike_constant
    return np.asarray(model.endog), ours, saved["Res"]["loglik"][0, 0][0, 0] + constant, saved["Res"]["x_sm"][0, 0]


def test_fast_filter_and_smoother(case):
    y, model, loglik, series = case
    smoothed = filter_and_smooth(y, model)
    assert smoothed.loglik == pytest.approx(loglik, rel=1e-6)
    np.testing.assert_allclose((smoothed.mean @ model.Z.T)[1:], series, rtol=1e-5, atol=1e-6)


def test_readable_filter(case):
    y, model, loglik, _ = case
    assert kalman_filter(y, model).loglik == pytest.approx(loglik, rel=1e-7)
