"""The mechanical proof that a stub is its solution with nothing but the marked answers blanked.

It shares no code with the generator: it takes the spans of the marked statements from Python's own parser,
cuts them out of the solution, cuts the lines of dots out of the stub, and compares what is left.
"""

import ast
import re

DOTS = re.compile(r"^(?P<kept>\s*(?:.*= |return |))\.\.\.(, \.\.\.)*  # your answer$")


def assert_only_blanks_differ(solution: str, stub: str) -> None:
    """Fail unless the stub equals the solution outside the marked answers, and dots stand in each of those."""
    answers = [_answer_lines(statement) for statement in _marked(solution)]
    assert answers, "nothing is marked"
    hidden = {line for lines in answers for line in lines}
    lines = solution.splitlines()
    rest = [_unmarked(line) for number, line in enumerate(lines, start=1) if number not in hidden]
    dotted = [DOTS.match(line) for line in stub.splitlines()]
    assert [line for line, dots in zip(stub.splitlines(), dotted, strict=True) if not dots] == rest
    kept = [dots["kept"].strip() for dots in dotted if dots]
    assert len(kept) == len(answers)
    for text, span in zip(kept, answers, strict=True):
        assert lines[span[0] - 1].strip().startswith(text)


def _marked(solution: str) -> list[ast.stmt]:
    """Return the innermost statement around each mark, in order."""
    marks = [n for n, line in enumerate(solution.splitlines(), start=1) if line.endswith("# blank")]
    statements = [node for node in ast.walk(ast.parse(solution)) if isinstance(node, ast.stmt)]
    around = [[s for s in statements if s.lineno <= mark <= s.end_lineno] for mark in marks]
    return [min(candidates, key=lambda s: s.end_lineno - s.lineno) for candidates in around]


def _answer_lines(statement: ast.stmt) -> range:
    """Lines of a statement's answer: all of it, or a function's body without header and docstring."""
    first = statement.lineno
    if isinstance(statement, ast.FunctionDef):
        documented = ast.get_docstring(statement) is not None
        first = statement.body[documented].lineno
    return range(first, statement.end_lineno + 1)


def _unmarked(line: str) -> str:
    return line.removesuffix("# blank").rstrip()
