"""A vector autoregression with moving coefficients and stochastic volatility, by Gibbs sampling, equation by equation.

Sources: Primiceri (2005); the recursive structural form of Chan and Eisenstat (2018); spec C.  Priors: the kit's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tvplab.convergence import warn_unconverged
from tvplab.gibbs_chain import Draws, Equation, run_equations
from tvplab.gibbs_priors import VOLATILITIES
from tvplab.gibbs_results import SETTLED
from tvplab.machine_checks import check_jobs
from tvplab.mcmc import split_r_hat
from tvplab.tvp_var_equations import Tightness, check_series, equation, equation_prior, residual_sd
from tvplab.tvp_var_results import TVPVARResults
from tvplab.validation import check_choice, check_number, check_seed, check_whole

DRIFTS = ("inverse gamma", "half-cauchy", "none")


@dataclass(frozen=True)
class TVPVAR:
    """Recursive VAR(p) whose coefficients and log variances are random walks.

    Parameters
    ----------
    lags : p ≥ 1.
    volatility : "sv", or "constant".
    drift : prior of the drift variances: "inverse gamma", "half-cauchy", or "none" (constant coefficients).  In
        simulated worlds the first's bands are too narrow where coefficients move, the second's less so (`tvplab
        replicate tvp-var-truth favar-truth`); it stays the default because on US data the second's chains settle
        badly, more of its draws explode, and it forecasts no better (`tvp-var-chains favar-priors`).
    own_mean : prior mean of a variable's own first lag: 0 for data without trend, near .9 for a rate in levels; one
        number for all, or variable → number, 0 for those not named.
    tightness : standard deviations of the prior, a `tvp_var_equations.Tightness`.
    interweave : draw drift variances twice a sweep, as they mix slowly otherwise (`gibbs_interweaving`); the posterior
        is the same.
    chains, jobs : number of chains, and how many run at once (joblib processes); −1 is one a core.
    seed : fixes every variate; the same whatever `jobs` is.
    progress : show a bar.
    """

    lags: int = 2
    volatility: str = "sv"
    drift: str = "inverse gamma"
    own_mean: float | Mapping = 0.0
    tightness: Tightness = field(default_factory=Tightness)
    interweave: bool = True
    chains: int = 1
    jobs: int = 1
    seed: int | np.random.Generator = 0
    progress: bool = False

    def fit(self, Y, draws: int = 1000, burn: int = 1000, thin: int = 1) -> TVPVARResults:
        """Sample the posterior given Y (T, n), columns in the recursive order, n ≥ 2.

        Keeps `draws` paths a chain in single precision, every `thin`-th sweep after `burn` sweeps.

        Raises
        ------
        TypeError, ValueError
            Anything wrong with Y or a hyperparameter; the message names it.
        """
        self._check(draws, burn, thin)
        frame = check_series(Y, self.lags)
        values = frame.to_numpy()
        equations = self._equations(values, self._own_means(frame.columns))
        kept = self._sample(equations, draws, burn, thin)
        worst = float(max(max(split_r_hat(one.beta).max(), split_r_hat(one.h).max()) for one in kept))
        count = kept[0].s.shape[1]
        results = TVPVARResults(
            names=list(frame.columns),
            index=frame.index[self.lags :],
            lags=self.lags,
            draws=kept,
            n_iter=burn + count * thin,
            worst_r_hat=worst,
            converged=count == draws and worst <= SETTLED,
            _ahead=[one.prior.noise.ahead for one in equations],
            _recent=values[-self.lags :],
        )
        if not results.converged:
            message = f"the chains have not settled or were stopped (R̂ up to {worst:.2f}); draw more"
            warn_unconverged(message)
        return results

    def _own_means(self, names) -> list[float]:
        """Prior mean of the own first lag of every variable."""
        if not isinstance(self.own_mean, Mapping):
            return [self.own_mean] * len(names)
        unknown = [name for name in self.own_mean if name not in names]
        if unknown:
            raise ValueError(f"own_mean: no variable {unknown[0]!r}; there are {list(names)}")
        return [self.own_mean.get(name, 0.0) for name in names]

    def _equations(self, Y: np.ndarray, own_means: list[float]) -> list[Equation]:
        """Return data and prior of every equation."""
        sd = residual_sd(Y, self.lags)
        priors = [
            equation_prior(i, self.lags, sd, own_means[i], self.tightness, self.drift, self.volatility, self.interweave)
            for i in range(Y.shape[1])
        ]
        return [Equation(*equation(Y, self.lags, i), prior) for i, prior in enumerate(priors)]

    def _sample(self, equations: list[Equation], draws: int, burn: int, thin: int) -> list[Draws]:
        """Run the chains, each with its own stream (SFC64, the quickest); draws come back stacked (C, D, ...)."""
        from joblib import Parallel, delayed

        run = delayed(run_equations)
        chains = Parallel(n_jobs=self.jobs)(
            run(equations, draws, burn, thin, np.random.Generator(np.random.SFC64(one)), self.progress, np.float32)
            for one in check_seed(self.seed).bit_generator.seed_seq.spawn(self.chains)
        )
        shortest = min(len(chain[0].s) for chain in chains)
        return [
            Draws(*(_stacked([part[:shortest] for part in parts]) for parts in zip(*same, strict=True)))
            for same in zip(*chains, strict=True)
        ]

    def _check(self, draws, burn, thin) -> None:
        """Refuse hyperparameters out of their range."""
        counts = (
            ("lags", self.lags, 1),
            ("chains", self.chains, 1),
            ("draws", draws, 4),
            ("burn", burn, 0),
            ("thin", thin, 1),
        )
        for name, value, least in counts:
            check_whole(value, name, least)
        check_jobs(self.jobs)
        check_choice(self.drift, "drift", DRIFTS)
        check_choice(self.volatility, "volatility", VOLATILITIES)
        for name in ("interweave", "progress"):
            check_choice(getattr(self, name), name, (True, False))
        means = self.own_mean.values() if isinstance(self.own_mean, Mapping) else [self.own_mean]
        for value in means:
            check_number(value, "own_mean", above=-np.inf)
        if not isinstance(self.tightness, Tightness):
            raise TypeError(f"tightness: expected a Tightness, got {self.tightness!r}")
        for name, value in vars(self.tightness).items():
            check_number(value, f"tightness.{name}")


def _stacked(parts: list[np.ndarray]) -> np.ndarray:
    """Stack the chains (C, D, ...); one chain is not copied."""
    return parts[0][None] if len(parts) == 1 else np.stack(parts)
