"""GroupLassoRidge: its minimum against a proximal-gradient solver, its optimality conditions, limits and results."""

import numpy as np
import pandas as pd
import pytest

import tvplab
from tvplab.crossval import RandomFolds
from tvplab.dgp import simulate_tvp_regression
from tvplab.ridge import TwoStepRidge
from tvplab.sparse_tvp import GroupLassoRidge, SparseResults
from tvplab.tvp_groups import GroupPenalty, GroupPoint, reweight, solve_groups
from tvplab.tvp_kernel import DualSolver
from tvplab.tvp_laws import AR, DriftingWalk, RandomWalk, SmoothTrend

SHAPES = ("cosine", "constant", "break", "constant", "constant")
WORLD = simulate_tvp_regression(T=130, shapes=SHAPES, noise=0.5, seed=3)
QUIET = {"volatility": "constant"}


def small_problem(law, lam0=0.3, seed=0, T=30, K=4):
    """A solver, y, a penalty that switches some groups off, and in dense matrices Z (T, K, T) and the start columns."""
    rng = np.random.default_rng(seed)
    X, omega_e = rng.standard_normal((T, K)), rng.uniform(0.5, 2.0, T)
    y = np.sum(X * np.cumsum([0.3, 0.2, 0.0, 0.0] * rng.standard_normal((T, K)), axis=0), axis=1)
    y = y + 0.5 * rng.standard_normal(T)
    C = law.accumulate(np.eye(T)) * (law.gather(np.ones((T, 1))) != 0.0).T
    Z = np.stack([x[:, None] * C for x in X.T], axis=1)
    unit = np.trace(C @ C.T) / np.trace(RandomWalk().covariance(T))
    solver = DualSolver(X, np.ones(K), omega_e, lam0, law)
    alone = GroupPoint.at(solver, y, GroupPenalty(np.ones(K), np.ones(K)), np.zeros(K)).q
    penalty = GroupPenalty(unit * rng.uniform(1.0, 4.0, K), 0.8 * np.sort(alone)[-2] * rng.uniform(0.9, 1.1, K))
    starts = np.hstack([X * b[:, None] for b in law.basis(T).T])
    return solver, y, penalty, Z, starts


def proximal_gradient(y, Z, starts, omega_e, lam0, penalty, steps=30_000):
    """(u (K, T), objective) by accelerated proximal gradient steps; the start is concentrated out exactly."""
    K, T = len(penalty.a), len(y)
    S = np.linalg.inv(np.diag(omega_e) + starts @ starts.T / lam0)
    A = np.hstack([Z[:, k] for k in range(K)])
    H, g = A.T @ S @ A + np.diag(np.repeat(penalty.a, T)), A.T @ S @ y
    step = 1.0 / np.linalg.eigvalsh(H)[-1]
    u = v = np.zeros(K * T)
    momentum = 1.0
    for _ in range(steps):
        w = (v - step * (H @ v - g)).reshape(K, T)
        norms = np.linalg.norm(w, axis=1)
        new = (w * np.maximum(0.0, 1.0 - step * penalty.b / np.maximum(norms, 1e-300))[:, None]).ravel()
        if (v - new) @ (new - u) > 0:  # restart
            momentum = 1.0
        later = 0.5 * (1.0 + np.sqrt(1.0 + 4.0 * momentum**2))
        v, change = new + (momentum - 1.0) / later * (new - u), np.abs(new - u).max()
        u, momentum = new, later
        if change < 1e-13:
            break
    r = y - A @ u
    norms = np.linalg.norm(u.reshape(K, T), axis=1)
    return u.reshape(K, T), r @ S @ r + penalty.a @ norms**2 + 2.0 * penalty.b @ norms


@pytest.mark.parametrize("law", [RandomWalk(), DriftingWalk(), SmoothTrend(), AR(0.8)], ids=repr)
def test_the_minimum_is_the_convex_solvers(law):
    solver, y, penalty, Z, starts = small_problem(law)
    u, objective = proximal_gradient(y, Z, starts, solver.omega_e, solver.lam0, penalty)
    solution = solve_groups(solver, y, penalty, np.ones(4))
    norms = np.linalg.norm(u, axis=1)
    assert solution.converged
    assert solution.path[-1] == pytest.approx(objective, rel=1e-9)
    np.testing.assert_allclose(solution.point.norms, norms, rtol=0, atol=1e-6 * norms.max())
    np.testing.assert_array_equal(solution.point.eta == 0.0, norms == 0.0)
    assert 0 < np.sum(norms == 0.0) < 4


def test_derivatives_are_those_of_finite_differences():
    solver, y, penalty, *_ = small_problem(RandomWalk())
    eta, step = np.array([0.5, 0.8, 0.3, 0.2]), 1e-5
    point = GroupPoint.at(solver, y, penalty, eta)
    gradient = penalty.b - point.q**2 * penalty.b / (penalty.a * eta + penalty.b) ** 2
    for k, e in enumerate(np.eye(4)):
        up, down = (GroupPoint.at(solver, y, penalty, eta + sign * step * e).objective for sign in (1, -1))
        assert gradient[k] == pytest.approx((up - down) / (2 * step), rel=1e-6, abs=1e-6)


def test_the_papers_reweighting_reaches_the_same_minimum_more_slowly():
    solver, y, penalty, *_ = small_problem(RandomWalk())
    newton = solve_groups(solver, y, penalty, np.ones(4))
    point, path = GroupPoint.at(solver, y, penalty, np.ones(4)), []
    for _ in range(400):
        point = GroupPoint.at(solver, y, penalty, reweight(point))
        path.append(point.objective)
    assert np.all(np.diff(path) <= 1e-12 * path[0])
    assert newton.path[-1] <= path[-1] * (1.0 + 1e-12)
    assert newton.path[-1] == pytest.approx(path[-1], rel=1e-6)
    assert len(newton.path) < 15
    assert path[len(newton.path)] > newton.path[-1] * (1.0 + 1e-6)
    assert np.all(point.eta > 0.0)  # it never gets to zero


@pytest.mark.parametrize("start", [1e-4, 1.0, 1e4])
def test_objective_never_rises_whatever_the_start(start):
    for law in (RandomWalk(), SmoothTrend()):
        for seed in range(5):
            solver, y, penalty, *_ = small_problem(law, seed=seed)
            solution = solve_groups(solver, y, penalty, np.full(4, start))
            assert solution.converged
            assert np.max(np.diff(solution.path), initial=0.0) <= 1e-11 * solution.path[0]
            assert solution.point.violation(penalty) < 1e-6


@pytest.mark.parametrize("adaptive", [False, True])
def test_optimality_conditions_from_the_results_alone(adaptive):
    """With λ̃ kept, residuals and paths in standardised units satisfy the group lasso's conditions to 1e-6."""
    fit = GroupLassoRidge(final="group", adaptive=adaptive, alpha=0.1, **QUIET).fit(WORLD.y, WORLD.X)
    sd_y, sd_x = WORLD.y.std(), np.r_[1.0, WORLD.X.std()]
    X = np.column_stack([np.ones(130), WORLD.X]) / sd_x
    first = np.diff(fit.first_step.beta.to_numpy() * sd_x / sd_y, axis=0)
    squares = np.sum(first**2, axis=0)
    share, c = squares / squares.mean(), np.sqrt(squares.mean())
    norms = np.linalg.norm(np.diff(fit.beta.to_numpy() * sd_x / sd_y, axis=0), axis=0)
    reach = np.cumsum((X * (fit.resid.to_numpy() / sd_y)[:, None])[::-1], axis=0)[::-1][1:]
    q = np.linalg.norm(reach, axis=0)
    b = fit.lam_group * 0.9 * c * (share**-0.5 if adaptive else 1.0) * np.ones(6)
    still = fit.beta.columns.isin(fit.constant)
    assert 0 < still.sum() < 6
    np.testing.assert_array_equal(norms[still], 0.0)
    assert np.all(q[still] <= b[still] * (1 + 1e-6))
    np.testing.assert_allclose(q[~still], (0.1 * fit.lam_group * norms / share + b)[~still], rtol=1e-6)
    if not adaptive:  # the fixed point of Algorithm 2's weights, with σ_k relative to step 1
        weights = 0.1 / share[~still] + 0.9 / (norms[~still] / c)
        np.testing.assert_allclose(1.0 / fit._solver.omega_u[~still], weights, rtol=1e-6)


def test_alpha_one_is_two_step_ridge():
    sparse, two = GroupLassoRidge(alpha=1.0, final="cv").fit(WORLD.y, WORLD.X), TwoStepRidge().fit(WORLD.y, WORLD.X)
    assert sparse.constant == []
    assert sparse.lam == two.lam
    np.testing.assert_allclose(sparse.beta, two.beta, atol=1e-10)
    np.testing.assert_allclose(sparse.std_errors(), two.std_errors(), rtol=1e-8)
    assert sparse.loglik == pytest.approx(two.loglik, abs=1e-8)


def test_towards_alpha_zero_nothing_moves_and_it_is_ols():
    fit = GroupLassoRidge(alpha=1e-3, lam0=0.0, **QUIET).fit(WORLD.y, WORLD.X)
    ols = np.linalg.lstsq(np.column_stack([np.ones(130), WORLD.X]), WORLD.y, rcond=None)[0]
    assert fit.constant == list(fit.beta.columns)
    np.testing.assert_allclose(fit.beta, np.broadcast_to(ols, (130, 6)), rtol=0, atol=1e-10)
    assert fit.df == pytest.approx(6.0)
    assert np.all(fit.sigma_u2 == 0.0)
    large = GroupLassoRidge(lam=1e17, lam0=0.0, final="group", **QUIET).fit(WORLD.y, WORLD.X)
    np.testing.assert_allclose(large.beta, np.broadcast_to(ols, (130, 6)), rtol=0, atol=1e-7)


def test_bands_leave_the_drift_of_constant_parameters_out():
    """A.1.2 with dense matrices: only the expansions Z_* of the parameters that move stay."""
    fit = GroupLassoRidge(alpha=0.2, **QUIET).fit(WORLD.y, WORLD.X)
    T, names, lam = 130, list(fit.beta.columns), fit.lam
    sd_y, sd_x = WORLD.y.std(), np.r_[1.0, WORLD.X.std()]
    X = np.column_stack([np.ones(T), WORLD.X]) / sd_x
    C = np.tril(np.ones((T, T)))[:, 1:]
    moving = [k for k, name in enumerate(names) if name not in fit.constant]
    assert 0 < len(moving) < 6
    Z = np.hstack([X, *[X[:, [k]] * C for k in moving]])
    precision = np.r_[np.full(6, 0.1), *[np.full(T - 1, lam / fit._solver.omega_u[k]) for k in moving]]
    V = np.linalg.inv(Z.T @ Z + np.diag(precision)) * fit.sigma2.iloc[0] / sd_y**2
    for k, name in enumerate(names):
        load = np.zeros((T, len(V)))
        load[:, k] = 1.0
        if k in moving:
            at = 6 + moving.index(k) * (T - 1)
            load[:, at : at + T - 1] = C
        by_hand = np.sqrt(np.einsum("ti,ij,tj->t", load, V, load)) * sd_y / sd_x[k]
        np.testing.assert_allclose(fit.std_errors()[name], by_hand, rtol=1e-6)
    assert np.ptp(fit.std_errors()[fit.constant].to_numpy(), axis=0).max() < 1e-10
    assert np.ptp(fit.beta[fit.constant].to_numpy(), axis=0).max() == 0.0


def test_results_and_another_lambda():
    fit = GroupLassoRidge(alpha=0.2, **QUIET).fit(WORLD.y, WORLD.X)
    assert tvplab.GroupLassoRidge is GroupLassoRidge
    assert isinstance(fit, SparseResults)
    assert fit.converged
    assert fit.lam_group == pytest.approx(fit.first_step.lam / 0.2)
    assert fit.n_iter == len(fit.objective_path) - 1
    assert np.all(np.diff(fit.objective_path.objective) <= 1e-11 * fit.objective_path.objective[0])
    moved = fit.at(10.0 * fit.lam)
    assert isinstance(moved, SparseResults)
    assert moved.constant == fit.constant
    assert moved.lam == 10.0 * fit.lam
    drifts = [np.ptp(one.beta["x1"]) for one in (fit, moved)]
    assert drifts[1] < drifts[0]
    assert fit.predict(WORLD.X.iloc[-1]) == pytest.approx(fit.fitted.iloc[-1])


def test_the_score_chooses_alpha():
    alphas = (1.0, 0.6, 0.4, 0.2, 0.1)
    best = GroupLassoRidge(alpha="cv", alphas=alphas, **QUIET).fit(WORLD.y, WORLD.X)
    each = [GroupLassoRidge(alpha=one, **QUIET).fit(WORLD.y, WORLD.X) for one in alphas]
    scores = [one.cv.score.min() for one in each]
    tried = best.sparsity_path
    np.testing.assert_allclose(tried.score, scores[: len(tried)], rtol=1e-7)
    assert best.alpha == tried.alpha[tried.score.argmin()]
    sparser = GroupLassoRidge(alpha="1se", alphas=alphas, **QUIET).fit(WORLD.y, WORLD.X)
    errors = each[int(np.argmin(scores))]._solver.held_out_errors(
        (WORLD.y / WORLD.y.std()).to_numpy()[:, None], np.array([best.lam]), RandomFolds(5).split(130)
    )
    limit = min(scores) + np.std((errors.ravel() * WORLD.y.std()) ** 2, ddof=1) / np.sqrt(130)
    assert sparser.alpha == min(a for a, score in zip(alphas, scores, strict=True) if score <= limit)
    assert set(best.constant) <= set(sparser.constant)


def test_targets_together_equal_targets_alone():
    Y = pd.DataFrame({"a": WORLD.y, "b": 1.0 - WORLD.y + np.sin(np.arange(1, 131) / 9.0)})
    model = GroupLassoRidge(alpha=0.3, **QUIET)
    system = model.fit(Y, WORLD.X)
    for name in Y:
        alone = model.fit(Y[name], WORLD.X)
        np.testing.assert_allclose(system.beta[name], alone.beta, atol=1e-8)
        assert system[name].constant == alone.constant


def test_volatility_is_estimated_anew_in_later_rounds():
    loud = simulate_tvp_regression(T=150, shapes=SHAPES, noise=0.5, volatility=1.0, seed=5)
    fit = GroupLassoRidge(rounds=2, volatility="ewma").fit(loud.y, loud.X)
    once = GroupLassoRidge(rounds=1, volatility="ewma").fit(loud.y, loud.X)
    assert list(fit.objective_path["round"].unique()) == [1, 2]
    for _, path in fit.objective_path.groupby("round"):
        assert np.all(np.diff(path.objective) <= 1e-11 * path.objective.iloc[0])
    assert not np.allclose(fit.sigma2 / fit.sigma2.mean(), once.sigma2 / once.sigma2.mean(), rtol=1e-3)
    assert fit.n_iter > once.n_iter


@pytest.mark.parametrize("law", ["smooth", "drift", AR(0.9)], ids=repr)
def test_other_laws_of_motion(law):
    fit = GroupLassoRidge(alpha=0.3, law=law, **QUIET).fit(WORLD.y, WORLD.X)
    away = fit.beta.to_numpy() - fit.law.basis(130) @ fit._start
    still = fit.beta.columns.isin(fit.constant)
    assert fit.converged
    assert "x1" not in fit.constant
    np.testing.assert_allclose(away[:, still], 0.0, atol=1e-9)


def test_finds_the_constant_parameters_of_a_sparse_world():
    """Two of ten coefficients move, R² near .8: 90 % of the constant ones are named, and nothing that moves is."""
    found, frozen = [], []
    shapes = ("cosine", "quadratic", *["constant"] * 8)
    for seed in range(7):
        world = simulate_tvp_regression(T=200, shapes=shapes, noise=0.9, seed=seed)
        fit = GroupLassoRidge(alpha="1se", **QUIET).fit(world.y, world.X)
        found.append(np.mean([name in fit.constant for name in ["const", *world.X.columns[2:]]]))
        frozen.append(sum(name in fit.constant for name in world.X.columns[:2]))
    assert np.mean(found) >= 0.9
    assert sum(frozen) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alpha": 0.0}, "alpha"),
        ({"alpha": 1.5}, "alpha"),
        ({"alpha": "best"}, "alpha: must be one of"),
        ({"alpha": "cv", "alphas": ()}, "alphas"),
        ({"alpha": "cv", "alphas": (0.2, 0.5)}, "alphas"),
        ({"alpha": "cv", "lam": 3.0}, 'alpha: .* use lam="cv"'),
        ({"alpha": "1se", "cv": "ml"}, "held-out errors"),
        ({"multiple": 0.0}, "multiple"),
        ({"rounds": 0}, "rounds"),
        ({"rounds": 1.5}, "rounds"),
        ({"final": "yes"}, "final"),
        ({"adaptive": 3}, "adaptive"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        GroupLassoRidge(**options).fit(WORLD.y, WORLD.X)


def test_the_likelihood_needs_no_scores_of_alpha():
    """α plays no part in the search, so that a given λ does not forbid a rule for it."""
    world = simulate_tvp_regression(T=40, seed=0)
    rule, number = (GroupLassoRidge(alpha=a, lam=5.0, select="likelihood").fit(world.y, world.X) for a in ("cv", 0.5))
    assert rule.constant == number.constant
    pd.testing.assert_frame_equal(rule.beta, number.beta)
