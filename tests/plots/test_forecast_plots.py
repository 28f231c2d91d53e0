"""The forecasting picture shows the numbers it is given."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from tvplab import plots
from tvplab.plots.forecasts import WIDEST


@pytest.fixture
def scores():
    index = pd.MultiIndex.from_product(
        [["INF", "IR"], [1, 2], ["AR", "VAR5"], ["Plain", "2SRR"]], names=["target", "horizon", "spec", "model"]
    )
    ratio = np.linspace(0.5, 3.0, len(index))
    return pd.DataFrame({"ratio": ratio, "stars": ["", "**"] * 8}, index)


def test_bars_end_at_their_ratios(scores):
    picture = plots.forecast_ratios({"basic": scores, "half": scores}, [("INF", 1), ("IR", 2)], {"half": scores})
    axes = np.array(picture.axes).reshape(2, 2)
    for column, panel in enumerate([("INF", 1), ("IR", 2)]):
        ax, expected = axes[0, column], scores.loc[panel]
        ends = [1.0 + bar.get_width() for bar in ax.patches]
        np.testing.assert_allclose(ends, expected["ratio"].clip(upper=WIDEST))
        texts = [note.get_text() for note in ax.texts]
        assert texts == [f"{r:.2f}{s}" for r, s in zip(expected["ratio"], expected["stars"], strict=True)]
    rows = [tick.get_text() for tick in axes[0, 0].get_yticklabels()]
    assert rows == ["AR Plain", "AR 2SRR", "VAR5 Plain", "VAR5 2SRR"]
    colours = [bar.get_facecolor() for bar in axes[0, 0].patches]
    assert colours[0] == colours[2] == to_rgba(plots.COLOURS["orange"])
    assert colours[1] == colours[3] == to_rgba(plots.COLOURS["green"])
    diamonds = axes[1, 0].lines[-1].get_xdata()
    np.testing.assert_allclose(diamonds, scores.loc[("INF", 1), "ratio"].clip(upper=WIDEST))
    assert len(axes[0, 0].lines) == 1  # no published ratios in this row
    assert "INF at horizon 1" in picture.alt
