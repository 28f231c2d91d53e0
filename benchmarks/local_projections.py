"""Local projections of lesson 6: time and memory of one target, and errors against the truth of simulated Canada."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
from row import Row
from timing import best_of

from tvplab.local_projections_regimes import split_responses
from tvplab.local_projections_settings import Setting, simulated_canada
from tvplab.metrics import coverage, mean_absolute_error
from tvplab.ridge import TVPRidge

SEEDS = (0, 1, 2, 3)
BLOCK = 12
BLOCKS = "horizons 0-11 / 12-23 / 24-35 / 36-47"
OURS = "2SRR with leads"
HALF = "the same, half and half with OLS"
CAREFUL = "one step with leads, λ by one standard error"


def rows() -> list[Row]:
    """Measure everything."""
    return [*_speed(), *_against_truth()]


def by_block(measure, truth: pd.DataFrame, *surfaces: pd.DataFrame) -> list[float]:
    """Apply a measure of (truth, surfaces) to each block of 12 horizons, over the origins that every horizon has."""
    months = surfaces[0].dropna().index
    blocks = [range(first, first + BLOCK) for first in range(0, truth.shape[1], BLOCK)]
    return [measure(truth.loc[months, h], *(surface.loc[months, h] for surface in surfaces)) for h in map(list, blocks)]


def compare(setting: Setting) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return mean absolute errors (target × rival by block) and the 90 % bands' coverage (target by block)."""
    data = (setting.y, setting.shock, setting.controls)
    ours, papers = setting.fit(), setting.fit(leads=False)
    plain = {target: papers[target].irf_ols for target in setting.y}
    no_leads, two_step = replace(setting.model, leads=False), setting.model.estimator
    careful = TVPRidge(lam="1se", cv=two_step.cv, lams=two_step.lams)
    rivals = {
        OURS: ours.irf,
        HALF: {target: ours[target].half_and_half for target in setting.y},
        CAREFUL: setting.fit(estimator=careful).irf,
        "2SRR as in the paper": papers.irf,
        "OLS": {target: ours[target].irf * 0.0 + plain[target] for target in setting.y},
        "OLS with leads": {target: ours[target].irf * 0.0 + ours[target].irf_ols for target in setting.y},
        "split in 1991": split_responses(no_leads, *data, date=setting.break_date),
        "split of the shock alone": split_responses(no_leads, *data, date=setting.break_date, only_shock=True),
    }
    errors = {
        (target, name): by_block(mean_absolute_error, setting.truth[target], surfaces[target])
        for name, surfaces in rivals.items()
        for target in setting.y
    }
    bands = ours.bands(0.9)
    covered = {target: by_block(coverage, setting.truth[target], *bands[target]) for target in setting.y}
    return pd.DataFrame(errors).T, pd.DataFrame(covered).T


def _against_truth():
    found = [compare(simulated_canada(seed=seed)) for seed in SEEDS]
    errors = sum(errors for errors, _ in found) / len(found)
    covered = sum(covered for _, covered in found) / len(found)
    pooled = errors.groupby(level=1, sort=False).mean()
    to_beat = pooled.loc[["OLS", "split in 1991"]].min()
    for name, ours in pooled.iterrows():
        what = f"simulated Canada, {len(SEEDS)} seeds, mean absolute error over three surfaces, {BLOCKS}: {name}"
        judged = name in (OURS, HALF, CAREFUL)
        kept = bool((ours < to_beat).all()) if judged else None
        yield Row(what, _figures(ours, "{:.3f}"), "below OLS and the split" if judged else "none set", kept)
    for target, shares in covered.iterrows():
        what = f"simulated Canada, coverage of 90 % bands, {target}, {BLOCKS}"
        yield Row(what, _figures(100 * shares, "{:.0f} %"), "measured only", None)


def _figures(values: pd.Series, form: str) -> str:
    return " / ".join(form.format(value) for value in values)


def _speed():
    setting = simulated_canada()
    for leads, limit in ((False, 12.0), (True, None)):
        seconds = best_of(lambda leads=leads: setting.fit("cpi", leads=leads), runs=2, warm_up=False)
        what = f"one target, 48 horizons, {'leads, ' if leads else ''}K = 97, 2SRR with CV at each, T = 470"
        yield Row(
            what, f"{seconds:.1f} s", f"{limit:.0f} s" if limit else "none set", seconds <= limit if limit else None
        )
    results = setting.fit("cpi", leads=False)
    seconds = best_of(results.bands, runs=2, warm_up=False)
    yield Row("bands at all 48 horizons", f"{seconds:.1f} s", "60 s", seconds <= 60)
    first = best_of(lambda: results.at(2.0), runs=1, warm_up=False)
    moved = best_of(lambda: results.at(3.0), runs=10)
    yield Row("all 48 responses at another λ, the first time", f"{1e3 * first:.0f} ms", "none set", None)
    yield Row("all 48 responses at another λ, each further time", f"{1e3 * moved:.0f} ms", "30 ms", moved <= 0.03)
    peak = float(subprocess.run([sys.executable, __file__], capture_output=True, text=True, check=True).stdout)
    yield Row("peak memory of a process that fits one target and its bands", f"{peak:.2f} GB", "1.5 GB", peak <= 1.5)


def _peak_gigabytes() -> float:
    """Fit one target and its bands in this process and return its largest resident size.

    From /proc, where it starts anew with the program; getrusage's figure is at least that of the process before it.
    """
    simulated_canada().fit("cpi", leads=False).bands()
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e6


if __name__ == "__main__":
    print(_peak_gigabytes())
