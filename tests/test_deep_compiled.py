"""The compiled training of the deep factor model takes the steps of the plain one."""

import numpy as np
import pytest

from tvplab.deep_dfm import DeepDynamicFactors
from tvplab.deep_dfm_arrays import ArrayNetwork
from tvplab.deep_dfm_compiled import NONE, CompiledNetwork, plan
from tvplab.deep_dfm_layout import Layout, n_weights, split
from tvplab.dgp import simulate_deep_factors

LAYOUTS = {
    "linear": Layout((5, 2), (2, 5), "relu"),
    "deep encoder": Layout((5, 6, 4, 2), (2, 5), "relu"),
    "deep decoder": Layout((5, 6, 3, 2), (2, 3, 6, 5), "softplus"),
    "tangent": Layout((5, 6, 4, 2), (2, 4, 6, 5), "tanh"),
    "logistic": Layout((5, 6, 2), (2, 5), "sigmoid"),
    "quarterly": Layout((5, 6, 2), (2, 5), "sigmoid", (1, 4)),
}
X = np.random.default_rng(1).standard_normal((24, 5))
WEIGHT = np.random.default_rng(2).uniform(size=(24, 5))
HALVES = [slice(0, 13), slice(13, 24)]


def network(kind, name):
    return kind(LAYOUTS[name], 24, np.random.default_rng(0), np.float64)


@pytest.mark.parametrize("name", LAYOUTS)
def test_it_takes_the_plain_ones_steps(name):
    """Thirty steps of Adam in two goes, batches of unequal size, running moments, inference."""
    batches = [slice(0, 24)] if LAYOUTS[name].quarterly else HALVES
    found = []
    for kind in (ArrayNetwork, CompiledNetwork):
        net = network(kind, name)
        net.restart(0.02, 10)
        net.descend([X] * 3, X, WEIGHT, batches)
        first = net.theta.copy()
        net.descend(np.array([X, 2.0 * X, X - 1.0] * 4), X, WEIGHT, batches)
        moments = [one for one in net.moments if one is not None]
        found.append((first, net.theta, *moments, *net.average(X[None]), net.t))
    for plain, compiled in zip(*found, strict=True):
        np.testing.assert_allclose(compiled, plain, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_gradient_is_that_of_finite_differences(name):
    """The loss of one batch, by the plain network's forward pass."""
    net, plain, step = network(CompiledNetwork, name), network(ArrayNetwork, name), 1e-6
    theta = net.theta.copy()
    net.restart(0.0, 1)
    net.descend([X], X, WEIGHT, [slice(0, 24)])

    def loss(at):
        plain.theta[:] = at
        return float((WEIGHT * (plain.gradient(X, X, WEIGHT) - X) ** 2).sum())

    for i, e in enumerate(step * np.eye(len(theta))):
        difference = (loss(theta + e) - loss(theta - e)) / (2 * step)
        assert net.slope[i] == pytest.approx(difference, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("name", ["deep encoder", "deep decoder"])
def test_the_plan_finds_every_layers_numbers(name):
    layout = LAYOUTS[name]
    flat = np.arange(n_weights(layout), dtype=float)
    encoder, decoder = split(layout, flat)
    for (wide, narrow, W, b, scale, shift, _), layer in zip(plan(layout), [*encoder, *decoder], strict=True):
        assert layer.W.shape == (wide, narrow)
        places = [NONE if one is None else one.ravel()[0] for one in layer]
        assert places == [W, b, scale, shift]
    assert list(plan(layout)[:, -1]) == [1, 1, len(decoder) == 1, *[1] * (len(decoder) - 1), 0]


def test_no_epochs_change_nothing():
    net = network(CompiledNetwork, "deep encoder")
    before = net.theta.copy()
    net.descend([], X, WEIGHT, HALVES)
    np.testing.assert_array_equal(net.theta, before)


@pytest.mark.filterwarnings("ignore::tvplab.convergence.ConvergenceWarning")
def test_the_engine_fits_what_the_plain_one_fits():
    """Single precision: rounding differs, and grows over a hundred steps to a few thousandths."""
    y = simulate_deep_factors(T=60, N=6, missing=0.1, seed=4).y
    short = {"draws": 10, "max_iter": 4, "pretrain": 40, "seed": 7}
    plain, fast = (DeepDynamicFactors(2, engine=engine, **short).fit(y) for engine in ("numpy", "compiled"))
    np.testing.assert_allclose(fast.loss_path, plain.loss_path, rtol=2e-3)
    again = DeepDynamicFactors(2, engine="compiled", **short).fit(y)
    np.testing.assert_array_equal(again.factors, fast.factors)
    with pytest.raises(ValueError, match="device: the engine 'compiled' computes on"):
        DeepDynamicFactors(2, engine="compiled", device="cuda").fit(y)
