"""Quick or full mode, and its banner."""

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


def test_quick_is_the_default(monkeypatch):
    monkeypatch.delenv("TVPLAB_MODE", raising=False)
    assert mode() == "quick"


def test_other_modes_are_refused(monkeypatch):
    monkeypatch.setenv("TVPLAB_MODE", "fast")
    with pytest.raises(ValueError, match="TVPLAB_MODE must be one of quick, full; got 'fast'"):
        mode()
