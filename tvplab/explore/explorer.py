"""Controls bound to a live picture: move one, the model is estimated again, the picture follows."""

import base64
import functools
from collections.abc import Callable, Collection, Mapping
from typing import Any

import ipywidgets as widgets
from matplotlib.figure import Figure
from threadpoolctl import ThreadpoolController
from traitlets import TraitError

from tvplab.explore.layout import arrange_controls, caption_html, error_html, label_width, marks_html, numbers_html
from tvplab.explore.panel import CSS_PIXELS_PER_INCH, LivePanel

Action = Callable[["Explorer"], None]


@functools.cache
def _threads() -> ThreadpoolController:
    """Find the linear algebra libraries of this process; made once, because the search is slow."""
    return ThreadpoolController()


class Explorer(widgets.VBox):
    """A widget of controls, key numbers and one live picture; in a test it works without a browser.

    Parameters
    ----------
    controls : dict of str to widget
        Name to control (see `tvplab.explore.controls`), in the order shown; the first gets the full width.
    compute : callable ``(**values) -> result``
        A pure function of the controls' values: the same values give the same result. Draw random shocks
        outside of it, so that the picture deforms and does not jump. Runs with one linear algebra thread.
    build, update : callables
        Draw the figure once, and move its artists: see `LivePanel`.
    readout : callable ``(result) -> dict of str to str``, optional
        Key numbers shown above the picture: label to text.
    marks : callable ``(result) -> dict of str to dict of str to float``, optional
        What to mark on the sliders' scales: control to text to value, such as
        ``lambda result: {"lam": {"CV": result.cv_lam}}``; the same controls each time.
    redraw_on : collection of str
        Controls whose move changes what stands still (limits, titles, the series shown): `build` runs again.
    buttons : dict of str to callable ``(explorer) -> None``, optional
        Further buttons beside *reset*, such as ``{"show CV choice": lambda e: e.set(lam=e.result.cv_lam)}``.
    alt : str
        One sentence that tells a reader who cannot see the picture what it shows.
    caption : str
        One sentence under the picture that says what to see.
    figsize, dpi
        Size of the picture: see `LivePanel`.

    Attributes
    ----------
    controls : dict of str to widget
    panel : LivePanel
    result : object
        The latest result of `compute`.
    error : ipywidgets.HTML
        Empty while all is well; otherwise what went wrong, and the picture before it stays.
    """

    def __init__(
        self,
        controls: Mapping[str, widgets.ValueWidget],
        compute: Callable[..., Any],
        build: Callable[[Figure, Any], Mapping[str, Any]],
        update: Callable[[Mapping[str, Any], Any], None],
        *,
        readout: Callable[[Any], Mapping[str, str]] = lambda _result: {},
        marks: Callable[[Any], Mapping[str, Mapping[str, float]]] = lambda _result: {},
        redraw_on: Collection[str] = (),
        buttons: Mapping[str, Action] | None = None,
        alt: str,
        caption: str = "",
        figsize: tuple[float, float] = (8, 4),
        dpi: float = 100,
    ):
        _known(redraw_on, controls)
        self.controls = dict(controls)
        self.alt = alt
        self._compute, self._readout, self._marks = compute, readout, marks
        self._redraw_on = frozenset(redraw_on)
        self._start = self.values
        self._on_hold = self._background_is_old = False
        self.error, self.numbers = widgets.HTML(), widgets.HTML()
        self.result = self._run_compute()
        self.panel = LivePanel(build, update, self.result, figsize=figsize, dpi=dpi)
        self._strips = {name: widgets.HTML() for name in marks(self.result)}
        self._show_numbers()
        super().__init__(self._arrange(buttons or {}, caption))
        self.add_class("tvplab-explorer")
        for name, control in self.controls.items():
            control.observe(functools.partial(self._on_move, name), names="value")

    @property
    def figure(self) -> Figure:
        """The persistent matplotlib figure."""
        return self.panel.figure

    @property
    def values(self) -> dict[str, Any]:
        """The controls' values by name."""
        return {name: control.value for name, control in self.controls.items()}

    def set(self, **values: Any) -> None:
        """Set several controls and compute once.

        Raises
        ------
        ValueError
            For an unknown control or a value that the control does not accept; all controls then stay.
        """
        _known(values, self.controls)
        before = self.values
        try:
            self._assign(values)
        except ValueError:
            self._assign(before)
            raise
        self.refresh()

    def reset(self) -> None:
        """Set all controls to where they started."""
        self.set(**self._start)

    def redraw(self) -> None:
        """Compute and draw everything anew, background included."""
        self._background_is_old = True
        self.refresh()

    def refresh(self) -> None:
        """Compute with the present values and show the result; an error is shown in `error` instead."""
        self._guard(self._compute_and_show)

    def static_png(self) -> bytes:
        """Return the picture as PNG bytes, moving artists included."""
        return self.panel.png()

    def _on_move(self, name: str, _change: Mapping[str, Any]) -> None:
        """Answer a moved control; inside `set` wait for the last of them."""
        self._background_is_old |= name in self._redraw_on
        if not self._on_hold:
            self.refresh()

    def _assign(self, values: Mapping[str, Any]) -> None:
        """Carry values to the controls without computing; refuse what a control would bend to fit."""
        self._on_hold = True
        try:
            for name, value in values.items():
                self.controls[name].value = value
                if self.controls[name].value != value:
                    raise ValueError(f"{name} cannot be {value!r}: it goes from {_ends(self.controls[name])}")
        except TraitError as error:
            raise ValueError(f"{name} cannot be {value!r}: {error}") from None
        finally:
            self._on_hold = False

    def _run_compute(self) -> Any:
        """Compute with one linear algebra thread: small problems lose time in more."""
        with _threads().limit(limits=1, user_api="blas"):
            return self._compute(**self.values)

    def _compute_and_show(self) -> None:
        """One move: result, picture, numbers."""
        result = self._run_compute()
        if self._background_is_old:
            self.panel.redraw(result)
            self._background_is_old = False
        else:
            self.panel.move(result)
        self.result = result
        self._show_numbers()

    def _guard(self, action: Callable[[], None]) -> None:
        """Run `action`; show its error in the widget, where a callback's error would otherwise vanish."""
        self.error.value = ""
        try:
            action()
        except Exception as error:
            self.error.value = error_html(error)

    def _show_numbers(self) -> None:
        """Write the key numbers above the picture and the marks on the scales."""
        self.numbers.value = numbers_html(self._readout(self.result))
        marks, width = self._marks(self.result), label_width(self.controls)
        for name, strip in self._strips.items():
            strip.value = marks_html(self.controls[name], marks[name], width)

    def _arrange(self, buttons: Mapping[str, Action], caption: str) -> list[widgets.Widget]:
        """Order on the page: controls, buttons, numbers, picture, caption, error."""
        width = f"{self.figure.get_figwidth() * CSS_PIXELS_PER_INCH:g}px"
        controls = arrange_controls(self.controls, self._strips, width)
        self.numbers.layout = widgets.Layout(width=width, max_width="100%")
        row = [self._button("reset", Explorer.reset)]
        row += [self._button(label, action) for label, action in buttons.items()]
        note = widgets.HTML(caption_html(caption, self.alt))
        return [controls, widgets.HBox(row), self.numbers, self.panel.image, note, self.error]

    def _button(self, label: str, action: Action) -> widgets.Button:
        """Make a button that runs ``action(self)`` and shows its errors."""
        button = widgets.Button(description=label, layout=widgets.Layout(width="auto"))
        button.on_click(lambda _: self._guard(lambda: action(self)))
        return button

    def _repr_mimebundle_(self, **_kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Live widget where there is a kernel; beside it the picture, for GitHub, a PDF and a printer."""
        data = super()._repr_mimebundle_()
        data["image/png"] = base64.b64encode(self.static_png()).decode("ascii")
        data["text/plain"] = self.alt
        return data, {"image/png": {"alt": self.alt}}


def _known(names: Collection[str], controls: Mapping[str, Any]) -> None:
    """Refuse names that no control has."""
    unknown = [name for name in names if name not in controls]
    if unknown:
        raise ValueError(f"unknown control {', '.join(unknown)}; there are {', '.join(controls)}")


def _ends(control: widgets.ValueWidget) -> str:
    """Say from where to where a slider goes, in the units of its value; of a list, its options."""
    if not hasattr(control, "min"):
        return f"{control.options[0]} to {control.options[-1]}; several as a tuple"
    base = getattr(control, "base", None)
    low, high = (base**end if base else end for end in (control.min, control.max))
    return f"{low:g} to {high:g}"
