"""Lesson 3's real panels: the sample, the series, the units, and what was taken out."""

import numpy as np
import pandas as pd
import pytest

from tvplab.data import load
from tvplab.dynamic_sparse_panels import crisis_panel, far_out, noise_units


@pytest.fixture
def fred_md():
    """FRED-MD is not shipped."""
    try:
        return crisis_panel("fred-md")
    except FileNotFoundError as missing:
        pytest.skip(str(missing))


def test_the_bundled_panel():
    panel = crisis_panel()
    assert panel.y.shape == (180, 26)
    assert (panel.y.index[0], panel.y.index[-1]) == (pd.Timestamp("2001-01-01"), pd.Timestamp("2015-12-01"))
    assert list(panel.groups) == list(panel.y)
    np.testing.assert_allclose(panel.y.mean(), 0.0, atol=1e-12)
    np.testing.assert_allclose(panel.y.std(), 1.0)
    assert "New York Fed panel" in panel.note


def test_groups_stand_together():
    for groups in (list(crisis_panel().groups.values()),):
        runs = [group for k, group in enumerate(groups) if k == 0 or group != groups[k - 1]]
        assert len(runs) == len(set(groups))


def test_values_are_the_transformed_ones_up_to_scale():
    raw = load("nyfed").transformed().loc["2001-01":"2015-12", "UNRATE"]
    np.testing.assert_allclose(crisis_panel(outlier=None).y["UNRATE"], (raw - raw.mean()) / raw.std())


def test_outliers_by_hand():
    values = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0, 4.0, 22.5], "b": [1.0, 2.0, 3.0, 4.0, 5.0, np.nan]})
    # a: quartiles 1.25 and 3.75, median 2.5: 20 is eight ranges away
    assert far_out(values, 7.9).sum().to_dict() == {"a": 1, "b": 0}
    assert far_out(values, 8.1).sum().to_dict() == {"a": 0, "b": 0}


def test_fred_md_is_table_b1(fred_md):
    panel = fred_md
    assert panel.y.shape == (180, 127)
    counts = pd.Series(panel.groups).value_counts()
    assert counts["Housing"] == 10
    assert counts["Labor market"] == 31
    assert counts["Stock market"] == 5
    assert panel.y.columns[0] == "RPI"
    assert panel.y.columns[-1] == "VXOCLSx"
    assert list(panel.groups) == list(panel.y)
    assert "2016-06" in panel.note
    assert crisis_panel("fred-md", outlier=None).y.notna().all(axis=None)


def test_units_of_the_noise():
    rng = np.random.default_rng(0)
    noise = np.array([0.3, 0.5, 1.0, 0.2, 0.8, 0.4])
    y = pd.DataFrame(rng.standard_normal((400, 1)) + noise * rng.standard_normal((400, 6)), columns=list("abcdef"))
    units = noise_units(y, 2)
    assert list(units.scale.index) == list(y)
    np.testing.assert_allclose(units.scale, noise, rtol=0.15)  # 400 periods: a standard error of about 5 %
    np.testing.assert_allclose(units.y * units.scale, y)
    common = units.start @ units.start.T
    np.testing.assert_allclose(common * np.outer(units.scale, units.scale), np.ones((6, 6)), atol=0.25)


def test_door():
    with pytest.raises(ValueError, match="name: must be one of"):
        crisis_panel("fred-qd")
