"""The deep factor paper's Tables 1-3: as printed, what is asked for, scores by hand, pages."""

import json

import numpy as np
import pytest

from tvplab.dgp import simulate_deep_factors
from tvplab.factors import principal_components
from tvplab.metrics import trace_r2
from tvplab.replicate import deep_factors as tables
from tvplab.replicate.deep_factor_cells import SETUP, cells_of, paper, run, run_times, time_cells, world_of
from tvplab.replicate.study import cell_key

STUDIES = {study.id: study for study in tables.STUDIES}


@pytest.mark.parametrize(
    ("number", "key", "d2fm", "dfm"),
    [  # read off the paper by eye: r, T, n, missing, ρ, α
        (1, (1, 50, 10, 0.0, 0.5, 0.0), 0.91, 0.89),
        (1, (3, 200, 10, 0.3, 0.9, 0.5), 0.70, 0.82),
        (1, (3, 50, 100, 0.3, 0.5, 0.5), 0.92, 0.88),
        (2, (1, 200, 10, 0.0, 0.5, 0.0), 0.88, 0.66),
        (2, (3, 200, 100, 0.0, 0.9, 0.5), 0.985, 0.73),
        (2, (3, 50, 10, 0.3, 0.5, 0.0), 0.653, 0.43),
    ],
)
def test_the_papers_tables_are_as_printed(number, key, d2fm, dfm):
    table = paper(number)
    assert table.loc[key].to_list() == [d2fm, dfm]
    assert len(table) == 64
    assert table.index.is_unique


def test_table_3_goes_by_series_and_periods():
    assert paper(3)["ratio"].to_dict() == {
        (50, 150): 0.48, (50, 300): 0.22, (150, 150): 1.29, (150, 300): 1.15, (300, 150): 2.90, (300, 300): 2.07,
    }  # fmt: skip


@pytest.mark.parametrize("number", [1, 2])
def test_quick_and_full_ask_for_what_they_promise(number):
    quick, full = cells_of(number, "quick"), cells_of(number, "full")
    setups = {tuple(cell[key] for key in SETUP) for cell in quick}
    assert len(setups) >= 8
    assert setups <= set(paper(number).index)
    assert len(quick) == {1: 20, 2: 10}[number] * len(setups)
    assert len(full) == 64 * 100
    assert all(cell["nonlinear"] == (number == 2) for cell in full)
    assert len({cell_key(cell) for cell in quick}) == len(quick)
    assert all(cell["models"] == ["D2FM", "PCA", "DFM"] for cell in full)
    by_setup = {}
    for cell in full:
        by_setup.setdefault(tuple(cell[key] for key in SETUP), set()).add(cell["seed"])
    assert all(seeds == set(range(1, 101)) for seeds in by_setup.values())
    assert len({tuple(c["seed"] for c in quick if [c[k] for k in SETUP] == list(one)) for one in setups}) == len(setups)
    assert {cell_key(cell | {"models": 0}) for cell in quick} <= {cell_key(cell | {"models": 0}) for cell in full}


def test_quick_mode_has_twelve_setups_and_more():
    assert sum(len(cells_of(number, "quick", 1)) for number in (1, 2)) >= 12


def test_a_cell_scores_the_factor_set():
    cell = {"r": 2, "T": 40, "n": 9, "missing": 0, "rho": 0.5, "alpha": 0.5, "nonlinear": True, "seed": 3,
            "models": ["PCA"]}  # fmt: skip
    world = simulate_deep_factors(T=40, N=9, r=2, rho=0.5, alpha=0.5, seed=3, draws="authors")
    F = principal_components((world.y - world.y.mean()) / world.y.std(), 7).factors
    result = run(cell)
    by_hand = {
        "raw": trace_r2(world.factor_set, F),
        "constant": trace_r2(world.factor_set, np.column_stack([np.ones(40), F])),
        "centred": trace_r2(world.factor_set, F, centred=True),
    }
    assert result["scores"]["PCA"] == pytest.approx(by_hand, rel=1e-10)
    assert json.loads(json.dumps(result)) == result
    assert by_hand["constant"] > by_hand["raw"]


def test_every_model_finds_the_factor():
    cell = cells_of(1, "quick", 1)[0] | {"seed": 5, "models": ["D2FM", "PCA"]}
    result = run(cell)
    assert list(result["scores"]) == cell["models"]
    assert all(each["centred"] > 0.5 for each in result["scores"].values())
    again = run(cell | {"models": ["D2FM"]})
    assert again["scores"]["D2FM"] == result["scores"]["D2FM"]


def test_gaps_are_filled_for_principal_components():
    cell = cells_of(2, "quick", 1)[1]
    assert cell["missing"] == 0.3
    assert int(world_of(cell).y.isna().sum().sum()) == 150
    assert 0.0 < run(cell | {"models": ["PCA"]})["scores"]["PCA"]["raw"] < 1.0


def rows_around(number, offsets):
    """Rows of quick mode in which the D²FM's raw score is the paper's median plus these offsets, one a panel."""
    rows, cells = [], cells_of(number, "quick", len(offsets))
    for cell, offset in zip(cells, offsets * (len(cells) // len(offsets)), strict=True):
        printed = paper(number).loc[tuple(cell[key] for key in SETUP), "d2fm"] + offset
        scores = {"raw": printed, "constant": printed, "centred": 0.5}
        rest = {name: dict.fromkeys(scores, 0.4) for name in cell["models"][1:]}
        rows.append({**cell, "scores": {"D2FM": scores, **rest}, "converged": dict.fromkeys(cell["models"], True)})
    return rows


def test_the_page_counts_setups_whose_median_is_near():
    page = tables.table(1, rows_around(1, [-0.3, 0.04, 0.3]))
    assert "in 14 of 14 setups" in page
    assert "over 3 of the authors' 100 panels" in page
    assert "| 1, 50, 10, 0, 0.5, 0.5 | 0.94 (0.90) | 0.50 | **0.40 (0.85)** |" in page
    apart = tables.table(1, rows_around(1, [-0.06, -0.06]))
    assert "in 0 of 14 setups" in apart
    assert "two standard errors in 0." in apart


def test_the_error_of_a_median_by_hand():
    offsets = [-0.2, -0.1, 0.0, 0.1]
    table = tables.medians(rows_around(1, offsets))
    by_hand = 1.25 * np.std(offsets, ddof=1) * np.sqrt(1 / 4 - 1 / 100)  # four of the authors' hundred
    np.testing.assert_allclose(table["error"], by_hand)
    assert "two standard errors in 14." in tables.table(1, rows_around(1, [-0.2, 0.05]))


def test_the_page_says_what_the_measure_does():
    rows = rows_around(2, [0.0])
    page = tables.table(2, rows)
    gap = np.mean([row["scores"]["D2FM"]["raw"] - 0.4 for row in rows])
    assert f"raw {gap:+.3f}" in page
    assert "centred +0.100" in page
    assert "| – (0.63) |" in page  # quick mode leaves the linear model of these worlds to the paper
    assert "nan" not in page.lower()


def test_seconds_are_positive():
    result = run_times({"n": 25, "T": 40, "seed": 0, "rounds": 2})
    assert all(value > 0 for value in result.values())


def test_seconds_are_laid_out_as_medians_and_ranges():
    cells = time_cells("quick")
    assert [cell["seed"] for cell in cells] == [0, 1, 2, 0, 1, 2]
    rows = [{**cell, "d2fm": 3.0 + cell["seed"] ** 2, "dfm": 8.0, "dfm_round": 2.0} for cell in cells]
    assert "| 50, 150 | 4.0 (3.0 to 7.0) | 2.00 (2.00 to 2.00) | 2.0 (1.5 to 3.5) | – | 0.48 |" in tables.table_3(rows)
    full = [{**cell, "d2fm": 3.0, "dfm": 9.0, "dfm_round": 1.0} for cell in time_cells("full", 1)]
    assert "| 3.0 (3.0 to 3.0) | 3.00 (3.00 to 3.00) | 2.07 |" in tables.table_3(full)


def test_the_studies_are_in_the_catalog():
    from tvplab.replicate.catalog import find

    assert [study.id for study in find(list(STUDIES))] == ["d2fm-table-1", "d2fm-table-2", "d2fm-table-3"]
