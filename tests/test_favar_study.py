"""The FAVAR study: scores by hand, cells, and a block of forecasts on a small world without a network."""

import numpy as np
import pandas as pd
import pytest

from tvplab.favar import FAVAR
from tvplab.forecast_tests import diebold_mariano
from tvplab.linear_factors import LinearFactors
from tvplab.replicate import favar, favar_models, favar_scores
from tvplab.replicate.favar_data import CLIP, FavarData, clipped, gathered
from tvplab.tvp_var import TVPVAR

pytestmark = pytest.mark.filterwarnings("ignore:the chains have not settled")  # tests draw few


def world(T=70, N=8, seed=0):
    rng = np.random.default_rng(seed)
    index = pd.period_range("1998Q1", periods=T, freq="Q")
    f = np.zeros(T)
    for t in range(1, T):
        f[t] = 0.8 * f[t - 1] + rng.standard_normal()
    panel = pd.DataFrame(np.outer(f, rng.standard_normal(N)) + rng.standard_normal((T, N)), index)
    panel.columns = [f"x{j}" for j in range(N)]
    observables = pd.DataFrame({"output": f + rng.standard_normal(T), "rate": rng.standard_normal(T)}, index)
    return FavarData(panel, observables, {name: "left" for name in panel})


DATA = world()
CELL = {
    "data": "small", "encoder": "PCA", "dynamics": ["TVP", "constant"], "origins": ["2012Q4", "2014Q3"],
    "factors": 1, "epochs": 1, "starts": 1, "draws": 40, "burn": 10,
}  # fmt: skip


def test_a_block_is_the_models_own_forecasts():
    """The second origin keeps the first one's loadings; scores are those of `Forecast`."""
    lines = pd.DataFrame(favar_models.forecast_block(DATA, CELL))
    encoder = LinearFactors.fit(DATA.panel[:"2012Q4"], 1)
    both = encoder.encode(DATA.panel[:"2014Q3"]).join(DATA.observables)
    forecast = TVPVAR(lags=2).fit(both, draws=40, burn=10).forecast(4)
    key = {"origin": "2014Q3", "dynamics": "TVP", "target": "rate"}
    found = lines[np.logical_and.reduce([lines[name] == value for name, value in key.items()])].set_index("horizon")
    assert list(found.index) == [1, 2, 3]
    np.testing.assert_allclose(found["mean"], forecast.mean["rate"].iloc[: len(found)])
    np.testing.assert_allclose(found["actual"], DATA.observables.loc["2014Q4":"2015Q3", "rate"])
    assert len(lines) == (4 + 3) * 2 * 2  # the sample ends three quarters after the second origin
    assert lines["pit"].between(0, 1).all()


def test_nothing_of_the_future_is_used():
    """Other numbers after the origin change the actual values alone."""
    later = world(seed=0)
    later.panel.loc["2014Q4":] = 9.0
    later.observables.loc["2014Q4":] = 9.0
    one, two = (pd.DataFrame(favar_models.forecast_block(data, CELL)) for data in (DATA, later))
    np.testing.assert_array_equal(one["mean"], two["mean"])
    assert (one["actual"] != two["actual"]).any()


def test_no_factors_leave_a_var_of_the_observables():
    lines = favar_models.forecast_block(DATA, CELL | {"encoder": "none", "dynamics": ["TVP"], "origins": ["2014Q3"]})
    expected = TVPVAR(lags=2).fit(DATA.observables[:"2014Q3"], draws=40, burn=10).forecast(4).mean
    assert lines[0]["mean"] == pytest.approx(expected.loc[1, "output"])


def rows(errors: dict, apart=4):
    """Finished rows of models whose errors of one target at h = 1 are given."""
    origins = pd.period_range("1990Q1", periods=40 * apart, freq="Q")[::apart].astype(str)
    table = []
    for (encoder, dynamics), e in errors.items():
        lines = [
            {"origin": o, "dynamics": dynamics, "horizon": 1, "target": "rate", "actual": 0.0, "mean": -x,
             "log_score": -abs(x), "crps": abs(x), "pit": 0.5}
            for o, x in zip(origins, e, strict=False)
        ]  # fmt: skip
        table.append({"encoder": encoder, "lines": lines} | CELL | {"encoder": encoder})
    return table


def test_scores_are_their_definitions():
    rng = np.random.default_rng(1)
    base, better = rng.standard_normal(40), 0.5 * rng.standard_normal(40)
    found = favar_scores.scores(favar_scores.frame_of(rows({favar_scores.BASE: base, ("GS-AE", "TVP"): better}))).loc[
        "rate", 1
    ]
    one = found.loc["GS-AE", "TVP"]
    assert one["ratio"] == pytest.approx(np.sqrt(np.mean(better**2) / np.mean(base**2)))
    assert one["gain"] == pytest.approx(np.mean(np.abs(base)) - np.mean(np.abs(better)))
    assert one["crps"] == pytest.approx(np.mean(np.abs(better)) / np.mean(np.abs(base)))
    assert (len(one["stars"]) > 0) == (diebold_mariano(better, base).pvalue < 0.1)
    of_crps = diebold_mariano(np.sqrt(np.abs(better)), np.sqrt(np.abs(base)))  # the test squares: a CRPS each
    assert (len(one["crps_stars"]) > 0) == (of_crps.pvalue < 0.1)
    assert (len(one["gain_stars"]) > 0) == (of_crps.pvalue < 0.1)  # these log scores are minus the CRPS
    assert found.loc[favar_scores.BASE, "ratio"] == 1.0
    assert found.loc[favar_scores.BASE, "stars"] == ""


def test_a_duel_is_told_in_words():
    rng = np.random.default_rng(1)
    base = rng.standard_normal(40)
    lines = favar_scores.frame_of(rows({("PCA", "TVP"): base, ("GS-AE", "TVP"): 0.2 * base}))
    told = favar_scores.duel(lines, ("GS-AE", "TVP"), ("PCA", "TVP"))
    assert told.startswith("RMSE 1 of 1 (1 by the test, 0 worse by it), log score 1 of 1 (1 by")
    assert told.endswith("CRPS 1 of 1 (1 by the test, 0 worse by it)")
    assert "RMSE 0 of 1 (0 by the test, 1 worse by it)" in favar_scores.duel(lines, ("PCA", "TVP"), ("GS-AE", "TVP"))


def test_models_are_compared_where_all_have_forecasts():
    rng = np.random.default_rng(1)
    base, short = rng.standard_normal(40), rng.standard_normal(10)
    found = favar_scores.scores(favar_scores.frame_of(rows({favar_scores.BASE: base, ("AE", "TVP"): short})))
    assert (found["origins"] == 10).all()


def test_the_page_says_what_it_is(monkeypatch):
    monkeypatch.setitem(favar.NOTES, "small", "a small world, synthetic")
    rng = np.random.default_rng(1)
    names = [favar_scores.BASE, ("GS-AE", "TVP"), ("PCA", "TVP"), ("none", "TVP")]
    page = favar.forecast_page(rows({name: rng.standard_normal(20) for name in names}))
    assert "a small world, synthetic" in page
    assert "| PCA, constant | 1.00 (+0.00, 1.00) |" in page
    assert "GS-AE better than PCA, both moving: RMSE" in page
    assert "no factors" in page


def test_responses_at_dates_are_the_favars(monkeypatch):
    cell = CELL | {"dates": ["2008Q1"], "horizon": 8, "size": 1.0, "series": ["x1", "gold"], "draws": 40, "burn": 20}
    found = favar_models.responses(DATA, cell)
    encoder = LinearFactors.fit(DATA.panel, 1)
    fit = FAVAR(encoder, TVPVAR(lags=2)).fit(DATA.observables, draws=40, burn=20)
    expected = fit.panel_irf("rate", "2008Q1", 8, size=1.0).median["x1"] / DATA.panel["x1"].std()
    np.testing.assert_allclose(found["2008Q1"]["series"]["median"]["x1"], expected)
    assert list(found["2008Q1"]["series"]["median"]) == ["x1"]
    assert found["2008Q1"]["asymmetry"] < 1e-9  # the decoder is linear
    monkeypatch.setitem(favar.NOTES, "small", "a small world, synthetic")
    page = favar.response_page([{**cell, **found}])
    assert "| x1 |" in page
    assert "asymmetry 0.00" in page


def test_cells_of_both_modes():
    quick, full = (favar.us_cells(mode) for mode in ("quick", "full"))
    assert len(quick) < 40 < len(full)
    assert {cell["encoder"] for cell in quick} == set(favar.PAIRS)
    assert all(len(cell["origins"]) <= 12 for cell in full)
    assert "none" not in {cell["encoder"] for cell in favar.brazil_cells("quick")}
    assert [cell["encoder"] for cell in favar.response_cells("quick")] == ["GS-AE", "PCA"]


def test_preparation():
    sizes = {"a": "big", "b": "big", "c": "big", "d": "small"}
    assert gathered(sizes)["d"] == "other"
    assert gathered(sizes)["a"] == "big"
    panel = pd.DataFrame({"x": [*np.random.default_rng(0).standard_normal(50), 100.0], "still": 1.0})
    found = clipped(panel)
    spread = (panel["x"] - panel["x"].median()).abs().median() / 0.6745
    assert found["x"].iloc[-1] == pytest.approx(panel["x"].median() + CLIP * spread)
    pd.testing.assert_series_equal(found["x"].iloc[:-1], panel["x"].iloc[:-1])
    assert (found["still"] == 1.0).all()
