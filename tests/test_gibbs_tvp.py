"""The Bayesian TVP regression: what it nests, what it finds, its units, its seeds and its door."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from tvplab import BayesianTVPRegression
from tvplab.convergence import ConvergenceWarning
from tvplab.dgp import simulate_tvp_regression
from tvplab.gibbs_chain import Prior, run_chain
from tvplab.gibbs_drift import HalfCauchy, InverseGamma, NoDrift
from tvplab.gibbs_noise import ConstantVariance
from tvplab.gibbs_priors import least_squares, training_prior
from tvplab.metrics import coverage, mean_absolute_error

pytestmark = pytest.mark.filterwarnings("ignore:the chains have not settled")  # tests draw few

WORLD = simulate_tvp_regression(200, ("cosine", "constant", "constant"), noise=0.6, volatility=0.5, seed=1)
QUICK = BayesianTVPRegression(draws=20, burn=5, training=40)


def fit(world=WORLD, **options):
    return BayesianTVPRegression(**{"draws": 600, "burn": 600, "drift": "half-cauchy"} | options).fit(world.y, world.X)


@pytest.fixture(scope="module")
def results():
    return fit(draws=1500)


def test_least_squares_is_statsmodels():
    X = sm.add_constant(WORLD.X.to_numpy())
    b, V, variance = least_squares(WORLD.y.to_numpy(), X)
    reference = sm.OLS(WORLD.y.to_numpy(), X).fit()
    np.testing.assert_allclose(b, reference.params, rtol=1e-9)
    np.testing.assert_allclose(V, reference.cov_params(), rtol=1e-9)
    assert variance == pytest.approx(reference.scale)


def test_prior_is_primiceris():
    """Section 4.1: B_0 ~ N(b, 4V), Q ~ IW(k_Q²·40·V, 40), log σ_0 ~ N(log ŝ, I), W ~ IW(k_W²·2, 2), k = .01."""
    y, X = WORLD.y.to_numpy()[:40], WORLD.X.to_numpy()[:40]
    b, V, variance = least_squares(y, X)
    prior = training_prior(y, X, "inverse wishart", "sv", 4.0, 0.01, 0.01, 1.0)
    np.testing.assert_array_equal(prior.start_mean, b)
    np.testing.assert_allclose(prior.start_var, 4 * V)
    assert prior.drift.dof == 40
    np.testing.assert_allclose(prior.drift.scale, 1e-4 * 40 * V)
    assert prior.noise.start_mean == pytest.approx(2 * np.log(np.sqrt(variance)))
    assert prior.noise.start_var == 4.0
    log_sd_change = stats.invgamma(1.0, scale=1e-4)  # the law of W in one dimension
    s = stats.invgamma(prior.noise.shape, scale=prior.noise.scale)  # the law of 4W
    assert s.median() == pytest.approx(4 * log_sd_change.median())
    diagonal = training_prior(y, X, "inverse gamma", "constant", 4.0, 0.01, 0.01, 1.0)
    assert isinstance(diagonal.drift, InverseGamma)
    np.testing.assert_allclose(diagonal.drift.scale / (diagonal.drift.shape - 1), 1e-4 * np.diag(V))
    assert isinstance(training_prior(y, X, "half-cauchy", "sv", 4, 0.01, 0.01, 1).drift, HalfCauchy)


def test_without_drift_it_is_a_bayesian_regression():
    """Q = 0 and constant σ²: E[β | y] and E[log σ² | y] by quadrature over σ², β integrated out."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((30, 2))
    y = X @ [1.0, -0.5] + rng.standard_normal(30)
    P, a, b = np.array([0.5, 2.0]), 3.0, 2.0
    draws = run_chain(y, X, Prior(np.zeros(2), P, NoDrift(2), ConstantVariance(a, b)), 4_000, 100, 1, rng)
    grid = np.linspace(-2.5, 2.5, 801)
    log_density, means = np.empty(801), np.empty((801, 2))
    for i, log_variance in enumerate(grid):
        total = X * P @ X.T + np.exp(log_variance) * np.eye(30)
        log_density[i] = stats.multivariate_normal.logpdf(y, np.zeros(30), total)
        log_density[i] += stats.invgamma.logpdf(np.exp(log_variance), a, scale=b) + log_variance
        means[i] = P * (X.T @ np.linalg.solve(total, y))
    weight = np.exp(log_density - log_density.max())
    weight /= weight.sum()
    assert np.ptp(draws.beta, axis=1).max() < 1e-12
    se = draws.beta[:, 0].std(axis=0) / np.sqrt(4_000)  # two blocks, hardly related: draws nearly independent
    assert np.all(np.abs(draws.beta[:, 0].mean(axis=0) - weight @ means) < 5 * se)
    se = draws.h[:, 0].std() / np.sqrt(4_000)
    assert abs(draws.h[:, 0].mean() - weight @ grid) < 5 * se


def test_constant_model_agrees_with_least_squares():
    """The prior has 1/20 of the sample's precision and sits about 2 standard errors away: it moves β by about 0.1."""
    world = simulate_tvp_regression(200, ("constant", "constant"), noise=1.0, seed=3)
    results = fit(world, drift="none", volatility="constant", burn=50, draws=2000)
    b, V, _ = least_squares(world.y.to_numpy(), np.column_stack([np.ones(200), world.X]))
    gap = (results.beta.iloc[0] - b) / np.sqrt(np.diag(V))
    assert np.abs(gap).max() < 0.25
    assert np.ptp(results.volatility) == 0
    assert results.sigma_u2.eq(0).all()


def test_paths_volatility_and_bands_are_found(results):
    names = WORLD.beta.columns
    flat = fit(drift="none", draws=200, burn=100).beta[names]
    assert mean_absolute_error(WORLD.beta, results.beta[names]) < 0.5 * mean_absolute_error(WORLD.beta, flat)
    lower, upper = results.bands(0.9)
    assert coverage(WORLD.beta["x1"], lower["x1"], upper["x1"]) > 0.75  # a cosine is no random walk; few turns
    assert ((results.beta[names] - WORLD.beta).abs() < 4 * results.std_errors()[names]).all(axis=None)
    assert np.corrcoef(results.volatility, WORLD.sigma)[0, 1] > 0.8
    assert results.sigma_u2["x1"] > 3 * results.sigma_u2[["x2", "x3"]].max()


def test_labels_and_summaries(results):
    assert list(results.beta.columns) == ["const", "x1", "x2", "x3"]
    assert results.beta.index.equals(WORLD.y.index)
    assert results.draws.beta.shape == (1, 1500, 200, 4)
    np.testing.assert_allclose(results.beta, results.draws.beta.mean(axis=(0, 1)))
    np.testing.assert_allclose(results.fitted + results.resid, WORLD.y)
    lower, upper = results.volatility_bands(0.8)
    assert ((lower < results.volatility) & (results.volatility < upper)).mean() > 0.99
    np.testing.assert_allclose(results.std_errors(), results.draws.beta[0].std(axis=0))
    last = results.beta.iloc[-1]
    assert results.predict([1.0, 2.0, 3.0]) == pytest.approx(last["const"] + last[["x1", "x2", "x3"]] @ [1, 2, 3])


def test_diagnostics_have_a_row_a_quantity(results):
    table = results.diagnostics()
    assert list(table.index)[:5] == ["const", "x1", "x2", "x3", "h"]
    assert {"q[x1]", "s"} <= set(table.index)
    assert ((table["ess"] > 0) & (table["ess"] <= 1500)).all()
    assert results.worst_r_hat == pytest.approx(table.loc[["const", "x1", "x2", "x3", "h"], "r_hat"].max())


def test_units_pass_through():
    """y in thousandths, a regressor in hundreds: the same draws in other units."""
    plain = QUICK.fit(WORLD.y, WORLD.X)
    moved = QUICK.fit(WORLD.y / 1000, WORLD.X * [1.0, 100.0, 1.0])
    expected = plain.beta / 1000 / [1.0, 1.0, 100.0, 1.0]
    np.testing.assert_allclose(moved.beta / expected, 1.0, rtol=1e-6)
    np.testing.assert_allclose(moved.volatility * 1000, plain.volatility, rtol=1e-6)


def test_seeds_and_jobs():
    first, again = QUICK.fit(WORLD.y, WORLD.X), QUICK.fit(WORLD.y.to_numpy(), WORLD.X.to_numpy())
    np.testing.assert_array_equal(first.draws.beta, again.draws.beta)
    other = BayesianTVPRegression(draws=20, burn=5, seed=1).fit(WORLD.y, WORLD.X)
    assert np.abs(other.beta.to_numpy() - first.beta.to_numpy()).max() > 0
    two = [BayesianTVPRegression(draws=20, burn=5, chains=2, jobs=jobs).fit(WORLD.y, WORLD.X) for jobs in (1, 2)]
    np.testing.assert_array_equal(two[0].draws.h, two[1].draws.h)
    assert np.abs(two[0].draws.h[0] - two[0].draws.h[1]).max() > 0


@pytest.mark.parametrize("drift", ["inverse wishart", "inverse gamma"])
def test_other_priors_find_the_moving_coefficient(drift):
    """From a tight start these chains stay constant for thousands of sweeps; theirs is loose."""
    results = fit(drift=drift, draws=300, burn=700)
    assert mean_absolute_error(WORLD.beta["x1"], results.beta["x1"]) < 0.3


def test_training_sample_may_be_left_out():
    results = BayesianTVPRegression(draws=20, burn=5, training=50, reuse_training=False).fit(WORLD.y, WORLD.X)
    assert results.beta.index.equals(WORLD.y.index[50:])


def test_an_interrupted_chain_keeps_what_it_has(interrupt_sweeps):
    interrupt_sweeps(15)
    with pytest.warns(ConvergenceWarning, match="stopped"):
        results = QUICK.fit(WORLD.y, WORLD.X)
    assert (results.draws.s.shape, results.n_iter, results.converged) == ((1, 10), 15, False)
    interrupt_sweeps(0)
    with pytest.raises(KeyboardInterrupt):
        QUICK.fit(WORLD.y, WORLD.X)


def test_picture_of_the_paths(results):
    picture = results.plot(truth=WORLD.beta)
    assert len(picture.axes) >= 4


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"draws": 2}, ValueError, "draws"),
        ({"burn": 1.5}, ValueError, "burn"),
        ({"training": 4}, ValueError, "training: 4 periods do not determine 4 coefficients"),
        ({"training": 500}, ValueError, "training: 500 periods, of 200"),
        ({"training": 198, "reuse_training": False}, ValueError, "training"),
        ({"drift": "wishart"}, ValueError, "drift"),
        ({"volatility": "garch"}, ValueError, "volatility"),
        ({"k_Q": 0.0}, ValueError, "k_Q"),
        ({"k_W": "small"}, TypeError, "k_W"),
        ({"constant": "yes"}, ValueError, "constant"),
    ],
)
def test_bad_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        fit(**options)


def test_bad_data_are_refused(results):
    with pytest.raises(ValueError, match="one series"):
        QUICK.fit(WORLD.X, WORLD.X)
    with pytest.raises(ValueError, match="taken by the constant"):
        QUICK.fit(WORLD.y, WORLD.X.rename(columns={"x1": "const"}))
    with pytest.raises(ValueError, match="constant"):
        QUICK.fit(WORLD.y, WORLD.X.assign(x1=1.0))
    with pytest.raises(ValueError, match="without error"):
        QUICK.fit(WORLD.X["x1"] * 2.0, WORLD.X)
    with pytest.raises(ValueError, match="level"):
        results.bands(1.5)
    for wrong in ([1.0], [1.0, np.nan, 3.0], pd.Series({"x2": 1.0, "x1": 2.0, "x3": 3.0}), np.ones((2, 3))):
        with pytest.raises(ValueError, match="x_next"):
            results.predict(wrong)
    with pytest.raises(ValueError, match="seed"):
        replace(QUICK, seed=-1).fit(WORLD.y, WORLD.X)
