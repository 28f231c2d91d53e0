"""Run every benchmark and write BENCHMARKS.md: ``python benchmarks/run.py`` (or ``make bench``)."""

import datetime
import os
import platform
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

Written by `make bench` on {date}: one run, one machine ({cores} cores), Python {python}, numpy {numpy}, scipy {scipy},
one BLAS thread. Ratios travel to other machines; seconds do not.

For orientation, the R package TVPRidge 0.1.0 (OpenBLAS, one thread, another run on this kind of machine) needed 0.33,
1.28 and 51 CPU seconds for one 2SRR with tuning at T = 150, K = 6; T = 300, K = 6; and T = 600, K = 100. The paper's
Table 1 gives 69.5 s for the last.
"""


def main() -> None:
    """Measure, print and write."""
    facts = {name: version(name) for name in ("numpy", "scipy")}
    date, python = datetime.date.today().isoformat(), platform.python_version()
    text = HEAD.format(date=date, cores=os.cpu_count(), python=python, **facts)
    with threadpool_limits(1):
        for title, module in SECTIONS.items():
            head = ["| what | measured | limit | |", "|---|---|---|---|"]
            section = f"\n## {title}\n\n" + "\n".join([*head, *map(str, module.rows())]) + "\n"
            print(section, flush=True)
            text += section
    (Path(__file__).parent / "BENCHMARKS.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
