"""On simulated Canada moving responses are nearer to the truth than OLS where the truth moves; leads are why."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tvplab.local_projections_data import check_projection_data, ols_response
from tvplab.local_projections_regimes import split_responses
from tvplab.local_projections_settings import simulated_canada
from tvplab.metrics import coverage, mean_absolute_error
from tvplab.ridge import TVPRidge

HORIZONS = (5, 17, 29, 41)
"""One from each block of twelve: all 48 take a minute here and are in benchmarks/."""
SETTING = simulated_canada(seed=1)
CAREFUL = TVPRidge(lam="1se", cv=SETTING.model.estimator.cv, lams=SETTING.model.estimator.lams)


def responses(model):
    """OLS and 2SRR regressions by horizon."""
    data = check_projection_data(SETTING.y, SETTING.shock, SETTING.controls)
    chosen = [(X, ahead) for h, (X, ahead) in enumerate(model.regressions(data)) if h in HORIZONS]
    return {
        h: (ols_response(X, ahead, True), model.estimator.fit(ahead, X))
        for h, (X, ahead) in zip(HORIZONS, chosen, strict=True)
    }


@pytest.fixture(scope="module")
def errors() -> pd.DataFrame:
    """Mean absolute error over dates and the three targets, by horizon and rival; share of the truth in the bands."""
    plain = replace(SETTING.model, leads=False)
    with_leads, without = responses(SETTING.model), responses(plain)
    careful = responses(replace(SETTING.model, estimator=CAREFUL))
    split = split_responses(plain, SETTING.y, SETTING.shock, SETTING.controls, date=SETTING.break_date)
    rows = {}
    for h in HORIZONS:
        found = {name: [] for name in ("ours", "careful", "half", "paper", "ols", "ols_leads", "split", "covered")}
        for target in SETTING.y:
            fit = with_leads[h][1][target]
            path = fit.beta["shock"]
            truth = SETTING.truth[target].loc[path.index, h]
            found["ours"].append(mean_absolute_error(truth, path))
            found["careful"].append(mean_absolute_error(truth, careful[h][1][target].beta["shock"]))
            found["ols_leads"].append(float(np.mean(np.abs(truth - with_leads[h][0][target]))))
            found["half"].append(mean_absolute_error(truth, 0.5 * (path + with_leads[h][0][target])))
            found["paper"].append(mean_absolute_error(truth, without[h][1][target].beta["shock"]))
            found["ols"].append(float(np.mean(np.abs(truth - without[h][0][target]))))
            found["split"].append(mean_absolute_error(truth, split[target].loc[path.index, h]))
            lower, upper = fit.bands(0.9, ["shock"])
            found["covered"].append(coverage(truth, lower["shock"], upper["shock"]))
        rows[h] = {name: np.mean(values) for name, values in found.items()}
    return pd.DataFrame(rows).T


@pytest.mark.slow
def test_nearer_to_the_truth_than_ols_where_the_truth_moves(errors):
    """At horizon 5 the truth never moves: there a moving estimate can at best be as good as a constant one."""
    moving = errors.loc[[17, 29, 41]]
    assert (moving["ours"] < moving["ols"]).all(), errors
    assert errors["ours"].mean() < 0.95 * errors["ols"].mean(), errors


@pytest.mark.slow
def test_nearer_than_a_split_in_two_regimes_over_the_surfaces(errors):
    assert (errors.loc[[17, 29, 41], "ours"] < 0.6 * errors.loc[[17, 29, 41], "split"]).all(), errors
    assert (errors["half"] < errors["split"]).all(), errors


@pytest.mark.slow
def test_half_and_half_is_nearer_than_ols_at_every_horizon(errors):
    assert (errors["half"] < errors["ols"]).all(), errors


@pytest.mark.slow
def test_one_step_with_a_careful_lambda_gains_late_and_loses_nothing_early(errors):
    """Lesson 6's claim is by block and a mean over worlds; here, one horizon from each block of one world."""
    assert (errors["careful"] < errors["split"]).all(), errors[["careful", "split"]]
    assert errors.loc[5, "careful"] < errors.loc[5, "ols_leads"], errors[["careful", "ols_leads"]]
    assert (errors.loc[[29, 41], "careful"] < 0.85 * errors.loc[[29, 41], "ols_leads"]).all(), errors
    assert errors["careful"].mean() < 0.95 * errors["ours"].mean(), errors[["careful", "ours"]]


@pytest.mark.slow
def test_without_leads_long_responses_are_pulled_to_zero(errors):
    """Later shocks in the errors: the paper's regression is off by several times as much at long horizons."""
    assert (errors["paper"].iloc[1:] > 1.5 * errors["ours"].iloc[1:]).all(), errors


@pytest.mark.slow
def test_bands_cover_at_short_horizons_and_are_too_narrow_at_long_ones(errors):
    """Errors of cumulative outcomes overlap, which the bands do not know: a limit that lesson 6 shows."""
    assert errors["covered"].iloc[0] > 0.75
    assert errors["covered"].iloc[-1] < 0.75
