"""From a unit table to the marts: every row accounted for, every sum in its own unit."""

import duckdb
import pytest

from helpers.experiment import results, trust
from helpers.warehouse import query
from tests.ingest.studies import METRICS, marts_once, table, unit_file

pytestmark = pytest.mark.slow

UNITS = 400
"""Units without fault: even ones in control, each third one bought for 10.05 and played 7 rounds."""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return marts_once(tmp_path_factory, "units", _written)


def _written(base):
    header = "who,arm,bought,spend,rounds,history,land"
    rows = [
        f"u{i},{'ab'[i % 2]},{i % 3 == 0},{10.05 if i % 3 == 0 else 0},{7 if i % 3 == 0 else 0},{i},{'DE' if i % 5 else 'FR'}"
        for i in range(UNITS)
    ]
    rows += ["u900,a,1,1,1,0,DE", "u900,b,1,1,1,0,DE", "u901,a,,1,1,0,DE", "u1,b,False,0,0,1,DE", "cut"]
    return unit_file(
        table(base, *rows, header=header),
        {
            "period": {"baseline": "2019-09-01", "start": "2019-10-01", "end": "2019-10-15"},
            "segments": ["country"],
            "metrics": [METRICS[0], METRICS[1] | {"covariate": True}, METRICS[2]],
        },
        columns={"user_id": "who", "variant": "arm", "country": "land"},
        before={"spend": "history"},
        tolerate=dict.fromkeys(("duplicate_unit", "malformed_line", "two_variants"), 0.01),
    )


def test_every_row_of_the_table_has_one_end(built):
    study, where = built
    with query.connect(where.database) as con:
        flow = dict(con.execute("select kind, rows from marts.fct_row_flow where rows > 0").fetchall())
        checks = {c.name: c for c in trust.trust_checks(con, results.Results(con, study)).checks}
    assert flow == {"kept": UNITS + 3, "missing_outcome": 1, "duplicate_unit": 1, "malformed_line": 1}
    assert checks["Rows accounted for"].found == "405 read = 403 kept + 2 left out"
    assert checks["Contamination"].verdict == "warning"
    assert (
        checks["Contamination"].found == "1 of 402 units (0.25 %), left out; at most the 1 % that the study tolerates"
    )
    assert "Sample ratio by day" not in checks


def test_sums_are_cents_of_money_and_whole_counts(built):
    _, where = built
    buyers = {arm: sum(i % 3 == 0 for i in range(UNITS) if i % 2 == arm) for arm in (0, 1)}
    with duckdb.connect(str(where.database), read_only=True) as con:
        found = con.execute(
            """select metric, variant, sample_size, sum_y, sum_x from marts.fct_experiment_results
            where population = 'exposed' and dimension = 'all' order by all"""
        ).fetchall()
    expected = []
    for arm, name in enumerate(("control", "treatment")):
        n, history = UNITS // 2, 100 * sum(range(arm, UNITS, 2))
        half_known = arm == 0  # one unit of the control, of which only the rate is missing
        expected += [
            ("rate", name, n, buyers[arm], None),
            ("rounds", name, n + half_known, 7 * buyers[arm] + half_known, None),
            ("spend", name, n + half_known, 1005 * buyers[arm] + 100 * half_known, history),
        ]
    assert found == sorted(expected)


def test_the_funnel_runs_over_the_experiment_and_no_session_is_made_up(built):
    _, where = built
    with duckdb.connect(str(where.database), read_only=True) as con:
        steps = con.execute(
            "select event_name, units from marts.fct_funnel where dimension = 'all' order by step"
        ).fetchall()
        names = con.execute("select distinct event_name from staging.stg_experiment_events").fetchall()
    buyers = sum(i % 3 == 0 for i in range(0, UNITS, 2))
    whom = "of the control, of no unit in two arms, and of none whose outcome is not known"
    assert steps == [("exposed", UNITS // 2), ("bought", buyers)], whom
    assert ("experiment_session",) not in names
