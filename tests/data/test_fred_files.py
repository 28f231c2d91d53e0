"""FRED-MD and FRED-QD: the habits of the real files, on the real files, and each trap once on made-up bytes."""

import numpy as np
import pandas as pd
import pytest
from conftest import synthetic_fred

from tvplab import data
from tvplab.data.fred import read_appendix
from tvplab.data.parsers import parse
from tvplab.data.sources import get_source
from tvplab.data.store import members, read_members

FRED_MD = get_source("fred-md")
GOOD = synthetic_fred()


def read(raw: bytes, vintage: str = "2020-01"):
    return parse(raw, FRED_MD, vintage, None)


def real(path, name: str = "fred-md", vintage: str | None = None):
    source = get_source(name)
    return parse(path.read_bytes(), source, vintage or path.stem.rsplit("_")[-1], None).frame


# ---- made-up bytes


def test_space_padding_and_long_dates_read_the_same():
    padded = GOOD.decode().replace(",100.0,", ",   100.000000000,").replace("\n1/1/", "\n01/01/").encode()
    assert padded.count(b"\n01/01/") == 41
    pd.testing.assert_frame_equal(read(padded).frame, read(GOOD).frame)


def test_two_digit_years_and_iso_dates_read_the_same():
    expected = read(GOOD).frame
    short = [line.replace("/19", "/").replace("/20", "/", 1) for line in GOOD.decode().splitlines()]
    pd.testing.assert_frame_equal(read("\n".join(short).encode()).frame, expected)
    iso = GOOD.decode().splitlines()
    for row, day in enumerate(expected.index, start=2):
        iso[row] = day.strftime("%Y-%m-%d") + iso[row][iso[row].index(",") :]
    pd.testing.assert_frame_equal(read("\n".join(iso).encode()).frame, expected)


def test_two_digit_years_before_1969_are_of_the_last_century():
    raw = synthetic_fred(first_year=1959, periods=732).decode().replace("/1959", "/59").replace("/1968", "/68").encode()
    assert read(raw).frame.index[0] == pd.Timestamp("1959-01-01")


def test_rows_of_commas_at_the_end_are_left_out_and_in_the_middle_refused():
    expected = read(GOOD).frame
    pd.testing.assert_frame_equal(read(GOOD + b"\n,,,,\n , ,, ,\n").frame, expected)
    lines = GOOD.splitlines()
    with pytest.raises(ValueError, match="'' is not a date"):
        read(b"\n".join([*lines[:50], b",,,,", *lines[50:]]))


def test_the_code_row_is_not_a_period():
    dataset = read(GOOD)
    assert dataset.tcodes == {"INDPRO": 5, "UNRATE": 2, "CPIAUCSL": 6, "FEDFUNDS": 2}
    assert len(dataset.frame) == 492


def test_a_byte_order_mark_and_windows_line_ends():
    raw = b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n")
    pd.testing.assert_frame_equal(read(raw).frame, read(GOOD).frame)


def test_an_empty_cell_is_a_gap():
    frame = read(GOOD.replace(b"\n1/1/1980,100.0,", b"\n1/1/1980,,")).frame
    assert frame["INDPRO"].isna().sum() == 1
    assert np.isnan(frame.loc["1980-01-01", "INDPRO"])


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        (b"1/1/1980,100.0,", b"1/1/1980,1o0.0,", "INDPRO at 1/1/1980: '1o0.0' is not a number"),
        (b"1/1/1980,100.0,", b"1/1/1980,NaN,", "INDPRO at 1/1/1980: 'NaN' is not a number"),
        (b"1/1/1980,100.0,", b"1/1/1980,inf,", "INDPRO at 1/1/1980: 'inf' is not a number"),
        (b"1/1/1980,100.0,", b"1/1/1980,100.0,,", "has 6 cells where the header has 5"),
        (b"1/1/1980", b"2/1/1980", "dates repeat, skip or go back at '2/1/1980'; expected 1980-01-01"),
        (b"1/1/1980", b"13/1/1980", "'13/1/1980' is not a date"),
        (b"INDPRO,UNRATE", b"UNRATE,UNRATE", "a duplicate series name"),
        (b"INDPRO,UNRATE", b",UNRATE", "an empty or a duplicate series name"),
        (b"Transform:,5", b"Transform:,8", "INDPRO: transformation code '8' is not one of 1 to 7"),
        (b"Transform:,5", b"Transform:,", "INDPRO: transformation code '' is not one of 1 to 7"),
        (b"sasdate", b"month", "the first column is 'month', expected sasdate or date"),
    ],
)
def test_what_is_not_understood_is_refused(old, new, match):
    assert old in GOOD
    with pytest.raises(ValueError, match=match):
        read(GOOD.replace(old, new, 1))


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"sasdate\n1/1/1980", b"sasdate,INDPRO\nTransform:,5\n"])
def test_a_file_without_periods_is_refused(raw):
    with pytest.raises(ValueError, match=r"not a table|no period"):
        read(raw)


def test_codes_come_from_the_appendix_when_the_file_has_none():
    bare = b"\n".join(line for line in GOOD.splitlines() if not line.startswith(b"Transform"))
    appendix = b"id,tcode,fred,group\n1,5,INDPRO,1\n2,2,UNRATE,2\n3,6,CPIAUCSL,7\n"
    dataset = parse(bare, FRED_MD, "2020-01", appendix)
    assert dataset.tcodes == {"INDPRO": 5, "UNRATE": 2, "CPIAUCSL": 6}
    assert dataset.groups == {"INDPRO": "Output and income", "UNRATE": "Labor market", "CPIAUCSL": "Prices"}
    with pytest.raises(ValueError, match=r"fred-md: no transformation code for FEDFUNDS \(1 series\)"):
        dataset.transformed()


# ---- real files


@pytest.mark.parametrize(
    ("vintage", "first_line"),
    [
        ("2007-12", b"01/01/1959,  "),
        ("2008-09", b"01/01/1959,  "),
        ("2015-12", b"1/1/1959,"),
        ("2020-02", b"1/1/1959,"),
    ],
)
def test_padded_and_comma_ended_vintages(real_data, vintage, first_line):
    path = real_data / f"fred_md/fredmd_{vintage}.csv"
    assert first_line in path.read_bytes()
    frame = real(path)
    assert frame.index[0] == pd.Timestamp("1959-01-01")
    assert frame.index[-1] == pd.Timestamp(vintage) - pd.offsets.MonthBegin(1)
    assert frame.loc["1981-06-01", "FEDFUNDS"] == pytest.approx(19.10)


@pytest.mark.parametrize("vintage", ["2015-12", "2016-01", "2016-06", "2019-12", "2020-02", "2020-06", "2024-03"])
def test_unemployment_of_october_2009(real_data, vintage):
    assert real(real_data / f"fred_md/fredmd_{vintage}.csv").loc["2009-10-01", "UNRATE"] == 10.0


def test_prices_are_those_known_at_the_time(real_data, monkeypatch, cache):
    monkeypatch.setenv("TVPLAB_DATA", str(real_data))
    assert data.load("fred-md", "2015-12").frame.loc["2015-07-01", "CPIAUCSL"] == 238.099
    assert data.load("fred-md", "2016-12").frame.loc["2015-07-01", "CPIAUCSL"] == 237.734  # read from the archive


def test_the_file_named_by_its_last_month(real_data):
    frame = real(real_data / "fred_md/fredmd_to_2025-08.csv", vintage="2025-09")
    assert frame.loc["2020-04-01", "PAYEMS"] == 130424


def test_two_digit_years_of_2023_11(real_data, monkeypatch, cache):
    archive = next((real_data / "fred_md").glob("*.tar.xz"))
    raw = next(read_members(archive, [members(archive)["2023-11"]]))
    assert b"\n1/1/59," in raw
    assert b"\n1/1/68," in raw
    monkeypatch.setenv("TVPLAB_DATA", str(real_data))
    frame = data.load("fred-md", "2023-11").frame
    assert frame.index.equals(pd.date_range("1959-01-01", "2023-10-01", freq="MS"))
    assert frame.loc["1981-06-01", "FEDFUNDS"] == pytest.approx(19.10)


def test_names_change_between_vintages(real_data):
    old = set(real(real_data / "fred_md/fredmd_2008-09.csv"))
    new = set(real(real_data / "fred_md/fredmd_2024-03.csv"))
    assert {"AMBSL", "TWEXMMTH", "VXOCLSx", "S&P: indust"} <= old - new
    assert {"BOGMBASE", "TWEXAFEGSMTHx", "VIXCLSx"} <= new - old
    assert any(name.startswith("NAPM") for name in real(real_data / "fred_md/fredmd_2016-01.csv"))
    assert not any(name.startswith("NAPM") for name in real(real_data / "fred_md/fredmd_2016-06.csv"))


@pytest.mark.slow
def test_every_vintage_reads_and_the_balanced_panels_have_their_published_size(real_data):
    archive = next((real_data / "fred_md").glob("*.tar.xz"))
    held = members(archive)
    assert len(held) == 296
    assert (min(held), max(held)) == ("1999-08", "2024-03")
    balanced = {}
    for vintage, raw in zip(held, read_members(archive, held.values()), strict=True):
        dataset = read(raw, vintage)
        assert dataset.frame.index[-1] == pd.Timestamp(vintage) - pd.offsets.MonthBegin(1), vintage
        assert set(dataset.tcodes) == set(dataset.frame.columns)
        balanced[vintage] = int(dataset.frame.loc["2001-01":"2015-12"].notna().all().sum())
    assert balanced["2016-01"] == 117
    assert {count for vintage, count in balanced.items() if "2016-06" <= vintage <= "2021-07"} == {128}
    assert {count for vintage, count in balanced.items() if "2021-08" <= vintage <= "2024-02"} == {127}


def test_fred_md_transforms_and_groups(real_data, monkeypatch, cache):
    monkeypatch.setenv("TVPLAB_DATA", str(real_data))
    dataset = data.load("fred-md", "2020-02")
    assert (dataset.tcodes["INDPRO"], dataset.tcodes["CPIAUCSL"]) == (5, 6)
    changed = dataset.transformed()
    np.testing.assert_allclose(changed["INDPRO"], np.log(dataset.frame["INDPRO"]).diff())
    assert dataset.groups["UNRATE"] == "Labor market"
    assert dataset.groups["S&P 500"] == "Stock market"
    unlisted = set(dataset.frame.columns) - set(dataset.groups)
    assert unlisted == {"IPB51222S", "S&P: indust", "TWEXMMTH", "MZMSL", "VXOCLSx"}


def test_fred_qd(real_data, monkeypatch, cache):
    monkeypatch.setenv("TVPLAB_DATA", str(real_data))
    dataset = data.load("fred-qd", "2019-04")
    assert dataset.frame.shape[1] == 248
    assert dataset.frame.index[-1] == pd.Timestamp("2018-10-01")
    assert dataset.frame.index.freqstr == "QS-JAN"
    assert dataset.frame.loc["2007-10-01", "GDPC1"] == 15761.967
    assert dataset.frame.loc["1981-04-01", "FEDFUNDS"] == pytest.approx(17.78, abs=0.005)
    assert dataset.tcodes["GDPC1"] == 5
    assert dataset.groups["GDPC1"] == "NIPA"


def test_fred_qd_with_two_labelled_rows(real_data):
    raw = (real_data / "fred_qd/fredqd_to_2025Q2.csv").read_bytes()
    assert b"\nfactors," in raw
    assert b"\ntransform," in raw
    appendix = (real_data / "fred_qd/FRED-QD_updated_appendix.csv").read_bytes()
    dataset = parse(raw, get_source("fred-qd"), "2025-07", appendix)
    assert dataset.frame.shape[1] == 245
    assert set(dataset.groups) == set(dataset.frame.columns)
    listed = {name: code for name, (code, _) in read_appendix(appendix).items()}
    assert {name: code for name, code in dataset.tcodes.items() if listed[name] != code} == {}


def test_recessions(real_data, monkeypatch, cache):
    monkeypatch.setenv("TVPLAB_DATA", str(real_data))
    recession = data.load("us-recessions").frame["USREC"]
    assert recession.loc["2008-01":"2009-06"].eq(1).all()
    assert list(recession.loc["2020-02":"2020-05"]) == [0, 1, 1, 0]
    assert recession.loc["2007-12"].item() == 0
