"""Principal components, the number of factors, varimax."""

import numpy as np
import pandas as pd
import pytest

from tvplab.factors import bai_ng, pairwise_correlation, principal_components, varimax

RNG = np.random.default_rng(0)
FACTORS, LOADINGS = RNG.standard_normal((200, 3)), RNG.standard_normal((40, 3))
PANEL = pd.DataFrame(FACTORS @ LOADINGS.T + RNG.standard_normal((200, 40)))


def test_principal_components_are_the_best_low_rank_fit():
    pc = principal_components(PANEL, 3)
    np.testing.assert_allclose(pc.factors.T @ pc.factors / 200, np.eye(3), atol=1e-10)
    centred = PANEL - PANEL.mean()
    residual = centred.to_numpy() - pc.factors.to_numpy() @ pc.loadings.to_numpy().T
    assert np.sum(residual**2) / 200 == pytest.approx(pc.eigenvalues[3:].sum())
    assert pc.eigenvalues.sum() == pytest.approx(centred.var(ddof=0).sum())


def test_bai_ng_finds_three():
    criteria = bai_ng(PANEL, 8)
    assert list(criteria.columns) == ["IC_p1", "IC_p2", "IC_p3"]
    assert all(criteria.idxmin() == 3)


def test_bai_ng_by_hand():
    scaled = (PANEL - PANEL.mean()) / PANEL.std(ddof=0)
    pc = principal_components(scaled, 2)
    V = np.mean((scaled.to_numpy() - pc.factors.to_numpy() @ pc.loadings.to_numpy().T) ** 2)
    criteria = bai_ng(PANEL, 4)
    assert criteria.loc[2, "IC_p2"] == pytest.approx(np.log(V) + 2 * (240 / 8000) * np.log(40))
    assert criteria.loc[2, "IC_p1"] == pytest.approx(np.log(V) + 2 * (240 / 8000) * np.log(8000 / 240))
    assert criteria.loc[2, "IC_p3"] == pytest.approx(np.log(V) + 2 * np.log(40) / 40)
    assert criteria.loc[0, "IC_p1"] == pytest.approx(0.0, abs=1e-12)


def test_varimax_undoes_a_rotation_of_simple_loadings():
    simple = np.zeros((12, 3))
    for k in range(3):
        simple[4 * k : 4 * k + 4, k] = [1.0, 0.9, 0.8, 0.7]
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((3, 3)))[0]
    rotated, rotation = varimax(pd.DataFrame(simple @ turn))
    np.testing.assert_allclose(rotation.T @ rotation, np.eye(3), atol=1e-10)
    np.testing.assert_allclose(np.sort(np.abs(rotated.to_numpy()), axis=1)[:, :2], 0.0, atol=1e-6)
    np.testing.assert_allclose(rotated.to_numpy() @ rotation.T, simple @ turn, atol=1e-10)


def test_what_is_wrong_is_named():
    with pytest.raises(ValueError, match="Y: column 4 has missing values"):
        principal_components(PANEL.mask(PANEL.iloc[3, 4] == PANEL), 2)
    with pytest.raises(ValueError, match="n_factors: must be from 1 to 40"):
        principal_components(PANEL, 41)
    with pytest.raises(ValueError, match="max_factors: must be from 1 to 39"):
        bai_ng(PANEL, 40)


def test_pairwise_correlations_are_those_of_pandas():
    """Series of very different sizes, with gaps; a constant one, or a pair never seen together, has none."""
    draw = np.random.default_rng(1)
    y = (PANEL.iloc[:, :9] * 10.0 ** np.arange(-4, 5) + 3.0).mask(draw.random((200, 9)) < 0.4)
    y[2], y.loc[:99, 5], y.loc[100:, 6] = 3.0, np.nan, np.nan
    np.testing.assert_allclose(pairwise_correlation(y.to_numpy()), y.corr().fillna(0.0), atol=1e-12)
