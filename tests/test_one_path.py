"""One coefficient alone is the same coefficient as in the whole fit: its path at any λ, its band."""

import numpy as np
import pandas as pd
import pytest

from tvplab.dgp import simulate_tvp_regression
from tvplab.ridge import TVPRidge, TwoStepRidge
from tvplab.tvp_banded import BandedSolver
from tvplab.tvp_kernel import DualSolver
from tvplab.tvp_one_path import BandedPath, OnePath, one_path

WORLD = simulate_tvp_regression(T=90, shapes=("cosine", "break", "constant", "quadratic"), noise=0.5, seed=4)
LAMS = [1e-2, 1.0, 300.0, 1e12]


@pytest.mark.parametrize("lam0", [0.1, 0.0])
@pytest.mark.parametrize(("solver", "kind"), [(DualSolver, OnePath), (BandedSolver, BandedPath)])
def test_a_path_is_a_column_of_the_solution(solver, kind, lam0):
    rng = np.random.default_rng(1)
    X, y = WORLD.X.to_numpy(), WORLD.y.to_numpy()
    whole = solver(X, rng.uniform(0.2, 2.0, 4), rng.uniform(0.5, 2.0, 90), lam0)
    for k in range(4):
        path = one_path(whole, y, k, units=3.0)
        assert isinstance(path, kind)
        for lam in LAMS:
            np.testing.assert_allclose(path(lam), 3.0 * whole.solve(y[:, None], lam).beta[:, k, 0], rtol=0, atol=1e-9)
        np.testing.assert_allclose(path.along(np.array(LAMS)), np.column_stack([path(lam) for lam in LAMS]), atol=1e-12)


@pytest.mark.parametrize("law", ["random walk", "drift"])
def test_paths_of_a_fit_are_those_of_the_fit_at_another_lambda(law):
    wide = pd.concat([WORLD.X, (WORLD.X**2).add_suffix("^2"), (WORLD.X**3).add_suffix("^3")], axis=1)
    model = TwoStepRidge(volatility="ewma") if law == "random walk" else TVPRidge(law="drift")
    fit = model.fit(100.0 * WORLD.y, wide)
    for name in ("const", "x2", "x3^2"):
        path = fit.path(name)
        for lam in LAMS:
            expected = fit.at(lam).beta[name]
            np.testing.assert_allclose(path(lam), expected, rtol=0, atol=1e-8 * max(1.0, np.abs(expected).max()))


@pytest.mark.parametrize("K", [4, 12])
def test_bands_of_some_columns_are_columns_of_the_bands(K):
    X = pd.concat([WORLD.X, (WORLD.X**2).add_suffix("^2"), (WORLD.X**3).add_suffix("^3")], axis=1).iloc[:, :K]
    fit = TVPRidge(lam=30.0).fit(WORLD.y, X)
    some = fit.bands(0.8, ["x3", "const"])
    for part, whole in zip(some, fit.bands(0.8), strict=True):
        pd.testing.assert_frame_equal(part, whole[["x3", "const"]], rtol=1e-12)
    with pytest.raises(ValueError, match=r"columns: no coefficient 'x9'; there are \['const', 'x1'"):
        fit.std_errors(["x9"])
    with pytest.raises(ValueError, match="no coefficient 'x9'"):
        fit.path("x9")
