"""The network piece by piece: places, decoder and gradients against numpy, injectivity, the step in Adam's metric."""

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

from tvplab import autoencoder_weights as plain  # noqa: E402
from tvplab.autoencoder_labels import weights_of_start  # noqa: E402
from tvplab.autoencoder_network import Places, decode, encode, standardise, start, unit_directions  # noqa: E402
from tvplab.autoencoder_training import Prior, ladder, shrink, train  # noqa: E402

GROUP = np.array([0, 1, 0, 2, 1, 0, 2, 1])
MASK = np.array([[1, 0], [1, 1], [1, 1]], dtype=bool)
X = np.random.default_rng(0).standard_normal((30, 8))
X = (X - X.mean(axis=0)) / X.std(axis=0)


def network(linear=False, seeds=(3, 4), mask=MASK):
    return start(Places.of(GROUP), mask, (6, 4), linear, 0.2, list(seeds))


def trained(linear=False, epochs=2):
    return train(network(linear), X, ladder(epochs, 10.0, 1.0, True, 1e-2, 3), Prior(1.0, 1.0, 3.0), 0)


def test_places_there_and_back():
    places = Places.of(GROUP)
    rows = torch.as_tensor(X)
    wide = places.spread(rows)
    assert wide.shape == (3, 30, 3)
    np.testing.assert_array_equal(places.gather(wide), X)
    assert wide[2, :, 2].abs().sum() == 0.0
    np.testing.assert_array_equal(wide[1, :, 0], X[:, 1])


def test_standardised_factors():
    f = standardise(torch.randn(2, 50, 3, dtype=torch.float64) * 7 + 3)
    np.testing.assert_allclose(f.mean(dim=1), 0.0, atol=1e-12)
    np.testing.assert_allclose(f.square().mean(dim=1), 1.0, atol=1e-8)


@pytest.mark.parametrize("linear", [False, True])
def test_torch_and_numpy_are_one_map(linear):
    result = trained(linear)
    for i in range(2):
        weights = weights_of_start(result, i)
        f = plain.encode(weights, X)
        np.testing.assert_allclose(f, result.factors[i], atol=1e-5)  # single precision in training
        np.testing.assert_allclose(plain.decode(weights, f), result.reconstruction[i], atol=1e-5)


def test_a_series_hears_only_its_groups_weights():
    net = network(seeds=[0])
    f = torch.randn(1, 5, 2)
    before = decode(net, f).detach()
    with torch.no_grad():
        net.beta[0, 1] *= 3.0
    after = decode(net, f).detach()
    assert torch.equal(before[0, [0, 2]], after[0, [0, 2]])
    assert not torch.equal(before[0, 1], after[0, 1])


def test_masked_factor_has_no_effect_and_no_gradient():
    net = network(seeds=[0])
    f = torch.randn(1, 5, 2)
    other = f.clone()
    other[..., 1] += 1.0
    assert torch.equal(decode(net, f)[0, 0], decode(net, other)[0, 0])
    decode(net, f).square().sum().backward()
    assert net.beta.grad[0, 0, 1] == 0.0
    assert (net.beta.grad[0, 1] != 0.0).all()


def test_gradients_against_differences():
    net = network(seeds=[1])
    double = net._replace(
        encoder=[(W.detach().double(), b.detach().double()) for W, b in net.encoder],
        trunk=[(W.detach().double(), b.detach().double()) for W, b in net.trunk],
        output=tuple(one.detach().double() for one in net.output),
    )
    x, mask = torch.as_tensor(X), net.mask.double()

    def loss(beta, W):
        moved = double._replace(beta=beta, mask=mask, trunk=[(W, double.trunk[0][1]), *double.trunk[1:]])
        return (decode(moved, standardise(encode(moved, x))) - Places.of(GROUP).spread(x)).square().mean()

    inputs = (net.beta.detach().double().requires_grad_(), double.trunk[0][0].requires_grad_())
    assert torch.autograd.gradcheck(loss, inputs, eps=1e-6, atol=1e-6)


@pytest.mark.parametrize("linear", [False, True])
def test_first_decoder_layer_has_unit_vectors(linear):
    weights = weights_of_start(trained(linear), 0)
    first = weights.trunk[0][0].T if not linear else weights.output[0]
    np.testing.assert_allclose(np.linalg.norm(first, axis=0), 1.0, atol=1e-6)
    assert unit_directions(torch.randn(2, 3, 5)).square().sum(dim=2).allclose(torch.ones(2, 3))


def test_a_start_does_not_depend_on_the_others():
    """Batched products add in an order of their own, so that last bits of single precision may differ."""
    plan, prior = ladder(3, 10.0, 1.0, True, 1e-2, 3), Prior(1.0, 1.0, 3.0)
    both = train(network(seeds=(3, 4)), X, plan, prior, 0)
    alone = train(network(seeds=(4,)), X, plan, prior, 0)
    np.testing.assert_allclose(both.factors[1], alone.factors[0], atol=1e-4)
    np.testing.assert_allclose(both.objective[1], alone.objective[0], atol=1e-5)


def test_shrinking_is_the_proximal_step_of_adams_metric():
    """b minimises ½ Σ √v̂ (b − β)² / rate + Σ κ|b|: compared on a grid, weight by weight."""
    beta = torch.tensor([[[0.5, -0.2, 0.05]]])
    v = torch.tensor([[[4.0, 1.0, 0.01]]])
    state = {"exp_avg_sq": v * (1.0 - 0.999**7), "step": torch.tensor(7.0)}
    rate, kappa = 0.1, torch.tensor([[[2.0, 1.0, 0.5]]])
    moved = beta.clone()
    shrink(moved, state, rate, kappa)
    grid = np.linspace(-1.0, 1.0, 200_001)
    for k in range(3):
        metric = np.sqrt(v[0, 0, k].item()) / rate
        cost = 0.5 * metric * (grid - beta[0, 0, k].item()) ** 2 + kappa[0, 0, k].item() * np.abs(grid)
        assert moved[0, 0, k].item() == pytest.approx(grid[np.argmin(cost)], abs=2e-5)
    assert moved[0, 0, 2] == 0.0


def test_ladder_climbs_to_lam0_and_the_rate_falls():
    plan = ladder(101, 10.0, 1.0, True, 0.01, 5)
    assert np.isnan(plan.lam0[:15]).all()
    assert plan.lam0[15] == pytest.approx(1.0)
    assert (np.diff(plan.lam0[15:]) >= 0).all()
    assert (plan.lam0[65:] == 10.0).all()
    assert plan.rate[[0, -1]] == pytest.approx([0.01, 0.0005])
    assert np.isnan(ladder(20, 10.0, 1.0, False, 0.01, 5).lam0).all()


def test_jacobian_against_differences():
    weights = weights_of_start(trained(), 0)
    f = np.random.default_rng(2).standard_normal((4, 2))
    slopes = plain.jacobian(weights, f)
    h = 1e-6
    for k in range(2):
        ahead, behind = f.copy(), f.copy()
        ahead[:, k] += h
        behind[:, k] -= h
        numerical = (plain.decode(weights, ahead) - plain.decode(weights, behind)) / (2 * h)
        np.testing.assert_allclose(slopes[:, :, k], numerical, atol=1e-7)


def test_injectivity_is_reported():
    weights = weights_of_start(trained(), 0)
    factors = pd.DataFrame(plain.encode(weights, X), columns=["F1", "F2"])
    report = plain.injectivity(weights, factors)
    assert report.holds
    assert report.slopes == (0.2, 1.0)
    assert report.unused == []
    first = np.linalg.svd(weights.trunk[0][0], compute_uv=False)
    assert report.layers.loc["layer 1", ["smallest", "largest"]].tolist() == pytest.approx([first[-1], first[0]])
    by_hand = np.linalg.svd(plain.jacobian(weights, factors.to_numpy())[7], compute_uv=False)
    assert report.jacobian.iloc[7] == pytest.approx(by_hand[-1])


def test_a_decoder_that_loses_a_factor_is_not_injective():
    weights = weights_of_start(trained(), 0)
    W, b = weights.trunk[0]
    same = weights._replace(trunk=[(np.vstack([W[0], W[0]]), b), *weights.trunk[1:]], beta=np.ones_like(weights.beta))
    factors = pd.DataFrame(plain.encode(weights, X), columns=["F1", "F2"])
    assert not plain.injectivity(same, factors).holds
    dead = weights._replace(beta=weights.beta * [1.0, 0.0])
    report = plain.injectivity(dead, factors)
    assert report.unused == ["F2"]
    assert report.jacobian.shape == (30,)
