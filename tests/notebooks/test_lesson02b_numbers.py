"""Lesson 2b quotes the replication page: every number of its table stands there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LESSON = (ROOT / "notebooks/lessons/02b_sparse_and_shared.py").read_text(encoding="utf-8")
LEDGER = (ROOT / "REPLICATION.md").read_text(encoding="utf-8")


def ledger_row(table: str, label: str) -> list[str]:
    """The AR row of a target and horizon in one of Tables 15-17, from the page: Plain, 2SRR, GLRR, GRRRR."""
    section = LEDGER.split(f"## {table}: ")[1].split("\n## ")[0].split("**AR**")[1]
    line = re.search(rf"^\| {re.escape(label)} \|(.*)\|$", section, re.MULTILINE)
    return [cell.strip() for cell in line[1].split("|")]


def lesson_rows() -> list[tuple[str, list[str]]]:
    """Label and cells of the lesson's table of forecasts."""
    found = re.findall(r"^# \| ((?:INF|IR), h = \d) \|(.*)\|$", LESSON, re.MULTILINE)
    return [(label, [cell.strip() for cell in cells.split("|")]) for label, cells in found]


def test_the_lesson_has_both_targets_and_all_horizons():
    assert [label for label, _ in lesson_rows()] == [
        f"{target}, h = {h}" for target in ("INF", "IR") for h in (1, 2, 4)
    ]


@pytest.mark.parametrize(("label", "cells"), lesson_rows())
def test_the_lessons_ratios_are_the_pages(label, cells):
    basic, half = (ledger_row(table, label) for table in ("Table 15", "Table 16"))
    assert cells == basic[1:] + half[1:]


def test_the_lesson_counts_ratios_on_the_papers_side():
    counts = []
    for table in ("Table 17", "Table 15"):
        section = LEDGER.split(f"## {table}: ")[1].split("\n## ")[0]
        counts += re.search(r"^\| INF \| (45) \| [\d.]+ \| (\d+) \|", section, re.MULTILINE).groups()[::-1]
    said = re.search(r"(\d+) of (\d+) ratios are on the paper's side of 1, against (\d+) in Table 15", LESSON)
    assert [*said.groups()] == counts[:3]
