"""Deep dynamic factor model: processor seconds of a fit, a step against plain torch, and a linear peer."""

import time
import warnings

import numpy as np
from row import Row
from timing import best_of

from tvplab.deep_dfm import DeepDynamicFactors
from tvplab.dgp import simulate_deep_factors
from tvplab.replicate.deep_factor_cells import linear_dfm

FACTORS = 12
TENSORFLOW = {(100, 200): 22.0, (300, 300): 20.8}  # the authors' code on panels of this size; another run


def rows() -> list[Row]:
    """Measure everything."""
    return [*_fits(), *_steps(), *_peer()]


def seconds(call) -> float:
    """Processor seconds, which other programs on the machine disturb less than the clock."""
    start = time.process_time()
    call()
    return time.process_time() - start


def _fits():
    DeepDynamicFactors(1, draws=2, max_iter=3).fit(simulate_deep_factors(T=30).y)  # loads torch
    for (n, T), limit in {(100, 200): 2.5, (300, 300): 8.0}.items():
        y = simulate_deep_factors(T=T, N=n, r=3, rho=0.9, alpha=0.5, seed=1).y
        used = min(seconds(lambda y=y: DeepDynamicFactors(FACTORS).fit(y)) for _ in range(2))
        what = (
            f"fit, n = {n}, T = {T}, 12 factors, four layers (the authors' TensorFlow code: {TENSORFLOW[n, T]:.0f} s)"
        )
        yield Row(what, f"{used:.1f} CPU s", f"{limit:g} CPU s", used <= limit)


def _steps():
    """One gradient step, n = 100, T = 200, 12 factors: modules and optimiser of torch over ours."""
    import torch

    from tvplab.deep_dfm_network import Layout, Network
    from tvplab.deep_dfm_training import Adam, descend

    torch.set_num_threads(1)
    n, T, rng = 100, 200, torch.Generator().manual_seed(0)
    x, whole = torch.randn(T, n, generator=rng), [slice(0, T)]
    network = Network(Layout((n, 72, 48, 24, 12), (12, n), "relu"), T, rng)
    adam, weight = Adam(network, 0.005, 150), torch.full((T, n), 1.0 / (n * T))
    parts = [torch.nn.Linear(n, 72), torch.nn.ReLU()]
    for wide, narrow in ((72, 48), (48, 24), (24, 12)):
        parts += [torch.nn.BatchNorm1d(wide), torch.nn.Linear(wide, narrow), torch.nn.ReLU()]
    plain = torch.nn.Sequential(*parts, torch.nn.Linear(12, n, bias=False))
    optimiser = torch.optim.Adam(plain.parameters(), lr=0.005)

    def step():
        optimiser.zero_grad()
        torch.nn.functional.mse_loss(plain(x), x).backward()
        optimiser.step()

    pairs = [
        (
            best_of(lambda: [step() for _ in range(40)], runs=1),
            best_of(lambda: descend(network, adam, [x] * 40, x, weight, whole), runs=1),
        )
        for _ in range(8)
    ]
    slow, fast = np.min(pairs, axis=0)
    yield Row(
        "a step by torch's modules and Adam over ours, n = 100, T = 200",
        f"{slow / fast:.1f} times",
        "faster",
        slow > fast,
    )


def _peer():
    """One round of EM of statsmodels' linear model, on panels that it can take in a benchmark."""
    for n in (50, 100):
        y = simulate_deep_factors(T=150, N=n, r=3, rho=0.9, seed=1).y
        deep = min(seconds(lambda y=y: DeepDynamicFactors(FACTORS).fit(y)) for _ in range(2))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # two rounds do not converge
            model = linear_dfm(y, FACTORS)
            model.fit(disp=False, maxiter=1)
            linear = seconds(lambda model=model: model.fit(disp=False, maxiter=2)) / 2.0
        what = f"statsmodels' DynamicFactorMQ, one round of EM over a whole fit of ours, n = {n}, T = 150, 12 factors"
        yield Row(what, f"{linear / deep:.2f} times", "none set", None)
