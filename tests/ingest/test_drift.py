"""Files of one table whose columns differ, as those of an export that changed: what is read of them, and what is refused."""

import io

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.config import tracking_plan
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.warehouse.build import dbt_vars
from helpers.warehouse.examine import examined
from helpers.warehouse.render import create
from tests.ingest.studies import LOG_COLUMNS, log_study, unit_study

OTHERS = ["note", "source", "step"]
VALUES = {"int": [1, 2, 2], "text": ["x", "y", "y"], "float": [0.5, 2.0, 2.0], "empty": [None, None, None]}
DRIFT = st.lists(
    st.dictionaries(st.sampled_from(OTHERS), st.sampled_from(sorted(VALUES)), max_size=3), min_size=2, max_size=3
)


def files(home, drift: list[dict[str, str]], ending: str) -> pd.DataFrame:
    """A file for each entry, with the other columns that it names; all of it as one table, every value as text."""
    home.mkdir()
    tables = []
    for number, others in enumerate(drift):
        moments = pd.to_datetime([f"2019-10-01 00:0{number}:0{second}" for second in (1, 2, 2)])
        table = pd.DataFrame(
            {
                "at": moments,
                "what": "view",
                "who": [f"u{number}"] * 3,
                "cost": 1.5,
                "id": [f"{number}{i}" for i in "abc"],
            }
        ).assign(**{name: pd.Series(VALUES[kind], dtype=None) for name, kind in others.items()})
        file = home / f"{number}.{ending}"
        table.to_csv(file, index=False) if ending == "csv" else table.to_parquet(file)
        tables.append(table)
    return pd.concat(tables)


def kept_rows(study, raw) -> int:
    """Rows that the warehouse keeps as events of their own."""
    ingest.land(study, raw)
    with duckdb.connect() as con:
        create(con, dbt_vars(study, ingest.landed(raw), tracking_plan.tracking_plan(study)), "fct_row_flow")
        flow = dict(con.execute("select kind, rows from marts.fct_row_flow").fetchall())
    return int(flow["kept"])


@settings(deadline=None, max_examples=5)
@given(DRIFT, st.sampled_from(["csv", "parquet"]))
def test_columns_that_nobody_maps_may_differ_where_rows_have_ids(tmp_path_factory, drift, ending):
    home = tmp_path_factory.mktemp("drift")
    table = files(home / "logs", drift, ending)
    study = log_study(home / "logs", columns=LOG_COLUMNS | {"event_id": "id"})
    assert kept_rows(study, home / "raw") == len(table)


@settings(deadline=None, max_examples=5)
@given(DRIFT, st.sampled_from(["csv", "parquet"]))
def test_without_ids_all_files_have_the_same_columns_of_any_type(tmp_path_factory, drift, ending):
    home = tmp_path_factory.mktemp("drift")
    table = files(home / "logs", drift, ending).drop(columns="id")
    for file in (home / "logs").iterdir():
        without_ids(file)
    study = log_study(home / "logs")
    if len({frozenset(others) for others in drift}) > 1:
        with pytest.raises(ReportError, match="other columns than in") as caught:
            kept_rows(study, home / "raw")
        assert "data.columns.event_id" in str(caught.value)
    else:
        assert kept_rows(study, home / "raw") == len(table.astype(str).drop_duplicates())


def without_ids(file) -> None:
    if file.suffix == ".csv":
        frame = pd.read_csv(io.BytesIO(file.read_bytes()), dtype=str, keep_default_na=False).drop(columns="id")
        frame.to_csv(file, index=False)
    else:
        pd.read_parquet(file).drop(columns="id").to_parquet(file)


def test_check_looks_at_files_of_a_folder_that_differ(tmp_path):
    files(tmp_path / "logs", [{"note": "int"}, {"note": "text"}, {"note": "empty"}], "parquet")
    study = log_study(tmp_path / "logs", columns=LOG_COLUMNS | {"event_id": "id"})
    where = StudyPaths(study.name, tmp_path)
    seen = examined(study, where, tracking_plan.tracking_plan(study), full=True)
    assert seen.rows == 9


@settings(deadline=None, max_examples=5)
@given(DRIFT, st.sampled_from(["csv", "parquet"]), st.sampled_from(["USD", "EUR", None]))
def test_of_a_table_of_units_too_and_a_currency_that_one_file_tells_counts(tmp_path_factory, drift, ending, code):
    home = tmp_path_factory.mktemp("drift")
    (home / "units").mkdir()
    for number, others in enumerate(drift):
        table = pd.DataFrame(
            {"who": [f"u{number}{i}" for i in "abc"], "arm": list("aba"), "bought": 1, "spend": 2.5, "rounds": 3}
        )
        table = table.assign(**{name: pd.Series(VALUES[kind], dtype=None) for name, kind in others.items()})
        if code and number == len(drift) - 1:
            table["paid_in"] = code
        file = home / "units" / f"{number}.{ending}"
        table.to_csv(file, index=False) if ending == "csv" else table.to_parquet(file)
    study = unit_study(home / "units")
    if code == "EUR":
        with pytest.raises(ReportError, match=f"EUR in 3 rows with an amount .the first is {len(drift) - 1}.{ending}"):
            ingest.land(study, home / "raw")
    else:
        ingest.land(study, home / "raw")
        assert ingest.landed(home / "raw").table_rows == 3 * len(drift)
