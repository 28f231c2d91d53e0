"""The picture of factors and loadings shows the numbers it is given."""

import numpy as np
import pandas as pd
import pytest

from tvplab import plots
from tvplab.dgp import simulate_tvp_regression
from tvplab.plots.reduced_rank import laid_upon
from tvplab.reduced_rank import ReducedRankRidge

WORLD = simulate_tvp_regression(T=120, shapes=("cosine",) * 3 + ("constant",) * 2, noise=0.6, seed=1)
FIT = ReducedRankRidge(volatility="constant", xi=2.0).fit(WORLD.y, WORLD.X)
TRUTH = pd.DataFrame({"F1": WORLD.beta["x1"]})


def test_paths_and_loadings_are_drawn():
    picture = FIT.plot_factors(scaled=False)
    left, right = picture.axes[:2]
    np.testing.assert_array_equal(left.lines[0].get_ydata(), FIT.factors["F1"])
    moving = FIT.loadings["F1"][FIT.loadings["F1"] != 0.0]
    np.testing.assert_allclose([bar.get_height() for bar in right.patches], moving)
    assert len(right.lines[0].get_xdata()) == (FIT.loadings["F1"] == 0.0).sum() > 0
    assert all(str(name) in picture.alt for name in FIT.constant)
    assert len(picture.axes) == 2 * FIT.rank


def test_scaled_bars_reach_one():
    right = plots.drift_factors(FIT).axes[1]
    assert max(abs(bar.get_height()) for bar in right.patches) == pytest.approx(1.0)


def test_truth_is_laid_upon_the_factor_and_called_synthetic():
    picture = FIT.plot_factors(truth=TRUTH)
    drawn = picture.axes[0].lines[1].get_ydata()
    np.testing.assert_allclose(drawn, laid_upon(TRUTH["F1"], FIT.factors["F1"]))
    by_hand = np.column_stack([np.ones(120), TRUTH["F1"]])
    fit = by_hand @ np.linalg.lstsq(by_hand, FIT.factors["F1"], rcond=None)[0]
    np.testing.assert_allclose(drawn, fit, rtol=1e-8, atol=1e-8)
    texts = " ".join(t.get_text() for t in picture.findobj(lambda a: hasattr(a, "get_text")))
    assert "synthetic" in texts


def test_it_shows_itself():
    data, _ = FIT.plot_factors()._repr_mimebundle_()
    assert data["image/png"]
    assert len(data["text/plain"]) > 20
