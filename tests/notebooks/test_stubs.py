"""Stubs from solutions."""

import pytest
from builder.stubs import make_stub, without_marks
from stub_proof import assert_only_blanks_differ

SOLUTIONS = {
    "assignment": ("λ = 2\nβ̂ = λ * 3  # blank\nz = 1", "λ = 2\nβ̂ = ...  # your answer\nz = 1"),
    "greek before": ("λλλ = αβ(1)  # blank", "λλλ = ...  # your answer"),
    "pair": ("a, b = f()  # blank", "a, b = ..., ...  # your answer"),
    "annotated": ("x: float = 3.0  # blank", "x: float = ...  # your answer"),
    "over lines": (
        "x = (\n    1\n    + 2\n)  # blank\ny = x",
        "x = ...  # your answer\ny = x",
    ),
    "call over lines": ("x = f(\n    1,\n)  # blank", "x = ...  # your answer"),
    "mark on the first line": ("x = f(  # blank\n    1,\n)", "x = ...  # your answer"),
    "return": (
        "def f(x):\n    y = x + 1\n    return y**2  # blank",
        "def f(x):\n    y = x + 1\n    return ...  # your answer",
    ),
    "body": (
        'def f(x):  # blank\n    """Square."""\n    y = x * x\n    return y\n\nf(2)',
        'def f(x):\n    """Square."""\n    ...  # your answer\n\nf(2)',
    ),
    "body without docstring": ("def f(x):  # blank\n    return x", "def f(x):\n    ...  # your answer"),
    "two": ("a = 1  # blank\nb = 2\nc = 3  # blank", "a = ...  # your answer\nb = 2\nc = ...  # your answer"),
    "in a loop": ("for i in range(3):\n    a = i  # blank", "for i in range(3):\n    a = ...  # your answer"),
    "mark inside a string": ("s = '# blank'\nt = 1  # blank", "s = '# blank'\nt = ...  # your answer"),
}


@pytest.mark.parametrize("name", SOLUTIONS)
def test_stub_is_the_solution_with_dots(name):
    solution, stub = SOLUTIONS[name]
    assert make_stub(solution) == stub
    assert_only_blanks_differ(solution, stub)


@pytest.mark.parametrize("name", SOLUTIONS)
def test_stub_of_any_kind_is_python(name):
    compile(make_stub(SOLUTIONS[name][0]), "stub", "exec")


def test_solution_is_shown_without_marks():
    assert without_marks("a = 1  # blank\nb = '# blank'") == "a = 1\nb = '# blank'"


@pytest.mark.parametrize(
    ("solution", "message"),
    [
        ("x = 1", "at least one line that ends in '# blank'"),
        ("x += 1  # blank", "line 1: only an assignment, a return or a def"),
        ("for i in range(3):  # blank\n    pass", "got 'for i in range"),
        ("print(3)  # blank", "only an assignment"),
    ],
)
def test_what_cannot_be_blanked_is_refused(solution, message):
    with pytest.raises(ValueError, match=message):
        make_stub(solution)


@pytest.mark.parametrize(
    "stub",
    [
        "x = ...  # your answer\ny = 3",  # another line was changed
        "x = ...  # your answer",  # a line was lost
        "x = 1\ny = 2",  # the answer is still there
        "z = ...  # your answer\ny = 2",  # another name
    ],
)
def test_the_proof_can_fail(stub):
    with pytest.raises(AssertionError):
        assert_only_blanks_differ("x = 1  # blank\ny = 2", stub)
