"""Tables 15-17: scores by hand, the paper's numbers, and the study from cells to page."""

import json
import os

import numpy as np
import pandas as pd
import pytest
from test_forecasting_data import fred_like

from tvplab.crossval import RandomFolds
from tvplab.forecast_tests import diebold_mariano
from tvplab.replicate import forecasting, forecasting_choices
from tvplab.replicate.forecasting_data import HORIZONS, SPECS, TARGETS, Macro, sample
from tvplab.replicate.forecasting_models import MODELS, PLAIN
from tvplab.replicate.forecasting_scores import (
    agreement,
    forecast_frame,
    half_and_half,
    heaviest_quarter,
    paper,
    scores,
)
from tvplab.ridge import TVPRidge


def forecasts_of(errors: dict[tuple[str, str], np.ndarray], horizon=1, apart=1) -> pd.DataFrame:
    """Forecasts of one target whose errors are given by spec and model; the actual value is the quarter's number."""
    quarters = pd.period_range("2003Q1", periods=200, freq="Q")[::apart]
    fixed = {"target": "INF", "horizon": horizon, "replaced": False}
    tables = []
    for (spec, model), e in errors.items():
        actual = np.arange(len(e), dtype=float)
        numbers = {"quarter": quarters[: len(e)], "actual": actual, "forecast": actual - e}
        tables.append(pd.DataFrame(numbers).assign(spec=spec, model=model, **fixed))
    return pd.concat(tables, ignore_index=True)


@pytest.fixture
def errors():
    rng = np.random.default_rng(0)
    base = rng.normal(size=40)
    return {("AR", PLAIN): base, ("AR", "2SRR"): 0.5 * base + 0.1 * rng.normal(size=40), ("ARDI", PLAIN): 1.1 * base}


def test_ratios_and_stars_are_their_definitions(errors):
    table = scores(forecasts_of(errors)).loc[("INF", 1)]
    base, better = errors[("AR", PLAIN)], errors[("AR", "2SRR")]
    assert table.loc[("AR", PLAIN), "ratio"] == 1.0
    assert table.loc[("AR", PLAIN), "stars"] == ""
    assert table.loc[("AR", "2SRR"), "ratio"] == pytest.approx(np.sqrt(np.mean(better**2) / np.mean(base**2)))
    assert table.loc[("AR", "2SRR"), "pvalue"] == pytest.approx(diebold_mariano(better, base).pvalue)
    assert table.loc[("AR", "2SRR"), "stars"] == "***"
    assert table.loc[("ARDI", PLAIN), "ratio"] == pytest.approx(1.1)


def test_only_quarters_that_both_have_are_compared(errors):
    short = {**errors, ("ARDI", PLAIN): errors[("ARDI", PLAIN)][:10]}
    table = scores(forecasts_of(short)).loc[("INF", 1)]
    assert table.loc[("ARDI", PLAIN), "quarters"] == 10
    assert table.loc[("ARDI", PLAIN), "ratio"] == pytest.approx(1.1)


def test_forecasts_of_quarters_far_apart_do_not_overlap(errors):
    base, better = errors[("AR", PLAIN)], errors[("AR", "2SRR")]
    for apart, overlap in [(1, 4), (2, 2), (6, 1)]:
        found = scores(forecasts_of({k: e[:30] for k, e in errors.items()}, horizon=4, apart=apart))
        expected = diebold_mariano(better[:30], base[:30], overlap).pvalue
        assert found.loc[("INF", 4, "AR", "2SRR"), "pvalue"] == pytest.approx(expected)


def test_the_heaviest_quarter():
    errors = np.array([1.0, -3.0, 1.0, 1.0])
    row = heaviest_quarter(forecasts_of({("AR", PLAIN): errors})).loc[("INF", 1, "AR", PLAIN)]
    assert row["quarter"] == pd.Period("2003Q2")
    assert row["share"] == pytest.approx(9.0 / 12.0)


def test_half_and_half_is_the_mean_with_the_same_specification(errors):
    mixed = {**errors, ("ARDI", "2SRR"): np.linspace(-1.0, 1.0, 40)}
    table = half_and_half(forecasts_of(mixed)).assign(error=lambda x: x["actual"] - x["forecast"])
    for spec in ("AR", "ARDI"):
        found = table[(table.spec == spec) & (table.model == "2SRR")]["error"]
        np.testing.assert_allclose(found, (mixed[(spec, "2SRR")] + mixed[(spec, PLAIN)]) / 2.0, atol=1e-12)
        plain = table[(table.spec == spec) & (table.model == PLAIN)]["error"]
        np.testing.assert_allclose(plain, mixed[(spec, PLAIN)], atol=1e-12)


@pytest.mark.parametrize(
    ("table", "cell", "ratio", "stars"),
    [  # as the paper's text and tables say
        (15, ("IR", 1, "ARDI", "2SRR"), 0.64, "***"),
        (15, ("IR", 4, "VAR20", "GRRRR"), 0.81, "*"),
        (15, ("SPREAD", 1, "VAR5", "2SRR"), 0.82, "***"),
        (16, ("INF", 4, "AR", "2SRR"), 0.85, "*"),
        (16, ("GDP", 4, "ARDI", "GLRR"), 0.94, ""),
        (17, ("INF", 2, "AR", "GRRRR"), 0.92, "**"),
        (17, ("SPREAD", 4, "VAR20", "GRRRR"), 1.14, ""),
    ],
)
def test_the_paper_s_numbers(table, cell, ratio, stars):
    found = paper(table)
    assert len(found) == 5 * 3 * 4 * 4
    assert (found.loc[(slice(None), slice(None), "AR", PLAIN), "ratio"] == 1.0).all()
    assert found.loc[cell].tolist() == [ratio, stars]


def test_half_and_half_of_the_paper_keeps_the_constant_models():
    same = paper(15).loc[(slice(None), slice(None), slice(None), PLAIN), :]
    pd.testing.assert_frame_equal(same, paper(16).loc[same.index])


def test_agreement_counts():
    index = pd.MultiIndex.from_tuples(
        [("IR", 1, "AR", PLAIN), ("IR", 1, "AR", "2SRR"), ("IR", 1, "ARDI", "2SRR"), ("IR", 2, "ARDI", "2SRR")],
        names=["target", "horizon", "spec", "model"],
    )
    ours = pd.DataFrame({"ratio": [1.0, 0.7, 1.2, 1.3], "stars": ["", "***", "", "*"]}, index)
    theirs = pd.DataFrame({"ratio": [1.0, 0.6, 0.9, 1.1], "stars": ["", "*", "*", "**"]}, index)
    row = agreement(ours, theirs).loc["IR"]
    assert row.to_dict() == {
        "cells": 3, "median distance": pytest.approx(0.2), "same side": 2, "gains, paper": 2, "gains, here": 1,
        "gains, both": 1, "losses, paper": 1, "losses, here": 1, "losses, both": 1,
    }  # fmt: skip


def test_quick_is_part_of_full():
    quick, full = (forecasting.cells_of("basic", mode) for mode in ("quick", "full"))
    assert len(full) == 48 * len(SPECS) * len(HORIZONS) * 2
    assert [cell for cell in full if cell in quick] == quick
    assert sorted(forecasting.FIRST_GROUP + forecasting.SECOND_GROUP) == sorted(TARGETS)
    assert forecasting.cells_of("blocked", "quick") != quick


def test_from_cells_to_pages(monkeypatch):
    """Simulated data through every study: JSON, the same numbers again, one line a target and horizon."""
    macro = Macro.of(fred_like(seed=3, last="2003Q4"))
    monkeypatch.setattr(forecasting, "macro", lambda: macro)
    cells = [
        {"cv": "basic", "spec": "AR", "quarter": quarter, "horizon": horizon, "targets": ["INF", "IR"]}
        for quarter in ("2003Q1", "2003Q2")
        for horizon in (1, 4)
    ]
    rows = [{**cell, **forecasting.run(cell)} for cell in cells]
    assert json.loads(json.dumps(rows)) == rows
    assert forecasting.run(cells[0])["forecasts"] == rows[0]["forecasts"]
    assert len(forecast_frame(rows)) == 4 * 2 * (1 + len(MODELS))
    for study in forecasting.STUDIES:
        assert "vintage 2019-04, 2 of 48 quarters" in study.table(rows)
    page = forecasting.table_15(rows)
    for target in ("INF", "IR"):
        for horizon in (1, 4):
            line = next(line for line in page.splitlines() if line.startswith(f"| {target}, h = {horizon} |"))
            assert line.split("|")[2].strip() == "1.00 (1.00)"
    assert "| GDP, h = 1 |" not in page  # what was not run is not invented
    assert page.count("Not computed yet.") == len(SPECS) - 1


def test_choices_score_their_errors(monkeypatch):
    macro = Macro.of(fred_like(seed=4, last="2003Q4"))
    monkeypatch.setattr(forecasting_choices, "macro", lambda: macro)
    monkeypatch.setattr(forecasting_choices, "QUARTERS", pd.period_range("2003Q1", "2003Q3", freq="Q"))
    cells = forecasting_choices.cells("quick")
    assert len(cells) == len({(c["choice"], c["target"]) for c in cells}) == 3 * len(forecasting_choices.CHOICES)
    cell = {"choice": "first step alone", "target": "IR"}
    row = {**cell, **forecasting_choices.run(cell)}
    data = sample(macro, "AR", ["IR"], pd.Period("2003Q3"), 1)
    expected = TVPRidge(cv=RandomFolds(5)).fit(data.Y["IR"], data.X).predict(data.x_next)
    assert row["errors"][-1] == pytest.approx(macro.targets.loc["2003Q3", "IR"] - expected)
    ratio = np.sqrt(np.mean(np.square(row["errors"])) / np.mean(np.square(row["benchmark"])))
    line = next(line for line in forecasting_choices.table([row]).splitlines() if line.startswith("| first step"))
    assert f"| {ratio:.2f}" in line
    assert line.count("–") == 2


def test_real_data_reach_the_sample_of_the_paper():
    if "TVPLAB_DATA" not in os.environ:
        pytest.skip("TVPLAB_DATA is not set: FRED-QD is not at hand")
    macro = forecasting.macro()
    assert macro.medium.loc["1960Q1":"2014Q4"].notna().all(axis=None)
    assert macro.targets.loc["1959Q2":"2014Q4"].notna().all(axis=None)
    assert macro.panel.loc["1960Q1":"2014Q4"].notna().all().sum() > 200
    assert macro.targets.loc["1981Q2", "SPREAD"] == pytest.approx(13.75 - 17.78, abs=0.01)  # FRED: GS10, FEDFUNDS
