"""Nowcasting: news with many revisions against statsmodels, the slider of releases."""

import time
import warnings

import numpy as np
import pandas as pd
from row import Row
from statsmodels.tsa.statespace.dynamic_factor_mq import DynamicFactorMQ

from tvplab import data, explore, news
from tvplab.nowcast_factors import MixedFrequencyFactors


def rows() -> list[Row]:
    """Measure everything."""
    return [*_news(), *_fit(), *_slider()]


def seconds(call) -> float:
    """Processor seconds of a call."""
    start = time.process_time()
    call()
    return time.process_time() - start


def _panels() -> tuple[pd.DataFrame, pd.DataFrame, list]:
    """The two bundled vintages from 2000 on, and the names of their quarterly series."""
    sets = [data.load("nyfed", vintage) for vintage in ("2016-06-29", "2016-07-29")]
    quarterly = [name for name, frequency in sets[0].frequencies.items() if frequency == "q"]
    return *(one.transformed().loc["2000":] for one in sets), quarterly


def _split(frame: pd.DataFrame, quarterly: list) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Monthly and quarterly frames as statsmodels wants them."""
    monthly = frame.drop(columns=quarterly).set_axis(frame.index.to_period("M"))
    quarters = frame[quarterly].set_axis(frame.index.to_period("Q")).groupby(level=0).last()
    return monthly, quarters.dropna(how="all")


def _news():
    """News between the two bundled vintages on one model, ours over statsmodels', revisions told apart."""
    old, new, quarterly = _panels()
    monthly, quarters = _split(old, quarterly)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = DynamicFactorMQ(monthly, endog_quarterly=quarters, factors=1, factor_orders=2)
        results = model.fit(disp=False, maxiter=3)
        later, later_quarters = _split(new, quarterly)
        updated = results.apply(later, endog_quarterly=later_quarters, retain_standardization=True)

        def theirs():
            options = {"impact_date": "2016-09", "impacted_variable": "GDPC1", "comparison_type": "previous"}
            return updated.news(results, revisions_details_start=True, **options).revision_details_by_impact

        before, after = (frame.set_axis(frame.index.to_period("M")) for frame in (old, new))
        names = results.model.endog_names
        ours = lambda: news(results, before[names], after[names], "GDPC1", "2016Q3")  # noqa: E731
        count = len(ours().revisions)
        pairs = [[seconds(theirs), seconds(ours)] for _ in range(3)]
    slow, fast = np.min(pairs, axis=0)
    what = f"news of a month, {count} revisions, 29 series: statsmodels over ours"
    yield Row(what, f"{slow / fast:.0f} times ({fast:.2f} CPU s)", "faster", slow > fast)


def _fit():
    """The linear model of the lesson."""
    old, _, quarterly = _panels()
    used = min(seconds(lambda: MixedFrequencyFactors(n_factors=2, quarterly=quarterly).fit(old)) for _ in range(3))
    yield Row("fit of 29 monthly and quarterly series, 2000-2016, 2 factors", f"{used:.2f} CPU s", "2 CPU s", used <= 2)


def _slider():
    """One step of the slider of releases, drawing included."""
    explorer = explore.nowcast(quarters=("2016Q2",))
    steps = [seconds(lambda k=k: explorer.set(release=k)) for k in range(1, 60)]
    median = 1e3 * np.median(steps)
    yield Row("a step of the slider of releases, median", f"{median:.0f} CPU ms", "100 CPU ms", median <= 100)
