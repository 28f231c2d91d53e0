"""The lists of dependencies agree: pyproject.toml is the truth, the conda files and the pins follow it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA_NAMES = {"matplotlib": "matplotlib-base", "arch": "arch-py", "torch": "pytorch-cpu"}
NOT_OURS = {"python", "pip"}  # conda's own, in addition to the project's requirements


def required(*extras):
    """Conda name -> bounds of the project's requirements with these extras."""
    texts = PROJECT["dependencies"] + [text for extra in extras for text in PROJECT["optional-dependencies"][extra]]
    needed = [Requirement(text) for text in texts]
    return {CONDA_NAMES.get(each.name, each.name): each.specifier for each in needed}


def listed(path):
    """The file's packages (name -> bounds, of conda and of its pip section) and its local pip lines."""
    lines = yaml.safe_load((ROOT / path).read_text())["dependencies"]
    pip_lines = [text for line in lines if isinstance(line, dict) for text in line["pip"]]
    local = [text for text in pip_lines if text.startswith("-e")]
    texts = [line for line in lines if isinstance(line, str)] + [t for t in pip_lines if t not in local]
    found = [re.fullmatch(r"([a-z0-9-]+)(.*)", text).groups() for text in texts]
    assert len({name for name, _ in found}) == len(found), f"{path} lists a package twice"
    return {name: SpecifierSet(re.sub(r"^=(?!=)(.*)", r"==\1.*", bound)) for name, bound in found}, local


@pytest.mark.parametrize(
    ("path", "extras", "local"),
    [("environment.yml", ("deep", "dev"), ["-e ."]), ("binder/environment.yml", ("deep",), [])],
)
def test_conda_files_agree_with_pyproject_in_both_directions(path, extras, local):
    packages, local_lines = listed(path)
    ours = {name: bounds for name, bounds in packages.items() if name not in NOT_OURS}
    assert ours == required(*extras)
    assert local_lines == local
    assert set(packages) >= NOT_OURS


def test_conda_files_take_only_conda_forge_and_never_a_cuda_build():
    for path in ("environment.yml", "binder/environment.yml"):
        content = yaml.safe_load((ROOT / path).read_text())
        assert content["channels"] == ["conda-forge", "nodefaults"]
        assert not {"pytorch", "torch", "pytorch-gpu"} & set(listed(path)[0])


def binder_python():
    pin = re.search(r"^  - python=(\d+\.\d+)$", (ROOT / "binder/environment.yml").read_text(), re.MULTILINE)
    assert pin, "repo2docker reads only `python=X.Y`, and takes Python 3.10 where it finds none"
    return pin[1]


def test_the_python_versions_agree():
    assert listed("environment.yml")[0]["python"] == SpecifierSet(PROJECT["requires-python"])
    assert binder_python() in SpecifierSet(PROJECT["requires-python"])


def test_every_requirement_has_a_pin_inside_its_bounds():
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line) for line in lines)
    pins = dict(line.split("==") for line in lines)
    assert len(pins) == len(lines)
    extras = [text for texts in PROJECT["optional-dependencies"].values() for text in texts]
    for needed in map(Requirement, PROJECT["dependencies"] + extras):
        assert pins[canonicalize_name(needed.name)] in needed.specifier, needed


def test_post_build_stops_at_the_first_error_and_installs_only_the_project():
    script = ROOT / "binder" / "postBuild"
    commands = [line for line in script.read_text().splitlines() if line and not line.startswith("#")]
    assert os.access(script, os.X_OK)
    assert commands[:2] == ["set -e", "pip install --no-deps ."]


def test_the_dockerfile_that_binder_builds(tmp_path):
    beside = Path(sys.executable).with_name("repo2docker")
    command = str(beside) if beside.exists() else shutil.which("repo2docker")
    if command is None:
        pytest.skip("repo2docker is not installed here")
    shutil.copytree(ROOT / "binder", tmp_path / "binder")
    options = ["--no-build", "--user-id", "1000", "--user-name", "jovyan", "."]
    done = subprocess.run([command, *options], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"environment for python={binder_python()}" in done.stderr
    assert 'env update -p ${NB_PYTHON_PREFIX} --file "binder/environment.yml"' in done.stdout
    assert "RUN ./binder/postBuild" in done.stdout
