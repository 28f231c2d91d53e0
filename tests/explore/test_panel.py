"""The explorer without a browser: controls, result, artists, picture, errors."""

import dataclasses
import io
import time

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from tvplab.explore import Explorer, choice, float_slider, int_slider, log_slider, switch
from tvplab.explore.layout import numbers_html
from tvplab.explore.png import encode_png

X = np.arange(50)


@dataclasses.dataclass
class Counter:
    """A compute that counts its calls and can be told to fail."""

    calls: int = 0
    fail: bool = False

    def __call__(self, size, power, series):
        self.calls += 1
        if self.fail:
            raise ValueError("no <solution> here")
        return {"size": size, "series": series, "path": size * (X / 49) ** power}


def build(figure, result):
    """One line and one band; the title names the series."""
    axes = figure.subplots()
    axes.set(xlim=(0, 49), ylim=(0, 10), title=result["series"])
    return {"line": axes.plot(X, 0 * X)[0], "bands": [axes.fill_between(X, 0 * X, 0 * X, alpha=0.3)]}


def update(artists, result):
    """Carry the path to line and band."""
    artists["line"].set_ydata(result["path"])
    artists["bands"][0].set_data(X, result["path"] - 0.5, result["path"] + 0.5)


def controls():
    return {
        "size": log_slider("size s", 0.1, 10, 1),
        "power": int_slider("power p", 1, 4, 1),
        "series": choice("series", ["a", "b"], "a"),
    }


@pytest.fixture
def counter():
    return Counter()


def make(compute, **options):
    settings = {
        "readout": lambda result: {"last": f"{result['path'][-1]:.2f}"},
        "redraw_on": ["series"],
        "alt": "A curve.",
    }
    return Explorer(controls(), compute, build, update, **{**settings, **options})


@pytest.fixture
def explorer(counter):
    return make(counter)


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)))


def ydata(explorer):
    return explorer.panel.artists["line"].get_ydata()


def test_moving_a_control_moves_line_numbers_and_picture(explorer):
    before = explorer.static_png()
    explorer.controls["size"].value = 5.0
    assert explorer.result["size"] == 5.0
    np.testing.assert_array_equal(ydata(explorer), 5.0 * (X / 49))
    assert explorer.static_png() != before
    assert bytes(explorer.panel.image.value) == explorer.static_png()
    assert "<b>5.00</b>" in explorer.numbers.value
    assert explorer.error.value == ""


def test_key_numbers_stand_where_labels_say_and_not_where_numbers_push():
    short, long = (numbers_html({"sd": number, "effective parameters": "2"}) for number in ("1", "123456789"))
    assert short.replace("<b>1</b>", "<b>123456789</b>") == long
    assert "repeat(auto-fit, minmax(17ch, 1fr))" in long, "as wide as the longer label: 20 letters of 0.85 digits"


def test_set_computes_once(explorer, counter):
    counter.calls = 0
    explorer.set(size=2.0, power=3, series="b")
    assert counter.calls == 1
    assert explorer.values == {"size": 2.0, "power": 3, "series": "b"}
    np.testing.assert_array_equal(ydata(explorer), 2.0 * (X / 49) ** 3)


def test_one_moved_control_computes_once(explorer, counter):
    counter.calls = 0
    explorer.controls["power"].value = 2
    assert counter.calls == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sise": 1.0}, "unknown control sise; there are size, power, series"),
        ({"power": 2, "size": 11.0}, "size cannot be 11.0: it goes from 0.1 to 10"),
        ({"power": 2.5}, "power cannot be 2.5"),
        ({"size": float("nan")}, "size cannot be nan"),
        ({"power": 2, "series": "c"}, "series cannot be 'c'"),
    ],
)
def test_set_refuses_and_leaves_all_controls(explorer, counter, values, message):
    counter.calls = 0
    with pytest.raises(ValueError, match=message):
        explorer.set(**values)
    assert explorer.values == {"size": 1.0, "power": 1, "series": "a"}
    assert counter.calls == 0


def test_error_of_compute_is_shown_and_goes_away(explorer, counter):
    before, result = explorer.static_png(), explorer.result
    counter.fail = True
    explorer.controls["size"].value = 5.0
    assert "ValueError: no &lt;solution&gt; here" in explorer.error.value
    assert explorer.static_png() == before
    assert explorer.result is result
    counter.fail = False
    explorer.controls["size"].value = 4.0
    assert explorer.error.value == ""
    assert explorer.result["size"] == 4.0


def test_redraw_that_failed_is_made_up_for(explorer, counter):
    counter.fail = True
    explorer.set(series="b")
    assert explorer.figure.axes[0].get_title(loc="left") == "a"
    counter.fail = False
    explorer.set(size=2.0)
    assert explorer.figure.axes[0].get_title(loc="left") == "b"


def test_error_of_the_first_compute_is_raised(counter):
    counter.fail = True
    with pytest.raises(ValueError, match="no <solution> here"):
        make(counter)


def test_control_in_redraw_on_builds_the_figure_anew(explorer):
    explorer.set(series="b")
    (axes,) = explorer.figure.axes
    assert axes.get_title(loc="left") == "b"
    assert explorer.panel.artists["line"].axes is axes


def test_other_controls_keep_axes_and_artists(explorer):
    axes, line = explorer.figure.axes[0], explorer.panel.artists["line"]
    explorer.set(size=9.0, power=2)
    assert explorer.figure.axes[0] is axes
    assert explorer.panel.artists["line"] is line
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 49), (0, 10))


def test_update_may_not_change_limits(counter):
    def widen(artists, result):
        update(artists, result)
        artists["line"].axes.set_ylim(0, 10 * result["size"])

    explorer = Explorer(controls(), counter, build, widen, alt="A curve.")
    explorer.set(size=2.0)
    assert "name the control in redraw_on" in explorer.error.value


def test_picture_is_what_a_full_drawing_gives(explorer):
    """Background and moving artists together are the figure that matplotlib saves, spines apart."""
    explorer.set(size=6.0, power=2)
    saved = io.BytesIO()
    explorer.figure.savefig(saved, format="png", dpi=explorer.figure.dpi)
    live, full = pixels(explorer.static_png()), pixels(saved.getvalue())
    assert live.shape == full.shape == (400, 800, 4)
    assert np.mean(np.any(live != full, axis=2)) < 0.003
    blank = np.asarray(background_alone(explorer))
    assert np.mean(np.any(live != blank, axis=2)) > 0.01


def background_alone(explorer):
    """Draw the figure without its moving artists."""
    explorer.figure.canvas.draw()
    return explorer.figure.canvas.buffer_rgba()


def test_size_of_the_picture_stays(explorer):
    sizes = set()
    for size in (0.1, 1.0, 10.0):
        explorer.set(size=size, series="b" if size == 1 else "a")
        sizes.add(pixels(explorer.static_png()).shape)
    assert sizes == {(400, 800, 4)}
    assert (explorer.panel.image.width, explorer.panel.image.height) == ("800", "400")


def test_finer_picture_has_the_same_size_on_the_page(counter):
    explorer = make(counter, dpi=200)
    assert pixels(explorer.static_png()).shape == (800, 1600, 4)
    assert explorer.panel.image.width == "800"


def test_reset_button_and_own_button(counter):
    explorer = make(counter, buttons={"double": lambda e: e.set(size=2 * e.result["size"])})
    reset, double = explorer.children[1].children
    assert (reset.description, double.description) == ("reset", "double")
    double.click()
    double.click()
    assert explorer.result["size"] == 4.0
    reset.click()
    assert explorer.values == {"size": 1.0, "power": 1, "series": "a"}


def test_error_of_a_button_is_shown(counter):
    explorer = make(counter, buttons={"too far": lambda e: e.set(size=99.0)})
    explorer.children[1].children[1].click()
    assert "size cannot be 99.0" in explorer.error.value


def test_error_inside_a_button_s_move_stays_visible(counter):
    explorer = make(counter, buttons={"move": lambda e: e.set(size=2.0)})
    counter.fail = True
    explorer.children[1].children[1].click()
    assert "no &lt;solution&gt; here" in explorer.error.value


def test_marks_follow_the_result(counter):
    explorer = make(counter, marks=lambda result: {"size": {"CV": 0.1 if result["series"] == "a" else 10.0}})
    strip = explorer._strips["size"]
    assert "left: 0.00%" in strip.value
    explorer.set(series="b")
    assert "left: 100.00%" in strip.value
    assert "CV" in strip.value


def test_mark_outside_the_scale_is_refused(counter):
    with pytest.raises(ValueError, match=r"mark at 11 lies outside the scale of 'size s'"):
        make(counter, marks=lambda result: {"size": {"CV": 11.0}})


def test_bundle_has_widget_picture_and_words(explorer):
    data, metadata = explorer._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "image/png", "text/plain"}
    assert data["text/plain"] == metadata["image/png"]["alt"] == "A curve."


def test_caption_is_seen_and_alt_text_is_read_out(counter):
    note = make(counter, caption="It <bends>.").children[4].value
    assert "<i>It &lt;bends&gt;.</i>" in note
    assert note.endswith(">A curve.</span>")


def test_unknown_name_in_redraw_on_is_refused(counter):
    with pytest.raises(ValueError, match="unknown control serie"):
        make(counter, redraw_on=["serie"])


@pytest.mark.parametrize(
    ("low", "high", "value", "message"),
    [(0, 1, 1, "low must be positive"), (2, 1, 1, "low must be below high"), (1, 2, 3, "value must lie in")],
)
def test_slider_without_sense_is_refused(low, high, value, message):
    with pytest.raises(ValueError, match=message):
        log_slider("λ", low, high, value)


def test_controls_carry_label_value_and_patience():
    assert log_slider("λ", 1, 100, 10).value == 10
    assert float_slider("s", 0, 1, 0.5, live=False).continuous_update is False
    assert int_slider("n", 1, 9, 3).description == "n"
    assert switch("on", True).value is True


def test_png_is_lossless():
    rgba = np.random.default_rng(0).integers(0, 256, (7, 5, 4), dtype=np.uint8)
    np.testing.assert_array_equal(pixels(encode_png(rgba)), rgba)


def test_png_refuses_other_arrays():
    with pytest.raises(ValueError, match="4 channels of uint8; got 3 of float64"):
        encode_png(np.zeros((2, 2, 3)))


def test_style_ends_with_the_figure(explorer):
    """The explorer's own style is used for its figure and does not leak into the reader's settings."""
    assert ydata(explorer) is not None
    assert explorer.panel.artists["line"].get_linewidth() == 2
    assert Figure().subplots().plot([0, 1])[0].get_linewidth() == pytest.approx(1.5)


def test_a_move_is_quick():
    """Two panels, 6 lines of 300 points, one band: 6 ms on a quiet machine, 40 ms allowed on a busy one."""
    periods, paths = np.arange(300), np.random.default_rng(0).normal(size=(6, 300))

    def build_two(figure, result):
        left, right = figure.subplots(1, 2)
        lines = [axes.plot(periods, result[0])[0] for axes in (left, left, left, right, right, right)]
        return {"lines": lines, "band": left.fill_between(periods, result[0], result[0], alpha=0.3)}

    def update_two(artists, result):
        for line, path in zip(artists["lines"], result, strict=True):
            line.set_ydata(path)
        artists["band"].set_data(periods, result[0] - 1, result[0] + 1)

    explorer = Explorer(
        {"size": float_slider("size", 0, 2, 1)},
        lambda size: size * paths,
        build_two,
        update_two,
        alt="Noise.",
    )
    times = []
    for size in np.linspace(0, 2, 21):
        start = time.process_time()
        explorer.set(size=float(size))
        times.append(1e3 * (time.process_time() - start))
    assert explorer.error.value == ""
    print(f"one move: median {np.median(times):.1f} ms")
    assert np.median(times) < 40
