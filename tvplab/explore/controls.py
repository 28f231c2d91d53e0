"""Labelled controls: a name in words and symbol, a readable number, the keyboard works."""

import math
from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets


def log_slider(
    label: str,
    low: float,
    high: float,
    value: float,
    *,
    per_decade: int = 20,
    fmt: str = ".3g",
    live: bool = True,
) -> widgets.FloatLogSlider:
    """Slider on a log scale: for penalties and variances.

    Parameters
    ----------
    label : str
        Words and symbol, such as ``"drift penalty λ"``.
    low, high, value : float
        Ends of the scale and the start, in the units of the thing itself (not exponents); ``0 < low``.
    per_decade : int
        Steps (key presses) from 1 to 10.
    fmt : str
        Format of the number shown.
    live : bool
        False computes only when the mouse is released: for computations above half a second.
    """
    if low <= 0:
        raise ValueError(f"low must be positive on a log scale; got {low}")
    _check_range(low, high, value)
    return widgets.FloatLogSlider(
        min=math.log10(low),
        max=math.log10(high),
        step=1 / per_decade,
        value=value,
        **_looks(label, fmt, live),
    )


def float_slider(
    label: str,
    low: float,
    high: float,
    value: float,
    *,
    step: float = 0.01,
    fmt: str = ".2f",
    live: bool = True,
) -> widgets.FloatSlider:
    """Slider on a plain scale; the parameters are those of `log_slider`, and `step` is one key press."""
    _check_range(low, high, value)
    return widgets.FloatSlider(min=low, max=high, step=step, value=value, **_looks(label, fmt, live))


def int_slider(label: str, low: int, high: int, value: int, *, step: int = 1, live: bool = True) -> widgets.IntSlider:
    """Slider over whole numbers; the parameters are those of `log_slider`."""
    _check_range(low, high, value)
    return widgets.IntSlider(min=low, max=high, step=step, value=value, **_looks(label, "d", live))


def stops_slider(
    label: str, stops: Sequence[tuple[str, Any]], value: Any, *, live: bool = True
) -> widgets.SelectionSlider:
    """Slider over named stops in order, such as dates; `stops` are pairs (name shown, value)."""
    looks = {name: option for name, option in _looks(label, "", live).items() if name != "readout_format"}
    return widgets.SelectionSlider(options=list(stops), value=value, **looks)


def choice(label: str, options: Sequence[Any], value: Any) -> widgets.Dropdown:
    """Menu of a few named options; `options` are the values or pairs (name, value)."""
    return widgets.Dropdown(options=options, value=value, description=label, style={"description_width": "initial"})


def choices(label: str, options: Sequence[Any], value: Sequence = (), *, rows: int = 4) -> widgets.SelectMultiple:
    """List of which any number are chosen: its value is a tuple, in the order of `options`.

    Click, Ctrl (Cmd) and click to add or take away one, Shift and click for several.  `rows` are visible.  The arrow
    keys do not reach it in JupyterLab 4, which takes them from every menu in a cell's output (seen in Chromium).
    """
    style = {"description_width": "initial"}
    return widgets.SelectMultiple(options=options, value=tuple(value), description=label, rows=rows, style=style)


def switch(label: str, value: bool) -> widgets.Checkbox:
    """Tick box for yes or no."""
    return widgets.Checkbox(value=value, description=label, indent=False)


def _looks(label: str, fmt: str, live: bool) -> dict[str, Any]:
    """Return what all sliders share."""
    style = {"description_width": "initial"}
    return {"description": label, "readout_format": fmt, "continuous_update": live, "style": style}


def _check_range(low: float, high: float, value: float) -> None:
    """Refuse an empty scale and a start outside of it."""
    if not low < high:
        raise ValueError(f"low must be below high; got {low} and {high}")
    if not low <= value <= high:
        raise ValueError(f"value must lie in [{low}, {high}]; got {value}")
