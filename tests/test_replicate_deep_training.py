"""The study of the authors' training: every difference once, cells that run, the page."""

import pytest

from tvplab.deep_dfm_recipe import RECIPES, Recipe
from tvplab.replicate import deep_factor_training as study
from tvplab.replicate.catalog import find
from tvplab.replicate.deep_factor_cells import PAPER_TRAINING, paper


def test_every_difference_of_a_recipe_has_its_row():
    assert set(study.WORDS) == set(Recipe._fields)
    single = [settings["variant"] for settings in list(study.TRAININGS.values())[2:-1]]
    assert [sum(recipe) for recipe in single] == [1] * len(Recipe._fields)
    assert Recipe(*map(any, zip(*single, strict=True))) == RECIPES["paper"]
    assert study.TRAININGS[study.ALL] == PAPER_TRAINING


def test_cells_are_panels_by_trainings():
    cells = study.cells("quick")
    assert len(cells) == 4 * 10 * len(study.TRAININGS)
    assert {cell["seed"] for cell in cells} == set(range(1, 11))
    for number, setup in study.SETUPS:
        assert setup in paper(number).index


def test_a_cell_trains_as_it_says():
    number, setup = study.SETUPS[0]
    cell = {"table": number, "setup": list(setup), "seed": 1}
    kit, theirs = (study.run(cell | {"training": name}) for name in (study.KIT, study.ALL))
    assert kit["raw"] != theirs["raw"]
    assert all(0.0 < found[measure] < 1.0 for found in (kit, theirs) for measure in ("raw", "centred"))


def test_the_page_has_medians_and_the_papers_below():
    rows = [cell | {"raw": 0.5 + 0.1 * cell["seed"], "centred": 0.9, "converged": True}
            for cell in study.cells("quick", 3)]  # fmt: skip
    page = study.table(rows)
    assert f"| {study.KIT} | 0.70 (0.90) | 0.70 (0.90) |" in page
    assert page.index(study.KIT) < page.index(study.WORDS["one_stream"]) < page.index(study.ALL + " |")
    assert page.endswith("| paper, 100 panels | 0.55 | 0.70 | 0.91 | 0.91 |")
    assert "over 3 of" in page


def test_the_page_of_an_unfinished_run_says_what_is_missing():
    rows = [cell | {"raw": 0.5, "centred": 0.9, "converged": True} for cell in study.cells("quick", 1)]
    page = study.table([row for row in rows if row["training"] != study.ALL or row["table"] == 1])
    assert f"| {study.ALL} | 0.50 (0.90) | 0.50 (0.90) | – | – |" in page


def test_it_is_in_the_catalog():
    assert find(["d2fm-training"])[0].task is study.TASK
    with pytest.raises(ValueError, match="unknown"):
        find(["d2fm-trainings"])
