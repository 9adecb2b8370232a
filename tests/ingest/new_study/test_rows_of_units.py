"""Rows that have an id and a variant of their own: what was randomised is named; where somebody lives is no outcome."""

from pathlib import Path

import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed, written


def test_sessions_with_a_variant_each_are_named_as_the_unit(tmp_path: Path) -> None:
    query = """select 's' || lpad(i::varchar, 5, '0') as session_id, 'u' || (hash(i) % 300) as user_id, if(hash(i + 9) % 2 = 0, 'control', 'treatment') as variant,
        timestamp '2026-03-02 08:00:00' + to_seconds(i * 700) as started_at, (hash(i + 1) % 9 = 0)::integer as purchase from range(1200) as t(i)"""
    file = written(tmp_path / "sessions.csv", query)
    with pytest.raises(ReportError, match="the rows of a 'user_id' are not of one variant") as caught:
        proposed(tmp_path, file)
    assert "--unit session_id" in str(caught.value)
    study, _, told = proposed(tmp_path, file, unit="session_id")
    assert study.primary.name == "purchase" and "Are rows of one 'user_id' independent?" in told


def test_where_somebody_lives_is_no_outcome(tmp_path: Path) -> None:
    query = """select i as caseid, hash(i) % 2 as treat, hash(i + 1) % 5 as y, hash(i + 2) % 2 as south, 20 + hash(i + 3) % 60 as age from range(800) as t(i)"""
    study, _, _ = proposed(tmp_path, written(tmp_path / "list.csv", query))
    assert [m.name for m in study.metrics] == ["y"] and study.segments == ["south"]


def test_what_is_alike_in_all_arms_by_design_is_named_last(tmp_path: Path) -> None:
    query = "select ['VC', 'OJ'][1 + i % 2] as supp, [0.5, 1, 2][1 + (i // 2) % 3] as dose, 8 + (hash(i) % 200)::integer / 10.0 as len from range(60) as t(i)"
    with pytest.raises(ReportError, match="which column is decided by") as caught:
        proposed(tmp_path, written(tmp_path / "tooth.csv", query), variant="supp", control="VC")
    assert "such as --primary len" in str(caught.value)


def test_a_baseline_is_before_and_the_last_visit_is_named(tmp_path: Path) -> None:
    query = """select 1000 + i as Paziente, ['Controllo', 'Agopuntura'][1 + i % 2] as Braccio, 50 + hash(i) % 400 / 10.0 as VAS_basale,
        30 + hash(i) % 300 / 10.0 as VAS_4sett, hash(i + 2) % 400 / 10.0 - 1.6 as VAS_12sett from range(240) as t(i)"""
    study, _, told = proposed(tmp_path, written(tmp_path / "vas.csv", query))
    assert [m.name for m in study.metrics] == ["vas_4sett"] and "it may as well be VAS_12sett" in told
    assert list(study.data.before) == ["vas_4sett"]  # type: ignore[union-attr]
