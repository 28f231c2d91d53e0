"""The study of chains by prior: its cells, one chain against the model itself, and its page by hand."""

import numpy as np
import pytest

from tvplab import TVPVAR
from tvplab.explore.tvp_var import us_macro
from tvplab.replicate import favar_chains
from tvplab.tvp_var_equations import Tightness

pytestmark = pytest.mark.filterwarnings("ignore:the chains have not settled")  # tests draw few
SMALL = {"draws": 30, "burn": 10, "thin": 1}


def test_a_chain_is_the_models():
    cell = {"data": "us", "prior": "inverse gamma, κ = .03", "seed": 1, **SMALL}
    fit = TVPVAR(lags=2, own_mean={"rate": 0.9}, tightness=Tightness(kappa=0.03), seed=1).fit(us_macro(), **SMALL)
    found = favar_chains.run(cell)
    assert found["r_hat"] == fit.worst_r_hat
    assert found["ess"]["q"] == fit.diagnostics()["ess"].xs("q", level="block").min()
    assert found["explosive"] == max(fit.explosive(period) for period in fit.index[::4])
    assert favar_chains.run(cell | {"prior": "inverse gamma"})["r_hat"] != found["r_hat"]


def test_cells_of_both_modes():
    quick, full = favar_chains.cells("quick"), favar_chains.cells("full")
    assert (len(quick), len(full)) == (2 * 3 * 3, 2 * 3 * 10)
    assert full[0]["thin"] > quick[0]["thin"]
    assert len(favar_chains.cells("quick", 1)) == 6
    assert np.isfinite(favar_chains.run(quick[-1] | SMALL)["r_hat"])  # the simulated world, half-Cauchy


def test_the_page_by_hand():
    cell = {"data": "us", "prior": "half-cauchy", **SMALL}
    ess = dict.fromkeys(favar_chains.BLOCKS, 50.0)
    rows = [
        cell | {"seed": seed, "r_hat": r_hat, "explosive": share, "ess": ess | {"q": size}}
        for seed, (r_hat, share, size) in enumerate([(1.0, 0.1, 9.0), (2.5, 0.3, 2.0), (1.5, 0.2, 5.0)])
    ]
    line = favar_chains.page(rows).splitlines()[-1]
    assert [part.strip() for part in line.split("|")[2:-1]] == [
        "1.50 (2.50)", "50 (50)", "50 (50)", "5 (2)", "50 (50)", "0.20 (0.30)",
    ]  # fmt: skip
    assert "3 chains" in favar_chains.page(rows)
