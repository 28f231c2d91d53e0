"""A 2SRR fit handed on to GLRR and GRRRR: the same numbers as fitting all of it again, and no fit of something else."""

import numpy as np
import pandas as pd
import pytest

from tvplab import GroupLassoRidge, ReducedRankRidge, TVPRidge, TwoStepRidge
from tvplab.crossval import RandomFolds

T, K = 60, 3

pytestmark = pytest.mark.filterwarnings("ignore:GRRRR:tvplab.convergence.ConvergenceWarning")


def world(M=1, seed=0):
    """Draw y (T, M) whose first coefficient drifts, and X."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.standard_normal((T, K)), columns=list("abc"))
    path = np.cumsum(0.2 * rng.standard_normal(T))
    y = X["a"].to_numpy()[:, None] * path[:, None] + X["b"].to_numpy()[:, None] + 0.3 * rng.standard_normal((T, M))
    return (pd.Series(y[:, 0], name="y") if M == 1 else pd.DataFrame(y, columns=[f"y{m}" for m in range(M)])), X


def numbers(fit):
    """All that a fit of one equation says in numbers."""
    first = fit.first_step
    parts = [fit.beta, fit.sigma2, fit.sigma_u2, fit.loglik, fit.lam, fit.cv, first.beta, first.lam, fit.converged]
    own = [getattr(fit, name) for name in ("loadings", "factors", "objective_path") if hasattr(fit, name)]
    return np.concatenate([np.ravel(np.asarray(one, dtype=float)) for one in parts + own])


MODELS = {
    "lasso": (GroupLassoRidge, {}),
    "lasso, two rounds": (GroupLassoRidge, {"alpha": "cv", "rounds": 2}),
    "likelihood": (GroupLassoRidge, {"select": "likelihood"}),
    "reduced rank": (ReducedRankRidge, {}),
    "pooled": (ReducedRankRidge, {"pooled": True}),
}


@pytest.mark.parametrize("M", [1, 2])
@pytest.mark.parametrize("case", MODELS)
def test_from_a_start_is_the_same_to_the_last_digit(case, M):
    model, options = MODELS[case]
    shared = {"lam0": 0.01, "noise_power": 0.8, "drift_power": 0.7, "cv": RandomFolds(4)}
    y, X = world(M)
    start = TwoStepRidge(**shared).fit(y, X)
    alone, handed = model(**shared, **options).fit(y, X), model(**shared, **options).fit(y, X, start=start)
    for name in [None] if M == 1 else y.columns:
        one, other = (alone, handed) if name is None else (alone[name], handed[name])
        np.testing.assert_array_equal(numbers(one), numbers(other))


@pytest.mark.parametrize("law", ["drift", "ar"])
def test_the_law_chosen_is_taken_over(law):
    y, X = world()
    start = TwoStepRidge(law=law).fit(y, X)
    for model in (GroupLassoRidge(law=law), ReducedRankRidge(law=law)):
        handed = model.fit(y, X, start=start)
        assert handed.law == start.law
        np.testing.assert_array_equal(numbers(handed), numbers(model.fit(y, X)))


def test_a_start_is_not_estimated_again(monkeypatch):
    y, X = world()
    calls = []

    def volatility(resid):
        calls.append(len(resid))
        return np.full(len(resid), np.mean(resid**2))

    start = TwoStepRidge(volatility=volatility).fit(y, X)
    assert len(calls) == 1
    fit = GroupLassoRidge(volatility=volatility).fit(y, X, start=start)
    assert len(calls) == 1
    assert fit.first_step is start.first_step
    assert ReducedRankRidge(volatility=volatility, rounds=1).fit(y, X, start=start).first_step is start
    assert len(calls) == 2


def test_what_grrrr_started_from_can_start_glrr():
    y, X = world()
    reduced = ReducedRankRidge().fit(y, X)
    handed = GroupLassoRidge().fit(y, X, start=reduced.first_step)
    np.testing.assert_array_equal(numbers(handed), numbers(GroupLassoRidge().fit(y, X)))


@pytest.mark.parametrize("model", [GroupLassoRidge, ReducedRankRidge])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"lam0": 0.2}, r"start: comes from lam0=0.2, here it is 0.1"),
        ({"lam": 3.0}, r"start: comes from lam=3.0, here it is 'cv'"),
        ({"lams": [1.0, 10.0]}, r"start: comes from lams=\[1.0, 10.0\], here it is None"),
        ({"cv": RandomFolds(4)}, "start: comes from cv="),
        ({"volatility": "ewma"}, "start: comes from volatility='ewma'"),
        ({"law": "drift"}, "start: comes from law='drift'"),
        ({"constant": False}, "start: comes from other data"),
        ({"scale": None}, "start: comes from other data"),
    ],
)
def test_other_options_are_refused(model, options, said):
    y, X = world()
    start = TwoStepRidge(**options).fit(y, X)
    with pytest.raises(ValueError, match=said):
        model().fit(y, X, start=start)


@pytest.mark.parametrize("model", [GroupLassoRidge(), ReducedRankRidge()])
def test_other_data_are_refused(model):
    y, X = world()
    start = TwoStepRidge().fit(y, X)
    moved, renamed = y.copy(), X.rename(columns={"a": "z"})
    moved[3] += 1e-9
    for data in [(moved, X), (y, renamed), (y.to_frame(), X), (y.rename("other"), X)]:
        with pytest.raises(ValueError, match="start: comes from other data than y and X"):
            model.fit(*data, start=start)


@pytest.mark.parametrize("model", [GroupLassoRidge(), ReducedRankRidge()])
def test_other_results_are_refused(model):
    y, X = world()
    two_step = TwoStepRidge().fit(y, X)
    for wrong in (TVPRidge().fit(y, X), two_step.at(1.0), two_step.first_step, 3.0):
        with pytest.raises(TypeError, match=r"start: expected what TwoStepRidge.fit returned, got"):
            model.fit(y, X, start=wrong)


def test_options_given_in_another_form_are_the_same():
    y, X = world()
    start = TwoStepRidge(lams=(1.0, 10.0, 100.0), cv=np.arange(T) % 5).fit(y, X)
    handed = GroupLassoRidge(lams=np.array([1.0, 10.0, 100.0]), cv=list(np.arange(T) % 5)).fit(y, X, start=start)
    assert handed.first_step is start.first_step
