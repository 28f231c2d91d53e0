"""Choice of hyperparameters in the order of time: which periods are seen, what is measured, what is chosen."""

import numpy as np
import pandas as pd
import pytest

from tvplab.deep_dfm import DeepDynamicFactors
from tvplab.deep_dfm_validation import (
    ValidatedDeepFactors,
    choose_deep_factors,
    fit_loss,
    forecast_loss,
    one_step_forecasts,
    splits,
)
from tvplab.dgp import simulate_deep_factors

SHORT = {"hidden": (), "draws": 10, "max_iter": 3, "pretrain": 100, "tol": 1.0}
WORLD = simulate_deep_factors(T=80, N=5, nonlinear=False, rho=0.9, u=0.1, missing=0.05, seed=2)


def test_training_ends_before_the_block():
    parts = [(len(train), len(data)) for train, data in splits(WORLD.y, 3, 10)]
    assert parts == [(50, 60), (60, 70), (70, 80)]


def test_the_forecast_loss_is_that_of_one_step_forecasts():
    train, data = WORLD.y.iloc[:77], WORLD.y
    model = DeepDynamicFactors(1, **SHORT)
    fit = model.fit(train)
    errors = [(data.iloc[t] - fit.filter(data.iloc[:t]).forecast(1)["mean"].loc[1]) / train.std() for t in (77, 78, 79)]
    assert forecast_loss(model, train, data) == pytest.approx(np.nanmean(np.array(errors) ** 2))


@pytest.mark.parametrize(
    "settings", [{}, {"quarterly": ["y2"], "factor_lags": 2}, {"symmetric": True, "hidden": (3,), "link": "tanh"}]
)
def test_one_pass_of_the_filter_forecasts_as_each_period_by_itself(settings):
    """With gaps; with a quarterly series; and with a nonlinear decoder, which has no single pass."""
    data = WORLD.y.copy()
    data.loc[data.index % 3 != 0, "y2"] = np.nan
    fit = DeepDynamicFactors(1, **SHORT | settings).fit(data.iloc[:74])
    each = [fit.filter(data.iloc[:t]).forecast(1)["mean"].iloc[0] for t in range(75, 80)]
    np.testing.assert_allclose(one_step_forecasts(fit, data, 75), np.array(each), rtol=1e-7, atol=1e-9)


def test_a_validated_model_is_chosen_on_its_sample_and_fitted_to_all_of_it():
    models = {f"{r} factors": DeepDynamicFactors(r, **SHORT) for r in (1, 2)}
    fit = ValidatedDeepFactors(models, length=10).fit(WORLD.y)
    choice = choose_deep_factors(WORLD.y, models, blocks=1, length=10)
    assert fit.model == choice.model
    pd.testing.assert_frame_equal(fit.factors, choice.model.fit(WORLD.y).factors)


def test_later_data_have_no_part_in_a_loss():
    changed = WORLD.y.copy()
    changed.iloc[70:] += 50.0
    models = {"one": DeepDynamicFactors(1, **SHORT)}
    losses = [choose_deep_factors(data, models, blocks=2, length=10).losses for data in (WORLD.y, changed)]
    assert losses[0].loc["one", "block 1"] == losses[1].loc["one", "block 1"]
    assert losses[0].loc["one", "block 2"] < losses[1].loc["one", "block 2"]


def test_it_takes_the_model_that_forecasts():
    """Twenty noisy readings of one persistent factor: together they tell where it stands, each alone hardly."""
    noisy = simulate_deep_factors(T=120, N=20, nonlinear=False, rho=0.9, u=0.5, seed=2).y
    models = {
        "weights at random": DeepDynamicFactors(1, hidden=(), max_iter=0, pretrain=0),
        "one factor": DeepDynamicFactors(1, **SHORT),
    }
    choice = choose_deep_factors(noisy, models, blocks=2, length=10)
    assert choice.name == "one factor"
    assert choice.model is models["one factor"]
    assert choice.losses.shape == (2, 2)
    means = choice.losses.mean(axis=1)
    assert means["one factor"] < 0.97 * means["weights at random"]


def test_the_fit_of_a_block_only_gains_from_factors():
    train, data = WORLD.y.iloc[:60], WORLD.y.iloc[:70]
    losses = [fit_loss(DeepDynamicFactors(r, **SHORT), train, data) for r in (1, 4)]
    assert losses[1] < losses[0]


def test_arguments_are_checked():
    models = {"one": DeepDynamicFactors(1, **SHORT)}
    with pytest.raises(ValueError, match="candidates: is empty"):
        choose_deep_factors(WORLD.y, {})
    with pytest.raises(ValueError, match="need 96 periods, Y has 80"):
        choose_deep_factors(WORLD.y, models, blocks=6, length=12)
    with pytest.raises(ValueError, match="loss: must be one of"):
        choose_deep_factors(pd.DataFrame(WORLD.y), models, loss="mse")
