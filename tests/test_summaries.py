"""`.summary()` of the results: one row for each thing that the model estimates, numbers as in the results."""

import numpy as np
import pandas as pd
import pytest

import tvplab
from tvplab.convergence import ConvergenceWarning

pytestmark = pytest.mark.filterwarnings("ignore:the chains have not settled")  # tests draw few

MONTHS = pd.date_range("2000-01-01", periods=60, freq="MS")
rng = np.random.default_rng(8)
common = np.convolve(rng.normal(size=64), np.ones(5) / 5.0, "valid")
Y = pd.DataFrame(common[:, None] + 0.5 * rng.normal(size=(60, 5)), MONTHS, ["a b", "b", "c", "d", "e"])
QUARTERLY = Y.assign(e=Y["e"].where(MONTHS.month % 3 == 0))


def test_marss_has_a_row_a_free_parameter():
    fit = tvplab.DynamicFactorModel(factor_lags=1).fit(Y.iloc[:, :2], tol=1e-3)
    table, intervals = fit.summary(), fit.intervals()
    assert list(table.index) == list(intervals.index)
    np.testing.assert_array_equal(table["estimate"], intervals["estimate"])
    assert table.loc["B.b1", "estimate"] == fit.params["B"].iloc[0, 0]


@pytest.mark.parametrize("quarterly", [None, ["e"]])
def test_mixed_frequency_says_which_series_are_quarterly(quarterly):
    fit = tvplab.MixedFrequencyFactors(1, 1, quarterly=quarterly, tol=0.1).fit(QUARTERLY)
    table = fit.summary()
    assert fit.quarterly == ["e"]
    assert table["quarterly"].tolist() == [False] * 4 + [True]
    pd.testing.assert_frame_equal(table[["F1"]], fit.loadings)


def test_deep_factors_have_a_row_a_series():
    model = tvplab.DeepDynamicFactors(1, hidden=(), max_iter=1, draws=5, pretrain=20, quarterly=["e"])
    with pytest.warns(ConvergenceWarning):
        fit = model.fit(QUARTERLY)
    table = fit.summary()
    assert table["quarterly"].tolist() == [False] * 4 + [True]
    resid = (QUARTERLY - fit.fitted)[["b"]].pow(2).sum() / (QUARTERLY - QUARTERLY.mean())[["b"]].pow(2).sum()
    np.testing.assert_allclose(table.loc[["b"], "R²"], 1.0 - resid)
    pd.testing.assert_frame_equal(table[["F1"]], fit.loadings)


def test_linear_factors_explain_what_their_decoder_reproduces():
    fit = tvplab.LinearFactors.fit(Y, 2)
    left = (Y - fit.decode(fit.factors)).var() / Y.var()
    np.testing.assert_allclose(fit.summary()["R²"], 1.0 - left, atol=1e-12)


def test_dynamic_sparse_factors_have_a_row_a_factor():
    fit = tvplab.DynamicSparseFactors(2, n_starts=1, tol=10.0).fit(Y - Y.mean())
    table = fit.summary()
    assert list(table.index) == ["F1", "F2"]
    np.testing.assert_allclose(table["active"], fit.active.mean())
    alive = fit.loadings[fit.active["F1"].to_numpy(), :, 0]
    assert table.loc["F1", "series"] == pytest.approx((alive != 0.0).sum(axis=1).mean())
    assert table.loc["F1", "mean size"] == pytest.approx(np.abs(alive[alive != 0.0]).mean())


def test_a_factor_that_never_lives_counts_no_series():
    fit = tvplab.DynamicSparseFactors(3, n_starts=1, tol=10.0, lam0=50.0).fit(Y - Y.mean())
    dead = fit.summary().loc[lambda table: table["active"] == 0.0]
    assert len(dead) >= 1
    assert (dead[["series", "mean size"]] == 0.0).all(axis=None)


def test_local_projections_have_a_row_a_horizon():
    model = tvplab.LocalProjections(
        horizons=3, lags=1, shock_lags=1, cumulative=False, estimator=tvplab.TVPRidge(lam=10.0)
    )
    one = model.fit(Y["a b"], Y["b"])
    table = one.summary()
    assert list(table.index) == [0, 1, 2]
    np.testing.assert_array_equal(table["OLS"], one.irf_ols)
    np.testing.assert_allclose(table["last"], [one.irf[h].dropna().iloc[-1] for h in range(3)])
    np.testing.assert_allclose(table["max"], one.irf.max())
    both = model.fit(Y[["a b", "c"]], Y["b"])
    pd.testing.assert_frame_equal(both.summary().loc["a b"], table)
    with pytest.raises(KeyError, match=r"no target 'x'; there are \['a b', 'c'\]"):
        both["x"]


def test_a_posterior_has_a_row_a_coefficient_and_one_for_its_volatility():
    model = tvplab.BayesianTVPRegression(draws=40, burn=10, chains=2, training=20, drift="inverse wishart")
    fit = model.fit(Y["b"], Y[["c", "d"]])
    table, known = fit.summary(), fit.diagnostics()
    assert list(table.index) == ["const", "c", "d", "sigma"]
    np.testing.assert_allclose(table.loc[["const", "c", "d"], "first"], fit.beta.iloc[0])
    np.testing.assert_allclose(table["last"], [*fit.beta.iloc[-1], fit.volatility.iloc[-1]])
    np.testing.assert_allclose(table["mean"], [*fit.beta.mean(), fit.volatility.mean()])
    average = fit.draws.beta[..., 1].reshape(80, 60).mean(axis=1)
    assert table.loc["c", "sd"] == pytest.approx(average.std())
    np.testing.assert_allclose(table.loc["c", ["5%", "50%", "95%"]], np.quantile(average, [0.05, 0.5, 0.95]))
    spread = np.sqrt(fit.draws.Q[:, :, 2, 2])
    assert table.loc["d", "drift sd"] == pytest.approx(spread.mean())
    assert table.loc["sigma", "drift sd"] == pytest.approx(np.sqrt(fit.draws.s).mean() / 2.0)
    np.testing.assert_array_equal(table[["ess", "r_hat"]], known.loc[["const", "c", "d", "h"], ["ess", "r_hat"]])
    assert table["r_hat"].max() == pytest.approx(fit.worst_r_hat)


def test_a_posterior_that_cannot_move_has_no_drift_and_says_the_same_everywhere():
    model = tvplab.BayesianTVPRegression(draws=300, burn=20, training=20, drift="none", volatility="constant")
    table = model.fit(Y["b"], Y[["c"]]).summary()
    assert (table["drift sd"] == 0.0).all()
    for place in ("first", "last"):
        np.testing.assert_allclose(table[place], table["mean"])
    assert ((table["5%"] < table["50%"]) & (table["50%"] < table["95%"])).all()


def test_units_of_a_posterior_pass_through_its_table():
    """y in hundredths: all but the effective draws, R̂ and σ's drift in logs are divided by 100."""
    model = tvplab.BayesianTVPRegression(draws=20, burn=5, training=20)
    plain, small = (model.fit(Y["b"] / unit, Y[["c"]]).summary() for unit in (1.0, 100.0))
    units = pd.DataFrame(100.0, plain.index, plain.columns)
    units[["ess", "r_hat"]] = 1.0
    units.loc["sigma", "drift sd"] = 1.0
    np.testing.assert_allclose(small * units, plain, rtol=1e-5)


@pytest.fixture(scope="module")
def favar():
    encoder = tvplab.LinearFactors.fit(Y[["a b", "b", "c", "d"]], 1)
    return tvplab.FAVAR(encoder, tvplab.TVPVAR(lags=1, chains=2)).fit(Y[["e"]], draws=8, burn=4)


def test_a_tvp_var_has_a_row_an_equation_and_coefficient(favar):
    fit = favar.var
    table, known = fit.summary(), fit.diagnostics()
    assert list(table.loc["F1"].index) == ["const", "L1.F1", "L1.e", "sigma"]
    assert list(table.loc["e"].index) == ["const", "L1.F1", "L1.e", "-F1", "sigma"]
    path = fit.paths("e", "-F1")
    row = table.loc[("e", "-F1")]
    np.testing.assert_allclose(row[["first", "last"]], path.iloc[[0, -1]].mean(axis=1), rtol=1e-6)
    average = path.mean()
    np.testing.assert_allclose(row[["mean", "sd"]], [average.mean(), average.std(ddof=0)], rtol=1e-6)
    np.testing.assert_allclose(row[["5%", "50%", "95%"]], average.quantile([0.05, 0.5, 0.95]), rtol=1e-6)
    assert row["drift sd"] == pytest.approx(np.sqrt(fit.draws[1].Q[..., 3]).mean())
    np.testing.assert_allclose(table.loc[("F1", "sigma"), "last"], fit.volatility["F1"].iloc[-1].mean(), rtol=1e-6)
    for name in fit.names:
        coefficients = table.loc[name].drop("sigma")
        assert coefficients["ess"].min() == known.loc[(name, "theta"), "ess"]
        assert coefficients["r_hat"].max() == known.loc[(name, "theta"), "r_hat"]
        assert table.loc[(name, "sigma"), "r_hat"] == known.loc[(name, "h"), "r_hat"]


def test_a_favar_sums_up_its_var(favar):
    pd.testing.assert_frame_equal(favar.summary(), favar.var.summary())
    assert list(favar.summary().index.unique("equation")) == ["F1", "e"]


def test_the_ridges_twin_knows_its_volatility():
    """Its draws take the variances as known: σ has no spread, no effective draws and an R̂ of 1."""
    fit = tvplab.RidgeTVPVAR(lags=1, estimator=tvplab.TVPRidge(lam=10.0)).fit(Y[["b", "c"]], draws=200)
    table = fit.summary()
    sigma = table.xs("sigma", level="coefficient")
    np.testing.assert_allclose(sigma["sd"], 0.0, atol=1e-6)
    assert sigma["ess"].isna().all()
    assert (sigma["r_hat"] == 1.0).all()
    exact = fit.equations["c"].summary()
    gap = table.loc["c"].drop("sigma")["mean"] - exact["mean"]
    assert (gap.abs() < 5.0 * table.loc["c"].drop("sigma")["sd"] / np.sqrt(200)).all()
    np.testing.assert_allclose(table.loc["c"].drop("sigma")["drift sd"], exact["drift sd"])


def test_an_autoencoder_has_a_row_a_series():
    pytest.importorskip("torch", reason="the autoencoder needs torch")
    model = tvplab.GroupedSparseAutoencoder(list("xxyyy"), n_factors=2, hidden=(3,), starts=1, epochs=2)
    with pytest.warns(ConvergenceWarning):
        fit = model.fit(Y)
    table = fit.summary()
    assert table["group"].tolist() == list("xxyyy")
    np.testing.assert_allclose(table["residual share"] * Y.var(ddof=0), fit.sigma2)
    np.testing.assert_array_equal(table.loc["d", ["F1", "F2"]].astype(float), fit.group_weights.loc["y"])
