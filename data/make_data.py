"""Write the bundled data sets from the installed statsmodels wheel.

    python data/make_data.py

writes the New York Fed panel, its licence and the US macro set beside this file, then the checksums of
everything bundled.  Values are copied as text, so that no number is touched; only names, dates and layout change.
The two tables of series (`*_series.csv`) are written by hand: the wheel does not carry the New York Fed's full
specification.
"""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
NYFED = Path("tsa/statespace/tests/results/frbny_nowcast/Nowcasting")
NYFED_VINTAGES = ("2016-06-29", "2016-07-29")
FIRST_MONTH_OF_QUARTER = {"1": "01", "2": "04", "3": "07", "4": "10"}


def statsmodels_folder() -> Path:
    """Return the folder of the installed statsmodels package."""
    import statsmodels

    return Path(statsmodels.__file__).parent


def nyfed_rows(path: Path) -> list[list[str]]:
    """Read one vintage; its dates (1/1/85) become ISO dates (1985-01-01)."""
    header, *rows = read_rows(path)
    dated = [[datetime.strptime(row[0], "%m/%d/%y").date().isoformat(), *row[1:]] for row in rows]
    return [["date", *header[1:]], *dated]


def macro_rows(path: Path) -> list[list[str]]:
    """Read the quarterly set; its year and quarter become the first day of the quarter."""
    header, *rows = read_rows(path)
    dated = [[f"{row[0]}-{FIRST_MONTH_OF_QUARTER[row[1]]}-01", *row[2:]] for row in rows]
    return [["date", *header[2:]], *dated]


def read_rows(path: Path) -> list[list[str]]:
    """Read a CSV file as rows of text without surrounding spaces."""
    with path.open(encoding="utf-8", newline="") as handle:
        return [[cell.strip() for cell in row] for row in csv.reader(handle) if row]


def write_rows(rows: list[list[str]], path: Path) -> None:
    """Write rows as CSV with line feeds, the same bytes on every system."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)


def build(out: Path) -> list[Path]:
    """Write the generated files into `out` and return their paths."""
    wheel = statsmodels_folder()
    made = []
    for vintage in NYFED_VINTAGES:
        made.append(out / f"nyfed_{vintage}.csv")
        write_rows(nyfed_rows(wheel / NYFED / f"data/US/{vintage}.csv"), made[-1])
    made.append(out / "us_macro.csv")
    write_rows(macro_rows(wheel / "datasets/macrodata/macrodata.csv"), made[-1])
    made.append(out / "nyfed_LICENSE.txt")
    shutil.copyfile(wheel / NYFED / "LICENSE", made[-1])
    return made


def checksums(folder: Path) -> dict[str, str]:
    """Return file name -> sha256 of every bundled table and licence in `folder`."""
    files = sorted([*folder.glob("*.csv"), *folder.glob("*_LICENSE.txt")])
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def write_checksums(folder: Path) -> None:
    """Write SHA256SUMS (`sha256sum -c` reads it) and the same table between the marks in README.md."""
    sums = checksums(folder)
    text = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
    (folder / "SHA256SUMS").write_text(text, encoding="utf-8", newline="\n")
    table = "| file | sha256 |\n|---|---|\n" + "".join(f"| `{n}` | `{d}` |\n" for n, d in sums.items())
    readme = folder / "README.md"
    marked = re.sub(
        r"(?s)(<!-- sha256 -->\n).*(<!-- end -->)", rf"\g<1>{table}\g<2>", readme.read_text(encoding="utf-8")
    )
    readme.write_text(marked, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    build(HERE)
    write_checksums(HERE)
