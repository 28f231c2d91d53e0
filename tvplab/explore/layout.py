"""Where an explorer's parts stand on the page."""

import html
import math
from collections.abc import Mapping

import ipywidgets as widgets

# ipywidgets' own measures in pixels: from a slider's label to the first place of its handle, and from the
# handle's last place to the slider's right edge (the number's box stands there).
_LABEL_GAP, _READOUT = 14, 82
# Mean width of a letter in a label, in widths of the digit 0 ("ch"), with some room.
_LETTER = 0.85


def arrange_controls(
    controls: Mapping[str, widgets.ValueWidget], strips: Mapping[str, widgets.HTML], width: str
) -> widgets.VBox:
    """Put the first control, the main one, over the full width and the others in two columns below it.

    Parameters
    ----------
    controls : dict of str to widget
        All labels get the width of the longest, so that the scales line up.
    strips : dict of str to ipywidgets.HTML
        Strip of marks under the control of that name.
    width : str
        CSS width of the whole.
    """
    label = label_width(controls)
    for control in controls.values():
        control.layout.width = "auto"
        if hasattr(control.style, "description_width"):
            control.style.description_width = label
    cells = [widgets.VBox([c, strips[n]]) if n in strips else c for n, c in controls.items()]
    columns = widgets.Layout(grid_template_columns="1fr 1fr")
    outer = widgets.Layout(width=width, max_width="100%")
    return widgets.VBox([cells[0], widgets.GridBox(cells[1:], layout=columns)], layout=outer)


def marks_html(control: widgets.ValueWidget, marks: Mapping[str, float], label_width: str) -> str:
    """Return the marks under a slider's scale: a triangle and a word at each value, in the slider's units.

    Raises
    ------
    ValueError
        For a mark outside the slider's scale.
    """
    spans = "".join(_mark_html(text, _share(control, value)) for text, value in marks.items())
    margin = f"margin: -8px {_READOUT}px 0 calc({label_width} + {_LABEL_GAP}px)"
    return f'<div style="{margin}; position: relative; height: 1.4em; line-height: 1.4">{spans}</div>'


def numbers_html(numbers: Mapping[str, str]) -> str:
    """Return the key numbers in columns as wide as the longest label, on as many rows as the page needs.

    The columns depend on the labels and on the page's width, not on the numbers: a longer number moves nothing.
    """
    parts = [f"<div>{html.escape(k)}<br><b>{html.escape(v)}</b></div>" for k, v in numbers.items()]
    widest = f"{_LETTER * max(map(len, numbers), default=1):.0f}ch"
    columns = f"display: grid; grid-template-columns: repeat(auto-fit, minmax({widest}, 1fr)); gap: 0 1em"
    style = f"{columns}; line-height: 1.4; white-space: nowrap; font-variant-numeric: tabular-nums"
    return f'<div style="{style}">{"".join(parts)}</div>'


def caption_html(caption: str, alt: str) -> str:
    """Return the caption, and the alt text where only a screen reader finds it.

    ipywidgets' image has no alt text, and a tooltip on it breaks its view (seen in 8.1.9).
    """
    unseen = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)"
    return f'<i>{html.escape(caption)}</i><span style="{unseen}">{html.escape(alt)}</span>'


def error_html(error: Exception) -> str:
    """Return an error as a red line that a screen reader announces."""
    text = html.escape(f"{type(error).__name__}: {error}")
    return f'<div role="alert" style="color: #B00020">{text}</div>'


def label_width(controls: Mapping[str, widgets.ValueWidget]) -> str:
    """CSS width of the longest label."""
    return f"{_LETTER * max(len(control.description) for control in controls.values()):.0f}ch"


def _share(control: widgets.ValueWidget, value: float) -> float:
    """Where `value` lies between a slider's ends, from 0 to 1."""
    base = getattr(control, "base", None)
    place = math.log(value, base) if base else value
    share = (place - control.min) / (control.max - control.min)
    if not -1e-9 <= share <= 1 + 1e-9:
        raise ValueError(f"the mark at {value:g} lies outside the scale of {control.description!r}")
    return share


def _mark_html(text: str, share: float) -> str:
    """Return one mark: a triangle centred on the place, the word beside it."""
    place = f"position: absolute; left: {100 * share:.2f}%; transform: translateX(-0.5em); white-space: nowrap"
    triangle = '<span class="tvplab-mark" style="display: inline-block; width: 1em; text-align: center">▲</span>'
    return f'<span style="{place}">{triangle}{html.escape(text)}</span>'
