"""Pictures of sparse factors: the maps hold the loadings they were given, lines the numbers, words say what is seen."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tvplab import plots
from tvplab.dgp import simulate_sparse_factors
from tvplab.dynamic_sparse import DynamicSparseFactors
from tvplab.plots.dynamic_sparse import (
    column_ticks,
    counts_over_time,
    errors_and_counts,
    loading_history,
    loading_maps,
    noise_histories,
)

DATES = pd.date_range("2007-01", periods=24, freq="MS")
SERIES = [f"s{j}" for j in range(6)]
GROUPS = dict(zip(SERIES, ["Output"] * 2 + ["Housing"] * 3 + ["Prices"], strict=True))


def small_results():
    rng = np.random.default_rng(0)
    loadings = rng.standard_normal((24, 6, 3)) * (np.arange(6)[None, :, None] // 2 == np.arange(3))
    return SimpleNamespace(
        loadings=loadings,
        sigma2=pd.DataFrame(rng.random((24, 6)) + 0.5, DATES, SERIES),
    )


FIT = small_results()


def map_of(ax):
    return ax.collections[0]


def test_maps_hold_the_loadings_on_one_scale_first_series_at_the_top():
    picture = loading_maps({"a": FIT.loadings[0], "b": 2 * FIT.loadings[1], "c": FIT.loadings[2]}, columns=2)
    shown = [ax for ax in picture.axes[:4] if ax.get_visible()]
    for ax, values in zip(shown, (FIT.loadings[0], 2 * FIT.loadings[1], FIT.loadings[2]), strict=True):
        np.testing.assert_array_equal(map_of(ax).get_array(), values)
        low, high = map_of(ax).get_clim()
        assert -low == high == max(np.abs(FIT.loadings[[0, 2]]).max(), 2 * np.abs(FIT.loadings[1]).max())
        assert ax.get_ylim()[0] > ax.get_ylim()[1]
    assert [ax.get_title(loc="left") for ax in shown] == ["a", "b", "c"]
    assert "a: 3 columns in use" in picture.alt


@pytest.mark.parametrize(
    ("r", "ticks"),
    [
        (1, [1]),
        (10, list(range(1, 11))),
        (11, [1, 5, 10]),
        (20, [1, 5, 10, 15, 20]),
        (40, [1, 10, 20, 30, 40]),
        (127, [1, 50, 100]),
        (1000, [1, 1000]),
    ],
)
def test_columns_are_named_from_one_in_round_steps(r, ticks):
    assert column_ticks(r) == ticks
    ax = loading_maps({"one": np.eye(3, r)}).axes[0]
    assert list(ax.get_xticks()) == ticks
    assert ax.get_xlim() == (0.5, r + 0.5)


def test_a_cap_bounds_the_colours_and_groups_are_named():
    picture = loading_maps({"a": FIT.loadings[0]}, cap=0.5, groups=GROUPS)
    ax = picture.axes[0]
    assert map_of(ax).get_clim() == (-0.5, 0.5)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["Output", "Housing", "Prices"]
    np.testing.assert_allclose(ax.get_yticks(), [1.5, 4.0, 6.0])
    assert [line.get_ydata()[0] for line in ax.lines] == [2.5, 5.5]


def test_history_of_a_factor_and_of_its_inclusion():
    history = pd.DataFrame(FIT.loadings[:, :, 1], DATES, SERIES)
    picture = loading_history(history, "loadings on F2", groups=GROUPS, note="synthetic data")
    np.testing.assert_array_equal(map_of(picture.axes[0]).get_array(), history.T)
    low, high = map_of(picture.axes[0]).get_clim()
    assert -low == high == history.abs().max(axis=None)
    assert "loadings on F2" in picture.alt
    assert "s2" in picture.alt
    assert "s0" not in picture.alt
    share = loading_history((history != 0) * 0.9, probability=True)
    assert map_of(share.axes[0]).get_clim() == (0.0, 1.0)


def test_counts_and_their_truth():
    counts = {"ours": pd.Series([5, 4, 4, 3] * 6, DATES), "static": pd.Series([8] * 24, DATES)}
    truth = pd.Series([4] * 24, DATES)
    picture = counts_over_time(counts, truth)
    ours, static, true = picture.axes[0].lines
    np.testing.assert_array_equal(ours.get_ydata(), counts["ours"])
    np.testing.assert_array_equal(static.get_ydata(), counts["static"])
    np.testing.assert_array_equal(true.get_ydata(), truth)
    assert "ours: mean 4.0, last 3" in picture.alt
    assert len(counts_over_time(counts["ours"]).axes[0].lines) == 1
    with pytest.raises(ValueError, match="1 to 4 lines"):
        counts_over_time({str(k): truth for k in range(5)})


def test_errors_beside_counts():
    errors = pd.DataFrame({"ours": np.linspace(0.1, 0.2, 24), "PCA": np.linspace(1.0, 0.8, 24)}, np.arange(1, 25))
    counts = (10 * errors).round()
    picture = errors_and_counts(errors, counts, counts["ours"], note="synthetic data")
    left, right = picture.axes
    np.testing.assert_array_equal([line.get_ydata() for line in left.lines], errors.T)
    np.testing.assert_array_equal([line.get_ydata() for line in right.lines], [*counts.to_numpy().T, counts["ours"]])
    assert "PCA: error 0.90, 9.0 factors" in picture.alt


def test_noise_over_time():
    picture = noise_histories(FIT.sigma2[["s1", "s4"]])
    for line, name in zip(picture.axes[0].lines, ["s1", "s4"], strict=True):
        np.testing.assert_array_equal(line.get_ydata(), FIT.sigma2[name])
    assert f"s4 at {FIT.sigma2['s4'].idxmax():%Y-%m}" in picture.alt
    with pytest.raises(ValueError, match="1 to 8 lines"):
        noise_histories(FIT.sigma2[[]])


def test_they_are_public():
    for one in (loading_maps, loading_history, counts_over_time, errors_and_counts, noise_histories):
        assert getattr(plots, one.__name__) is one


@pytest.mark.filterwarnings("ignore:EM stopped")
def test_results_draw_themselves():
    world = simulate_sparse_factors(T=60, training=0, n_series=15, seed=2)
    fit = DynamicSparseFactors(4, max_iter=3).fit(world.y)
    picture = fit.plot_loadings([10, 50], note="synthetic data")
    for ax, t in zip(picture.axes, (10, 50), strict=False):
        np.testing.assert_array_equal(map_of(ax).get_array(), fit.loadings[t - 1])
        assert ax.get_title(loc="left") == str(t)
    with pytest.raises(ValueError, match="date: 99 is not among"):
        fit.plot_loadings([99])
