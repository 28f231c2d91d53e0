"""`.summary()` of the results: one row for each thing that the model estimates, numbers as in the results."""

import numpy as np
import pandas as pd
import pytest

import tvplab
from tvplab.convergence import ConvergenceWarning

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


def test_an_autoencoder_has_a_row_a_series():
    pytest.importorskip("torch", reason="the autoencoder needs torch")
    model = tvplab.GroupedSparseAutoencoder(list("xxyyy"), n_factors=2, hidden=(3,), starts=1, epochs=2)
    with pytest.warns(ConvergenceWarning):
        fit = model.fit(Y)
    table = fit.summary()
    assert table["group"].tolist() == list("xxyyy")
    np.testing.assert_allclose(table["residual share"] * Y.var(ddof=0), fit.sigma2)
    np.testing.assert_array_equal(table.loc["d", ["F1", "F2"]].astype(float), fit.group_weights.loc["y"])
