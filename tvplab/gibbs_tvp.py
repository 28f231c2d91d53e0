"""A Bayesian regression with moving coefficients and stochastic volatility, by Gibbs sampling: the ridge's referee.

Source: Primiceri (2005) for one equation, draws in the order of Del Negro and Primiceri (2015), the defaults of the R
package `bvarsv`; Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, section 3, compares 2SRR with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tvplab.convergence import warn_unconverged
from tvplab.gibbs_chain import Draws, run_chain
from tvplab.gibbs_priors import DRIFTS, VOLATILITIES, training_prior
from tvplab.gibbs_results import GibbsResults
from tvplab.machine_checks import check_jobs
from tvplab.validation import (
    Regression,
    check_choice,
    check_number,
    check_regression,
    check_seed,
    check_varying,
    check_whole,
)

INTERCEPT = "const"


@dataclass(frozen=True)
class BayesianTVPRegression:
    """y_t = x_t'β_t + exp(h_t/2) ε_t with random walks β and h, sampled.

    Parameters
    ----------
    draws, burn, thin : kept draws a chain (≥ 4), sweeps before the first, and sweeps a kept draw.
    chains, jobs : number of chains, and how many run at once (joblib processes); −1 is one a core.
    seed : fixes every variate; the same whatever `jobs` is.
    drift : prior of the drift covariance Q: "inverse wishart" (whole matrix, Primiceri's), "inverse gamma" or
        "half-cauchy" (diagonal), "none" (Q = 0: constant coefficients).
    volatility : "sv", or "constant".
    constant : whether to add a constant, whose coefficient moves like the others.
    training : τ, how many first periods set the prior by least squares; 40 in Primiceri and `bvarsv`.
    reuse_training : True analyses the training sample too, so that paths cover every period; False starts after it,
        as `bvarsv` does.
    k_B : variance of β_1 in units of the least-squares covariance.
    k_Q : typical drift of a period, in least-squares standard errors.
    k_W : typical change of log σ_t in a period.
    k_sig : variance of log σ_1.
    progress : show a bar.
    """

    draws: int = 3000
    burn: int = 2000
    thin: int = 1
    chains: int = 1
    jobs: int = 1
    seed: int | np.random.Generator = 0
    drift: str = "inverse wishart"
    volatility: str = "sv"
    constant: bool = True
    training: int = 40
    reuse_training: bool = True
    k_B: float = 4.0
    k_Q: float = 0.01
    k_W: float = 0.01
    k_sig: float = 1.0
    progress: bool = False

    def fit(self, y, X) -> GibbsResults:
        """Sample β_1..β_T, h_1..h_T, Q and s given y (T,) and X (T×K).

        Raises
        ------
        TypeError, ValueError
            Anything wrong with y, X or a hyperparameter; the message names it.
        """
        self._check()
        data = check_regression(y, X)
        names, response, regressors = self._design(data)
        if self.training > len(response) - (0 if self.reuse_training else 3):
            raise ValueError(f"training: {self.training} periods, of {len(response)} in y; give fewer")
        prior = training_prior(
            response[: self.training], regressors[: self.training], self.drift, self.volatility,
            self.k_B, self.k_Q, self.k_W, self.k_sig,
        )  # fmt: skip
        first = 0 if self.reuse_training else self.training
        kept = self._sample(response[first:], regressors[first:], prior)
        results = GibbsResults.of(kept, response[first:], regressors[first:], data.y.index[first:], names, self)
        if not results.converged:
            message = f"the chains have not settled or were stopped (R̂ up to {results.worst_r_hat:.2f}); draw more"
            warn_unconverged(message)
        return results

    def _sample(self, y, X, prior) -> Draws:
        """Run the chains, each with its own stream; draws come back stacked (C, D, ...)."""
        from joblib import Parallel, delayed

        rngs = check_seed(self.seed).spawn(self.chains)
        run = delayed(run_chain)
        chains = Parallel(n_jobs=self.jobs)(
            run(y, X, prior, self.draws, self.burn, self.thin, rng, self.progress) for rng in rngs
        )
        shortest = min(len(chain.s) for chain in chains)
        return Draws(*(np.stack([part[:shortest] for part in parts]) for parts in zip(*chains, strict=True)))

    def _design(self, data: Regression) -> tuple[list, np.ndarray, np.ndarray]:
        """Names of the coefficients, y (T,) and X (T, K) with its constant."""
        if data.y.shape[1] != 1:
            raise ValueError(f"y: one series is explained at a time, got {data.y.shape[1]}")
        if not self.constant:
            return list(data.X.columns), data.y.to_numpy()[:, 0], data.X.to_numpy()
        if INTERCEPT in data.X.columns:
            raise ValueError(f"X: the name {INTERCEPT!r} is taken by the constant that is added")
        check_varying(data.X, "X", "a constant is already added; drop it, or pass constant=False")
        X = np.column_stack([np.ones(len(data.X)), data.X.to_numpy()])
        return [INTERCEPT, *data.X.columns], data.y.to_numpy()[:, 0], X

    def _check(self) -> None:
        """Refuse hyperparameters out of their range."""
        for name, least in (("draws", 4), ("burn", 0), ("thin", 1), ("chains", 1), ("training", 3)):
            check_whole(getattr(self, name), name, least)
        check_jobs(self.jobs)
        check_choice(self.drift, "drift", DRIFTS)
        check_choice(self.volatility, "volatility", VOLATILITIES)
        for name in ("constant", "reuse_training", "progress"):
            check_choice(getattr(self, name), name, (True, False))
        for name in ("k_B", "k_Q", "k_W", "k_sig"):
            check_number(getattr(self, name), name)
