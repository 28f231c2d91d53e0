"""The study of the grouped autoencoder: what a cell scores, what is asked for, and the tables' arithmetic."""

import json

import numpy as np
import pytest

pytest.importorskip("torch")

from tvplab.autoencoder_variants import fit_variant, recovery
from tvplab.dgp import simulate_anchored_groups
from tvplab.replicate import autoencoder as study
from tvplab.replicate import autoencoder_panels as panels
from tvplab.replicate.study import cell_key, union
from tvplab.sparse_autoencoder import GroupedSparseAutoencoder

SMALL = {"T": 60, "N": 20, "groups": 4, "factors": 2, "anchors": 2}
FAST = {"n_factors": 2, "hidden": (8, 4), "epochs": 20, "learning_rate": 2e-2}
STUDIES = {one.id: one for one in study.STUDIES}


@pytest.mark.parametrize("variant", ["grouped sparse", "PCA"])
def test_a_cell_scores_the_fit_it_names(variant):
    result = study.run(study.cell(SMALL, 3, variant, **FAST))
    world = simulate_anchored_groups(**SMALL, seed=3)
    fit = fit_variant(variant, GroupedSparseAutoencoder(world.groups, starts=study.STARTS, **FAST), world.X)
    found = recovery(world.factors, fit.factors)
    assert result["correlations"] == found.correlation.tolist()
    assert result["smallest"] == min(result["correlations"])
    assert (result["f1"] is None) == (variant == "PCA")
    assert ("starts" in result) == (variant != "PCA")
    assert json.loads(json.dumps(result)) == result


def test_a_cell_may_tell_the_anchors():
    told = study.run(study.cell(SMALL, 3, told=True, starts=1, **FAST))
    world = simulate_anchored_groups(**SMALL, seed=3)
    model = GroupedSparseAutoencoder(world.groups, anchors=world.anchors, starts=1, **FAST)
    fit = fit_variant("grouped sparse", model, world.X)
    assert told["mse"] == fit.mse
    assert told["alive"] == (fit.group_weights != 0.0).any().sum()
    assert len(told["starts"]) == 1


def test_studies_share_cells():
    cells = {name: one.cells("quick", None) for name, one in STUDIES.items()}
    (task, together), *rest = union(list(STUDIES.values()), "quick", None)
    assert task is study.TASK
    assert not rest
    assert len(together) < sum(len(one) for one in cells.values())
    seeds = [c["seed"] for c in cells["gsae-recovery"] if c["world"] == {} and c["variant"] == "grouped sparse"]
    assert sorted(set(seeds)) == [0, 1]
    full = [c for c in STUDIES["gsae-recovery"].cells("full", None) if c["variant"] == "grouped sparse"]
    assert len(full) == 10 * len(study.WORLDS)
    keys = [cell_key(one) for one in cells["gsae-recovery"]]
    assert len(keys) == len(set(keys))


def row(cell, f1, least, mse=0.3):
    return {
        **cell,
        "f1": f1,
        "smallest": least,
        "mean": least,
        "mse": mse,
        "active": 9.0,
        "alive": None if cell["variant"] == "PCA" else 6 - cell["seed"],
        "correlations": [least, 0.99],
    }


def test_tables_count():
    cells = study.recovery_cells("quick", 2)
    rows = [row(c, None if c["variant"] == "PCA" else 1.0 - 0.1 * c["seed"], 0.99 - 0.05 * c["seed"]) for c in cells]
    page = study.recovery_table(rows)
    line = next(one for one in page.splitlines() if one.startswith("| T = 700"))
    assert line == "| T = 700 | 2 | 0.950 (0.900) | 1 of 2 | 0.965 (0.940) | 1 of 2 | 0.300 | 0.94 to 0.99 |"
    assert page.count("\n| ") == len(study.WORLDS) + 2
    assert study.recovery_table(rows[:1]).count("\n| ") == 3


def test_ablation_and_robustness_lay_out_what_they_have():
    cells = study.ablation_cells("quick", 2)
    ungrouped = ("plain autoencoder", "PCA")
    page = study.ablation_table([row(c, None if c["variant"] in ungrouped else 1.0, 0.9) for c in cells])
    assert page.count("\n| ") == len(study.ABLATION) + 2
    assert "nan" not in page
    assert "| no factor dies | 2 | 1.000 (1.000) | 2 of 2 | 0.900 (0.900) | 0 of 2 | 0.300 | 5.5 |" in page
    assert "| PCA | 2 | – | – | 0.900 (0.900) | 0 of 2 | 0.300 | – |" in page
    cells = study.robustness_cells("quick", 1)
    page = study.robustness_table([row(c, 1.0, 0.9) for c in cells])
    assert page.count("\n| ") == len(study.LAM0S) * len(study.LAM1S) + len(study.KS) + 2
    assert "| λ₀ = 20, λ₁ = 0.1 | 1 | 1.000 (1.000) |" in page


def test_worlds_without_anchor_groups_have_none():
    world = simulate_anchored_groups(**study.WORLDS["no anchor groups"], seed=0)
    assert (world.pattern.sum(axis=1) >= 2).all()
    assert world.anchors == {}
    assert np.allclose(world.signal.std(ddof=0), 1.0)


def test_the_bundled_panel_is_mapped():
    panel, groups = panels.panel_of("nyfed")
    assert panel.notna().all(axis=None)
    assert set(panel) == set(groups)
    row = {"weights": {"Prices": {"F1": 1.0, "F2": 0.0}, "Labor": {"F1": -0.25, "F2": 0.5}}, "mse": 0.6, "pca": 0.5}
    row |= {"leading": {"F1": ["CPI", "PCE"], "F2": ["PAYEMS"]}, "converged": False, "jacobian": 0.4, "shape": [9, 7]}
    page = panels.table([{"panel": "nyfed", "lam0": 10.0, **row}])
    assert "| Labor | 0.25 | 0.50 |" in page
    assert "| Prices | 1.00 |  |" in page
    assert "CPI, PCE" in page
    assert "mean squared error 0.600, 0.500 with as many principal components" in page
    assert "still moved" in page


def test_a_real_cell_is_what_json_can_hold(monkeypatch):
    monkeypatch.setitem(
        panels.PANELS, "nyfed", ("short", {"n_factors": 2, "hidden": [8, 4], "starts": 1, "epochs": 10})
    )
    result = panels.run({"panel": "nyfed", "lam0": 3.0})
    assert json.loads(json.dumps(result)) == result
    assert all(len(names) == panels.LEADING for names in result["leading"].values())
    panel, _ = panels.panel_of("nyfed")
    eigenvalues = np.linalg.eigvalsh(panel.corr())
    assert result["pca"] == pytest.approx(eigenvalues[:-2].sum() / panel.shape[1])
