"""Pictures of a TVP-VAR show the numbers they are given."""

import numpy as np
import pandas as pd
import pytest

from tvplab import TVPVAR, plots

pytestmark = pytest.mark.filterwarnings("ignore:the chains have not settled")  # tests draw few
RNG = np.random.default_rng(3)
DATA = pd.DataFrame(RNG.standard_normal((60, 4)), columns=["output", "prices", "rate", "money"])
DATA.index = pd.period_range("1990Q1", periods=60, freq="Q")
RESULTS = TVPVAR(lags=1).fit(DATA, draws=20, burn=10)
RESPONSES = {label: RESULTS.irf("rate", RESULTS.index[t], 6, size=0.25) for label, t in (("early", 3), ("late", 50))}


def texts(picture):
    return " ".join(t.get_text() for t in picture.findobj(lambda a: hasattr(a, "get_text")))


def test_a_panel_a_variable_a_line_a_response():
    picture = plots.impulse_responses(RESPONSES, note="Synthetic", titles={"rate": "the rate"}, unit="points")
    assert sum(ax.axison for ax in picture.axes) == 4
    for ax, name in zip(picture.axes, DATA, strict=False):
        for line, response in zip(ax.lines, RESPONSES.values(), strict=False):
            np.testing.assert_array_equal(line.get_ydata(), response.median[name])
        band = ax.collections[1].get_paths()[0].vertices
        assert band[:, 1].max() == pytest.approx(RESPONSES["late"].upper[name].max())
        assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()
    assert "Synthetic" in texts(picture)
    assert "the rate" in texts(picture)
    assert [ax.get_ylabel() for ax in picture.axes[:4]] == ["points", "", "", "points"]
    assert [text.get_text() for text in picture.legends[0].get_texts()] == ["early", "late"]
    assert "early" in picture.alt


def test_chosen_variables_keep_their_order():
    picture = plots.impulse_responses({"late": RESPONSES["late"]}, variables=["rate", "output"])
    assert [ax.get_title(loc="left") for ax in picture.axes] == ["rate", "output"]
    with pytest.raises(ValueError, match="'gold'"):
        plots.impulse_responses(RESPONSES, variables=["gold"])
    with pytest.raises(ValueError, match="responses"):
        plots.impulse_responses({})


def test_volatilities_are_the_posterior_medians():
    picture = plots.shock_volatility(RESULTS, variables=["rate", "money"], marks=["1995Q2"])
    assert len(picture.axes) == 2
    np.testing.assert_allclose(picture.axes[0].lines[0].get_ydata(), RESULTS.volatility["rate"].median(axis=1))
    assert picture.axes[0].lines[1].get_xdata()[0] == pd.Timestamp("1995-04-01")
    assert [text.get_text() for text in picture.axes[0].texts] == [" 1995Q2"]


def test_the_map_is_sorted_by_group_and_scaled():
    groups = {"output": "real", "prices": "nominal", "rate": "nominal", "money": "real"}
    sd = pd.Series([1.0, 2.0, 4.0, 0.5], list(DATA))
    picture = plots.panel_responses(RESPONSES["late"], sd, groups, title="late")
    drawn = picture.axes[0].collections[0].get_array().reshape(4, 7)
    expected = (RESPONSES["late"].median / sd)[["prices", "rate", "output", "money"]].T
    np.testing.assert_allclose(drawn, expected)
    assert [label.get_text() for label in picture.axes[0].get_yticklabels()] == ["nominal", "real"]
    np.testing.assert_allclose(picture.axes[0].get_yticks(), [0.5, 2.5])


def test_rows_of_the_map_carry_their_series_name():
    names = {"output": "GDP", "prices": "CPI", "rate": "bill", "money": "M2"}
    picture = plots.panel_responses(
        RESPONSES["late"], pd.Series(1.0, list(DATA)), dict.fromkeys(DATA, "all"), names=names
    )
    (beside,) = picture.axes[0].child_axes
    assert [label.get_text() for label in beside.get_yticklabels()] == ["GDP", "CPI", "bill", "M2"]
    assert list(beside.get_yticks()) == [0, 1, 2, 3]


def test_maps_to_compare_have_one_symmetric_scale():
    sd, groups = pd.Series([1.0, 2.0, 4.0, 0.5], list(DATA)), dict.fromkeys(DATA, "all")
    early = plots.panel_responses(RESPONSES["early"], sd, groups)
    names = {name: name.upper() for name in DATA}
    both = plots.panel_responses(RESPONSES, sd, groups, title="to the rate", names=names, note="Synthetic")
    maps, bar = both.axes[:2], both.axes[2]
    reach = max((response.median / sd).abs().max(axis=None) for response in RESPONSES.values())
    for ax, (label, response) in zip(maps, RESPONSES.items(), strict=True):
        (mesh,) = ax.collections
        assert mesh.get_clim() == (-reach, reach)
        np.testing.assert_allclose(mesh.get_array().reshape(4, 7), (response.median / sd).T)
        assert ax.get_title(loc="left") == label
    assert [len(ax.child_axes) for ax in maps] == [0, 1]
    assert bar.get_ylabel() == "standard deviations, one scale for all maps"
    assert "to the rate. Synthetic" in texts(both)
    assert "early, late, on one scale" in both.alt
    alone = early.axes[0].collections[0].get_clim()
    assert -alone[0] == alone[1] == (RESPONSES["early"].median / sd).abs().max(axis=None)
    assert early.axes[1].get_ylabel() == "standard deviations"


def test_truth_lies_over_the_bands_of_the_draws():
    draws = RESULTS.paths("rate", "L1.rate")
    truth = pd.Series(0.5, DATA.index)  # a period more than the draws
    picture = plots.draws_and_truth({"own lag": (draws, truth), "again": (draws, truth)}, note="simulated")
    median, dashed = picture.axes[0].lines
    np.testing.assert_allclose(median.get_ydata(), draws.median(axis=1))
    assert dashed.get_ydata().shape == (59,)
    assert set(dashed.get_ydata()) == {0.5}
    for band, (low, high) in zip(picture.axes[0].collections, ((0.05, 0.95), (0.16, 0.84)), strict=True):
        edges = band.get_paths()[0].vertices[:, 1]
        assert edges.min() == pytest.approx(draws.quantile(low, axis=1).min())
        assert edges.max() == pytest.approx(draws.quantile(high, axis=1).max())
    assert "simulated" in texts(picture)
