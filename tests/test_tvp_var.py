"""The TVP-VAR: algebra against statsmodels, what it nests, what it finds, seeds, units and door."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.tsa.api import VAR

from tvplab import TVPVAR
from tvplab.convergence import ConvergenceWarning
from tvplab.tvp_var_equations import (
    Tightness,
    companion_roots,
    equation,
    equation_prior,
    explodes,
    impulse_responses,
    lagged,
    residual_sd,
    system,
)
from tvplab.tvp_var_forecast import simulate_futures

pytestmark = pytest.mark.filterwarnings("ignore:the chains have not settled")  # tests draw few


def simulate(T=160, seed=0, swing=0.4):
    """Two variables; the first's own lag moves along a cosine, its shock's variance doubles halfway."""
    rng = np.random.default_rng(seed)
    own = 0.3 + swing * np.cos(2 * np.pi * np.arange(T) / T)
    sd = np.where(np.arange(T) < T // 2, 1.0, 2.0)
    Y = np.zeros((T, 2))
    for t in range(1, T):
        e = rng.standard_normal(2) * [sd[t], 0.5]
        Y[t, 0] = own[t] * Y[t - 1, 0] + 0.1 * Y[t - 1, 1] + e[0]
        Y[t, 1] = 0.5 * Y[t - 1, 1] + 0.2 * Y[t, 0] + e[1]
    index = pd.period_range("1980Q1", periods=T, freq="Q")
    return pd.DataFrame(Y, index, ["output", "rate"]), own, sd


DATA, OWN, SD = simulate()
REFERENCE = VAR(DATA.to_numpy()).fit(2)


def reference_system():
    """statsmodels' VAR in recursive form: B_0 = D P⁻¹ with Σ = P P', D the diagonal of P."""
    P = np.linalg.cholesky(np.asarray(REFERENCE.sigma_u))
    B0 = np.diag(np.diag(P)) @ np.linalg.inv(P)
    return B0[None], (B0 @ REFERENCE.params.T)[None], np.diag(P)


@pytest.fixture(scope="module")
def results():
    return TVPVAR(lags=1, drift="half-cauchy").fit(DATA, draws=800, burn=500)


def test_impulse_responses_are_statsmodels():
    B0, B, sd = reference_system()
    for shock in range(2):
        found = impulse_responses(B0, B, sd[[shock]], shock, 8)
        np.testing.assert_allclose(found[0], REFERENCE.irf(8).orth_irfs[:, :, shock], atol=1e-10)
    assert companion_roots(B0, B)[0] == pytest.approx(1 / np.abs(REFERENCE.roots).min())


@pytest.mark.parametrize("size", [0.0, 0.03, 0.06, 3.0])
def test_a_draw_explodes_where_its_largest_root_exceeds_one(size):
    """Roots near 1, of which some are left to the eigenvalues, far outside, and on the circle."""
    rng, n, lags = np.random.default_rng(8), 3, 2
    B0 = np.tile(np.eye(n), (400, 1, 1)) + np.tril(rng.standard_normal((400, n, n)), -1)
    B = np.concatenate([np.zeros((n, 1)), np.diag([0.3, 0.8, 0.95]), np.zeros((n, n))], axis=1)
    B = B0 @ (B + size * rng.standard_normal((400, n, 1 + n * lags)))
    roots = companion_roots(B0, B)
    np.testing.assert_array_equal(explodes(B0, B), roots > 1.0)
    assert (roots > 1.0).mean() == pytest.approx({0.0: 0.0, 0.03: 0.2, 0.06: 0.4, 3.0: 1.0}[size], abs=0.19)
    walk = np.concatenate([np.zeros((n, 1)), np.eye(n), np.zeros((n, n))], axis=1)
    assert not explodes(np.eye(n)[None], walk[None]).any()


def test_equations_add_up_to_the_system():
    """B_0 y_t − B (1, y_{t−1}, y_{t−2}) are the errors of the single equations."""
    Y, rng = np.random.default_rng(1).standard_normal((30, 3)), np.random.default_rng(2)
    theta = [rng.standard_normal((1, 7 + i)) for i in range(3)]
    B0, B = system(theta, 3)
    errors = Y[2:] @ B0[0].T - lagged(Y, 2) @ B[0].T
    for i, coefficients in enumerate(theta):
        y, Z = equation(Y, 2, i)
        np.testing.assert_allclose(errors[:, i], y - Z @ coefficients[0], atol=1e-12)
    np.testing.assert_allclose(np.diag(B0[0]), 1.0)


def test_prior_is_the_specs():
    prior = equation_prior(1, 2, np.array([2.0, 0.5]), 0.9, Tightness(), "inverse gamma", "sv")
    expected = [10 * 0.5, 0.15 * 0.25, 0.3, 0.15 * 0.25 / 2, 0.3 / 2, 0.25]
    np.testing.assert_allclose(np.sqrt(prior.start_var), expected)
    np.testing.assert_array_equal(prior.start_mean, [0, 0, 0.9, 0, 0, 0])
    typical = np.array([0.05 * 0.5, 0.01 * 0.25, 0.01, 0.01 * 0.25, 0.01, 0.01 * 0.25])
    np.testing.assert_allclose(prior.drift.scale, 4 * typical**2)
    assert (prior.drift.shape, prior.noise.shape, prior.noise.start_var) == (5.0, 5.0, 4.0)
    assert prior.noise.scale == pytest.approx(4 * 0.05**2)
    assert prior.noise.start_mean == pytest.approx(2 * np.log(0.5))


def test_own_means_go_to_their_variables():
    """A prior so tight that it decides: the named variable's own first lag is .9, the other's 0."""
    tight = Tightness(own=1e-4, kappa=1e-6)
    found = TVPVAR(own_mean={"rate": 0.9}, tightness=tight, drift="none").fit(DATA, draws=20, burn=5)
    assert found.draws[1].beta[0, :, 0, 2].mean() == pytest.approx(0.9, abs=1e-3)
    assert found.draws[0].beta[0, :, 0, 1].mean() == pytest.approx(0.0, abs=1e-3)


def test_residual_sd_is_an_autoregressions():
    from statsmodels.tsa.ar_model import AutoReg

    fit = AutoReg(DATA["rate"].to_numpy(), 2).fit()
    expected = np.sqrt(np.sum(fit.resid**2) / (len(fit.resid) - 3))
    assert residual_sd(DATA.to_numpy(), 2)[1] == pytest.approx(expected)


def test_constant_and_vague_is_least_squares():
    """Q = 0, constant σ², a vague prior: posterior means are the VAR's, within 5 Monte Carlo standard errors."""
    vague = Tightness(own=1e3, cross=1e3, intercept=1e3, contemporaneous=1e3)
    found = TVPVAR(lags=2, drift="none", volatility="constant", tightness=vague).fit(DATA, draws=3_000, burn=50)
    coefficients = found.coefficients(DATA.index[50])
    gap = (coefficients - REFERENCE.params.T) / REFERENCE.stderr.T
    assert np.abs(gap.to_numpy()).max() < 5 / np.sqrt(3_000)
    sd = np.sqrt(np.diag(np.asarray(REFERENCE.sigma_u)))
    assert found.volatility["output"].mean(axis=None) == pytest.approx(sd[0], rel=0.03)


def test_constant_with_the_specs_prior_is_the_bvar_by_quadrature():
    """Each equation's E[β | y] and E[log σ² | y], β integrated out exactly, σ² on a grid; 5 Monte Carlo errors."""
    found = TVPVAR(lags=1, drift="none", volatility="constant").fit(DATA, draws=1_500, burn=50)
    sd, grid = residual_sd(DATA.to_numpy(), 1), np.linspace(-2.5, 3.0, 401)
    for i, one in enumerate(found.draws):
        y, Z = equation(DATA.to_numpy(), 1, i)
        prior = equation_prior(i, 1, sd, 0.0, Tightness(), "none", "constant")
        log_density, means = np.empty(len(grid)), np.empty((len(grid), Z.shape[1]))
        for j, log_variance in enumerate(grid):
            precision = np.diag(1.0 / prior.start_var) + Z.T @ Z / np.exp(log_variance)
            means[j] = np.linalg.solve(precision, Z.T @ y / np.exp(log_variance))
            fit = np.sum((y - Z @ means[j]) ** 2) / np.exp(log_variance) + np.sum(means[j] ** 2 / prior.start_var)
            log_density[j] = -0.5 * (fit + len(y) * log_variance + np.linalg.slogdet(precision)[1])
            log_density[j] += stats.invgamma.logpdf(np.exp(log_variance), 2.0, scale=sd[i] ** 2) + log_variance
        weight = np.exp(log_density - log_density.max())
        weight /= weight.sum()
        theta, h = one.beta[0, :, 0].astype(float), one.h[0, :, 0].astype(float)
        assert np.all(np.abs(theta.mean(axis=0) - weight @ means) < 5 * theta.std(axis=0) / np.sqrt(1_500))
        assert abs(h.mean() - weight @ grid) < 5 * h.std() / np.sqrt(1_500)


def test_futures_of_a_known_var_have_its_moments():
    """One set of parameters, no drift: means and variances of statsmodels' forecast, within Monte Carlo error."""
    B0, B, sd = reference_system()
    R = 40_000
    width = B.shape[2]
    theta = [np.tile(np.r_[B[0, i], B0[0, i, :i]], (R, 1)) for i in range(2)]
    still = [lambda h, s, rng: h] * 2
    h = np.tile(2 * np.log(sd), (R, 1))
    recent = DATA.to_numpy()[-2:]
    drifts = [np.zeros((R, width + i)) for i in range(2)]
    draws, means, variances = simulate_futures(
        theta, drifts, h, np.zeros((R, 2)), still, recent, 3, np.random.default_rng(0)
    )
    mse = REFERENCE.mse(3)
    expected = REFERENCE.forecast(recent, 3)
    se = np.sqrt(np.diagonal(mse, axis1=1, axis2=2) / R)
    assert np.all(np.abs(draws.mean(axis=0) - expected) < 4 * se)
    np.testing.assert_allclose(draws.var(axis=0), np.diagonal(mse, axis1=1, axis2=2), rtol=0.03)
    np.testing.assert_allclose(means[:, 0], np.tile(expected[0], (R, 1)))
    np.testing.assert_allclose(variances[0, 0], np.diag(mse[0]))
    total = means.var(axis=0) + variances.mean(axis=0)
    np.testing.assert_allclose(total, np.diagonal(mse, axis1=1, axis2=2), rtol=0.03)


def test_the_moving_coefficient_and_volatility_are_found(results):
    path = [results.coefficients(date).loc["output", "L1.output"] for date in results.index]
    assert np.corrcoef(path, OWN[1:])[0, 1] > 0.7
    sd = results.volatility["output"].mean(axis=1)
    assert sd.iloc[100:].mean() > 1.4 * sd.iloc[:60].mean()
    assert results.volatility["rate"].mean(axis=None) == pytest.approx(0.5, rel=0.15)


def test_impulse_responses_at_dates(results):
    date, other = results.index[5], results.index[-5]
    one = results.irf("output", date, horizon=6, size=0.25)
    np.testing.assert_allclose(one.median.loc[0, "output"], 0.25)
    np.testing.assert_allclose(results.irf("output", date, 6, size=-0.5).draws, -2 * one.draws, rtol=1e-6)
    assert results.irf("rate", date, 6).median.loc[0, "output"] == 0  # recursive: the first does not react at once
    assert results.irf("rate", date, 6).median.loc[0, "rate"] == pytest.approx(0.5, rel=0.3)
    assert (one.lower <= one.upper).all(axis=None)
    assert 0 <= one.explosive < 0.5
    assert one.explosive == pytest.approx(results.explosive(date))
    assert len(one.draws) == round(800 * (1 - one.explosive))
    gap = results.irf_difference("output", date, other, 6, size=0.25)
    assert gap.median.loc[0, "output"] == pytest.approx(0, abs=1e-12)
    assert np.abs(results.irf_difference("output", date, date, 6).draws).max() == 0


def test_paths_are_the_recursive_forms(results):
    """B_0⁻¹ times the drawn lags, averaged, is `coefficients`; there is no lower part in the first equation."""
    date, size = results.index[7], 800
    own, cross = (results.paths("rate", f"L1.{name}").loc[date] for name in ("rate", "output"))
    react = -results.paths("rate", "-output").loc[date]
    first = {name: results.paths("output", f"L1.{name}").loc[date] for name in DATA}
    expected = [np.mean(cross + react * first["output"]), np.mean(own + react * first["rate"])]
    np.testing.assert_allclose(results.coefficients(date).loc["rate"].iloc[1:], expected, rtol=1e-5)
    assert own.shape == (size,)
    with pytest.raises(ValueError, match="regressor"):
        results.paths("output", "-rate")


def test_forecasts_and_scores(results):
    forecast = results.forecast(4)
    assert forecast.draws.shape == (800, 4, 2)
    assert (forecast.quantile(0.1) < forecast.mean).all(axis=None)
    actual = DATA.iloc[-3:]
    pd.testing.assert_frame_equal(results.log_score(actual), results.forecast(3).log_score(actual))
    assert results.crps(actual).shape == (3, 2)
    assert ((forecast.pit(actual) > 0) & (forecast.pit(actual) < 1)).all(axis=None)
    near = forecast.log_score(forecast.mean.iloc[:1])
    assert (near > forecast.log_score(forecast.mean.iloc[:1] + 10.0)).all(axis=None)


def test_diagnostics(results):
    table = results.diagnostics()
    assert table.shape == (8, 2)
    assert (table["ess"] > 0).all()
    assert table["r_hat"].loc[(slice(None), ["theta", "h"])].max() == pytest.approx(results.worst_r_hat)


def test_units_pass_through():
    plain = TVPVAR(lags=1).fit(DATA, draws=10, burn=5)
    moved = TVPVAR(lags=1).fit(DATA * [100.0, 0.01], draws=10, burn=5)
    found = moved.irf("output", DATA.index[9], 3, size=100.0).draws / [100.0, 0.01]
    np.testing.assert_allclose(found, plain.irf("output", DATA.index[9], 3, size=1.0).draws, rtol=1e-3, atol=1e-6)


def test_seeds_and_jobs():
    runs = [TVPVAR(lags=1, chains=2, jobs=jobs).fit(DATA, draws=6, burn=2) for jobs in (1, 2)]
    for one, two in zip(*(run.draws for run in runs), strict=True):
        np.testing.assert_array_equal(one.beta, two.beta)
    assert runs[0].draws[0].beta.shape == (2, 6, 159, 3)
    assert np.abs(runs[0].draws[1].h[0] - runs[0].draws[1].h[1]).max() > 0
    other = TVPVAR(lags=1, seed=5).fit(DATA, draws=6, burn=2)
    assert np.abs(other.draws[0].h[0] - runs[0].draws[0].h[0]).max() > 0


def test_an_interrupt_keeps_whole_draws_of_all_equations(interrupt_sweeps):
    interrupt_sweeps(21)
    with pytest.warns(ConvergenceWarning, match="stopped"):
        results = TVPVAR(lags=1).fit(DATA, draws=50, burn=4)
    assert [one.s.shape for one in results.draws] == [(1, 6), (1, 6)]
    assert not results.converged


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"lags": 0}, ValueError, "lags"),
        ({"progress": DATA}, ValueError, "progress: must be one of"),
        ({"lags": 90}, ValueError, "Y: 90 lags need"),
        ({"volatility": "garch"}, ValueError, "volatility"),
        ({"drift": "inverse wishart"}, ValueError, "drift"),
        ({"own_mean": np.inf}, ValueError, "own_mean"),
        ({"own_mean": {"rate": np.inf}}, ValueError, "own_mean"),
        ({"own_mean": {"gold": 0.9}}, ValueError, "no variable 'gold'"),
        ({"tightness": 0.1}, TypeError, "tightness"),
        ({"tightness": Tightness(own=-1.0)}, ValueError, "tightness.own"),
    ],
)
def test_bad_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        TVPVAR(**options).fit(DATA, draws=4, burn=0)


def test_bad_questions_are_refused(results):
    with pytest.raises(ValueError, match="at least 2 variables"):
        TVPVAR().fit(DATA[["rate"]])
    with pytest.raises(ValueError, match="draws"):
        TVPVAR().fit(DATA, draws=1)
    with pytest.raises(ValueError, match="date"):
        results.irf("output", "2100Q1")
    with pytest.raises(ValueError, match="date"):
        results.irf("output", "1985")  # a year of four quarters
    assert results.irf("output", "1985Q2").draws.shape[1:] == (21, 2)
    with pytest.raises(ValueError, match="shock"):
        results.irf("money", results.index[3])
    with pytest.raises(ValueError, match="size"):
        results.irf("output", results.index[3], size=0.0)
    with pytest.raises(ValueError, match="level"):
        results.irf("output", results.index[3], level=90)
    with pytest.raises(ValueError, match=r"other: '2100Q1' is not one of the periods"):
        results.irf_difference("output", results.index[3], "2100Q1")


@pytest.mark.parametrize("date", [[], {}, np.ones(3), DATA, None, np.nan, 1.5])
def test_what_is_no_date_is_said_so(results, date):
    for ask in (results.coefficients, results.explosive, lambda date: results.irf("output", date)):
        with pytest.raises(ValueError, match=r"date: [\s\S]* is not one of the periods"):
            ask(date)


@pytest.mark.parametrize("size", ["1", True, [], {}, np.ones(3), np.nan, np.inf, 0])
def test_what_is_no_size_is_said_so(results, size):
    with pytest.raises((TypeError, ValueError), match=r"^size: "):
        results.irf("output", results.index[3], size=size)


@pytest.mark.parametrize(
    "actual", [None, "x", 1.0, [], pd.DataFrame(), DATA.astype(str), DATA * np.nan, DATA[["rate"]]]
)
def test_what_did_not_happen_cannot_be_scored(results, actual):
    for score in (results.log_score, results.crps, results.forecast(2).pit):
        with pytest.raises((TypeError, ValueError), match=r"^actual: "):
            score(actual)
    with pytest.raises(ValueError, match="actual: expected up to"):
        results.forecast(2).crps(DATA.iloc[:3])


@pytest.mark.parametrize("seed", ["x", -1, 1.5, None, []])
def test_what_is_no_seed_is_said_so(results, seed):
    with pytest.raises(ValueError, match="seed: a whole number"):
        results.forecast(2, seed)
    with pytest.raises(ValueError, match="horizon"):
        results.irf("output", results.index[3], horizon=-1)
    with pytest.raises(ValueError, match="actual"):
        results.forecast(2).log_score(DATA.iloc[-3:])
    with pytest.raises(ValueError, match="columns"):
        results.log_score(DATA.iloc[-1:, ::-1])
