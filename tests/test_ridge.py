"""The public face: TVPRidge, TwoStepRidge and their results."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GroupKFold, KFold

import tvplab
from tvplab.crossval import BlockedFolds, RandomFolds
from tvplab.dgp import simulate_tvp_regression
from tvplab.metrics import coverage, mean_absolute_error
from tvplab.ridge import LAMS, TVPRidge, TwoStepRidge

WORLD = simulate_tvp_regression(T=120, shapes=("cosine", "break", "constant"), noise=0.5, seed=1)


def refit_score(model, y, X, folds):
    """Mean squared held-out error when each fold's periods are given a variance so large that they do not count."""
    squares = []
    for F in folds:
        weight = np.ones(len(y))
        weight[F] = 1e12
        fit = TVPRidge(lam=model.lam, lam0=model.lam0, scale=None, constant=False, sigma_e2=weight).fit(y, X)
        squares.append((fit.resid.to_numpy()[F]) ** 2)
    return np.mean(np.concatenate(squares))


def test_public_names():
    assert tvplab.TVPRidge is TVPRidge
    assert tvplab.TwoStepRidge is TwoStepRidge
    assert {"TVPRidge", "TwoStepRidge", "data", "dgp", "check", "explore"} <= set(dir(tvplab))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        getattr(tvplab, "nonsense")  # noqa: B009 - the name is the point


def test_recovers_moving_coefficients_better_than_ols():
    fit = TVPRidge().fit(WORLD.y, WORLD.X)
    ols = np.linalg.lstsq(WORLD.X, WORLD.y, rcond=None)[0]
    ours = mean_absolute_error(WORLD.beta, fit.beta[WORLD.X.columns])
    assert ours < 0.5 * mean_absolute_error(WORLD.beta, np.broadcast_to(ols, WORLD.beta.shape))


def test_infinite_lambda_is_ols_in_the_datas_units():
    X, y = WORLD.X * [10.0, 0.01, 1.0], 3.0 * WORLD.y + 5.0
    fit = TVPRidge(lam=1e17, lam0=0.0).fit(y, X)
    ols = np.linalg.lstsq(np.column_stack([np.ones(len(y)), X]), y, rcond=None)[0]
    np.testing.assert_allclose(fit.beta.iloc[0], ols, rtol=1e-10)
    np.testing.assert_allclose(fit.beta.iloc[-1], ols, rtol=1e-10)
    assert fit.df == pytest.approx(4.0, abs=1e-8)
    assert fit.sigma2.iloc[0] == pytest.approx(np.sum(fit.resid**2) / (len(y) - 4), rel=1e-8)


def test_fitted_values_residuals_and_forecast():
    fit = TVPRidge(lam=20.0).fit(WORLD.y, WORLD.X)
    by_hand = fit.beta["const"] + (fit.beta[WORLD.X.columns] * WORLD.X).sum(axis=1)
    np.testing.assert_allclose(fit.fitted, by_hand, atol=1e-12)
    np.testing.assert_allclose(fit.fitted + fit.resid, WORLD.y, atol=1e-12)
    x_next = WORLD.X.iloc[-1]
    assert fit.predict(x_next) == pytest.approx(fit.fitted.iloc[-1], abs=1e-12)
    np.testing.assert_allclose(fit.predict(WORLD.X.iloc[-2:]).iloc[-1], fit.fitted.iloc[-1], atol=1e-12)
    assert fit.cv.empty


@pytest.mark.parametrize("folds", [RandomFolds(5, seed=3), BlockedFolds(6)])
def test_cv_frame_equals_brute_force(folds):
    model = TVPRidge(cv=folds, lams=[0.5, 20.0, 3000.0], scale=None, constant=False)
    fit = model.fit(WORLD.y, WORLD.X)
    for lam, score in fit.cv.itertuples(index=False):
        by_hand = refit_score(TVPRidge(lam=lam), WORLD.y, WORLD.X, folds.split(len(WORLD.y)))
        assert score == pytest.approx(by_hand, rel=1e-9)
    assert fit.lam == fit.cv.lam[fit.cv.score.argmin()]


def test_every_way_of_choosing_lambda():
    chosen = {}
    for cv in (5, "loo", "gcv", "ml", BlockedFolds(5), KFold(4), np.arange(120) % 3):
        fit = TVPRidge(cv=cv).fit(WORLD.y, WORLD.X)
        assert list(fit.cv.columns) == ["lam", "score"]
        assert len(fit.cv) == len(LAMS)
        chosen[str(cv)] = fit.lam
    assert all(1.0 < lam < 1e4 for lam in chosen.values()), chosen


def test_leave_one_out_is_folds_of_one():
    loo = TVPRidge(cv="loo").fit(WORLD.y, WORLD.X).cv
    folds = TVPRidge(cv=np.arange(120)).fit(WORLD.y, WORLD.X).cv
    np.testing.assert_allclose(loo, folds, rtol=1e-9)


def test_marginal_likelihood_score_peaks_where_loglik_does():
    """The concentrated score replaces σ² by its own estimate y'Ay/T; ours reports loglik at RSS/(T − df)."""
    fit = TVPRidge(cv="ml").fit(WORLD.y, WORLD.X)
    logliks = [TVPRidge(lam=lam).fit(WORLD.y, WORLD.X).loglik for lam in LAMS]
    assert np.all(np.array(logliks) <= -0.5 * fit.cv.score + 1e-8)
    assert abs(int(np.argmax(logliks)) - int(fit.cv.score.argmin())) <= 1


def test_scale_none_and_rescaling_agree():
    """Dividing by standard deviations by hand is what scale="sd" does."""
    inside = TVPRidge(lam=30.0).fit(WORLD.y, WORLD.X)
    outside = TVPRidge(lam=30.0, scale=None).fit(WORLD.y / WORLD.y.std(), WORLD.X / WORLD.X.std())
    np.testing.assert_allclose(inside.beta["const"], outside.beta["const"] * WORLD.y.std(), atol=1e-12)
    np.testing.assert_allclose(inside.beta["x1"], outside.beta["x1"] * WORLD.y.std() / WORLD.X["x1"].std(), atol=1e-12)
    assert inside.loglik == pytest.approx(outside.loglik - 120 * np.log(WORLD.y.std()), abs=1e-8)
    np.testing.assert_allclose(inside.sigma2, outside.sigma2 * WORLD.y.var(), rtol=1e-10)


def test_several_equations_share_the_factorisation_and_the_numbers():
    Y = pd.DataFrame({"a": WORLD.y, "b": 2.0 - 3.0 * WORLD.y + np.sin(np.arange(1, 121) / 7.0)})
    for model in (TVPRidge(), TwoStepRidge(volatility="ewma")):
        system = model.fit(Y, WORLD.X)
        for name in Y:
            alone = model.fit(Y[name], WORLD.X)
            np.testing.assert_allclose(system.beta[name], alone.beta, atol=1e-10)
            assert system.lam[name] == alone.lam
            assert system[name].loglik == pytest.approx(alone.loglik, abs=1e-8)
        assert system.resid.shape == system.fitted.shape == system.sigma2.shape == (120, 2)
        assert system.sigma_u2.shape == (4, 2)
        assert system.predict(WORLD.X.iloc[-1]).index.tolist() == ["a", "b"]
        assert set(system.bands()) == {"a", "b"}


def test_two_step_weights_average_one_and_follow_volatility():
    loud = simulate_tvp_regression(T=250, shapes=("cosine", "constant"), noise=0.6, volatility=1.0, seed=5)
    fit = TwoStepRidge().fit(loud.y, loud.X)
    relative_variance = fit.sigma2 / fit.sigma2.mean()
    assert np.corrcoef(np.log(relative_variance), np.log(loud.sigma))[0, 1] > 0.5
    assert fit.first_step is not None
    assert fit.sigma_u2["x2"] * loud.X["x2"].var() < fit.sigma_u2["x1"] * loud.X["x1"].var()
    one = mean_absolute_error(loud.beta, fit.first_step.beta[loud.X.columns])
    assert mean_absolute_error(loud.beta, fit.beta[loud.X.columns]) < one


def test_constant_volatility_and_equal_drifts_give_the_one_step_fit():
    one = TVPRidge(lam=25.0).fit(WORLD.y, WORLD.X)
    two = TwoStepRidge(lam=25.0, volatility="constant", drift_power=0.0).fit(WORLD.y, WORLD.X)
    np.testing.assert_allclose(two.beta, one.beta, atol=1e-11)


def random_walk_world(rng, T=100, K=3, lam=50.0, lam0=1.0):
    """Data drawn from the model itself, σ = 1."""
    X = rng.standard_normal((T, K))
    start = rng.standard_normal(K) / np.sqrt(lam0)
    beta = start + np.vstack([np.zeros(K), np.cumsum(rng.standard_normal((T - 1, K)) / np.sqrt(lam), axis=0)])
    return np.sum(X * beta, axis=1) + rng.standard_normal(T), X, beta


def test_bands_cover_what_they_say():
    """200 draws from the model at its own λ and λ₀: the 90 % bands cover 88-92 % of all coefficients."""
    rng, shares = np.random.default_rng(0), []
    model = TVPRidge(lam=50.0, lam0=1.0, scale=None, constant=False)
    for _ in range(200):
        y, X, beta = random_walk_world(rng)
        shares.append(coverage(beta, *model.fit(y, X).bands(0.9)))
    assert 0.88 < np.mean(shares) < 0.92


def test_bands_widen_with_the_level_and_lie_around_beta():
    fit = TVPRidge().fit(WORLD.y, WORLD.X)
    narrow, wide = fit.bands(0.5), fit.bands(0.95)
    assert np.all((wide[0] < narrow[0]) & (narrow[0] < fit.beta) & (fit.beta < narrow[1]) & (narrow[1] < wide[1]))
    with pytest.raises(ValueError, match="level: must lie between 0 and 1"):
        fit.bands(1.5)


def test_summary_names_each_coefficient():
    fit = TVPRidge().fit(WORLD.y, WORLD.X)
    table = fit.summary()
    assert list(table.index) == ["const", "x1", "x2", "x3"]
    assert table.loc["x1", "last"] == fit.beta["x1"].iloc[-1]
    np.testing.assert_allclose(table["drift sd"] ** 2, fit.sigma_u2)


def test_same_call_same_numbers():
    first, second = (TwoStepRidge().fit(WORLD.y, WORLD.X) for _ in range(2))
    pd.testing.assert_frame_equal(first.beta, second.beta)


def test_long_samples_take_the_banded_route():
    world = simulate_tvp_regression(T=5000, shapes=("cosine",) * 3, noise=0.5)
    fit = TVPRidge(lam=100.0).fit(world.y, world.X)
    assert type(fit._solver).__name__ == "BandedSolver"
    assert mean_absolute_error(world.beta, fit.beta[world.X.columns]) < 0.2


def test_inputs_are_left_alone():
    y, X = WORLD.y.copy(), WORLD.X.copy()
    TwoStepRidge().fit(y, X)
    pd.testing.assert_series_equal(y, WORLD.y)
    pd.testing.assert_frame_equal(X, WORLD.X)


def test_arrays_get_integer_labels_and_a_vector_is_one_regressor():
    fit = TVPRidge(lam=5.0).fit(WORLD.y.to_numpy(), WORLD.X["x1"].to_numpy())
    assert list(fit.beta.columns) == ["const", 0]
    assert fit.beta.index.equals(pd.RangeIndex(120))


def changed(frame, row, column, value):
    frame = frame.copy()
    frame.iloc[row, frame.columns.get_loc(column)] = value
    return frame


y, X = WORLD.y, WORLD.X
BAD_DATA = [
    (y, changed(X, 5, "x1", np.nan), ValueError, "X: nan at column 'x1', period 6"),
    (y, changed(X, 5, "x1", np.inf), ValueError, "X: inf at column 'x1'"),
    (changed(y.to_frame(), 3, "y", np.nan)["y"], X, ValueError, "y: nan at"),
    (y.iloc[:-1], X, ValueError, "X: has 120 periods where y has 119"),
    (y, X.assign(x4=X["x1"]), ValueError, "X: columns 'x1' and 'x4' are identical"),
    (y, X.assign(x4=1.0), ValueError, "X: column 'x4' is constant"),
    (y * 0 + 2.0, X, ValueError, "y: column 'y' is constant"),
    (y.iloc[:2], X.iloc[:2], ValueError, "y: has 2 periods; at least 3"),
    (y.iloc[:0], X.iloc[:0], ValueError, "y: is empty"),
    (y, X.iloc[:, :0], ValueError, "X: is empty"),
    (y, X.astype(object), TypeError, "X: column 'x1' has dtype object"),
    (y, X.assign(x4="high"), TypeError, "X: column 'x4' has dtype"),
    (np.array(["a"] * 120), X, TypeError, "y: expected numbers"),
    (y.to_numpy().astype(object), X, TypeError, "y: expected numbers, got dtype object"),
    (y, X > 0, TypeError, "X: column 'x1' has dtype bool"),
    (y, X.set_axis(["a", "a", "b"], axis=1), ValueError, "X: duplicate column name 'a'"),
    (y.iloc[::-1], X.iloc[::-1], ValueError, "y: periods are not in ascending order"),
    (y.set_axis([1, *range(1, 120)]), X, ValueError, "y: duplicate period 1"),
    (y, X.set_axis(range(120)), ValueError, "X: its index differs from y's"),
    (y, X.assign(const=np.arange(120.0)), ValueError, "X: the name 'const' is taken"),
    (np.zeros((120, 2, 2)), X, ValueError, "y: expected one or two dimensions"),
]


@pytest.mark.parametrize("model", [TVPRidge(), TwoStepRidge()])
@pytest.mark.parametrize(("bad_y", "bad_X", "error", "message"), BAD_DATA)
def test_bad_data_is_named(model, bad_y, bad_X, error, message):
    with pytest.raises(error, match=message.replace("(", r"\(")):
        model.fit(bad_y, bad_X)


BAD_OPTIONS = [
    ({"lam": 0}, ValueError, "lam: must be finite and > 0, got 0"),
    ({"lam": -1.0}, ValueError, "lam: must be finite and > 0"),
    ({"lam": np.nan}, ValueError, "lam: must be finite"),
    ({"lam": "best"}, ValueError, 'lam: expected a number > 0, "cv" or "1se", got \'best\''),
    ({"lam": "1se", "cv": "ml"}, ValueError, "lam: \"1se\" needs held-out errors, and cv='ml' has none"),
    ({"lam": True}, TypeError, "lam: expected a number"),
    ({"lam": [1.0, 2.0]}, TypeError, "lam: expected a number"),
    ({"lam0": -0.1}, ValueError, "lam0: must be finite and ≥ 0"),
    ({"lams": []}, ValueError, "lams: is empty"),
    ({"lams": [1.0, -3.0]}, ValueError, "lams: must be finite and > 0"),
    ({"cv": 121}, ValueError, "cv: 121 folds for 120 periods"),
    ({"cv": 1}, ValueError, "cv: 1 folds"),
    ({"cv": "bic"}, ValueError, "cv: expected a number of folds"),
    ({"cv": np.zeros(7)}, ValueError, "cv: 7 fold labels for 120 periods"),
    ({"cv": np.zeros(120)}, ValueError, "cv: 1 folds"),
    ({"cv": BlockedFolds(2.5)}, ValueError, "cv: 2.5 folds"),
    ({"cv": BlockedFolds}, ValueError, "cv: expected a number of folds"),
    ({"cv": GroupKFold(3)}, ValueError, "cv: GroupKFold.* cannot split 120 periods"),
    ({"lam": 1 + 2j}, TypeError, "lam: expected a number"),
    ({"scale": np.ones(3)}, ValueError, "scale: must be one of"),
    ({"scale": "minmax"}, ValueError, "scale: must be one of"),
    ({"constant": "yes"}, ValueError, "constant: must be one of"),
]


@pytest.mark.parametrize("Model", [TVPRidge, TwoStepRidge])
@pytest.mark.parametrize(("options", "error", "message"), BAD_OPTIONS)
def test_bad_options_are_named(Model, options, error, message):
    with pytest.raises(error, match=message):
        Model(**options).fit(y, X)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sigma_u2": [1.0, 2.0]}, "sigma_u2: expected 4 values"),
        ({"sigma_u2": [1.0, 2.0, 0.0, 1.0]}, "sigma_u2: every value must be finite and > 0"),
        ({"sigma_u2": pd.Series(1.0, ["a", "b", "c", "d"])}, "sigma_u2: index must be"),
        ({"sigma_e2": np.ones(119)}, "sigma_e2: expected 120 values"),
    ],
)
def test_bad_weights_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        TVPRidge(**options).fit(y, X)


def test_bad_volatility_is_named():
    with pytest.raises(ValueError, match="volatility: must be one of"):
        TwoStepRidge(volatility="egarch").fit(y, X)


def test_bad_forecast_inputs_are_named():
    fit = TVPRidge(lam=5.0).fit(y, X)
    with pytest.raises(ValueError, match="x_next: expected 3 regressors"):
        fit.predict([1.0, 2.0])
    with pytest.raises(ValueError, match="x_next: labels"):
        fit.predict(X.iloc[-1, ::-1])
    with pytest.raises(ValueError, match="x_next: has NaN"):
        fit.predict([1.0, np.nan, 2.0])


def test_forecasts_take_lists_frames_and_ones_own_constant():
    fit = TVPRidge(lam=5.0).fit(y, X)
    rows = X.iloc[-2:]
    np.testing.assert_allclose(fit.predict(rows.to_numpy().tolist()), fit.predict(rows))
    assert fit.predict(rows).index.equals(rows.index)
    own = X.assign(const=1.0)[["const", "x1", "x2", "x3"]]
    with_own = TVPRidge(lam=5.0, constant=False, scale=None).fit(y, own)
    assert with_own.predict(own.iloc[-1]) == pytest.approx(with_own.fitted.iloc[-1], abs=1e-12)
    with pytest.raises(TypeError, match="x_next: expected numbers"):
        fit.predict(["1", "2", "3"])


def test_masked_values_are_refused():
    masked = np.ma.masked_array(X.to_numpy(), mask=X.to_numpy() > 2.0)
    with pytest.raises(ValueError, match="X: has masked values"):
        TVPRidge(lam=5.0).fit(y, masked)


UNIDENTIFIED = pd.DataFrame({"a": X["x1"], "b": X["x2"], "c": X["x1"] + X["x2"]})
ONE_BLOCK = X.assign(x3=np.where(np.arange(120) < 30, X["x3"], 0.0))


@pytest.mark.parametrize(
    ("options", "regressors", "where"),
    [
        ({"lam": 10.0}, UNIDENTIFIED, "in 120 periods"),
        ({}, UNIDENTIFIED, "in 120 periods"),
        ({"cv": BlockedFolds(4)}, ONE_BLOCK, "when a fold is held out"),
        ({"cv": "loo"}, X.assign(x3=np.eye(120)[40]), "when a fold is held out"),
    ],
)
def test_a_free_start_must_be_determined(options, regressors, where):
    with pytest.raises(ValueError, match=f"lam0: 0 leaves the first coefficients undetermined {where}"):
        TVPRidge(lam0=0.0, **options).fit(y, regressors)
    assert np.all(np.isfinite(TVPRidge(lam0=1e-6, **options).fit(y, regressors).std_errors()))


def test_results_survive_pickling():
    for fit in (TVPRidge(lam=9.0).fit(y, X), TwoStepRidge(volatility="ewma").fit(y, X)):
        copy = pickle.loads(pickle.dumps(fit))
        pd.testing.assert_frame_equal(copy.at(3.0).beta, fit.at(3.0).beta)
        pd.testing.assert_frame_equal(copy.bands()[0], fit.bands()[0])


def test_at_keeps_the_weights_and_the_first_step():
    fit = TwoStepRidge(volatility="ewma").fit(y, X)
    moved = fit.at(7.0)
    by_hand = TVPRidge(lam=7.0, sigma_e2=fit.sigma2 / fit.sigma2.mean(), sigma_u2=weights_of(fit)).fit(y, X)
    np.testing.assert_allclose(moved.beta, by_hand.beta, atol=1e-10)
    assert moved.first_step is fit.first_step
    pd.testing.assert_frame_equal(moved.cv, fit.cv)
    assert fit.at(fit.lam).loglik == fit.loglik


def weights_of(fit):
    """Relative drift variances with mean 1, from a fit's drift variances in the data's units."""
    in_sd = fit.sigma_u2 * np.r_[1.0, X.var()]
    return in_sd / in_sd.mean()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"volatility": lambda resid: np.zeros(len(resid))}, "volatility: every value must be finite and > 0"),
        ({"volatility": lambda resid: resid[:5] ** 2}, "volatility: expected 120 values"),
        ({"noise_power": -1.0}, "noise_power: must be finite and ≥ 0"),
        ({"drift_power": np.nan}, "drift_power: must be finite and ≥ 0"),
    ],
)
def test_bad_second_steps_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        TwoStepRidge(**options).fit(y, X)


def test_system_has_what_one_equation_has():
    system = TwoStepRidge(volatility="ewma").fit(pd.DataFrame({"a": y, "b": X["x1"] - y}), X)
    assert system.summary().index.nlevels == 2
    assert system.at(5.0).lam.tolist() == [5.0, 5.0]
    pd.testing.assert_frame_equal(system.std_errors()["b"], system["b"].std_errors())
    pd.testing.assert_frame_equal(system.predict(X.iloc[-2:])[["b"]], system["b"].predict(X.iloc[-2:]).to_frame("b"))
    assert system.df["a"] == system["a"].df
    assert system.converged.all()


def test_fold_labels_must_match_the_periods():
    labels = pd.Series(np.arange(120) % 4, index=y.index)
    by_series, by_list = (TVPRidge(cv=cv).fit(y, X).cv for cv in (labels, [*map(str, labels)]))
    pd.testing.assert_frame_equal(by_series, by_list)
    with pytest.raises(ValueError, match="cv: the fold labels carry another index"):
        TVPRidge(cv=labels.iloc[::-1]).fit(y, X)
    with pytest.raises(ValueError, match="cv: a fold label is missing"):
        TVPRidge(cv=labels.astype(float).replace(3.0, np.nan)).fit(y, X)


def test_a_constant_of_ones_own_is_allowed_without_scaling():
    own = X.assign(one=1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = TVPRidge(lam=5.0, constant=False, scale=None).fit(y, own)
    added = TVPRidge(lam=5.0, scale=None).fit(y, X)
    np.testing.assert_allclose(fit.beta["one"], added.beta["const"], atol=1e-12)
