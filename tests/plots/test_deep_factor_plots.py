"""The pictures of deep factors show the numbers they are given."""

import numpy as np
import pandas as pd
import pytest

from tvplab.plots.deep_factors import codes_against_truth, score_bars


def test_a_code_is_drawn_in_its_standard_deviations_against_the_truth():
    truth = np.array([0.0, 1.0, 2.0, 3.0])
    picture = codes_against_truth(truth, {"a": pd.Series([1.0, 3.0, 5.0, 7.0]), "b": -truth}, "angle")
    a, b = (ax.lines[0] for ax in picture.axes)
    np.testing.assert_array_equal(a.get_xdata(), truth)
    np.testing.assert_allclose(a.get_ydata(), (truth - 1.5) / truth.std())
    np.testing.assert_allclose(b.get_ydata(), -a.get_ydata())
    assert "Synthetic" in picture.alt


def test_each_score_has_a_bar_beside_its_setting():
    table = pd.DataFrame({"deep": [0.9, 0.7], "PCA": [0.6, 0.8]}, index=["raw", "centred"])
    ax = score_bars(table, "R²").axes[0]
    assert [bar.get_width() for bar in ax.patches] == [0.9, 0.7, 0.6, 0.8]
    middles = [bar.get_y() + bar.get_height() / 2 for bar in ax.patches]
    assert middles == pytest.approx([-0.2, 0.8, 0.2, 1.2])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["raw", "centred"]
