"""The study of a FAVAR's panel responses: by hand, where the truth is what is fitted, and its page."""

from dataclasses import replace

import numpy as np
import pytest

from tvplab import TVPVAR
from tvplab.dgp import simulate_moving_favar
from tvplab.favar import FAVAR
from tvplab.replicate import favar_panel_truth

pytestmark = pytest.mark.filterwarnings("ignore:the chains have not settled")  # tests draw few
WORLD = simulate_moving_favar(T=40, N=6, shape="break", seed=1)


def fitted(world=WORLD, encoder="true"):
    return FAVAR(favar_panel_truth.encoder_of(world, encoder), TVPVAR(lags=1)).fit(world.observables, draws=4, burn=0)


def truth_as_draws(fit, world):
    """Write the truth over the draws of a fit with the true factors."""
    for i, one in enumerate(fit.var.draws):
        one.beta[:] = np.column_stack([world.B[:, i], world.B0[:, i, :i]])[1:]
    return fit


def test_true_draws_answer_with_the_truth():
    """Recursive coefficients and true loadings give the truth, at both dates, to single precision."""
    drawn, true = favar_panel_truth.responses(truth_as_draws(fitted(), WORLD), WORLD)
    assert drawn.shape == (4, 2, favar_panel_truth.HORIZON, 6)
    np.testing.assert_allclose(drawn, np.tile(true, (4, 1, 1, 1)), atol=1e-6)
    rate_on_factors = WORLD.B[[4, 24], :2, 3]  # after one period the rate has acted once
    np.testing.assert_allclose(true[:, 0], rate_on_factors @ WORLD.loadings.to_numpy().T, atol=1e-12)


def test_draws_are_those_of_panel_irf():
    """The same numbers as `FAVARResults.panel_irf` where no draw explodes (horizons 1 to H)."""
    fit = fitted(encoder="PCA")
    drawn, _ = favar_panel_truth.responses(fit, WORLD)
    one = fit.panel_irf("rate", WORLD.panel.index[4], favar_panel_truth.HORIZON, size=1.0)
    assert one.explosive == 0.0
    np.testing.assert_allclose(drawn[:, 0], one.draws[:, 1:])


def test_a_rotation_of_the_factors_is_not_seen():
    """Other coordinates of the same factors, the dynamics with them: the panel answers alike."""
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]])
    whole = np.eye(3)
    whole[:2, :2] = turn
    A, impact = np.linalg.solve(WORLD.B0, WORLD.B[:, :, 1:]), np.linalg.inv(WORLD.B0)
    half = whole @ impact @ np.diag([1.0, 1.0, 2.0])  # whatever the sizes of the shocks
    lower = np.linalg.cholesky(half @ half.transpose(0, 2, 1))
    B0 = np.linalg.inv(lower / np.diagonal(lower, axis1=1, axis2=2)[:, None])
    B = np.concatenate([WORLD.B[:, :, :1], B0 @ whole @ A @ whole.T], axis=2)
    turned = replace(WORLD, factors=WORLD.factors @ turn.T, loadings=WORLD.loadings @ turn.T, B0=B0, B=B)
    fit = fitted()
    ours, theirs = (favar_panel_truth.responses(fit, world)[1] for world in (WORLD, turned))
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_judged_by_hand():
    truth = np.array([[[1.0], [0.0]], [[0.0], [1.0]]])  # two dates, two horizons, one series
    draws = np.array([-0.1, 0.1])[:, None, None, None] + np.array([[[0.75], [0.25]], [[0.25], [0.75]]])
    found = favar_panel_truth.judge(draws, truth)
    assert found["found"] == pytest.approx(0.5)
    assert found["rmse"] == pytest.approx(0.25)
    assert found["size"] == pytest.approx(np.sqrt(0.5))
    assert found["moved"] == pytest.approx(0.5 / np.sqrt(0.5))
    assert found["0.9"] == 0.0
    still = favar_panel_truth.judge(draws, np.ones_like(truth))
    assert still["found"] is None
    assert still["moved"] == pytest.approx(0.5)


def test_a_cell_and_its_page():
    cells = favar_panel_truth.cells("quick")
    assert len(cells) == 3 * 2 * 3 * 5
    assert len(favar_panel_truth.cells("full")) == 3 * 2 * 3 * 20
    small = {"T": 40, "N": 6, "draws": 20, "burn": 10}
    picked = [one | small for one in cells if one["shape"] != "cosine" and one["seed"] < 2]
    rows = [one | favar_panel_truth.run(one) for one in picked]
    assert favar_panel_truth.run(picked[0]) == favar_panel_truth.run(picked[0])
    assert all(row["moved"] < 1e-6 for row in rows if row["drift"] == "none")
    text = favar_panel_truth.page(rows)
    assert "2 worlds" in text
    assert "cosine" not in text
    mine = [row for row in rows if (row["shape"], row["encoder"], row["drift"]) == ("break", "PCA", "half-cauchy")]
    line = next(line for line in text.splitlines() if line.startswith("| break, two principal components, half-cauchy"))
    assert f"{np.mean([row['0.68'] for row in mine]):.2f} ±" in line.split("|")[2]
    assert f"{np.mean([row['found'] for row in mine]):.2f} ±" in line.split("|")[5]
    line = next(line for line in text.splitlines() if line.startswith("| constant, the true factors, inverse gamma"))
    assert line.split("|")[5].strip() == "–"
