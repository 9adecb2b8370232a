"""Days as spreadsheets count them are no metric; the query that is told writes them as times."""

from pathlib import Path

import pytest

from tests.ingest.new_study import printed
from tests.ingest.new_study.tables import proposed, written

TABLE = """select 'u' || i as user_id, if(i % 2 = 0, 'control', 'treatment') as variant, {value} as "{called}", (hash(i) % 5 = 0)::integer as converted
    from range(400) as t(i)"""


@pytest.mark.parametrize("called", ["signup_date", "data_iscrizione", "Datum", "created_at"])
@pytest.mark.parametrize(
    "value",
    [
        "46082 + (hash(i + 3) % 14)::integer + 0.25",
        "46082 + (hash(i + 3) % 14)::integer",
        "replace((46082 + (hash(i + 3) % 14)::integer + 0.25)::varchar, '.', ',')",
    ],
)
def test_they_are_days(tmp_path: Path, called: str, value: str) -> None:
    study, _, told = proposed(tmp_path, written(tmp_path / "users.csv", TABLE.format(value=value, called=called)))
    assert [m.name for m in study.metrics] == [
        "converted"
    ] and "days as Excel counts them, 2026-03-01 to 2026-03-14" in told
    (tmp_path / "times.sql").write_text(printed.query(told[told.index("writes them as times") :]), encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "times.sql", time=called)
    assert f"{study.period.start:%Y-%m-%d}" == "2026-03-01"


@pytest.mark.parametrize("called", ["amount", "revenue", "response_time"])
def test_other_numbers_of_that_size_are_not(tmp_path: Path, called: str) -> None:
    study, _, _ = proposed(
        tmp_path,
        written(
            tmp_path / "users.csv", TABLE.format(value="46082 + (hash(i + 3) % 14)::integer + 0.25", called=called)
        ),
    )
    assert called in [m.name for m in study.metrics]
