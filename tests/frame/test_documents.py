"""What the README and CONTRIBUTING say: the example runs, and the files, targets and options named exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "CONTRIBUTING.md")


def test_the_readme_example_runs():
    example = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "unemp" in done.stdout


def test_the_readme_names_every_public_model():
    import tvplab

    named = set(re.findall(r"`(\w+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    rooms = {"data", "dgp", "explore", "metrics", "plots", "banner", "check", "mode"}
    assert set(tvplab.__all__) - rooms <= named


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_and_files_named_exist(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^):]+)\)", text)
    named = re.findall(r"`((?:tvplab|tests|notebooks|data|binder|benchmarks|\.ci)/[\w./]*)`", text)
    named += re.findall(r"`(\w+\.(?:txt|yml|toml))`", text)
    assert named
    real = [name for name in links + named if "NN" not in name]
    assert [name for name in real if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_make_targets_and_options_named_exist(document):
    text, makefile = (ROOT / document).read_text(encoding="utf-8"), (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))
    assert targets - set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)) == set()
    options = set(re.findall(r"\b([A-Z_]+)=\S", text))
    assert options - set(re.findall(r"\b([A-Z_]+)\b", makefile)) == set()
