"""A small explorer for the browser test: the picture that the sliders' wiring was chosen on.

Two panels, six lines of 300 points, one band, 8 x 4 inches at 100 dots per inch.
"""

import numpy as np

from tvplab.explore import Explorer, choice, float_slider, int_slider, log_slider

PERIODS = np.arange(300)
SHOCKS = np.random.default_rng(0).normal(size=(6, 300))


def smooth(lam: float, noise: float, series: str, width: int) -> np.ndarray:
    """Ridge-smoothed random walks, shape (6, 300): (I + lam D'D)^-1 applied to noisy paths."""
    difference = np.diff(np.eye(300), axis=0)
    paths = SHOCKS.cumsum(axis=1) / 4 + noise * SHOCKS[::-1]
    order = slice(None) if series == "first" else slice(None, None, -1)
    return np.linalg.solve(np.eye(300) + lam * difference.T @ difference, paths[order].T).T * width


def build(figure, result):
    """Two panels; the lines and the band move."""
    left, right = figure.subplots(1, 2)
    for axes in (left, right):
        axes.set(xlim=(0, 299), ylim=(-8, 8), xlabel="period")
    left.set(ylabel="coefficient", title="three paths and a band")
    right.set(title="three more paths")
    lines = [axes.plot(PERIODS, result[0])[0] for axes in (left, left, left, right, right, right)]
    return {"lines": lines, "band": left.fill_between(PERIODS, result[0], result[0], alpha=0.25)}


def update(artists, result):
    """Carry the new paths to the lines."""
    for line, path in zip(artists["lines"], result, strict=True):
        line.set_ydata(path)
    artists["band"].set_data(PERIODS, result[0] - 1, result[0] + 1)


def demo() -> Explorer:
    """The explorer that the browser test moves."""
    return Explorer(
        {
            "lam": log_slider("drift penalty λ", 0.1, 10_000, 10),
            "noise": float_slider("noise (standard deviations)", 0, 2, 0.5),
            "series": choice("series shown", ["first", "last"], "first"),
            "width": int_slider("scale", 1, 3, 1, live=False),
        },
        smooth,
        build,
        update,
        readout=lambda paths: {"mean absolute step": f"{np.abs(np.diff(paths)).mean():.4f}", "paths": "6"},
        marks=lambda paths: {"lam": {"CV": 100.0}},
        redraw_on=["series"],
        buttons={"show CV choice": lambda explorer: explorer.set(lam=100.0)},
        alt="Six smoothed random walks in two panels; a larger penalty makes them smoother.",
        caption="The larger the drift penalty, the smoother the paths.",
    )
