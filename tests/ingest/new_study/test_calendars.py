"""Years of another calendar, or of no experiment, are told as such: nothing falls over them, and no period lies in them."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from helpers.config.assumed import NO_TIME
from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed
from tests.ingest.new_study.test_remedies_in_sql import query_of, typed

START = date(2026, 3, 2)


def table(file: Path, written: list[str]) -> Path:
    rows = [f"u{i},{('old', 'new')[i % 2]},{written[i // 2 % len(written)]},{i % 3 // 2}" for i in range(200)]
    file.write_text("\n".join(["user_id,variant,exposed_on,converted", *rows]) + "\n")
    return file


def buddhist(pattern: str) -> list[str]:
    days = [START + timedelta(days=i) for i in range(14)]
    return [day.strftime(pattern).replace("2026", "2569") for day in days]


@pytest.mark.parametrize("pattern", ["%Y-%m-%d", "%d/%m/%Y"])
def test_days_of_the_buddhist_calendar_are_ours_by_the_query_that_is_told(tmp_path: Path, pattern: str) -> None:
    file = table(tmp_path / "t.csv", buddhist(pattern))
    study, _, said = proposed(tmp_path, file)
    assert study.period.start == NO_TIME and "Buddhist calendar (2569 is 2026)" in said
    with pytest.raises(ReportError, match="Buddhist calendar") as error:
        proposed(tmp_path, file, time="exposed_on")
    study, _, _ = proposed(tmp_path, typed(tmp_path, query_of(str(error.value))))
    assert (study.period.start.date(), study.data.columns["event_time"]) == (START, "exposed_on")


@pytest.mark.parametrize(
    ("written", "told"), [("2150-01-01", "the year 2150"), ("1404/12/21", "Persian"), ("9999-12-31", "the year 9999")]
)
def test_years_of_no_experiment_are_no_period(tmp_path: Path, written: str, told: str) -> None:
    file = table(tmp_path / "t.csv", [written, f"{written[:-2]}02"])
    study, _, said = proposed(tmp_path, file)
    assert study.period.start == NO_TIME and told in said
    with pytest.raises(ReportError, match=told):
        proposed(tmp_path, file, time="exposed_on")


@pytest.mark.parametrize("since", [2_088_000_000_000, 3_855_340_800_000])
def test_a_count_that_lies_ahead_is_asked_about(tmp_path: Path, since: int) -> None:
    """Of Stata, since 1960, and of older Macs, since 1904: the origin that is offered is one that lies behind us."""
    _, text, said = proposed(tmp_path, table(tmp_path / "t.csv", [str(since + 86_400_000 * i) for i in range(14)]))
    assert "it would be March 2026" in " ".join(text.replace("#", " ").split()) and "(sure; else --time)" not in said


@pytest.mark.parametrize("far", ["9999-12-31", "0001-01-01", "2999-01-01"])
@pytest.mark.parametrize("many", [1, 150])
@pytest.mark.parametrize("descriptive", [False, True])
def test_a_time_that_is_stated_and_never_comes_in_some_rows_is_told(
    tmp_path: Path, far: str, many: int, descriptive: bool
) -> None:
    rows = [
        f"u{i},{'old' if i % 2 else 'new'},{int(i % 3 == 0)},{far if i < many else f'2026-03-{1 + i % 20:02d}'}"
        for i in range(300)
    ]
    (tmp_path / "t.csv").write_text("\n".join(["user_id,variant,ordered,until", *rows]))
    said = {"time": "until"} | ({"descriptive": "describe"} if descriptive else {})
    with pytest.raises(ReportError, match="'until' holds moments that no experiment lies in") as told:
        proposed(tmp_path, tmp_path / "t.csv", **said)
    assert ("write when each of these rows happened" in str(told.value)) is (many == 1)
    assert "--where" not in str(told.value)
