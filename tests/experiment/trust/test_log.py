"""Trouble planted in the rows of a log, and found again in its marts."""

import pandas as pd
import pytest

from helpers.experiment.results import Results
from helpers.experiment.trust import Trust, trust_checks
from helpers.warehouse import build, query
from tests.warehouse.test_warehouse import online_rows, shop

pytestmark = pytest.mark.slow

OTHER = {"control": "treatment", "treatment": "control"}


def checked(folder, rows: pd.DataFrame) -> tuple[Trust, dict[str, str]]:
    study, where = shop(folder, rows, events_of_experiment=True)
    build.build(study, where)
    with query.connect(where.database) as con:
        found = trust_checks(con, Results(con, study))
    return found, {c.name: c.verdict for c in found.checks}


@pytest.fixture(scope="module")
def trouble() -> pd.DataFrame:
    """A log with event ids where conversions of the own experiment carry the other variant, and ids name two units."""
    rows = online_rows()
    rows["event_id"] = [f"e{i}" for i in range(len(rows))]
    own = rows.index[(rows.event_name == "experiment_session") & (rows.experiment_id != "another")]
    wrong = rows.loc[own].drop_duplicates("user_id").index[:17]
    rows.loc[wrong, "variant"] = rows.loc[wrong, "variant"].map(OTHER)
    one, other = rows.index[rows.user_id == "u1"][0], rows.index[rows.user_id == "u2"][0]
    rows.loc[other, "event_id"] = rows.loc[one, "event_id"]
    return pd.concat([rows, rows.iloc[[5]]], ignore_index=True)


def test_trouble_in_the_log_is_found(tmp_path, trouble):
    found, verdicts = checked(tmp_path, trouble)
    assert {name for name, verdict in verdicts.items() if verdict == "failed"} == {"Shown as assigned"}
    said = {c.name: c.found for c in found.checks}
    assert said["Shown as assigned"].startswith("17 units carry another variant")
    assert verdicts["Repeated rows"] == "warning"
    assert "1 rows dropped by their event id; 1 event ids stand for different units" in said["Repeated rows"]


def test_the_same_log_without_the_trouble_is_healthy(tmp_path):
    rows = online_rows()
    found, verdicts = checked(tmp_path, rows.assign(event_id=[f"e{i}" for i in range(len(rows))]))
    assert "failed" not in verdicts.values()
    assert verdicts["Shown as assigned"] == verdicts["Repeated rows"] == "passed"
    assert found.sharing_units == 0


def test_equal_rows_of_different_units_are_never_one_event(tmp_path):
    """A log without event ids: what two units did alike at the same moment counts twice, what one did twice once."""
    rows = online_rows()
    sample = rows[rows.event_name == "experiment_conversion"].iloc[0]
    twins = pd.DataFrame(
        [sample.to_dict() | {"user_id": f"twin{i}", "variant": "control", "session_id": "s"} for i in (1, 1, 2, 3)]
    )
    seen = twins.drop(columns="price").assign(
        event_name="experiment_impression", event_time=sample.event_time - pd.Timedelta(minutes=1)
    )
    added = [part.dropna(axis=1, how="all") for part in (twins, seen.drop_duplicates())]
    study, where = shop(tmp_path, pd.concat([rows, *added], ignore_index=True), events_of_experiment=True)
    build.build(study, where)
    with query.connect(where.database) as con:
        kept = con.execute("select user_id, count(*) from intermediate.int_key_events where user_id like 'twin%'"
                           " and event_name = 'experiment_conversion' group by 1 order by 1").fetchall()  # fmt: skip
    assert kept == [("twin1", 1), ("twin2", 1), ("twin3", 1)]
