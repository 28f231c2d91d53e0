"""What a fitted deep factor model says: units, forecasts, new vintages, files, errors at the door."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import tvplab
from tvplab.convergence import ConvergenceWarning
from tvplab.deep_dfm import DeepDynamicFactors
from tvplab.deep_dfm_maps import apply_layers
from tvplab.deep_dfm_results import DeepDynamicFactorsResults
from tvplab.dgp import simulate_deep_factors
from tvplab.statespace import kalman_filter

SHORT = {"draws": 10, "max_iter": 4, "pretrain": 60, "tol": 1.0}
WORLD = simulate_deep_factors(T=72, N=5, missing=0.1, seed=4)
MONTHS = pd.date_range("2001-01-01", periods=72, freq="MS")
Y = (10.0 + 3.0 * WORLD.y).set_axis(MONTHS)
MIXED = Y.copy()
MIXED.loc[MONTHS.month % 3 != 0, "y2"] = np.nan

MODELS = {
    "plain": (DeepDynamicFactors(3, factor_lags=2, **SHORT), Y),
    "quarterly": (DeepDynamicFactors(2, link="tanh", quarterly=["y2"], **SHORT), MIXED),
    "symmetric": (DeepDynamicFactors(2, hidden=(6,), link="tanh", symmetric=True, **SHORT), Y),
}


@pytest.fixture(scope="module")
def fits():
    return {name: model.fit(data) for name, (model, data) in MODELS.items()}


@pytest.fixture(params=MODELS)
def fit(request, fits):
    return fits[request.param]


def test_common_component_and_rest_are_the_data(fit):
    data = fit.data
    pd.testing.assert_frame_equal(fit.fitted + fit.idiosyncratic, data.where(data.notna()))
    explained = 1 - ((data - fit.fitted) ** 2).mean() / ((data - data.mean()) ** 2).mean()
    pd.testing.assert_series_equal(fit.r2, explained.rename("R²"))
    assert fit.r2.max() > 0.3
    assert fit.factors.shape == (72, fit.model.n_factors)
    assert list(fit.loadings.index) == list(data)


def test_fitted_is_loadings_times_factors_in_the_datas_units(fits):
    fit = fits["plain"]
    by_hand = Y.mean() + Y.std() * (fit.factors @ fit.loadings.T)
    np.testing.assert_allclose(fit.fitted, by_hand, rtol=1e-5)  # the fit is in single precision
    loss = np.nanmean((((Y - fit.fitted) / Y.std()) ** 2).to_numpy())
    assert fit.loss_path[-1] == pytest.approx(loss, rel=1e-6)


def test_states_and_loglik_are_those_of_the_readable_filter(fits):
    fit = fits["plain"]
    form = fit.state_space
    z = ((Y - form.mean) / form.sd).to_numpy()
    assert fit.loglik == pytest.approx(kalman_filter(z, form.model).loglik, rel=1e-8)
    last = kalman_filter(z, form.model)
    np.testing.assert_allclose(fit.states.iloc[-1], last.mean[-1, :3] + form.centre, atol=1e-6)
    np.testing.assert_allclose(fit.states_se.iloc[-1], np.sqrt(np.diag(last.cov[-1])[:3]), atol=1e-6)


@pytest.mark.parametrize("name", ["plain", "quarterly"])
def test_forecasts_are_powers_of_the_transition(fits, name):
    fit = fits[name]
    form = fit.state_space
    last = kalman_filter(((fit.data - form.mean) / form.sd).to_numpy(), form.model)
    x, P = last.mean[-1], last.cov[-1]
    ahead = fit.forecast(4, level=0.8)
    for h in range(1, 5):
        x, P = form.B @ x, form.B @ P @ form.B.T + form.Q
        se = form.sd * np.sqrt(np.diag(form.Z @ P @ form.Z.T + form.R))
        np.testing.assert_allclose(ahead["mean"].loc[h], form.mean + form.sd * (form.Z @ x), rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(ahead["se"].loc[h], se, rtol=1e-5)
    width = (ahead["upper"] - ahead["lower"]) / ahead["se"]
    np.testing.assert_allclose(width, 2 * 1.2815515655446004)


def test_far_ahead_a_forecast_is_the_mean(fits):
    fit = fits["plain"]
    np.testing.assert_allclose(fit.forecast(400)["mean"].iloc[-1], fit.state_space.mean, atol=0.3)


def test_a_vintage_moves_states_and_not_parameters(fit):
    again = fit.filter(fit.data)
    pd.testing.assert_frame_equal(again.factors, fit.states)
    pd.testing.assert_frame_equal(again.states, fit.states)
    shorter = fit.filter(fit.data.iloc[:60])
    assert shorter.factors.shape == (60, fit.model.n_factors)
    assert not np.allclose(shorter.states.iloc[-1], fit.states.iloc[59])
    pd.testing.assert_frame_equal(shorter.loadings, fit.loadings)
    for field in fit._form._fields:
        np.testing.assert_array_equal(getattr(shorter._form, field), getattr(fit._form, field))


def test_the_smoothed_common_component_leaves_out_what_is_idiosyncratic(fits):
    fit = fits["plain"].filter(Y)
    by_hand = Y.mean() + Y.std() * (fit.factors @ fit.loadings.T)
    np.testing.assert_allclose(fit.fitted, by_hand, rtol=1e-9)


def test_a_quarterly_value_moves_when_its_last_month_does(fits):
    fit = fits["quarterly"]
    until = MIXED.loc[:"2006-11"]
    more = pd.concat([until, MIXED.loc[["2006-12-01"]].assign(y2=np.nan)])
    before = fit.filter(until).forecast(1)["mean"]["y2"].iloc[0]
    common = fit.filter(more)
    after = common.state_space.mean[1] + common.state_space.sd[1] * common._states.signal[-1, 1]
    assert abs(after - before) > 1e-3 * MIXED["y2"].std()


def test_a_quarterly_series_alone_among_months_works():
    months = pd.DataFrame({"gdp": Y["y2"].where(MONTHS.month % 3 == 0), "one": Y["y1"]})
    fit = DeepDynamicFactors(1, hidden=(), quarterly=["gdp"], **SHORT).fit(months)
    assert np.isfinite(fit.forecast(3)["mean"].to_numpy()).all()


def test_the_composite_indicator_is_equation_29(fits):
    fit = fits["plain"]
    F = fit.loadings.to_numpy()
    by_hand = sum(fit.states.iloc[:, k] * F[i, k] ** 2 for k in range(3) for i in range(5)) / np.linalg.norm(F) ** 2
    np.testing.assert_allclose(fit.composite_indicator(), by_hand)
    for name in Y:
        assert fit.composite_indicator(like=name).corr(Y[name]) > 0
    with pytest.raises(ValueError, match=r"like: 'gdp' is no series"):
        fit.composite_indicator(like="gdp")


def test_what_was_saved_comes_back(fit, tmp_path):
    fit.save(tmp_path / "model.npz")
    again = DeepDynamicFactorsResults.load(tmp_path / "model.npz")
    for name in ("factors", "loadings", "fitted", "data", "states", "idiosyncratic"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(fit, name), check_exact=True)
    pd.testing.assert_frame_equal(again.forecast(2)["upper"], fit.forecast(2)["upper"], check_exact=True)
    assert again.model == fit.model
    assert again.converged == fit.converged
    assert again.n_iter == fit.n_iter


@pytest.mark.parametrize("index", [pd.period_range("2001-01", periods=72, freq="M"), pd.RangeIndex(1, 73, name="t")])
def test_periods_and_numbers_come_back_too(fits, tmp_path, index):
    fit = fits["plain"].filter(Y.set_axis(index))
    fit.save(tmp_path / "model.npz")
    again = DeepDynamicFactorsResults.load(tmp_path / "model.npz")
    pd.testing.assert_index_equal(again.data.index, index, exact=True)


def test_a_file_needs_neither_pickle_nor_torch(fits, tmp_path):
    fits["symmetric"].save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as file:
        assert all(array.dtype.kind in "fbiU" for array in file.values())
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'torch': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "from tvplab.deep_dfm_results import DeepDynamicFactorsResults as R\n"
        f"print(R.load({str(tmp_path / 'model.npz')!r}).forecast(1)['mean'].iloc[0, 0])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert float(printed) == pytest.approx(fits["symmetric"].forecast(1)["mean"].iloc[0, 0], rel=1e-12)


def test_a_file_of_something_else_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", a=np.zeros(2))
    with pytest.raises(ValueError, match=r"is no deep factor model of version 1"):
        DeepDynamicFactorsResults.load(tmp_path / "other.npz")


def test_the_package_opens_without_torch():
    code = "import tvplab, sys; tvplab.DeepDynamicFactors(2); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_without_torch_other_devices_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "tvplab.deep_dfm_network", raising=False)
    for settings in ({"engine": "torch"}, {"device": "cuda"}):
        with pytest.raises(ModuleNotFoundError, match=r"tvplab\[deep\]"):
            tvplab.DeepDynamicFactors(1, **settings).fit(Y)


def test_stopping_early_warns(recwarn):
    with pytest.warns(ConvergenceWarning, match=r"after 3 Monte Carlo rounds"):
        fit = DeepDynamicFactors(1, draws=5, max_iter=3, pretrain=5, tol=1e-12).fit(Y)
    assert not fit.converged
    assert fit.n_iter == 3


@pytest.mark.parametrize(
    ("settings", "error", "match"),
    [
        ({"n_factors": 0}, ValueError, "n_factors: must be at least 1"),
        ({"n_factors": 1.5}, TypeError, "n_factors: expected a whole number"),
        ({"hidden": (4, 0)}, ValueError, "hidden: a whole number of at least 1"),
        ({"link": "cube"}, ValueError, "link: must be one of"),
        ({"tol": 0.0}, ValueError, "tol"),
        ({"draws": 0}, ValueError, "draws"),
        ({"engine": "jax"}, ValueError, "engine: must be one of"),
        ({"engine": "numpy", "device": "cuda"}, ValueError, "device: the engine 'numpy'"),
        ({"factor_lags": 0}, ValueError, "factor_lags"),
        ({"quarterly": ["gdp"]}, ValueError, "quarterly: 'gdp' is no column"),
        ({"quarterly": "y2"}, TypeError, "quarterly: expected a list"),
    ],
)
def test_settings_are_checked(settings, error, match):
    with pytest.raises(error, match=match):
        DeepDynamicFactors(**{"n_factors": 2, **SHORT, **settings}).fit(Y)


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (Y.iloc[:9], "at least 12 are needed"),
        (Y.assign(y1=1.0), "Y: column 'y1' is constant"),
        (Y.assign(y1=np.nan), "'y1' has no observation"),
        (Y.iloc[::-1], "ascending"),
    ],
)
def test_data_are_checked(data, match):
    with pytest.raises(ValueError, match=match):
        DeepDynamicFactors(1, **SHORT).fit(data)


def test_new_data_are_checked(fits):
    with pytest.raises(ValueError, match=r"Y_new: its columns"):
        fits["plain"].filter(Y[["y2", "y1", "y3", "y4", "y5"]])
    with pytest.raises(ValueError, match=r"h: a whole number of at least 1"):
        fits["plain"].forecast(0)
    with pytest.raises(ValueError, match=r"no linear form"):
        _ = fits["symmetric"].state_space


def test_the_encoder_is_the_map_from_data_to_codes():
    """Without rounds of noise the factors are the codes of the data themselves (eq. 7)."""
    world = simulate_deep_factors(T=60, N=6, seed=4)
    fit = DeepDynamicFactors(2, max_iter=0, pretrain=20).fit(world.y)
    z = ((world.y - world.y.mean()) / world.y.std()).to_numpy()
    np.testing.assert_allclose(apply_layers(fit.encoder, z, "relu"), fit.factors, atol=1e-5)  # trained in float32
    assert [layer.W.shape for layer in fit.encoder] == [(12, 6), (8, 12), (4, 8), (2, 4)]
