"""Where files are looked up, and what is said when they are not there."""

import shutil

import pytest
from conftest import synthetic_fred

from tvplab import data
from tvplab.data.sources import bundled_dir, get_source
from tvplab.data.store import find


def put(folder, vintage: str, marker: float):
    path = folder / "fred_md" / f"fredmd_{vintage}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(synthetic_fred(marker=marker))
    return path


def test_the_chosen_folder_comes_before_the_cache(cache, tmp_path, monkeypatch):
    put(cache, "2020-01", marker=1.0)
    assert data.load("fred-md", "2020-01").frame["INDPRO"].iloc[0] == 1.0
    put(tmp_path / "mine", "2020-01", marker=2.0)
    monkeypatch.setenv("TVPLAB_DATA", str(tmp_path / "mine"))
    assert data.load("fred-md", "2020-01").frame["INDPRO"].iloc[0] == 2.0
    assert data.catalog().set_index("name").loc["fred-md", "where"] == "TVPLAB_DATA"


def test_the_cache_comes_before_the_bundled_files(cache):
    assert find(get_source("us-macro"), None).place == "bundled"
    cache.mkdir()
    shutil.copy(bundled_dir() / "us_macro.csv", cache)
    assert find(get_source("us-macro"), None).place == "cache"


def test_a_chosen_folder_that_is_not_there_is_an_error(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("TVPLAB_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match=r"TVPLAB_DATA: .*nowhere is not a folder"):
        data.load("us-macro")


def test_an_unknown_name_lists_the_known_ones(cache):
    with pytest.raises(ValueError, match=r"unknown data set 'fredmd'; known are us-macro, nyfed, fred-md"):
        data.load("fredmd")


def test_a_set_that_must_be_fetched_says_the_command(cache):
    with pytest.raises(FileNotFoundError, match=r"python -m tvplab data fetch fred-md --vintage 2020-02$"):
        data.load("fred-md", "2020-02")
    with pytest.raises(FileNotFoundError, match=r"python -m tvplab data fetch us-recessions$"):
        data.load("us-recessions")


def test_a_bundled_set_without_that_vintage_points_to_the_catalogue(cache):
    with pytest.raises(FileNotFoundError, match="nyfed 2016-12-16 is not at hand; the vintages that are"):
        data.load("nyfed", "2016-12-16")


@pytest.mark.parametrize("vintage", ["2020-13", "2020-2", "latest", "../2020-01", 2020, ""])
def test_a_vintage_of_the_wrong_form_is_refused(cache, vintage):
    with pytest.raises(ValueError, match="vintage: fred-md writes it YYYY-MM, got"):
        data.load("fred-md", vintage)


def test_no_vintage_is_guessed(cache):
    put(cache, "2020-01", marker=1.0)
    with pytest.raises(ValueError, match="vintage: fred-md needs one, written YYYY-MM"):
        data.load("fred-md")
    with pytest.raises(ValueError, match="vintage: us-macro has no vintages, got '2009-01'"):
        data.load("us-macro", "2009-01")


def test_a_damaged_file_is_named(cache):
    path = put(cache, "2020-01", marker=1.0)
    path.write_bytes(path.read_bytes()[:-35])
    with pytest.raises(ValueError, match=r"fredmd_2020-01\.csv: row \d+ has \d cells where the header has 5"):
        data.load("fred-md", "2020-01")
    bad = data.verify("fred-md")
    assert list(bad["ok"]) == [False]
    assert "cells where the header has 5" in bad["detail"].item()


def test_load_gives_a_fresh_frame_each_time(cache):
    first = data.load("us-macro")
    first.frame.iloc[0, 0] = -1.0
    assert data.load("us-macro").frame.iloc[0, 0] == 2710.349
