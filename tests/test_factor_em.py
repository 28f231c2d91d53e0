"""The compiled round of EM: its E-step is the general one, its M-step the maximum of the expected log-likelihood."""

import numpy as np
import pytest

from tvplab.dgp import simulate_factor_model
from tvplab.factor_em import collapse as collapse_factors
from tvplab.factor_em import em_round, pack_factors, regress, unpack_factors
from tvplab.factor_smoother import smooth
from tvplab.marss import DynamicFactorModel
from tvplab.marss_acceleration import em_round as general_round
from tvplab.marss_em import Inputs, expect, matrices
from tvplab.marss_score import pack, unpack

SIZES = [(1, 1), (1, 3), (2, 1), (2, 2), (3, 2)]


def world(r, p, missing=0.3, T=40):
    """Random parameters of r factors and p lags, and a panel with gaps: y, Λ, Φ, Q, R, anchors' rows."""
    rng, N = np.random.default_rng(10 * r + p), 7
    y = simulate_factor_model(T=T, missing=missing, seed=3).y.to_numpy()[:, :N]
    rows, loadings = np.arange(N)[-r:], rng.standard_normal((N, r))
    loadings[rows] = np.eye(r)
    root = rng.standard_normal((r, r))
    return (
        y,
        loadings,
        0.4 / p * rng.standard_normal((r, r * p)),
        root @ root.T + np.eye(r),
        rng.uniform(0.3, 1, N),
        rows,
    )


def general(y, loadings, phi, Q, R):
    """The same model as matrices of a MARSS model, and its E-step."""
    (r, m), N = phi.shape, len(R)
    Z, B, full = np.zeros((N, m)), np.zeros((m, m)), np.zeros((m, m))
    Z[:, :r], B[:r], full[:r, :r] = loadings, phi, Q
    B[range(r, m), range(m - r)] = 1.0
    M = {"Z": Z, "A": np.zeros((N, 1)), "R": np.diag(R), "B": B, "U": np.zeros((m, 1)), "Q": full}
    return expect(y, {**M, "x0": np.zeros(m), "V0": 2.0 * np.eye(m)})


@pytest.mark.parametrize(("r", "p"), SIZES)
def test_moments_and_likelihood_are_those_of_the_general_e_step(r, p):
    y, loadings, phi, Q, R, _ = world(r, p)
    J, b, constant = collapse_factors(np.nan_to_num(y), np.isfinite(y), loadings, R)
    f, V, S11, S10, S00, loglik = smooth(J, b, phi, Q, 2.0)
    e = general(y, loadings, phi, Q, R)
    assert loglik + constant == pytest.approx(e.loglik, abs=1e-9)
    np.testing.assert_allclose(f, e.x[1:, :r], atol=1e-10)
    np.testing.assert_allclose(V + f[:, :, None] * f[:, None, :], e.P[1:, :r, :r], atol=1e-10)
    np.testing.assert_allclose(S11, e.P[1:, :r, :r].sum(axis=0), atol=1e-9)
    np.testing.assert_allclose(S10, e.lag[1:, :r].sum(axis=0), atol=1e-9)
    np.testing.assert_allclose(S00, e.P[:-1].sum(axis=0), atol=1e-9)


@pytest.mark.parametrize(("r", "p"), SIZES)
def test_the_m_step_is_the_top_of_the_expected_log_likelihood(r, p):
    """At the new parameters every slope of Q(θ | old) is zero, and any small step from there goes down."""
    y, loadings, phi, Q, R, rows = world(r, p)
    seen, free = np.isfinite(y), ~np.isin(np.arange(len(R)), rows)
    _, *new = em_round(np.nan_to_num(y), seen, free, loadings, phi, Q, R, 2.0)
    e = general(y, loadings, phi, Q, R)
    top, rng = expected(new, y, e, r), np.random.default_rng(0)
    for _ in range(20):
        steps = [1e-4 * rng.standard_normal(np.shape(one)) for one in new]
        steps[0][rows] = 0.0
        steps[2] = steps[2] + steps[2].T
        up, down = (expected([a + s * b for a, b in zip(new, steps, strict=True)], y, e, r) for s in (1.0, -1.0))
        assert max(up, down) < top
        assert abs(up - down) < 1e-2 * (2.0 * top - up - down)  # no slope; cubic terms are 1e-4 times a few dozen


def expected(parameters, y, e, r):
    """Expected complete-data log-likelihood of the seen cells and of the factors, but for constants."""
    loadings, phi, Q, R = parameters
    total = 0.0
    for t, i in np.argwhere(np.isfinite(y)):
        gap = y[t, i] - loadings[i] @ e.x[t + 1, :r]
        cov = e.P[t + 1, :r, :r] - np.outer(e.x[t + 1, :r], e.x[t + 1, :r])
        total -= 0.5 * (np.log(R[i]) + (gap**2 + loadings[i] @ cov @ loadings[i]) / R[i])
    cross = e.lag[1:, :r].sum(axis=0) @ phi.T
    moment = e.P[1:, :r, :r].sum(axis=0) - cross - cross.T + phi @ e.P[:-1].sum(axis=0) @ phi.T
    return total - 0.5 * (len(y) * np.linalg.slogdet(Q)[1] + np.trace(np.linalg.solve(Q, moment)))


def test_a_series_never_seen_keeps_its_parameters():
    y, loadings, phi, Q, R, _ = world(2, 2)
    seen = np.isfinite(y)
    seen[:, 0] = False
    J, b, _ = collapse_factors(np.nan_to_num(y), seen, loadings, R)
    f, V, *_ = smooth(J, b, phi, Q, 1.0)
    new_loadings, new_R = regress(np.nan_to_num(y), seen, np.ones(len(R), bool), loadings, R, f, V)
    np.testing.assert_array_equal(new_loadings[0], loadings[0])
    assert new_R[0] == R[0]
    assert not np.allclose(new_loadings[1:], loadings[1:])


@pytest.mark.filterwarnings("ignore:EM stopped")  # a flat top: after 400 rounds one more gains less than 0.01
@pytest.mark.parametrize(("r", "p"), SIZES)
def test_packed_rounds_climb_to_a_point_that_the_general_round_keeps(r, p):
    """On packed parameters: the likelihood never falls, and where this EM stands still the general EM does too."""
    y = simulate_factor_model(T=60, missing=0.1).y
    fit = DynamicFactorModel(r, p, anchors="data").fit(y - y.mean(), max_iter=400, tol=1e-12, accelerate=True)
    assert np.all(np.diff(fit.loglik_path) >= 0.0)
    values, x = fit._data.to_numpy(), pack(fit._free())
    ours, theirs = fit.model._em(values, fit._forms, fit._inputs), general_round(values, fit._forms, Inputs.of(len(y)))
    assert ours(x)[0] == pytest.approx(theirs(x)[0], abs=1e-8)
    assert ours(theirs(x)[1]())[0] == pytest.approx(ours(x)[0], abs=1e-2)


def test_no_covariance_matrix_has_no_likelihood():
    y = simulate_factor_model(T=30).y
    fit = DynamicFactorModel(1, 1).fit(y, max_iter=2000, accelerate=True)
    em, x = fit.model._em(y.to_numpy(), fit._forms, fit._inputs), pack(fit._free())
    assert np.isfinite(em(x)[0])
    assert em(np.where(np.arange(len(x)) == 2, -1.0, x))[0] == -np.inf


def test_packing_is_undone_and_has_the_order_of_the_librarys_names():
    _, loadings, phi, Q, R, rows = world(2, 2)
    free = ~np.isin(np.arange(len(R)), rows)
    x = pack_factors(loadings, phi, Q, R, free)
    for one, other in zip(unpack_factors(x, rows, len(R), 4), (loadings, phi, Q, R, free), strict=True):
        np.testing.assert_array_equal(one, other)
    forms = DynamicFactorModel(2, 2).marss(len(R), rows)._forms([f"y{i}" for i in range(len(R))])
    values = matrices(forms, unpack(x, forms))
    np.testing.assert_array_equal(values["Z"][:, :2], loadings)
    np.testing.assert_array_equal(values["B"][:2], phi)
    np.testing.assert_allclose(values["Q"][:2, :2], Q)


def test_smoothing_keeps_its_digits_where_the_factors_hardly_move():
    """The precision's rounding grows with 1/Q: at Q = 1e-6 nine digits are left of the general smoother's."""
    y, loadings, phi, Q, R, _ = world(2, 2)
    J, b, constant = collapse_factors(np.nan_to_num(y), np.isfinite(y), loadings, R)
    f, V, *_, loglik = smooth(J, b, phi, 1e-6 * Q, 2.0)
    e = general(y, loadings, phi, 1e-6 * Q, R)
    assert loglik + constant == pytest.approx(e.loglik, abs=1e-7)
    np.testing.assert_allclose(f, e.x[1:, :2], atol=1e-8)
    np.testing.assert_allclose(V + f[:, :, None] * f[:, None, :], e.P[1:, :2, :2], atol=1e-8)
