"""Step 2 of the deep factor model: its state space against dense Gaussian algebra, statsmodels and definitions."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import solve_discrete_lyapunov
from scipy.optimize import minimize

from tvplab.data.mixed_frequency import MARIANO_MURASAWA
from tvplab.deep_dfm_maps import Layer, apply_layers
from tvplab.deep_dfm_smoothing import States, encoded_path, linearise, smooth_linear, smooth_nonlinear
from tvplab.deep_dfm_states import (
    NOISE,
    aggregated,
    companion,
    fit_transition,
    idiosyncratic_law,
    linear_form,
    monthly_phi,
    observation,
    stationary,
)
from tvplab.statespace import kalman_filter

rng = np.random.default_rng(3)
T, N, R = 26, 4, 2
FACTORS = rng.standard_normal((60, R)).cumsum(axis=0) * 0.3
LOADINGS = rng.standard_normal((N, R))
RESIDUALS = 0.5 * rng.standard_normal((60, N)).cumsum(axis=0)
QUARTERLY = np.array([False, True, False, False])
DATA = rng.standard_normal((T, N))
DATA[rng.random((T, N)) < 0.2] = np.nan
DATA[np.arange(T) % 3 != 2, 1] = np.nan


def form(p=1, quarterly=QUARTERLY):
    return linear_form(LOADINGS, FACTORS, RESIDUALS, np.zeros(N), np.ones(N), p, quarterly)


def autocovariances(B, U, p, horizon):
    """Γ(0), …, Γ(horizon) of the factors, from the Yule-Walker form of the companion."""
    big = np.eye(R * p, k=-R)
    big[:R] = B
    cov = np.zeros((R * p, R * p))
    cov[:R, :R] = U
    G = solve_discrete_lyapunov(big, cov)
    return [(np.linalg.matrix_power(big, k) @ G)[:R, :R] for k in range(horizon + 1)]


def dense(p, quarterly):
    """cov(z) (TN, TN) and cov(f, z) (TR, TN), straight from the definition of the model."""
    B, U = fit_transition(FACTORS - FACTORS.mean(axis=0), p)
    phi, sd = idiosyncratic_law(RESIDUALS, quarterly)
    G = autocovariances(B, U, p, T + 8)

    def gamma(k):
        return G[k] if k >= 0 else G[-k].T

    w = [MARIANO_MURASAWA if quarterly[i] else (1.0,) for i in range(N)]
    zz, fz = np.zeros((T, N, T, N)), np.zeros((T, R, T, N))
    for t in range(T):
        for s in range(T):
            for j in range(N):
                for m, wj in enumerate(w[j]):
                    fz[t, :, s, j] += wj * gamma(t - s + m) @ LOADINGS[j]
                    for i in range(N):
                        for k, wi in enumerate(w[i]):
                            gap = t - k - s + m
                            zz[t, i, s, j] += wi * wj * LOADINGS[i] @ gamma(gap) @ LOADINGS[j]
                            zz[t, i, s, j] += wi * wj * (i == j) * sd[i] ** 2 * phi[i] ** abs(gap)
    return zz.reshape(T * N, T * N) + NOISE * np.eye(T * N), fz.reshape(T * R, T * N)


@pytest.mark.parametrize(("p", "quarterly"), [(1, np.zeros(N, bool)), (2, np.zeros(N, bool)), (2, QUARTERLY)])
def test_the_smoother_is_gaussian_conditioning(p, quarterly):
    zz, fz = dense(p, quarterly)
    seen = np.isfinite(DATA).ravel()
    z, S = DATA.ravel()[seen], zz[np.ix_(seen, seen)]
    states = smooth_linear(DATA, form(p, quarterly))
    gain = np.linalg.solve(S, fz[:, seen].T).T
    np.testing.assert_allclose(states.smoothed.mean[:, :R], (gain @ z).reshape(T, R), atol=1e-6)
    loglik = -0.5 * (seen.sum() * np.log(2 * np.pi) + np.linalg.slogdet(S)[1] + z @ np.linalg.solve(S, z))
    assert states.smoothed.loglik == pytest.approx(loglik, rel=1e-7)
    signal = zz - NOISE * np.eye(T * N)
    back = np.linalg.solve(S, signal[:, seen].T).T
    np.testing.assert_allclose(states.signal, (back @ z).reshape(T, N), atol=1e-6)
    variance = np.diag(signal - back @ signal[seen]) + NOISE
    np.testing.assert_allclose(states.variance, variance.reshape(T, N), atol=1e-6)


def test_the_readable_filter_agrees():
    one = form(2)
    filtered = kalman_filter(DATA, one.model)
    assert filtered.loglik == pytest.approx(smooth_linear(DATA, one).smoothed.loglik, rel=1e-9)


@pytest.mark.parametrize("p", [1, 2])
def test_the_transition_is_statsmodels_var(p):
    from statsmodels.tsa.api import VAR

    F = FACTORS - FACTORS.mean(axis=0)
    reference = VAR(F).fit(p, trend="n")
    ours, U = fit_transition(F, p)
    free = np.hstack(list(reference.coefs))
    root = np.abs(np.linalg.eigvals(companion(free, p))).max()
    assert root < 0.99
    np.testing.assert_allclose(ours, free, atol=1e-10)
    np.testing.assert_allclose(U, reference.sigma_u_mle, atol=1e-10)


def test_explosive_coefficients_shrink_to_the_largest_root_and_others_stay():
    explosive = np.array([[1.3, 0.2, -0.2, 0.1], [0.0, 0.9, 0.1, 0.1]])
    roots = np.linalg.eigvals(companion(explosive, 2))
    after = np.linalg.eigvals(companion(stationary(explosive), 2))
    assert np.abs(roots).max() > 1.0
    np.testing.assert_allclose(np.sort(np.abs(after)), 0.99 * np.sort(np.abs(roots)) / np.abs(roots).max(), rtol=1e-9)
    np.testing.assert_array_equal(stationary(0.3 * explosive), 0.3 * explosive)


def test_the_law_of_residuals_takes_pairs_and_cells_that_are_there():
    E = pd.DataFrame(RESIDUALS).mask(np.random.default_rng(1).random(RESIDUALS.shape) < 0.3)
    phi, sd = idiosyncratic_law(E.to_numpy())
    np.testing.assert_allclose(phi, [E[i].corr(E[i].shift()) for i in E], rtol=1e-10)
    np.testing.assert_allclose(sd, E.std(ddof=0), rtol=1e-10)
    constant, never = np.zeros((9, 1)), np.full((9, 1), np.nan)
    for odd in (constant, never):
        np.testing.assert_array_equal(np.ravel(idiosyncratic_law(odd)), [0.0, 0.0])


def test_a_quarterly_law_is_that_of_the_months():
    for phi in (0.0, 0.4, 0.9):
        w, k = np.array(MARIANO_MURASAWA), np.arange(5)
        by_hand = sum(w[a] * w[b] * phi ** abs(3 + k[a] - k[b]) for a in range(5) for b in range(5))
        assert aggregated(phi, 3) == pytest.approx(by_hand)
        assert monthly_phi(aggregated(phi, 3) / aggregated(phi, 0)) == pytest.approx(phi, abs=0.0026)
    assert monthly_phi(4 / 19) == 0.0
    assert monthly_phi(-0.5) == 0.0


def test_the_quarterly_law_is_found_again():
    draw = np.random.default_rng(2).standard_normal(60_004)
    months = np.empty_like(draw)
    months[0] = draw[0]
    for t in range(1, len(draw)):
        months[t] = 0.6 * months[t - 1] + 0.8 * draw[t]
    sums = np.convolve(months, MARIANO_MURASAWA, "valid")
    E = np.where(np.arange(len(sums)) % 3 == 2, sums, np.nan)[:, None]
    phi, sd = idiosyncratic_law(E, np.array([True]))
    assert phi[0] == pytest.approx(0.6, abs=0.04)  # 20,000 quarters: a standard error of about 0.01 on the correlation
    assert sd[0] == pytest.approx(1.0, abs=0.03)


def test_the_observation_matrix_spells_out_the_months():
    Z = observation(np.repeat(LOADINGS[:, None], 5, axis=1), QUARTERLY)
    x = np.random.default_rng(0).standard_normal(Z.shape[1])
    f, eps = x[:10].reshape(5, R), x[10:]
    w = np.array(MARIANO_MURASAWA)
    expected = LOADINGS @ f[0] + np.array([eps[0], 0.0, eps[6], eps[7]])
    expected[1] = w @ (f @ LOADINGS[1]) + w @ eps[1:6]
    np.testing.assert_allclose(Z @ x, expected)


def test_means_of_factors_and_residuals_move_into_the_mean_of_the_data():
    mean, sd = np.arange(4.0), np.array([1.0, 2.0, 3.0, 4.0])
    one = linear_form(LOADINGS, FACTORS + 5.0, RESIDUALS, mean, sd, 1, QUARTERLY)
    months = np.array([1.0, 3.0, 1.0, 1.0])
    level = months * (LOADINGS @ (FACTORS.mean(axis=0) + 5.0)) + np.nanmean(RESIDUALS, axis=0)
    np.testing.assert_allclose(one.mean, mean + sd * level)
    np.testing.assert_allclose(one.B, form().B, atol=1e-12)


LINEAR_DECODER = [Layer(np.eye(3, R), np.zeros(3), False), Layer(LOADINGS @ np.eye(R, 3), np.full(N, 0.3), False)]
CURVED = [Layer(rng.standard_normal((5, R)), rng.standard_normal(5), True),
          Layer(0.7 * rng.standard_normal((N, 5)), np.zeros(N), False)]  # fmt: skip


def test_an_extended_smoother_of_a_linear_decoder_is_the_smoother():
    one = linear_form(LOADINGS, FACTORS, RESIDUALS, np.zeros(N), np.ones(N), 2, QUARTERLY, linear=False)
    months = np.where(QUARTERLY, 3.0, 1.0)
    shift = months * (0.3 + LOADINGS @ one.centre)
    plain = smooth_linear(DATA - shift, one)
    states = smooth_nonlinear(DATA, one, LINEAR_DECODER, "tanh", QUARTERLY, smooth_linear(DATA, one).smoothed.mean)
    np.testing.assert_allclose(states.smoothed.mean, plain.smoothed.mean, atol=1e-8)
    np.testing.assert_allclose(states.signal, plain.signal + shift, atol=1e-8)


def test_the_extended_smoother_finds_the_mode_of_the_states():
    few, y = 8, DATA[:8]
    one = linear_form(LOADINGS, FACTORS, RESIDUALS, np.zeros(N), np.ones(N), 1, np.zeros(N, bool), linear=False)
    one = one._replace(R=0.2 * np.eye(N))
    states = smooth_nonlinear(y, one, CURVED, "tanh", np.zeros(N, bool), smooth_linear(y, one).smoothed.mean)
    m, seen = len(one.a0), np.isfinite(y)
    precision, start = np.linalg.inv(one.Q), np.linalg.inv(one.P0)

    def cost(path):
        x = path.reshape(few, m)
        gap = (y - apply_layers(CURVED, x[:, :R] + one.centre, "tanh") - x[:, R:])[seen]
        step = x[1:] - x[:-1] @ one.B.T
        return 0.5 * (gap @ gap / 0.2 + x[0] @ start @ x[0] + np.einsum("ti,ij,tj->", step, precision, step))

    found = states.smoothed.mean.ravel()
    better = minimize(cost, found, method="BFGS", options={"gtol": 1e-8})
    np.testing.assert_allclose(found, better.x, atol=2e-4)
    assert cost(found) <= better.fun + 1e-6


def test_a_first_path_is_the_encoders():
    one = form(2)
    encoder = [Layer(np.random.default_rng(4).standard_normal((R, N)), np.ones(R), False)]
    path = encoded_path(DATA, encoder, "tanh", one)
    filled = pd.DataFrame(DATA).interpolate(limit_direction="both").to_numpy()
    f = filled @ encoder[0].W.T + 1.0 - one.centre
    np.testing.assert_allclose(path[:, :R], f)
    np.testing.assert_allclose(path[4:, 4 * R : 5 * R], f[:-4])
    assert not path[:, 5 * R :].any()


def test_a_rectified_decoder_comes_to_rest_but_for_kinks():
    curve = np.array([[1.0], [1.0], [-1.0], [1.0]])
    decoder = [Layer(curve, np.array([9.0, 9.0, 9.0, 0.0]), True), Layer(np.eye(N), np.zeros(N), False)]
    one = linear_form(curve, FACTORS[:, :1], RESIDUALS, np.zeros(N), np.ones(N), 1, np.zeros(N, bool), linear=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        states = smooth_nonlinear(DATA, one, decoder, "relu", np.zeros(N, bool), np.zeros((T, len(one.a0))))
    seen = np.isfinite(DATA)
    x = states.smoothed.mean
    gap = DATA - apply_layers(decoder, x[:, :1] + one.centre, "relu") - x[:, 1:]
    assert np.quantile(np.abs(gap[seen]), 0.9) < 1e-3  # the noise of the observations is as good as nothing


def test_the_line_touches_the_decoder_where_it_was_drawn():
    one = linear_form(LOADINGS, FACTORS, RESIDUALS, np.zeros(N), np.ones(N), 1, QUARTERLY, linear=False)
    path = np.random.default_rng(5).standard_normal((T, len(one.a0)))
    Z, A = linearise(path, one, CURVED, "tanh", QUARTERLY)
    signal = (Z @ path[:, :, None])[:, :, 0] + A
    lags = path[:, : 5 * R].reshape(T, 5, R) + one.centre
    months = apply_layers(CURVED, lags.reshape(-1, R), "tanh").reshape(T, 5, N)
    expected = months[:, 0] + path[:, [10, 0, 16, 17]] * [1.0, 0.0, 1.0, 1.0]
    expected[:, 1] = months[:, :, 1] @ np.array(MARIANO_MURASAWA) + path[:, 11:16] @ np.array(MARIANO_MURASAWA)
    np.testing.assert_allclose(signal, expected, atol=1e-12)


def test_the_variance_of_a_moving_observation_equation():
    one = form()
    still = smooth_linear(DATA, one)
    moving = one.model._replace(Z=np.repeat(one.Z[None], T, axis=0))
    np.testing.assert_allclose(States(still.smoothed, moving).variance, still.variance)
