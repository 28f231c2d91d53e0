"""The deep factor authors' panels: our deep model within their results, and the peer that stands for their DFM.

Numbers and panels lie beside the data; the authors' quantiles are over 100 panels of a setup, of which these are one.
"""

import json
import os
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tvplab.dgp import simulate_deep_factors
from tvplab.metrics import trace_r2
from tvplab.replicate.deep_factor_cells import fit_d2fm, linear_dfm, scores

FOLDER = Path(os.environ.get("TVPLAB_DATA", "nowhere")).parent / "oracles" / "d2fm"
pytestmark = pytest.mark.skipif(not (FOLDER / "oracles.json").is_file(), reason="the authors' panels are not at hand")


def cells():
    return json.loads((FOLDER / "oracles.json").read_text())["cells"]


def panel(name):
    """(y, true factor set) of the authors' panel with seed 1."""
    frame = pd.read_csv(FOLDER / f"panel_{name}_seed1.csv")
    return frame.filter(regex="^y"), frame.filter(regex="^f")


@pytest.mark.parametrize("name", "ACDEG")
def test_the_authors_seeds_give_their_panels(name):
    """Seed 1, the same cells missing, numbers to rounding."""
    cell, (y, truth) = cells()[name], panel(name)
    world = simulate_deep_factors(
        T=cell["T"], N=cell["n"], r=cell["r"], nonlinear=cell["nonlinear"], rho=cell["rho"], alpha=cell["alpha"],
        missing=cell["missing"], seed=1, draws="authors",
    )  # fmt: skip
    np.testing.assert_allclose(world.y.to_numpy(), y.to_numpy(), rtol=0.0, atol=1e-11)
    np.testing.assert_allclose(world.factor_set.to_numpy(), truth.to_numpy(), rtol=0.0, atol=1e-11)


@pytest.mark.parametrize(("name", "near"), [("A", 0.02), ("C", 0.002), ("E", 0.01), ("G", 0.06)])
def test_the_papers_training_scores_a_panel_as_they_did(name, near):
    """Linear: one answer, but for noise.  Nonlinear G: 12 factors of 10 series, their spread over starts is 0.05."""
    cell, (y, truth) = cells()[name], panel(name)
    factors, _ = fit_d2fm(y, cell["r_tilde"], {"nonlinear": cell["nonlinear"], "seed": 1})
    assert scores(truth, factors)["raw"] == pytest.approx(cell["author_seed1"]["ddfm non-filtered"], abs=near)


def test_the_ledger_lies_in_the_authors_range():
    """Every setup of Tables 1 and 2 in REPLICATION.md: our median from their 5th to their 95th percentile."""
    page = (Path(__file__).parents[1] / "REPLICATION.md").read_text(encoding="utf-8")
    table = pd.read_csv(FOLDER / "author_cells_quantiles.csv")
    quantiles = table.set_index(["nl", "r", "T", "n", "miss", "rho", "alpha"])
    found = 0
    for number, title in enumerate(("Table 1: linear worlds", "Table 2: nonlinear worlds")):
        part = page.split(f"## Deep factors, {title}")[1].split("\n## ")[0]
        for setup, ours in re.findall(r"^\| ([\d., ]+) \| \**([\d.]+) \(", part, flags=re.MULTILINE):
            low, high = quantiles.loc[(bool(number), *map(float, setup.split(", "))), ["ddfm_q05", "ddfm_q95"]]
            assert low - 0.005 <= float(ours) <= high + 0.005, setup  # printed to two digits
            found += 1
    assert found >= 22


@pytest.mark.parametrize(("name", "starts"), [("A", 1), ("C", 1), ("D", 3), ("E", 1), ("G", 1)])
def test_the_deep_model_scores_as_the_authors(name, starts):
    """The kit's training: raw within their 5-95 % range (index 0 and 4), and near what their present code gives.

    The small nonlinear panel D depends on the start as much as on the panel (0.76 to 0.87 raw): the median of three.
    """
    cell, (y, truth) = cells()[name], panel(name)
    settings = [{"nonlinear": cell["nonlinear"], "seed": 1 + k} for k in range(starts)]
    fits = [fit_d2fm(y, cell["r_tilde"], one, variant="recommended")[0] for one in settings]
    ours = pd.DataFrame([scores(truth, factors) for factors in fits]).median()
    low, *_, high = cell["author_quantiles_100_seeds"]["ddfm non-filtered"]
    theirs = next(run for run in cell["tf_head"] if run["seed"] == 1)["ae"]
    assert low <= ours["raw"] <= high
    near = {"A": 0.01, "C": 0.01, "D": 0.07, "E": 0.01, "G": 0.07}[name]  # their spread over starts on one panel
    assert ours["raw"] == pytest.approx(theirs["raw"], abs=near)
    assert ours["centred"] == pytest.approx(theirs["cent"], abs=near)


@pytest.mark.parametrize("name", ["A", "D"])
def test_the_peer_has_the_oracles_likelihood_and_scores(name):
    (y, truth), reference = panel(name), next(run for run in cells()[name]["dynamicfactormq"] if run["seed"] == 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 500 rounds are not always enough
        results = linear_dfm(y, cells()[name]["r_tilde"]).fit(disp=False, maxiter=500)
    assert results.llf == pytest.approx(reference["llf"], rel=1e-8)
    for kind, key in (("smoothed", "sm"), ("filtered", "fi")):
        ours = scores(truth, getattr(results.factors, kind))
        assert ours["raw"] == pytest.approx(reference[key]["raw"], abs=1e-6)
        assert ours["constant"] == pytest.approx(reference[key]["const"], abs=1e-6)
        assert ours["centred"] == pytest.approx(reference[key]["cent"], abs=1e-6)


def test_the_authors_gain_is_one_of_the_measure():
    """Their own results: over the nonlinear setups the gap to PCA is large raw, and gone once PCA has a constant."""
    table = pd.read_csv(FOLDER / "pca_vs_author_nonlinear_cells.csv")
    assert len(table) == 64
    assert (table["D2FM_author"] - table["PCAraw"]).mean() > 0.2
    assert abs((table["D2FM_author"] - table["PCAconst"]).mean()) < 0.02
    assert trace_r2([[1.0], [3.0]], [[1.0], [1.0]]) == pytest.approx(0.8)  # a constant explains a mean of 2
