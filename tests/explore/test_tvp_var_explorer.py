"""Lesson 5's slider without a browser: what it shows are the stored draws' responses at the date."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.dates import num2date

from tvplab import TVPVAR, explore
from tvplab.explore.tvp_var import EXPLODES, SCALES
from tvplab.tvp_var_results import TVPVARResults

pytestmark = pytest.mark.filterwarnings("ignore:the chains have not settled")  # tests draw few
RNG = np.random.default_rng(3)
DATA = pd.DataFrame(RNG.standard_normal((80, 3)), columns=["output", "prices", "rate"])
DATA.index = pd.period_range("1990Q1", periods=80, freq="Q")
RESULTS = TVPVAR(lags=1).fit(DATA, draws=40, burn=20)


@pytest.fixture(scope="module")
def explorer():
    return explore.tvp_var(RESULTS, note="white noise, synthetic")


@pytest.fixture(autouse=True)
def start_again(explorer):
    explorer.reset()
    yield
    assert explorer.error.value == ""


@pytest.mark.parametrize(("scale", "size"), [(SCALES[0], 0.5), (SCALES[1], 1.5), (SCALES[0], -1.0)])
def test_it_shows_the_results_irf(explorer, scale, size):
    date = RESULTS.index[10]
    explorer.set(date=date, shock="prices", size=size, scale=scale)
    unit = 1.0 if scale == SCALES[0] else None
    expected = RESULTS.irf("prices", date, 20, size=unit)
    for line, name in zip(explorer.panel.artists["lines"], DATA, strict=True):
        np.testing.assert_allclose(line.get_ydata(), size * expected.median[name], atol=1e-12)
    low, high = explorer.result.edges[1:]
    drawn = explorer.panel.artists["bands"][1].get_xy()
    np.testing.assert_array_equal(
        drawn[:42], np.column_stack([[*range(21), *range(20, -1, -1)], [*low[:, 1], *high[::-1, 1]]])
    )
    assert (low <= high).all()
    np.testing.assert_allclose(
        np.minimum(low, high)[:, 2], np.minimum(size * expected.lower, size * expected.upper)["rate"]
    )
    assert f"{expected.explosive:.0%}" in explorer.numbers.value


def test_twice_the_size_is_twice_the_response(explorer):
    explorer.set(size=1.0)
    once = explorer.result.edges
    explorer.set(size=2.0)
    np.testing.assert_allclose(explorer.result.edges, 2 * once)
    explorer.set(size=0.0)
    assert not explorer.result.edges.any()


@pytest.mark.parametrize(
    ("control", "value"),
    [("date", RESULTS.index[70]), ("shock", "output"), ("size", -1.5), ("scale", SCALES[1])],
)
def test_every_control_changes_the_picture(explorer, control, value):
    before = explorer.static_png()
    explorer.set(**{control: value})
    assert explorer.static_png() != before


def test_limits_stay_while_date_and_size_move(explorer):
    limits = [ax.get_ylim() for ax in explorer.figure.axes]
    for place in (0, 40, 78):
        explorer.set(date=RESULTS.index[place], size=-2.0)
    assert [ax.get_ylim() for ax in explorer.figure.axes] == limits
    mark = explorer.panel.artists["mark"].get_xdata()[0]
    assert num2date(mark).replace(tzinfo=None) == RESULTS.index[78].to_timestamp()


def test_words(explorer):
    assert "synthetic" in explorer.alt
    assert "synthetic" in explorer.figure.get_suptitle()
    with pytest.raises(TypeError, match="TVPVARResults"):
        explore.tvp_var(DATA)


def test_without_results_it_fits_the_bundled_data():
    found = explore.tvp_var(draws=40)
    assert found.result.names == ["growth", "inflation", "rate"]
    assert found.result.results.index[0] == pd.Period("1960Q1")  # two lags after 1959Q3
    assert "bundled" in found.figure.get_suptitle()


def test_a_date_where_every_draw_explodes_says_so_calmly(monkeypatch):
    irf, explosive, bad = TVPVARResults.irf, TVPVARResults.explosive, set(RESULTS.index[30:50])  # the middle among them

    def refuse(self, shock, date, *rest, **words):
        if date in bad:
            raise ValueError(f"date: every draw explodes at {date}; tighten the prior or draw more")
        return irf(self, shock, date, *rest, **words)

    monkeypatch.setattr(TVPVARResults, "irf", refuse)
    monkeypatch.setattr(TVPVARResults, "explosive", lambda self, date: 1.0 if date in bad else explosive(self, date))
    found = explore.tvp_var(RESULTS)
    message, line = found.panel.artists["message"], found.panel.artists["lines"][0]
    assert message.get_text() == EXPLODES
    assert np.isnan(line.get_ydata()).all()
    assert "nan" not in found.numbers.value
    assert found.error.value == ""
    calm = found.static_png()
    found.set(date=RESULTS.index[5])
    assert message.get_text() == ""
    np.testing.assert_allclose(line.get_ydata(), irf(RESULTS, "rate", RESULTS.index[5], 20, size=1.0).median["output"])
    assert found.static_png() != calm
    assert found.error.value == ""


def test_another_error_is_not_hidden(monkeypatch):
    monkeypatch.setattr(TVPVARResults, "irf", lambda *_, **__: (_ for _ in ()).throw(ValueError("something else")))
    with pytest.raises(ValueError, match="something else"):
        explore.tvp_var(RESULTS)
