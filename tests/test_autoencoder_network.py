"""The network piece by piece: places, decoder and gradients against numpy, injectivity, the step in Adam's metric."""

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

from tvplab import autoencoder_weights as plain  # noqa: E402
from tvplab.autoencoder_gradient import descend_into  # noqa: E402
from tvplab.autoencoder_labels import weights_of_start  # noqa: E402
from tvplab.autoencoder_ladder import ladder  # noqa: E402
from tvplab.autoencoder_network import (  # noqa: E402
    Places,
    decode,
    encode,
    pin_scale,
    standardise,
    start,
    unit_directions,
)
from tvplab.autoencoder_training import Prior, train  # noqa: E402
from tvplab.torch_adam import Adam  # noqa: E402

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
    slope = gradient(net, torch.tensor(X, dtype=torch.float32))[0]
    assert slope.beta[0, 0, 1] == 0.0
    assert (slope.beta[0, 1] != 0.0).all()


def gradient(net, x, precision=None):
    """The written-out gradient of one batch, and Σ r² by place."""
    target = net.places.spread(x)
    weights = net.places.spread(torch.ones(len(net.beta), x.shape[1])).movedim(0, 1)[:, :, None].to(x)
    slope = net.over(torch.zeros_like(net.theta))
    squares = descend_into(slope, net, x, target, weights if precision is None else precision)
    return slope, squares


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("hidden", [(6, 4), (5,)])
def test_written_gradient_is_automatic_differentiations(linear, hidden):
    net = start(Places.of(GROUP), MASK, hidden, linear, 0.2, [1, 2])
    net = net.over(net.theta.double())._replace(mask=net.mask.double(), sizes=net.sizes.double())
    net.theta.add_(0.1 * torch.randn(len(net.theta), generator=torch.Generator().manual_seed(0)).double())
    net.beta.mul_(net.mask)
    x = torch.tensor(X)
    precision = net.places.spread(torch.rand(2, 8).double() + 0.5).movedim(0, 1)[:, :, None]
    slope, squares = gradient(net, x, precision)
    theta = net.theta.clone().requires_grad_()
    over = net.over(theta)
    r = net.places.spread(x) - decode(over._replace(beta=over.beta * net.mask), standardise(encode(over, x)))
    (0.5 * (r.square() * precision).sum() / x.numel()).backward()
    np.testing.assert_allclose(slope.theta, theta.grad, atol=1e-13)
    present = precision[:, :, 0] > 0
    np.testing.assert_allclose(squares[present], r.detach().square().sum(dim=2)[present])


def test_gradient_against_differences():
    """Automatic differentiation could share a mistake with the maps; differences of the loss in numpy do not."""
    net = network(seeds=[1])
    net = net.over(net.theta.double())._replace(mask=net.mask.double(), sizes=net.sizes.double())
    x = torch.tensor(X)
    slope, _ = gradient(net, x)

    def loss(theta):
        return 0.5 * gradient(net.over(theta), x)[1].sum().item() / x.numel()

    for i in range(0, len(net.theta), 17):
        h = torch.zeros_like(net.theta)
        h[i] = 1e-6
        numerical = (loss(net.theta + h) - loss(net.theta - h)) / 2e-6
        masked = net.over(h).beta[0][~MASK].any()
        assert masked or slope.theta[i].item() == pytest.approx(numerical, abs=1e-7)


@pytest.mark.parametrize("linear", [False, True])
def test_first_decoder_layer_has_unit_vectors(linear):
    weights = weights_of_start(trained(linear), 0)
    if linear:  # there β is the root mean square loading of a group
        squares = np.stack([(weights.output[0][g == GROUP] ** 2).mean(axis=0) for g in range(3)])
        np.testing.assert_allclose(squares, 1.0, atol=1e-6)
    else:
        np.testing.assert_allclose(np.linalg.norm(weights.trunk[0][0], axis=1), 1.0, atol=1e-6)
    assert unit_directions(torch.randn(2, 3, 5)).square().sum(dim=2).allclose(torch.ones(2, 3))


def test_a_start_does_not_depend_on_the_others():
    """Batched products add in an order of their own, so that last bits of single precision may differ."""
    plan, prior = ladder(3, 10.0, 1.0, True, 1e-2, 3), Prior(1.0, 1.0, 3.0)
    both = train(network(seeds=(3, 4)), X, plan, prior, 0)
    alone = train(network(seeds=(4,)), X, plan, prior, 0)
    np.testing.assert_allclose(both.factors[1], alone.factors[0], atol=1e-4)
    np.testing.assert_allclose(both.objective[1], alone.objective[0], atol=1e-5)


def test_adam_is_torchs_own():
    theta, rng = torch.randn(50), torch.Generator().manual_seed(0)
    slope, reference = torch.zeros(50), theta.clone().requires_grad_()
    ours, theirs = Adam(theta, slope), torch.optim.Adam([reference], lr=0.01)
    for _ in range(30):
        slope.copy_(torch.randn(50, generator=rng))
        reference.grad = slope.clone()
        ours.step(0.01)
        theirs.step()
    np.testing.assert_allclose(theta, reference.detach(), atol=1e-6)
    np.testing.assert_allclose(ours.root, (ours.v / (1 - 0.999**30)).sqrt() + 1e-8, rtol=1e-6)


def test_pinning_the_scale_leaves_the_map():
    for hidden in ((6, 4), (5,)):
        net = start(Places.of(GROUP), MASK, hidden, False, 0.2, [1, 2])
        net.trunk[0][1].add_(torch.randn_like(net.trunk[0][1]))
        net.beta.mul_(torch.rand_like(net.beta))
        f = torch.randn(2, 7, 2)
        before = decode(net, f)
        pin_scale(net)
        np.testing.assert_allclose(decode(net, f), before, atol=1e-5)
        np.testing.assert_allclose(net.beta.abs().amax(dim=(1, 2)), 1.0, rtol=1e-6)
    net.beta.zero_()
    pin_scale(net)
    assert torch.isfinite(net.theta).all()


def test_ladder_climbs_to_lam0_and_the_rate_falls():
    plan = ladder(101, 10.0, 1.0, True, 0.01, 5)
    assert np.isnan(plan.lam0[:15]).all()
    assert plan.lam0[15] == pytest.approx(1.0)
    assert (np.diff(plan.lam0[15:]) >= 0).all()
    assert (plan.lam0[65:] == 10.0).all()
    assert plan.rate[[0, -1]] == pytest.approx([0.01, 0.0005])
    assert np.isnan(ladder(20, 10.0, 1.0, False, 0.01, 5).lam0).all()


def test_warm_starts_climb_from_where_they_were():
    assert (ladder(20, 10.0, 1.0, True, 0.01, 5, since=10.0).lam0 == 10.0).all()
    up = ladder(21, 10.0, 1.0, True, 0.01, 5, since=np.nan).lam0
    assert up[0] == 1.0
    assert up[10] == pytest.approx(10.0)
    assert ladder(21, 10.0, 1.0, True, 0.01, 5, since=40.0).lam0[[0, -1]].tolist() == [40.0, 10.0]


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
