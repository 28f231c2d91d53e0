"""Real output by vintage: the published advance estimates, and the workbook read as its CSV is."""

import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from tvplab import data
from tvplab.data.realtime import growth, parse_realtime, sheet_rows
from tvplab.data.sources import get_source

CSV = b"DATE,ROUTPUT65Q4,ROUTPUT08Q4\n1947:Q1,306.4,1570.5\n1947:Q2,309.0,1568.7\n1947:Q3,#N/A,1568\n"


def workbook(rows):
    """A minimal xlsx: shared strings for text, values for numbers, and a cell left out where it is empty."""
    texts = sorted({cell for row in rows for cell in row if isinstance(cell, str) and cell})
    lines = []
    for r, row in enumerate(rows, start=1):
        cells = ""
        for c, cell in enumerate(row):
            place = f"{chr(ord('A') + c)}{r}"
            if isinstance(cell, str) and cell:
                cells += f'<c r="{place}" t="s"><v>{texts.index(cell)}</v></c>'
            elif cell != "":
                cells += f'<c r="{place}"><v>{cell}</v></c>'
        lines.append(f'<row r="{r}">{cells}</row>')
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        items = "".join(f"<si><t>{text}</t></si>" for text in texts)
        book.writestr("xl/sharedStrings.xml", f"<sst {space}>{items}</sst>")
        book.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet {space}><sheetData>{''.join(lines)}</sheetData></worksheet>"
        )
    return out.getvalue()


def read(raw):
    return parse_realtime(raw, get_source("us-output-realtime"), None, None).frame


def test_columns_are_vintages_and_rows_are_quarters():
    frame = read(CSV)
    assert list(frame) == ["1965Q4", "2008Q4"]
    assert frame.index.equals(pd.date_range("1947-01-01", periods=3, freq="QS"))
    assert np.isnan(frame.loc["1947-07-01", "1965Q4"])
    np.testing.assert_allclose(growth(frame, "1965Q4").iloc[1], 100 * np.log(309.0 / 306.4))
    with pytest.raises(ValueError, match="'2009Q1' is not there"):
        growth(frame, "2009Q1")


def test_the_workbook_reads_as_its_csv():
    rows = [["DATE", "ROUTPUT65Q4", "ROUTPUT08Q4"], ["1947:Q1", 306.4, 1570.5], ["1947:Q2", 309.0, 1568.7]]
    raw = workbook([*rows, ["1947:Q3", "", 1568]])
    assert sheet_rows(raw)[3] == ["1947:Q3", "", "1568"]
    pd.testing.assert_frame_equal(read(raw), read(CSV))


@pytest.mark.parametrize(("before", "after"), [(b"1947:Q2", b"1947:Q3"), (b"ROUTPUT08Q4", b"GDP"), (b"309.0", b"x")])
def test_other_tables_are_refused(before, after):
    with pytest.raises(ValueError, match=r"GDP|dates repeat|'x' is not a number"):
        read(CSV.replace(before, after))


def test_advance_estimates(real_data, monkeypatch):
    monkeypatch.setenv("TVPLAB_DATA", str(real_data))
    frame = data.load("us-output-realtime").frame
    for vintage, published in (("2008Q4", -0.25), ("2009Q1", -3.80), ("2020Q2", -4.78), ("2020Q3", -32.9)):
        last = frame[vintage].dropna()
        annual = 100 * ((last.iloc[-1] / last.iloc[-2]) ** 4 - 1)
        assert annual == pytest.approx(published, abs=0.05)
        assert last.index[-1].to_period("Q") == pd.Period(vintage) - 1


def test_many_vintages_are_those_loaded_one_by_one(real_data, monkeypatch):
    monkeypatch.setenv("TVPLAB_DATA", str(real_data))
    asked = ["2016-12-16", "2016-06-29", "2016-08-05"]
    many = data.load_vintages("nyfed", asked)
    assert list(many) == asked
    for vintage, dataset in many.items():
        pd.testing.assert_frame_equal(dataset.frame, data.load("nyfed", vintage).frame)
        assert dataset.vintage == vintage
    with pytest.raises(FileNotFoundError, match="nyfed 2001-01-01 is not at hand"):
        data.load_vintages("nyfed", ["2016-06-29", "2001-01-01"])
