"""The rank by cross-validation: against refits without the fold, scikit-learn's ridge, its limit, and known ranks."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from tvplab.dgp import simulate_tvp_regression
from tvplab.reduced_rank import ReducedRankRidge, increments_of
from tvplab.ridge import TwoStepRidge
from tvplab.ridge_problem import Problem
from tvplab.tvp_factors import FactorProblem
from tvplab.tvp_kernel import DualSolver
from tvplab.tvp_laws import AR, WALK, SmoothTrend
from tvplab.tvp_loadings import normalised, principal_loadings
from tvplab.tvp_primal import expanded_regressors
from tvplab.tvp_rank import SecondStep, best_rank, principal_components, rank_scores, score_ranks
from tvplab.tvp_start import start_columns

T, K, LAM, LAM0 = 36, 3, 4.0, 0.3
RNG = np.random.default_rng(3)
X, Y = RNG.standard_normal((T, K)), RNG.standard_normal((T, 2)).cumsum(axis=0)
OMEGA_U, OMEGA_E = np.array([2.0, 0.3, 0.7]), RNG.uniform(0.5, 2.0, (T, 2))
FOLDS = [np.arange(0, 9), np.array([9, 12, 20, 35]), np.array([10, 11, *range(13, 20), *range(21, 35)])]
FAST = {"volatility": "constant", "lams": np.logspace(0, 6, 13)}


def second_step(m=0, y=None, law=WALK, lam0=LAM0):
    """2SRR's second step for one equation."""
    return SecondStep(DualSolver(X, OMEGA_U, OMEGA_E[:, m], lam0, law), Y[:, m] if y is None else y, LAM)


def factor_problem(M, law=WALK):
    return FactorProblem(X, Y[:, :M], OMEGA_E[:, :M], LAM0, law)


@pytest.mark.parametrize("law", [WALK, SmoothTrend(), AR(0.8)], ids=repr)
@pytest.mark.parametrize("lam0", [LAM0, 0.0])
def test_increments_without_a_fold_are_a_refit_without_its_rows(law, lam0):
    """E[u | y outside F], the start a regression of its own; C formed whole."""
    C = law.accumulate(np.eye(T)) * np.any(law.gather(np.eye(T)), axis=1)  # columns before the first innovation: 0
    Z, starts = np.hstack([X[:, [k]] * C for k in range(K)]), start_columns(X, law)
    prior = np.repeat(OMEGA_U / LAM, T)
    for F, found in zip(FOLDS, second_step(law=law, lam0=lam0).increments_without(FOLDS), strict=True):
        kept = np.setdiff1d(np.arange(T), F)
        S = np.linalg.inv((Z[kept] * prior) @ Z[kept].T + np.diag(OMEGA_E[kept, 0]))
        B = starts[kept]
        b = np.linalg.solve(B.T @ S @ B + lam0 * np.eye(B.shape[1]), B.T @ S @ Y[kept, 0])
        u = prior * (Z[kept].T @ S @ (Y[kept, 0] - B @ b))
        np.testing.assert_allclose(found, u.reshape(K, T).T, atol=1e-10)


def test_without_no_fold_they_are_2srrs():
    world = simulate_tvp_regression(T=60, shapes=("cosine", "break"), noise=0.5, seed=0)
    model = TwoStepRidge(**FAST)
    fit, problem = model.fit(world.y, world.X), Problem.of(world.y, world.X, model)
    dual = DualSolver(problem.X, fit._solver.omega_u, fit._solver.omega_e, problem.lam0)
    (found,) = SecondStep(dual, problem.Y[:, 0], fit.lam).increments_without([np.array([], dtype=int)])
    ours = increments_of(problem, 0, fit)
    np.testing.assert_allclose(found[1:], ours, atol=1e-9 * np.abs(ours).max())


def test_loadings_do_not_see_the_fold():
    for F in FOLDS:
        spoilt = Y[:, 0].copy()
        spoilt[F] += 100.0
        (clean,), (other,) = (second_step(y=y).increments_without([F]) for y in (Y[:, 0], spoilt))
        np.testing.assert_allclose(clean, other, atol=1e-10)


def test_components_are_nested_and_those_that_grrrr_starts_from():
    U = RNG.standard_normal((T, 5)) @ RNG.standard_normal((5, 5))
    all_of_them = principal_components(U)
    for rank in (1, 2, 5):
        np.testing.assert_allclose(normalised(all_of_them[:, :rank]), principal_loadings(U, rank, 9, 0.5), atol=1e-12)


@pytest.mark.parametrize(("M", "rank"), [(1, 1), (1, 2), (2, 2)])
def test_scores_are_those_of_scikit_learn(M, rank):
    """Ridge on Z(I ⊗ Λ) (eq. 17, A.1) and each equation's own start, refitted without each fold."""
    lams = np.array([0.5, 20.0])
    rows = [np.concatenate([F + T * m for m in range(M)]) for F in FOLDS]
    loadings = [RNG.standard_normal((M * K, rank)) for _ in FOLDS]
    Z = expanded_regressors(X).reshape(T, K, T)[:, :, 1:]
    starts, y, weight = np.kron(np.eye(M), X), Y[:, :M].T.ravel(), 1.0 / OMEGA_E[:, :M].T.ravel()
    expected = np.empty((len(lams), len(y)))
    for F, one in zip(rows, loadings, strict=True):
        blocks = normalised(one).reshape(M, K, rank)
        W = np.vstack([np.einsum("tks,kj->tsj", Z, block).reshape(T, -1) for block in blocks])
        kept = np.setdiff1d(np.arange(M * T), F)
        for i, lam in enumerate(lams):
            both = np.hstack([W / np.sqrt(lam), starts / np.sqrt(LAM0)])
            peer = Ridge(alpha=1.0, fit_intercept=False, solver="cholesky")
            peer.fit(both[kept], y[kept], sample_weight=weight[kept])
            expected[i, F] = (y[F] - peer.predict(both[F])) ** 2 * weight[F]
    np.testing.assert_allclose(rank_scores(factor_problem(M), loadings, rows, lams), expected.mean(axis=1), rtol=1e-9)


def test_a_stiff_factor_is_none():
    """Limit: for λ → ∞ any rank scores like none, which is the constant ridge refitted without each fold."""
    squares = np.empty(T)
    for F in FOLDS:
        kept = np.setdiff1d(np.arange(T), F)
        weighted = X[kept].T / OMEGA_E[kept, 0]
        b = np.linalg.solve(weighted @ X[kept] + LAM0 * np.eye(K), weighted @ Y[kept, 0])
        squares[F] = (Y[F, 0] - X[F] @ b) ** 2 / OMEGA_E[F, 0]
    table = score_ranks(factor_problem(1), [second_step()], FOLDS, np.array([1e12]), max_rank=2)
    assert table.loc[0, "score"] == pytest.approx(squares.mean(), rel=1e-12)
    assert table.loc[1, "score"] == pytest.approx(squares.mean(), rel=1e-8)


def test_the_search_goes_up_while_it_helps():
    lams = np.logspace(-1, 4, 11)
    table = score_ranks(factor_problem(2), [second_step(0), second_step(1)], FOLDS, lams, max_rank=6)
    assert list(table["rank"]) == list(range(len(table)))
    fell = np.diff(table["score"]) < 0
    assert fell[:-1].all()
    assert not fell[-1] or len(table) == 7
    assert best_rank(table) == table["rank"][np.argmin(table["score"])]
    short = score_ranks(factor_problem(2), [second_step(0), second_step(1)], FOLDS, lams, max_rank=1)
    pd.testing.assert_frame_equal(short, table.iloc[: len(short)])


def ranks_of(shapes, noise, seeds, **options):
    """The ranks that cross-validation starts from in several worlds, and the fits."""
    found = []
    for seed in seeds:
        world = simulate_tvp_regression(T=150, shapes=shapes, noise=noise, seed=seed)
        found.append(ReducedRankRidge(rank="cv", **FAST, **options).fit(world.y, world.X))
    return [best_rank(fit.rank_path) for fit in found], found


def test_one_common_path_is_one_factor():
    chosen, fits = ranks_of(("cosine",) * 8, 1.0, range(10, 16))
    assert chosen.count(1) >= 5, chosen
    assert [fit.rank for fit in fits].count(1) >= 5


def test_two_unlike_paths_are_at_least_two_factors():
    """Loadings found from part of the periods are inexact, so that more factors can help; the rounds leave two."""
    chosen, fits = ranks_of(("cosine",) * 4 + ("break",) * 4, 0.3, range(4))
    assert min(chosen) >= 2, chosen
    assert [fit.rank for fit in fits].count(2) >= 3


def test_still_worlds_stay_still():
    chosen, fits = ranks_of(("constant",) * 3, 1.0, range(6))
    assert chosen.count(0) >= 3, chosen
    assert [fit.rank for fit in fits].count(0) >= 4


def test_the_choice_is_in_the_results():
    world = simulate_tvp_regression(T=80, shapes=("cosine",) * 4, noise=1.0, seed=3)
    fit = ReducedRankRidge(rank="cv", **FAST).fit(world.y, world.X)
    given = ReducedRankRidge(rank=best_rank(fit.rank_path), **FAST).fit(world.y, world.X)
    np.testing.assert_allclose(fit.beta, given.beta, atol=1e-10)
    assert given.rank_path is None
    assert fit.at(fit.lam * 10.0).rank_path is fit.rank_path


def test_nothing_to_follow_is_the_constant_regression():
    world = simulate_tvp_regression(T=80, shapes=("constant",) * 3, noise=1.0, seed=1)
    fit = ReducedRankRidge(rank="cv", **FAST).fit(world.y, world.X)
    assert best_rank(fit.rank_path) == fit.rank == 0
    assert fit.converged
    assert fit.factors.shape == (80, 0)
    assert (np.ptp(fit.beta, axis=0) == 0.0).all()


def test_pooled_equations_choose_together():
    rng = np.random.default_rng(0)
    X, path = rng.standard_normal((80, 3)), np.cos(np.arange(80) / 13.0)[:, None]
    Y = np.column_stack([np.sum(X * path, axis=1), np.sum(X * -path, axis=1)]) + rng.standard_normal((80, 2))
    system = ReducedRankRidge(rank="cv", pooled=True, **FAST).fit(Y, X)
    first, second = (system[m].rank_path for m in (0, 1))
    pd.testing.assert_frame_equal(first, second)
    assert first.loc[1, "score"] < 0.5 * first.loc[0, "score"]
    assert list(system.rank) == [1, 1]
    alone = ReducedRankRidge(rank="cv", pooled=True, **FAST).fit(Y[:, :1], X)[0]
    single = ReducedRankRidge(rank="cv", **FAST).fit(Y[:, 0], X)
    np.testing.assert_allclose(alone.rank_path, single.rank_path, rtol=1e-10)


@pytest.mark.parametrize("options", [{"cv": "gcv"}, {"cv": "ml"}, {"lam": 3.0, "lams": None}])
def test_the_rank_needs_held_out_errors(options):
    world = simulate_tvp_regression(T=40, shapes=("cosine",), noise=1.0, seed=0)
    with pytest.raises(ValueError, match=r"rank: .* held-out errors"):
        ReducedRankRidge(**{**FAST, "rank": "cv", **options}).fit(world.y, world.X)


def test_another_word_for_the_rank_is_refused():
    with pytest.raises(ValueError, match="rank: must be one of"):
        ReducedRankRidge(rank="aic").fit(Y[:, 0], X)
