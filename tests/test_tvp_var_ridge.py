"""The ridge twin of the TVP-VAR: its draws have the ridge's posterior, its limit is a VAR, and it finds what moves."""

import numpy as np
import pytest
from statsmodels.tsa.api import VAR
from test_tvp_var import DATA, OWN, SD

from tvplab import RidgeTVPVAR, TVPRidge, TwoStepRidge
from tvplab.gibbs_states import draw_paths, n_variates
from tvplab.tvp_var_equations import equation, impulse_responses, system
from tvplab.tvp_var_ridge import path_draws, start_variance


@pytest.fixture(scope="module")
def results():
    return RidgeTVPVAR(lags=1).fit(DATA, draws=2_000)


def parts(i, lags=1):
    return equation(DATA.to_numpy(), lags, i)


def test_the_mean_of_the_draws_is_the_ridge(results):
    """The draw at zero variates is the posterior mean of the Gibbs sampler's path: the ridge's β, from another code."""
    for i, name in enumerate(results.names):
        fit, (y, Z) = results.equations[name], parts(i)
        K = Z.shape[1]
        arguments = (fit.sigma2.to_numpy(), fit.sigma_u2.to_numpy(), np.zeros(K), start_variance(fit, 0.1))
        mean = draw_paths(y, Z, *arguments, np.zeros(n_variates(len(y), K)))
        np.testing.assert_allclose(mean, fit.beta, atol=1e-8)


def test_the_spread_of_the_draws_is_the_ridges_standard_error(results):
    """Relative standard error of a standard deviation from 2,000 draws: 1.6 %; 5 of those over 800 of them."""
    for one, fit in zip(results.draws, results.equations.values(), strict=True):
        ratio = one.beta[0].std(axis=0) / fit.std_errors().to_numpy()
        assert np.abs(ratio - 1.0).max() < 0.08
        assert abs(ratio.mean() - 1.0) < 0.01


def test_no_drift_is_a_var():
    """λ → ∞ and a weak first penalty: coefficients and orthogonal responses of statsmodels' least squares."""
    reference = VAR(DATA.to_numpy()).fit(2)
    found = RidgeTVPVAR(estimator=TVPRidge(lam=1e12, lam0=1e-8)).fit(DATA, draws=4)
    theta = [fit.beta.iloc[40].to_numpy() for fit in found.equations.values()]
    P = np.linalg.cholesky(np.asarray(reference.sigma_u))
    B0 = np.diag(np.diag(P)) @ np.linalg.inv(P)
    np.testing.assert_allclose(theta[0], reference.params[:, 0], atol=1e-5)
    np.testing.assert_allclose(theta[1][:5], (B0 @ reference.params.T)[1], atol=1e-5)
    assert theta[1][5] == pytest.approx(B0[1, 0], abs=1e-5)
    found_B0, found_B = system([one[None] for one in theta], 2)
    responses = impulse_responses(found_B0, found_B, np.array([P[0, 0]]), 0, 6)[0]
    np.testing.assert_allclose(responses, reference.irf(6).orth_irfs[:, :, 0], atol=1e-5)


def test_it_finds_what_moves(results):
    path = results.equations["output"].beta["L1.output"]
    assert np.corrcoef(path, OWN[1:])[0, 1] > 0.7
    sd = results.volatility["output"].mean(axis=1).to_numpy()
    assert np.corrcoef(sd, SD[1:])[0, 1] > 0.5
    assert list(results.equations["rate"].beta) == ["const", "L1.output", "L1.rate", "-output"]
    assert results.equations["rate"].beta.index.equals(DATA.index[1:])


def test_it_answers_as_the_chain_does(results):
    date = results.index[60]
    response = results.irf("output", date, horizon=6, size=0.5)
    np.testing.assert_allclose(response.median.loc[0, "output"], 0.5)
    assert results.irf("rate", date, 6).median.loc[0, "output"] == 0
    forecast = results.forecast(3)
    assert forecast.draws.shape == (2_000, 3, 2)
    last = results.equations["rate"].sigma2.iloc[-1]
    assert forecast.variances[0, 0, 1] == pytest.approx(
        last + results.draws[1].beta[0, 0, -1, 3] ** 2 * results.equations["output"].sigma2.iloc[-1], rel=0.3
    )  # the path takes one step more
    assert np.isfinite(results.log_score(DATA.iloc[-2:])).all(axis=None)


def test_same_seed_same_draws():
    fits = [RidgeTVPVAR(lags=1, seed=seed).fit(DATA, draws=5) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(fits[0].draws[1].beta, fits[1].draws[1].beta)
    assert np.abs(fits[0].draws[1].beta - fits[2].draws[1].beta).max() > 0
    y, Z = parts(0)
    fit = fits[0].equations["output"]
    one, two = (path_draws(fit, y, Z, 0.1, 3, np.random.default_rng(5)).beta for _ in range(2))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"lags": 0}, ValueError, "lags"),
        ({"estimator": "ridge"}, TypeError, "estimator"),
        ({"estimator": TwoStepRidge(law="smooth")}, ValueError, "random walk"),
        ({"estimator": TwoStepRidge(constant=False)}, ValueError, "constant"),
        ({"estimator": TwoStepRidge(lam0=0.0)}, ValueError, "lam0"),
    ],
)
def test_bad_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        RidgeTVPVAR(**options).fit(DATA, draws=4)


def test_bad_data_are_refused():
    with pytest.raises(ValueError, match="at least 2 variables"):
        RidgeTVPVAR().fit(DATA[["rate"]])
    with pytest.raises(ValueError, match="draws"):
        RidgeTVPVAR().fit(DATA, draws=2)
