"""`fetch` against a server on this machine: what comes, what goes wrong, and the old file that survives it."""

import hashlib
import io
import os
import shutil
import socket
import zipfile
from collections import namedtuple
from dataclasses import replace

import pytest
from conftest import Reply, synthetic_fred

from tvplab import data
from tvplab.data import download, fetching
from tvplab.data.sources import Remote, get_source

GOOD = synthetic_fred()
OLD = synthetic_fred(marker=77.0)
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(download, "PAUSE_SECONDS", 0.0)


@pytest.fixture
def old_file(cache):
    """A good file of an earlier fetch."""
    path = cache / "fred_md" / "fredmd_2020-01.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(OLD)
    return path


def refused(old_file, source, match, **options):
    """Fetch, expect a one-line FetchError, and prove that the old file is the only file and unchanged."""
    with pytest.raises(data.FetchError, match=match) as caught:
        data.fetch("fred-md", "2020-01", source, **options)
    assert "\n" not in str(caught.value)
    assert old_file.read_bytes() == OLD
    assert list(old_file.parent.iterdir()) == [old_file]


def test_a_good_file_is_put_in_place_and_loaded(cache, server):
    path = data.fetch("fred-md", "2020-01", server.serve("/a.csv", Reply(GOOD)))
    assert path == cache / "fred_md" / "fredmd_2020-01.csv"
    assert path.read_bytes() == GOOD
    loaded = data.load("fred-md", "2020-01")
    assert loaded.frame.index[-1].strftime("%Y-%m") == "2019-12"
    assert loaded.frame["CPIAUCSL"].iloc[0] == 200
    assert loaded.tcodes["CPIAUCSL"] == 6


def test_a_new_file_replaces_the_old_one(old_file, server):
    data.fetch("fred-md", "2020-01", server.serve("/a.csv", Reply(GOOD)))
    assert old_file.read_bytes() == GOOD
    assert list(old_file.parent.iterdir()) == [old_file]


def test_a_missing_page_is_asked_for_once(old_file, server):
    refused(old_file, f"{server.url}/none.csv", "the server answers 404", retries=3)
    assert server.asked == ["/none.csv"]


def test_a_server_error_is_tried_again_a_bounded_number_of_times(old_file, server):
    url = server.serve("/busy.csv", Reply(b"busy", 503))
    refused(old_file, url, r"the server answers 503 .*\(3 tries\)", retries=2)
    assert len(server.asked) == 3


def test_a_truncated_body_is_noticed(old_file, server):
    url = server.serve("/cut.csv", Reply(GOOD[: len(GOOD) // 2], claimed=len(GOOD)))
    refused(old_file, url, r"the transfer broke off before the end \(2 tries\)", retries=1)
    assert len(server.asked) == 2


def test_a_body_cut_inside_a_row_is_noticed_without_its_length(old_file, server):
    url = server.serve("/cut.csv", Reply(GOOD[:-30]))
    refused(old_file, url, "cells where the header has")


def test_a_body_cut_between_rows_is_noticed_without_its_length(old_file, server):
    whole_rows = b"\n".join(GOOD.splitlines()[:-5])
    refused(
        old_file, server.serve("/cut.csv", Reply(whole_rows)), "the last period, 2019-08, is not 0 to 2 months before"
    )


def test_the_file_of_another_vintage_is_noticed(old_file, server):
    url = server.serve("/late.csv", Reply(synthetic_fred(periods=504)))
    refused(old_file, url, "the last period, 2020-12, is not")


def test_an_error_page_with_status_200_is_noticed(old_file, server):
    url = server.serve("/page.csv", Reply(b"<html><body>Moved, see our new site</body></html>"))
    refused(old_file, url, "not a usable fred-md file: not a table")


def test_a_missing_series_is_noticed(old_file, server):
    url = server.serve("/other.csv", Reply(GOOD.replace(b"UNRATE", b"OTHER")))
    refused(old_file, url, "series UNRATE not found")


def test_a_wrong_hash_is_noticed(old_file, server, monkeypatch):
    at = Remote(server.serve("/2020-01.csv", Reply(GOOD)), sha256="0" * 64)
    monkeypatch.setattr(fetching, "get_source", lambda name: replace(get_source(name), remotes=(at,)))
    refused(old_file, None, "wrong content: expected sha256 0000")


def test_the_right_hash_is_accepted(cache, server, monkeypatch):
    digest = hashlib.sha256(GOOD).hexdigest()
    at = Remote(server.serve("/2020-01.csv", Reply(GOOD)).replace("2020-01", "{vintage}"), sha256=digest)
    monkeypatch.setattr(fetching, "get_source", lambda name: replace(get_source(name), remotes=(at,)))
    assert data.fetch("fred-md", "2020-01").read_bytes() == GOOD


def test_the_next_address_is_tried_when_one_fails(cache, server, monkeypatch):
    remotes = (Remote(f"{server.url}/gone.csv"), Remote(server.serve("/here.csv", Reply(GOOD))))
    monkeypatch.setattr(fetching, "get_source", lambda name: replace(get_source(name), remotes=remotes))
    assert data.fetch("fred-md", "2020-01").read_bytes() == GOOD
    assert server.asked == ["/gone.csv", "/here.csv"]


def test_a_silent_server_times_out(old_file, server):
    url = server.serve("/slow.csv", Reply(GOOD, delay=1.0))
    refused(old_file, url, "no answer within 0.2 seconds", timeout=0.2, retries=0)


def test_offline(old_file, server):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    refused(old_file, f"http://127.0.0.1:{closed}/a.csv", r"no connection .*\(2 tries\)", retries=1)


def test_a_full_disk_refuses_before_anything_is_asked(old_file, server, monkeypatch):
    url = server.serve("/a.csv", Reply(GOOD))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100, 99, 1_000_000))
    refused(old_file, url, "not enough disk: 100.0 MB needed, 1.0 MB free")
    assert server.asked == []


def test_a_full_disk_refuses_a_local_file(old_file, tmp_path, monkeypatch):
    (tmp_path / "new.csv").write_bytes(GOOD)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100, 99, 1))
    refused(old_file, tmp_path / "new.csv", "not enough disk")


def test_a_failing_move_keeps_the_old_file(old_file, tmp_path, monkeypatch):
    (tmp_path / "new.csv").write_bytes(GOOD)

    def broken(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", broken)
    refused(old_file, tmp_path / "new.csv", r"Permission denied \(.*fred_md\)")


def test_a_local_file(cache, tmp_path):
    (tmp_path / "new.csv").write_bytes(GOOD)
    assert data.fetch("fred-md", "2020-01", tmp_path / "new.csv").read_bytes() == GOOD


def test_a_local_file_that_is_not_there(old_file, tmp_path):
    refused(old_file, tmp_path / "none.csv", "no such file")


def zipped(**vintages: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in vintages.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def test_an_archive_of_vintages_is_kept_whole(cache, server):
    archive = zipped(**{"folder/FRED-MD_2020m1.csv": GOOD, "folder/2019-12.csv": synthetic_fred(periods=491)})
    path = data.fetch("fred-md", "2020-01", server.serve("/vintages.zip", Reply(archive)))
    assert path.name == "vintages.zip"
    assert data.load("fred-md", "2020-01").vintage == "2020-01"
    assert data.load("fred-md", "2019-12").frame.index[-1].strftime("%Y-%m") == "2019-11"
    assert data.catalog().set_index("name").loc["fred-md", "vintages"] == ("2019-12", "2020-01")


def test_an_archive_without_the_vintage_is_refused(old_file, server):
    url = server.serve("/vintages.zip", Reply(zipped(**{"2019-12.csv": GOOD})))
    refused(old_file, url, "the archive holds no vintage 2020-01")


def test_a_damaged_archive_is_refused(old_file, server):
    url = server.serve("/vintages.zip", Reply(zipped(**{"2020-01.csv": GOOD})[:200]))
    refused(old_file, url, "not a whole archive")


def test_what_a_killed_fetch_left_is_removed_after_a_day(cache, server):
    stale, fresh = cache / "fred_md" / ".fetch-old", cache / "fred_md" / ".fetch-new"
    stale.mkdir(parents=True)
    fresh.mkdir()
    os.utime(stale, (0, 0))
    data.fetch("fred-md", "2020-01", server.serve("/a.csv", Reply(GOOD)))
    assert not stale.exists()
    assert fresh.exists()


def test_bad_names_are_the_callers_error(cache):
    with pytest.raises(ValueError, match="unknown data set 'fred'"):
        data.fetch("fred", "2020-01")
    with pytest.raises(ValueError, match="fred-md needs one, written YYYY-MM"):
        data.fetch("fred-md")


def test_a_vintage_published_nowhere(cache):
    with pytest.raises(data.FetchError, match=r"no address known \(known vintages: .*1999-08 to 2014-12"):
        data.fetch("fred-md", "1998-01")


def test_a_bundled_set_has_no_address(cache):
    with pytest.raises(data.FetchError, match=r"no address known \(known vintages: none\)"):
        data.fetch("us-macro")


def test_the_addresses_cover_every_vintage_once_published():
    for name, first in (("fred-md", "1999-08"), ("fred-qd", "2018-05")):
        months = [f"{year}-{month:02d}" for year in range(1999, 2028) for month in range(1, 13)]
        for vintage in months[months.index(first) :]:
            covering = [remote.at(vintage) for remote in get_source(name).remotes if remote.covers(vintage)]
            assert covering, f"{name} {vintage}"
            assert all(remote.url.startswith("https://") and "{" not in remote.url for remote in covering)


def test_real_files_over_http(cache, server, real_data):
    for name, vintage, file in (
        ("fred-md", "2008-09", "fred_md/fredmd_2008-09.csv"),
        ("fred-md", "2025-09", "fred_md/fredmd_to_2025-08.csv"),
        ("fred-qd", "2025-07", "fred_qd/fredqd_to_2025Q2.csv"),
        ("us-recessions", None, "us_shocks/USREC.csv"),
    ):
        raw = (real_data / file).read_bytes()
        path = data.fetch(name, vintage, server.serve("/" + file, Reply(raw)))
        assert path.read_bytes() == raw
    assert data.load("fred-md", "2025-09").frame.loc["2020-04", "PAYEMS"].item() == 130424
    assert data.load("us-recessions").frame["USREC"].isin([0, 1]).all()


def test_a_real_file_cut_short_leaves_the_old_one(cache, server, real_data):
    raw = (real_data / "fred_md/fredmd_2020-02.csv").read_bytes()
    path = data.fetch("fred-md", "2020-02", server.serve("/whole.csv", Reply(raw)))
    with pytest.raises(data.FetchError, match="the transfer broke off"):
        data.fetch("fred-md", "2020-02", server.serve("/cut.csv", Reply(raw[:300_000], claimed=len(raw))), retries=0)
    assert path.read_bytes() == raw
