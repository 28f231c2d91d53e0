"""The study of two priors' forecasts: its cells are the forecasts' own, its page by hand."""

import numpy as np
import pandas as pd
import pytest

from tvplab.replicate import favar, favar_models, favar_priors
from tvplab.replicate.study import cell_key, union


def rows(errors: dict):
    """Finished rows of models whose errors of one target at h = 1 are given, (encoder, dynamics) → errors."""
    origins = pd.period_range("1990Q1", periods=80, freq="Q")[::2].astype(str)
    return [
        favar_priors.cells("quick")[0]
        | {"encoder": encoder, "lines": [
            {"origin": o, "dynamics": dynamics, "horizon": 1, "target": "rate", "actual": 0.0, "mean": -e,
             "log_score": -abs(e), "crps": abs(e), "pit": 0.5 if abs(e) < 1 else 0.99}
            for o, e in zip(origins, mine, strict=True)
        ]}
        for (encoder, dynamics), mine in errors.items()
    ]  # fmt: skip


def test_the_base_is_computed_once_for_both_studies():
    """What `favar-forecasts` has is asked for again under the same key; new are only the rival's blocks."""
    ours = {cell_key(cell) for cell in favar_priors.cells("quick")}
    theirs = {cell_key(cell) for cell in favar.us_cells("quick")}
    assert len(ours) == 2 * len(ours & theirs) == 4 * len(favar.origins("fred-qd", "quick"))
    ((task, cells),) = union([*favar_priors.STUDIES, favar.STUDIES[0]], "quick", None)
    assert task is favar.FORECASTS
    assert len(cells) == len(ours | theirs)


def test_the_models_differ_in_the_prior_alone():
    base, rival = (vars(favar_models.DYNAMICS[name]) for name in (favar_priors.BASE, favar_priors.RIVAL))
    assert [name for name in base if base[name] != rival[name]] == ["drift"]
    assert (base["drift"], rival["drift"]) == ("inverse gamma", "half-cauchy")


def test_the_page_by_hand():
    e = np.random.default_rng(0).standard_normal(40)
    text = favar_priors.page(rows({("PCA", "TVP"): e, ("PCA", "TVP, half-cauchy"): 0.5 * e, ("none", "TVP"): e}))
    line = next(line for line in text.splitlines() if line.startswith("| rate"))
    assert "0.50" in line
    assert f"{np.abs(e).mean() / 2:+.2f}" in line
    assert "Half-Cauchy better: RMSE 1 of 1 (1 by the test, 0 worse by it)" in text
    assert f"the 68 % band holds {np.mean(np.abs(e) < 1):.2f} of the outcomes, {np.mean(np.abs(e) < 2):.2f}" in text
    assert "40 origins" in text
    assert "Factors: none" not in text


@pytest.mark.parametrize("models", [{("PCA", "TVP"): np.ones(40)}, {("none", "TVP, half-cauchy"): np.ones(40)}])
def test_half_a_run_says_so(models):
    assert favar_priors.page(rows(models)) == "Not computed yet."
