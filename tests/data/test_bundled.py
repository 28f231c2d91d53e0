"""The files that come with tvplab: made again, checked, loaded, and compared with the real ones."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tvplab import data
from tvplab.data.sources import bundled_dir

MADE_WITH = "0.15.0"


@pytest.fixture(autouse=True)
def own_cache(cache):
    """Only the bundled files are at hand."""


def make_data() -> dict:
    """The functions of make_data.py; run so that no byte code is left among the data."""
    return runpy.run_path(str(bundled_dir() / "make_data.py"))


def test_make_data_writes_the_same_bytes_again(tmp_path):
    statsmodels = pytest.importorskip("statsmodels")
    if statsmodels.__version__ != MADE_WITH:
        pytest.skip(f"the bundled files come from statsmodels {MADE_WITH}, here is {statsmodels.__version__}")
    made = make_data()["build"](tmp_path)
    assert {path.name for path in made} >= {"us_macro.csv", "nyfed_2016-06-29.csv", "nyfed_2016-07-29.csv"}
    for path in made:
        assert path.read_bytes() == (bundled_dir() / path.name).read_bytes(), path.name


def test_checksums_are_those_of_the_files_and_of_the_readme():
    sums = make_data()["checksums"](bundled_dir())
    written = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
    assert (bundled_dir() / "SHA256SUMS").read_text(encoding="utf-8") == written
    readme = (bundled_dir() / "README.md").read_text(encoding="utf-8")
    for name, digest in sums.items():
        assert f"| `{name}` | `{digest}` |" in readme
    assert f"statsmodels {MADE_WITH}" in readme


def test_verify_passes_and_notices_a_changed_byte(tmp_path, monkeypatch):
    checked = data.verify()
    assert checked["ok"].all(), checked
    assert {"bundled", "us-macro", "nyfed"} == set(checked["name"])
    for path in bundled_dir().iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    spoiled = tmp_path / "us_macro.csv"
    spoiled.write_bytes(spoiled.read_bytes().replace(b"2710.349", b"2710.348"))
    monkeypatch.setattr("tvplab.data.inventory.bundled_dir", lambda: tmp_path)
    bad = data.verify().query("not ok")
    assert list(bad["path"]) == [str(spoiled)]
    assert "sha256 differs" in bad["detail"].item()


def test_us_macro():
    macro = data.load("us-macro")
    assert macro.frame.shape == (203, 12)
    assert macro.frame.index.equals(pd.date_range("1959-01-01", "2009-07-01", freq="QS"))
    assert macro.frame.index.freqstr == "QS-JAN"
    assert macro.frame.loc["2009-07-01", "realgdp"] == 12990.341
    assert macro.frame.loc["1982-10-01", "unemp"] == 10.7
    assert macro.frame.notna().all(axis=None)
    assert (macro.vintage, macro.synthetic, macro.licence) == (None, False, "Public domain")
    assert macro.units["tbilrate"] == "Percent per year"


def test_inflation_is_the_log_change_of_prices_from_the_second_quarter_on():
    frame = data.load("us-macro").frame
    from_prices = 400 * np.log(frame["cpi"]).diff()
    half_a_digit, rounding_of_floats = 0.005, 1e-9  # published with two decimals
    error = (frame["infl"] - from_prices).iloc[1:].abs()
    assert error.max() <= half_a_digit + rounding_of_floats
    error = (frame["realint"] - (frame["tbilrate"] - frame["infl"])).iloc[1:].abs()
    assert error.max() <= 2 * half_a_digit + rounding_of_floats  # both rates were rounded
    assert frame["infl"].iloc[0] == 0


def test_us_macro_transformed():
    macro = data.load("us-macro")
    changed = macro.transformed()
    np.testing.assert_allclose(changed["realgdp"], np.log(macro.frame["realgdp"]).diff())
    np.testing.assert_allclose(changed["unemp"], macro.frame["unemp"].diff())
    assert changed.iloc[2:].notna().all(axis=None)


def test_nyfed():
    latest = data.load("nyfed")
    assert latest.vintage == "2016-07-29"
    assert latest.frame.shape == (379, 29)
    assert latest.frame.index.equals(pd.date_range("1985-01-01", "2016-07-01", freq="MS"))
    assert latest.frame.loc["2016-06-01", "GDPC1"] == 16575.1
    assert [name for name, f in latest.frequencies.items() if f == "q"] == ["GDPC1", "ULCNFB", "A261RX1Q020SBEA"]
    assert set(latest.groups) == set(latest.tcodes) == set(latest.units) == set(latest.frame.columns)
    assert len(set(latest.groups.values())) == 8
    assert "BSD-3" in latest.licence


def test_quarterly_values_stand_in_the_last_month_of_the_quarter():
    gdp = data.load("nyfed").frame["GDPC1"].dropna()
    assert set(gdp.index.month) == {3, 6, 9, 12}


def test_nyfed_transformed_as_the_specification_says():
    panel = data.load("nyfed", "2016-07-29")
    changed = panel.transformed()
    x = panel.frame
    assert changed.loc["2016-06-01", "PAYEMS"] == x.loc["2016-06-01", "PAYEMS"] - x.loc["2016-05-01", "PAYEMS"]
    growth = x.loc["2016-06-01", "GDPC1"] / x.loc["2016-03-01", "GDPC1"]
    assert changed.loc["2016-06-01", "GDPC1"] == pytest.approx(100 * (growth**4 - 1))
    assert changed["GACDISA066MSFRBNY"].equals(x["GACDISA066MSFRBNY"])
    assert changed["GDPC1"].notna().sum() == x["GDPC1"].notna().sum() - 1


def test_the_two_vintages_hold_the_same_series_and_the_later_one_knows_more():
    first, second = data.load("nyfed", "2016-06-29"), data.load("nyfed", "2016-07-29")
    assert list(first.frame.columns) == list(second.frame.columns)
    assert np.isnan(first.frame.loc["2016-06-01", "PAYEMS"])
    assert second.frame.loc["2016-06-01", "PAYEMS"] == 144175


def test_nyfed_equals_the_published_vintage_cell_by_cell(real_data):
    bundled = data.load("nyfed", "2016-06-29").frame
    published = pd.read_csv(real_data / "nyfed_nowcast/frbny_US_2016-06-29.csv", index_col="Date", parse_dates=True)
    assert list(bundled.columns) == list(published.columns)
    np.testing.assert_array_equal(bundled.to_numpy(), published.to_numpy())
    assert (bundled.index == published.index).all()


def test_the_second_vintage_equals_the_published_one(real_data, monkeypatch):
    bundled = data.load("nyfed", "2016-07-29")
    monkeypatch.setenv("TVPLAB_DATA", str(real_data))
    published = data.load("nyfed", "2016-07-29")
    pd.testing.assert_frame_equal(bundled.frame, published.frame, rtol=0, atol=0)


def test_the_table_of_series_agrees_with_the_published_specification(real_data):
    ours = pd.read_csv(bundled_dir() / "nyfed_series.csv", index_col="series")
    theirs = pd.read_csv(real_data / "nyfed_nowcast/frbny_Spec_US_example.csv", index_col="SeriesID").loc[ours.index]
    assert ours["frequency"].equals(theirs["Frequency"].rename("frequency"))
    assert ours["tcode"].equals(theirs["Transformation"].rename("tcode"))
    assert ours["group"].str.lower().tolist() == theirs["Category"].str.lower().tolist()
    assert ours["title"].str.lower().str.replace("manufacturing index", "mfg index").tolist() == [
        name.lower() for name in theirs["SeriesName"]
    ]
    for block, column in (
        ("global", "Block1-Global"),
        ("soft", "Block2-Soft"),
        ("real", "Block3-Real"),
        ("labor", "Block4-Labor"),
        ("in_model", "Model"),
    ):
        assert ours[block].tolist() == theirs[column].astype(int).tolist(), block


def test_nothing_bundled_is_a_copy_of_a_file_that_may_not_be_shipped(real_data):
    theirs = {path.read_bytes() for path in real_data.rglob("*") if path.is_file()}
    ours = [path for path in bundled_dir().iterdir() if path.is_file() and path.name != "README.md"]
    assert len(ours) >= 8
    assert not [path.name for path in ours if path.read_bytes() in theirs]


def test_catalog_lists_every_set_with_its_terms():
    table = data.catalog().set_index("name")
    assert list(table.index) == [
        "us-macro",
        "nyfed",
        "fred-md",
        "fred-qd",
        "us-recessions",
        "brazil-ipca",
        "canada-macro",
        "canada-shocks",
        "us-shocks",
        "us-output-realtime",
    ]
    assert table.loc["nyfed", "vintages"] == ("2016-06-29", "2016-07-29")
    assert table.loc[["us-macro", "nyfed"], "get"].eq("bundled").all()
    assert table.loc["fred-md", "where"] == "not at hand"
    assert table["licence"].str.len().min() > 0
    assert not table["synthetic"].any()


def test_import_is_light():
    code = "import json, sys, tvplab.data; print(json.dumps(sorted(m for m in sys.modules if '.' not in m)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(run.stdout))
    assert "pandas" in loaded
    assert not loaded & {"pooch", "requests", "statsmodels", "torch", "sklearn", "arch"}


@pytest.mark.slow
def test_the_wheel_carries_the_bundled_files(tmp_path):
    pytest.importorskip("hatchling")
    root = Path(__file__).resolve().parents[2]
    build = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=root, check=True, capture_output=True)
    wheel = next(tmp_path.glob("*.whl"))
    code = (
        "from tvplab import data; from tvplab.data.sources import bundled_dir; "
        "print(bundled_dir()); print(data.load('us-macro').frame.shape, data.verify('nyfed').ok.all())"
    )
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(tmp_path / "site")], check=True)
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); {code}"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    where, loaded = run.stdout.splitlines()
    assert where == str(tmp_path / "site" / "tvplab" / "data" / "bundled")
    assert loaded == "(203, 12) True"
