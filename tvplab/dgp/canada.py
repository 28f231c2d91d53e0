"""Simulated Canada: monthly data whose response to a monetary shock drifts as the paper reports, with a known truth.

Source of the facts: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, section 5.  Everything else
(shapes between the reported points, the noise, the trends) is the kit's own choice.  The numbers are synthetic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.validation import check_number, check_seed, check_whole

HORIZONS = 48
"""Months over which a shock acts; afterwards the level stays where it is."""
BURN_IN = 120
OUTCOMES = ("unemployment", "cpi", "gdp")
CONTROLS = ("gdp", "cpi", "commodities", "unemployment", "usdcad", "exports", "imports", "cpi_ex_mic")
RESPONDS_LIKE = {
    "commodities": ("gdp", 0.0), "usdcad": ("gdp", 0.8), "exports": ("gdp", 1.5), "imports": ("gdp", 2.0),
    "cpi_ex_mic": ("cpi", 0.9),
}  # fmt: skip
"""The other controls react to the shock in proportion to an outcome."""
NOISE = {
    "gdp": 0.25, "cpi": 0.15, "commodities": 2.5, "unemployment": 0.10, "usdcad": 1.2, "exports": 1.8, "imports": 1.6,
    "cpi_ex_mic": 0.15,
}  # fmt: skip
"""Standard deviation of a month's change that the shock does not explain; points or percent."""
CYCLE_SHARE = {
    "gdp": 0.6, "cpi": 0.4, "commodities": 0.4, "unemployment": -0.6, "usdcad": -0.4, "exports": 0.4, "imports": 0.5,
    "cpi_ex_mic": 0.4,
}  # fmt: skip
"""Correlation of that change with the business cycle, an autoregression that all series share."""
MEMORY = 0.7
"""Monthly persistence of the business cycle."""


@dataclass(frozen=True)
class SimulatedCanada:
    """Synthetic monthly changes and the truth behind them.

    `y` (T, 3) are the changes of unemployment (points), prices and output (percent); `shock` (T,) has a standard
    deviation of one; `controls` (T, 8); `irf` maps each outcome to its true cumulative response (T, 48), by the month
    of the shock and the horizon in months, in the outcome's units.
    """

    y: pd.DataFrame
    shock: pd.Series
    controls: pd.DataFrame
    irf: dict[str, pd.DataFrame]
    synthetic: bool = True


def simulate_canada(
    T: int = 470, noise: float = 1.0, drift: float = 1.0, seed: int | np.random.Generator = 0
) -> SimulatedCanada:
    """Simulate y_t = μ_t + Σ_{h<48} θ_{t−h,h} s_{t−h} + noise, monthly from 1976-01.

    θ_{τ,h} is the marginal response at horizon h to the shock of month τ; its sum over horizons, Θ_{τ,h}, is `.irf`.
    As s_t is independent of everything before t, Θ_{t,h} is the exact coefficient of s_t in the cumulative local
    projection of month t at horizon h.  μ_t and the noise move as well: inflation comes down in two steps, growth
    slows, and the noise calms down.

    Parameters
    ----------
    T : number of months, at least 120.
    noise : scales all that the shock does not explain.
    drift : how far the response moves: 1 as the paper reports, 0 keeps it as in 1976.
    seed : fixes all draws; they depend on no other argument than T.
    """
    check_whole(T, "T", 120)
    check_number(noise, "noise", or_equal=True)
    check_number(drift, "drift", or_equal=True)
    shock_rng, *other_rngs = check_seed(seed).spawn(3)
    months = pd.date_range("1976-01", periods=T, freq="MS", name="month")
    before = pd.date_range(end=months[0], periods=BURN_IN + 1, freq="MS")[:-1]
    everything = before.append(months)
    shock = shock_rng.standard_normal(len(everything))
    truth = {name: cumulative_response(name, everything, drift) for name in OUTCOMES}
    effect = {name: moving_average(truth[name], shock) for name in OUTCOMES}
    changes = undisturbed(everything, noise, *other_rngs)
    for name in CONTROLS:
        like, size = RESPONDS_LIKE.get(name, (name, 1.0))
        changes[name] += size * effect[like]
    changes = changes.loc[months]
    return SimulatedCanada(
        y=changes[list(OUTCOMES)],
        shock=pd.Series(shock[BURN_IN:], months, name="shock"),
        controls=changes,
        irf={
            name: pd.DataFrame(surface[BURN_IN:], months, pd.RangeIndex(HORIZONS, name="horizon"))
            for name, surface in truth.items()
        },
    )


def undisturbed(
    months: pd.DatetimeIndex, noise: float, cycle_rng: np.random.Generator, own_rng: np.random.Generator
) -> pd.DataFrame:
    """Changes of the controls (T, N) without the shock: trends, and noise that calms down (a cycle, and its own)."""
    cycle = _autoregression(cycle_rng.standard_normal(len(months)))
    own = dict(zip(CONTROLS, own_rng.standard_normal((len(CONTROLS), len(months))), strict=True))
    changes = pd.DataFrame({name: noise * _unexplained(name, cycle, own) for name in CONTROLS}, months)
    changes = changes.mul(volatility(months), axis=0)
    for name, trend in (("cpi", trend_inflation), ("cpi_ex_mic", trend_inflation), ("gdp", trend_growth)):
        changes[name] += trend(months)
    return changes


def cumulative_response(outcome: str, months: pd.DatetimeIndex, drift: float = 1.0) -> np.ndarray:
    """Return Θ (months, 48): the change of the level h months after a shock of one standard deviation.

    - unemployment, points: 0.6 after four years at first, 0.4 from 1990; the first 18 months never change.
    - cpi, percent: −1 after four years until 1987, −2 from 2011; after two years −0.3 until the late 1990s, then −0.6.
    - gdp, percent: trough −1.2 after two years until 1991, half of it from 2011, as after four years.
    """
    year = _year(months)[:, None]
    h = np.arange(HORIZONS, dtype=float)[None, :]
    if outcome == "unemployment":
        return 0.6 * _rise(h, 0.0, 30.0) * (1.0 - drift / 3.0 * _rise(h, 18.0, 40.0) * _rise(year, 1980.0, 1990.0))
    if outcome == "cpi":
        first = -0.3 * _rise(h, 6.0, 24.0) - 0.7 * _rise(h, 24.0, 47.0)
        onset = 1997.0 - 10.0 * _rise(h, 24.0, 47.0)
        return first * (1.0 + drift * _rise(h, 12.0, 24.0) * _rise(year, onset, 2011.0))
    shape = -1.2 * _rise(h, 0.0, 24.0) + 0.3 * _rise(h, 24.0, 47.0)
    return shape * (1.0 - drift / 2.0 * _rise(h, 12.0, 24.0) * _rise(year, 1991.0, 2011.0))


def moving_average(surface: np.ndarray, shock: np.ndarray) -> np.ndarray:
    """Return Σ_h θ_{t−h,h} s_{t−h} for every month (T,), θ the differences of `surface` (T, H) over horizons."""
    marginal = np.diff(surface, axis=1, prepend=0.0) * shock[:, None]
    out = np.zeros(len(shock))
    for h in range(surface.shape[1]):
        out[h:] += marginal[: len(out) - h, h]
    return out


def trend_inflation(months: pd.DatetimeIndex) -> np.ndarray:
    """Return mean inflation in percent a month: from 8 % a year to 5 % in 1982-83 and to 2 % in 1991-92 (Fig. 5)."""
    year = _year(months)
    return (8.0 - 3.0 * _rise(year, 1982.0, 1984.0) - 3.0 * _rise(year, 1991.0, 1993.0)) / 12.0


def trend_growth(months: pd.DatetimeIndex) -> np.ndarray:
    """Return mean output growth in percent a month: from 4 % a year in 1976 to 2 % in 2015."""
    return (4.0 - 2.0 * _rise(_year(months), 1976.0, 2016.0)) / 12.0


def volatility(months: pd.DatetimeIndex) -> np.ndarray:
    """Return the size of the unexplained noise: 1.5 until 1982, 1 around 1987, 0.7 from 1992 (the Great Moderation)."""
    year = _year(months)
    return 1.5 - 0.5 * _rise(year, 1982.0, 1985.0) - 0.3 * _rise(year, 1990.0, 1993.0)


def _year(months: pd.DatetimeIndex) -> np.ndarray:
    """Return dates as decimal years."""
    return (months.year + (months.month - 1) / 12.0).to_numpy()


def _rise(x, start, end) -> np.ndarray:
    """Move smoothly from 0 at `start` to 1 at `end`."""
    share = np.clip((x - start) / (end - start), 0.0, 1.0)
    return share**2 * (3.0 - 2.0 * share)


def _unexplained(name: str, cycle: np.ndarray, own: dict[str, np.ndarray]) -> np.ndarray:
    """Return the part of a series that the shock does not move: its share of the cycle and its own noise."""
    share = CYCLE_SHARE[name]
    return NOISE[name] * (share * cycle + np.sqrt(1.0 - share**2) * own[name])


def _autoregression(draws: np.ndarray) -> np.ndarray:
    """Return an AR(1) with a variance of one."""
    out = np.array(draws)
    for t in range(1, len(out)):
        out[t] = MEMORY * out[t - 1] + np.sqrt(1.0 - MEMORY**2) * draws[t]
    return out
