"""Every shortcut string of R MARSS against the matrix it stands for, written out."""

import numpy as np
import pandas as pd
import pytest

from tvplab.marss import MARSS, start_values
from tvplab.marss_em import matrices
from tvplab.marss_matrices import LinearMatrix

RNG = np.random.default_rng(11)
LEVELS = np.cumsum(RNG.standard_normal((120, 2)), axis=0)
Y = pd.DataFrame(LEVELS[:, [0, 1, 0]] + [0.0, 2.0, -1.0] + 0.4 * RNG.standard_normal((120, 3)), columns=list("abc"))
OWN = [["(a,a)", 0, 0], [0, "(b,b)", 0], [0, 0, "(c,c)"]]
EQUAL_COVARIANCE = [["diag", "offdiag", "offdiag"], ["offdiag", "diag", "offdiag"], ["offdiag", "offdiag", "diag"]]
LOWER = ["(a,a)", "(b,a)", "(c,a)", "(b,b)", "(c,b)", "(c,c)"]
SYMMETRIC = [[LOWER[0], LOWER[1], LOWER[2]], [LOWER[1], LOWER[3], LOWER[4]], [LOWER[2], LOWER[4], LOWER[5]]]
SQUARES = {
    "identity": np.eye(3),
    "zero": np.zeros((3, 3)),
    "diagonal and equal": [["diag", 0, 0], [0, "diag", 0], [0, 0, "diag"]],
    "diagonal and unequal": OWN,
    "equalvarcov": EQUAL_COVARIANCE,
}
FULL = [[f"({i},{j})" for j in "abc"] for i in "abc"]
ALL_EQUAL = [["equal"] * 3] * 3


def states(cells):
    """The same cells with the names of states, X1 for a and so on."""
    named = [[c.translate({97: "X1", 98: "X2", 99: "X3"}) if str(c)[:1] == "(" else c for c in row] for row in cells]
    return named


def assert_same(one: LinearMatrix, other: LinearMatrix):
    assert one.shape == other.shape
    assert set(one.names) == set(other.names)
    np.testing.assert_array_equal(one.fixed, other.fixed)
    order = [other.names.index(name) for name in one.names]
    np.testing.assert_array_equal(one.design, other.design[:, order])


def form(name, cells, **more):
    return MARSS(**{name: cells}, **more)._forms(list("abc"))[name]


@pytest.mark.parametrize("shortcut", SQUARES)
@pytest.mark.parametrize("name", ["Q", "R", "B", "Z"])
def test_square_shortcuts(name, shortcut):
    cells = SQUARES[shortcut] if name in ("R", "Z") else states(SQUARES[shortcut])
    assert_same(form(name, shortcut), LinearMatrix.of(cells))


@pytest.mark.parametrize(
    ("name", "cells"), [("R", SYMMETRIC), ("Q", states(SYMMETRIC)), ("Z", FULL), ("B", states(FULL))]
)
def test_unconstrained_is_symmetric_for_covariances_only(name, cells):
    assert_same(form(name, "unconstrained"), LinearMatrix.of(cells))


@pytest.mark.parametrize("name", ["Z", "B"])
@pytest.mark.parametrize(("shortcut", "cells"), [("unequal", FULL), ("equal", ALL_EQUAL)])
def test_unequal_and_equal(name, shortcut, cells):
    assert_same(form(name, shortcut), LinearMatrix.of(cells if name == "Z" else states(cells)))


@pytest.mark.parametrize("name", ["A", "U", "x0"])
@pytest.mark.parametrize(
    ("shortcut", "cells"),
    [("zero", [0, 0, 0]), ("equal", ["equal"] * 3), ("unequal", list("abc")), ("unconstrained", list("abc"))],
)
def test_columns(name, shortcut, cells):
    cells = cells if name == "A" or shortcut in ("zero", "equal") else ["X1", "X2", "X3"]
    assert_same(form(name, shortcut), LinearMatrix.of(cells))


def test_onestate_is_a_column_of_ones():
    assert_same(form("Z", "onestate"), LinearMatrix.of(np.ones((3, 1))))


def test_group_labels_give_each_group_a_state():
    design = LinearMatrix.of([[1, 0], [0, 1], [1, 0]])
    assert_same(form("Z", pd.Categorical(["north", "south", "north"])), design)
    assert_same(form("Z", pd.Series(["z", "a", "z"], dtype="category")), design)
    with pytest.raises(ValueError, match="Z: one group label for each of the 3 series"):
        form("Z", pd.Categorical(["north", "south"]))


@pytest.mark.parametrize(
    ("Z", "cells"),
    [
        ("identity", [0, 0, 0]),
        ("onestate", [0, "b", "c"]),
        ([[1, 0], [0, 1], [1, 0]], [0, 0, "c"]),
        ([[0, 1], [0, 1], [0, 1]], [0, "b", "c"]),
    ],
)
def test_scaling_measures_a_states_series_against_its_first(Z, cells):
    assert_same(form("A", "scaling", Z=Z), LinearMatrix.of(cells))


@pytest.mark.parametrize("Z", [[["z"], [1], [1]], [[1, 1], [1, 0], [0, 1]], [[0.5], [1], [1]]])
def test_scaling_needs_a_design_matrix(Z):
    with pytest.raises(ValueError, match="A: 'scaling' needs a Z of"):
        form("A", "scaling", Z=Z)


@pytest.mark.parametrize(
    ("shortcut", "cells"),
    [
        ("unequal", [[f"({i},{j})" for j in "12"] for i in "abc"]),
        ("equal", [["equal", "equal"]] * 3),
        ("zero", np.zeros((3, 2))),
    ],
)
def test_effects_of_covariates(shortcut, cells):
    d = RNG.standard_normal((120, 2))
    model, other = (MARSS(Z="onestate", A="scaling", D=D) for D in (shortcut, cells))
    assert_same(model._forms(list("abc"), 2)["A"], other._forms(list("abc"), 2)["A"])
    with pytest.raises(ValueError, match="'diagonal and equal': needs as many rows as columns"):
        MARSS(D="diagonal and equal").fit(Y, d=d)


def test_a_vector_is_one_covariate():
    d = RNG.standard_normal(120)
    fit = MARSS(Z="onestate", A="scaling", D="equal", V0="zero", x0="equal").fit(Y, d=d, tol=1e-4)
    assert fit.params["A"].shape == (3, 2)


def test_a_shortcut_and_its_matrix_give_one_fit():
    """Two groups, each series measured against its group's first: offset of c against a is −1."""
    short = MARSS(Z=pd.Categorical(list("nsn")), A="scaling", R="diagonal and equal", x0="unequal", V0="zero")
    long = MARSS(
        Z=[[1, 0], [0, 1], [1, 0]],
        A=[0, 0, "c"],
        R=SQUARES["diagonal and equal"],
        Q=[["q1", 0], [0, "q2"]],
        x0=["x1", "x2"],
        V0=np.zeros((2, 2)),
    )
    one, other = short.fit(Y, tol=1e-7), long.fit(Y, tol=1e-7)
    assert one.loglik == pytest.approx(other.loglik, abs=1e-9)
    assert one.params["A"].loc["c", "A"] == pytest.approx(-1.0, abs=0.15)


@pytest.mark.parametrize(("name", "kind"), [("Q", "covariance matrix"), ("B", "matrix"), ("U", "column")])
def test_unknown_shortcuts_list_the_known_ones(name, kind):
    with pytest.raises(ValueError, match=f"unknown shortcut 'full' for a {kind}; there are"):
        form(name, "full")


def test_starting_values_of_an_unconstrained_transition():
    """B starts at the identity whatever names it carries."""
    forms = MARSS(B="unconstrained")._forms(list("abc"))
    np.testing.assert_allclose(matrices(forms, start_values(forms, None))["B"], np.eye(3), atol=1e-12)
