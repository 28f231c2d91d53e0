"""The nowcasting study: lags by name, what is known on a day, cells, and pages from finished rows."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tvplab import data
from tvplab.nowcast_backtest import round_weeks
from tvplab.replicate import nowcasting, nowcasting_scores, nowcasting_tables
from tvplab.replicate.nowcasting import AR, CHOSEN, DEEP, MODELS, dates_of, monthly_ar1, monthly_errors, seeded
from tvplab.replicate.nowcasting_data import GDP, first_releases, lag_of, plain, real_time

NEEDED = "fred_md/fredmd_vintages_1999-08_2024-03.tar.xz", "realtime/rtdsm_ROUTPUTQvQd.csv"
HERE = "TVPLAB_DATA" in os.environ and all((Path(os.environ["TVPLAB_DATA"]) / name).is_file() for name in NEEDED)
needs_data = pytest.mark.skipif(not HERE, reason="FRED-MD's vintages are not at hand: set TVPLAB_DATA")


def test_lags_are_the_appendix_whatever_the_names_of_the_vintage():
    assert plain("S&P div yield") == plain("S&P DIV YIELD") == "SPDIVYIELD"
    assert [lag_of(name) for name in ("PAYEMS", "UMCSENTx", "CMRMTSPLx", "S&P 500", "NAPMNOI", GDP)] == [
        7,
        -3,
        35,
        0,
        3,
        30,
    ]
    with pytest.raises(ValueError, match="none for 'NEWSERIES'"):
        lag_of("NEWSERIES")


def test_every_quarter_of_the_windows_has_a_day_near_each_horizon():
    for first, last in nowcasting.WINDOWS["quick"]:
        days = dates_of(first, last)
        for quarter in pd.period_range(first, last, freq="Q"):
            release = quarter.end_time.normalize() + pd.Timedelta(days=30)
            weeks = list(round_weeks((release - days).days / 7))
            assert all(weeks.count(week) == 1 for week in nowcasting.WEEKS)
    cells = nowcasting.cells("quick")
    assert len(cells) == len({json.dumps(cell) for cell in cells}) == 9 * len(MODELS)


def test_full_mode_has_five_starts_of_the_deep_models():
    full = nowcasting.cells("full")
    seeds = {model: {cell.get("seed", 0) for cell in full if cell["model"] == model} for model in MODELS}
    assert seeds[DEEP] == seeds[CHOSEN] == set(range(5))
    assert all(found == {0} for model, found in seeds.items() if model not in (DEEP, CHOSEN))
    assert seeded(DEEP, 3).seed == 3
    assert {one.seed for one in seeded(CHOSEN, 3).candidates.values()} == {3}
    assert seeded(AR, 3) is MODELS[AR]


def test_the_grid_has_the_fixed_model_and_varies_both():
    candidates = MODELS[CHOSEN].candidates
    assert MODELS[DEEP] in candidates.values()
    assert len({(one.n_factors, len(one.widths)) for one in candidates.values()}) == len(candidates) == 6


@needs_data
def test_what_is_known_on_a_day_of_the_crisis():
    panel = real_time(2008).known(pd.Timestamp("2008-11-08"))
    assert panel["PAYEMS"].last_valid_index() == pd.Timestamp("2008-10-01")  # published on 7 November
    assert panel["INDPRO"].last_valid_index() == pd.Timestamp("2008-09-01")
    assert panel[GDP].last_valid_index() == pd.Timestamp("2008-09-01")
    assert panel[GDP].iloc[-3:].dropna().iloc[-1] == pytest.approx(-0.06, abs=0.01)  # −0.25 % a year
    assert first_releases("2008Q4", "2008Q4").iloc[0] == pytest.approx(100 * np.log(1 - 0.038) / 4, abs=0.01)
    hidden = real_time(2008).known(pd.Timestamp("2008-10-25"))
    assert hidden[GDP].last_valid_index() == pd.Timestamp("2008-06-01")


def test_monthly_errors_count_weeks_from_each_series_own_release():
    days = {
        pd.Timestamp("2008-05-24"): pd.DataFrame(
            {"PAYEMS": [1.0, 2.0], GDP: 0.0}, pd.to_datetime(["2008-05-01", "2008-06-01"])
        )
    }

    class Past:
        @staticmethod
        def actual(name, month):
            return 4.0

    sums = monthly_errors(days, Past())
    assert sums == {"6": {"PAYEMS": [4.0, 1]}, "4": {}, "2": {"PAYEMS": [9.0, 1]}}


def test_ar1_of_a_ragged_panel_starts_after_each_series_end():
    rng = np.random.default_rng(0)
    months = pd.date_range("2000-01-01", periods=60, freq="MS")
    panel = pd.DataFrame(rng.normal(size=(60, 2)), months, ["a", "b"]).assign(**{GDP: np.nan})
    panel.iloc[-2:, 1] = np.nan
    found = monthly_ar1(panel)
    assert found["a"].first_valid_index() == pd.Timestamp("2005-01-01")
    assert found["b"].first_valid_index() == pd.Timestamp("2004-11-01")
    y = panel["a"].to_numpy()
    slope, level = np.polyfit(y[:-1], y[1:], 1)
    assert found["a"].dropna().iloc[0] == pytest.approx(level + slope * y[-1])


@pytest.fixture
def rows(monkeypatch):
    """Finished cells whose deep forecasts are half as wrong as the AR(1)'s."""
    truth = pd.Series(1.0, pd.period_range("2007Q1", "2009Q4", freq="Q"))
    monkeypatch.setattr(nowcasting_scores, "first_releases", lambda first, last: truth)
    found = []
    errors = [(AR, 0, 1.0), ("DFM-EM 2 factors", 0, 0.8), ("DFM-EM 3 factors", 0, -0.8), (DEEP, 0, 0.5),
              (CHOSEN, 0, 0.6), (CHOSEN, 1, 0.8)]  # fmt: skip
    for model, seed, error in errors:
        listed = {"date": [], "quarter": [], "weeks": [], "forecast": [], "early": []}
        for quarter in truth.index:
            for weeks in range(2, 32, 2):
                day = quarter.end_time.normalize() + pd.Timedelta(days=30 - 7 * weeks)
                for name, value in zip(
                    listed, (f"{day:%Y-%m-%d}", str(quarter), weeks, 1.0 + error, False), strict=True
                ):
                    listed[name].append(value)
        row = {"model": model, "year": 2007, "first": "2007Q1", "last": "2009Q4", "forecasts": listed}
        row |= {"seed": seed} if seed else {}
        row |= {"chosen": f"start {seed}"} if model == CHOSEN else {}
        if model in (AR, DEEP):
            row["monthly"] = {str(weeks): {"a": [error**2 * 4, 4]} for weeks in (6, 4, 2)}
        if model == DEEP:
            row["indicator"] = {f"{q.start_time:%Y-%m-%d}": float(k) for k, q in enumerate(truth.index)}
        found.append(row)
    return found


def test_pages_show_ratios_beside_the_papers(rows):
    page = nowcasting_tables.table_5(rows)
    assert "| D2FM | 0.50 (0.90) | 0.50 (0.91) |" in page
    assert "12 quarters" in page
    assert "| D2FM, chosen | 0.71 (0.90) |" in page  # √(½ 0.6² + ½ 0.8²)
    assert "| D2FM, chosen | 0.60 to 0.80 |" in page
    assert "Chosen: 2007: start 0; 2007: start 1." in page
    assert "averaged: 2." in page
    assert "| mean ratio | 0.50 (0.85) | 0.50 (0.83) | 0.50 (0.91) |" in nowcasting_tables.table_6(rows)
    assert "| 2008Q3 | 1.00 | 2.00 | 1.80 | 0.20 | 1.50 | 1.70 |" in nowcasting_tables.figure_5(rows)
    assert "| 8 | 0.80 | 0.80 | 0.50 | 0.71 |" in nowcasting_tables.figure_6(rows)
    assert "| 2007Q2 | 1.00 |" in nowcasting_tables.figure_7(rows)
    for study in nowcasting_tables.STUDIES[2:]:
        assert study.picture(rows).axes


def test_the_papers_numbers_are_there():
    assert nowcasting_scores.paper(5)[14, "D2FM"] == 0.798
    assert len(nowcasting_scores.paper(5)) == 18
    assert len(nowcasting_scores.paper(6)) == 3
    assert not data.catalog().set_index("name").loc["us-output-realtime", "synthetic"]
