"""Compile what is compiled at its first use, so that no reader waits for it; the result is kept beside the code."""

import warnings

import numpy as np

from tvplab import DynamicFactorModel

warnings.simplefilter("ignore")
DynamicFactorModel(factor_lags=1).fit(np.random.default_rng(0).standard_normal((20, 3)), max_iter=2)
