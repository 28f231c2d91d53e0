"""Score, polish, intervals, residuals, bootstrap: against numerical derivatives, R MARSS, and simulation."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import optimize
from test_marss import MODELS, Y
from test_oracle_marss import FOLDER, HERE, data, model

from tvplab.convergence import ignore_unconverged
from tvplab.marss import MARSS, DynamicFactorModel
from tvplab.marss_inference import bootstrap, hessian
from tvplab.marss_score import log_likelihood, pack, score, unpack

needs_r = pytest.mark.skipif(FOLDER == HERE, reason="set TVPLAB_DATA: these numbers of R MARSS are beside the data")


def short_fit(model, y, max_iter=25):
    with ignore_unconverged():
        fit = model.fit(y, max_iter=max_iter)
    return fit, model._forms(list(map(str, y.columns))), {name: s.to_numpy() for name, s in fit.parameters.items()}


@pytest.mark.parametrize("name", MODELS)
def test_score_is_the_gradient(name):
    y = Y.mask(np.random.default_rng(3).random(Y.shape) < 0.2)
    _, forms, parameters = short_fit(MODELS[name], y)
    loglik, gradient = score(y.to_numpy(), forms, parameters)
    point = pack(parameters)
    numerical = optimize.approx_fprime(point, lambda v: log_likelihood(v, y.to_numpy(), forms), 1e-6)
    assert loglik == pytest.approx(log_likelihood(point, y.to_numpy(), forms))
    np.testing.assert_allclose(gradient, numerical, rtol=1e-3, atol=2e-2)


def test_score_with_a_fixed_start():
    """x0 free and V0 = 0: the gradient reaches x0 through the first transition."""
    free = MARSS(Z=np.ones((6, 1)), x0=[["x"]], V0="zero", B=[["b"]], Q=[["q"]])
    _, forms, parameters = short_fit(free, Y)
    point = pack(parameters)
    numerical = optimize.approx_fprime(point, lambda v: log_likelihood(v, Y.to_numpy(), forms), 1e-6)
    np.testing.assert_allclose(score(Y.to_numpy(), forms, parameters)[1], numerical, rtol=1e-3, atol=2e-2)


def test_packing_is_undone():
    _, forms, parameters = short_fit(MODELS["two factors"], Y, 2)
    again = unpack(pack(parameters), forms)
    for name, values in parameters.items():
        np.testing.assert_array_equal(again[name], values)


def test_polish_ends_where_long_em_does():
    quick = DynamicFactorModel(factor_lags=2).fit(Y, tol=1e-4, polishing=True)
    slow = DynamicFactorModel(factor_lags=2).fit(Y, tol=1e-14, max_iter=20_000)
    assert quick.converged
    assert quick.loglik == pytest.approx(slow.loglik, abs=1e-5)
    assert quick.n_iter < slow.n_iter / 3


def test_fisher_and_hessian_agree_at_the_maximum():
    fit = DynamicFactorModel(factor_lags=1).fit(Y, polishing=True)
    fisher, observed = fit.intervals(), fit.intervals(method="hessian")
    np.testing.assert_allclose(fisher["std_error"], observed["std_error"], rtol=0.25)
    assert np.all(fisher["lower"] < fisher["estimate"])
    with pytest.raises(ValueError, match="method: must be one of"):
        fit.intervals(method="profile")


def test_hessian_of_a_known_curvature():
    """Z fixed, states known (Q = 0): the variance of one series has curvature −T/(2 r²)."""
    still = MARSS(Z=np.zeros((1, 1)), B="identity", Q="zero", x0=[0.0], V0="zero", R=[["r"]])
    y = Y[["a"]]
    fit, forms, parameters = short_fit(still, y, 50)
    r = fit.parameters["R"].iloc[0]
    assert hessian(y.to_numpy(), forms, parameters)[0, 0] == pytest.approx(-150 / (2 * r**2), rel=1e-5)
    assert fit.intervals()["std_error"].iloc[0] == pytest.approx(r * np.sqrt(2 / 150), rel=1e-6)


def test_intervals_cover():
    """60 data sets from one model: 90 % intervals cover its loadings 84-96 % of the time (300 cells)."""
    fit = DynamicFactorModel(factor_lags=1).fit(Y.iloc[:80])
    truth, inside = fit.parameters["Z"], []
    for seed in range(60):
        again = DynamicFactorModel(factor_lags=1).fit(fit.simulate(seed), start=fit.parameters)
        table = again.intervals(0.9).loc[[f"Z.{name}" for name in truth.index]]
        inside.append((table["lower"].to_numpy() < truth) & (truth < table["upper"].to_numpy()))
    assert 0.84 < np.mean(inside) < 0.96


def test_bootstrap_spreads_like_the_intervals():
    model = DynamicFactorModel(factor_lags=1).marss(6)
    fit = model.fit(Y)
    draws = bootstrap(fit, model, draws=60, seed=1)
    table = fit.intervals()
    ratio = draws[table.index].std() / table["std_error"]
    assert np.all((ratio > 0.6) & (ratio < 1.6)), ratio
    pd.testing.assert_frame_equal(draws.iloc[:2], bootstrap(fit, model, draws=2, seed=1))


def test_innovations_are_white_and_standard():
    standardized = DynamicFactorModel(factor_lags=1).fit(Y).innovations()["standardized"]
    assert standardized.to_numpy().var() == pytest.approx(1.0, abs=0.1)
    assert abs(np.mean([standardized[name].autocorr() for name in standardized])) < 0.1


def test_simulated_data_keep_the_gaps_and_the_moments():
    gaps = Y.mask(np.random.default_rng(5).random(Y.shape) < 0.2)
    fit = DynamicFactorModel(factor_lags=1).fit(gaps)
    simulated = fit.simulate(3)
    pd.testing.assert_frame_equal(simulated.isna(), gaps.isna())
    pd.testing.assert_frame_equal(simulated, fit.simulate(3))
    many = pd.concat([fit.simulate(seed) for seed in range(40)])
    np.testing.assert_allclose(many.var(), gaps.var(), rtol=0.35)


@needs_r
def test_standard_errors_are_those_of_r():
    name = "dfm_small_missing_q1"
    rows = (FOLDER / f"{name}_default_paramCIs_hessian.csv").read_text().splitlines()[1:]
    theirs = {row.rsplit(",", 4)[0]: [float(cell) for cell in row.rsplit(",", 4)[1:]] for row in rows}
    fit = model(name, rule="reference").fit(data(name), tol=1e-3)
    ours = fit.intervals(0.95)
    assert set(ours.index) == set(theirs)
    np.testing.assert_allclose(ours, [theirs[label] for label in ours.index], rtol=1e-6, atol=1e-6)


@needs_r
@pytest.mark.parametrize(("kind", "file"), [("innovations", "tt1"), ("smoothation", "tT")])
def test_residuals_are_those_of_r(kind, file):
    name = "dfm_small_missing_q1"
    theirs = pd.read_csv(FOLDER / f"{name}_default_residuals_{file}.csv").query("name == 'model'")
    ours = getattr(model(name, rule="reference").fit(data(name), tol=1e-3), kind)()
    for table, column in (("resid", ".resids"), ("sd", ".sigma")):
        expected = theirs[column].to_numpy().reshape(8, 120).T
        seen = np.isfinite(data(name).to_numpy())
        np.testing.assert_allclose(ours[table].to_numpy()[seen], expected[seen], rtol=0, atol=1e-6)
        assert ours[table].isna().to_numpy()[~seen].all()


def test_names_of_parameters_can_be_told_apart():
    fit = DynamicFactorModel(factor_lags=1).fit(Y, tol=1e-3)
    assert len(set(fit.intervals().index)) == len(pack({k: s.to_numpy() for k, s in fit.parameters.items()}))
    assert all(re.match(r"[A-Za-z0]+\.", label) for label in fit.intervals().index)
