"""What `make` hands on: which Python looks after the environment, and the mode."""

import os
import subprocess
from pathlib import Path

import bootstrap
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def make(tmp_path):
    """Run a target with stand-ins that say who they are and what they were told; returns their words."""
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    for path, name in ((tmp_path / "named", "named"), (tmp_path / "venv" / "bin" / "python", "own")):
        path.write_text(f'#!/bin/sh\necho {name} $(basename "$1") "mode=$TVPLAB_MODE"\n')
        path.chmod(0o755)

    def run(*arguments, **environment):
        inherited = {name: text for name, text in os.environ.items() if name not in ("TVPLAB_MODE", "MAKEFLAGS")}
        command = [
            "make",
            "--no-print-directory",
            *arguments,
            f"VENV={tmp_path / 'venv'}",
            f"PYTHON={tmp_path / 'named'}",
        ]
        done = subprocess.run(
            command, cwd=ROOT, env={**inherited, **environment}, capture_output=True, text=True, check=True
        )
        return done.stdout.splitlines()

    return run


def test_a_whole_environment_looks_after_itself(make, tmp_path):
    bootstrap.write_stamp(tmp_path / "venv", state="done")
    assert make("env") == ["own bootstrap.py mode="]


@pytest.mark.parametrize("fault", ["no stamp", "cut short", "lost its Python"])
def test_the_named_python_makes_what_is_not_whole(make, tmp_path, fault):
    if fault != "no stamp":
        bootstrap.write_stamp(tmp_path / "venv", state="installing" if fault == "cut short" else "done")
    if fault == "lost its Python":
        (tmp_path / "venv" / "bin" / "python").unlink()
    assert make("env") == ["named bootstrap.py mode="]


def test_the_mode_reaches_jupyterlab_from_either_side_of_make(make, tmp_path):
    bootstrap.write_stamp(tmp_path / "venv", state="done")
    assert make("lab", TVPLAB_MODE="full")[-1] == "own open_lab.py mode=full"
    assert make("lab", "TVPLAB_MODE=full")[-1] == "own open_lab.py mode=full"
