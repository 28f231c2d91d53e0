"""Superfluous factors of a trained autoencoder die: take one away, train on, keep that if the objective is lower.

Gradient steps do not get there.  Two factors that share the work of one true factor are a local optimum: each is of
use as long as the other is as it is, and their weights, small beside those of other factors, cost little.  The
penalised objective knows better (it counts a dead factor's weights as zeros of the spike).  The kit's own choice: the
lightest three factors are tried side by side with a network that keeps all, each an eighth of the training long.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tvplab.autoencoder_ladder import Plan, ladder
from tvplab.autoencoder_network import copies
from tvplab.autoencoder_training import Moments, Prior, Trained, active_weights, train, weights_of

TRIED = 3
SHARE, LEAST = 8, 10
"""A trial has one epoch for as many of the training, and at least so many."""
MOST = 12
"""Rounds."""


def prune(
    fit: Trained, X: np.ndarray, plan: Plan, prior: Prior, seed: int, spared: set[int]
) -> tuple[Trained, Plan, pd.DataFrame]:
    """Let factors of one trained network (S = 1) die, one a round.

    It ends with a round in which none dies and no zero of β comes or goes.  Factors in `spared` stay.  Returns the
    network after all rounds with its whole history, the plan of all epochs, and a line a round: how many `factors`
    were alive, by how much the objective would `rise` without one of them, and whether it `died`.
    """
    rounds, again, moving = [], trial_plan(plan, prior.lam1), True
    while moving and len(rounds) < MOST and len(light := lightest(fit, spared)):
        tried = trial(fit, light, X, again, prior, seed + len(rounds))
        best, before = int(np.argmin(tried.objective)), active_weights(fit.network)
        rise = np.min(tried.objective[1:] - tried.objective[0])
        rounds.append((before.any(axis=1).sum(), rise, best > 0))
        plan, fit = together(plan, again), follow(fit, one_of(tried, best))
        moving = (before != active_weights(fit.network)).any()
    return fit, plan, rounds_table(rounds)


def trial(fit: Trained, light: np.ndarray, X: np.ndarray, plan: Plan, prior: Prior, seed: int) -> Trained:
    """Train on with all factors that have weights (copy 0), and without each of `light` alone."""
    count, alive = 1 + len(light), active_weights(fit.network)[0].any(axis=0)
    alive = np.vstack([alive, alive & ~np.eye(len(alive), dtype=bool)[light]])
    moments = Moments(*(np.repeat(one, count, axis=0) for one in fit.moments))
    return train(copies(fit.network, 0, alive), X, plan, prior, seed, moments)


def rounds_table(rounds: list[tuple]) -> pd.DataFrame:
    """One row a round."""
    table = pd.DataFrame(rounds, pd.RangeIndex(1, len(rounds) + 1, name="round"), ["factors", "rise", "died"])
    return table.astype({"factors": int, "rise": float, "died": bool})


def trial_plan(plan: Plan, lam1: float) -> Plan:
    """λ₀ as at the end of the training, the learning rate once more from its largest value down."""
    lam0, epochs = plan.lam0[-1], max(LEAST, len(plan.lam0) // SHARE)
    return ladder(epochs, lam0, lam1, True, plan.rate[0], plan.batches, since=lam0)


def together(plan: Plan, then: Plan) -> Plan:
    """One plan after the other."""
    return Plan(np.append(plan.lam0, then.lam0), np.append(plan.rate, then.rate), plan.batches)


def lightest(fit: Trained, spared: set[int]) -> np.ndarray:
    """The factors on which least loads (Σ_g N_g|β_gk|) among those alive, at most `TRIED`; none where one is left."""
    network = fit.network
    load = network.sizes.numpy() @ np.abs(weights_of(network)[0])
    alive = np.flatnonzero(load)
    order = [k for k in alive[np.argsort(load[alive], kind="stable")] if k not in spared]
    return np.array(order[:TRIED] if len(alive) > 1 else [], dtype=int)


def one_of(trained: Trained, i: int) -> Trained:
    """Start i alone, its dimension kept."""
    network = copies(trained.network, i, np.ones((1, trained.factors.shape[2])))
    first = {
        name: getattr(trained, name)[[i]] for name in ("factors", "centre", "scale", "reconstruction", "objective")
    }
    later = {name: getattr(trained, name)[:, [i]] for name in ("path", "errors", "active")}
    return Trained(network=network, moments=Moments(*(one[[i]] for one in trained.moments)), **first, **later)


def follow(before: Trained, after: Trained) -> Trained:
    """What came after, with the history of what was before in front of its own."""
    history = {
        name: np.concatenate([getattr(before, name), getattr(after, name)]) for name in ("path", "errors", "active")
    }
    return after._replace(**history)
