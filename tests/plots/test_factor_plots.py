"""Pictures of factor models show the numbers they are given, and say when a truth is simulated."""

import numpy as np
import pandas as pd
import pytest

from tvplab import plots
from tvplab.dgp import simulate_factor_model

WORLD = simulate_factor_model(T=40)
HEADLINE, TRUTH = WORLD.y.mean(axis=1), WORLD.common.mean(axis=1)


def labels(ax):
    return [text.get_text() for text in ax.get_legend().texts]


def test_common_component_draws_headline_lines_band_and_truth():
    se = pd.Series(0.2, HEADLINE.index)
    other = 0.5 * HEADLINE
    ax = plots.common_component({"one": TRUTH, "two": other}, HEADLINE, se=se, truth=TRUTH).axes[0]
    assert labels(ax) == ["headline", "one", "two", "truth (synthetic)"]
    for line, series in zip(ax.lines, (HEADLINE, TRUTH, other, TRUTH), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), series)
    (band,) = ax.collections
    assert band.get_paths()[0].vertices[:, 1].max() == pytest.approx(TRUTH.max() + 0.2 * 1.6449, abs=1e-4)


def test_one_series_and_dates():
    series = TRUTH.set_axis(pd.period_range("2001-01", periods=40, freq="M"))
    picture = plots.common_component(series, unit="%")
    assert labels(picture.axes[0]) == ["common"]
    assert pd.Timestamp(picture.axes[0].lines[0].get_xdata()[0]) == pd.Timestamp("2001-01-01")
    assert picture.axes[0].get_ylabel() == "%"
    assert "2001-01" in picture.alt


def test_lines_have_their_own_dashes():
    ax = plots.common_component({str(k): TRUTH for k in range(4)}).axes[0]
    assert len({str(line._dash_pattern) for line in ax.lines}) == 4
    with pytest.raises(ValueError, match="1 to 4 lines, got 5"):
        plots.common_component({str(k): TRUTH for k in range(5)})
    with pytest.raises(ValueError, match="got 0"):
        plots.common_component({})


def test_item_bars_are_sorted_and_carry_the_truth():
    values = pd.Series({"a": 0.2, "b": -0.5, "c": 0.9})
    truth = pd.Series({"c": 1.0, "a": 0.1, "b": -0.4})
    ax = plots.item_bars(values, truth=truth, xlabel="share").axes[0]
    assert [bar.get_width() for bar in ax.patches] == [-0.5, 0.2, 0.9]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["b", "a", "c"]
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [-0.4, 0.1, 1.0])
    colours = [bar.get_facecolor() for bar in ax.patches]
    assert colours[0] != colours[1] == colours[2]


def test_panels_side_by_side():
    picture = plots.item_bars({"then": pd.Series({"a": 1.0, "b": 2.0}), "now": pd.Series({"b": 3.0})})
    assert [ax.get_title(loc="left") for ax in picture.axes] == ["then", "now"]
    assert "now: from b (3.00) to b (3.00)" in picture.alt


def test_loglik_paths_are_gaps_below_the_best():
    paths = {"slow": np.array([-10.0, -5.0, -4.0]), "fast": np.array([-10.0, -3.0])}
    ax = plots.loglik_paths(paths).axes[0]
    slow, fast = ax.lines[0], ax.lines[2]
    np.testing.assert_array_equal(slow.get_ydata(), [7.0, 2.0, 1.0])
    np.testing.assert_array_equal(fast.get_ydata(), [7.0, np.nan])
    assert labels(ax) == ["slow", "fast"]
    alone = plots.loglik_paths(paths["slow"], best=-3.0).axes[0]
    np.testing.assert_array_equal(alone.lines[0].get_ydata(), [7.0, 2.0, 1.0])
    assert alone.get_legend() is None
    posterior = plots.loglik_paths(paths["slow"], what="log posterior")
    assert posterior.axes[0].get_ylabel() == "log posterior below the best"
    assert posterior.alt.startswith("Log posterior")


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.common_component(TRUTH, HEADLINE),
        lambda: plots.item_bars(WORLD.loadings),
        lambda: plots.loglik_paths(np.array([-3.0, -2.0, -1.0])),
    ],
)
def test_every_picture_shows_itself_and_has_words(draw):
    data, _ = draw()._repr_mimebundle_()
    assert data["image/png"]
    assert len(data["text/plain"]) > 20
