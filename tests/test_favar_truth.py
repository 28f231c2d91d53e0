"""The study of a TVP-VAR's bands: shares by hand, what is compared with what, and its page."""

import numpy as np
import pytest

from tvplab import TVPVAR
from tvplab.dgp import simulate_moving_var
from tvplab.replicate import favar_truth
from tvplab.tvp_var_equations import impulse_responses

pytestmark = pytest.mark.filterwarnings("ignore:the chains have not settled")  # tests draw few
WORLD = simulate_moving_var(T=40, seed=1)


def test_shares_and_errors_by_hand():
    """Draws 0..100 of every element: the 68 % band is 16 to 84, the 90 % band 5 to 95."""
    draws = np.tile(np.arange(101.0)[:, None], (1, 4))
    found = favar_truth.compare(draws, np.array([50.0, 10.0, 90.0, 100.0]))
    assert found["0.68"] == 0.25
    assert found["0.9"] == 0.75
    assert found["rmse"] == pytest.approx(np.sqrt((40**2 + 40**2 + 50**2) / 4))


def test_every_kind_meets_its_own_truth():
    """A fit whose draws are the truth holds it everywhere and misses by nothing (single precision)."""
    fit = TVPVAR(lags=1).fit(WORLD.Y, draws=4, burn=0)
    for name, one in zip(WORLD.Y, fit.draws, strict=True):
        one.beta[:] = WORLD.theta[name].to_numpy()[1:]
        one.h[:] = WORLD.h[name].to_numpy()[1:]
    pairs = favar_truth.pairs(fit, WORLD)
    assert set(pairs) == set(favar_truth.KINDS)
    for draws, truth in pairs.values():
        np.testing.assert_allclose(draws, np.tile(truth, (4, 1)), atol=1e-6)
    assert [truth.size for _, truth in pairs.values()] == [2 * 39, 5 * 39, 2 * 39, 2 * 2 * favar_truth.HORIZON * 2]
    early = impulse_responses(WORLD.B0[[8]], WORLD.B[[8]], np.ones(1), 0, 1)[0, 1]
    np.testing.assert_allclose(pairs["responses"][1][:2], early)
    still = simulate_moving_var(T=40, shape="constant")
    assert "moving" not in favar_truth.pairs(fit, still)


def test_a_cell_and_its_page():
    cells = favar_truth.cells("quick")
    assert len(cells) == 4 * 2 * 5
    assert len(favar_truth.cells("full")) == 4 * 2 * 20
    small = {"T": 40, "draws": 20, "burn": 10, "thin": 1}
    picked = [one | small for one in cells if one["shape"] in ("cosine", "constant") and one["seed"] < 2]
    rows = [one | favar_truth.run(one) for one in picked]
    assert favar_truth.run(picked[0]) == favar_truth.run(picked[0])
    assert 0.0 <= rows[0]["moving"]["0.68"] <= rows[0]["moving"]["0.9"] <= 1.0
    text = favar_truth.page(rows)
    assert "cosine: coefficients that move" in text
    assert "constant: coefficients that move" not in text
    assert "2 worlds" in text
    mean = np.mean([row["h"]["0.9"] for row in rows if (row["shape"], row["drift"]) == ("cosine", "half-cauchy")])
    line = next(line for line in text.splitlines() if line.startswith("| cosine: log variances"))
    assert f"{mean:.2f} ±" in line.split("|")[6]
