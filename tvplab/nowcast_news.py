"""News: how much of a nowcast's change each release and each revision explains.

Source: Bańbura and Modugno (2014), section 3.2.

A new vintage differs from the old one in three ways, and the change of an estimate splits exactly into their sum:

- *revisions*, cells of both vintages whose value changed: weight in the old estimate × (new − old value);
- *withdrawals*, cells that the new vintage lacks: −weight × (value − what the rest says of it);
- *releases*, cells that the old vintage lacked: weight × news, news = value − E(value | old information, revised).

The weights of the releases are joint: the derivative of the new estimate with respect to each cell, with all others in
it.  That is what projecting the estimate on all news together gives, without inverting their covariance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.nowcast_gains import Estimate
from tvplab.nowcast_model import NamedStateSpace, state_space_of
from tvplab.nowcast_periods import check_vintage, row_of, through
from tvplab.nowcasting import Conditioned, check_inside, check_target

TOLERANCE = 1e-8
"""Largest error of the sum of impacts, in the target's standard deviations, before `news` refuses its own result."""


@dataclass(frozen=True)
class News:
    """What changed an estimate between two vintages.

    Attributes
    ----------
    target, period : what is estimated.
    before, after : the estimates, in the target's units.
    releases : frame, one row a released cell, newest information first by size: `series`, `period`, `forecast`,
        `actual`, `news`, `weight` (units of the target per unit of the series), `impact` = weight × news.
    revisions : the same for revised cells: `before`, `actual`, `revision`, `weight`, `impact`.
    withdrawals : the same for cells that vanished: `forecast`, `actual`, `news`, `weight`, `impact`.
    """

    target: object
    period: object
    before: float
    after: float
    releases: pd.DataFrame
    revisions: pd.DataFrame
    withdrawals: pd.DataFrame

    @property
    def change(self) -> float:
        """After less before: the sum of all impacts."""
        return self.after - self.before

    @property
    def by_series(self) -> pd.DataFrame:
        """Impacts by series: `releases`, `revisions` (withdrawals included) and `total`, largest total first."""
        parts = {
            "releases": self.releases.groupby("series")["impact"].sum(),
            "revisions": pd.concat([self.revisions, self.withdrawals]).groupby("series")["impact"].sum(),
        }
        table = pd.DataFrame(parts).fillna(0.0)
        table["total"] = table.sum(axis=1)
        return table.sort_values("total", key=np.abs, ascending=False)

    @property
    def summary(self) -> pd.Series:
        """Before, the impacts of revisions, withdrawals and releases, and after."""
        parts = {name: getattr(self, name)["impact"].sum() for name in ("revisions", "withdrawals", "releases")}
        return pd.Series({"before": self.before, **parts, "after": self.after}, name=self.target)


def news(model, old: pd.DataFrame, new: pd.DataFrame, target, period) -> News:
    """Split the change of an estimate between two vintages into releases, revisions and withdrawals.

    Parameters
    ----------
    model : results with a linear Gaussian state space (`nowcast_model.state_space_of`), parameters fixed.
    old, new : (T, N) vintages in data units, NaN where not published; they may end in different periods.
    target, period : the series and the period that are estimated, "2016Q3" for a quarter.

    Raises
    ------
    TypeError, ValueError
        Names the argument that is wrong.
    """
    known = state_space_of(model)
    frames = [check_vintage(frame, known.mean.index, name) for frame, name in ((old, "old"), (new, "new"))]
    check_target(target, known)
    period = row_of(frames[1].index, period)
    before, after = _on_one_index(frames, period)
    check_inside([period], after.index)
    changes = _changes(before, after)
    revised = before.where(~changes["revisions"], after)
    common = revised.where(~changes["withdrawals"])
    first, last = (Conditioned.on(known, frame, period) for frame in (before, after))
    both = Conditioned.on(known, common, period)
    old_weights, new_weights = (one.value_of(target, period) for one in (first, last))
    expected = pd.DataFrame(both.expected(), after.index, after.columns) * known.sd + known.mean
    tables = {
        "revisions": _table(changes["revisions"], before, after, old_weights, known, target, "before", "revision"),
        "withdrawals": _table(changes["withdrawals"], expected, revised, old_weights, known, target, sign=-1.0),
        "releases": _table(changes["releases"], expected, after, new_weights, known, target),
    }
    means = [float(one.mean_of(w) * known.sd[target] + known.mean[target])
             for one, w in ((first, old_weights), (last, new_weights))]  # fmt: skip
    result = News(target, period, *means, **tables)
    gap = result.change - sum(table["impact"].sum() for table in tables.values())
    if abs(gap) > TOLERANCE * known.sd[target]:
        raise ArithmeticError(f"news: the impacts miss the change by {gap:.2g}; the model is too badly scaled")
    return result


def _on_one_index(frames: list[pd.DataFrame], period) -> list[pd.DataFrame]:
    """Both vintages on all periods of the two and of the target."""
    last = max(period, *(frame.index[-1] for frame in frames))
    before, after = (through(frame, last) for frame in frames)
    index = before.index.union(after.index)
    return [before.reindex(index), after.reindex(index)]


def _changes(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Which cells (T, N) were revised, withdrawn, released."""
    had, has = before.notna(), after.notna()
    return {"revisions": had & has & (before != after), "withdrawals": had & ~has, "releases": has & ~had}


def _table(
    cells: pd.DataFrame,
    before: pd.DataFrame,
    after: pd.DataFrame,
    estimate: Estimate,
    model: NamedStateSpace,
    target,
    label: str = "forecast",
    difference: str = "news",
    sign: float = 1.0,
) -> pd.DataFrame:
    """One row a cell: what was thought, what came, the difference, its weight in the target's units, its impact."""
    t, i = np.nonzero(cells.to_numpy())
    thought, came = before.to_numpy()[t, i], after.to_numpy()[t, i]
    weight = sign * estimate.weights[t, i] * model.sd[target] / model.sd.to_numpy()[i]
    table = pd.DataFrame(
        {
            "series": cells.columns[i],
            "period": cells.index[t],
            label: thought,
            "actual": came,
            difference: came - thought,
            "weight": weight,
            "impact": weight * (came - thought),
        }
    )
    return table.sort_values("impact", key=np.abs, ascending=False, ignore_index=True)
