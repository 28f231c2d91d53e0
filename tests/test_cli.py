"""The command line as a user meets it."""

import os
import subprocess
import sys

import pytest

from tvplab import cli, data


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.delenv("TVPLAB_DATA", raising=False)
    monkeypatch.setenv("TVPLAB_CACHE", str(tmp_path / "cache"))


def synthetic_recessions(periods: int = 1902) -> bytes:
    """Made-up zeros in the layout of the real series."""
    days = [f"{1854 + (month + 11) // 12}-{(month + 11) % 12 + 1:02d}-01" for month in range(periods)]
    return "\n".join(["observation_date,USREC", *(f"{day},0" for day in days)]).encode()


def test_list(capsys):
    assert cli.main(["data", "list"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(data.catalog()["name"])
    assert len({line.index(title) for line, title in zip(lines, data.catalog()["title"], strict=True)}) == 1
    assert {line.index("bundled") for line in lines[:2]} == {head.index("COMES BY")}
    assert "2016-06-29, 2016-07-29" in lines[1]
    assert "not at hand" in lines[2]


def test_fetch_from_a_file(tmp_path, capsys):
    (tmp_path / "USREC.csv").write_bytes(synthetic_recessions())
    assert cli.main(["data", "fetch", "us-recessions", "--from", str(tmp_path / "USREC.csv")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "cache" / "us_shocks" / "USREC.csv")
    assert len(data.load("us-recessions").frame) == 1902


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fetch", "us-recessions", "--from", "none.csv"], "none.csv: no such file"),
        (["fetch", "fred-md", "--vintage", "1990-01"], "no address known"),
        (["fetch", "fred-md"], "fred-md needs one, written YYYY-MM"),
        (["fetch", "nothing"], "unknown data set 'nothing'"),
        (["verify", "nothing"], "unknown data set 'nothing'"),
    ],
)
def test_a_failure_is_one_line_and_status_1(arguments, message, capsys):
    assert cli.main(["data", *arguments]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("tvplab: ")
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_verify(tmp_path, capsys):
    assert cli.main(["data", "verify"]) == 0
    assert capsys.readouterr().out.count("ok  ") >= 9
    bad = tmp_path / "cache" / "us_shocks" / "USREC.csv"
    bad.parent.mkdir(parents=True)
    bad.write_bytes(synthetic_recessions(100))
    assert cli.main(["data", "verify"]) == 1
    assert "BAD us-recessions" in capsys.readouterr().out


def test_a_misspelt_command_is_status_2(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["data", "lst"])
    assert stop.value.code == 2


def test_as_a_module_the_exit_status_tells():
    def status(*arguments):
        run = subprocess.run([sys.executable, "-m", "tvplab", *arguments], capture_output=True, env=dict(os.environ))
        return run.returncode

    assert status("data", "list") == 0
    assert status("data", "fetch", "nothing") == 1
