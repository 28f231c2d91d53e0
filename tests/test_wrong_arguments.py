"""Each model's door with each argument wrong once: the message names the argument, nothing raw comes through."""

import numpy as np
import pandas as pd
import pytest

import tvplab
from tvplab import data, dgp
from tvplab.autoencoder_file import read
from tvplab.crossval import RandomFolds
from tvplab.deep_dfm_store import load
from tvplab.validation import check_names, check_seed, check_share, check_varying, check_widths

rng = np.random.default_rng(5)
Y = pd.DataFrame(
    rng.normal(size=(40, 5)).cumsum(axis=0), pd.period_range("2000Q1", periods=40, freq="Q"), list("abcde")
)
Y = (Y - Y.mean()) / Y.std()
GROUPS = [1, 1, 2, 2, 2]


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        ("MARSS", {"Z": 3}, "Z: expected a matrix"),
        ("MARSS", {"B": None}, "B: expected a matrix"),
        ("MARSS", {"Q": "nonsense"}, "Q: unknown shortcut 'nonsense'"),
        ("MARSS", {"U": "nonsense"}, "U: unknown shortcut 'nonsense'"),
        ("MARSS", {"R": [[np.nan]]}, "R: cells must be finite numbers"),
        ("MARSS", {"A": [[None]] * 5}, "A: "),
        ("MARSS", {"D": -1}, "D: expected a matrix"),
        ("DynamicFactorModel", {"n_factors": "two"}, "n_factors: a whole number"),
        ("DynamicFactorModel", {"n_factors": True}, "n_factors: a whole number"),
        ("DynamicFactorModel", {"factor_lags": 1.5}, "factor_lags: a whole number"),
        ("DynamicFactorModel", {"factor_lags": 10**6}, "factor_lags: must be from 1 to 39"),
        ("DynamicFactorModel", {"standardize": "no"}, "standardize: must be one of"),
        ("DynamicFactorModel", {"anchors": 3}, "anchors: expected a list"),
        ("MixedFrequencyFactors", {"n_factors": None}, "n_factors: a whole number"),
        ("MixedFrequencyFactors", {"factor_lags": "two"}, "factor_lags: a whole number"),
        ("MixedFrequencyFactors", {"max_iter": -1}, "max_iter: a whole number"),
        ("MixedFrequencyFactors", {"max_iter": 1.5}, "max_iter: a whole number"),
        ("MixedFrequencyFactors", {"quarterly": 4}, "quarterly: expected a list"),
        ("DeepDynamicFactors", {"n_factors": 1, "hidden": 8}, "hidden: expected a tuple"),
        ("DeepDynamicFactors", {"n_factors": 1, "quarterly": 4}, "quarterly: expected a list"),
        ("DeepDynamicFactors", {"n_factors": 1, "device": 0}, "device: expected"),
        ("DeepDynamicFactors", {"n_factors": 1, "symmetric": "yes"}, "symmetric: must be one of"),
        ("DeepDynamicFactors", {"n_factors": 1, "seed": "x"}, "seed: a whole number"),
        ("DynamicSparseFactors", {"n_factors": 1, "seed": -1}, "seed: a whole number"),
        ("GroupedSparseAutoencoder", {"groups": GROUPS, "anchors": "F1"}, "anchors: expected group"),
        ("GroupedSparseAutoencoder", {"groups": GROUPS, "hidden": 4}, "hidden: expected a tuple"),
        ("GroupedSparseAutoencoder", {"groups": GROUPS, "starts": []}, "starts: a whole number"),
    ],
)
def test_a_wrong_hyperparameter_is_named(model, options, words):
    with pytest.raises((ValueError, TypeError), match=words):
        getattr(tvplab, model)(**options).fit(Y)


def test_groups_that_are_no_table_of_groups_are_refused():
    with pytest.raises(TypeError, match=r"groups: expected series → group, or a list of labels, got 3"):
        tvplab.GroupedSparseAutoencoder(3).groups_of(Y.columns)
    for wrong in (Y, set("abcde"), "abcde"):  # five entries for five series, but no list of labels
        with pytest.raises(TypeError, match="groups: expected series → group"):
            tvplab.GroupedSparseAutoencoder(wrong).groups_of(Y.columns)


@pytest.mark.parametrize("model", ["MARSS", "DynamicFactorModel", "MixedFrequencyFactors"])
def test_no_table_at_all_is_said_so(model):
    for nothing in (None, "Y", 3.0):
        with pytest.raises(TypeError, match=r"expected a table of numbers .*got (NoneType|str|float)"):
            getattr(tvplab, model)().fit(nothing)


@pytest.mark.parametrize(
    "model",
    [
        tvplab.DynamicFactorModel(standardize=True),
        tvplab.MixedFrequencyFactors(1),
        tvplab.DeepDynamicFactors(1),
        tvplab.DynamicSparseFactors(1),
    ],
)
def test_a_column_that_never_changes_where_it_is_seen_is_refused(model):
    constant = pd.Series(2.0, Y.index).where(np.arange(40) > 3)
    with pytest.raises(ValueError, match="column 'e' is constant"):
        model.fit(Y.assign(e=constant))


@pytest.mark.parametrize("model", [tvplab.DynamicFactorModel(), tvplab.MixedFrequencyFactors()])
def test_one_series_is_no_panel(model):
    with pytest.raises(ValueError, match="needs at least 2 series, got 1"):
        model.fit(Y["a"])


def test_series_of_wild_sizes_and_means_are_told_apart():
    with pytest.raises(ValueError, match=r"Y: the sizes of its series differ too much .*Standardizer"):
        tvplab.DynamicSparseFactors(2, n_starts=1).fit(Y * [1.0, 1.0, 1.0, 1.0, 1e12])
    for model in (tvplab.DynamicSparseFactors(1, n_starts=1, tol=10.0), tvplab.DynamicFactorModel(factor_lags=1)):
        with pytest.warns(UserWarning, match=r"column 'b' has its mean more than 5 sd from zero"):
            model.fit(Y + [0.0, 9.0, 0.0, 0.0, 0.0], **({} if hasattr(model, "lam0") else {"tol": 1.0}))


def test_diverged_training_is_no_linear_algebra_error():
    model = tvplab.DeepDynamicFactors(1, hidden=(), max_iter=1, draws=5, pretrain=5, learning_rate=1e200)
    with np.errstate(all="ignore"), pytest.raises(ValueError, match="learning_rate: training diverged"):
        model.fit(Y)


def test_what_fit_is_given_besides_the_data_is_checked():
    X = Y[["b", "c"]]
    sparse = tvplab.GroupLassoRidge(alpha="cv", alphas="x", volatility="ewma")
    with pytest.raises(TypeError, match="alphas: expected a number"):
        sparse.fit(Y["a"], X)
    for wrong, words in (
        ({"start": 3}, "start: expected a dict"),
        ({"max_iter": "x"}, "max_iter"),
        ({"minit": None}, "minit"),
    ):
        with pytest.raises((TypeError, ValueError), match=words):
            tvplab.MARSS().fit(Y, **wrong)
    for wrong in ("x", {"a": 1}, np.ones(3), np.full((5, 1), "x")):
        with pytest.raises(ValueError, match="start: must be finite loadings"):
            tvplab.DynamicSparseFactors(1).fit(Y, start=wrong)
    with pytest.raises(TypeError, match="start: expected an earlier fit of an autoencoder, got int"):
        tvplab.GroupedSparseAutoencoder(GROUPS, n_factors=2, hidden=(3,)).fit(Y, start=3)
    model = tvplab.DeepDynamicFactors(1)
    for wrong in ([model], {"a": 3}, "x"):
        with pytest.raises(TypeError, match="candidates: expected a dict of name"):
            tvplab.choose_deep_factors(Y, wrong)
    for wrong in ({"blocks": 1.5}, {"length": "x"}):
        with pytest.raises(ValueError, match=f"{next(iter(wrong))}: a whole number"):
            tvplab.choose_deep_factors(Y, {"a": model}, **wrong)


def test_results_refuse_levels_names_and_counts():
    fit = tvplab.TVPRidge(lam=1.0).fit(Y["a"], Y[["b", "c"]])
    with pytest.raises(TypeError, match="columns: expected a list of column names, got the bare name 'b'"):
        fit.bands(columns="b")
    both = tvplab.TVPRidge(lam=1.0).fit(Y[["a", "e"]], Y[["b", "c"]])
    with pytest.raises(KeyError, match=r"no target 'x'; there are \['a', 'e'\]"):
        both["x"]
    marss = tvplab.DynamicFactorModel(factor_lags=1).fit(Y, tol=1.0)
    for wrong in (Y.astype(str), Y.iloc[0].astype(str)):
        with pytest.raises(TypeError, match="weights: expected numbers"):
            marss.common_component(wrong)
    for wrong in (95, 0, 1.0):
        with pytest.raises(ValueError, match="level: must lie between 0 and 1"):
            marss.intervals(level=wrong)
    with pytest.raises(ValueError, match="draws: a whole number of at least 1"):
        marss.bootstrap(draws=0)
    for wrong in (0, 1.5, "x"):
        with pytest.raises(ValueError, match="h: a whole number of at least 1"):
            marss.forecast(wrong)


def test_one_new_period_can_be_encoded_and_text_cannot_be_decoded():
    linear = tvplab.LinearFactors.fit(Y, 2)
    np.testing.assert_allclose(linear.encode(Y.iloc[-1:]), linear.encode(Y).iloc[-1:], atol=1e-12)
    with pytest.raises(TypeError, match="factors: expected numbers"):
        linear.decode([["a", "b"]])


def test_the_checks_themselves():
    assert check_seed(3).integers(9) == np.random.default_rng(3).integers(9)
    assert check_seed(rng) is rng
    for wrong in (None, -1, 1.5, True, "x", [1]):
        with pytest.raises(ValueError, match="seed: a whole number of at least 0 or a numpy"):
            check_seed(wrong)
    with pytest.raises(ValueError, match="seed: a whole number"):
        RandomFolds(5, seed=-1).split(20)
    assert check_share(0.5, "level") == 0.5
    with pytest.raises(TypeError, match=r"level: expected a number, got '0.5'"):
        check_share("0.5", "level")
    assert check_widths([4, 2], "hidden") == (4, 2)
    assert check_names(pd.Index(["a"]), "columns") == ["a"]
    gap = pd.DataFrame({"a": [1.0, np.nan, 1.0], "b": [1.0, np.nan, 2.0]})
    with pytest.raises(ValueError, match="X: column 'a' is constant; why"):
        check_varying(gap, "X", "why")


@pytest.mark.parametrize("reader", [read, load])
@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"", b"PK\x03\x04 broken"])
def test_a_file_of_another_kind_is_said_so(reader, content, tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is no "):
        reader(path)


def test_preparation_names_what_is_wrong():
    for wrong in (1.5, None, "a", True):
        with pytest.raises(ValueError, match="lags: must be distinct whole numbers"):
            data.lag_matrix(Y, wrong)
    assert data.lag_matrix(Y, np.int64(2)).shape == (40, 10)
    with pytest.warns(UserWarning, match="frame: periods are left out after 2000Q3"):
        data.lag_matrix(Y.drop(Y.index[3]), 1)
    for wrong in ([1.0, 2.0], Y["a"].astype(str)):
        with pytest.raises(TypeError, match="series: expected a Series of numbers"):
            data.apply_tcode(wrong, 2)
    for wrong in ([5], "x", True, None):
        with pytest.raises(ValueError, match="tcode: must be one of"):
            data.apply_tcode(Y["a"], wrong)
    with pytest.raises(ValueError, match="step: must be a whole number"):
        data.apply_tcode(Y["a"], 2, "a")
    with pytest.raises(ValueError, match="series: periods are not in ascending order"):
        data.apply_tcode(Y["a"].iloc[::-1], 2)
    for wrong in ((Y["a"], {"a": 1}), (Y, 5)):
        with pytest.raises(TypeError, match="frame, tcodes: expected"):
            data.apply_tcodes(*wrong)
    with pytest.raises(TypeError, match="frame: column 'f' has dtype"):
        data.Standardizer.fit(Y.assign(f=list("xy") * 20))
    with pytest.raises(TypeError, match="frame: expected a DataFrame, got ndarray"):
        data.Standardizer.fit(Y).transform(Y.to_numpy())
    with pytest.raises(TypeError, match="vintages: expected a list"):
        data.load_vintages("nyfed", "2016-06-29")


@pytest.mark.parametrize("name", sorted(one for one in dir(dgp) if one.startswith("simulate_")))
@pytest.mark.parametrize("seed", ["x", -1, 1.5, None])
def test_every_simulated_world_names_its_seed(name, seed):
    design = {"design": "S1"} if name == "simulate_design" else {}
    with pytest.raises(ValueError, match="seed: a whole number of at least 0"):
        getattr(dgp, name)(**design, seed=seed)


def test_labels_that_cannot_be_labels_are_named():
    months = Y.set_axis(pd.period_range("2000-01", periods=40, freq="M"))
    fit = tvplab.MixedFrequencyFactors(1, 1, tol=0.1).fit(months)
    for wrong in ([], {}, Y):
        with pytest.raises(ValueError, match="target: "):
            fit.nowcast(wrong, months)
    for wrong in (None, np.nan, pd.NaT):
        with pytest.raises(ValueError, match=r"period: .* names no period of the vintage .it is missing"):
            fit.news(months.iloc[:-1], months, "a", wrong)
    sparse = tvplab.DynamicSparseFactors(1, n_starts=1, tol=10.0).fit(Y)
    for wrong in ([], {}, Y):
        with pytest.raises(ValueError, match="series: "):
            sparse.loading(wrong)
        with pytest.raises(ValueError, match="date: "):
            sparse.at(wrong)


def test_local_projections_name_progress_horizon_and_multipliers():
    model = tvplab.LocalProjections(horizons=2, lags=1, shock_lags=1, estimator=tvplab.TVPRidge(lam=1.0))
    for wrong in ("yes", 1, None, Y):
        with pytest.raises(ValueError, match="progress: must be one of"):
            model.fit(Y["a"], Y["b"], progress=wrong)
    fit = model.fit(Y["a"], Y["b"])
    for wrong in ([], 2, "x"):
        with pytest.raises(ValueError, match="h: must be one of the horizons 0 to 1"):
            fit.regression(wrong)
    for wrong in (2.0, None, "12"):
        with pytest.raises(TypeError, match="multipliers: expected several numbers"):
            fit.along(wrong)
