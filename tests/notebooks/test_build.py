"""The notebook builder on small lessons of its own."""

import json
import shutil
from pathlib import Path

import build
import nbformat
import pytest
from builder.assemble import assemble
from builder.execute import execute
from builder.problems import differences, flaws, long_cells, pace, verdicts

LESSON = """# %% [markdown]
# # A question
# Is $x^2$ a square?

# %%
import os
from tvplab.exercises import check, exercise

exercise("97.1")(lambda answer: None if answer == 4 else "twice two")
os.environ["TVPLAB_MODE"]

# %% tags=["solution", "97.1"]
x = 2
answer = x * 2  # blank

# %%
check("97.1", answer)
"""
PICTURE = """# %%
from demo import demo

demo()
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "97_small.py").write_text(LESSON)
    return tmp_path


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    (folder / "lessons").mkdir()
    (folder / "lessons" / "97_small.py").write_text(LESSON)
    assert build.main(["--mode", "full"], folder) == 0
    return folder


@pytest.fixture
def built(built_once, tmp_path):
    return Path(shutil.copytree(built_once, tmp_path / "notebooks"))


def test_new_words_keep_the_outputs(built):
    """Nothing is run; where code has changed, nothing is written either."""
    before, text = read(built), built / "lessons" / "97_small.py"
    text.write_text(LESSON.replace("Is $x^2$ a square?", "What is $x^2$?"))
    assert build.main(["97_small", "--words"], built) == 0
    after = read(built)
    assert after.cells[0].source.endswith("What is $x^2$?")
    assert list(differences(after, assemble(text.read_text()))) == []
    assert [cell.get("outputs") for cell in after.cells[1:]] == [cell.get("outputs") for cell in before.cells[1:]]
    text.write_text(LESSON.replace("x * 2", "2 * x"))
    assert build.main(["97_small", "--words"], built) == 0, "the solution is words: it is folded into markdown"
    text.write_text(LESSON.replace("import os", "import sys, os"))
    assert build.main(["97_small", "--words"], built) == 1
    assert "import sys" not in str(read(built))


def read(folder):
    return nbformat.read(folder / "97_small.ipynb", as_version=4)


def test_cells_of_a_lesson():
    notebook = assemble(LESSON)
    assert [cell.cell_type for cell in notebook.cells] == ["markdown", "code", "code", "markdown", "code"]
    stub, folded = notebook.cells[2:4]
    assert stub.source == "x = 2\nanswer = ...  # your answer"
    assert stub.metadata == {"tags": ["exercise", "97.1"]}
    assert folded.source == (
        "<details><summary>Solution 97.1</summary>\n\n```python\nx = 2\nanswer = x * 2\n```\n\n</details>"
    )


def test_built_notebook_is_run_and_bare(built):
    notebook = read(built)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3]
    assert code[0].outputs[0].data["text/plain"] == "'full'"
    assert verdicts(notebook) == {"97.1": False}
    assert "not answered yet" in code[2].outputs[0].data["text/plain"]


def test_same_text_gives_the_same_file(built):
    before = (built / "97_small.ipynb").read_bytes()
    assert build.main(["97_small"], built) == 0
    assert (built / "97_small.ipynb").read_bytes() == before


def test_mode_reaches_the_kernel(folder):
    assert build.main(["--mode", "quick"], folder) == 0
    assert read(folder).cells[1].outputs[0].data["text/plain"] == "'quick'"


def test_solved_notebook_passes_and_stub_does_not(tmp_path):
    assert verdicts(execute(assemble(LESSON, solved=True), "quick", tmp_path)) == {"97.1": True}
    assert verdicts(execute(assemble(LESSON), "quick", tmp_path)) == {"97.1": False}


def test_explorer_leaves_its_picture_and_no_widget(tmp_path):
    shutil.copy(Path(__file__).parents[1] / "browser" / "demo.py", tmp_path)
    notebook = execute(assemble(PICTURE), "quick", tmp_path)
    (output,) = notebook.cells[0].outputs
    assert set(output.data) == {"image/png", "text/plain"}
    assert output.metadata["image/png"]["alt"].startswith("Six smoothed random walks")
    assert "widgets" not in notebook.metadata
    assert not list(flaws(notebook))


def test_check_passes_what_was_built_and_writes_nothing(built):
    before = (built / "97_small.ipynb").read_bytes()
    assert build.main(["--check"], built) == 0
    assert (built / "97_small.ipynb").read_bytes() == before


def _error(notebook):
    notebook.cells[1].outputs = [nbformat.v4.new_output("error", ename="KeyError", evalue="'z'", traceback=[])]


def _stderr(notebook):
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", name="stderr", text="Warning: late")]


def _widget_view(notebook):
    notebook.cells[1].outputs[0].data["application/vnd.jupyter.widget-view+json"] = {"model_id": "1"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda n: n.cells[0].update(source="# Another"), "cell 1 is not what its text gives"),
        (lambda n: n.cells[2].update(source="x = 2\nanswer = 4"), "cell 3 is not what its text gives"),
        (lambda n: n.cells.pop(0), "it has 4 cells, its text gives 5"),
        (lambda n: n.cells[1].update(execution_count=None), "were not run once each"),
        (lambda n: n.metadata.update(widgets={"state": {}}), "it holds widget state"),
        (_error, "shows KeyError: 'z'"),
        (_stderr, "writes to stderr: 'Warning: late'"),
        (_widget_view, "holds a widget view"),
    ],
)
def test_each_fault_of_a_committed_notebook_is_found(built, change, message):
    notebook = read(built)
    assert not [*differences(notebook, assemble(LESSON)), *flaws(notebook)]
    change(notebook)
    problems = [*differences(notebook, assemble(LESSON)), *flaws(notebook)]
    assert message in problems[0]


def test_check_fails_on_a_fault_and_names_the_lesson(built, capsys):
    notebook = read(built)
    _error(notebook)
    nbformat.write(notebook, built / "97_small.ipynb")
    assert build.main(["97_small", "--check"], built) == 1
    assert "97_small: the cell that begins 'import os' shows KeyError" in capsys.readouterr().err


def test_a_notebook_saved_from_jupyterlab_comes_with_the_remedy(built, capsys):
    notebook = read(built)
    _widget_view(notebook)
    nbformat.write(notebook, built / "97_small.ipynb")
    assert build.main(["--check"], built) == 1
    assert capsys.readouterr().err.endswith(
        "holds a widget view; if you saved it from JupyterLab: git checkout notebooks/, or make notebooks\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("x * 2  # blank", "x * 3  # blank", "cell 4 is not what its text gives"),
        ('check("97.1", answer)', "1 / 0", "ZeroDivisionError"),
        ('check("97.1", answer)', "answer", "exercise 97.1 is not checked"),
        ('check("97.1", answer)', 'check("97.1", 4)', "the stub of exercise 97.1 is judged True"),
    ],
)
def test_check_finds_changed_text(built, capsys, old, new, message):
    (built / "lessons" / "97_small.py").write_text(LESSON.replace(old, new))
    assert build.main(["--check"], built) == 1
    assert message in capsys.readouterr().err


def test_check_finds_notebooks_unbuilt_and_without_text(folder, capsys):
    (folder / "98_old.ipynb").write_text("{}")
    assert build.main(["--check"], folder) == 1
    said = capsys.readouterr().err
    assert "97_small: not built" in said
    assert "98_old.ipynb has no text" in said


def test_failing_lesson_keeps_the_old_notebook(built, capsys):
    before = (built / "97_small.ipynb").read_bytes()
    (built / "lessons" / "97_small.py").write_text(LESSON + "\n1 / 0\n")
    assert build.main([], built) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert (built / "97_small.ipynb").read_bytes() == before


def test_unknown_lesson_lists_the_known(folder, capsys):
    assert build.main(["96_none"], folder) == 1
    assert "no lesson 96_none; there are 97_small" in capsys.readouterr().err


def test_solution_without_number_is_refused():
    with pytest.raises(ValueError, match=r"needs one tag such as '2\.1'"):
        assemble(LESSON.replace(', "97.1"]', "]"))


def test_solution_without_mark_names_its_exercise():
    with pytest.raises(ValueError, match=r"exercise 97.1: a solution needs at least one line"):
        assemble(LESSON.replace("# blank", ""))


def test_ids_depend_on_text_and_not_on_place():
    ids = [cell.id for cell in assemble(LESSON).cells]
    moved = [cell.id for cell in assemble("# %%\n0\n\n" + LESSON).cells]
    assert moved[1:] == ids
    assert len(set(ids)) == len(ids)
    twice = [cell.id for cell in assemble("# %%\n0\n\n# %%\n0\n").cells]
    assert twice[1] == f"{twice[0]}-2"


def test_long_cells_and_pace():
    notebook = assemble("# %% [markdown]\n# one two $x y z$ three four\n\n# %%\n" + "x = 1\n" * 16)
    assert [warning[-40:] for warning in long_cells(notebook)] == ["begins 'x = 1' has 16 lines; 15 is the most"[-40:]]
    assert pace(notebook) == "0.2 words for a line of code, median cell 16 lines"
    assert not list(long_cells(assemble("# %%\n" + "x = 1\n" * 15)))


def test_file_is_json_that_ends_in_a_newline(built):
    text = (built / "97_small.ipynb").read_text()
    assert text.endswith("}\n")
    assert json.loads(text)["nbformat"] == 4
