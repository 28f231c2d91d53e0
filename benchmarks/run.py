"""Run every benchmark and write BENCHMARKS.md: ``python benchmarks/run.py`` (or ``make bench``).

With words as arguments only the sections whose titles hold one of them are measured again: ``run.py MARSS Sliders``.
"""

import datetime
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import autoencoder
import deep_dfm
import dynamic_sparse
import imports
import local_projections
import marss
import nowcasting
import sliders
import tvp_ridge
import tvp_var
from threadpoolctl import threadpool_limits

SECTIONS = {
    "Import": imports,
    "MARSS (lesson 1)": marss,
    "TVP ridge (lesson 2)": tvp_ridge,
    "Dynamic sparse factors (lesson 3)": dynamic_sparse,
    "Deep factors (lesson 4)": deep_dfm,
    "Nowcasting (lesson 4)": nowcasting,
    "Grouped autoencoder (lesson 5)": autoencoder,
    "TVP-VAR (lesson 5)": tvp_var,
    "Local projections (lesson 6)": local_projections,
    "Sliders": sliders,
}
HEAD = """# Speed

Written by `make bench` on {date}: one machine ({cores} cores), each section in one run, Python {python}, numpy {numpy},
scipy {scipy}, one BLAS thread. Ratios travel to other machines; seconds do not.

For orientation, the R package TVPRidge 0.1.0 (OpenBLAS, one thread, another run on this kind of machine) needed 0.33,
1.28 and 51 CPU seconds for one 2SRR with tuning at T = 150, K = 6; T = 300, K = 6; and T = 600, K = 100. The paper's
Table 1 gives 69.5 s for the last.
"""


PAGE = Path(__file__).parent / "BENCHMARKS.md"


def main(words: list[str]) -> None:
    """Measure, print and write; of the sections that no word names, keep what the page has."""
    facts = {name: version(name) for name in ("numpy", "scipy")}
    date, python = datetime.date.today().isoformat(), platform.python_version()
    text, kept = HEAD.format(date=date, cores=os.cpu_count(), python=python, **facts), sections()
    with threadpool_limits(1):
        for title, module in SECTIONS.items():
            if title in kept and words and not any(word in title for word in words):
                text += kept[title]
                continue
            head = ["| what | measured | limit | |", "|---|---|---|---|"]
            section = f"\n## {title}\n\n" + "\n".join([*head, *map(str, module.rows())]) + "\n"
            print(section, flush=True)
            text += section
    PAGE.write_text(text, encoding="utf-8")


def sections() -> dict[str, str]:
    """The page's sections as they are: title → text."""
    parts = PAGE.read_text(encoding="utf-8").split("\n## ")[1:] if PAGE.exists() else []
    return {part.partition("\n")[0]: f"\n## {part}" for part in parts}


if __name__ == "__main__":
    main(sys.argv[1:])
