"""Shocks by ordering: a Cholesky-ordered VAR by other software, and orthogonality by construction."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.api import VAR

from tvplab.recursive_shock import recursive_shock

RNG = np.random.default_rng(5)
NAMES = ["gdp", "cpi", "rate", "fx"]
DRAWS = RNG.standard_normal((200, 4)) @ np.array(
    [[1, 0.3, 0.5, 0], [0, 1, -0.4, 0.2], [0, 0, 0.7, 0.5], [0, 0, 0, 2.0]]
)
for t in range(1, 200):
    DRAWS[t] += 0.5 * DRAWS[t - 1]
FRAME = pd.DataFrame(DRAWS, pd.date_range("1990-01", periods=200, freq="MS"), NAMES)


@pytest.mark.parametrize("lags", [1, 4])
def test_it_is_the_orthogonal_innovation_of_statsmodels_var(lags):
    fit = VAR(FRAME).fit(lags, trend="c")
    resid = np.asarray(fit.resid)
    orthogonal = resid @ np.linalg.inv(np.linalg.cholesky(resid.T @ resid)).T
    ours = recursive_shock(FRAME, "rate", ["gdp", "cpi"], lags)
    expected = orthogonal[:, 2] / orthogonal[:, 2].std(ddof=1)
    assert list(ours.index) == list(FRAME.index[lags:])
    np.testing.assert_allclose(ours, expected, atol=1e-8)


def test_it_is_unrelated_to_the_past_and_to_what_comes_before_it():
    shock = recursive_shock(FRAME * [1e4, 1.0, 1e-3, 1.0], "rate", ["gdp", "cpi"], 2)
    assert shock.std() == pytest.approx(1.0)
    known = pd.concat([FRAME[["gdp", "cpi"]], FRAME.shift(1).add_suffix("1"), FRAME.shift(2).add_suffix("2")], axis=1)
    np.testing.assert_allclose(known.loc[shock.index].corrwith(shock), 0.0, atol=1e-10)
    assert abs(FRAME.loc[shock.index, "fx"].corr(shock)) > 0.1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bank", ["gdp"]), "instrument, before: \\['bank'\\] are not among the columns"),
        (("rate", ["gdp", "m2"]), "\\['m2'\\] are not among"),
        (("rate", ["rate"]), "before: holds the instrument 'rate' itself"),
        (("rate", ["gdp"], 45), "lags: 45 leave 155 periods for 182 coefficients"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        recursive_shock(FRAME, *arguments)
