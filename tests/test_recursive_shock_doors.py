"""Doors of `recursive_shock`: a number of lags that is none, one name where a list of names belongs."""

import numpy as np
import pandas as pd
import pytest

from tvplab.recursive_shock import recursive_shock

FRAME = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 3)), columns=["a", "b", "c"])


@pytest.mark.parametrize("lags", [0, 1.5, "2", True])
def test_lags_are_a_whole_number(lags):
    with pytest.raises(ValueError, match="lags: a whole number"):
        recursive_shock(FRAME, "c", ["a"], lags=lags)


def test_a_name_is_not_read_letter_by_letter():
    with pytest.raises(TypeError, match="before: expected a list"):
        recursive_shock(FRAME, "c", "ab", lags=1)
