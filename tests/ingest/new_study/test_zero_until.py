"""What is spent is zero of all stores until a day: the days before are asked about, with the condition that leaves them out."""

import re
from pathlib import Path

import pytest

from tests.ingest.new_study.tables import proposed, written

PANEL = """select 's' || lpad(i::varchar, 3, '0') as store_id, {period} as {called}, if(i % 2 = 0, 'control', 'treatment') as variant,
    100 + hash(i * 100 + d) % 90 / 3.0 as sales, if({spent}, 20 + hash(i + d) % 9, 0) as ad_spend from range(40) as s(i), range(12) as r(d)"""
PERIODS = [
    ("(date '2026-03-02' + d::integer)::varchar", "day"),
    ("d + 1", "week"),
    ("'Week ' || (d + 1)", "week"),
    ("strftime(date '2026-03-02' + d::integer, '%d.%m.%Y')", "day"),
]


@pytest.mark.parametrize(("period", "called"), PERIODS)
def test_the_periods_before_are_asked_about(tmp_path: Path, period: str, called: str) -> None:
    file = written(tmp_path / "stores.csv", PANEL.format(period=period, called=called, spent="i % 2 = 1 and d >= 6"))
    _, _, told = proposed(tmp_path, file)
    assert "'ad_spend' is zero in all 240 rows of the 6 before it" in told
    condition = re.search(r'--where "(.*?[^\\])" leaves', told)
    assert condition
    _, _, told = proposed(tmp_path, file, where=condition[1].replace('\\"', '"'), force=True)
    assert "is zero in all" not in told and "panel: 240 rows" in told.replace("note: ", "")


@pytest.mark.parametrize("spent", ["i % 2 = 1", "i % 2 = 1 and d >= 1", "i % 20 = 1 and d >= 6", "d >= 11"])
def test_nothing_is_asked_of_other_zeros(tmp_path: Path, spent: str) -> None:
    file = written(tmp_path / "stores.csv", PANEL.format(period="d + 1", called="week", spent=spent))
    _, _, told = proposed(tmp_path, file)
    assert "is zero in all" not in told
