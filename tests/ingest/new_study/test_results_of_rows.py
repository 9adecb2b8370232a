"""What came of each row, won or lost, is no way through events: it is asked for as an outcome of rows that repeat a unit."""

import re
from pathlib import Path

import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed, written

MATCHES = """select 'p' || (i % 400) as player, if(hash(i % 400) % 2 = 0, 'control', 'treatment') as variant,
    strftime(timestamp '2026-03-02 08:00:00' + to_seconds(i * 600), '%Y-%m-%d %H:%M:%S') as ended_at, {levels}[(1 + hash(i + 3) % 3)::integer] as {called}
    from range(3200) as t(i)"""


@pytest.mark.parametrize(
    ("called", "levels", "made"),
    [
        ("result", "['loss', 'win', 'draw']", ""),
        ("response", "['correct', 'incorrect', 'skipped']", ""),
        ("what", "['passed', 'failed', 'passed']", "passed"),
        ("answer", "['tea', 'coffee', 'water']", ""),
    ],
)
def test_results_are_no_funnel(tmp_path: Path, called: str, levels: str, made: str) -> None:
    file = written(tmp_path / "matches.csv", MATCHES.format(levels=levels, called=called))
    with pytest.raises(ReportError, match="says what came of each row, and names no events") as caught:
        proposed(tmp_path, file, event=called)
    if not made:
        text = str(caught.value)
        assert "which that nobody knows it?" in text and "--cluster player" in text and "select" not in text
    else:
        query = re.search(
            r"--primary (\S+) --cluster player: (select \*, .*? from read_csv\(.matches.csv., [^)]*\))",
            str(caught.value),
        )
        assert query and query[1] == made
        (tmp_path / "flag.sql").write_text(query[2], encoding="utf-8")
        study, _, _ = proposed(tmp_path, tmp_path / "flag.sql", primary=made, cluster="player")
        assert study.cluster and study.primary.name == made
    study, _, _ = proposed(tmp_path, file, event=called, exposure=levels.split("'")[1], force=True)
    assert study.funnel.steps[0] == levels.split("'")[1]


def test_steps_stay_a_funnel_also_under_such_a_name(tmp_path: Path) -> None:
    steps = """select 'p' || i as visitor, if(hash(i) % 2 = 0, 'control', 'treatment') as variant, ['sent', 'opened', 'accepted'][s] as response,
        strftime(timestamp '2026-03-02 08:00:00' + to_seconds(i * 600 + s), '%Y-%m-%d %H:%M:%S') as ended_at
        from range(300) as t(i), range(1, 4) as r(s) where i % s = 0"""
    study, _, _ = proposed(tmp_path, written(tmp_path / "mail.csv", steps), event="response")
    assert study.funnel.steps[0] == "sent"
