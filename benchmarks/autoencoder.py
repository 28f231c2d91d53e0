"""The grouped autoencoder: seconds a start, starts side by side, and the written-out gradient against torch's own."""

import itertools

import torch
from row import Row
from timing import best_of

from tvplab.autoencoder_gradient import descend_into
from tvplab.autoencoder_network import Places, decode, encode, standardise, start
from tvplab.convergence import ignore_unconverged
from tvplab.dgp import simulate_anchored_groups
from tvplab.sparse_autoencoder import GroupedSparseAutoencoder

BATCH = 140


def rows() -> list[Row]:
    """Measure everything, one torch thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return [*_fits(), *_gradient(), *_slider()]
    finally:
        torch.set_num_threads(before)


def _fits():
    world = simulate_anchored_groups()
    with ignore_unconverged():
        for starts in (1, 5):
            model = GroupedSparseAutoencoder(world.groups, starts=starts)
            seconds = best_of(lambda model=model: model.fit(world.X), runs=2, warm_up=False) / starts
            what = f"grouped autoencoder, T = 700, N = 165, {model.epochs} epochs: a start, {starts} side by side"
            yield Row(what, f"{seconds:.1f} s", "6 s", seconds <= 6)


def _gradient():
    """One step's gradient, T = 700, N = 165, and of a small world, against automatic differentiation."""
    for N, groups, hidden in ((165, 8, (64, 32)), (40, 6, (16, 8))):
        places, x = Places.of([j * groups // N for j in range(N)]), torch.randn(BATCH, N)
        network = start(places, torch.ones(groups, 5).numpy(), hidden, False, 0.2, [0])
        slope, target = network.over(torch.zeros_like(network.theta)), places.spread(x)
        precision = places.spread(torch.ones(1, N)).movedim(0, 1)[:, :, None]
        theta = network.theta.clone().requires_grad_()

        def automatic(network=network, theta=theta, x=x, target=target):
            over = network.over(theta)
            loss = 0.5 * (decode(over, standardise(encode(over, x))) - target).square().sum() / x.numel()
            return torch.autograd.grad(loss, theta)[0]

        def ours(slope=slope, network=network, x=x, target=target, precision=precision):
            return descend_into(slope, network, x, target, precision)

        ours()
        assert torch.allclose(slope.theta, automatic(), atol=1e-5)
        ratio = best_of(automatic, runs=100) / best_of(ours, runs=100)
        what = f"gradient of a batch of {BATCH}, N = {N}: torch's automatic differentiation, over ours"
        yield Row(what, f"{ratio:.1f} times", "faster", ratio > 1)


def _slider():
    from tvplab import explore

    explorer, rates = explore.gsae(), itertools.cycle([2.0, 4.0, 7.0, 13.0, 25.0])
    seconds = best_of(lambda: explorer.set(lam0=next(rates)), runs=10)
    what = "lesson 5's λ₀ slider: a move along its rungs, picture included"
    yield Row(what, f"{1000 * seconds:.0f} ms", "100 ms", seconds <= 0.1)
