"""Write EQUATIONS.md: each numbered equation of the papers, what it says, where the code and the lessons have it.

    python .ci/equations.py            # after a change of a docstring that cites an equation

The places come from the docstrings and the lessons ("eq. 6", "eqs. 12-18", "Algorithm 2"); what each equation says, and
which modules speak of which paper, from `equations.toml`.  Standard library only.
"""

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "EQUATIONS.md"
NUMBER = r"(?:[A-C]\.)?\d+"
NUMBERS = rf"{NUMBER}(?:(?:\s*[-–]\s*|,\s+(?:and\s+)?|\s+(?:and|to)\s+){NUMBER})*"
CITATION = re.compile(rf"\b(eqs?\.?|equations?|algorithms?|tables?)\s+({NUMBERS})", re.IGNORECASE)
MOST = 5
HEAD = """# Where each equation is

From a paper to the code: open the paper, look the number up here, read the function named beside it. What a paper's
tables and figures hold is in [REPLICATION.md](REPLICATION.md).

*Made from the docstrings by `python .ci/equations.py`; to change a place, cite the equation where it belongs.*
"""


def settings():
    """Return what `equations.toml` says: the papers in its order, and other authors whom docstrings cite."""
    return tomllib.loads((ROOT / ".ci" / "equations.toml").read_text(encoding="utf-8"))


def cited(text):
    """Yield the keys that a text cites: "6" for equations, "Algorithm 2", "Table 3"; ranges are spelt out."""
    for kind, numbers in CITATION.findall(" ".join(text.split())):
        kind = "" if kind.lower().startswith("eq") else kind.rstrip("s").capitalize() + " "
        for part in re.findall(rf"{NUMBER}(?:\s*(?:[-–]|to)\s*{NUMBER})?", numbers):
            ends = re.findall(NUMBER, part)
            if len(ends) == 2 and "." not in part:
                yield from (f"{kind}{number}" for number in range(int(ends[0]), int(ends[1]) + 1))
            else:
                yield from (kind + number for number in ends)


def docstrings(path):
    """Yield (name, text) of a module's docstrings: "" for its own, "Class.method" for what stands in it."""

    def below(node, name):
        text = ast.get_docstring(node) or ""
        if isinstance(node, ast.ClassDef | ast.Module):
            for child in node.body[1:]:
                if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                    text += "\n" + str(child.value.value)
        yield name, text
        for child in getattr(node, "body", ()):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                yield from below(child, f"{name}.{child.name}".lstrip("."))

    yield from below(ast.parse(path.read_text(encoding="utf-8")), "")


def paper_of(text, module, known):
    """Return the paper that a docstring speaks of: the one it names, else the one of its module, else None."""
    named = [paper for paper in known if any(name in text for name in paper["names"])]
    if len(named) == 1:
        return named[0]
    fitting = [(len(stem), paper["title"]) for paper in known for stem in paper["modules"] if module.startswith(stem)]
    return next((paper for paper in known if fitting and paper["title"] == max(fitting)[1]), None)


def places_in_code(known, elsewhere=(), root=ROOT):
    """Return {(title, key): places as markdown} and the citations of which nobody can tell the source."""
    found, lost = {}, []
    for path in sorted((root / "tvplab").rglob("*.py")):
        module = path.relative_to(root / "tvplab").with_suffix("").as_posix()
        if module.startswith(("replicate/", "exercises/", "explore/", "plots/", "data/")):
            continue
        for name, text in docstrings(path):
            keys = list(dict.fromkeys(cited(text)))
            paper = paper_of(text, module, known) if keys else None
            if paper is None and not any(author in text for author in elsewhere):
                lost += [f"{module}: {name or 'module'}: {key}" for key in keys]
            for key in keys if paper else ():
                found.setdefault((paper["title"], key), []).append((len(keys), module, name))
    ordered = {key: sorted(places, key=_rank) for key, places in found.items()}
    return {key: _as_links([place[1:] for place in places]) for key, places in ordered.items()}, lost


def _rank(place):
    """Public names first, then those that cite fewer equations: what is about this one."""
    citing, _, name = place
    return name.rsplit(".")[-1].startswith("_"), citing


def _as_links(places):
    """Return links to the functions and classes, and to a module only where none of its functions is named."""
    named = {module for module, name in places if name}
    kept = [(module, name) for module, name in places if name] + [one for one in places if one[0] not in named]
    links = [f"[`{f'{module}.{name}'.rstrip('.')}`](tvplab/{module}.py)" for module, name in kept]
    return " · ".join(links[:MOST]) + (" · …" if len(links) > MOST else "")


def places_in_lessons(known, root=ROOT):
    """Return {(title, key): links to lessons, with the section}, the first section of each lesson."""
    found = {}
    for path in sorted((root / "notebooks" / "lessons").glob("*.py")):
        number = path.stem.split("_")[0]
        paper = next((paper for paper in known if number in paper["lessons"]), None)
        for section, text in _sections(path.read_text(encoding="utf-8")):
            for key in cited(text) if paper else ():
                where = f"[{number.lstrip('0')}, section {section}](notebooks/{path.stem}.ipynb)"
                found.setdefault((paper["title"], key), {}).setdefault(number, where)
    return {key: " · ".join(places.values()) for key, places in found.items()}


def _sections(text):
    """Yield (number, text) of a lesson's numbered sections."""
    parts = re.split(r"^# #{2,3} (\d[\d.]*) ", text, flags=re.MULTILINE)
    for number, body in zip(parts[1::2], parts[2::2], strict=True):
        yield number.rstrip("."), re.sub(r"^# ?", "", body, flags=re.MULTILINE)


def page(known=None):
    """Return the text of EQUATIONS.md."""
    known = settings()["paper"] if known is None else known
    code, lessons = places_in_code(known)[0], places_in_lessons(known)
    parts = [HEAD]
    for paper in known:
        parts.append(f"## {paper['title']}\n\n{paper['source']}\n")
        parts.append("| | what it says | code | lesson |\n|---|---|---|---|")
        for key, what in paper.get("equations", {}).items():
            where = code.get((paper["title"], key)) or paper.get("absent", {}).get(key, "")
            parts.append(f"| {key} | {what} | {where} | {lessons.get((paper['title'], key), '')} |")
        for what, places in paper.get("steps", {}).items():
            parts.append(f"| | {what} | {_as_links([place.rsplit(':', 1) for place in places])} | |")
        parts.append("")
    return "\n".join(parts)


if __name__ == "__main__":
    lost = places_in_code(settings()["paper"], settings()["elsewhere"])[1]
    if lost:
        sys.exit("say which paper, or add the module to equations.toml:\n" + "\n".join(lost))
    PAGE.write_text(page(), encoding="utf-8")
