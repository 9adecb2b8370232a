"""The tables beside results.json: whatever stands in the numbers, pandas reads back from either file."""

import json
import math
import tempfile
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import config, paths
from helpers.config import Study
from helpers.record import Number, Numbers
from helpers.site import flat_files

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from('\n",;\t'), min_size=1, max_size=12)
VALUES = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT
)
NUMBERS = st.dictionaries(
    st.from_regex(r"[a-z]{1,4}\.[a-z_]{1,6}", fullmatch=True),
    st.builds(Number, VALUES, st.sampled_from(["share", "price", "count", "text"]), TEXT, TEXT),
    min_size=1,
    max_size=6,
)


def table(folder: Path, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table as pandas reads it, from CSV and from Parquet; an empty field is a missing value and nothing else is."""
    texts = flat_files.TEXTS[name]
    read = pd.read_csv(
        folder / f"{name}.csv", dtype=dict.fromkeys(texts, "object"), keep_default_na=False,
        na_values={column: [""] for column in pd.read_csv(folder / f"{name}.csv", nrows=0).columns},
        float_precision="round_trip",
    )  # fmt: skip
    return read, pd.read_parquet(folder / f"{name}.parquet")


@settings(max_examples=40, deadline=None)
@given(NUMBERS)
def test_results_are_read_back_as_they_stand_in_the_json(found):
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        numbers = Numbers(found)
        numbers.save(home / "results.json", "mine", "USD")
        flat_files.write(home, numbers, "USD")
        content = json.loads((home / "results.json").read_text(encoding="utf-8"))
        told = content["numbers"]
        assert content["money"] == "hundredths of USD"
        csv, parquet = table(home, "results")
        assert not any(text[0] in "=@\t" for column in ("description", "text") for text in csv[column]), "no formula"
        for read, defused in ((csv, "'"), (parquet, "")):
            assert list(read["name"]) == sorted(told) and len(read) == len(told)
            for _, row in read.iterrows():
                expected = told[row["name"]]
                for column in ("description", "text"):
                    assert row[column] in (expected[column], defused + expected[column])
                value, price = expected["value"], expected["unit"] == "price"
                assert row["unit"] == ("USD" if price else expected["unit"])
                if value is None or isinstance(value, str):
                    assert math.isnan(row["value"])
                else:
                    money = price and not isinstance(value, bool)
                    assert row["value"] == (
                        float(f"{value!r}e-2" if "e" not in repr(value) else Decimal(repr(value)) / 100)
                        if money
                        else value
                    )
        assert sorted(file.name for file in home.iterdir()) == sorted(["results.json", *paths.TABLES])


def number(value: float | str, unit: str = "share") -> Number:
    return Number(value, unit, "", str(value))


def recorded(study: Study, shown: str) -> dict[str, Number]:
    """Every number of an effect, each unlike all others, as notebook 05 records them."""
    count = iter(range(1, 10_000))
    found = {"primary.arm": number(shown, "text")}
    for metric in study.metrics:
        for column in (*flat_files.MEASURED, "n_control", "n_treatment"):
            found[f"metrics.{metric.name}.{column}"] = number(next(count) / 7)
        found[f"metrics.{metric.name}.verdict"] = number(f"verdict of {metric.name}", "text")
        for arm in study.treatments[1:] and study.treatments:
            for column in flat_files.MEASURED[2:]:
                found[f"arms.{arm.name}.{metric.name}.{column}"] = number(next(count) / 7)
            found[f"arms.{arm.name}.{metric.name}.value"] = number(next(count) / 7)
    return found


@pytest.mark.parametrize("name", ["cart_checkout", "hillstrom"])
def test_effects_have_a_row_a_metric_and_treatment_with_what_is_recorded_of_it(tmp_path, name):
    study = config.load(f"studies/{name}.yml")
    arms = [arm.name for arm in study.treatments]
    shown, several = arms[-1], len(arms) > 1
    found = recorded(study, shown)
    flat_files.write(tmp_path, Numbers(found), "EUR", study)
    for read in table(tmp_path, "effects"):
        assert list(zip(read["metric"], read["arm"], strict=True)) == [
            (m.name, arm) for m in study.metrics for arm in arms
        ]
        assert list(read["role"]) == [metric.role for metric in study.metrics for _ in arms]
        for _, row in read.iterrows():
            common, own = f"metrics.{row['metric']}", f"arms.{row['arm']}.{row['metric']}"
            here = own if several else common
            assert row["control"] == found[f"{common}.control"].value
            assert row["treatment"] == found[f"{own}.value" if several else f"{common}.treatment"].value
            for column in flat_files.MEASURED[2:]:
                assert row[column] == found[f"{here}.{column}"].value
            assert row["n_control"] == found[f"{common}.n_control"].value
            if row["arm"] == shown:
                assert row["n_treatment"] == found[f"{common}.n_treatment"].value
                assert row["verdict"] == found[f"{common}.verdict"].text
            else:
                assert pd.isna(row["n_treatment"]) and pd.isna(row["verdict"]), "of another treatment nothing is said"


def test_what_was_not_found_is_empty(tmp_path):
    study = config.load("studies/cart_checkout.yml")
    flat_files.write(tmp_path, Numbers({"primary.arm": number("treatment", "text")}), "EUR", study)
    for read in table(tmp_path, "effects"):
        assert len(read) == len(study.metrics) and read[[*flat_files.MEASURED, "unit", "verdict"]].isna().all(axis=None)
    assert {file.name for file in tmp_path.iterdir()} == {*paths.TABLES, *paths.EFFECTS}


def test_money_of_an_effect_is_in_units_of_its_currency(tmp_path):
    study = config.load("studies/hillstrom.yml")
    metric, arm = study.metric("spend"), study.treatments[0].name
    assert metric.unit == "money"
    found = {
        "primary.arm": number(arm, "text"), f"metrics.{metric.name}.control": number(2169.60, "price"),
        f"arms.{arm}.{metric.name}.absolute": number(-31, "price"),
        f"arms.{arm}.{metric.name}.relative": number(-0.0142, "relative"),
    }  # fmt: skip
    flat_files.write(tmp_path, Numbers(found), study.economics.currency, study)
    for read in table(tmp_path, "effects"):
        row = read.set_index(["metric", "arm"]).loc[(metric.name, arm)]
        assert (row["control"], row["absolute"], row["relative"]) == (21.696, -0.31, -0.0142)
        assert row["unit"] == row["absolute_unit"] == study.economics.currency
