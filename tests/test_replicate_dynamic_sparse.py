"""Replication of the dynamic sparse factor paper: its numbers as printed, the scores by hand, the pages from rows."""

import json

import numpy as np
import pytest

from tvplab.baselines import adaptive_pca, rolling_loadings
from tvplab.dgp import simulate_sparse_factors
from tvplab.factor_matching import rmse_path
from tvplab.replicate import dynamic_sparse as study
from tvplab.replicate.dynamic_sparse_cells import (
    ADAPTIVE,
    METHODS,
    OURS,
    PRINTED,
    UNROTATED,
    ZERO,
    lags,
    run,
    scores,
    support_rates,
)
from tvplab.replicate.dynamic_sparse_scores import paper_table

WORLD = simulate_sparse_factors(seed=0)


def row(method, seed=0, law="mean2", factor=1.0):
    """A row whose estimate is the truth of seed 0 times a factor."""
    said = {"least_sigma2": 0.004, "converged": True, "n_iter": 9}
    return {"method": method, "law": law, "seed": seed, "every": 1, "said": said, "maps": [WORLD.loadings[99]] * 4} | (
        scores(WORLD, factor * WORLD.loadings)
    )


def test_the_papers_table_is_as_printed():
    table = paper_table()
    assert len(table) == 16
    assert table.loc[("adaptive PCA", "1-100"), "rmse"] == 1.066
    assert table.loc[("sparse PCA", "201-300"), "rmse"] == 0.6377
    assert table.loc[("static spike-and-slab", "101-200"), "rmse"] == 0.2843
    assert list(table.loc[OURS, "rmse"]) == [0.2912, 0.2117, 0.2777, 0.1949]
    assert list(table.loc[OURS, "n_factors"]) == [4.89, 4.72, 3.84, 3.71]


def test_the_truth_scores_perfectly_whatever_its_names():
    turned = WORLD.loadings[:, :, ::-1] * np.where(np.arange(10) % 2, 1.0, -1.0)
    found = scores(WORLD, turned)
    for kind in ("matched", "each", "left"):
        assert found["segments"][kind] == [0.0] * 4
    assert found["segments"]["two"] == [5.0, 4.0, 3.0, 4.0]
    assert found["support"] == [[1.0, 0.0]] * 4
    assert found["lags"] == [0, 0, 0]


def test_scores_by_hand():
    found = scores(WORLD, 0.9 * WORLD.loadings)
    by_date = 0.1 * np.sqrt((WORLD.loadings**2).mean(axis=(1, 2)))
    by_hand = [by_date[a : a + 100].mean() for a in (0, 100, 200, 300)]
    np.testing.assert_allclose(found["segments"]["matched"], by_hand)
    np.testing.assert_allclose(found["paths"]["matched"], by_date[4::5], atol=5e-5)


def test_support_and_lags_by_hand():
    truth, found = np.array([[1.0, 0.0], [2.0, 0.0]]), np.array([[0.05, 0.3], [1.0, 0.0]])
    assert support_rates(truth, found) == [0.5, 0.5]
    true, count = np.repeat([5, 4, 3, 4], 10), np.repeat([5, 4, 3, 4], [10, 10, 10, 10])
    assert lags(true, count) == [0, 0, 0]
    assert lags(true, np.roll(count, 3)) == [3, 3, 3]
    assert lags(true, np.full(40, 4)) == [0, -1, 0]


def test_a_cell_is_what_the_rival_gives_and_survives_json():
    cell = {"method": ADAPTIVE, "law": "mean2", "seed": 1, "every": 100}
    found, world = run(cell), simulate_sparse_factors(seed=1)
    path = rolling_loadings(adaptive_pca, world.y, world.training, 100, 100)
    direct = scores(world, path)
    assert found["segments"] == direct["segments"]
    assert json.loads(json.dumps(found)) == found
    zero = run({"method": ZERO, "law": "mean2", "seed": 1, "every": 1})
    by_date = rmse_path(world.loadings, np.zeros_like(world.loadings))
    assert zero["segments"]["left"][0] == pytest.approx(by_date[:100].mean())


def test_cells_are_those_of_the_modes():
    quick, full = study.cells("quick"), study.cells("full")
    for cells, seeds, few in ((quick, 10, 1), (full, 10, 3)):
        assert sum(cell["law"] == "mean2" for cell in cells) == seeds * len(METHODS)
        assert sum(cell["law"] == "literal" for cell in cells) == 3 * few
    assert all(a["every"] >= b["every"] for a, b in zip(quick[::10][:3], full[::10][:3], strict=True))
    assert len(study.cells("full", 2)) == 2 * len(METHODS) + 3 * 2


def test_the_table_says_what_the_rows_hold():
    rows = [row(OURS, s, factor=1.1) for s in (0, 1)] + [row(PRINTED), row(UNROTATED), row(OURS, law="literal")]
    page = study.table_2(rows)
    error = rmse_path(WORLD.loadings, 1.1 * WORLD.loadings)[:100].mean()
    assert f"{error:.3f} (0.291)" in page
    assert "5.00 (4.89)" in page
    assert "matched, below the paper's in 4 of 4 periods" in page
    assert "median 0 after t = 100" in page
    assert "smallest variance is 0.004" in page
    assert "The printed law" in page
    assert "over 2 simulations" in page


def test_figures_in_numbers_and_pictures():
    rows = [row(OURS), row(ADAPTIVE, factor=0.5)]
    assert "| DSS-EM | 100%, 0.0% |" in study.figure_2(rows)
    assert "| 100 | " in study.figure_3(rows)
    maps = study.figure_2_picture(rows)
    np.testing.assert_array_equal(maps.axes[0].collections[0].get_array(), WORLD.loadings[99])
    left, _ = study.figure_3_picture(rows).axes
    np.testing.assert_allclose(left.lines[1].get_ydata(), row(OURS)["paths"]["matched"])
