"""The variant's levels of an event log, whatever they are called there, mapped in the study file."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from pydantic import ValidationError

from helpers.config import ConfigError, Study
from helpers.errors import ReportError
from helpers.ingest.levels import UNMAPPED, variant_of
from helpers.warehouse import build
from tests.ingest.studies import LOG_COLUMNS, log_study, unit_file
from tests.warehouse.test_warehouse import plain_rows, results, shop

TOLERATE = {"two_variants": 0.01}
CSV, PARQUET = "csv", "parquet"


def built(base: Path, rows: pd.DataFrame, levels: dict[object, str], suffix: str = CSV):
    """A study of these rows with its marts built; the log is written with the column called ``arm``."""
    base.mkdir()
    rows = rows.rename(columns={"variant": "arm"})
    file = base / f"arms.{suffix}"
    if suffix == CSV:
        rows.to_csv(file, index=False)
    else:
        duckdb.sql("select * from rows").write_parquet(str(file))
    columns = {("variant" if name == "arm" else name): name for name in rows.columns}
    data = {"source": "log", "path": str(file), "columns": columns, "tolerate": TOLERATE}
    study, where = shop(base, rows, events_of_experiment=False, data=data | ({"variants": levels} if levels else {}))
    build.build(study, where)
    return where


@pytest.fixture(scope="module")
def named(tmp_path_factory) -> pd.DataFrame:
    """What the same log gives where it holds the names of the variants themselves."""
    return results(built(tmp_path_factory.mktemp("levels") / "named", plain_rows(), {}))


@pytest.mark.slow
def test_truth_values_that_are_mapped_give_the_same_results(tmp_path, named):
    rows = plain_rows()
    rows["variant"] = rows["variant"] == "treatment"
    found = results(built(tmp_path / "own", rows, {False: "control", True: "treatment"}, PARQUET))
    pd.testing.assert_frame_equal(found, named)


@pytest.mark.slow
def test_a_level_that_is_not_mapped_is_one_clear_error(tmp_path):
    rows = plain_rows().replace({"variant": {"treatment": "Blue", "control": "A"}})
    with pytest.raises(ReportError) as caught:
        built(tmp_path / "own", rows, {"A": "control", "blue": "treatment"})
    assert str(caught.value).splitlines() == [
        "studies/own.yml: column 'arm' of the log holds levels that the study does not map",
        "  got:          'Blue'",
        "  expected:     'A', 'blue'",
        "  likely cause: the levels in the log are 'A' (101 units), 'Blue' (100 units)",
        "  remedy:       if this is what they mean, data.variants: {A: control, blue: treatment, Blue: treatment}",
    ]


@pytest.mark.slow
def test_the_empty_level_is_a_variant_where_it_is_mapped(tmp_path, named):
    """As in a table of units: an empty field of a CSV is null, and so is one of Parquet."""
    rows = plain_rows()
    half = pd.factorize(rows["user_id"])[0] % 2 == 0
    rows.loc[half & (rows["variant"] == "control"), "variant"] = None
    levels = {"": "control", "control": "control", "treatment": "treatment"}
    for suffix in (CSV, PARQUET):
        pd.testing.assert_frame_equal(results(built(tmp_path / suffix, rows, levels, suffix)), named)


@pytest.mark.parametrize("empty", ["", None])
def test_the_empty_level_means_what_the_study_says(empty):
    made = variant_of("arm", {"": "control", "B": "treatment"})
    assert duckdb.execute(f"select {made} from (select ?::varchar as arm)", [empty]).fetchall() == [("control",)]


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("A", "control"),
        ("0", "treatment"),
        ("B2", "treatment"),
        ("treatment", UNMAPPED + "treatment"),
        ("", None),
        (None, None),
    ],
)
def test_what_a_level_means(level, told):
    """Two may mean one variant; a variant's own name is no level where others are mapped, else two vocabularies mix."""
    made = variant_of("arm", {"A": "control", "0": "treatment", "B2": "treatment"})
    assert duckdb.execute(f"select {made} from (select ?::varchar as arm)", [level]).fetchall() == [(told,)]


def test_names_that_are_crossed_are_read_as_mapped():
    made = variant_of("arm", {"treatment": "control", "control": "treatment"})
    found = duckdb.execute(f"select {made} from (values ('control'), ('treatment')) t(arm)").fetchall()
    assert found == [("treatment",), ("control",)]


@pytest.mark.slow
def test_two_levels_of_one_variant_and_those_of_an_earlier_experiment(tmp_path, named):
    rows = plain_rows().replace({"variant": {"control": "A", "treatment": "it's B"}})
    rows.loc[(rows["user_id"].str[-1] == "4") & (rows["variant"] == "it's B"), "variant"] = "B2"
    early = rows.iloc[:30].assign(variant="C", event_time=pd.Timestamp("2026-07-01 10:00"))
    levels = {"A": "control", "it's B": "treatment", "B2": "treatment"}
    found = results(built(tmp_path / "own", pd.concat([rows, early]), levels))
    pd.testing.assert_frame_equal(found, named)


BREACHES = {
    "unknown variant": ({"variants": {"A": "control", "B": "treatmnt"}}, "data.variants"),
    "variant without level": ({"variants": {"A": "control", "B": "control"}}, "data.variants"),
    "no column": ({"variants": {"A": "control", "B": "treatment"}, "columns": LOG_COLUMNS}, "variants"),
}


@pytest.mark.parametrize("case", BREACHES)
def test_what_does_not_fit_is_told_as_for_a_unit_table(case):
    data, key = BREACHES[case]
    for source in ("log", "units"):
        if source == "log":
            made = {"columns": LOG_COLUMNS | {"variant": "arm"}} | data
        else:
            made = data | ({"columns": {"user_id": "who"}} if "columns" in data else {})
        with pytest.raises(ValidationError) as caught:
            log_study("log.csv", **made) if source == "log" else Study.model_validate(unit_file("units.csv", **made))
        breach = caught.value.errors()[0]["ctx"]["error"]
        assert isinstance(breach, ConfigError) and breach.key == key
