"""GRRRR: factors found, zero rows, limits, bands, several equations with common factors, bad input."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest

import tvplab
from tvplab.convergence import ConvergenceWarning
from tvplab.dgp import simulate_tvp_regression
from tvplab.metrics import mean_absolute_error
from tvplab.reduced_rank import ReducedRankRidge
from tvplab.ridge import TwoStepRidge

FAST = {"volatility": "constant", "lams": np.logspace(0, 6, 13)}
WORLD = simulate_tvp_regression(T=150, shapes=("cosine",) * 4 + ("constant",) * 2, noise=0.8, seed=2)
FIT = ReducedRankRidge(**FAST).fit(WORLD.y, WORLD.X)
STILL = simulate_tvp_regression(T=80, shapes=("constant",) * 3, noise=1.0, seed=1)


def common_factor_world(seed, T=100, K=4, M=4, noise=2.0):
    """M equations whose coefficients all move with one cosine, by loadings of their own."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((T, K))
    g = np.cos(2.0 * np.pi * np.arange(T) / T)
    beta = rng.standard_normal((M, 1, K)) + g[:, None] * rng.choice([-1.0, 1.0], (M, 1, K))
    Y = np.einsum("tk,mtk->tm", X, beta) + noise * rng.standard_normal((T, M))
    return pd.DataFrame(Y, columns=list("abcd")[:M]), pd.DataFrame(X).add_prefix("x"), beta


def dense_joint(Y, X, lam, loadings, omega_e, lam0):
    """Posterior mean and variance of all β (M, T, K), from the joint normal distribution; Y (T, M) standardised."""
    (T, K), M = X.shape, Y.shape[1]
    elapsed = np.minimum.outer(np.arange(T), np.arange(T)).astype(float)
    prior = np.kron(loadings @ loadings.T / lam, elapsed) + np.kron(np.eye(M * K) / lam0, np.ones((T, T)))
    W = np.zeros((M, T, M * K, T))
    for m in range(M):
        for k in range(K):
            W[m, range(T), m * K + k, range(T)] = X[:, k]
    W = W.reshape(M * T, -1)
    gain = np.linalg.solve(W @ prior @ W.T + np.diag(omega_e.T.ravel()), W @ prior).T
    mean, variance = gain @ Y.T.ravel(), np.diagonal(prior - gain @ W @ prior)
    return (one.reshape(M, K, T).transpose(0, 2, 1) for one in (mean, variance))


def test_public_name_and_recovery_of_a_common_path():
    assert tvplab.ReducedRankRidge is ReducedRankRidge
    assert FIT.rank == 1
    assert abs(np.corrcoef(FIT.factors["F1"], WORLD.beta["x1"])[0, 1]) > 0.95
    ours, before = (mean_absolute_error(WORLD.beta, one.beta[WORLD.X.columns]) for one in (FIT, FIT.first_step))
    assert ours < 0.85 * before


def test_rank_one_is_found_in_most_worlds():
    found, closeness = [], []
    for seed in range(6):
        world = simulate_tvp_regression(T=150, shapes=("cosine",) * 8, noise=1.0, seed=10 + seed)
        fit = ReducedRankRidge(**FAST).fit(world.y, world.X)
        found.append(fit.rank)
        closeness.append(abs(np.corrcoef(fit.factors["F1"], world.beta["x1"])[0, 1]))
    assert found.count(1) >= 5, found
    assert sum(one > 0.95 for one in closeness) >= 5, closeness


def test_coefficients_are_start_plus_loadings_times_factors():
    drift = FIT.factors.to_numpy() @ FIT.loadings.to_numpy().T
    np.testing.assert_allclose(FIT.beta, FIT.beta.iloc[[0]].to_numpy() + drift, atol=1e-11)
    np.testing.assert_allclose(FIT.increments.T @ FIT.increments / 150, np.eye(FIT.rank), atol=1e-10)
    np.testing.assert_allclose(FIT.factors, FIT.increments.cumsum(), atol=1e-10)
    assert (FIT.loadings.abs().max() == FIT.loadings.max()).all()


def test_constant_coefficients_are_named_and_do_not_move():
    fit = ReducedRankRidge(**FAST, xi=2.0).fit(WORLD.y, WORLD.X)
    assert {"x5", "x6"} <= set(fit.constant)
    assert not set(fit.constant) & {"x1", "x2", "x3", "x4"}
    assert (np.ptp(fit.beta[fit.constant], axis=0) == 0.0).all()
    assert (fit.sigma_u2[fit.constant] == 0.0).all()
    np.testing.assert_allclose(np.ptp(fit.std_errors()[fit.constant], axis=0), 0.0, atol=1e-12)


def test_objective_never_rises_within_a_round():
    path = FIT.objective_path
    assert list(path.columns) == ["round", "sweep", "objective"]
    assert len(path) == FIT.n_iter
    assert path["round"].max() == 2
    for _, one in path.groupby("round"):
        assert (np.diff(one["objective"]) <= 1e-9 * one["objective"].iloc[0]).all()
    assert FIT.converged


def test_infinite_lambda_is_ols():
    fit = ReducedRankRidge(**FAST, lam0=0.0).fit(WORLD.y, WORLD.X).at(1e14)
    ols = np.linalg.lstsq(np.column_stack([np.ones(150), WORLD.X]), WORLD.y, rcond=None)[0]
    np.testing.assert_allclose(fit.beta.iloc[0], ols, rtol=1e-8)
    np.testing.assert_allclose(fit.beta.iloc[-1], ols, rtol=1e-8)
    assert fit.df == pytest.approx(7.0, abs=1e-6)


def test_no_drift_found_is_a_constant_regression():
    fit = ReducedRankRidge(**FAST).fit(STILL.y, STILL.X)
    assert fit.rank == 0
    assert fit.constant == list(fit.beta.columns)
    assert fit.factors.shape == (80, 0)
    sd_y, sd_x = STILL.y.std(), np.r_[1.0, STILL.X.std()]
    W = np.column_stack([np.ones(80), STILL.X]) / sd_x
    weight = (1.0 / (fit.sigma2 / fit.sigma2.mean())).to_numpy()
    by_hand = np.linalg.solve((W.T * weight) @ W + 0.1 * np.eye(4), (W.T * weight) @ STILL.y / sd_y) * sd_y / sd_x
    np.testing.assert_allclose(fit.beta, np.broadcast_to(by_hand, (80, 4)), atol=1e-10)
    with pytest.raises(ValueError, match="1 to 5 factors, this fit has 0"):
        fit.plot_factors()


def test_constant_worlds_are_mostly_called_constant():
    ranks = []
    for seed in range(12):
        world = simulate_tvp_regression(T=80, shapes=("constant",) * 3, noise=1.0, seed=seed)
        ranks.append(ReducedRankRidge(**FAST).fit(world.y, world.X).rank)
    assert ranks.count(0) >= 8, ranks


def test_moving_lambda_keeps_loadings_directions_and_moves_factors():
    stiff = FIT.at(FIT.lam * 100.0)
    assert np.ptp(stiff.beta["x1"]) < np.ptp(FIT.beta["x1"])
    assert stiff.constant == FIT.constant
    direction = [one.loadings["F1"] / np.linalg.norm(one.loadings["F1"]) for one in (FIT, stiff)]
    np.testing.assert_allclose(*direction, atol=1e-10)
    assert stiff.first_step is FIT.first_step
    pd.testing.assert_frame_equal(stiff.at(FIT.lam).beta, FIT.beta)
    np.testing.assert_allclose(FIT.path("x1")(stiff.lam), stiff.beta["x1"], atol=1e-10)


def test_forecast_uses_the_last_coefficients():
    x_next = WORLD.X.iloc[-1]
    assert FIT.predict(x_next) == pytest.approx(FIT.fitted.iloc[-1], abs=1e-12)


@pytest.mark.parametrize("law", ["smooth", "ar"])
def test_other_laws_of_motion(law):
    fit = ReducedRankRidge(**FAST, law=law).fit(WORLD.y, WORLD.X)
    assert fit.law == fit.first_step.law
    assert 1 <= fit.rank <= 5
    moved = fit.beta.sub(fit.factors.to_numpy() @ fit.loadings.to_numpy().T)
    basis = fit.law.basis(150)
    left = moved - basis @ np.linalg.lstsq(basis, moved, rcond=None)[0]
    np.testing.assert_allclose(left, 0.0, atol=1e-8 * np.abs(moved).to_numpy().max())


def test_given_lambda_rank_and_weights():
    def doubling(resid):
        return np.r_[np.ones(75), np.full(75, 2.0)]

    fit = ReducedRankRidge(lam=200.0, rank=2, volatility=doubling).fit(WORLD.y, WORLD.X)
    assert fit.lam == 200.0
    assert fit.cv.empty
    assert fit.rank <= 2
    assert fit.sigma2.iloc[-1] / fit.sigma2.iloc[0] == pytest.approx(2.0)


def test_separate_equations_are_fits_by_themselves():
    Y, X, _ = common_factor_world(0, M=2)
    system = ReducedRankRidge(**FAST).fit(Y, X)
    for name in Y:
        alone = ReducedRankRidge(**FAST).fit(Y[name], X)
        np.testing.assert_allclose(system.beta[name], alone.beta, atol=1e-9)
        np.testing.assert_allclose(system.loadings[name], alone.loadings, atol=1e-9)
    assert list(system.rank.index) == list(Y)
    assert set(system.constant) == set(system.factors) == set(Y)


def test_pooling_one_equation_changes_nothing():
    Y, X, _ = common_factor_world(0, M=1)
    pooled = ReducedRankRidge(**FAST, pooled=True).fit(Y, X)["a"]
    alone = ReducedRankRidge(**FAST).fit(Y["a"], X)
    np.testing.assert_allclose(pooled.beta, alone.beta, atol=1e-10)
    assert pooled.loglik == pytest.approx(alone.loglik, abs=1e-9)


def test_pooled_fit_is_the_joint_posterior():
    Y, X, _ = common_factor_world(1, T=24, K=2, M=2, noise=0.5)
    model = ReducedRankRidge(**{**FAST, "lam": 5.0}, pooled=True, scale=None, constant=False)
    system = model.fit(Y, X)
    assert system["a"].factors.equals(system["b"].factors)
    best = system["a"]._refit.args[2]
    mean, variance = dense_joint(Y.to_numpy(), X.to_numpy(), 5.0, best.loadings, best.factors.omega_e, 0.1)
    for m, name in enumerate(Y):
        np.testing.assert_allclose(system.beta[name], mean[m], atol=1e-10)
        np.testing.assert_allclose(system[name].fitted + system[name].resid, Y[name], atol=1e-12)
        assert system[name].loglik == pytest.approx(system["a"].loglik)
        ratio = system[name].std_errors() ** 2 / variance[m]
        np.testing.assert_allclose(ratio, ratio.iloc[0, 0], rtol=1e-7)  # one σ² for all of an equation's variances
        one = system[name].path("x1")(5.0)
        np.testing.assert_allclose(one, system.beta[name]["x1"], atol=1e-12)


def test_pooled_folds_hold_a_period_out_of_every_equation():
    Y, X, _ = common_factor_world(2, T=40, M=2)
    scores = [
        ReducedRankRidge(**FAST, pooled=True, cv=cv).fit(Y, X)["a"].cv.score.to_numpy() for cv in ("loo", np.arange(40))
    ]
    np.testing.assert_allclose(*scores, rtol=1e-8)


def test_equations_that_share_their_factor_gain_from_pooling():
    """The factor gains most; starts and loadings are each equation's own, so that coefficients gain less."""
    errors, closeness = {True: [], False: []}, {True: [], False: []}
    for seed in range(3):
        Y, X, beta = common_factor_world(seed)
        g = np.cos(2.0 * np.pi * np.arange(100) / 100)
        for pooled in errors:
            fit = ReducedRankRidge(**FAST, pooled=pooled).fit(Y, X)
            off = [np.abs(fit.beta[name][X.columns] - beta[m]).to_numpy().mean() for m, name in enumerate(Y)]
            errors[pooled].append(np.mean(off))
            closeness[pooled] += [abs(np.corrcoef(fit.factors[name]["F1"], g)[0, 1]) for name in Y]
    assert np.mean(errors[True]) < 0.95 * np.mean(errors[False]), errors
    assert all(joint < apart for joint, apart in zip(errors[True], errors[False], strict=True)), errors
    assert 1.0 - np.mean(closeness[True]) < 0.7 * (1.0 - np.mean(closeness[False])), closeness


def test_high_noise_does_not_make_it_collapse():
    """The paper's GRRRR is far worse than 2SRR where noise is high; an ξ that follows the noise level is not."""
    ratios = []
    for seed in range(4):
        world = simulate_tvp_regression(T=150, shapes=("cosine",) * 3 + ("constant",) * 7, noise=4.0, seed=seed)
        fit = ReducedRankRidge(**FAST).fit(world.y, world.X)
        ours, before = (mean_absolute_error(world.beta, one.beta[world.X.columns]) for one in (fit, fit.first_step))
        ratios.append(ours / before)
    assert np.mean(ratios) < 1.1, ratios


def test_same_input_same_numbers_and_pickles():
    again = ReducedRankRidge(**FAST).fit(WORLD.y, WORLD.X)
    pd.testing.assert_frame_equal(again.beta, FIT.beta, check_exact=True)
    back = pickle.loads(pickle.dumps(FIT))
    pd.testing.assert_frame_equal(back.at(50.0).loadings, FIT.at(50.0).loadings)


def test_too_few_sweeps_are_said():
    with pytest.warns(ConvergenceWarning, match="did not settle in 1 sweeps"):
        fit = ReducedRankRidge(**FAST, max_sweeps=1).fit(WORLD.y, WORLD.X)
    assert not fit.converged
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        ReducedRankRidge(**FAST).fit(WORLD.y, WORLD.X)


def test_two_step_ridge_is_the_start():
    start = TwoStepRidge(**FAST).fit(WORLD.y, WORLD.X)
    pd.testing.assert_frame_equal(FIT.first_step.beta, start.beta)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rank": 0}, "rank: a whole number of at least 1 is needed, got 0"),
        ({"rank": 1.5}, "rank: a whole number"),
        ({"rank": 8}, "rank: 8 factors for 7 coefficients"),
        ({"max_rank": 0}, "max_rank: a whole number"),
        ({"rounds": True}, "rounds: a whole number"),
        ({"variance_share": 1.2}, "variance_share: must lie above 0 and not above 1"),
        ({"l1_ratio": 0.0}, "l1_ratio: must be finite and > 0"),
        ({"xi": -1.0}, "xi: must be finite and > 0"),
        ({"pooled": "yes"}, "pooled: must be one of"),
    ],
)
def test_bad_hyperparameters_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        ReducedRankRidge(**options).fit(WORLD.y, WORLD.X)
