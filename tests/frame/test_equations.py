"""EQUATIONS.md: it is current, no equation of the papers is left out, and what it names is there."""

import ast
from pathlib import Path

import equations
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAPERS = equations.settings()["paper"]
ELSEWHERE = equations.settings()["elsewhere"]
LAST = {"Time-varying": 19, "Dynamic sparse": 11, "Deep": 29}


def test_the_page_is_current():
    assert equations.PAGE.read_text(encoding="utf-8") == equations.page(), "run: python .ci/equations.py"


def test_every_citation_names_its_paper():
    assert equations.places_in_code(PAPERS, ELSEWHERE)[1] == []


@pytest.mark.parametrize("paper", [paper for paper in PAPERS if "equations" in paper], ids=lambda paper: paper["title"])
def test_every_equation_has_a_place_or_a_reason(paper):
    code, numbers = equations.places_in_code(PAPERS, ELSEWHERE)[0], set(paper["equations"])
    last = next(last for start, last in LAST.items() if paper["title"].startswith(start))
    assert {str(number) for number in range(1, last + 1)} <= numbers
    placed = {key for title, key in code if title == paper["title"]}
    assert numbers - placed == set(paper.get("absent", {}))
    assert placed - numbers == set(), "cited and not in equations.toml: a slip in a docstring?"


def test_every_step_names_what_is_there():
    places = [place for paper in PAPERS for some in paper.get("steps", {}).values() for place in some]
    assert len(places) > 20
    for place in places:
        module, name = place.split(":")
        tree = ast.parse((ROOT / "tvplab" / f"{module}.py").read_text(encoding="utf-8"))
        for part in name.split("."):
            (tree,) = [node for node in tree.body if part in names(node)]


def names(node):
    """The names that a statement defines."""
    targets = [target.id for target in getattr(node, "targets", ()) if isinstance(target, ast.Name)]
    return [node.name] if hasattr(node, "name") else targets


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Eq. 6: the dual", ["6"]),
        ("(eqs. 3-6, 8 and A.2); Algorithm 1", ["3", "4", "5", "6", "8", "A.2", "Algorithm 1"]),
        ("Equations 14-16 of it, and\n    Tables 3 and 4", ["14", "15", "16", "Table 3", "Table 4"]),
        ("one equation at 3 dates, section 2.4, Figure 6, eq. of motion", []),
    ],
)
def test_citations_are_read(text, keys):
    assert list(equations.cited(text)) == keys


def test_the_docstring_decides_which_paper_then_the_module():
    title = PAPERS[1]["title"]
    assert equations.paper_of("eq. 9 of McAlinn", "metrics", PAPERS)["title"] == title
    assert equations.paper_of("eq. 9", "dss_em", PAPERS)["title"] == title
    assert equations.paper_of("eq. 9", "tvp_kernel", PAPERS)["title"] == PAPERS[0]["title"]
    assert equations.paper_of("eq. 9", "torch_adam", PAPERS) is None


def test_names_about_one_equation_come_first_and_long_lists_are_cut():
    places = [("a", name) for name in "bcdefgh"]
    assert equations._as_links([*places[:1], ("a", ""), ("z", "")]).count("](") == 2
    assert equations._as_links(places).endswith("…")
    assert sorted([(1, "a", "_x"), (3, "a", "y"), (2, "a", "z")], key=equations._rank)[0] == (2, "a", "z")
