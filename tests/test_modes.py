"""Quick or full mode, and its banner."""

import re
from pathlib import Path

import pytest

from tvplab.modes import Banner, banner, mode


@pytest.mark.parametrize("name", ["quick", "full"])
def test_mode_and_banner_follow_the_variable(monkeypatch, name):
    monkeypatch.setenv("TVPLAB_MODE", name)
    assert mode() == name
    assert f"{name} mode" in repr(banner())
    assert f"**{name} mode**" in banner()._repr_markdown_()


def test_quick_says_how_to_get_the_full_mode():
    command = "`TVPLAB_MODE=full make lab`"
    assert command in repr(Banner("quick"))
    assert command in Banner("quick")._repr_markdown_()
    assert "make lab" not in repr(Banner("full"))


LESSONS = sorted((Path(__file__).parents[1] / "notebooks" / "lessons").glob("*.py"))


@pytest.mark.parametrize("name", ["quick", "full"])
def test_it_promises_no_papers_number_and_both_lengths_of_runs(name):
    """Lessons choose their own numbers, and some have none to choose: the banner must be true of all."""
    said = repr(Banner(name))
    assert "paper's number" not in said
    assert {"quick": "the short runs", "full": "the long runs"}[
        name
    ] + ", where a lesson has short and long ones" in said


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_quick_runs_are_the_shorter_ones(lesson):
    """`A if tvplab.mode() == "quick" else B`: what a lesson repeats A or B times, or the years it takes."""
    text = lesson.read_text(encoding="utf-8")
    pairs = re.findall(r'([\d]+) if tvplab\.mode\(\) == "quick" else (\d+)', text)
    spans = re.findall(r'= \("(\d+)", "(\d+)"\) if tvplab\.mode\(\) == "quick" else \("(\d+)", "(\d+)"\)', text)
    assert len(pairs) + len(spans) == text.count("tvplab.mode()")
    assert all(int(short) < int(long) for short, long in pairs)
    assert all(int(b) - int(a) < int(d) - int(c) for a, b, c, d in spans)


def test_quick_is_the_default(monkeypatch):
    monkeypatch.delenv("TVPLAB_MODE", raising=False)
    assert mode() == "quick"


def test_other_modes_are_refused(monkeypatch):
    monkeypatch.setenv("TVPLAB_MODE", "fast")
    with pytest.raises(ValueError, match="TVPLAB_MODE must be one of quick, full; got 'fast'"):
        mode()
