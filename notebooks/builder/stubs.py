"""From a solution to the stub that a reader fills in: the lines marked ``# blank`` lose their answers.

What may be marked: an assignment, a ``return``, or the ``def`` line of a function (then its whole body,
docstring apart, is blanked). The stub runs without error, so a notebook of stubs runs from top to bottom.
"""

import ast
import io
import tokenize

MARK = "# blank"
INVITATION = "# your answer"


def make_stub(solution: str) -> str:
    """Return the code with every marked answer replaced by three dots.

    Raises
    ------
    ValueError
        When nothing is marked, or what is marked cannot be blanked.
    """
    lines = solution.splitlines()
    statements = {statement.lineno: statement for statement in map(_at(solution), marked_lines(solution))}
    if not statements:
        raise ValueError(f"a solution needs at least one line that ends in {MARK!r}")
    for statement in sorted(statements.values(), key=lambda s: s.lineno, reverse=True):
        start, end, text = _blanked(statement, lines)
        lines[start - 1 : end] = text
    return "\n".join(lines)


def without_marks(solution: str) -> str:
    """Return the solution as the reader sees it: the same code, the marks taken off."""
    lines = solution.splitlines()
    for number in marked_lines(solution):
        lines[number - 1] = lines[number - 1].removesuffix(MARK).rstrip()
    return "\n".join(lines)


def marked_lines(solution: str) -> list[int]:
    """Numbers (from 1) of the lines that end in the mark."""
    tokens = tokenize.generate_tokens(io.StringIO(solution).readline)
    return [token.start[0] for token in tokens if token.type == tokenize.COMMENT and token.string == MARK]


def _at(solution: str):
    """Return a function: line number to the innermost statement on that line."""
    statements = [node for node in ast.walk(ast.parse(solution)) if isinstance(node, ast.stmt)]

    def find(line: int) -> ast.stmt:
        around = [s for s in statements if s.lineno <= line <= s.end_lineno]
        return max(around, key=lambda s: (s.lineno, -s.end_lineno))

    return find


def _blanked(statement: ast.stmt, lines: list[str]) -> tuple[int, int, list[str]]:
    """First line, last line and new text of a marked statement."""
    if isinstance(statement, ast.FunctionDef):
        first = statement.body[0]
        header = first.end_lineno if ast.get_docstring(statement) else first.lineno - 1
        kept = lines[statement.lineno - 1 : header]
        kept[0] = kept[0].removesuffix(MARK).rstrip()
        return statement.lineno, statement.end_lineno, [*kept, f"{' ' * first.col_offset}...  {INVITATION}"]
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Return)) and statement.value is not None:
        text = f"{_before_value(statement, lines)} {_dots(statement)}  {INVITATION}"
        return statement.lineno, statement.end_lineno, [text]
    raise ValueError(
        f"line {statement.lineno}: only an assignment, a return or a def can be marked {MARK!r}; "
        f"got {ast.unparse(statement).splitlines()[0]!r}"
    )


def _before_value(statement: ast.stmt, lines: list[str]) -> str:
    """Return what stands before the answer: ``x =`` or ``return``; ast counts bytes, not letters."""
    before = lines[statement.lineno - 1 : statement.value.lineno]
    before[-1] = before[-1].encode()[: statement.value.col_offset].decode()
    return "\n".join(before).rstrip("( \n")


def _dots(statement: ast.stmt) -> str:
    """Three dots for each name on the left, so that the stub can be run."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    return ", ".join(["..."] * (len(target.elts) if isinstance(target, (ast.Tuple, ast.List)) else 1))
