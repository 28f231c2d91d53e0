"""The sets of lesson 6: the Canadian database, the user's own shocks, Romer-Romer shocks by meeting."""

import io
import os
import zipfile

import numpy as np
import pandas as pd
import pytest
from conftest import Reply

from tvplab import data
from tvplab.data.sources import get_source

LCDMA = list(get_source("canada-macro").must_have)


def synthetic_lcdma(months: int = 540) -> bytes:
    """Made-up numbers in the layout of CAN_MD.csv: NA where a series has not begun or has ended."""
    dates = pd.date_range("1974-01", periods=months, freq="MS")
    rows = [
        f"{day:%Y-%m-%d}," + ",".join(["NA" if i < 84 else "1.5", *["2.5"] * 7, "NA"]) for i, day in enumerate(dates)
    ]
    return "\n".join(["Date," + ",".join(LCDMA), *rows]).encode()


def release(member: str, content: bytes) -> bytes:
    """An archive as the authors publish it: a folder with several files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("LCDMA_March_2025/balanced_can_md.csv", b"Date,x\n1981-01-01,1\n")
        archive.writestr(f"LCDMA_March_2025/{member}", content)
    return packed.getvalue()


MEETINGS = b"""fomc,rr_original,rr_update
1967-01-10,,
1969-03-04,-.25,-.2
1969-04-01,.5,.25
1969-04-29,.125,.25
1969-06-24,,.5
1969-08-12,,-1
1969-09-09,,
"""


@pytest.fixture
def short_files_allowed(monkeypatch):
    """Let a handful of months pass the check of the number of periods."""
    for name in ("us-shocks", "canada-shocks"):
        monkeypatch.setitem(get_source(name).__dict__, "min_rows", 5)


def test_the_wanted_file_is_taken_out_of_the_release(cache, server):
    path = data.fetch(
        "canada-macro", source=server.serve("/LCDMA_March_2025.zip", Reply(release("CAN_MD.csv", synthetic_lcdma())))
    )
    assert path == cache / "canada" / "CAN_MD.csv"
    frame = data.load("canada-macro").frame
    assert frame.shape == (540, 9)
    assert frame["GDP_new"].isna().sum() == 84
    assert frame["WTISPLC"].isna().all()
    assert frame.index.freqstr == "MS"


def test_a_release_without_the_file_leaves_the_old_one(cache, server):
    path = data.fetch("canada-macro", source=server.serve("/a.zip", Reply(release("CAN_MD.csv", synthetic_lcdma()))))
    old = path.read_bytes()
    with pytest.raises(data.FetchError, match=r"archive: it holds 0 files CAN_MD\.csv"):
        data.fetch("canada-macro", source=server.serve("/b.zip", Reply(release("CAN_QD.csv", b"x"))))
    renamed = synthetic_lcdma().replace(b"BANK_RATE_L", b"BANK_RATE")
    with pytest.raises(data.FetchError, match="series BANK_RATE_L not found"):
        data.fetch("canada-macro", source=server.serve("/c.zip", Reply(release("CAN_MD.csv", renamed))))
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]


def test_the_file_alone_will_do(cache, tmp_path):
    (tmp_path / "CAN_MD.csv").write_bytes(synthetic_lcdma())
    assert data.fetch("canada-macro", source=tmp_path / "CAN_MD.csv").read_bytes() == synthetic_lcdma()


def test_the_addresses_are_releases():
    urls = [remote.url for remote in get_source("canada-macro").remotes]
    assert all(url.startswith("https://www.stevanovic.uqam.ca/LCDMA_") and url.endswith(".zip") for url in urls)


def test_your_own_shocks_are_asked_for_never_downloaded(cache, tmp_path):
    for call in (data.load, data.fetch):
        with pytest.raises(
            (FileNotFoundError, data.FetchError), match=r"cannot be downloaded: take .* date,shock"
        ) as told:
            call("canada-shocks")
        assert "--from FILE" in str(told.value)
        assert "\n" not in str(told.value)
    months = pd.date_range("1974-04", periods=499, freq="MS")
    table = pd.DataFrame({"date": months.strftime("%Y-%m-%d"), "shock": 0.25})
    table.to_csv(tmp_path / "mine.csv", index=False)
    path = data.fetch("canada-shocks", source=tmp_path / "mine.csv")
    assert path == cache / "canada" / "champagne_sekkel_shocks.csv"
    assert data.load("canada-shocks").frame["shock"].sum() == 0.25 * 499
    table.rename(columns={"shock": "mpshock"}).to_csv(tmp_path / "mine.csv", index=False)
    with pytest.raises(data.FetchError, match="series shock not found"):
        data.fetch("canada-shocks", source=tmp_path / "mine.csv")
    table.drop(index=7).to_csv(tmp_path / "mine.csv", index=False)
    with pytest.raises(data.FetchError, match="dates repeat, skip or go back at '1974-12-01'"):
        data.fetch("canada-shocks", source=tmp_path / "mine.csv")


def test_meetings_become_monthly_sums(cache, server, short_files_allowed):
    data.fetch("us-shocks", source=server.serve("/rr.csv", Reply(MEETINGS)))
    frame = data.load("us-shocks").frame
    assert frame.index[0] == pd.Timestamp("1969-03-01")
    assert frame.index.freqstr == "MS"
    np.testing.assert_array_equal(frame["rr_update"], [-0.2, 0.5, 0.0, 0.5, 0.0, -1.0])
    np.testing.assert_array_equal(frame["rr_original"], [-0.25, 0.625, np.nan, np.nan, np.nan, np.nan])


def test_meetings_out_of_order_are_refused(cache, server, short_files_allowed):
    lines = MEETINGS.splitlines()
    swapped = b"\n".join([*lines[:3], lines[4], lines[3], *lines[5:]])
    with pytest.raises(data.FetchError, match="days of the meetings are not ascending"):
        data.fetch("us-shocks", source=server.serve("/rr.csv", Reply(swapped)))


def test_the_real_canadian_file(real_data, monkeypatch):
    monkeypatch.setenv("TVPLAB_DATA", str(real_data))
    frame = data.load("canada-macro").frame
    assert frame.loc["1981-08", "BANK_RATE_L"].item() == 21.07
    assert frame.loc["2009-08", "UNEMP_CAN"].item() == 8.7
    assert frame.loc["2015-12", "USDCAD_new"].item() == pytest.approx(1.3707, abs=5e-5)
    assert frame["GDP_new"].first_valid_index() == pd.Timestamp("1981-01-01")


def test_the_real_shocks(real_data, monkeypatch):
    monkeypatch.setenv("TVPLAB_DATA", str(real_data))
    raw = pd.read_csv(os.path.join(real_data, "us_shocks", "romer_romer_shocks_acosta.csv"), parse_dates=["fomc"])
    by_meeting = raw[["rr_original", "rr_update"]].corr().iloc[0, 1]
    assert by_meeting == pytest.approx(0.988, abs=5e-4)
    frame = data.load("us-shocks").frame
    assert frame.loc["1980-04", "rr_original"].item() == pytest.approx(-3.2208826)
    assert frame["rr_update"].sum() == pytest.approx(raw["rr_update"].sum(), abs=1e-9)
    assert frame["rr_original"].last_valid_index() == pd.Timestamp("1996-12-01")
