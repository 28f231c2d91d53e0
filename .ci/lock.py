"""Print constraints.txt: one pin for everything the project can install, as it stands in this environment.

Run by ``make lock``. The roots are the project with its extras, its build backend, and the two installers
that ``bootstrap.py`` uses; from there the closure of the requirements that apply on this platform.
"""

import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
INSTALLERS = ("pip", "uv")
HEADER = """\
# The versions that `make lab`, `make test` and CI install. Made by `make lock` in an environment where the
# tests pass: everything that tvplab[dev,deep] needs, its build backend, pip and uv, on Linux. What only macOS
# or Windows needs is not pinned."""


def roots():
    """Return the requirements from which the closure starts."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    return [Requirement(text) for text in ("tvplab[dev,deep]", *build, *INSTALLERS)]


def applies(requirement, extras):
    """Tell whether a requirement holds on this platform, with one of `extras` or with none."""
    return requirement.marker is None or any(requirement.marker.evaluate({"extra": e}) for e in (*extras, ""))


def closure(pending):
    """Return name -> public version (no local label such as ``+cpu``) of all that `pending` lead to."""
    pins, seen, pending = {}, set(), list(pending)
    while pending:
        requirement = pending.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found = distribution(name)
        pins[name] = Version(found.version).public
        further = [Requirement(text) for text in found.requires or ()]
        pending += [needed for needed in further if applies(needed, extras)]
    return {name: pins[name] for name in sorted(pins) if name != "tvplab"}


if __name__ == "__main__":
    print(HEADER)
    for name, version in closure(roots()).items():
        print(f"{name}=={version}")
