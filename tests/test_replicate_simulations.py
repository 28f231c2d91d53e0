"""The simulation study: the paper's numbers as printed, the cells asked for, the scores by hand."""

import json

import numpy as np
import pandas as pd
import pytest

from tvplab.dgp import simulate_design
from tvplab.replicate import simulation_tables as tables
from tvplab.replicate.simulation_cells import LAM0, LAMS, RIDGES, TASK, build, grid, run, table_cells, world_of
from tvplab.replicate.simulation_scores import by_model, compare, paper, tally
from tvplab.replicate.study import cell_key
from tvplab.ridge import TwoStepRidge

STUDIES = {study.id: study for study in tables.STUDIES}


@pytest.mark.parametrize(
    ("number", "key", "mae"),
    [  # read off the paper by eye
        (3, (6, 0.2, "low", "BVAR"), 0.128),
        (3, (100, 1.0, "sv low-high", "GRRRR"), 0.368),
        (5, (20, 0.2, "high", "GRRRR"), 0.355),
        (8, (100, 0.5, "medium", "2SRR"), 1.080),
        (10, (6, 1.0, "sv low-high", "BVAR"), 0.140),
        (14, (20, 0.5, "sv low-medium", "GLRR"), 0.087),
        (2, (50, 0.2, "high", "ShTVP-R"), 0.348),
    ],
)
def test_the_papers_tables_are_as_printed(number, key, mae):
    assert paper(number).loc[key, "mae"] == mae


def test_the_papers_tables_are_whole():
    for number in range(3, 15):
        table = paper(number)
        assert len(table) == 3 * 5 * (4 + 3 + 3)
        assert table.index.is_unique
        assert table["mae"].between(0.03, 3.0).all()
    assert len(paper(2)) == 90
    assert len(paper(1)) == 30


def test_a_cell_scores_the_papers_periods():
    for K, first in ((6, 50), (20, 1)):
        cell = grid(("2SRR",), "S2", 150, K, 1)[0]
        world = simulate_design("S2", 150, K, cell["share"], cell["noise"], cell["seed"])
        fit = TwoStepRidge(lam0=LAM0, lams=LAMS).fit(world.y, world.X)
        gap = np.abs(fit.beta.to_numpy() - world.beta.to_numpy())[first:-1]
        assert run(cell)["mae"] == {"2SRR": pytest.approx(gap.mean(), rel=1e-12)}


@pytest.mark.parametrize("more", [{"models": list(RIDGES)}, {"models": ["BVAR"], "sweeps": [100, 100, 1]}])
def test_every_model_finds_more_than_nothing(more):
    result = run({"design": "S4", "T": 150, "K": 6, "share": 0.2, "noise": "low", "seed": 1, **more})
    nothing = np.abs(simulate_design("S4", 150, 6, 0.2, "low", 1).beta.to_numpy()).mean()
    assert list(result["mae"]) == list(result["converged"]) == more["models"]
    assert all(0.0 < error < 0.5 * nothing for error in result["mae"].values())
    assert json.loads(json.dumps(result)) == result


@pytest.mark.parametrize("K", [6, 20])
def test_models_that_share_a_world_score_as_if_alone(K):
    cell = grid(RIDGES, "S3", 150, K, 1)[7]
    together, world = run(cell), world_of(cell)
    for name in RIDGES:
        alone = build(name).fit(world.y, world.X)
        gap = np.abs(alone.beta.to_numpy() - world.beta.to_numpy())[50 if K == 6 else 1 : -1]
        assert together["mae"][name] == pytest.approx(gap.mean(), rel=1e-12)
        assert run({**cell, "models": [name]})["mae"] == {name: together["mae"][name]}
        assert together["converged"][name] == alone.converged


def test_quick_and_full_ask_for_what_they_promise():
    quick, full = table_cells("S1", 300, "quick", None), table_cells("S1", 300, "full", None)
    ridge = [cell for cell in quick if cell["models"] == list(RIDGES)]
    assert {cell["K"] for cell in ridge} == {6, 20}
    assert len(ridge) == 2 * 15 * 20
    assert sum(cell["models"] == list(RIDGES) for cell in full) == 3 * 15 * 100
    assert {cell["K"] for cell in full if cell["models"] == ["BVAR"]} == {6}
    assert table_cells("S1", 600, "quick", None) == []
    assert len({cell_key(cell) for cell in quick}) == len(quick)


def test_figure_1_and_table_2_share_their_cells_with_the_tables():
    of_tables = {cell_key(cell) for T in (3, 4, 5, 6) for cell in STUDIES[f"table-{T}"].cells("quick", None)}
    assert {cell_key(cell) for cell in STUDIES["figure-1"].cells("quick", None)} <= of_tables
    of_table_6 = {cell_key(cell) for cell in STUDIES["table-6"].cells("quick", None)}
    assert {cell_key(cell) for cell in STUDIES["table-2"].cells("quick", None)} <= of_table_6
    assert STUDIES["figure-1"].task is STUDIES["table-3"].task is TASK


def rows_around(values):
    """Rows of one setup of Table 3 whose MAEs are the given ones."""
    cells = [{**grid(("2SRR",), "S1", 300, 6, 1)[0], "seed": seed} for seed in range(len(values))]
    return [row_of(cell, value) for cell, value in zip(cells, values, strict=True)]


def row_of(cell, value):
    """A finished cell in which every model's MAE is `value`."""
    return {**cell, "mae": dict.fromkeys(cell["models"], value), "converged": dict.fromkeys(cell["models"], True)}


def compared(values):
    """Compare rows of one setup of Table 3."""
    return compare(by_model(rows_around(values), ("2SRR",)), 3, paper_sims=50)


@pytest.mark.parametrize(("centre", "verdict"), [(0.110, "within"), (0.090, "lower"), (0.130, "higher")])
def test_verdicts_by_hand(centre, verdict):
    values = centre + 0.01 * np.array([-1.0, 0.0, 1.0, 0.0])
    table = compared(values)
    (row,) = table.itertuples()
    sd = 0.01 * np.sqrt(2.0 / 3.0)
    assert row.mae == pytest.approx(centre)
    assert row.se == pytest.approx(sd / 2.0)
    assert row.theirs == 0.110
    assert (abs(centre - 0.110) <= 2 * sd * np.sqrt(1 / 4 + 1 / 50)) == (verdict == "within")
    assert row.verdict == verdict


def test_the_tally_counts():
    table = pd.concat([compared([x, x + 0.001, x - 0.001]) for x in (0.110, 0.09, 0.13)])
    assert "2 of 3 setups (67 %): 1 within" in tally(table)
    assert "2SRR 1, 1, 1" in tally(table)


def test_one_simulation_has_no_verdict():
    table = compared([0.2])
    assert list(table["verdict"]) == ["unknown"]
    assert "no standard errors" in tally(table)
    assert "0.200 (0.110)" in STUDIES["table-3"].table(rows_around([0.2]))


def test_every_study_lays_out_what_it_has():
    for name, study in STUDIES.items():
        for cells in [study.cells("quick", 2), study.cells("full", 2)]:
            rows = [
                {**cell, "seconds": 0.5} if "model" in cell else row_of(cell, 0.1 + 0.001 * cell["seed"])
                for cell in cells
            ]
            if rows:
                page = study.table(rows)
                assert page.count("\n| ") >= 4, name
                assert "nan" not in page.lower(), name


def test_a_study_of_some_cells_has_dashes_for_the_others():
    rows = rows_around([0.1, 0.12])
    page = STUDIES["table-3"].table(rows)
    assert "| 0.2, low | 0.110 (0.110) |" in page
    assert "| 1, high | – |" in page


def test_figure_1_is_a_ratio_world_by_world():
    rows = [row_of(cell, 0.1 if cell["models"] == ["BVAR"] else 0.2) for cell in tables.figure_1_cells("quick", 2)]
    rows[0]["mae"]["BVAR"] = 0.4
    ratio = tables.error_ratios(rows)
    assert len(ratio) == 4 * 15 * 2
    assert ratio.value_counts().to_dict() == {2.0: 119, 0.5: 1}
    alone = [row for row in rows if row["models"] == list(RIDGES)] + rows[:3]
    assert len(tables.error_ratios(alone)) == 3
