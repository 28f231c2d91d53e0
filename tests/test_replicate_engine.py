"""`replicate`: nothing finished is lost, nothing half finished counts, and every route gives the same numbers."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import replicate_demo as demo

from tvplab.cli import main
from tvplab.plots import Picture
from tvplab.replicate import catalog
from tvplab.replicate.ledger import anchor, write_ledger
from tvplab.replicate.runner import run_cells
from tvplab.replicate.simulation_cells import RIDGES
from tvplab.replicate.simulation_cells import TASK as SIMULATIONS
from tvplab.replicate.store import Store
from tvplab.replicate.study import Study, Task, cell_key, union

HERE = Path(__file__).parent


@pytest.fixture
def only_demo(monkeypatch):
    monkeypatch.setitem(sys.modules, "tvplab.replicate.demo", demo)
    monkeypatch.setattr(catalog, "MODULES", {"nobody": ("demo",)})


def quick_cells(n):
    return [{"seed": seed} for seed in range(n)]


def slow_command(*words, errors=subprocess.DEVNULL):
    """The command line in a process of its own, a tenth of a second a cell: time enough to break in."""
    return subprocess.Popen(
        [sys.executable, HERE / "replicate_demo.py", "replicate", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(HERE), "DEMO_PAUSE": "0.1"},
        stdout=subprocess.DEVNULL,
        stderr=errors,
        text=True,
        preexec_fn=hear_ctrl_c,
    )


def hear_ctrl_c():
    """A test run in the background ignores Ctrl-C, and its children would too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_for_lines(path, n):
    until = time.monotonic() + 60
    while not path.exists() or path.read_bytes().count(b"\n") < n:
        assert time.monotonic() < until, "the run wrote nothing"
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_killed_run_started_again_ends_with_the_same_file(only_demo, tmp_path, jobs):
    words = ["table-0", "--sims", "60", "--out"]
    killed = slow_command(*words, tmp_path / "killed", "--jobs", jobs)
    wait_for_lines(tmp_path / "killed" / "demo-quick.jsonl", 3)
    killed.send_signal(signal.SIGKILL)
    killed.wait(timeout=60)
    left = (tmp_path / "killed" / "demo-quick.jsonl").read_bytes()
    assert 3 <= left.count(b"\n") < 60
    for folder in ("killed", "whole"):
        assert main(["replicate", *words, str(tmp_path / folder)]) == 0
    whole = (tmp_path / "whole" / "demo-quick.jsonl").read_bytes()
    assert whole.count(b"\n") == 60
    assert (tmp_path / "killed" / "demo-quick.jsonl").read_bytes() == whole


def test_ctrl_c_keeps_what_is_finished(tmp_path):
    stopped = slow_command("table-0", "--sims", 400, "--out", tmp_path, errors=subprocess.PIPE)
    wait_for_lines(tmp_path / "demo-quick.jsonl", 2)
    stopped.send_signal(signal.SIGINT)
    _, said = stopped.communicate(timeout=60)
    assert stopped.returncode == 130
    assert "the same command goes on" in said
    assert 2 <= len(Store(tmp_path, demo.TASK, "quick").results()) < 400


def test_a_torn_line_is_no_result_and_the_next_one_is_whole(tmp_path):
    store = Store(tmp_path, demo.TASK, "quick")
    run_cells(store, quick_cells(3))
    whole = store.path.read_bytes()
    for cut in range(1, len(whole.splitlines()[-1]) + 1):
        store.path.write_bytes(whole[:-cut])
        assert len(store.results()) == (3 if cut == 1 else 2)  # only the line break is missing: the row is whole
        run_cells(store, quick_cells(3))
        assert store.path.read_bytes() == whole


def test_finished_cells_are_not_computed_again(tmp_path):
    store = Store(tmp_path, demo.TASK, "quick")
    run_cells(store, quick_cells(3))
    never = Task("demo", demo.fail_on_three, "1")
    assert run_cells(Store(tmp_path, never, "quick"), quick_cells(3)) == []
    failed = run_cells(Store(tmp_path, never, "quick"), quick_cells(5))
    assert [(one.cell["seed"], one.error) for one in failed] == [(3, "ArithmeticError: three")]
    assert sorted(json.loads(key)["seed"] for key in store.results()) == [0, 1, 2, 4]


def test_another_version_is_computed_again(tmp_path):
    store = Store(tmp_path, demo.TASK, "quick")
    run_cells(store, quick_cells(2))
    newer = Store(tmp_path, replace(demo.TASK, version="2"), "quick")
    assert newer.results() == {}
    run_cells(newer, quick_cells(2))
    assert len(newer.results()) == 2
    assert store.results() == {}


def test_quick_and_full_never_share_a_file(tmp_path):
    assert Store(tmp_path, demo.TASK, "quick").path != Store(tmp_path, demo.TASK, "full").path


def test_a_second_run_is_refused(tmp_path):
    store = Store(tmp_path, demo.TASK, "quick")
    with store.lock(), pytest.raises(OSError, match="another `replicate`"), Store(tmp_path, demo.TASK, "quick").lock():
        pass
    assert run_cells(store, quick_cells(1)) == []


@pytest.mark.slow
def test_a_dask_cluster_gives_identical_numbers(tmp_path):
    distributed = pytest.importorskip("dask.distributed")
    here, there = Store(tmp_path / "here", demo.TASK, "quick"), Store(tmp_path / "there", demo.TASK, "quick")
    run_cells(here, quick_cells(10), jobs=2)
    with distributed.LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as cluster:
        failed = run_cells(there, quick_cells(10), dask=cluster.scheduler_address)
    assert failed == []
    assert there.path.read_bytes() == here.path.read_bytes()


@pytest.mark.slow
def test_a_dask_cluster_fits_real_cells_to_the_same_digits(tmp_path):
    """A cell of the simulation study (GARCH, group lasso, factors) on a worker and here: the same bytes in the file."""
    distributed = pytest.importorskip("dask.distributed")
    world = {"design": "S1", "T": 80, "K": 6, "share": 0.2, "noise": "low", "models": list(RIDGES)}
    cells = [{**world, "seed": seed} for seed in range(2)]
    here, there = (Store(tmp_path / name, SIMULATIONS, "quick") for name in ("here", "there"))
    assert run_cells(here, cells) == []
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        assert run_cells(there, cells, dask=cluster.scheduler_address) == []
    assert there.path.read_bytes().count(b"\n") == 2
    assert there.path.read_bytes() == here.path.read_bytes()


def test_a_kill_between_the_new_file_and_the_old_loses_nothing(tmp_path, monkeypatch):
    store = Store(tmp_path, demo.TASK, "quick")
    run_cells(store, quick_cells(3))
    whole = store.path.read_bytes()

    def killed(*paths):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("tvplab.replicate.store.os.replace", killed)
        with pytest.raises(SystemExit):
            run_cells(store, quick_cells(5))
    assert set(store.results()) == {cell_key(cell) for cell in quick_cells(5)}
    store.path.with_suffix(".new").write_bytes(whole[: len(whole) // 2])  # a half-written one lies about
    assert run_cells(store, quick_cells(5)) == []
    run_cells(Store(tmp_path / "other", demo.TASK, "quick"), quick_cells(5))
    assert store.path.read_bytes() == (tmp_path / "other" / "demo-quick.jsonl").read_bytes()
    assert sorted(path.name for path in tmp_path.glob("demo*")) == ["demo-quick.jsonl", "demo-quick.lock"]


def test_studies_share_the_cells_of_their_task():
    one = demo.STUDIES[0]
    more = Study("table-00", "", "", demo.TASK, lambda mode, sims: demo.cells("full", None), demo.table)
    ((task, cells),) = union([one, more], "quick", None)
    assert task is demo.TASK
    assert cells == demo.cells("full", None)
    assert cell_key({"b": 0.1, "a": "x"}) == cell_key({"a": "x", "b": 0.1}) == '{"a":"x","b":0.1}'


def test_the_ledger_says_what_is_missing(tmp_path):
    run_cells(Store(tmp_path, demo.TASK, "quick"), demo.cells("quick", 3))
    write_ledger(tmp_path / "PAGE.md", list(demo.STUDIES), tmp_path, "quick", None)
    page = (tmp_path / "PAGE.md").read_text()
    assert "## A demonstration" in page
    assert f"[A demonstration](#{anchor('A demonstration')})" in page
    assert "3 rows" in page
    assert "1 of 4 cells are missing" in page


def test_anchors_are_githubs():
    """λ₀'s subscript and a colon are dropped, each space is a hyphen."""
    assert anchor("Autoencoder, Figures 5-8: λ₀, K & r") == "autoencoder-figures-5-8-λ-k--r"


def test_the_ledger_shows_the_picture_of_a_study(tmp_path):
    def picture(rows):
        drawn = Picture(alt=f"{len(rows)} bars", figsize=(2, 1))
        drawn.subplots().bar(range(len(rows)), [row["seed"] for row in rows])
        return drawn

    study = replace(demo.STUDIES[0], picture=picture)
    run_cells(Store(tmp_path, demo.TASK, "quick"), demo.cells("quick", None))
    write_ledger(tmp_path / "PAGE.md", [study], tmp_path, "quick", None)
    assert "![4 bars](replication/figures/table-0.png)" in (tmp_path / "PAGE.md").read_text()
    first = (tmp_path / "replication/figures/table-0.png").read_bytes()
    assert first.startswith(b"\x89PNG")
    write_ledger(tmp_path / "PAGE.md", [study], tmp_path, "quick", None)
    assert (tmp_path / "replication/figures/table-0.png").read_bytes() == first


def test_the_ledger_prefers_full_results_once_they_are_finished(tmp_path):
    run_cells(Store(tmp_path, demo.TASK, "quick"), demo.cells("quick", None))
    full = Store(tmp_path, demo.TASK, "full")
    for cells, mode in ((demo.cells("full", 7), "quick mode: 4 cells"), (demo.cells("full", 8), "full mode: 8 cells")):
        run_cells(full, cells)
        write_ledger(tmp_path / "PAGE.md", list(demo.STUDIES), tmp_path, "quick", None)
        assert mode in (tmp_path / "PAGE.md").read_text()


def test_the_name_of_a_paper_stands_for_its_studies(only_demo):
    assert catalog.find(["nobody"]) == catalog.find(["all"]) == list(demo.STUDIES)


def test_an_unknown_id_lists_the_known_ones(only_demo, tmp_path, capsys):
    assert main(["replicate", "table-99", "--out", str(tmp_path)]) == 1
    assert "'table-99' unknown; there are all, nobody, table-0" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_command_line(only_demo, tmp_path, capsys):
    assert main(["replicate", "--list"]) == 0
    assert "table-0  A demonstration" in capsys.readouterr().out
    assert main(["replicate", "all", "--sims", "2", "--out", str(tmp_path / "out")]) == 0
    assert "2 rows" in capsys.readouterr().out
    assert main(["replicate", "table-0", "--full", "--out", str(tmp_path), "--ledger", str(tmp_path / "PAGE.md")]) == 0
    assert "8 rows" in (tmp_path / "PAGE.md").read_text()
    assert main(["replicate"]) == 1
    assert "name what to compute" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["replicate", "all", "--jobs", "0"])
    assert "--jobs" in capsys.readouterr().err
