"""Likelihood, posterior and scores in the data's own units, against dense algebra that knows nothing of scaling."""

import numpy as np
import pytest
from scipy import stats

from tvplab import ridge_search
from tvplab.crossval import BlockedFolds
from tvplab.dgp import simulate_tvp_regression
from tvplab.ridge import TVPRidge, TwoStepRidge, relative
from tvplab.tvp_banded import BandedSolver
from tvplab.tvp_kernel import DualSolver

T = 60
WORLD = simulate_tvp_regression(T=T, shapes=("cosine", "break", "quadratic"), noise=0.5, seed=11)
X = WORLD.X.to_numpy() * [10.0, 0.1, 1.0] + 0.5
y = 7.0 * WORLD.y.to_numpy() + 3.0
LOUDNESS = np.exp(np.random.default_rng(1).standard_normal(T))
OPTIONS = [(constant, scale, lam0) for constant in (True, False) for scale in ("sd", None) for lam0 in (0.1, 0.0)]


@pytest.fixture(params=[True, False], ids=["banded", "dual"])
def route(request, monkeypatch):
    monkeypatch.setattr(ridge_search, "banded_is_cheaper", lambda *sizes: request.param)
    monkeypatch.setattr(ridge_search, "ILL_CONDITIONED", np.inf)


def regressors(constant):
    return np.column_stack([np.ones(T), X]) if constant else X


def spread(constant, scale):
    """What each regressor is divided by inside."""
    sd = X.std(axis=0, ddof=1) if scale else np.ones(3)
    return np.r_[1.0, sd] if constant else sd


def start_variances(unit, constant, scale, lam0):
    """Prior variances of the first coefficients in the data's units: σ²/λ₀ in standardised ones."""
    return unit / lam0 / spread(constant, scale) ** 2


def drift_covariance(Z, fit):
    """Covariance of y from drifts and residuals alone, in squared units of y."""
    lag = np.arange(T)
    return ((Z * fit.sigma_u2.to_numpy()) @ Z.T) * np.minimum.outer(lag, lag) + np.diag(fit.sigma2)


@pytest.mark.parametrize(("constant", "scale", "lam0"), OPTIONS)
@pytest.mark.parametrize("omega_e", [np.ones(T), LOUDNESS], ids=["even", "loud"])
def test_log_likelihood(route, constant, scale, lam0, omega_e):
    """With λ₀ = 0 the diffuse one: what is left of the density after the K directions of the start."""
    fit = TVPRidge(lam=20.0, lam0=lam0, constant=constant, scale=scale, sigma_e2=omega_e).fit(y, X)
    Z, unit = regressors(constant), fit.sigma2.to_numpy()[0] / omega_e[0]
    V = drift_covariance(Z, fit)
    if lam0:
        V += (Z * start_variances(unit, constant, scale, lam0)) @ Z.T
        loglik = stats.multivariate_normal(np.zeros(T), V).logpdf(y)
    else:
        Zs, precision = Z / spread(constant, scale), np.linalg.inv(V)
        gram = Zs.T @ precision @ Zs
        P = precision - precision @ Zs @ np.linalg.solve(gram, Zs.T @ precision)
        logdets = np.linalg.slogdet(V)[1] + np.linalg.slogdet(gram)[1]
        loglik = -0.5 * ((T - Z.shape[1]) * np.log(2 * np.pi) + logdets + y @ P @ y)
    assert fit.loglik == pytest.approx(loglik, abs=1e-6)


@pytest.mark.parametrize(("constant", "scale", "lam0"), OPTIONS)
def test_posterior_mean_and_standard_errors(route, constant, scale, lam0):
    fit = TVPRidge(lam=20.0, lam0=lam0, constant=constant, scale=scale, sigma_e2=LOUDNESS).fit(y, X)
    Z = regressors(constant)
    K = Z.shape[1]
    D = np.kron(np.diff(np.eye(T), axis=0), np.eye(K))
    precision = D.T @ np.kron(np.eye(T - 1), np.diag(1.0 / fit.sigma_u2.to_numpy())) @ D
    if lam0:
        precision[:K, :K] += np.diag(
            1.0 / start_variances(fit.sigma2.to_numpy()[0] / LOUDNESS[0], constant, scale, lam0)
        )
    right = np.zeros(K * T)
    for t in range(T):
        block = slice(t * K, (t + 1) * K)
        precision[block, block] += np.outer(Z[t], Z[t]) / fit.sigma2.iloc[t]
        right[block] = Z[t] * y[t] / fit.sigma2.iloc[t]
    covariance = np.linalg.inv(precision)
    np.testing.assert_allclose(fit.beta, (covariance @ right).reshape(T, K), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(fit.std_errors(), np.sqrt(np.diag(covariance)).reshape(T, K), rtol=1e-6)


@pytest.mark.parametrize("scale", ["sd", None])
def test_variances_in_the_datas_units(route, scale):
    fit = TVPRidge(lam=20.0, scale=scale, sigma_e2=LOUDNESS, sigma_u2=[0.5, 1.0, 2.0, 4.0]).fit(y, X)
    unit = np.sum(fit.resid**2 / LOUDNESS) / (T - fit.df)
    np.testing.assert_allclose(fit.sigma2, unit * LOUDNESS, rtol=1e-10)
    sd_x = np.r_[1.0, X.std(axis=0, ddof=1)] if scale else np.ones(4)
    np.testing.assert_allclose(fit.sigma_u2, unit * np.array([0.5, 1.0, 2.0, 4.0]) / 20.0 / sd_x**2, rtol=1e-10)


def prior_covariance(Z, lam, lam0, sd_x):
    """Covariance of the fitted part of y / sd_y at σ² = 1."""
    Zs, lag = Z / sd_x, np.arange(T)
    return (Zs @ Zs.T) * (np.minimum.outer(lag, lag) / lam + 1.0 / lam0)


@pytest.mark.parametrize("cv", [BlockedFolds(4), "loo"])
def test_scores_are_weighted_squared_errors_of_refits_in_units_of_y(route, cv):
    fit = TVPRidge(cv=cv, lams=[1.0, 30.0], sigma_e2=LOUDNESS).fit(y, X)
    sd_x = np.r_[1.0, X.std(axis=0, ddof=1)]
    folds = [np.array([t]) for t in range(T)] if cv == "loo" else cv.split(T)
    for lam, score in fit.cv.itertuples(index=False):
        prior, squares = prior_covariance(regressors(True), lam, 0.1, sd_x), np.empty(T)
        for F in folds:
            rest = np.setdiff1d(np.arange(T), F)
            weights = np.linalg.solve(prior[np.ix_(rest, rest)] + np.diag(LOUDNESS[rest]), y[rest])
            squares[F] = (y[F] - prior[np.ix_(F, rest)] @ weights) ** 2 / LOUDNESS[F]
        assert score == pytest.approx(squares.mean(), rel=1e-8)


def test_gcv_score(route):
    fit = TVPRidge(cv="gcv", lams=[1.0, 30.0], sigma_e2=LOUDNESS).fit(y, X)
    sd_x = np.r_[1.0, X.std(axis=0, ddof=1)]
    for lam, score in fit.cv.itertuples(index=False):
        A = np.linalg.inv(prior_covariance(regressors(True), lam, 0.1, sd_x) + np.diag(LOUDNESS))
        resid, hat = LOUDNESS * (A @ y), np.eye(T) - np.diag(LOUDNESS) @ A
        by_hand = T * np.sum(resid**2 / LOUDNESS) / (T - np.trace(hat)) ** 2
        assert score == pytest.approx(by_hand, rel=1e-8)


@pytest.mark.parametrize("lam0", [0.1, 0.0])
def test_likelihood_score_is_the_maximum_over_sigma2(route, lam0):
    fit = TVPRidge(cv="ml", lams=[1.0, 30.0], lam0=lam0, sigma_e2=LOUDNESS).fit(y, X)
    for lam, score in fit.cv.itertuples(index=False):
        at = fit.at(lam)
        solution = at._solver.solve(y[:, None] / y.std(ddof=1), lam)
        best = solution.quad[0] / solution.rank * y.var(ddof=1)
        ours = at.sigma2.iloc[0] / LOUDNESS[0]
        gain = solution.rank * (np.log(ours / best) + best / ours - 1.0)
        assert score == pytest.approx(-2.0 * at.loglik - gain, abs=1e-6)


def test_second_step_weights_are_those_of_algorithm_1():
    fit = TwoStepRidge(volatility=lambda resid: np.abs(resid) + 0.1).fit(y, X)
    sd_x, sd_y = np.r_[1.0, X.std(axis=0, ddof=1)], y.std(ddof=1)
    first = TVPRidge().fit(y, X)
    omega_e = (np.abs(first.resid / sd_y) + 0.1).to_numpy()
    drift = np.mean((np.diff(first.beta, axis=0) * sd_x / sd_y) ** 2, axis=0)
    by_hand = TVPRidge(sigma_e2=omega_e / omega_e.mean(), sigma_u2=drift / drift.mean()).fit(y, X)
    np.testing.assert_allclose(fit.beta, by_hand.beta, atol=1e-10)
    assert fit.lam == by_hand.lam
    np.testing.assert_allclose(fit.sigma2 / fit.sigma2.mean(), omega_e / omega_e.mean(), rtol=1e-10)


def test_relative_weights():
    np.testing.assert_allclose(relative([1.0, 3.0]), [0.5, 1.5])
    np.testing.assert_allclose(relative([1.0, 9.0], 0.5), [0.5, 1.5])
    np.testing.assert_allclose(relative([0.0, 2.0]), [1e-8, 2.0])
    np.testing.assert_array_equal(relative(np.zeros(3)), np.ones(3))


def test_nearly_collinear_regressors_take_the_dual_route():
    """The banded route squares the condition number, here 10⁵; without the check it was wrong from the fifth digit."""
    world = simulate_tvp_regression(T=400, seed=1)
    for offset, route in ((0.0, BandedSolver), (1e5, DualSolver)):
        fit = TVPRidge(lam=1e12).fit(world.y, world.X + offset)
        assert isinstance(fit._solver, route)


def test_interpolation_is_refused():
    with pytest.raises(ValueError, match="lam: 1e-12 leaves no degrees of freedom"):
        TVPRidge(lam=1e-12, lam0=0.0).fit(y, X)
