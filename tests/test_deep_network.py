"""The deep factor model's network and training: PCA as a limit, exact masks, gradients, Adam, seeds."""

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import subspace_angles

from tvplab.data.mixed_frequency import aggregation_matrix
from tvplab.deep_dfm import DeepDynamicFactors
from tvplab.deep_dfm_arrays import SLOPE_AT, ArrayNetwork
from tvplab.deep_dfm_layout import Layout, adam_rate, five_month_sums, split, starting_weights
from tvplab.deep_dfm_maps import LINKS, Layer, apply_layers, slopes
from tvplab.deep_dfm_states import interpolate
from tvplab.deep_dfm_training import batch_slices, loss_cells, noisy_panels, settled
from tvplab.dgp import simulate_deep_factors
from tvplab.factors import principal_components

DEEP = Layout((5, 6, 4, 2), (2, 5), "tanh")
LAYOUTS = {
    "linear": Layout((5, 2), (2, 5), "relu"),
    "deep encoder": DEEP,
    "rectified": Layout((5, 6, 4, 2), (2, 5), "relu"),
    "deep decoder": Layout((5, 6, 4, 2), (2, 4, 6, 5), "softplus"),
    "quarterly": Layout((5, 6, 2), (2, 5), "sigmoid", (1, 4)),
}
X = np.random.default_rng(1).standard_normal((12, 5))
WEIGHT = np.random.default_rng(2).uniform(size=(12, 5))
WHOLE = [slice(0, 12)]


def network(name, seed=0, dtype=np.float64):
    return ArrayNetwork(LAYOUTS[name], 12, np.random.default_rng(seed), dtype)


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
    net = network(name)
    net.gradient(X, X, WEIGHT)
    gradient = net.slope.copy()

    def loss(theta):
        net.theta[:] = theta
        return float((WEIGHT * (net.gradient(X, X, WEIGHT) - X) ** 2).sum())

    theta, step = net.theta.copy(), 1e-6
    for i, e in enumerate(step * np.eye(len(theta))):
        difference = (loss(theta + e) - loss(theta - e)) / (2 * step)
        assert gradient[i] == pytest.approx(difference, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("name", LAYOUTS)
def test_torch_does_the_same(name):
    """Gradients by torch's own backward pass, thirty steps of Adam, running moments, inference."""
    torch = pytest.importorskip("torch", reason="torch, an extra, is not installed")
    from tvplab.deep_dfm_network import TorchNetwork

    ours, theirs = network(name), TorchNetwork(LAYOUTS[name], 12, np.random.default_rng(0), dtype=torch.float64)
    results = []
    for net in (ours, theirs):
        net.restart(0.02, 10)
        x, weight = net.rows(X), net.rows(WEIGHT)
        net.gradient(x, x, weight)
        first = np.asarray(net.slope).copy()
        net.descend([x] * 30, x, weight, WHOLE)
        results.append((first, net.theta.numpy() if net is theirs else net.theta, *net.average(net.rows(X[None]))))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-10)
    for mine, other in zip(ours.export(), theirs.export(), strict=True):
        for a, b in zip(mine, other, strict=True):
            np.testing.assert_allclose(a.W, b.W, atol=1e-9)
            assert a.link == b.link


def test_adam_is_torchs_but_for_where_epsilon_stands():
    torch = pytest.importorskip("torch", reason="torch, an extra, is not installed")
    net, draw = network("linear"), np.random.default_rng(3)
    net.restart(0.01, 10**9)
    other = torch.tensor(net.theta.copy(), requires_grad=True)
    theirs = torch.optim.Adam([other], lr=0.01, eps=1e-12)
    for _ in range(30):
        gradient = draw.standard_normal(len(net.theta))
        net.slope[:] = gradient
        net._step()
        other.grad = torch.tensor(gradient)
        theirs.step()
    np.testing.assert_allclose(net.theta, other.detach().numpy(), atol=30 * 0.01 * 1e-4)


def test_the_learning_rate_falls_in_steps():
    net, moves = network("linear"), []
    net.restart(0.01, 4)
    for _ in range(12):
        before = net.theta.copy()
        net.slope.fill(1.0)
        net._step()
        moves.append(float((before - net.theta).mean()))
    expected = 0.01 * 0.96 ** (np.arange(12) // 4)  # a constant gradient moves Adam by its rate
    np.testing.assert_allclose(moves, expected, rtol=1e-5)
    assert adam_rate(5, 0.01, 4) / adam_rate(5, 0.01, 5) == pytest.approx(0.96)


def test_a_missing_cell_has_no_part_in_the_loss_at_all():
    draw, found = np.random.default_rng(3), []
    z, seen = draw.standard_normal((40, 5)), draw.random((40, 5)) > 0.3
    for filler in (0.0, 1e6):
        net = ArrayNetwork(DEEP, 40, np.random.default_rng(0))
        net.restart(0.01, 10)
        net.descend([net.rows(z)] * 5, net.rows(np.where(seen, z, filler)), net.rows(seen), [slice(0, 40)])
        found.append(net.theta.copy())
    np.testing.assert_array_equal(*found)


def test_the_masked_gradient_is_that_of_the_observed_cells_alone():
    """Gradient of the mean over the observed cells, with respect to the loadings of a linear network."""
    net, seen = network("linear"), WEIGHT > 0.4
    net.gradient(X, X, seen / seen.sum())
    (encoder,), (decoder,) = split(net.layout, net.slope)
    (W, b, *_), L = net.encoder[0], net.decoder[0].W
    error = np.where(seen, (X @ W + b) @ L - X, 0.0) * 2.0 / seen.sum()
    np.testing.assert_allclose(decoder.W, (X @ W + b).T @ error, atol=1e-13)
    np.testing.assert_allclose(encoder.W, X.T @ error @ L.T, atol=1e-13)
    np.testing.assert_allclose(encoder.b, (error @ L.T).sum(axis=0), atol=1e-13)


@pytest.mark.parametrize("link", LINKS)
def test_slopes_from_values(link):
    g, derivative = LINKS[link]
    x = np.linspace(-3, 3, 50)
    np.testing.assert_allclose(SLOPE_AT[link](g(x)), derivative(x), atol=1e-12)


def test_training_mode_normalises_by_the_batch_and_remembers_it():
    net = network("deep encoder")
    first = net.encoder[0]
    net.gradient(X, X, WEIGHT)
    hidden = np.tanh(X @ first.W)
    np.testing.assert_allclose(net.moments[1], [hidden.mean(axis=0), hidden.var(axis=0)])
    net.gradient(3.0 * X, X, WEIGHT)
    moved = np.tanh(3.0 * X @ first.W)
    np.testing.assert_allclose(net.moments[1][0], 0.99 * hidden.mean(axis=0) + 0.01 * moved.mean(axis=0))
    normalised = (hidden - hidden.mean(axis=0)) / np.sqrt(hidden.var(axis=0) + 1e-3)
    np.testing.assert_allclose(net._encode(X)[0][1][0], normalised)


@pytest.mark.parametrize("name", LAYOUTS)
def test_means_over_draws_are_means(name):
    net, panels = network(name), np.random.default_rng(5).standard_normal((3, 12, 5))
    net.gradient(X, X, WEIGHT)
    codes, commons = zip(*(net.average(one[None]) for one in panels), strict=True)
    together = net.average(panels)
    np.testing.assert_allclose(together[0], np.mean(codes, axis=0), atol=1e-13)
    np.testing.assert_allclose(together[1], np.mean(commons, axis=0), atol=1e-13)
    encoder, decoder = net.export()
    months = apply_layers(decoder, apply_layers(encoder, panels[0], net.layout.link), net.layout.link)
    for i in net.layout.quarterly:
        months[:, i] = five_month_sums(12) @ months[:, i]
    np.testing.assert_allclose(months, commons[0], atol=1e-12)


def test_the_start_is_glorots():
    layout = Layout((300, 200, 100), (100, 300), "relu")
    encoder, decoder = split(layout, starting_weights(layout, np.random.default_rng(0)))
    for layer in (*encoder, *decoder):
        assert layer.W.std() == pytest.approx(np.sqrt(2.0 / sum(layer.W.shape)), rel=0.02)
        assert layer.b is None or not layer.b.any()
    assert (encoder[1].scale == 1.0).all()
    assert decoder[0].b is None


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
    np.testing.assert_allclose(five_month_sums(24)[ends], reference.to_numpy())


def test_quarterly_values_before_their_five_months_do_not_count():
    seen = np.ones((8, 3), dtype=bool)
    usable = loss_cells(seen, (2,))
    assert usable[:, :2].all()
    np.testing.assert_array_equal(usable[:, 2], [False] * 4 + [True] * 4)


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_noise_has_the_law_of_the_residuals(engine):
    z = standard_panel(200)
    z[3:9, 2] = np.nan
    layout, draw = Layout((6, 2), (2, 6), "relu"), np.random.default_rng(0)
    if engine == "torch":
        pytest.importorskip("torch", reason="torch, an extra, is not installed")
        from tvplab.deep_dfm_network import TorchNetwork

        net = TorchNetwork(layout, 200, draw)
    else:
        net = ArrayNetwork(layout, 200, draw)
    panels = np.asarray(noisy_panels(net, z, np.zeros_like(z), 400)).copy()
    np.testing.assert_allclose(panels.std(axis=0).mean(axis=0), np.nanstd(z, axis=0), rtol=0.02)  # 80,000 draws each
    phi = pd.DataFrame(z).apply(lambda column: column.corr(column.shift())).to_numpy()
    filtered = np.where(np.isfinite(z), z, 0.0)
    filtered[1:] -= phi * np.nan_to_num(z[:-1])
    np.testing.assert_allclose(panels.mean(axis=0), filtered, atol=6 / np.sqrt(400))
    again = np.asarray(noisy_panels(net, z, np.zeros_like(z), 400))
    assert np.mean(np.abs(again - panels) < 1e-9) < 0.01  # dealt anew
    np.testing.assert_allclose((panels - filtered)[:, :, 0].reshape(-1).std(), np.nanstd(z[:, 0]), rtol=0.02)


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


def test_engines_start_alike_and_both_fit():
    pytest.importorskip("torch", reason="torch, an extra, is not installed")
    fits = [DeepDynamicFactors(3, seed=7, engine=engine, **SHORT).fit(WORLD.y) for engine in ("numpy", "torch")]
    assert fits[0].loss_path[0] == pytest.approx(fits[1].loss_path[0], rel=1e-3)  # the same pre-training, rounded
    assert not np.array_equal(fits[0].loss_path[1:], fits[1].loss_path[1:])  # other noise
    again = DeepDynamicFactors(3, seed=7, engine="torch", **SHORT).fit(WORLD.y)
    np.testing.assert_array_equal(again.loss_path, fits[1].loss_path)


def test_other_programs_keep_their_threads_and_random_numbers():
    torch = pytest.importorskip("torch", reason="torch, an extra, is not installed")
    torch.set_num_threads(2)
    torch.manual_seed(5)
    expected = torch.randn(3, generator=torch.Generator().manual_seed(5))
    DeepDynamicFactors(1, engine="torch", **SHORT).fit(WORLD.y)
    assert torch.get_num_threads() == 2
    assert torch.equal(torch.randn(3), expected)
    torch.set_num_threads(1)


def test_more_factors_than_series_end():
    fit = DeepDynamicFactors(8, draws=20, max_iter=200, seed=1).fit(WORLD.y)
    assert fit.converged
    assert fit.loss_path[-1] < 0.05
