"""Where depth helps and where it does not, centred: a curved world, and the paper's own."""

import pandas as pd
import pytest

from tvplab.deep_dfm import DeepDynamicFactors
from tvplab.dgp import simulate_curved_factor, simulate_deep_factors
from tvplab.factors import principal_components
from tvplab.metrics import trace_r2

BOTH_SIDES = DeepDynamicFactors(1, hidden=(16, 8), symmetric=True, seed=1, tol=2e-3, max_iter=30)


def pca(y, r):
    return principal_components((y - y.mean()) / y.std(), r).factors


@pytest.mark.parametrize("seed", [1, 2])
def test_a_nonlinear_decoder_finds_a_curved_factor(seed):
    """One code does what three principal components do not, and leaves no more than the noise."""
    world = simulate_curved_factor(seed=seed)
    fit = BOTH_SIDES.fit(world.y)
    deep = trace_r2(world.factors, fit.factors, centred=True)
    assert deep > 0.9
    assert deep > trace_r2(world.factors, pca(world.y, 1), centred=True) + 0.08
    assert deep > trace_r2(world.factors, pca(world.y, 3), centred=True) + 0.04
    ranks = pd.concat([fit.factors, world.factors], axis=1).corr(method="spearman").iloc[0, 1]
    assert abs(ranks) > 0.98
    assert fit.loss_path[-1] < 0.22  # the noise is a share of 0.2; the linear decoder leaves 0.6 and more


def test_a_deep_encoder_before_a_linear_decoder_does_not():
    world = simulate_curved_factor(seed=1)
    fit = DeepDynamicFactors(1, seed=1, tol=2e-3).fit(world.y)
    linear = trace_r2(world.factors, pca(world.y, 1), centred=True)
    assert trace_r2(world.factors, fit.factors, centred=True) < linear + 0.02


def test_nor_in_the_papers_world():
    world = simulate_deep_factors(T=120, rho=0.9, seed=2)
    fit = DeepDynamicFactors(3, seed=1, tol=2e-3).fit(world.y)
    raw, centred = ([trace_r2(world.factor_set, F, c) for F in (fit.factors, pca(world.y, 3))] for c in (False, True))
    assert raw[0] > raw[1] + 0.1
    assert abs(centred[0] - centred[1]) < 0.03
