"""Compile what is compiled at its first use, so that no reader waits for it; the result is kept beside the code."""

import warnings

import numpy as np

from tvplab import DeepDynamicFactors, DynamicFactorModel

warnings.simplefilter("ignore")
y = np.random.default_rng(0).standard_normal((20, 3))
for accelerate in (False, True):
    DynamicFactorModel(factor_lags=1).fit(y, max_iter=2, accelerate=accelerate)
DeepDynamicFactors(1, draws=2, max_iter=1, pretrain=2, engine="compiled").fit(y)
