"""Codes such as 9, 99 or -1 among the values of an outcome are told, and healthy values never are; numpy draws both."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers import config
from helpers.config import tracking_plan
from helpers.warehouse import codes
from helpers.warehouse.examine import examined
from tests.ingest.studies import events_of, table, unit_study
from tests.notebooks import degenerate
from tests.notebooks.degenerate import metric

STUDY = unit_study("nowhere.csv")
FEW = settings(max_examples=40, deadline=None)
N = 2_000


def found(event: str, values: np.ndarray, digits: int = 0) -> list[tuple[str, ...]]:
    """The codes that are seen among such amounts of an outcome; zero is no event."""
    amounts = np.round(np.asarray(values) * 10**digits).astype("int64")
    names = np.where(amounts < 0, f"{event} refund", event)
    rows = pd.DataFrame({"event_name": names, "amount": amounts, "event_time": pd.Timestamp(STUDY.period.start)})
    rows = rows[rows.amount != 0]
    with duckdb.connect() as con:
        con.execute("create schema intermediate; create schema marts")
        con.execute("create table intermediate.int_key_events as from rows")
        con.execute(f"create table marts.dim_amounts as select '{event}' as event_name, {digits} as digits")
        return [code.values for code in codes.found(con, STUDY)]


def likert(rng: np.random.Generator, low: int, high: int) -> np.ndarray:
    return rng.choice(np.arange(low, high + 1), N, p=rng.dirichlet(np.full(high - low + 1, 3.0)))


def prices(rng: np.random.Generator) -> np.ndarray:
    listed = np.array([4.99, 9.99, 19.99, 29, 49, 99, 99.99, 199, 999])
    bought = rng.choice(listed, N, p=rng.dirichlet(np.ones(listed.size)))
    return bought * rng.choice([0, 1, 1, 1, 2], N)


HEALTHY = {
    "answers of 1 to 5": lambda rng: ("rounds", likert(rng, 1, 5), 0),
    "answers of 1 to 9": lambda rng: ("rounds", likert(rng, 1, 9), 0),
    "answers of 0 to 10": lambda rng: ("rounds", likert(rng, 0, 10), 0),
    "every other answer": lambda rng: ("rounds", 2 * likert(rng, 0, 4) + 1, 0),
    "yes and no": lambda rng: ("bought", rng.integers(0, 2, N), 0),
    "counts": lambda rng: ("rounds", rng.poisson(rng.uniform(0.2, 12), N), 0),
    "counts with a long tail": lambda rng: ("rounds", rng.negative_binomial(0.4, rng.uniform(0.02, 0.4), N), 0),
    "ages": lambda rng: ("rounds", np.clip(rng.normal(45, 18, N), 18, 99).round(), 0),
    "marks up to 99": lambda rng: ("rounds", rng.integers(0, 100, N), 0),
    "a list of prices": lambda rng: ("spend", prices(rng), 2),
    "spending": lambda rng: ("spend", rng.lognormal(3, rng.uniform(0.5, 2), N).round(2), 2),
    "spending that ends in nines": lambda rng: ("spend", rng.lognormal(3, 1.5, N).round() + 0.99, 2),
    "refunds of what was paid": lambda rng: ("spend", prices(rng) * rng.choice([1, 1, 1, -1], N), 2),
    "a count less one": lambda rng: ("rounds", rng.choice([1, 1, 1, 2, -1], N), 0),
}  # fmt: skip


@FEW
@given(st.sampled_from(sorted(HEALTHY)), st.integers(0, 2**32))
def test_healthy_values_hold_no_code(kind, seed):
    assert found(*HEALTHY[kind](np.random.default_rng(seed))) == []


CODED = {
    "answers of 1 to 5": [("9",), ("99",), ("8", "9"), ("98", "99"), ("-1",), ("-99", "-9")],
    "answers of 1 to 9": [("99",), ("999",), ("-1",)],
    "answers of 0 to 10": [("99",), ("88", "99"), ("-9",)],
    "yes and no": [("9",), ("99",), ("-9",)],
    "counts": [("999",), ("9999",), ("-99",)],
    "spending": [("99999",), ("-1",), ("2147483647",)],
}


@FEW
@given(
    st.sampled_from([(k, c) for k, each in CODED.items() for c in each]), st.integers(25, 400), st.integers(0, 2**32)
)
def test_a_code_among_them_is_told(which, many, seed):
    kind, planted = which
    rng = np.random.default_rng(seed)
    event, values, digits = HEALTHY[kind](rng)
    values = values.astype(float)
    if kind == "spending":
        values = np.minimum(values, 3_000)
    values[rng.choice(N, many, replace=False)] = np.resize([float(code) for code in planted], many)
    assume("-1" not in planted or (values == 1).mean() <= codes.USUAL)  # else one may as well have come back
    assert found(event, values, digits) == [planted]


def study_of(base: Path, values: np.ndarray, **data: object) -> Path:
    rows = [{"who": f"u{i}", "arm": f"arm_{'ab'[i % 2]}", "some": v} for i, v in enumerate(values)]
    file = degenerate.units(base, "codes", rows, [metric("some", "mean", unit="count")])
    raw = yaml.safe_load(file.read_text())
    raw["data"] |= data
    file.write_text(yaml.safe_dump(raw))
    return file


def told(file: Path) -> list[str]:
    study, where = config.opened(file)
    seen = examined(study, where, tracking_plan.tracking_plan(study), full=True)
    assert not seen.faults
    return list(seen.notes)


@pytest.mark.parametrize(("code", "negative"), [(99, "error"), (-1, "refund")])
def test_check_tells_the_key_that_makes_a_code_missing_and_the_key_does(tmp_path, code, negative):
    values = np.random.default_rng(5).integers(2, 6, 300)
    values[::10] = code
    note = (
        f"{code} in 30 rows of some stands apart from all other values (the next is {5 if code > 0 else 0}) and counts as a"
        f" value: data.missing_codes: {{some: [{code}]}} if nothing is known there"
    )
    assert told(study_of(tmp_path, values, negative=negative)) == [note]
    key = {"some": [code]}
    assert told(study_of(tmp_path, values, negative=negative, missing_codes=key)) == []
    rows, _ = events_of(config.opened(tmp_path / "studies" / "codes.yml")[0], tmp_path / "raw")
    prices = [price for _, _, event, _, price in rows if event == "some"]
    assert prices.count(None) == 30
    assert sorted(float(p) for p in prices if p is not None) == sorted(values[values != code])


@pytest.mark.parametrize("word", ["NA", ".", "\\N", "n/a", "-"])
def test_a_word_for_nothing_is_missing_where_the_study_says_so(tmp_path, word):
    values = [word, "3", "1,5", word, "0", "2"] * 3
    study = unit_study(
        table(tmp_path, *(f"u{i};{'ab'[i % 2]};1;{v};1" for i, v in enumerate(values)), header="who;arm;bought;spend;rounds"),
        delimiter=";", missing_codes={"spend": word},
    )  # fmt: skip
    rows, _ = events_of(study, tmp_path / "raw")
    assert [price for _, _, event, _, price in rows if event == "spend"] == [None, "3", "1.5", None, "2"] * 3


@pytest.mark.parametrize("turned", [0.0, 0.2, 0.7, 1.0])
def test_more_refunds_than_was_paid_are_told(tmp_path, turned):
    rng = np.random.default_rng(3)
    values = rng.integers(2, 90, 300) * np.where(rng.random(300) < turned, -1, 1)
    notes = [note for note in told(study_of(tmp_path, values, negative="refund")) if "signs are turned" in note]
    assert len(notes) == (-values[values < 0].sum() > values[values > 0].sum())
    assert all(note.startswith(f"{(values < 0).sum()} amounts of some are below zero") for note in notes)
