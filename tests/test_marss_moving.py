"""Matrices that move in time: copies of one matrix, regimes by hand, the TVP regression against statsmodels, errors."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize
from statsmodels.tsa.statespace.kalman_filter import KalmanFilter

from tvplab.convergence import ignore_unconverged
from tvplab.marss import MARSS, start_values
from tvplab.marss_em import Inputs, expect, matrices, maximise
from tvplab.marss_score import log_likelihood, pack, score
from tvplab.statespace import drifting_regression, kalman_filter

RNG = np.random.default_rng(21)
T = 80
FACTOR = np.convolve(RNG.standard_normal(T + 19), 0.8 ** np.arange(20), "valid")
Y = pd.DataFrame(np.outer(FACTOR, [1.0, 0.7, -0.5]) + 0.5 * RNG.standard_normal((T, 3)), columns=list("abc"))
GAPS = Y.mask(RNG.random(Y.shape) < 0.2)
HALF = np.arange(T) < T // 2
CELLS = {
    "Z": [["1"], ["z2"], ["z3"]],
    "A": [["a1"], [0], ["a3"]],
    "R": [["r1", 0, 0], [0, "r2", 0], [0, 0, "r2"]],
    "B": [["b"]],
    "U": [["u"]],
    "Q": [["q"]],
}


def stack(cells, other=None):
    """T copies of a matrix, or of `other` in the second half."""
    one = np.array(cells, dtype=object)
    return np.where(HALF[:, None, None], one, one if other is None else np.array(other, dtype=object))


def quiet(model, y, **options):
    with ignore_unconverged():
        return model.fit(y, **options)


@pytest.mark.parametrize("names", [*[(name,) for name in CELLS], tuple(CELLS)], ids="+".join)
def test_copies_of_one_matrix_are_that_matrix(names):
    """EM takes the same steps, with gaps and covariates, whichever matrices are written T times."""
    effects, d = {"D": [["d1"], ["d2"], [0]], "C": [["c"]]}, RNG.standard_normal((T, 1))
    still = quiet(MARSS(**CELLS, **effects), GAPS, max_iter=15, d=d, c=d)
    moving = quiet(MARSS(**{**CELLS, **{n: stack(CELLS[n]) for n in names}}, **effects), GAPS, max_iter=15, d=d, c=d)
    np.testing.assert_allclose(moving.loglik_path, still.loglik_path, rtol=1e-10)
    for name, values in still.parameters.items():
        np.testing.assert_allclose(moving.parameters[name], values, atol=1e-9)
    np.testing.assert_allclose(moving.fitted, still.fitted, atol=1e-9)
    for kind in ("innovations", "smoothation"):
        one, other = (getattr(fit, kind)()["standardized"] for fit in (moving, still))
        pd.testing.assert_frame_equal(one, other, atol=1e-8)
    pd.testing.assert_frame_equal(moving.simulate(4), still.simulate(4), atol=1e-8)


def test_copies_with_a_first_state_that_is_a_parameter():
    """x0 free and V0 = 0, errors correlated: the maximum is the same; EM's steps at the first period may differ."""
    cells = {**CELLS, "A": "zero", "U": "zero", "x0": [["x"]], "V0": "zero", "R": "equalvarcov"}
    still = MARSS(**cells).fit(GAPS, tol=1e-11)
    moving = MARSS(**{**cells, "B": stack([["b"]]), "Z": stack(CELLS["Z"])}).fit(GAPS, tol=1e-11)
    assert moving.loglik == pytest.approx(still.loglik, abs=1e-5)
    np.testing.assert_allclose(moving.parameters["B"], still.parameters["B"], atol=1e-3)


REGIMES = {
    "variances": {"R": stack(np.diag([0.3, 0.3, 0.3]), [["r", 0, 0], [0, "r", 0], [0, 0, 0.4]])},
    "errors that correlate": {"R": stack(np.eye(3), [["v", "k", 0], ["k", "v", 0], [0, 0, 1.0]])},
    "loadings": {"Z": stack([[1], ["z2"], ["z3"]], [[1], ["2*z2"], ["w3"]]), "A": [["a1"], ["a2"], [0]]},
    "transition": {"B": stack([["b"]], [["1 - b"]]), "Q": stack([["q"]], [[0.5]]), "U": stack([["u"]], [["-u"]])},
}


@pytest.mark.parametrize("name", REGIMES)
@pytest.mark.parametrize("y", [Y, GAPS], ids=["complete", "gaps"])
def test_em_climbs_and_its_score_is_the_gradient(name, y):
    model = MARSS(**{**{n: CELLS[n] for n in "ZBQ"}, **REGIMES[name]})
    forms, inputs, values = model._forms(list("abc")), Inputs.of(T), y.to_numpy()
    parameters, logliks = start_values(forms, None), []
    for _ in range(12):
        moments = expect(values, matrices(forms, parameters), inputs)
        logliks.append(moments.loglik)
        parameters = maximise(forms, parameters, matrices(forms, parameters), moments)
    assert np.all(np.diff(logliks) > -1e-9)
    loglik, gradient = score(values, forms, parameters, inputs)
    numerical = optimize.approx_fprime(pack(parameters), lambda v: log_likelihood(v, values, forms, inputs), 1e-6)
    assert loglik == pytest.approx(log_likelihood(pack(parameters), values, forms, inputs))
    np.testing.assert_allclose(gradient, numerical, rtol=1e-3, atol=2e-2)


def test_regimes_without_a_state_are_means_and_variances_by_regime():
    A = stack([["a1"], ["a2"], ["a3"]], [["b1"], ["b2"], ["b3"]])
    R = stack(np.diag(np.array(["calm"] * 3, object)), np.diag(np.array(["loud"] * 3, object)))
    fit = MARSS(Z=np.zeros((3, 1)), Q=[[1.0]], A=A, R=R).fit(Y, tol=1e-12)
    for rows, names, variance in ((HALF, ["a1", "a2", "a3"], "calm"), (~HALF, ["b1", "b2", "b3"], "loud")):
        np.testing.assert_allclose(fit.parameters["A"][names], Y[rows].mean(), atol=1e-10)
        assert fit.parameters["R"][variance] == pytest.approx(Y[rows].var(ddof=0).mean(), abs=1e-8)


def tvp_regression(T=120):
    rng = np.random.default_rng(5)
    X = np.column_stack([np.ones(T), rng.standard_normal(T)])
    beta = np.cumsum(rng.standard_normal((T, 2)) * [0.1, 0.2], axis=0) + [0.5, 1.0]
    return X, pd.DataFrame({"y": (X * beta).sum(axis=1) + 0.4 * rng.standard_normal(T)})


def test_known_regressors_as_loadings_are_a_tvp_regression():
    """Z_t = x_t': EM's end is the maximum of statsmodels' likelihood, and the states are lesson 2's coefficients."""
    X, y = tvp_regression()
    model = MARSS(Z=X[:, None, :], B="identity", Q="diagonal and unequal", R=[["r"]])
    fit = model.fit(y, tol=1e-11, max_iter=5000, polishing=True)
    peer = KalmanFilter(k_endog=1, k_states=2, nobs=len(y))
    peer.bind(y.to_numpy())
    peer["design"], peer["transition"], peer["selection"] = X.T[None].copy(), np.eye(2), np.eye(2)

    def minus(logs):
        peer["obs_cov"], peer["state_cov"] = np.exp(logs[:1])[None], np.diag(np.exp(logs[1:]))
        peer.initialize_known(np.zeros(2), np.eye(2) + peer["state_cov"])
        return -peer.loglike()

    best = optimize.minimize(
        minus, np.log([0.1, 0.01, 0.01]), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-9}
    )
    assert fit.loglik == pytest.approx(-best.fun, abs=1e-5)
    Q = fit.params["Q"].to_numpy()
    np.testing.assert_allclose([fit.params["R"].iloc[0, 0], *np.diag(Q)], np.exp(best.x), rtol=5e-3)
    ours = drifting_regression(X, np.full(len(y), fit.params["R"].iloc[0, 0]), Q, np.eye(2) + Q)
    assert fit.loglik == pytest.approx(kalman_filter(y.to_numpy(), ours).loglik, abs=1e-8)


def test_intervals_and_forecasts_of_a_tvp_regression():
    X, y = tvp_regression()
    fit = MARSS(Z=X[:, None, :], R=[["r"]]).fit(y, tol=1e-7)
    assert list(fit.params["Z"].index[:2]) == [(0, "y"), (1, "y")]
    assert np.all(fit.intervals()["std_error"] > 0)
    with pytest.raises(ValueError, match="future: Z moves in time; its next matrices"):
        fit.forecast(2)
    ahead = np.array([[[1.0, 0.0]], [[1.0, 3.0]]])
    forecast = fit.forecast(2, future={"Z": ahead})
    last, cov, Q = fit.states.iloc[-1].to_numpy(), fit.states_cov[-1], fit.params["Q"].to_numpy()
    for h in (1, 2):
        g = ahead[h - 1, 0]
        assert forecast["mean"].loc[h, "y"] == pytest.approx(g @ last)
        variance = g @ (cov + h * Q) @ g + fit.params["R"].iloc[0, 0]
        assert forecast["se"].loc[h, "y"] == pytest.approx(np.sqrt(variance))


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"R": stack(np.eye(3))[:-1]}, "R: has 79 matrices where y has 80 periods"),
        ({"x0": stack([["x"]])}, "x0: cannot move in time"),
        ({"Q": stack([["q"]], [["2*q"]])}, "Q: a variance that moves is, in each cell"),
        ({"Z": stack(np.ones((2, 1)))}, "Z: has shape"),
        ({"A": "scaling", "Z": stack(np.ones((3, 1)))}, "A: 'scaling' needs a Z of fixed"),
    ],
)
def test_what_is_wrong_is_named(cells, message):
    with pytest.raises(ValueError, match=message):
        MARSS(**{**{n: CELLS[n] for n in "ZBQ"}, **cells}).fit(Y)
