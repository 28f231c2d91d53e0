"""What Table 15's AR-2SRR owes to choices that the paper leaves open or its software takes otherwise."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tvplab.convergence import ignore_unconverged
from tvplab.crossval import BlockedFolds
from tvplab.forecast_tests import diebold_mariano, rmspe, stars
from tvplab.replicate.forecasting import PAPER, QUARTERS, macro
from tvplab.replicate.forecasting_data import over_horizon, sample
from tvplab.replicate.forecasting_models import FOLDS, constant_forecast
from tvplab.replicate.markdown import markdown_frame
from tvplab.replicate.study import Study, Task
from tvplab.ridge import TVPRidge, TwoStepRidge

CHOICES = {
    "as in Table 15": TwoStepRidge(cv=FOLDS["basic"]),
    "as in Table 17 (blocks of 8 quarters)": TwoStepRidge(cv=FOLDS["blocked"]),
    "five contiguous folds": TwoStepRidge(cv=BlockedFolds(5)),
    "λ by marginal likelihood": TwoStepRidge(cv="ml"),
    "the reference software's exponents of the weights": TwoStepRidge(
        cv=FOLDS["basic"], noise_power=0.375, drift_power=0.75
    ),
    "constant volatility": TwoStepRidge(cv=FOLDS["basic"], volatility="constant"),
    "first step alone": TVPRidge(cv=FOLDS["basic"]),
}
TARGETS = ("INF", "IR", "SPREAD")


def cells(mode: str, sims: int | None = None) -> list[dict]:
    """List the cells: a choice and a target, one quarter ahead in every quarter, in both modes."""
    return [{"choice": choice, "target": target} for target in TARGETS for choice in CHOICES]


def run(cell: dict) -> dict:
    """Errors of AR-2SRR under one choice, and of the constant AR(2)."""
    model, target = CHOICES[cell["choice"]], cell["target"]
    errors, benchmark = [], []
    for quarter in QUARTERS:
        data = sample(macro(), "AR", [target], quarter, 1)
        actual = over_horizon(macro().targets, 1).loc[quarter, target]
        with ignore_unconverged():  # GARCH gives way to EWMA now and then
            forecast = model.fit(data.Y[target], data.X).predict(data.x_next)
        errors.append(actual - forecast)
        benchmark.append(actual - constant_forecast(data, "AR", FOLDS["basic"])[target])
    return {"errors": np.array(errors).tolist(), "benchmark": np.array(benchmark).tolist()}


def table(rows: list[dict]) -> str:
    """Return RMSPE ratios and ratios of median absolute errors to the constant AR(2), a choice a line."""
    lines = [(row["choice"], row["target"], _number(row["errors"], row["benchmark"])) for row in rows]
    found = pd.DataFrame(lines, columns=["", "target", "number"])
    wide = found.pivot(index="", columns="target", values="number").reindex(index=list(CHOICES), columns=list(TARGETS))
    note = "AR-2SRR one quarter ahead: RMSPE over the constant AR(2)'s and, in brackets, the ratio of median errors."
    return f"{note}\n\n{markdown_frame(wide.astype(object).fillna('–').reset_index())}"


def _number(errors: list[float], benchmark: list[float]) -> str:
    marks = stars(diebold_mariano(errors, benchmark).pvalue).replace("*", "∗")
    middle = np.median(np.abs(errors)) / np.median(np.abs(benchmark))
    return f"{rmspe(errors) / rmspe(benchmark):.2f}{marks} ({middle:.2f})"


STUDIES = (
    Study(
        "table-15-choices", "Table 15: what choices do", f"{PAPER}, section 4.1",
        Task("forecast-choices", run, version="3"), cells, table,
    ),
)  # fmt: skip
