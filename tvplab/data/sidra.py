"""IBGE's table service (SIDRA): what is asked, and what an answer must look like.

An address is `…/values/t/TABLE/n1/all/v/VARIABLES/p/MONTHS/c315/CATEGORIES`: Brazil as a whole (n1), variable 63
(monthly change, percent) and 66 (monthly weight, percent), months as `201201` or `all`, and categories of the
classification 315, which holds the general index, groups, subgroups, items and subitems.  The answer is a JSON list of
objects; the first says what each key means, the others are one number each.  The service refuses more than 50,000
numbers at once, hence two questions to each table: first which categories are items, then their numbers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from tvplab.data.download import download
from tvplab.data.errors import FetchError
from tvplab.data.sources import Remote

CHANGE, WEIGHT = "63", "66"
GENERAL_INDEX = "Índice geral"
ITEM = r"\d{4}\.."  # 1 group, 2 subgroup, 4 item, 7 subitem: the number of digits tells the level
COLUMNS = {"D2C": "variable", "D3C": "month", "D4C": "category", "D4N": "name", "V": "value"}
MEANINGS = {"V": "Valor", "D2C": "Variável (Código)", "D3C": "Mês (Código)"}


def ask_tables(remotes: Sequence[Remote], folder: Path, timeout: float, retries: int) -> pd.DataFrame:
    """Ask every table for the changes and weights of its items, in all its months.

    Parameters
    ----------
    remotes : sequence of Remote
        One address for each table, with `{variables}`, `{months}` and `{categories}` to be filled in.
    folder : Path
        Where the answers are kept while they are read.
    timeout, retries
        As in `fetch`, for each question.

    Returns
    -------
    DataFrame of text
        One row per number: `variable`, `month` (YYYYMM), `category`, `name`, `value`; tables in the order asked.

    Raises
    ------
    FetchError
        No answer, or one of the wrong structure; the address comes first.
    """
    answers = []
    for remote in remotes:
        items = _ask(remote, WEIGHT, remote.first.replace("-", ""), "all", folder, timeout, retries)
        codes = ",".join(_item_codes(items, remote))
        answers.append(_ask(remote, f"{CHANGE},{WEIGHT}", "all", codes, folder, timeout, retries))
    return pd.concat(answers, ignore_index=True)


def read_answer(raw: bytes) -> pd.DataFrame:
    """Read one answer of the service; columns as in `ask_tables`.

    Raises
    ------
    ValueError
        Not JSON (cut short), not a list of objects, or keys that do not mean what they should.
    """
    try:
        answer = json.loads(raw)
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(answer, list) or not answer or not all(isinstance(entry, dict) for entry in answer):
        raise ValueError("not a list of objects")
    meanings, *entries = answer
    wrong = [key for key, meaning in MEANINGS.items() if meanings.get(key) != meaning]
    if wrong:
        raise ValueError(f"{wrong[0]} means {meanings.get(wrong[0])!r}, expected {MEANINGS[wrong[0]]!r}")
    if not all(isinstance(entry.get(key), str) for entry in entries for key in COLUMNS):
        raise ValueError(f"an entry lacks one of {', '.join(COLUMNS)}")
    return pd.DataFrame(entries, columns=list(COLUMNS)).rename(columns=COLUMNS)


def _ask(remote: Remote, variables: str, months: str, categories: str, folder, timeout, retries) -> pd.DataFrame:
    url = remote.url.format(variables=variables, months=months, categories=categories)
    try:
        file = download(replace(remote, url=url), folder / "answer.json", timeout, retries)
        answer = read_answer(file.read_bytes())
        file.unlink()
    except FetchError as error:
        raise FetchError(f"{url}: {error}") from error
    except ValueError as error:
        raise FetchError(f"{url}: not a usable answer: {error}") from error
    return answer


def _item_codes(answer: pd.DataFrame, remote: Remote) -> list[str]:
    wanted = answer["name"].str.match(ITEM) | (answer["name"] == GENERAL_INDEX)
    codes = answer.loc[wanted, "category"].drop_duplicates()
    if len(codes) < 2:
        raise FetchError(f"{remote.url}: not a usable answer: no item in {remote.first}")
    return list(codes)
