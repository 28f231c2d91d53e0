"""Figures 5-8: what is kept of a fit, the crisis factor, and pages that say what the rows hold."""

import json

import numpy as np
import pandas as pd
import pytest

from tvplab.factor_matching import active_per_series
from tvplab.replicate import dynamic_sparse_macro as pages
from tvplab.replicate import dynamic_sparse_panel_cells as cells
from tvplab.replicate import dynamic_sparse_rivals as rivals

DATES = pd.date_range("2001-01", "2015-12", freq="MS")
GROUPS = {f"s{5 - j}": "Output" for j in range(6)} | {name: "Housing" for name in ("HOUST", "HOUSTW", "PERMIT")}


def loadings():
    """Factor A holds six series always; B two, and all nine in October and November 2008; C is empty."""
    B = np.zeros((180, 9, 3))
    B[:, :6, 0], B[:, 6:8, 1] = 1.0, 0.5
    B[93:95, :, 1] = -0.5
    return B


def row():
    found = cells.kept(loadings(), ["A", "B", "C"], DATES)
    lines = {"HOUST": np.linspace(1.0, 2.0, 180).tolist(), "HOUSTW": np.linspace(2.0, 1.0, 180).tolist()}
    said = {"converged": False, "n_iter": 120, "persistence": [0.1, 0.9, 0.0]}
    made = {"panel": "made up", "n_factors": 3, "note": "a note", "housing": lines, "said": said}
    made |= cells.listed(GROUPS) | found
    return json.loads(json.dumps(made, sort_keys=True))  # as results come back from disk


def test_what_is_kept_of_a_fit():
    found = row()
    assert found["crisis"] == "B"
    assert found["factors"] == ["A", "B", "C"]
    assert found["reach"]["B"][92:96] == [2, 9, 9, 2]
    np.testing.assert_allclose(found["per_series"], active_per_series(loadings()), atol=5e-5)
    np.testing.assert_array_equal(found["maps"]["2008-10"], loadings()[93])
    np.testing.assert_array_equal(found["history"], loadings()[:, :, 1])
    assert cells.groups_of(found) == GROUPS
    assert list(cells.groups_of(found)) == list(GROUPS)


def test_the_crisis_factor_is_the_one_that_jumps():
    reach = pd.DataFrame({"large": 20, "jumps": 3, "late": 0}, DATES)
    reach.loc["2008-10", "jumps"] = 15
    reach.loc["2012":, "late"] = 30
    assert cells.crisis_factor(reach) == "jumps"


def test_pages_say_what_the_rows_hold():
    rows = [row()]
    assert "| 2008-10 | 2 | B: Output 6, Housing 3 |" in pages.figure_5(rows)
    assert "3 of 3 in 2008-10 (B)" in pages.figure_5(rows)
    assert "2.0 series on average in 2002-01 to 2006-12, at most 9 in 2008-10" in pages.figure_6(rows)
    assert "in 2 months between 2008-10 and 2008-11" in pages.figure_6(rows)
    assert "| s5 | 2 | 2008-10 | 2008-11 |" in pages.figure_6(rows)
    assert "Highest in 2008-10 (1.67)" in pages.figure_7(rows)
    assert "| HOUSTW | 1.80 | 1.48 | 1.00 | 2.00 in 2001-01 |" in pages.figure_8(rows)
    assert "120 iterations, not converged, φ̃ of the factors from 0.00 to 0.90" in pages.head(rows[0])
    assert all(f"**Figure {k}**" in pages.offline(rows) for k in (5, 6, 7, 8))


def test_pictures_show_the_same():
    rows = [row()]
    maps = pages.figure_5_picture(rows).axes
    np.testing.assert_array_equal(maps[1].collections[0].get_array(), loadings()[93])
    history = pages.figure_6_picture(rows).axes[0].collections[0].get_array()
    np.testing.assert_array_equal(history, loadings()[:, :, 1].T)
    np.testing.assert_array_equal(pages.figure_7_picture(rows).axes[0].lines[0].get_ydata(), rows[0]["per_series"])
    assert len(pages.figure_8_picture(rows).axes[0].lines) == 2


def test_the_bundled_panel_runs(monkeypatch):
    monkeypatch.setattr(cells, "OPTIONS", cells.OPTIONS | {"max_iter": 2})
    cell = cells.cells("nyfed", "quick")[0] | {"n_factors": 4}
    found = cells.run(cell)
    assert len(found["dates"]) == 180
    assert len(found["maps"]["2003-12"]) == 26
    assert set(found["housing"]) == {"HOUST"}
    assert not found["said"]["converged"]
    assert "New York Fed" in pages.offline([cell | found])


def test_figure_4_counts_what_is_in_use():
    maps = {"adaptive PCA": np.array([[0.5, 0.0], [0.5, 0.0], [0.05, 0.0]]).tolist()}
    rows = [{"note": "a note", **cells.listed(dict.fromkeys("abc", "g")), "maps": maps}]
    assert "| adaptive PCA | 1 | 67% | 0.7 |" in rivals.figure_4(rows)
    np.testing.assert_array_equal(
        rivals.figure_4_picture(rows).axes[0].collections[0].get_array(), [[0.5], [0.5], [0.05]]
    )


def test_rivals_run_on_a_window():
    found = rivals.run({"panel": "nyfed", "window": 120, "numbers": [3]})
    assert {name: np.shape(one) for name, one in found["maps"].items()} == {
        "adaptive PCA": (25, 15),
        "sparse PCA, 3": (25, 3),
    }


def test_one_cell_a_panel_in_both_modes():
    assert (
        cells.cells("fred-md", "quick") == cells.cells("fred-md", "full", 7) == [{"panel": "fred-md", "n_factors": 20}]
    )
    assert [study.id for study in pages.STUDIES] == [*(f"dss-figure-{k}" for k in range(5, 9)), "dss-offline"]
    with pytest.raises(KeyError):
        cells.cells("elsewhere", "quick")
