"""Deep dynamic factor model: processor seconds of a fit, a step against torch, a linear peer, the slider."""

import time
import warnings

import numpy as np
from row import Row
from timing import best_of

from tvplab.deep_dfm import DeepDynamicFactors
from tvplab.deep_dfm_arrays import ArrayNetwork
from tvplab.deep_dfm_compiled import CompiledNetwork
from tvplab.deep_dfm_layout import Layout
from tvplab.dgp import simulate_deep_factors
from tvplab.replicate.deep_factor_cells import linear_dfm

FACTORS = 12
TENSORFLOW = {(100, 200): 22.0, (300, 300): 20.8}  # the authors' code on panels of this size; another run


def rows() -> list[Row]:
    """Measure everything."""
    return [*_fits(), *_steps(), *_compiled(), *_peer(), *_slider()]


def seconds(call) -> float:
    """Processor seconds, which other programs on the machine disturb less than the clock."""
    start = time.process_time()
    call()
    return time.process_time() - start


def _fits():
    DeepDynamicFactors(1, draws=2, max_iter=3, tol=1.0).fit(simulate_deep_factors(T=30).y)  # loads what is needed
    for (n, T), limit in {(100, 200): 2.5, (300, 300): 8.0}.items():
        y = simulate_deep_factors(T=T, N=n, r=3, rho=0.9, alpha=0.5, seed=1).y
        used = min(seconds(lambda y=y: DeepDynamicFactors(FACTORS).fit(y)) for _ in range(2))
        what = (
            f"fit, n = {n}, T = {T}, 12 factors, four layers (the authors' TensorFlow code: {TENSORFLOW[n, T]:.0f} s)"
        )
        yield Row(what, f"{used:.1f} CPU s", f"{limit:g} CPU s", used <= limit)


def _steps():
    """One gradient step of torch's modules and optimiser over ours, a small network and a large one."""
    try:
        import torch
    except ModuleNotFoundError:
        yield Row(
            "a step by torch's modules and Adam over ours", "not measured: torch is not installed", "faster", None
        )
        return
    torch.set_num_threads(1)
    for n, T, r in ((10, 100, 3), (100, 200, 12)):
        ours, theirs = _our_step(n, T, r), _torch_step(torch, n, T, r)
        pairs = [[best_of(lambda s=s: [s() for _ in range(30)], runs=1) for s in (theirs, ours)] for _ in range(8)]
        slow, fast = np.min(pairs, axis=0)
        what = f"a step by torch's modules and Adam over ours, n = {n}, T = {T}, {r} factors"
        yield Row(what, f"{slow / fast:.1f} times", "faster", slow > fast)


def _compiled():
    """Thirty gradient steps of the plain engine over those of the compiled one, a small network and a large one."""
    for n, T, r in ((10, 100, 3), (100, 200, 12)):
        runs = [_our_step(n, T, r, kind, 30) for kind in (ArrayNetwork, CompiledNetwork)]
        pairs = [[best_of(run, runs=1) for run in runs] for _ in range(8)]
        plain, fast = np.min(pairs, axis=0)
        what = f"a step of the plain engine over the compiled one, n = {n}, T = {T}, {r} factors"
        yield Row(what, f"{plain / fast:.1f} times", "none set", None)


def _our_step(n: int, T: int, r: int, kind=ArrayNetwork, epochs: int = 1):
    network = kind(Layout((n, 6 * r, 4 * r, 2 * r, r), (r, n), "relu"), T, np.random.default_rng(0))
    network.restart(0.005, 150)
    x = network.rows(np.random.default_rng(1).standard_normal((T, n)))
    weight = network.rows(np.full((T, n), 1.0 / (n * T)))
    return lambda: network.descend([x] * epochs, x, weight, [slice(0, T)])


def _torch_step(torch, n: int, T: int, r: int):
    parts = [torch.nn.Linear(n, 6 * r), torch.nn.ReLU()]
    for wide, narrow in ((6 * r, 4 * r), (4 * r, 2 * r), (2 * r, r)):
        parts += [torch.nn.BatchNorm1d(wide), torch.nn.Linear(wide, narrow), torch.nn.ReLU()]
    network = torch.nn.Sequential(*parts, torch.nn.Linear(r, n, bias=False))
    optimiser, x = torch.optim.Adam(network.parameters(), lr=0.005), torch.randn(T, n)

    def step():
        optimiser.zero_grad()
        torch.nn.functional.mse_loss(network(x), x).backward()
        optimiser.step()

    return step


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


def _slider():
    """Lesson 4's slider: a move fits a short training anew."""
    from tvplab import explore

    explorer, shares = explore.d2fm(), iter(0.05 * k for k in range(1, 12))
    move = min(seconds(lambda: explorer.set(missing=round(next(shares), 2))) for _ in range(11))
    yield Row("lesson 4's slider: one training, picture and PNG", f"{1e3 * move:.0f} CPU ms", "100 ms", move <= 0.1)
