"""MARSS models: what a matrix may hold, EM's monotone climb, limits, labels, errors."""

import numpy as np
import pandas as pd
import pytest

import tvplab
from tvplab.convergence import ConvergenceWarning
from tvplab.marss import MARSS, DynamicFactorModel, start_values
from tvplab.marss_em import _hidden_correlated, _missing, expect, matrices, maximise, smooth
from tvplab.marss_matrices import LinearMatrix
from tvplab.marss_shortcuts import column, square

RNG = np.random.default_rng(0)
FACTOR = np.convolve(RNG.standard_normal(170), 0.8 ** np.arange(20), "valid")[:150]
LOADINGS = np.array([1.0, 0.8, -0.6, 0.5, 1.2, 0.3])
Y = pd.DataFrame(
    np.outer(FACTOR, LOADINGS) + 0.7 * RNG.standard_normal((150, 6)),
    pd.period_range("2000-01", periods=150, freq="M"),
    list("abcdef"),
)


def test_public_names():
    assert tvplab.MARSS is MARSS
    assert tvplab.DynamicFactorModel is DynamicFactorModel


def test_a_matrix_mixes_numbers_names_and_linear_forms():
    form = LinearMatrix.of([["a", 0, "1+2*a"], [3.5, "-b", "a - 0.5*b + 2"]])
    assert form.names == ("a", "b")
    np.testing.assert_allclose(form.matrix(np.array([10.0, 4.0])), [[10, 0, 21], [3.5, -4, 10]])


def test_labels_are_names_as_they_stand():
    """Numbers, spaces and signs in a series' label are no arithmetic."""
    odd = ["0", "past inflation", "a-b", "1107.Carnes"]
    assert LinearMatrix.of(column("unequal", odd)).names == tuple(odd)
    assert LinearMatrix.of(square("diagonal and unequal", odd)).n == 4
    fit = MARSS(Z=np.ones((4, 1)), A="unequal", Q="zero", V0="zero").fit(Y[list("abcd")].set_axis(odd, axis=1))
    np.testing.assert_allclose(fit.params["A"].iloc[:, 0], Y[list("abcd")].mean(), atol=1e-10)


@pytest.mark.parametrize("cell", ["2*", "a b", "a+*b", "", "1..2"])
def test_a_cell_that_cannot_be_read_is_shown(cell):
    with pytest.raises(ValueError, match="cannot read"):
        LinearMatrix.of([[cell]])


def test_shortcuts():
    labels = ["x", "y"]
    assert LinearMatrix.of(square("diagonal and unequal", labels)).names == ("(x,x)", "(y,y)")
    assert LinearMatrix.of(square("diagonal and equal", labels)).names == ("diag",)
    assert LinearMatrix.of(square("equalvarcov", labels)).matrix(np.array([2.0, 0.5])).tolist() == [
        [2.0, 0.5],
        [0.5, 2.0],
    ]
    assert LinearMatrix.of(square("unconstrained", labels)).n == 3
    assert LinearMatrix.of(square("identity", labels)).matrix(np.zeros(0)).tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert LinearMatrix.of(column("unequal", labels)).names == ("x", "y")
    assert LinearMatrix.of(column("equal", labels)).n == 1
    with pytest.raises(ValueError, match="unknown shortcut 'full'"):
        square("full", labels)
    with pytest.raises(ValueError, match="unknown shortcut 'full'"):
        column("full", labels)


MODELS = {
    "factor": DynamicFactorModel(factor_lags=2).marss(6),
    "two factors": DynamicFactorModel(n_factors=2, factor_lags=1).marss(6),
    "correlated errors": MARSS(Z=[["1"], *[[f"z{i}"] for i in range(2, 7)]], R="unconstrained", B=[["b"]], Q=[["q"]]),
    "intercepts and a drift": MARSS(Z=np.ones((6, 1)), A=["0", "a2", "a3", "a4", "a5", "a6"], U=[["u"]], Q=[["q"]]),
    "a shared loading": MARSS(Z=[[1.0], ["z"], ["-z"], ["0.5*z"], [1.0], ["z"]], B=[["b"]], Q=[[1.0]], R="equalvarcov"),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_em_never_decreases_the_likelihood(name, missing):
    y = Y.mask(np.random.default_rng(1).random(Y.shape) < missing).to_numpy()
    forms = MODELS[name]._forms(list(Y.columns))
    parameters, logliks = start_values(forms, None), []
    for _ in range(60):
        moments = expect(y, matrices(forms, parameters))
        logliks.append(moments.loglik)
        parameters = maximise(forms, parameters, matrices(forms, parameters), moments)
    assert np.all(np.diff(logliks) > -1e-8 * np.abs(logliks[1:]))


def test_factor_and_loadings_are_recovered():
    fit = DynamicFactorModel(factor_lags=1).fit(Y)
    assert fit.converged
    np.testing.assert_allclose(fit.params["Z"].iloc[:, 0], LOADINGS, atol=0.12)
    assert np.corrcoef(fit.states["X1"], FACTOR)[0, 1] > 0.95
    assert fit.states.index.equals(Y.index)
    assert list(fit.fitted.columns) == list(Y.columns)


def test_maximum_is_a_stationary_point():
    """At the end of EM the numerical gradient of the log-likelihood is zero (in units of a parameter's own scale)."""
    model = DynamicFactorModel(factor_lags=1).marss(6)
    fit = model.fit(Y, tol=1e-13, max_iter=5000)
    forms = model._forms(list(Y.columns))
    parameters = {name: series.to_numpy() for name, series in fit.parameters.items()}
    for name in ("Z", "B", "Q", "R"):
        for i in range(len(parameters[name])):
            sides = []
            for step in (1e-4, -1e-4):
                moved = {**parameters, name: parameters[name] + step * (np.arange(len(parameters[name])) == i)}
                sides.append(expect(Y.to_numpy(), matrices(forms, moved)).loglik)
            assert abs(sides[0] - sides[1]) / 2e-4 < 0.02


def test_no_state_noise_is_a_regression_on_a_deterministic_path():
    """Q = 0, V0 = 0, x0 = 1, B = 1: the state is one for ever, so that Z are the means and R the variances."""
    Z = [[f"z{i}"] for i in range(6)]
    fit = MARSS(Z=Z, B="identity", Q="zero", x0=[1.0], V0="zero").fit(Y)
    np.testing.assert_allclose(fit.params["Z"].iloc[:, 0], Y.mean(), atol=1e-8)
    np.testing.assert_allclose(np.diag(fit.params["R"]), Y.var(ddof=0), atol=1e-8)
    np.testing.assert_allclose(fit.states["X1"], 1.0, atol=1e-12)


def test_a_static_factor_is_factor_analysis():
    """B = 0 makes periods independent: the likelihood is that of N(0, ZZ'q + R)."""
    Z = [[1.0], *[[f"z{i}"] for i in range(2, 7)]]
    fit = MARSS(Z=Z, B="zero", Q=[["q"]]).fit(Y, tol=1e-12, max_iter=5000)
    loading, V = fit.params["Z"].to_numpy(), fit.params["R"].to_numpy()
    V = V + loading @ fit.params["Q"].to_numpy() @ loading.T
    S = Y.to_numpy().T @ Y.to_numpy() / 150
    by_hand = -75.0 * (6 * np.log(2 * np.pi) + np.linalg.slogdet(V)[1] + np.trace(np.linalg.solve(V, S)))
    assert fit.loglik == pytest.approx(by_hand, abs=1e-8)
    np.testing.assert_allclose(np.diag(V), np.diag(S), rtol=1e-4)


def test_common_component():
    fit = DynamicFactorModel(factor_lags=1).fit(Y)
    weights = pd.Series([0.1, 0.2, 0.3, 0.2, 0.1, 0.1], Y.columns)
    np.testing.assert_allclose(fit.common_component(weights), fit.common_component() @ weights)
    np.testing.assert_allclose(fit.common_component()["c"], fit.params["Z"].loc["c", "X1"] * fit.states["X1"])
    by_period = pd.DataFrame(np.tile(weights, (150, 1)), Y.index, Y.columns)
    np.testing.assert_allclose(fit.common_component(by_period), fit.common_component(weights))
    with pytest.raises(ValueError, match="weights: the series differ"):
        fit.common_component(weights.iloc[::-1])


def test_forecasts_return_to_zero_and_widen():
    forecast = DynamicFactorModel(factor_lags=1).fit(Y).forecast(200)
    assert np.all(np.abs(forecast["mean"].iloc[-1]) < 1e-6)
    assert np.all(np.diff(forecast["se"]["a"]) > -1e-12)
    np.testing.assert_allclose(forecast["se"].iloc[-1] ** 2, Y.var(), rtol=0.35)


def test_start_values_from_an_earlier_fit():
    model = DynamicFactorModel(factor_lags=1)
    first = model.fit(Y)
    again = model.fit(Y, start=first.parameters)
    assert again.n_iter <= 3
    assert again.loglik >= first.loglik - 1e-9


def test_standardize():
    fit = DynamicFactorModel(factor_lags=1, standardize=True).fit(10.0 + 5.0 * Y)
    by_hand = DynamicFactorModel(factor_lags=1).fit((Y - Y.mean()) / Y.std())
    assert fit.loglik == pytest.approx(by_hand.loglik, abs=1e-8)


def test_early_stop_says_so():
    with pytest.warns(ConvergenceWarning, match="stopped at 3 iterations"):
        fit = DynamicFactorModel().fit(Y, max_iter=3)
    assert not fit.converged
    assert fit.n_iter == 3
    assert len(fit.loglik_path) == 4


@pytest.mark.parametrize(
    ("model", "y", "message"),
    [
        (MARSS(Z=np.ones((5, 1))), Y, "Z: has shape"),
        (MARSS(Z=np.ones((6, 1)), Q=np.eye(2)), Y, "Q: has shape"),
        (MARSS(Z=np.ones((6, 1)), V0=[["v"]]), Y, "V0: is taken as given"),
        (MARSS(rule="fast"), Y, "rule: must be one of"),
        (DynamicFactorModel(n_factors=6), Y, "n_factors: must be from 1 to 5"),
        (DynamicFactorModel(factor_lags=0), Y, "factor_lags: a whole number of at least 1"),
        (DynamicFactorModel(), Y.assign(g=np.nan), "y: column 'g' has no observation"),
        (DynamicFactorModel(), Y.replace(Y.iloc[3, 2], np.inf), "y: inf at column 'c'"),
        (DynamicFactorModel(), Y.iloc[::-1], "y: periods are not in ascending order"),
    ],
)
def test_what_is_wrong_is_named(model, y, message):
    with pytest.raises(ValueError, match=message):
        model.fit(y)


def test_bad_start_is_named():
    with pytest.raises(ValueError, match="start: 'Z' is no matrix"):
        DynamicFactorModel().fit(Y, start={"Z": [1.0]})


def test_both_ways_of_filling_gaps_agree():
    """The pattern by pattern form with a diagonal R is the form for all periods at once."""
    y = Y.mask(np.random.default_rng(2).random(Y.shape) < 0.4).to_numpy(copy=True)
    y[4] = np.nan
    forms = MODELS["two factors"]._forms(list(Y.columns))
    M = matrices(forms, start_values(forms, None))
    V = smooth(y, M).cov[1:]
    fitted = smooth(y, M).mean[1:] @ M["Z"].T
    full, yx_cov, yy_cov = _hidden_correlated(y, fitted, V, M)
    for diagonal, variances in ((False, yy_cov), (True, np.diag(np.diag(yy_cov)))):
        for one, other in zip(_missing(y, fitted, V, M, diagonal), (full, yx_cov, variances), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-12)
