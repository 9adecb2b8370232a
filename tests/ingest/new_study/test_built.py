"""What is proposed can be built as it is, down to the marts."""

from pathlib import Path

import pytest

from helpers import config, ingest
from helpers.warehouse import build, query
from tests.ingest.new_study import hidden
from tests.ingest.new_study.tables import log, proposed, units

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", ["units", "log"])
def test_a_proposal_is_built_to_marts_as_it_is(tmp_path: Path, kind: str) -> None:
    more = "if(i % 3 = 0, 'phone', 'desktop') as device, (hash(i + 3) % 5000) / 100.0 as spend_before"
    made = units(tmp_path / "shop.csv", more) if kind == "units" else log(tmp_path / "shop.csv")
    proposed(tmp_path, made)
    study, where = config.opened(tmp_path / "studies" / "shop.yml")
    ingest.land_whole(study, where)
    build.build(study, where)
    with query.connect(where.database) as con:
        found = con.execute("select variant, count(*) from marts.fct_experiment_units group by 1 order by 1").fetchall()
    assert [variant for variant, _ in found] == ["control", "treatment"]
    assert sum(n for _, n in found) == (2_000 if kind == "units" else 400)


def test_what_was_said_is_built_to_the_units_that_pandas_counts(tmp_path: Path) -> None:
    options = ("unit", "time", "event", "variant", "control", "money", "cluster", "experiment", "where", "period")
    made = hidden.log(tmp_path, 11, {*options})
    proposed(tmp_path, made.file, **made.said(*options), primary="cart", exposure="view", name="said")
    study, where = config.opened(tmp_path / "studies" / "said.yml")
    ingest.land_whole(study, where)
    build.build(study, where)
    with query.connect(where.database) as con:
        found = con.execute("select variant, count(*) from marts.fct_experiment_units group by 1").fetchall()
    rows, names = made.counted(*options), made.names
    seen = rows[(rows[names["event"]] == "view") & (rows[names["time"]] < study.period.end.isoformat())]
    assert dict(found) == seen.groupby(names["variant"])[names["unit"]].nunique().to_dict()
