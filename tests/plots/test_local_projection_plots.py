"""Pictures of responses show the numbers they are given, mark the break, and say where the data come from."""

import numpy as np
import pandas as pd
import pytest

from tvplab import plots
from tvplab.dgp.canada import simulate_canada
from tvplab.local_projections import LocalProjections
from tvplab.plots.local_projections import years_of
from tvplab.plots.surface import HEAD, MARGIN, seen_extent
from tvplab.ridge import TVPRidge

WORLD = simulate_canada(T=200)
RESULTS = LocalProjections(horizons=9, lags=1, shock_lags=3, estimator=TVPRidge(lam=50.0)).fit(
    WORLD.y["gdp"], WORLD.shock, WORLD.controls
)
BREAK = pd.Timestamp("1985-02-01")
TRUTH = WORLD.irf["gdp"]


def texts(picture):
    return " ".join(t.get_text() for t in picture.findobj(lambda a: hasattr(a, "get_text")))


def test_the_surface_is_the_responses_of_the_dates_that_every_horizon_has():
    picture = RESULTS.plot_surface(unit="percent", note="Synthetic", break_date=BREAK, azimuth=-20.0, elevation=40.0)
    ax = picture.axes[0]
    assert (ax.azim, ax.elev) == (-20.0, 40.0)
    (line,) = ax.lines
    drawn = np.asarray(line.get_data_3d())
    np.testing.assert_array_equal(drawn[2], RESULTS.irf.loc[BREAK])
    np.testing.assert_array_equal(drawn[1], np.arange(9.0))
    np.testing.assert_allclose(drawn[0], 1985 + 31 / 365, atol=0.01)
    complete = RESULTS.irf.dropna().to_numpy()
    np.testing.assert_allclose(ax.zz_dataLim.intervalx, [complete.min(), complete.max()])
    (surface,) = ax.collections
    assert len(surface.get_facecolor()) > 500
    assert "response (percent)" in texts(picture)
    assert "Synthetic" in texts(picture)


@pytest.mark.parametrize("view", [{}, {"azimuth": 40.0}, {"azimuth": -20.0, "elevation": 60.0}])
@pytest.mark.parametrize("note", ["", "Synthetic"])
def test_the_box_ends_with_the_surface_and_fills_the_picture(view, note):
    picture = RESULTS.plot_surface(unit="percent", note=note, **view)
    ax = picture.axes[0]
    complete = RESULTS.irf.dropna()
    years = years_of(complete.index)
    for limits, along in zip(
        (ax.get_xlim(), ax.get_ylim(), ax.get_zlim()), (years, complete.columns, complete.to_numpy()), strict=True
    ):
        assert limits == (np.min(along), np.max(along))
    seen, whole = seen_extent(ax), picture.bbox
    left, below, right, above = seen.x0, seen.y0, whole.x1 - seen.x1, whole.y1 - seen.y1
    assert left == pytest.approx(right, abs=1.0)
    assert below - MARGIN == pytest.approx(above - (HEAD if note else MARGIN), abs=1.0)
    assert min(left, below) == pytest.approx(MARGIN, abs=6.0)  # the last round's change: one in a hundred
    if note:
        words = picture._suptitle.get_window_extent()
        assert words.y0 > seen.y1


@pytest.mark.parametrize("difference", [False, True])
def test_the_map_is_centred_on_zero_and_grey_where_the_sample_ends(difference):
    picture = RESULTS.plot_heat(unit="percent", difference=difference, break_date=BREAK)
    mesh = picture.axes[0].collections[0]
    expected = (RESULTS.difference if difference else RESULTS.irf).to_numpy().T
    shown = np.ma.filled(mesh.get_array(), np.nan)
    np.testing.assert_array_equal(shown.reshape(expected.shape), expected)
    low, high = mesh.get_clim()
    assert low == -high == pytest.approx(-np.nanmax(np.abs(expected)))
    assert len(picture.axes[0].lines) == 1


def test_slices_are_rows_and_columns_with_bands_and_truth():
    date = RESULTS.irf.index[50]
    picture = RESULTS.plot_slices(horizons=[2, 8], dates=[date], level=0.8, truth=TRUTH, note="N", break_date=BREAK)
    left, right = picture.axes
    np.testing.assert_array_equal(left.lines[0].get_ydata(), RESULTS.irf[2])
    np.testing.assert_array_equal(left.lines[1].get_ydata(), TRUTH.loc[RESULTS.irf.index, 2])
    np.testing.assert_array_equal(left.lines[2].get_ydata(), RESULTS.irf[8])
    np.testing.assert_array_equal(right.lines[0].get_ydata(), RESULTS.irf.loc[date])
    np.testing.assert_array_equal(right.lines[2].get_ydata(), RESULTS.irf_ols)
    lower, upper = RESULTS.bands(0.8)
    band = right.collections[0].get_paths()[0].vertices[:, 1]
    assert band.min() == pytest.approx(lower.loc[date].min())
    assert band.max() == pytest.approx(upper.loc[date].max())
    assert "the truth, in the colour of its estimate" in texts(picture)
    colours = [line.get_color() for line in left.lines[:4]]
    assert colours[0] == colours[1] != colours[2] == colours[3]
    bare = RESULTS.plot_slices(level=None)
    assert not bare.axes[0].collections
    assert "truth" not in texts(bare)
    assert [t.get_text() for t in bare.axes[0].get_legend().texts] == ["h = 2", "h = 4", "h = 6", "h = 8"]


def test_the_difference_from_ols():
    picture = RESULTS.plot_difference(horizons=[0, 8], break_date=BREAK, unit="percent")
    first, second, zero, mark = picture.axes[0].lines
    np.testing.assert_array_equal(first.get_ydata(), RESULTS.irf[0] - RESULTS.irf_ols[0])
    np.testing.assert_array_equal(second.get_ydata(), RESULTS.difference[8])
    assert set(zero.get_ydata()) == {0.0}
    assert mark.get_linestyle() == "--"


@pytest.mark.parametrize(
    "draw", [plots.response_surface, plots.response_heat, plots.response_slices, plots.response_difference]
)
def test_every_picture_shows_itself_and_has_words(draw):
    picture = draw(RESULTS)
    data, _ = picture._repr_mimebundle_()
    assert data["image/png"]
    last = RESULTS.irf[8].dropna()
    assert f"at horizon 8 it goes from {last.iloc[0]:.2f} in 1976-03 to {last.iloc[-1]:.2f} in 1991-12" in picture.alt


def test_unknown_or_too_many_lines_are_refused():
    with pytest.raises(ValueError, match="horizons: 9 is not there; there are 0 to 8"):
        RESULTS.plot_difference(horizons=[9])
    with pytest.raises(ValueError, match="horizons: one picture holds at most 5 lines, got 6"):
        RESULTS.plot_slices(horizons=range(6))
    with pytest.raises(ValueError, match="dates: 1960-01-01 00:00:00 is not there"):
        RESULTS.plot_slices(dates=[pd.Timestamp("1960-01-01")])


def test_dates_and_numbers_as_an_axis():
    np.testing.assert_allclose(years_of(pd.DatetimeIndex(["1976-01-01", "2000-07-01"])), [1976.0, 2000.5], atol=0.01)
    np.testing.assert_allclose(years_of(pd.PeriodIndex(["1976Q1", "1976Q2"], freq="Q")), [1976.0, 1976.25], atol=0.01)
    np.testing.assert_array_equal(years_of(pd.RangeIndex(3)), [0.0, 1.0, 2.0])


def test_estimates_are_compared_at_one_horizon_with_the_truth_dashed():
    results = RESULTS
    other = 0.0 * results.irf + 1.0
    truth = 0.0 * results.irf + 2.0
    picture = plots.compare_responses({"ours": results.irf, "rival": other}, 2, truth, "points", "synthetic")
    lines = picture.axes[0].lines
    np.testing.assert_array_equal(lines[0].get_ydata(), results.irf[2])
    assert set(lines[1].get_ydata()[:5]) == {1.0}
    assert lines[2].get_linestyle() == "--"
    assert "ours, rival" in picture.alt
    assert "synthetic" in texts(picture)
    with pytest.raises(ValueError, match="surfaces: one picture holds 1 to 5 lines, got 0"):
        plots.compare_responses({}, 2)
