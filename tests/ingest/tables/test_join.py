"""Tables of made-up companies, joined and brought to marts, against an analyst's merge of what was drawn."""

import json
import os
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from helpers import ingest
from helpers.config import Study
from helpers.ingest import fingerprint
from helpers.paths import StudyPaths
from helpers.warehouse import build, query
from tests.ingest.studies import landed_study
from tests.ingest.tables.company import BASELINE, END, Company, Truth, company

FUZZING = "FUZZ" in os.environ
SEEDS = range(400 if FUZZING else 12)
IN_MARTS = range(60 if FUZZING else 2)


def landed(folder: Path, made: Company) -> ingest.Landed:
    ingest.land(Study.model_validate(made.raw), folder / "raw")
    return ingest.landed(folder / "raw")


def counted(log: ingest.Landed, identity: str) -> dict[str, Truth]:
    """What stands in the landed rows, arm by arm, from the first assignment of each unit to the end."""
    rows = duckdb.sql(f"select * from read_parquet('{log.location}', union_by_name = true)").df()
    assigned, facts = rows[rows.event_name == "assigned"], rows[rows.event_name != "assigned"]
    facts = facts.drop_duplicates(identity)
    units = assigned.groupby("user_id").agg(
        first=("event_time", "min"), level=("variant", "first"), levels=("variant", "nunique")
    )
    facts = facts.drop(columns="variant").merge(units[units.levels == 1], left_on="user_id", right_index=True)
    facts = facts[(facts.event_time >= facts["first"]) & (facts.event_time < END)]
    return {
        level: Truth(
            len(of_arm), (mine := facts[facts.level == level]).user_id.nunique(), len(mine),
            int(sum((Decimal(price) * 100 for price in mine.price), Decimal())),
        )
        for level, of_arm in units[units.levels == 1].groupby("level")
    }  # fmt: skip


@pytest.mark.hypothesis  # make test-fuzz tries more
@pytest.mark.parametrize("seed", SEEDS)
def test_facts_are_counted_from_the_assignment_on(tmp_path: Path, seed: int) -> None:
    made = company(seed, tmp_path)
    log = landed(tmp_path, made)
    assert counted(log, "event_id" if made.has_ids else "whole_row") == made.truth
    assert duckdb.sql(f"select min(event_time) from read_parquet('{log.location}')").fetchall()[0][0] >= BASELINE
    facts = next(m for m in log.matches if m.table != "units")
    assert facts.assigned == made.match["assigned"] and facts.known == made.match["known"]
    assert facts.units == made.match["units"]
    assert 0 <= facts.unassigned - made.match["unassigned"] <= made.repeats
    assert (
        0 <= facts.rows - made.match["rows"] <= made.repeats
        and 0 <= facts.before - made.match["before"] <= made.repeats
        and 0 <= facts.early - made.match["early"] <= made.repeats
    )
    assert bool(facts.early) == any("lie before all that the study looks at" in note for note in log.reading.notes)
    assert not any(
        "kept apart" in note for note in log.reading.notes if not note.startswith(made.files["assignments"].name)
    )


@pytest.mark.hypothesis  # make test-fuzz tries more
@pytest.mark.parametrize("seed", IN_MARTS)
def test_metrics_in_the_marts_are_those_of_the_analyst(tmp_path: Path, seed: int) -> None:
    made = company(1_000 + seed, tmp_path)
    study, where = landed_study(tmp_path, json.loads(json.dumps(made.raw, default=str)))
    build.build(study, where)
    with query.connect(where.database) as con:
        rows = con.execute(
            """select variant, metric, count(*), sum(y0 > 0), sum(y0) from intermediate.int_unit_metrics
            join marts.fct_experiment_units using (user_id) where population = 'exposed' group by 1, 2"""
        ).fetchall()
        matched = query.query(con, "table_matches").set_index(["source_table", "variant"])
    found = {(variant, metric): numbers for variant, metric, *numbers in rows}
    for level, truth in made.truth.items():
        arm = study.data.variants[level]  # type: ignore[union-attr]
        assert found[arm, "rate"] == [truth.n, truth.with_fact, truth.with_fact]
        assert found[arm, "number"] == [truth.n, truth.with_fact, truth.facts]
        assert found[arm, "spend"] == [truth.n, truth.with_fact, truth.cents]
        for table in ("units", study.primary.event):
            told = next(m for m in ingest.landed(where.raw).matches if m.table == table)
            row = matched.loc[(table, arm)]
            assert [row.known_units, row.assigned_units] == list(told.arms[level])


def test_every_table_makes_the_study_out_of_date(tmp_path: Path) -> None:
    made = company(1, tmp_path)
    raw = fingerprint.of(Study.model_validate(made.raw), StudyPaths("company", tmp_path))
    asked = [file for file in made.files.values() if file.suffix == ".duckdb"]
    assert {*raw.files} == {*made.files.values()} - {*asked} and len(raw.tables) == len(asked)


def test_columns_that_no_study_maps_are_looked_at_for_what_was_randomised(tmp_path: Path) -> None:
    """A city that the assignments hold and nobody maps tells the variant: the log carries it to the trust check."""
    made = company(7, tmp_path)
    file = made.files["assignments"].with_name("by_city.parquet")
    arm, cases = (
        made.columns["assignments"]["variant"],
        " ".join(f"when '{a}' then {i}" for i, a in enumerate(made.arms)),
    )
    source = made.files["assignments"]
    duckdb.sql(
        f"copy (select *, 'c' || (case {arm} {cases} end * 5 + hash({arm}, rowid) % 5) as city from (select *, row_number() over () as rowid from '{source}')) to '{file}'"
    )
    made.raw["data"]["assignments"]["path"] = str(file)
    log = landed(tmp_path, made)
    rows = duckdb.sql(
        f"select event_name, count(distinct city) as cities from read_parquet('{log.location}') group by 1"
    ).fetchall()
    assert dict(rows)["assigned"] == 5 * len(made.arms) and sum(n for name, n in rows if name != "assigned") == 0
