"""Brazil's consumer prices: fetched from answers of the recorded shape, and the real files where they are."""

import json
import os
import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, Reply

from tvplab import data
from tvplab.data import download, fetching
from tvplab.data.ipca import HEADLINE
from tvplab.data.sources import get_source

SPANS = {"1419": ("2012-01", "2019-12"), "7060": ("2020-01", "2023-12")}
MEANINGS = {
    "NC": "Nível Territorial (Código)", "NN": "Nível Territorial", "MC": "Unidade de Medida (Código)",
    "MN": "Unidade de Medida", "V": "Valor", "D1C": "Brasil (Código)", "D1N": "Brasil", "D2C": "Variável (Código)",
    "D2N": "Variável", "D3C": "Mês (Código)", "D3N": "Mês",
    "D4C": "Geral, grupo, subgrupo, item e subitem (Código)", "D4N": "Geral, grupo, subgrupo, item e subitem",
}  # fmt: skip
VARIABLES = {"63": "IPCA - Variação mensal", "66": "IPCA - Peso mensal"}
NOT_ITEMS = {"7170": "1.Alimentação e bebidas", "7171": "11.Alimentação no domicílio", "7173": "1101002.Arroz"}
Usage = namedtuple("Usage", "total used free")
PHOTOGRAPHY = "7203.Fotografia e filmagem"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(download, "PAUSE_SECONDS", 0.0)


@pytest.fixture(scope="module")
def real_folder() -> Path:
    folder = Path(os.environ.get("TVPLAB_DATA") or ROOT.parent / "shared" / "data").resolve()
    if not (folder / "brazil" / "cpi_item_br_12m.csv").is_file():
        pytest.skip(f"the real files of the IPCA are not at hand ({folder})")
    return folder


def entry(variable: str, month: str, code: str, name: str, value: str) -> dict:
    """One number as the service writes it."""
    return {
        "NC": "1", "NN": "Brasil", "MC": "2", "MN": "%", "V": value, "D1C": "1", "D1N": "Brasil", "D2C": variable,
        "D2N": VARIABLES[variable], "D3C": month, "D3N": month, "D4C": code, "D4N": name,
    }  # fmt: skip


def numbers(table: pd.DataFrame, variable: str, codes: dict[str, str]) -> list[dict]:
    """The numbers of a months × items table; NaN is written as the service does."""
    return [
        entry(variable, f"{month:%Y%m}", code, sidra_name(label), "..." if np.isnan(row[label]) else repr(row[label]))
        for month, row in zip(table.index, table.to_dict("records"), strict=True)
        for label, code in codes.items()
    ]


def sidra_name(label: str) -> str:
    return "Índice geral" if label == HEADLINE else label


def answers_of(monthly: pd.DataFrame, weights: pd.DataFrame) -> dict[str, list[dict]]:
    """Path -> answer, for the two questions to each of the two tables."""
    answers = {}
    for table, (first, last) in SPANS.items():
        in_table = weights.loc[first:last].dropna(axis=1, how="all")
        codes = {label: str(90_000 + i) for i, label in enumerate(in_table.columns)}
        month = first.replace("-", "")
        others = [entry("66", month, code, name, "1.5") for code, name in NOT_ITEMS.items()]
        others.append(entry("66", month, "1101002", "", "..."))  # a code that is not part of the table
        known = others + numbers(in_table.iloc[:1], "66", codes)
        held = numbers(monthly.loc[first:last], "63", codes) + numbers(in_table, "66", codes)
        answers[f"/values/t/{table}/n1/all/v/66/p/{month}/c315/all"] = [MEANINGS, *known]
        listed = ",".join(codes.values())
        answers[f"/values/t/{table}/n1/all/v/63,66/p/all/c315/{listed}"] = [MEANINGS, *held]
    return answers


def synthetic_tables(last: str = "2022-12") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Made-up numbers: each item grows at its own constant rate, k/100 percent a month; equal weights."""
    labels = [HEADLINE, *(f"{number}.Synthetic {number}" for number in get_source("brazil-ipca").titles), PHOTOGRAPHY]
    months = pd.date_range("2012-01", last, freq="MS")
    monthly = pd.DataFrame(np.tile(np.arange(len(labels)) / 100, (len(months), 1)), months, labels)
    monthly.loc["2020":, PHOTOGRAPHY] = np.nan
    weights = monthly.notna().astype(float).where(monthly.notna())
    weights = 100 * weights.div(weights.drop(columns=HEADLINE).sum(axis=1), axis=0)
    weights[HEADLINE] = 100.0
    return monthly, weights


@pytest.fixture
def service(server, monkeypatch):
    """The set's two addresses, on the local server, and the answers that it gives; a test may spoil them."""
    known = get_source("brazil-ipca")
    here = [replace(r, url=r.url.replace("https://apisidra.ibge.gov.br", server.url)) for r in known.remotes]
    monkeypatch.setattr(fetching, "get_source", lambda name: replace(known, remotes=tuple(here)))
    answer_with(server, answers_of(*synthetic_tables()))
    return server


def answer_with(server, answers: dict[str, list[dict]]) -> None:
    for path, answer in answers.items():
        server.serve(path, Reply(json.dumps(answer, ensure_ascii=False).encode()))


def last_question(service) -> str:
    return list(service.replies)[-1]


@pytest.fixture
def old_files(cache, service):
    """The two files of an earlier fetch, with their bytes."""
    target = data.fetch("brazil-ipca")
    service.asked.clear()
    return {path: path.read_bytes() for path in target.parent.iterdir()}


def refused(old_files, match, **options):
    """Fetch, expect a one-line FetchError, and prove that the old files are the only ones and unchanged."""
    with pytest.raises(data.FetchError, match=match) as caught:
        data.fetch("brazil-ipca", **options)
    assert "\n" not in str(caught.value)
    folder = next(iter(old_files)).parent
    assert {path: path.read_bytes() for path in folder.iterdir()} == old_files


def spoil(service, change) -> None:
    """Change the last answer by `change`, a function of its list of objects."""
    path = last_question(service)
    service.serve(path, Reply(json.dumps(change(json.loads(service.replies[path].body))).encode()))


# --- what comes


def test_the_set_is_put_together_from_two_tables(cache, service):
    path = data.fetch("brazil-ipca")
    assert path == cache / "brazil" / "cpi_item_br_12m.csv"
    assert sorted(p.name for p in path.parent.iterdir()) == ["cpi_item_br_12m.csv", "cpi_item_br_weights.csv"]
    assert service.asked == list(service.replies)
    loaded = data.load("brazil-ipca")
    assert loaded.frame.index.equals(pd.date_range("2012-12-01", "2022-12-01", freq="MS"))
    assert loaded.frame.index.freqstr == "MS"
    expected = 100 * ((1 + np.arange(1, 52) / 10_000) ** 12 - 1)
    np.testing.assert_allclose(loaded.frame.to_numpy(), np.tile(expected, (121, 1)), rtol=1e-10)
    np.testing.assert_allclose(loaded.headline, 0.0, atol=1e-12)


def test_the_weights_have_the_rows_and_columns_of_the_frame(cache, service):
    data.fetch("brazil-ipca")
    loaded = data.load("brazil-ipca")
    assert loaded.weights.index.equals(loaded.frame.index)
    assert loaded.weights.columns.equals(loaded.frame.columns)
    np.testing.assert_allclose(loaded.weights.loc[:"2019-12"], 100 / 52)
    np.testing.assert_allclose(loaded.weights.loc["2020":], 100 / 51)


def test_what_is_known_of_the_items(cache, service):
    data.fetch("brazil-ipca")
    loaded = data.load("brazil-ipca")
    label = "1107.Synthetic 1107"
    assert (loaded.titles[label], loaded.groups[label], loaded.frequencies[label]) == (
        "Meat",
        "Food and beverages",
        "m",
    )
    assert loaded.units[label] == "Percent change over 12 months"
    assert loaded.groups["9101.Synthetic 9101"] == "Communication"
    pd.testing.assert_frame_equal(loaded.transformed(), loaded.frame)


def test_an_item_takes_the_name_of_the_newer_table(cache, service):
    spoil(service, lambda a: [{**e, "D4N": e["D4N"].replace("Synthetic 3202", "TV")} for e in a])
    data.fetch("brazil-ipca")
    loaded = data.load("brazil-ipca")
    assert "3202.TV" in loaded.frame.columns
    assert loaded.frame.shape == loaded.weights.shape == (121, 51)


def test_the_catalogue_and_verify_know_the_set(cache, service):
    row = data.catalog().set_index("name").loc["brazil-ipca"]
    assert (row["get"], row["where"]) == ("fetch", "not at hand")
    with pytest.raises(FileNotFoundError, match=r"python -m tvplab data fetch brazil-ipca$"):
        data.load("brazil-ipca")
    data.fetch("brazil-ipca")
    assert data.catalog().set_index("name").loc["brazil-ipca", "where"] == "cache"
    assert list(data.verify("brazil-ipca")["ok"]) == [True]


def test_the_addresses_are_those_of_the_service():
    remotes = get_source("brazil-ipca").remotes
    asked = [r.url.format(variables="63,66", months="all", categories="7169,7172") for r in remotes]
    assert asked == [
        f"https://apisidra.ibge.gov.br/values/t/{table}/n1/all/v/63,66/p/all/c315/7169,7172" for table in SPANS
    ]


# --- what goes wrong on the way


def test_a_missing_page(old_files, service):
    del service.replies[last_question(service)]
    refused(old_files, r"t/7060/n1/all/v/63,66/p/all/c315/.*: the server answers 404", retries=3)
    assert len(service.asked) == 4


def test_a_refusal_of_the_first_table_stops_there(old_files, service):
    service.serve(next(iter(service.replies)), Reply(b"Quantidade de valores excedeu o limite", 400))
    refused(old_files, "t/1419/.*: the server answers 400")
    assert len(service.asked) == 1


def test_a_server_error_is_tried_again_a_bounded_number_of_times(old_files, service):
    service.serve(last_question(service), Reply(b"busy", 503))
    refused(old_files, r"the server answers 503 .*\(3 tries\)", retries=2)
    assert len(service.asked) == 6


def test_a_truncated_body_is_noticed(old_files, service):
    body = service.replies[last_question(service)].body
    service.serve(last_question(service), Reply(body[:-500], claimed=len(body)))
    refused(old_files, r"the transfer broke off before the end \(1 tries\)", retries=0)


def test_json_cut_short_is_noticed_without_its_length(old_files, service):
    service.serve(last_question(service), Reply(service.replies[last_question(service)].body[:-500]))
    refused(old_files, "t/7060/.*: not a usable answer: not JSON")


def test_an_error_page_with_status_200_is_noticed(old_files, service):
    service.serve(last_question(service), Reply(b"<html>overloaded</html>"))
    refused(old_files, "not a usable answer: not JSON")


def test_a_silent_server_times_out(old_files, service):
    reply = service.replies[last_question(service)]
    service.serve(last_question(service), replace(reply, delay=1.5))
    refused(old_files, "no answer within 0.5 seconds", timeout=0.5, retries=0)


def test_a_full_disk_refuses_before_anything_is_asked(old_files, service, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100, 99, 1_000_000))
    refused(old_files, "not enough disk: 30.0 MB needed, 1.0 MB free")
    assert service.asked == []


def test_a_failing_move_keeps_the_old_files(old_files, service, monkeypatch):
    def broken(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", broken)
    refused(old_files, r"Permission denied \(.*brazil\)")


def test_the_old_changes_still_load_when_only_the_weights_were_moved(old_files, service, monkeypatch):
    before, move = data.load("brazil-ipca"), os.replace

    def breaks_at_the_changes(new, old):
        if old.name == "cpi_item_br_12m.csv":
            raise PermissionError(13, "Permission denied")
        move(new, old)

    answer_with(service, answers_of(*synthetic_tables(last="2023-06")))
    monkeypatch.setattr(os, "replace", breaks_at_the_changes)
    with pytest.raises(data.FetchError, match="Permission denied"):
        data.fetch("brazil-ipca")
    folder = next(iter(old_files)).parent
    assert b"2023-06-01" in (folder / "cpi_item_br_weights.csv").read_bytes()
    after = data.load("brazil-ipca")
    pd.testing.assert_frame_equal(after.frame, before.frame)
    pd.testing.assert_frame_equal(after.weights, before.weights)


# --- answers of the wrong structure


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda a: {"erro": "x"}, "not a list of objects"),
        (lambda a: [], "not a list of objects"),
        (lambda a: a[1:], "V means '0.0', expected 'Valor'"),
        (lambda a: [{**a[0], "D3C": "Trimestre (Código)"}, *a[1:]], "D3C means 'Trimestre"),
        (lambda a: [a[0], {k: v for k, v in a[1].items() if k != "V"}, *a[2:]], "an entry lacks one of"),
        (lambda a: [e for e in a if not e["D4N"].startswith("1107.")], r"item 1107 \(Meat\) is missing"),
        (lambda a: [e for e in a if e["D4N"] != "Índice geral"], "the headline, '1001.CPI Headline', is missing"),
        (lambda a: [e for e in a if e["D3C"] != "202105"], "dates repeat, skip or go back"),
        (lambda a: [*a, a[1]], "1001.CPI Headline comes twice in 202001, variable 63"),
        (lambda a: a[:1], "121 expected"),
        (lambda a: [*a[:2], {**a[2], "V": "-"}, *a[3:]], r"item 1101 .* is missing or not there in every month"),
        (lambda a: [*a[:2], {**a[2], "V": "n/d"}, *a[3:]], "1101.* in 202001: 'n/d' is not a number"),
        (lambda a: [*a[:-1], {**a[-1], "V": "2.5"}], "the weights of 2022-12 sum to 100.5392, not to 100"),
        (lambda a: [*a[:-1], {**a[-1], "V": "..."}], "the weights of 2022-12 sum to 98.0392, not to 100"),
    ],
)  # fmt: skip
def test_a_wrong_structure_is_noticed(old_files, service, change, match):
    spoil(service, change)
    refused(old_files, match)


def test_a_table_without_items_is_noticed(old_files, service):
    path = list(service.replies)[2]
    service.serve(path, Reply(json.dumps([MEANINGS]).encode()))
    refused(old_files, "t/7060/.*: not a usable answer: no item in 2020-01")


# --- the caller's errors


def test_another_address_is_refused(cache, service):
    with pytest.raises(ValueError, match=r"source: brazil-ipca is made from 2 tables .*, got 'a\.csv'"):
        data.fetch("brazil-ipca", source="a.csv")
    assert service.asked == []


def test_changes_without_weights_are_refused(cache, service):
    path = data.fetch("brazil-ipca")
    (path.parent / "cpi_item_br_weights.csv").unlink()
    with pytest.raises(ValueError, match=r"cpi_item_br_12m\.csv: the weights, brazil/.*, are not at hand"):
        data.load("brazil-ipca")
    assert list(data.verify("brazil-ipca")["ok"]) == [False]


def test_a_month_without_weights_is_refused(cache, service):
    path = data.fetch("brazil-ipca")
    weights = path.parent / "cpi_item_br_weights.csv"
    lines = weights.read_text(encoding="utf-8").splitlines(keepends=True)
    weights.write_text("".join(line for line in lines if not line.startswith("2022-12")), encoding="utf-8")
    with pytest.raises(ValueError, match="2022-12 has no weights"):
        data.load("brazil-ipca")


# --- the real files


@pytest.fixture
def real(real_folder, cache, monkeypatch) -> data.Dataset:
    monkeypatch.setenv("TVPLAB_DATA", str(real_folder))
    return data.load("brazil-ipca")


def test_real_headline(real):
    published = {"2015-12": 10.67, "2017-08": 2.46, "2020-05": 1.88, "2022-12": 5.78}
    assert {month: round(real.headline.loc[month].item(), 2) for month in published} == published


def test_real_items(real):
    assert real.frame.shape == real.weights.shape == (121, 51)
    assert real.frame.notna().all(axis=None)
    assert real.weights.notna().all(axis=None)
    assert HEADLINE not in real.frame.columns
    assert "1107.Carnes" in real.frame.columns
    assert set(real.titles) == set(real.groups) == set(real.frame.columns)
    assert len(set(real.groups.values())) == 9


def test_real_weights_sum_to_100_before_the_join_and_leave_out_photography_after_it(real, real_folder):
    tidy = pd.read_csv(real_folder / "brazil" / "cpi_item_br_weights.csv")
    items = tidy[tidy["item"] != HEADLINE]
    assert (items.groupby("date")["value"].sum() - 100).abs().max() <= 1e-3
    photography = items[items["item"] == PHOTOGRAPHY].set_index("date")["value"]
    left_out = photography.set_axis(pd.to_datetime(photography.index)).reindex(real.weights.index).fillna(0)
    assert (real.weights.sum(axis=1) + left_out - 100).abs().max() <= 1e-3


def test_real_weighted_items_follow_the_headline(real):
    weighted = (real.weights * real.frame).sum(axis=1) / 100
    assert round(np.corrcoef(weighted, real.headline)[0, 1], 3) == 0.996


def test_real_files_come_back_from_answers_made_of_them(real, real_folder, service, monkeypatch):
    """Monthly changes that chain to the real ones: an index with constant growth in its first year."""
    changes = pd.read_csv(real_folder / "brazil" / "cpi_item_br_12m.csv", index_col="date", parse_dates=True)
    tidy = pd.read_csv(real_folder / "brazil" / "cpi_item_br_weights.csv", parse_dates=["date"])
    weights = tidy.pivot(index="date", columns="item", values="value").loc[:"2022-12"]
    monthly = monthly_from(changes).reindex(columns=weights.columns)
    monthly.loc[:"2019-12", PHOTOGRAPHY] = 0.1
    service.replies.clear()
    answer_with(service, answers_of(monthly, weights))
    monkeypatch.delenv("TVPLAB_DATA")
    data.fetch("brazil-ipca")
    fetched = data.load("brazil-ipca")
    pd.testing.assert_frame_equal(fetched.frame, real.frame, rtol=0, atol=1e-9)
    pd.testing.assert_frame_equal(fetched.weights, real.weights)
    pd.testing.assert_series_equal(fetched.headline, real.headline, rtol=0, atol=1e-9)


def monthly_from(changes: pd.DataFrame) -> pd.DataFrame:
    growth = 1 + changes.to_numpy() / 100
    level = list(growth[0] ** (np.arange(13)[:, None] / 12))
    for factor in growth[1:]:
        level.append(level[-12] * factor)
    levels = np.array(level)
    months = pd.date_range(end=changes.index[-1], periods=len(levels) - 1, freq="MS")
    return pd.DataFrame(100 * (levels[1:] / levels[:-1] - 1), months, changes.columns)
