"""Death of superfluous factors: what a trial holds, counts and keeps, and that one factor is left of three."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tvplab.autoencoder_gradient import descend_into  # noqa: E402
from tvplab.autoencoder_ladder import ladder  # noqa: E402
from tvplab.autoencoder_network import Places, copies, decode, encode, standardise, start  # noqa: E402
from tvplab.autoencoder_pruning import LEAST, TRIED, lightest, one_of, prune, trial, trial_plan  # noqa: E402
from tvplab.autoencoder_training import Prior, at_one_scale, train  # noqa: E402
from tvplab.autoencoder_variants import recovery  # noqa: E402
from tvplab.dgp import simulate_anchored_groups  # noqa: E402
from tvplab.sparse_autoencoder import GroupedSparseAutoencoder  # noqa: E402

GROUP = np.array([0, 1, 0, 2, 1, 0, 2, 1])
X = np.random.default_rng(0).standard_normal((40, 8))
X = (X - X.mean(axis=0)) / X.std(axis=0)
PRIOR = Prior(1.0, 1.0, 3.0)
PLAN = ladder(12, 5.0, 1.0, True, 1e-2, 4)


def network(mask=None, linear=False, seeds=(3, 4)):
    mask = np.ones((3, 3)) if mask is None else mask
    return start(Places.of(GROUP), mask, (6, 4), linear, 0.2, list(seeds))


def fitted(i=1, **options):
    return one_of(train(network(**options), X, PLAN, PRIOR, 0), i)


@pytest.mark.parametrize("linear", [False, True])
def test_a_copy_is_the_same_map_and_a_dead_factor_is_out_of_it(linear):
    net, x = network(linear=linear), torch.tensor(X, dtype=torch.float32)
    net.beta.mul_(torch.rand(net.beta.shape))
    alive = np.array([[1, 1, 1], [1, 0, 1]])
    same, without = (copies(net, 1, alive[[row]]) for row in range(2))
    f = standardise(encode(net, x))[[1]]
    torch.testing.assert_close(decode(same, f), decode(net, f.expand(2, -1, -1))[[1]])
    silent = f.clone()
    silent[..., 1] = 0.0
    torch.testing.assert_close(decode(without, f), decode(same, silent))
    same.theta.zero_()  # the original is another vector
    assert net.theta.abs().sum() > 0


def test_a_dead_factor_has_no_gradient_and_stays_dead():
    net, x = copies(network(), 0, np.array([[1, 0, 1]])), torch.tensor(X, dtype=torch.float32)
    slope = net.over(torch.ones_like(net.theta))
    precision = net.places.spread(torch.ones(1, 8)).movedim(0, 1)[:, :, None]
    descend_into(slope, net, x, net.places.spread(x), precision)
    assert (slope.beta[0, :, 1] == 0.0).all()
    assert (slope.beta[0, :, [0, 2]] != 0.0).all()
    after = trial(fitted(), np.array([2, 0]), X, trial_plan(PLAN, 1.0), PRIOR, 0)
    assert (after.network.beta[1, :, 2] == 0.0).all()
    assert (after.network.beta[2, :, 0] == 0.0).all()
    assert (after.network.beta[0] != 0.0).any()


def test_the_prior_counts_what_is_dead_and_not_what_an_anchor_holds():
    """At β = 0 the density is that of spike and slab at zero, θ = its least share: one such term a dead weight."""
    mask = np.array([[1, 0, 0], [1, 1, 1], [1, 1, 1]])
    net = copies(network(mask), 0, np.array([[1, 1, 1], [1, 1, 0]]))
    fit = train(net, X, PLAN, PRIOR, 0)
    squares = np.ones((2, 8))
    whole = at_one_scale(fit.network, fit.moments, squares, 40, 5.0, PRIOR)[1]
    fewer = fit.network._replace(free=fit.network.free * torch.tensor([1.0, 1.0, 0.0]))
    counted = 40 * (whole - at_one_scale(fewer, fit.moments, squares, 40, 5.0, PRIOR)[1])
    least = 1e-4
    by_hand = -2.0 * np.log(least * 1.0 / 2 + (1 - least) * 5.0 / 2)  # two weights: the anchor's zero is not counted
    assert counted == pytest.approx(by_hand, abs=1e-6)


def test_the_lightest_factors_by_hand():
    fit = fitted()
    fit.network.beta[0] = torch.tensor([[0.5, 0.1, 0.0], [0.0, -0.4, 0.0], [0.0, 0.0, 0.9]])
    # sizes 3, 3, 2: loads 1.5, 1.5, 1.8
    assert lightest(fit, set()).tolist() == [0, 1, 2]
    assert lightest(fit, {1}).tolist() == [0, 2]
    fit.network.beta[0, :, 0] = 0.0
    assert lightest(fit, set()).tolist() == [1, 2]
    fit.network.beta[0, :, 1] = 0.0
    assert lightest(fit, set()).tolist() == []
    assert TRIED == 3


def test_one_start_of_many():
    both = train(network(), X, PLAN, PRIOR, 0)
    alone = one_of(both, 1)
    np.testing.assert_array_equal(alone.factors[0], both.factors[1])
    np.testing.assert_array_equal(alone.path[:, 0], both.path[:, 1])
    np.testing.assert_array_equal(alone.network.beta[0], both.network.beta[1])
    assert alone.objective.tolist() == [both.objective[1]]
    assert [len(part) for part in alone.moments] == [1, 1, 1]


def test_history_and_plan_are_those_of_all_rounds():
    fit, plan, rounds = prune(fitted(), X, PLAN, PRIOR, 0, set())
    epochs = 12 + LEAST * len(rounds)
    assert len(plan.lam0) == len(plan.rate) == len(fit.path) == len(fit.errors) == len(fit.active) == epochs
    assert (plan.lam0[12:] == 5.0).all()
    assert plan.rate[12] == plan.rate[0]
    assert rounds["died"].tolist() == (rounds["rise"] < 0).tolist()
    assert rounds["factors"].iloc[0] == 3
    assert (rounds["factors"].diff().iloc[1:] <= 0).all()


def test_spared_factors_leave_nothing_to_try():
    before = fitted()
    fit, plan, rounds = prune(before, X, PLAN, PRIOR, 0, {0, 1, 2})
    assert fit is before
    assert plan is PLAN
    assert len(rounds) == 0
    assert rounds.dtypes.astype(str).tolist() == ["int64", "float64", "bool"]


WORLD = simulate_anchored_groups(T=250, N=40, groups=5, factors=3, anchors=3, seed=2)
MODEL = GroupedSparseAutoencoder(
    WORLD.groups, n_factors=4, lam0=20.0, hidden=(16, 8), starts=2, epochs=120, learning_rate=8e-3, seed=0
)


@pytest.mark.filterwarnings("ignore::tvplab.convergence.ConvergenceWarning")
def test_four_factors_fitted_to_three_leave_three():
    fit = MODEL.fit(WORLD.X)
    alive = (fit.group_weights != 0.0).any()
    assert alive.sum() == 3
    assert fit.rounds["factors"].iloc[[0, -1]].tolist() == [4, 3]
    assert fit.rounds["died"].sum() == 1
    found = recovery(WORLD.factors, fit.factors, WORLD.pattern, fit.group_weights)
    assert found.f1 == 1.0
    assert found.correlation.min() >= 0.95
    assert fit.injective.unused == list(alive.index[~alive])
    assert (fit.inclusion.loc[:, ~alive] < 0.01).all(axis=None)
    again = replace(MODEL, epochs=2, prune=False).fit(WORLD.X, fit)  # the dead stay dead in a warm start
    assert not (again.group_weights.loc[:, ~alive] != 0.0).any(axis=None)
    assert len(again.rounds) == 0


@pytest.mark.filterwarnings("ignore::tvplab.convergence.ConvergenceWarning")
def test_factors_of_anchors_do_not_die():
    few = replace(MODEL, epochs=5, starts=1)
    assert len(replace(few, n_factors=2, anchors={"group 1": 1, "group 2": 2}).fit(WORLD.X).rounds) == 0
    assert len(replace(few, n_factors=2, anchors={"group 1": 1}).fit(WORLD.X).rounds) >= 1
