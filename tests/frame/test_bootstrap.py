import ast
import json
import logging
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import bootstrap
import pytest
import torch_choice

Usage = namedtuple("Usage", "total used free")
CI_FOLDER = Path(bootstrap.__file__).parent


@pytest.mark.parametrize("script", ["bootstrap.py", "torch_choice.py"])
def test_an_old_python_can_parse_the_installer(script):
    ast.parse((CI_FOLDER / script).read_text(encoding="utf-8"), feature_version=(3, 6))


def test_an_old_python_is_refused_and_a_newer_one_named():
    with pytest.raises(bootstrap.Refused, match=r"3\.11 or newer, and this is 3\.8") as refusal:
        bootstrap.check_python((3, 8, 18), runs=lambda name: name == "python3.12")
    assert "PYTHON=python3.12" in str(refusal.value)
    with pytest.raises(bootstrap.Refused, match="Install a newer Python"):
        bootstrap.check_python((3, 10, 0), runs=lambda name: False)
    assert bootstrap.check_python((3, 11, 0)) is None


def test_a_command_that_does_not_start_is_not_recommended(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    for name, status in (("good", 0), ("stand-in", 127)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {status}\n")
        (tmp_path / name).chmod(0o755)
    assert [bootstrap.runs(name) for name in ("good", "stand-in", "absent")] == [True, False, False]


def test_a_python_without_ensurepip_is_refused():
    with pytest.raises(bootstrap.Refused, match="apt install python3-venv"):
        bootstrap.check_venv_module(lambda name: None if name == "ensurepip" else object())


def test_a_full_disk_is_refused(tmp_path):
    with pytest.raises(bootstrap.Refused, match=r"0\.5 GB free; the installation needs about 3 GB"):
        bootstrap.check_disk(tmp_path / "not" / "yet", 3.0, lambda place: Usage(9e9, 8.5e9, 0.5e9))
    assert bootstrap.check_disk(tmp_path, 3.0, lambda place: Usage(9e9, 5e9, 4e9)) is None


def test_the_fingerprint_follows_requirements_pins_settings_and_place(tmp_path):
    def checkout(name, requirements, pins, settings="{}"):
        folder = tmp_path / name
        (folder / ".ci").mkdir(parents=True, exist_ok=True)
        (folder / "pyproject.toml").write_text(requirements)
        (folder / "constraints.txt").write_text(pins)
        for source in bootstrap.SETTINGS:
            (folder / source).write_text(settings)
        return bootstrap.fingerprint(folder)

    first = checkout("a", "numpy", "numpy==1")
    assert checkout("a", "numpy", "numpy==1") == first
    others = {
        checkout("a", "scipy", "numpy==1"),
        checkout("a", "numpy", "numpy==2"),
        checkout("a", "numpy", "numpy==1", '{"autosave": false}'),
        checkout("b", "numpy", "numpy==1"),
    }
    assert len(others | {first}) == 5


@pytest.mark.parametrize(
    ("stamp", "choice", "current"),
    [
        ({"state": "done", "key": "k", "torch": "cpu"}, "auto", True),
        ({"state": "done", "key": "k", "torch": "missing"}, "auto", True),
        ({"state": "done", "key": "k", "torch": "missing"}, "cpu", False),
        ({"state": "done", "key": "k", "torch": "cpu"}, "gpu", False),
        ({"state": "done", "key": "old", "torch": "cpu"}, "auto", False),
        ({"state": "installing", "key": "k", "torch": "cpu"}, "auto", False),
        ({}, "auto", False),
    ],
)
def test_what_counts_as_current(stamp, choice, current):
    assert bootstrap.is_current(stamp, "k", choice) is current


def test_a_damaged_stamp_reads_as_none(tmp_path):
    (tmp_path / bootstrap.STAMP).write_text('{"state": "do')
    assert bootstrap.read_stamp(tmp_path) == {}


class Commands:
    """Stands in for ``bootstrap.run``: records the steps, and fails those whose label holds `failing`."""

    def __init__(self, failing=None):
        self.failing, self.labels = failing, []

    def __call__(self, label, command):
        self.labels.append(label)
        if self.failing and self.failing in label:
            raise bootstrap.Refused("no route to host")
        if label.startswith("making"):
            folder = Path(command[-1])
            (folder / "bin").mkdir()
            (folder / "bin" / "python").touch()
            (folder / "pyvenv.cfg").touch()


WITH_CUDA = {"install": [{"metadata": {"name": "nvidia-cublas"}}]}


@pytest.fixture
def ensure(monkeypatch, tmp_path):
    """Run the installation in `tmp_path` with recorded commands; returns labels and the stamp."""

    def go(choice="auto", failing=None, report=WITH_CUDA):
        commands = Commands(failing)
        monkeypatch.setattr(bootstrap, "run", commands)
        monkeypatch.setattr(bootstrap, "torch_report", lambda python: report)
        monkeypatch.setattr(bootstrap, "check_disk", lambda venv, needed_gb: None)
        bootstrap.ensure(tmp_path / "venv", choice)
        return commands.labels, bootstrap.read_stamp(tmp_path / "venv")

    return go


def test_a_second_run_does_nothing(ensure):
    labels, stamp = ensure(report={"install": []})
    assert labels[-1] == "installing torch"
    assert (stamp["state"], stamp["torch"]) == ("done", "cpu")
    assert ensure()[0] == []


def test_unreachable_cpu_wheels_leave_torch_out_and_never_fetch_cuda(ensure, capsys):
    labels, stamp = ensure(failing="installing torch")
    assert [label for label in labels if "torch" in label.lower()] == [
        "fetching uv, which knows PyTorch's CPU wheels",
        "installing torch",
    ]
    assert (stamp["state"], stamp["torch"]) == ("done", "missing")
    assert "Lessons 4 and 5 need it" in capsys.readouterr().out
    assert ensure()[0] == []
    with pytest.raises(bootstrap.Refused, match="no route to host"):
        ensure(choice="cpu", failing="installing torch")
    assert ensure()[0] == [], "an environment that works without torch outlives a failed attempt to add it"


def test_an_installation_cut_short_starts_afresh(ensure, tmp_path):
    with pytest.raises(bootstrap.Refused):
        ensure(failing="installing packages")
    half = tmp_path / "venv" / "half-installed"
    half.touch()
    labels, stamp = ensure()
    assert labels[0].startswith("making")
    assert stamp["state"] == "done"
    assert not half.exists()


LAB_SETTINGS, KERNEL_SETTINGS = bootstrap.SETTINGS


def test_our_jupyterlab_saves_only_when_told_and_asks_no_question(ensure, tmp_path):
    ensure()
    lab = json.loads((tmp_path / "venv" / bootstrap.SETTINGS[LAB_SETTINGS]).read_text())
    assert lab["@jupyterlab/docmanager-extension:plugin"]["autosave"] is False
    assert lab["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
    kernel = json.loads((tmp_path / "venv" / bootstrap.SETTINGS[KERNEL_SETTINGS]).read_text())
    assert kernel["IPKernelApp"]["log_level"] == logging.ERROR


def test_the_settings_name_what_jupyterlab_knows():
    schemas = Path(sys.prefix) / "share/jupyter/lab/schemas"
    for name, values in json.loads((bootstrap.ROOT / LAB_SETTINGS).read_text()).items():
        package, plugin = name.split(":")
        known = json.loads((schemas / package / f"{plugin}.json").read_text())["properties"]
        assert set(values) <= set(known)


def test_an_environment_made_by_the_user_is_never_removed(ensure, tmp_path):
    (tmp_path / "venv").mkdir()
    Commands()("making", [tmp_path / "venv"])
    (tmp_path / "venv" / "theirs").touch()
    with pytest.raises(bootstrap.Refused):
        ensure(failing="installing packages")
    assert ensure()[1]["made_here"] is False
    assert (tmp_path / "venv" / "theirs").exists()
    assert not any((tmp_path / "venv" / place).exists() for place in bootstrap.SETTINGS.values())


def test_a_failing_step_shows_its_whole_output():
    with pytest.raises(bootstrap.Refused, match=r"(?s)first line.*No space left on device.*disk is full"):
        bootstrap.run("step", ["sh", "-c", "echo first line; echo No space left on device >&2; exit 1"])


def test_a_step_that_works_takes_one_line(capsys):
    bootstrap.run("step", ["echo", "noise"])
    assert capsys.readouterr().out == "tvplab: step ... 0 s\n"


def test_main_turns_a_refusal_into_an_exit_status(monkeypatch, capsys):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 1))
    assert bootstrap.main([]) == 1
    assert "needs Python 3.11 or newer" in capsys.readouterr().err


def test_the_torch_report_is_none_where_pip_fails(monkeypatch):
    def answer(returncode, stdout):
        monkeypatch.setattr(
            bootstrap.subprocess, "run", lambda *a, **k: subprocess.CompletedProcess(a, returncode, stdout)
        )
        return bootstrap.torch_report("python")

    assert answer(1, b"") is None
    assert answer(0, json.dumps(WITH_CUDA).encode()) == WITH_CUDA
    assert torch_choice.plan("auto", answer(1, b"")) == "uv"
