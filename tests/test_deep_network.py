"""The deep factor model's network and training: PCA as a limit, exact masks, gradients, Adam, seeds."""

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import subspace_angles

from tvplab.data.mixed_frequency import aggregation_matrix
from tvplab.deep_dfm import DeepDynamicFactors
from tvplab.deep_dfm_maps import LINKS, Layer, apply_layers, slopes
from tvplab.dgp import simulate_deep_factors
from tvplab.factors import principal_components

torch = pytest.importorskip("torch", reason="torch, an extra, is not installed")

from tvplab.deep_dfm_network import Layout, Network, five_month_sums  # noqa: E402
from tvplab.deep_dfm_training import (  # noqa: E402
    Adam,
    batch_slices,
    descend,
    interpolate,
    loss_cells,
    noisy_panels,
    settled,
)

DEEP = Layout((5, 6, 4, 2), (2, 5), "tanh")
LAYOUTS = {
    "linear": Layout((5, 2), (2, 5), "relu"),
    "deep encoder": DEEP,
    "deep decoder": Layout((5, 6, 4, 2), (2, 4, 6, 5), "softplus"),
    "quarterly": Layout((5, 6, 2), (2, 5), "sigmoid", (1, 4)),
}


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def network(name, T=12, dtype=torch.float64):
    return Network(LAYOUTS[name], T, rng(), dtype)


def standard_panel(T=60, N=6, r=2):
    draw = np.random.default_rng(0)
    Y = draw.standard_normal((T, r)) @ draw.standard_normal((r, N)) + 0.5 * draw.standard_normal((T, N))
    return (Y - Y.mean(axis=0)) / Y.std(axis=0, ddof=1)


def test_a_linear_autoencoder_is_principal_components():
    z = standard_panel()
    fit = DeepDynamicFactors(2, hidden=(), max_iter=0, pretrain=2500, learning_rate=0.02).fit(z)
    pca = principal_components(z, 2)
    centred = fit.factors - fit.factors.mean()
    assert subspace_angles(fit.loadings.to_numpy(), pca.loadings.to_numpy()).max() < 1e-3
    assert subspace_angles(centred.to_numpy(), pca.factors.to_numpy()).max() < 1e-3
    error = np.mean((z - pca.factors @ pca.loadings.T).to_numpy() ** 2)
    assert fit.loss_path[0] == pytest.approx(error, rel=1e-6)
    assert fit.n_iter == 0


@pytest.mark.parametrize("name", LAYOUTS)
def test_gradients_are_those_of_finite_differences(name):
    net, z = network(name), torch.randn(12, 5, generator=rng(1), dtype=torch.float64)
    weight = torch.rand(12, 5, generator=rng(2), dtype=torch.float64)

    def loss():
        net.momentum = 0.0
        with torch.no_grad():
            return float((weight * (net.reconstruct(z) - z) ** 2).sum())

    fit = net.reconstruct(z)
    fit.backward(2.0 * weight * (fit.detach() - z))
    for i in range(0, len(net.theta), 7):
        before, step = net.theta[i].item(), 1e-6
        net.theta[i] = before + step
        high = loss()
        net.theta[i] = before - step
        low = loss()
        net.theta[i] = before
        assert net.slope[i].item() == pytest.approx((high - low) / (2 * step), rel=1e-5, abs=1e-7)


def test_a_missing_cell_has_no_part_in_the_loss_at_all():
    z = torch.randn(40, 5, generator=rng(3))
    weight = (torch.rand(40, 5, generator=rng(4)) > 0.3).float()
    found = []
    for filler in (0.0, 1e6):
        net = Network(DEEP, 40, rng())
        target = torch.where(weight > 0, z, torch.tensor(filler))
        descend(net, Adam(net, 0.01, 10), [z] * 5, target, weight, [slice(0, 40)])
        found.append(net.theta.clone())
    assert torch.equal(*found)


def test_the_masked_gradient_is_that_of_the_observed_cells_alone():
    net, z = network("linear"), torch.randn(12, 5, generator=rng(3), dtype=torch.float64)
    seen = torch.rand(12, 5, generator=rng(4)) > 0.4
    descend(net, _Still(net), [z], z, seen.double() / seen.sum(), [slice(0, 12)])
    (W, b, *_), (L, _) = net.encoder[0], net.decoder[0]
    free = [part.detach().clone().requires_grad_() for part in (W, b, L)]
    fit = (z @ free[0] + free[1]) @ free[2]
    torch.mean((fit - z)[seen] ** 2).backward()
    for ours, reference in zip((W, b, L), free, strict=True):
        torch.testing.assert_close(ours.grad, reference.grad, rtol=1e-12, atol=1e-14)


class _Still:
    """An optimiser that leaves the gradient to be looked at."""

    def __init__(self, net):
        self.clear, self.step = net.slope.zero_, lambda: None


def test_adam_is_torchs_but_for_where_epsilon_stands():
    net, other = network("linear"), network("linear")
    ours = Adam(net, 0.01, 10**9)
    theirs = torch.optim.Adam([other.theta.requires_grad_()], lr=0.01, eps=1e-12)
    for k in range(30):
        gradient = torch.randn(len(net.theta), generator=rng(k), dtype=torch.float64)
        net.slope.copy_(gradient)
        ours.step()
        other.theta.grad = gradient
        theirs.step()
    torch.testing.assert_close(net.theta, other.theta.detach(), rtol=0.0, atol=30 * 0.01 * 1e-4)


def test_the_learning_rate_falls_in_steps():
    net = network("linear")
    adam, moves = Adam(net, 0.01, 4), []
    for _ in range(12):
        before = net.theta.clone()
        net.slope.fill_(1.0)
        adam.step()
        moves.append(float((before - net.theta).mean()))
    expected = 0.01 * 0.96 ** (np.arange(12) // 4)  # a constant gradient moves Adam by its rate
    np.testing.assert_allclose(moves, expected, rtol=1e-5)


@pytest.mark.parametrize("name", LAYOUTS)
def test_numpy_evaluates_the_network_as_torch_does(name):
    net, x = network(name), torch.randn(12, 5, generator=rng(5), dtype=torch.float64)
    descend(net, Adam(net, 0.05, 100), [x] * 20, x, torch.ones_like(x), [slice(0, 12)])
    encoder, decoder = net.export()
    code, common = net.average(x[None])
    ours = apply_layers(encoder, x.numpy(), LAYOUTS[name].link)
    np.testing.assert_allclose(ours, code, atol=1e-12)
    months = apply_layers(decoder, ours, LAYOUTS[name].link)
    for i in LAYOUTS[name].quarterly:
        months[:, i] = five_month_sums(12).numpy() @ months[:, i]
    np.testing.assert_allclose(months, common, atol=1e-12)


def test_training_mode_normalises_by_the_batch_and_remembers_it():
    net, x = network("deep encoder"), torch.randn(12, 5, generator=rng(5), dtype=torch.float64)
    net.reconstruct(x)
    hidden = torch.tanh(x @ net.encoder[0][0] + net.encoder[0][1]).detach()
    torch.testing.assert_close(net.encoder[1][4], hidden.mean(dim=0))
    torch.testing.assert_close(net.encoder[1][5], hidden.var(dim=0))
    net.reconstruct(3.0 * x)
    moved = torch.tanh(3.0 * x @ net.encoder[0][0]).detach().mean(dim=0)
    torch.testing.assert_close(net.encoder[1][4], 0.99 * hidden.mean(dim=0) + 0.01 * moved)


def test_means_over_draws_are_means():
    net, x = network("deep decoder"), torch.randn(3, 12, 5, generator=rng(5), dtype=torch.float64)
    codes, commons = zip(*(net.average(one[None]) for one in x), strict=True)
    together = net.average(x)
    np.testing.assert_allclose(together[0], np.mean(codes, axis=0), atol=1e-14)
    np.testing.assert_allclose(together[1], np.mean(commons, axis=0), atol=1e-14)


@pytest.mark.parametrize("link", LINKS)
def test_slopes_are_those_of_finite_differences(link):
    draw = np.random.default_rng(1)
    layers = [Layer(draw.standard_normal(shape), draw.standard_normal(shape[0]), on)
              for shape, on in (((4, 3), True), ((6, 4), True), ((2, 6), False))]  # fmt: skip
    x, step = draw.standard_normal((7, 3)), 1e-6
    J = slopes(layers, x, link)
    for k in range(3):
        e = step * np.eye(3)[k]
        difference = (apply_layers(layers, x + e, link) - apply_layers(layers, x - e, link)) / (2 * step)
        np.testing.assert_allclose(J[:, :, k], difference, rtol=1e-6, atol=1e-7)


def test_five_month_sums_are_the_aggregation_of_growth():
    months = pd.date_range("2001-01-01", periods=24, freq="MS")
    reference = aggregation_matrix(months)
    ends = [t for t in range(4, 24) if months[t].month % 3 == 0]
    np.testing.assert_allclose(five_month_sums(24).numpy()[ends], reference.to_numpy())


def test_quarterly_values_before_their_five_months_do_not_count():
    seen = np.ones((8, 3), dtype=bool)
    usable = loss_cells(seen, (2,))
    assert usable[:, :2].all()
    np.testing.assert_array_equal(usable[:, 2], [False] * 4 + [True] * 4)


def test_noise_has_the_law_of_the_residuals():
    z = standard_panel(200)
    z[3:9, 2] = np.nan
    common = np.zeros_like(z)
    panels = noisy_panels(Network(Layout((6, 2), (2, 6), "relu"), 200, rng()), z, common, 400, rng(1)).numpy()
    sd = np.nanstd(z, axis=0)
    np.testing.assert_allclose(panels.std(axis=0).mean(axis=0), sd, rtol=0.02)  # 80,000 draws a series
    phi = pd.DataFrame(z).apply(lambda column: column.corr(column.shift())).to_numpy()
    filtered = np.where(np.isfinite(z), z, 0.0)
    filtered[1:] -= phi * np.nan_to_num(z[:-1])
    np.testing.assert_allclose(panels.mean(axis=0), filtered, atol=6 / np.sqrt(400))


def test_the_stopping_rule():
    assert not settled([1.0, 1.0, 1.0], 5e-4)  # two rounds are too few
    assert settled([1.0, 0.9, 0.5, 0.5002], 5e-4)
    assert not settled([1.0, 0.9, 0.5, 0.5003], 5e-4)
    assert settled([1.0, 0.1, 4e-6, 2e-6], 5e-4)  # halving, but of nothing
    assert not settled([1.0, 0.1, 2e-5, 1e-5], 5e-4)


def test_batches_are_equal_parts_in_order_and_one_with_quarterly_series():
    assert batch_slices(300, DEEP) == [slice(0, 300)]
    assert batch_slices(500, DEEP) == [slice(0, 250), slice(250, 500)]
    assert batch_slices(800, LAYOUTS["quarterly"]) == [slice(0, 800)]


def test_gaps_are_filled_linearly():
    z = np.array([[np.nan, 1.0], [2.0, np.nan], [np.nan, np.nan], [4.0, 4.0], [np.nan, 5.0]])
    np.testing.assert_allclose(interpolate(z), [[2, 1], [2, 2], [3, 3], [4, 4], [4, 5]])


WORLD = simulate_deep_factors(T=60, N=6, missing=0.1, seed=4)
SHORT = {"draws": 10, "max_iter": 4, "pretrain": 20, "tol": 1.0}


def test_same_seed_same_numbers_bit_by_bit():
    first, again, other = (DeepDynamicFactors(3, seed=seed, **SHORT).fit(WORLD.y) for seed in (7, 7, 8))
    pd.testing.assert_frame_equal(first.factors, again.factors, check_exact=True)
    np.testing.assert_array_equal(first.loss_path, again.loss_path)
    assert not np.allclose(first.factors, other.factors)
    generators = [np.random.default_rng(7) for _ in range(2)]
    same = [DeepDynamicFactors(3, seed=one, **SHORT).fit(WORLD.y).factors for one in generators]
    pd.testing.assert_frame_equal(*same, check_exact=True)


def test_other_programs_keep_their_threads_and_random_numbers():
    torch.set_num_threads(2)
    torch.manual_seed(5)
    expected = torch.randn(3, generator=rng(5))
    DeepDynamicFactors(1, **SHORT).fit(WORLD.y)
    assert torch.get_num_threads() == 2
    assert torch.equal(torch.randn(3), expected)
    torch.set_num_threads(1)


def test_more_factors_than_series_end():
    fit = DeepDynamicFactors(8, draws=20, max_iter=200, seed=1).fit(WORLD.y)
    assert fit.converged
    assert fit.loss_path[-1] < 0.05
