"""Covariates of series and states: regression limits, the gradient, the monotone climb, what is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from tvplab.marss import MARSS
from tvplab.marss_em import Inputs, expect, matrices, maximise
from tvplab.marss_score import log_likelihood, pack, score

RNG = np.random.default_rng(7)
T = 200
d, c = RNG.standard_normal((T, 2)), RNG.standard_normal((T, 1))
STATE = np.zeros(T)
for t in range(T):
    STATE[t] = 0.7 * STATE[t - 1] + 0.8 * c[t, 0] + 0.5 * RNG.standard_normal()
EFFECTS = np.array([[1.0, 0.0], [0.0, -0.5], [0.3, 0.3]])
y = np.outer(STATE, [1.0, 0.6, -0.8]) + d @ EFFECTS.T + 0.3 * RNG.standard_normal((T, 3))
GAPS = np.where(RNG.random(y.shape) < 0.15, np.nan, y)
D = [[f"d{i}{k}" for k in range(2)] for i in range(3)]
MODEL = MARSS(Z=[[1.0], ["z2"], ["z3"]], B=[["b"]], Q=[["q"]], D=D, C=[["c"]])


def test_effects_are_recovered():
    fit = MODEL.fit(GAPS, d=d, c=c)
    assert list(fit.params["A"].columns) == ["A", "D1", "D2"]
    np.testing.assert_allclose(fit.params["A"][["D1", "D2"]], EFFECTS, atol=0.12)
    assert fit.params["U"].loc["X1", "C1"] == pytest.approx(0.8, abs=0.12)
    assert fit.params["B"].iloc[0, 0] == pytest.approx(0.7, abs=0.08)


def test_without_a_state_it_is_least_squares():
    """Z = 0: each series is a regression on a constant and d."""
    fit = MARSS(Z=np.zeros((3, 1)), B="identity", Q=[[1.0]], A="unequal", D=D).fit(y, d=d)
    X = np.column_stack([np.ones(T), d])
    ols = np.linalg.lstsq(X, y, rcond=None)[0]
    np.testing.assert_allclose(fit.params["A"], ols.T, atol=1e-10)
    np.testing.assert_allclose(np.diag(fit.params["R"]), np.mean((y - X @ ols) ** 2, axis=0), atol=1e-10)


@pytest.mark.parametrize("data", [y, GAPS], ids=["complete", "gaps"])
def test_em_climbs_and_its_score_is_the_gradient(data):
    names = ["a", "b", "c"]
    forms, inputs = MODEL._forms(names), Inputs.of(T, d, c)
    parameters = {name: np.full(form.n, 0.3) for name, form in forms.items()}
    logliks = []
    for _ in range(15):
        moments = expect(data, matrices(forms, parameters), inputs)
        logliks.append(moments.loglik)
        parameters = maximise(forms, parameters, matrices(forms, parameters), moments)
    assert np.all(np.diff(logliks) > -1e-9)
    numerical = optimize.approx_fprime(pack(parameters), lambda v: log_likelihood(v, data, forms, inputs), 1e-6)
    np.testing.assert_allclose(score(data, forms, parameters, inputs)[1], numerical, rtol=1e-3, atol=2e-2)


def test_results_know_their_covariates():
    fit = MODEL.fit(GAPS, d=d, c=c)
    by_hand = fit.states["X1"].to_numpy()[:, None] * fit.params["Z"].to_numpy().T + d @ fit.params["A"][["D1", "D2"]].T
    np.testing.assert_allclose(fit.fitted, by_hand, atol=1e-10)
    np.testing.assert_allclose(fit.common_component(), fit.fitted - d @ fit.params["A"][["D1", "D2"]].T, atol=1e-10)
    again = MODEL.fit(fit.simulate(1), start=fit.parameters, **fit.covariates)
    np.testing.assert_allclose(again.params["A"], fit.params["A"], atol=0.15)
    ahead = fit.forecast(3, d=np.zeros((3, 2)), c=np.ones((3, 1)))["mean"]
    x = fit.params["B"].iloc[0, 0] * fit.states["X1"].iloc[-1] + fit.params["U"].loc["X1", "C1"]
    assert ahead[0].iloc[0] == pytest.approx(x)
    assert fit.innovations()["standardized"].to_numpy()[np.isfinite(GAPS)].var() == pytest.approx(1.0, abs=0.15)
    assert np.all(fit.intervals()["std_error"] > 0)
    written = {"B.b", "C.c", "Q.q", "Z.z2", "Z.z3", *(f"D.{name}" for row in D for name in row)}
    assert {label for label in fit.intervals().index if not label.startswith("R.")} == written
    assert set(fit.bootstrap(draws=1, tol=1e-3).columns) == set(fit.intervals().index)


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (MODEL, {"d": d}, "c: covariates and their effects"),
        (MARSS(Z=np.ones((3, 1))), {"d": d}, "d: covariates and their effects"),
        (MODEL, {"d": d[:, :1], "c": c}, "d: has shape"),
        (MODEL, {"d": np.where(d > 2, np.nan, d), "c": c}, "d: nan at"),
        (MODEL, {"d": pd.DataFrame(d, range(5, T + 5)), "c": c}, "d: its index differs"),
        (MARSS(Z=np.ones((3, 1)), D=[["x"]]), {"d": c}, "rows of effects"),
    ],
)
def test_what_is_wrong_is_named(model, options, message):
    with pytest.raises(ValueError, match=message):
        model.fit(y, **options)


def test_forecasts_need_the_covariates_to_come():
    with pytest.raises(ValueError, match="d, c: 3 rows of the 2 and 1 covariates"):
        MODEL.fit(y, d=d, c=c).forecast(3)
