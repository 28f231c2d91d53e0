"""FAVAR: linear factors by their algebra, responses through a decoder by hand, limits, and the door."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.api import VAR

from tvplab import FAVAR, TVPVAR, LinearFactors, RidgeTVPVAR, TVPRidge
from tvplab.favar import panel_responses

pytestmark = [
    pytest.mark.filterwarnings("ignore:the chains have not settled"),  # tests draw few
    pytest.mark.filterwarnings("ignore:the weights still moved"),
]


def simulate(T=120, N=9, seed=0):
    """Two factors and a rate in a VAR(1); a panel that loads on the factors."""
    rng = np.random.default_rng(seed)
    A = np.array([[0.6, 0.1, -0.2], [0.0, 0.5, 0.1], [0.2, 0.1, 0.7]])
    state = np.zeros((T, 3))
    for t in range(1, T):
        state[t] = A @ state[t - 1] + rng.standard_normal(3)
    index = pd.period_range("1990Q1", periods=T, freq="Q")
    panel = state[:, :2] @ rng.standard_normal((2, N)) * np.linspace(0.5, 3, N) + 0.3 * rng.standard_normal((T, N))
    X = pd.DataFrame(panel + 5.0, index, [f"x{j}" for j in range(N)])
    return X, pd.DataFrame({"rate": state[:, 2]}, index)


X, RATE = simulate()
LINEAR = LinearFactors.fit(X, 2)
DATE = X.index[60]
QUICK = TVPVAR(lags=1)


class Bent:
    """A decoder whose answer is known: the exponential of the first factor, and the second as it is."""

    factors = LINEAR.factors

    def decode(self, factors):
        f = np.asarray(factors, float)
        return pd.DataFrame({"exp": np.exp(f[:, 0]), "same": f[:, 1]})


@pytest.fixture(scope="module")
def linear():
    return FAVAR(LINEAR, QUICK).fit(RATE, draws=60, burn=20)


@pytest.fixture(scope="module")
def bent():
    return FAVAR(Bent(), QUICK).fit(RATE, draws=60, burn=20)


def test_linear_factors_are_the_best_low_rank_fit():
    z = ((X - X.mean()) / X.std(ddof=0)).to_numpy()
    left, s, right = np.linalg.svd(z, full_matrices=False)
    best = (left[:, :2] * s[:2]) @ right[:2]
    np.testing.assert_allclose((LINEAR.decode(LINEAR.factors) - X.mean()) / X.std(ddof=0), best, atol=1e-10)
    np.testing.assert_allclose(LINEAR.encode(X), LINEAR.factors, atol=1e-10)
    np.testing.assert_allclose(LINEAR.factors.std(ddof=0), 1.0)
    assert (LINEAR.loadings.sum() > 0).all()


def test_as_many_factors_as_series_lose_nothing():
    full = LinearFactors.fit(X, X.shape[1])
    np.testing.assert_allclose(full.decode(full.encode(X)), X, atol=1e-9)


def test_linear_panel_responses_are_loadings(linear):
    """Dec(f + Δf) − Dec(f) = sd·ΛΔf, whatever f."""
    moves = linear.irf("rate", DATE, 8, size=0.25).draws[:, :, :2]
    expected = moves @ (LINEAR.loadings.to_numpy() * LINEAR.sd.to_numpy()[:, None]).T
    found = linear.panel_irf("rate", DATE, 8, size=0.25)
    np.testing.assert_allclose(found.draws, expected, atol=1e-9)
    np.testing.assert_allclose(found.median, np.median(expected, axis=0), atol=1e-9)
    elsewhere = linear.panel_irf("rate", DATE, 8, size=0.25, baseline=[3.0, -2.0])
    np.testing.assert_allclose(elsewhere.draws, found.draws, atol=1e-9)
    bends = linear.asymmetry("x3", "rate", DATE, 8, size=0.25)
    assert max(np.abs(one.draws).max() for one in bends.values()) < 1e-9


def test_a_nonlinear_decoder_by_hand(bent):
    moves = bent.irf("rate", DATE, 5, size=1.0).draws[:, :, :2]
    f = LINEAR.factors.loc[DATE, "F1"]
    found = bent.panel_irf("rate", DATE, 5, size=1.0)
    np.testing.assert_allclose(found.draws[:, :, 0], np.exp(f + moves[:, :, 0]) - np.exp(f), atol=1e-9)
    np.testing.assert_allclose(found.draws[:, :, 1], moves[:, :, 1], atol=1e-9)
    higher = bent.panel_irf("rate", DATE, 5, size=1.0, baseline=[f + 1.0, 0.0])
    np.testing.assert_allclose(higher.draws[:, :, 0], np.e * found.draws[:, :, 0], atol=1e-9)
    at = bent.panel_irf("rate", DATE, 5, size=1.0, baseline=X.index[10])
    ratio = np.exp(LINEAR.factors.loc[X.index[10], "F1"] - f)
    np.testing.assert_allclose(at.draws[:, :, 0], ratio * found.draws[:, :, 0], atol=1e-9)


def test_asymmetries_of_the_exponential(bent):
    """e^{f+d} + e^{f−d} − 2e^f is positive; e^{f+2d} − e^f − 2(e^{f+d} − e^f) = e^f(e^d − 1)²."""
    moves = bent.irf("rate", DATE, 5, size=1.0).draws[:, :, 0]
    f = LINEAR.factors.loc[DATE, "F1"]
    bends = bent.asymmetry("exp", "rate", DATE, 5, size=1.0)
    np.testing.assert_allclose(bends["sign"].draws[:, :, 0], np.exp(f) * 2 * (np.cosh(moves) - 1), atol=1e-8)
    np.testing.assert_allclose(bends["size"].draws[:, :, 0], np.exp(f) * (np.exp(moves) - 1) ** 2, atol=1e-6)
    assert np.abs(bent.asymmetry("same", "rate", DATE, 5)["sign"].draws).max() < 1e-9


def test_constant_and_linear_is_the_textbook_favar():
    """λ → ∞: statsmodels' orthogonal responses of (F1, F2, rate), times the loadings."""
    both = LINEAR.factors.join(RATE)
    reference = VAR(both.to_numpy()).fit(1)
    model = RidgeTVPVAR(lags=1, estimator=TVPRidge(lam=1e12, lam0=1e-8))
    found = FAVAR(LINEAR, model).fit(RATE, draws=4)
    moves = reference.irf(6).orth_irfs[:, :2, 2]
    expected = moves @ (LINEAR.loadings * LINEAR.sd.to_numpy()[:, None]).to_numpy().T
    exact = panel_responses(LINEAR, np.zeros(2), moves[None])[0]
    np.testing.assert_allclose(exact, expected, atol=1e-10)
    theta = [fit.beta.iloc[0].to_numpy() for fit in found.var.equations.values()]
    np.testing.assert_allclose(theta[0], reference.params[:, 0], atol=1e-5)


def test_an_autoencoder_decodes_here_too():
    torch = pytest.importorskip("torch", reason="the autoencoder needs torch, the extra `deep`")
    from tvplab.sparse_autoencoder import GroupedSparseAutoencoder

    torch.set_num_threads(1)
    groups = {name: "left" if j < 5 else "right" for j, name in enumerate(X)}
    encoder = GroupedSparseAutoencoder(groups, n_factors=2, hidden=(6, 4), starts=1, epochs=20).fit(X)
    found = FAVAR(encoder, QUICK).fit(RATE, draws=8, burn=4)
    response = found.panel_irf("rate", DATE, 3, size=1.0)
    f = encoder.factors.loc[DATE].to_numpy()
    moved = found.irf("rate", DATE, 3, size=1.0).draws[0, :, :2]
    by_hand = encoder.decode(f + moved).to_numpy() - encoder.decode(f[None]).to_numpy()
    np.testing.assert_allclose(response.draws[0], by_hand, atol=1e-9)
    assert list(response.median) == list(X)


def test_only_common_periods_count(linear):
    shorter = FAVAR(LINEAR, QUICK).fit(RATE.iloc[20:], draws=4, burn=0)
    assert shorter.factors.index.equals(X.index[20:])
    assert shorter.var.names == ["F1", "F2", "rate"]
    assert linear.var.forecast(2).draws.shape == (60, 2, 3)


def test_the_door(linear):
    with pytest.raises(TypeError, match="encoder"):
        FAVAR(X).fit(RATE, draws=4)
    with pytest.raises(ValueError, match="'F1' is a factor's"):
        FAVAR(LINEAR).fit(RATE.rename(columns={"rate": "F1"}), draws=4)
    with pytest.raises(ValueError, match="no period in common"):
        FAVAR(LINEAR).fit(RATE.set_axis(RATE.index + 1000), draws=4)
    with pytest.raises(ValueError, match="baseline"):
        linear.panel_irf("rate", DATE, baseline="1985")
    with pytest.raises(ValueError, match="baseline"):
        linear.panel_irf("rate", DATE, baseline=[1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="baseline"):
        linear.panel_irf("rate", DATE, baseline={})
    for size in ("1", None, [], 0.0):
        with pytest.raises((TypeError, ValueError), match=r"^size: "):
            linear.asymmetry("x3", "rate", DATE, size=size)
    for var in (None, "TVPVAR", TVPVAR):
        with pytest.raises(TypeError, match="var: a model such as"):
            FAVAR(LINEAR, var).fit(RATE)
    with pytest.raises(ValueError, match="observables: column names of one level"):
        FAVAR(LINEAR).fit(pd.concat({"us": RATE}, axis=1))
    with pytest.raises(ValueError, match="series"):
        linear.asymmetry("gold", "rate", DATE)
    with pytest.raises(ValueError, match="n_factors"):
        LinearFactors.fit(X, 10)
    with pytest.raises(ValueError, match="X_new"):
        LINEAR.encode(X.iloc[:, ::-1])
    with pytest.raises(ValueError, match="factors"):
        LINEAR.decode(np.zeros((2, 3)))
