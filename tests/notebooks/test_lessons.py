"""Every real lesson: stubs are solutions with blanks, solutions pass, stubs do not."""

from pathlib import Path

import jupytext
import nbformat
import pytest
from builder.assemble import assemble
from builder.execute import execute
from builder.problems import exercises, flaws, long_cells, with_remedy, wrong_verdicts
from builder.stubs import make_stub
from stub_proof import assert_only_blanks_differ

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LESSONS = sorted((NOTEBOOKS / "lessons").glob("*.py"))
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)


def solutions(lesson):
    """Sources of a lesson's solutions, marks still on."""
    cells = jupytext.read(lesson, fmt="py:percent").cells
    return [cell.source for cell in cells if "solution" in cell.metadata.get("tags", [])]


@every_lesson
def test_stubs_differ_from_solutions_in_blanks_only(lesson):
    for solution in solutions(lesson):
        assert_only_blanks_differ(solution, make_stub(solution))


@every_lesson
def test_no_visible_cell_is_too_long(lesson):
    assert not list(long_cells(assemble(lesson.read_text(encoding="utf-8"))))


@every_lesson
def test_committed_notebook_is_sound_and_no_stub_passes(lesson):
    notebook = nbformat.read(NOTEBOOKS / f"{lesson.stem}.ipynb", as_version=4)
    problems = with_remedy(flaws(notebook))
    assert not problems, "\n".join(problems)


@pytest.mark.slow
@every_lesson
def test_every_solution_passes(lesson):
    notebook = assemble(lesson.read_text(encoding="utf-8"), solved=True)
    if not exercises(notebook):
        pytest.skip("a lesson without exercises")
    assert not list(wrong_verdicts(execute(notebook, "quick", NOTEBOOKS), solved=True))
