"""Pictures of the grouped autoencoder show the numbers they are given."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tvplab import plots
from tvplab.autoencoder_results import AutoencoderResults
from tvplab.plots.autoencoder import colour_of, shown_weight

RNG = np.random.default_rng(0)
NAMES = ["F1", "F2", "F3"]
WEIGHTS = pd.DataFrame([[1.0, 0.0, 0.0], [0.0, -0.4, 0.03]], ["prices", "output"], NAMES)
FACTORS = pd.DataFrame(RNG.standard_normal((40, 3)), pd.period_range("2000Q1", periods=40, freq="Q"), NAMES)
PATH = pd.DataFrame(
    {"mse": [1.0, 0.6, 0.5, 0.4], "lam0": [np.nan, 1.0, 5.0, 5.0], "active": [6, 6, 5, 3]}, pd.RangeIndex(1, 5)
)
FIT = SimpleNamespace(group_weights=WEIGHTS, factors=FACTORS, loss_path=PATH)


def texts_of(picture):
    return [one.get_text() for one in picture.findobj(lambda a: hasattr(a, "get_text"))]


def test_map_and_paths():
    picture = AutoencoderResults.plot(FIT)
    image = picture.axes[0].images[0].get_array()
    np.testing.assert_allclose(np.ma.filled(image, 0.0), WEIGHTS.abs())
    assert np.ma.getmaskarray(np.ma.masked_invalid(image)).sum() == 3
    np.testing.assert_array_equal(picture.axes[2].lines[0].get_ydata(), FACTORS["F2"])
    assert {"prices", "output", "0.4", "<.05", "1.0"} <= set(texts_of(picture))
    assert texts_of(picture.axes[0]).count("0") == 3
    assert "3 of 6 exactly zero" in picture.alt


def test_truth_is_standardised_and_signed_and_called_synthetic():
    truth = pd.DataFrame({"F1": 5.0 - 3.0 * FACTORS["F1"]})
    picture = plots.group_factor_map(FIT, truth)
    dashed = [line for line in picture.axes[1].lines if line.get_linestyle() == "--"]
    standard = (FACTORS["F1"] - FACTORS["F1"].mean()) / FACTORS["F1"].std(ddof=0)
    np.testing.assert_allclose(dashed[0].get_ydata(), standard)
    assert any("synthetic" in text for text in texts_of(picture))
    assert len(picture.axes[2].lines) == 1


def test_panels_side_by_side():
    picture = plots.group_factor_map(FIT, columns=2)
    assert [ax.axison for ax in picture.axes[1:]] == [True, True, True, False]


def test_several_maps_share_a_scale():
    half = SimpleNamespace(group_weights=WEIGHTS / 2)
    picture = plots.inclusion_maps({"whole": FIT, "half": half})
    assert [ax.images[0].get_clim() for ax in picture.axes] == [(0.0, 1.0)] * 2
    assert [ax.get_title(loc="left") or ax.get_title() for ax in picture.axes] == ["whole", "half"]


def test_training_path():
    left, right = plots.training_path(FIT).axes
    np.testing.assert_array_equal(left.lines[0].get_ydata(), PATH["mse"])
    np.testing.assert_array_equal(right.lines[0].get_ydata(), PATH["active"])


@pytest.mark.parametrize(
    ("size", "text"),
    [(0.0, "0"), (np.nan, ""), (1e-12, "<.05"), (0.04, "<.05"), (0.0499, "<.05"), (0.051, "0.1"), (0.96, "1.0")],
)
def test_only_an_exact_zero_reads_as_zero(size, text):
    assert shown_weight(size) == text
    assert (colour_of(size)[0] == "white") == (text in ("0", ""))


def test_it_shows_itself():
    data, _ = plots.group_factor_map(FIT)._repr_mimebundle_()
    assert data["image/png"]
