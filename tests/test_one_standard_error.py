"""λ by the one-standard-error rule: by hand, against plain cross-validation, where errors overlap, at the door."""

import numpy as np
import pandas as pd
import pytest

from tvplab.crossval import RandomBlocks
from tvplab.dgp import simulate_tvp_regression
from tvplab.reduced_rank import ReducedRankRidge
from tvplab.ridge import TVPRidge, TwoStepRidge
from tvplab.ridge_search import not_clearly_worse
from tvplab.tvp_laws import AR

WORLD = simulate_tvp_regression(T=120, shapes=("cosine", "constant"), noise=0.5, seed=3)
LAMS = np.logspace(-1.0, 6.0, 15)
FOLDS = [np.arange(0, 4), np.arange(4, 8), np.arange(8, 12)]


def test_the_rule_by_hand():
    """Worse than the best by (0, 0, 3), mean 1 and standard error 1; by (1, 1, 1), error 0; by (0, 1, 2)."""
    best = np.ones(12)
    uneven, steady, rising = best.copy(), best + 1.0, best.copy()
    uneven[8:] += 3.0
    rising[4:8] += 1.0
    rising[8:] += 2.0
    lams = np.array([1.0, 10.0, 100.0])
    assert not_clearly_worse(np.array([best, uneven, steady]), FOLDS, lams) == 1
    assert not_clearly_worse(np.array([best, steady, uneven]), FOLDS, lams) == 2
    assert not_clearly_worse(np.array([best, steady, rising]), FOLDS, lams) == 0  # mean 1, standard error 0.58
    assert (
        not_clearly_worse(np.array([uneven, best, steady]), FOLDS, lams[::-1]) == 0
    )  # the largest, wherever it stands


@pytest.mark.parametrize("Model", [TVPRidge, TwoStepRidge])
def test_from_the_same_scores_it_takes_no_smaller_lambda(Model):
    best, careful = (Model(lam=lam, lams=LAMS).fit(WORLD.y, WORLD.X) for lam in ("cv", "1se"))
    if Model is TwoStepRidge:
        assert careful.lam in LAMS
        best, careful = best.first_step, careful.first_step
    pd.testing.assert_frame_equal(best.cv, careful.cv)
    assert careful.lam >= best.lam
    pd.testing.assert_frame_equal(careful.beta, careful.at(careful.lam).beta)


def test_it_is_the_rule_on_errors_of_models_fitted_without_each_fold():
    """Refitted with the fold's rows emptied, which then say nothing; and the rule in plain words."""
    labels = np.arange(120) // 12 % 3
    options = {"lams": LAMS, "scale": None, "constant": False}
    careful = TVPRidge(lam="1se", cv=labels, **options).fit(WORLD.y, WORLD.X)
    errors = np.empty((len(LAMS), 3))
    for fold in range(3):
        left = WORLD.y * (labels != fold), WORLD.X.mul(labels != fold, axis=0)
        for i, lam in enumerate(LAMS):
            beta = TVPRidge(lam=lam, scale=None, constant=False).fit(*left).beta
            errors[i, fold] = np.mean(((WORLD.y - (WORLD.X * beta).sum(axis=1))[labels == fold]) ** 2)
    worse = errors - errors[errors.mean(axis=1).argmin()]
    allowed = worse.mean(axis=1) <= worse.std(axis=1, ddof=1) / np.sqrt(3.0)
    np.testing.assert_allclose(careful.cv.score, np.average(errors, axis=1, weights=np.bincount(labels)), rtol=1e-8)
    assert careful.lam == LAMS[allowed].max()


def test_targets_choose_each_for_itself():
    Y = pd.DataFrame({"moving": WORLD.y, "noise": np.random.default_rng(0).standard_normal(120)}, WORLD.y.index)
    both = TVPRidge(lam="1se", lams=LAMS).fit(Y, WORLD.X)
    for name in Y:
        assert both[name].lam == TVPRidge(lam="1se", lams=LAMS).fit(Y[name], WORLD.X).lam
    assert both["noise"].lam > both["moving"].lam


def test_one_candidate_is_taken_and_so_is_a_law_of_motion():
    assert TVPRidge(lam="1se", lams=[7.0]).fit(WORLD.y, WORLD.X).lam == 7.0
    best, careful = (TVPRidge(lam=lam, lams=LAMS, law=AR()).fit(WORLD.y, WORLD.X) for lam in ("cv", "1se"))
    assert careful.law == best.law
    assert careful.lam >= best.lam
    assert TVPRidge(lam="1se", lams=LAMS, cv="loo").fit(WORLD.y, WORLD.X).lam in LAMS


def test_where_errors_overlap_and_nothing_moves_it_errs_less_than_the_best():
    """Sums of twelve neighbouring errors: held-out months are half known, and the best λ chases them."""
    errors = {"cv": [], "1se": []}
    for seed in range(12):
        rng = np.random.default_rng(seed)
        X = pd.DataFrame(rng.standard_normal((150, 3)), columns=list("abc"))
        y = X.sum(axis=1) + np.convolve(rng.standard_normal(161), np.ones(12), "valid")
        for lam, found in errors.items():
            fit = TVPRidge(lam=lam, cv=RandomBlocks(6), lams=LAMS).fit(y, X)
            found.append(np.abs(fit.beta[list("abc")] - 1.0).to_numpy().mean())
    assert np.mean(errors["1se"]) < np.mean(errors["cv"]), errors
    assert np.mean(np.less(errors["1se"], errors["cv"])) > np.mean(np.greater(errors["1se"], errors["cv"])), errors


def test_few_factors_choose_by_it_too():
    assert ReducedRankRidge(rank=1, lam="1se", lams=LAMS, rounds=1).fit(WORLD.y, WORLD.X).lam in LAMS


def test_what_has_no_held_out_errors_is_refused():
    with pytest.raises(ValueError, match="lam: \"1se\" needs held-out errors, and cv='gcv' has none"):
        TVPRidge(lam="1se", cv="gcv").fit(WORLD.y, WORLD.X)
