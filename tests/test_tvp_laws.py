"""Laws of motion: dense algebra from each law's definition, limits, statsmodels' smoother, and forecasts."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

from tvplab.crossval import BlockedFolds
from tvplab.dgp import simulate_tvp_regression
from tvplab.metrics import mean_absolute_error
from tvplab.ridge import LAMS, TVPRidge, TwoStepRidge
from tvplab.tvp_kernel import DualSolver, hadamard_kernel
from tvplab.tvp_laws import AR, LAWS, DriftingWalk, RandomWalk, SmoothTrend, candidate_laws
from tvplab.tvp_start import start_columns

EVERY = [RandomWalk(), DriftingWalk(), SmoothTrend(), AR(0.8), AR(0.999)]
WORLD = simulate_tvp_regression(T=110, shapes=("cosine", "quadratic", "constant"), noise=0.5, seed=2)


def summation_matrix(law, T):
    """C (T, T), entry by entry from the law's definition, without columns for periods that have no innovation."""
    C, first = np.zeros((T, T)), 2 if isinstance(law, SmoothTrend) else 1
    for t in range(T):
        for s in range(first, t + 1):
            C[t, s] = t - s + 1 if first == 2 else law.phi ** (t - s) if isinstance(law, AR) else 1.0
    return C


def data(T=24, K=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((T, 1)), rng.standard_normal((T, K)), rng.uniform(0.3, 2, K), rng.uniform(0.3, 2, T)


@pytest.mark.parametrize("law", EVERY, ids=repr)
def test_fast_products_are_those_of_the_summation_matrix(law):
    C, B = summation_matrix(law, 12), np.random.default_rng(1).standard_normal((12, 4))
    np.testing.assert_allclose(law.gather(B), C.T @ B, atol=1e-11)
    np.testing.assert_allclose(law.apply(B), C @ C.T @ B, atol=1e-10)
    np.testing.assert_allclose(law.covariance(12), C @ C.T, atol=1e-10)
    np.testing.assert_allclose(law.variances(12), np.sum(C * C, axis=1), atol=1e-10)


@pytest.mark.parametrize("law", EVERY, ids=repr)
def test_innovations_undo_the_summation(law):
    rng = np.random.default_rng(2)
    U = rng.standard_normal((15, 2))
    U[: 2 if isinstance(law, SmoothTrend) else 1] = 0.0
    start = rng.standard_normal((law.basis(15).shape[1], 2))
    beta = law.basis(15) @ start + law.accumulate(U)
    undone = law.innovations(beta, start)
    np.testing.assert_allclose(undone, U[-len(undone) :], atol=1e-11)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("law", EVERY, ids=repr)
def test_posterior_against_dense_algebra(law, whole):
    """Mean, variances and likelihood from the joint normal distribution of (β, y), Ω_u diagonal or whole."""
    y, X, omega_u, omega_e = data()
    T, K, lam, lam0 = *X.shape, 7.0, 0.2
    full = np.outer(omega_u, omega_u) if whole else np.diag(omega_u)
    C, B = summation_matrix(law, T), law.basis(T)
    prior = np.kron(C @ C.T, full / lam) + np.kron(B @ B.T, np.eye(K) / lam0)
    W = np.zeros((T, T * K))
    for t in range(T):
        W[t, t * K : (t + 1) * K] = X[t]
    marginal = W @ prior @ W.T + np.diag(omega_e)
    gain = np.linalg.solve(marginal, W @ prior).T
    solver = DualSolver(X, full if whole else omega_u, omega_e, lam0, law)
    solution, variances = solver.solve(y, lam), np.diag(prior - gain @ W @ prior).reshape(T, K)
    np.testing.assert_allclose(solution.beta[..., 0], (gain @ y).reshape(T, K), rtol=0, atol=1e-8)
    np.testing.assert_allclose(solver.variances(lam), variances, rtol=0, atol=1e-8 * variances.max())
    assert solution.logdet == pytest.approx(np.linalg.slogdet(marginal)[1], abs=1e-8)
    np.testing.assert_allclose(solution.beta[0, :, 0], B[0] @ solution.start[..., 0], atol=1e-12)


@pytest.mark.parametrize("law", EVERY, ids=repr)
def test_held_out_errors_equal_refitting(law):
    y, X, omega_u, omega_e = data(seed=3)
    lam, lam0, everything = 5.0, 0.1, np.arange(len(y))
    start, folds = start_columns(X, law), BlockedFolds(4).split(len(y))
    prior = hadamard_kernel(X, omega_u, law) / lam + start @ start.T / lam0
    errors = DualSolver(X, omega_u, omega_e, lam0, law).held_out_errors(y, np.array([lam]), folds)[0]
    for F in folds:
        rest = np.setdiff1d(everything, F)
        weights = np.linalg.solve(prior[np.ix_(rest, rest)] + np.diag(omega_e[rest]), y[rest])
        np.testing.assert_allclose(errors[F], y[F] - prior[np.ix_(F, rest)] @ weights, rtol=0, atol=1e-8)


def test_autoregression_with_phi_one_is_the_random_walk():
    walk, ar = (TVPRidge(law=law).fit(WORLD.y, WORLD.X) for law in ("random walk", AR(1.0)))
    assert walk.lam == ar.lam
    np.testing.assert_allclose(ar.beta, walk.beta, atol=1e-10)
    np.testing.assert_allclose(ar.cv.score, walk.cv.score, rtol=1e-10)
    np.testing.assert_allclose(ar.std_errors(), walk.std_errors(), rtol=1e-9)


@pytest.mark.parametrize("law", ["drift", "smooth", AR(0.7), "random walk"], ids=repr)
def test_infinite_lambda_is_ols_on_the_start_columns(law):
    """X for a random walk or an autoregression; X and tX where there is a trend."""
    fit = TVPRidge(lam=1e17, lam0=0.0, law=law).fit(WORLD.y, WORLD.X)
    X, t = np.column_stack([np.ones(110), WORLD.X]), np.linspace(0.0, 1.0, 110)[:, None]
    trend = law in ("drift", "smooth")
    Z = np.hstack([X, t * X]) if trend else X
    ols = sm.OLS(WORLD.y.to_numpy(), Z).fit()
    slope = ols.params[4:] if trend else np.zeros(4)
    np.testing.assert_allclose(fit.beta, ols.params[:4] + t * slope, rtol=0, atol=1e-7)
    np.testing.assert_allclose(fit.std_errors().iloc[0], ols.bse[:4], rtol=1e-6)
    assert fit.df == pytest.approx(Z.shape[1], abs=1e-6)


def smoothed_by_statsmodels(law, y, X, omega_u, omega_e, lam, lam0):
    """β (T, K), its variances and the log-likelihood from a state space model with two states a coefficient.

    The states are level and slope; for an autoregression long-run level and distance to it.
    """
    T, K = X.shape
    trending, eye, zero = isinstance(law, DriftingWalk), np.eye(K), np.zeros((K, K))
    ssm = KalmanSmoother(k_endog=1, k_states=2 * K, k_posdef=K, nobs=T)
    ssm.bind(y.T.copy())
    ssm["design"] = np.hstack([X, 0 * X if trending else X]).T[None]
    carry = 1.0 if trending else law.phi
    ssm["transition"] = np.block([[eye, eye if trending else zero], [zero, carry * eye]])
    moves = zero if isinstance(law, SmoothTrend) or not trending else eye
    ssm["selection"] = np.vstack([moves, eye - moves])
    ssm["state_cov"], ssm["obs_cov"] = np.diag(omega_u / lam), omega_e[None, None]
    second = 1.0 / (lam0 * (T - 1) ** 2) if trending else 0.0
    start = np.block([[eye / lam0, zero], [zero, second * eye]])
    ssm.initialize_known(np.zeros(2 * K), start)
    out = ssm.smooth()
    mix = np.hstack([eye, zero if trending else eye])
    variances = np.einsum("ki,ijt,kj->tk", mix, out.smoothed_state_cov, mix)
    return (mix @ out.smoothed_state).T, variances, out.llf


@pytest.mark.parametrize("law", [DriftingWalk(), SmoothTrend(), AR(0.8), AR(0.97)], ids=repr)
def test_statsmodels_smoother_gives_the_same_numbers(law):
    y, X, omega_u, omega_e = data(T=60, K=2, seed=5)
    beta, variances, loglik = smoothed_by_statsmodels(law, y, X, omega_u, omega_e, 20.0, 0.3)
    solver = DualSolver(X, omega_u, omega_e, 0.3, law)
    solution = solver.solve(y, 20.0)
    np.testing.assert_allclose(solution.beta[..., 0], beta, rtol=0, atol=1e-8)
    np.testing.assert_allclose(solver.variances(20.0), variances, rtol=0, atol=1e-8)
    ours = -0.5 * (60 * np.log(2 * np.pi) + solution.logdet + solution.quad[0])
    assert ours == pytest.approx(loglik, abs=1e-7)


@pytest.mark.filterwarnings("ignore:Care should be used")
@pytest.mark.parametrize(("law", "spec"), [("smooth", "strend"), ("drift", "lldtrend")])
def test_statsmodels_unobserved_components_trend(law, spec):
    """A constant that moves by itself is a trend component; λ₀ = 0 against an exact diffuse start."""
    rng = np.random.default_rng(6)
    y = np.cumsum(0.3 + rng.standard_normal(80)) + rng.standard_normal(80)
    model = sm.tsa.UnobservedComponents(y, spec)
    model.ssm.initialize_diffuse()
    smoothed = model.smooth([2.0, 2.0 / 8.0]).states.smoothed
    fit = TVPRidge(lam=8.0, lam0=0.0, law=law, scale=None, constant=False).fit(y, np.ones(80))
    np.testing.assert_allclose(fit.beta[0], smoothed[:, 0], rtol=0, atol=1e-8)


@pytest.mark.parametrize("law", EVERY, ids=repr)
def test_forecast_is_the_path_through_periods_that_do_not_count(law):
    """The same sample, three periods longer, with a noise variance there so large that nothing is learnt."""
    T, X = 40, np.random.default_rng(7).standard_normal((43, 2))
    y = np.random.default_rng(8).standard_normal(43)
    same = {"lam": 6.0, "lam0": 0.0, "scale": None, "constant": False, "law": law}
    fit = TVPRidge(**same).fit(y[:T], X[:T])
    longer = TVPRidge(**same, sigma_e2=np.r_[np.ones(T), np.full(3, 1e13)]).fit(y, X)
    np.testing.assert_allclose(fit.predict(X[T:]), longer.fitted[T:], rtol=0, atol=1e-6)
    assert fit.predict(X[T]) == pytest.approx(longer.fitted[T], abs=1e-6)


def test_phi_is_chosen_with_lambda():
    chosen = TVPRidge(law=AR(phis=(0.5, 0.9, 1.0)), cv="loo").fit(WORLD.y, WORLD.X)
    each = [TVPRidge(law=AR(phi), cv="loo").fit(WORLD.y, WORLD.X) for phi in (0.5, 0.9, 1.0)]
    best = min(each, key=lambda one: one.cv.score.min())
    assert chosen.law == best.law
    assert chosen.lam == best.lam
    np.testing.assert_allclose(chosen.beta, best.beta, atol=1e-11)
    moved = chosen.at(3.0)
    assert moved.law == best.law
    np.testing.assert_allclose(moved.beta, TVPRidge(lam=3.0, law=best.law).fit(WORLD.y, WORLD.X).beta, atol=1e-10)


def test_every_target_has_its_phi_and_two_steps_keep_it():
    rng = np.random.default_rng(9)
    X, index = pd.DataFrame({"x": rng.standard_normal(200)}), range(200)
    noise = 0.2 * rng.standard_normal((200, 2))
    swing, walk = np.zeros(200), np.cumsum(0.3 * rng.standard_normal(200))
    for t in index[1:]:
        swing[t] = 0.6 * swing[t - 1] + rng.standard_normal()
    Y = pd.DataFrame({"swing": swing * X.x + noise[:, 0], "walk": walk * X.x + noise[:, 1]})
    law = AR(phis=(0.6, 1.0))
    system = TwoStepRidge(law=law, cv="loo", volatility="constant").fit(Y, X)
    assert [system[name].law.phi for name in Y] == [0.6, 1.0]
    alone = TwoStepRidge(law=law, cv="loo", volatility="constant").fit(Y["swing"], X)
    np.testing.assert_allclose(system.beta["swing"], alone.beta, atol=1e-9)
    assert system["swing"].first_step.law.phi == 0.6


def test_a_smooth_trend_follows_smooth_paths_better_and_extrapolates():
    smooth, walk = (
        TwoStepRidge(law=law, volatility="constant").fit(WORLD.y, WORLD.X) for law in ("smooth", "random walk")
    )
    errors = [mean_absolute_error(WORLD.beta, fit.beta[WORLD.X.columns]) for fit in (smooth, walk)]
    assert errors[0] < 0.9 * errors[1]
    X = np.random.default_rng(10).standard_normal((130, 1))
    y = np.linspace(0.0, 4.0, 130) * X[:, 0] + 0.1 * np.random.default_rng(11).standard_normal(130)
    ahead = TVPRidge(law="drift").fit(y[:100], X[:100]).predict(X[100:])
    np.testing.assert_allclose(ahead, y[100:], rtol=0, atol=0.6)


def test_default_candidates_reach_from_free_to_frozen():
    """λ's range follows the law's own scale: the stiffest candidate leaves no drift to speak of."""
    for law in LAWS.values():
        (first, *_) = candidate_laws(law)
        stiffest = TVPRidge(lam=LAMS[-1] * first.unit(110), law=first).fit(WORLD.y, WORLD.X)
        drift = stiffest.beta - first.basis(110) @ stiffest._start
        assert np.abs(drift.to_numpy()).max() < 1e-4


@pytest.mark.parametrize("law", ["nonsense", 3, AR])
def test_unknown_laws_are_refused(law):
    with pytest.raises(ValueError, match="law: must be one of"):
        TVPRidge(law=law).fit(WORLD.y, WORLD.X)


def test_bad_phi_is_refused():
    for bad in (0.0, 1.2, -0.5):
        with pytest.raises(ValueError, match="phi"):
            AR(bad)
    with pytest.raises(ValueError, match="phis"):
        AR(phis=())
    with pytest.raises(ValueError, match='lam="cv"'):
        TVPRidge(law="ar", lam=3.0).fit(WORLD.y, WORLD.X)
    with pytest.raises(ValueError, match="lam0"):
        TVPRidge(law="drift", lam0=0.0, lam=1.0).fit(WORLD.y[:8], WORLD.X[:8])
