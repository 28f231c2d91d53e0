"""Tables 3-14 together and GRRRR's number of factors: counted by hand, computed on one world."""

import json

import pytest

from tvplab.replicate import simulation_ranks as ranks
from tvplab.replicate import simulation_summary as together
from tvplab.replicate import simulation_tables as tables
from tvplab.replicate.simulation_cells import grid
from tvplab.replicate.simulation_scores import paper
from tvplab.replicate.study import cell_key


def rows_of(design, T, number, factor, setups):
    """Finished cells of some setups whose MAEs are the paper's times a factor, ± 1 %, over four seeds."""
    found = []
    for cell in grid(("2SRR", "GLRR"), design, T, 6, 4):
        key = (cell["share"], cell["noise"])
        if key in setups:
            noise = 1.0 + 0.01 * (-1.0) ** cell["seed"]
            mae = {name: factor * noise * paper(number)["mae"][(6, *key, name)] for name in cell["models"]}
            found.append({**cell, "mae": mae, "converged": dict.fromkeys(cell["models"], True)})
    return found


def test_verdicts_are_counted_over_the_tables():
    rows = rows_of("S1", 300, 3, 0.5, [(0.2, "low"), (0.5, "low"), (1.0, "high")])
    rows += rows_of("S2", 150, 8, 1.5, [(0.2, "low")]) + rows_of("S4", 600, 14, 1.0, [(0.2, "low")])
    table = together.compared(rows)
    assert table.groupby(level="table", sort=False)["verdict"].unique().map(list).to_dict() == {
        3: ["lower"], 8: ["higher"], 14: ["within"],
    }  # fmt: skip
    assert table["gap"].loc[3].to_numpy() == pytest.approx([-50.0] * 6)
    page = together.summary(rows)
    assert "8 of 10 setups (80 %): 2 within two standard errors, 6 with a smaller" in page
    assert "| Table 3: S1, T = 300 | 0 | 6 | 0 | 100 % | -50 % |" in page
    assert "| Table 8: S2, T = 150 | 0 | 0 | 2 | 0 % | +50 % |" in page
    assert "| low | 2 | 4 | 2 | 75 % | -25 % |" in page
    assert page.count("| Table 8, K = 6, ") == 2  # the losses, by name
    assert page.count("| Table 3, K = 6, ") == 6  # the gains


def test_it_asks_for_the_cells_of_the_tables():
    of_tables = {cell_key(one) for study in tables.STUDIES for one in study.cells("quick", 2) if "models" in one}
    assert {cell_key(one) for one in together.cells("quick", 2)} <= of_tables
    assert together.STUDIES[0].task is tables.TASK


def test_one_world_by_three_rules():
    cell = {"design": "S1", "T": 80, "K": 6, "share": 1.0, "noise": "low", "seed": 0}
    result = ranks.run(cell)
    assert json.loads(json.dumps(result)) == result
    assert set(result) == {"start", "end", "mae"}
    assert result["start"]["one factor, given"] == 1
    assert 0 <= result["start"]["cross-validation"] <= 5
    for rule in ranks.RULES:
        assert result["end"][rule] <= max(1, result["start"][rule])
        assert 0.0 < result["mae"][rule] < 0.5


def test_ranks_are_counted_by_hand():
    cells = [cell for cell in ranks.cells("quick", 3) if (cell["design"], cell["K"], cell["noise"]) == ("S1", 6, "low")]
    rows = [
        {
            **cell,
            "start": {"variance share": 2 + i, "cross-validation": 1, "one factor, given": 1},
            "end": {"variance share": 1, "cross-validation": i, "one factor, given": 1},
            "mae": {"variance share": 0.1 * i, "cross-validation": 0.2, "one factor, given": 0.3},
        }
        for i, cell in enumerate(cells)
    ]
    page = ranks.table(rows)
    assert "noise low: variance share | 0 of 3 (3.0) | 3 of 3 (1.0) | 0.100 (0.300) |" in page
    assert "noise low: cross-validation | 3 of 3 (1.0) | 1 of 3 (1.0) | 0.200 (0.300) |" in page
    assert len(ranks.cells("full", None)) == 2 * 6 * 50
