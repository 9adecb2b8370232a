"""What came of each row, won or lost, is no way through events: it is asked for as an outcome of rows that repeat a unit."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
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


@pytest.mark.parametrize("repeated", [1300, 1020], ids=["many", "few"])
@pytest.mark.parametrize(
    "levels", [("approved", "declined", "pending", "withdrawn"), ("attended", "no-show", "cancelled")], ids=" ".join
)
def test_nobody_is_exposed_by_what_came_of_a_case(tmp_path: Path, repeated: int, levels: tuple[str, ...]) -> None:
    """A status of which each row has one is an outcome; what a person makes of it counts each unit once, with all of its cases."""
    dice = np.random.default_rng(5)
    who = np.concatenate([np.arange(1000), dice.integers(0, 1000, repeated - 1000)])
    arm = np.where(who % 2 == 0, "control", "treatment")
    made = pd.DataFrame(
        {"case_id": [f"K{i:05d}" for i in range(repeated)], "customer_id": [f"c{w:04d}" for w in who], "variant": arm}
    )
    made["submitted_at"] = pd.Timestamp("2026-03-02") + pd.to_timedelta(dice.integers(0, 20_000, repeated), unit="min")
    made["status"] = dice.choice(levels, repeated)
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="says what came of each row, and names no events") as caught:
        proposed(tmp_path, tmp_path / "t.csv", event="status")
    assert "select" not in str(caught.value) and "--primary COLUMN --cluster customer_id" in str(caught.value)
    made["well"] = (made.status == levels[0]).astype(int)
    made.to_csv(tmp_path / "t.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", primary="well", cluster="customer_id")
    truth = made.groupby("variant").agg(n=("customer_id", "nunique"), k=("well", "sum"))
    assert sums(study, tmp_path)["well"] == {a: (int(n), int(k)) for a, n, k in truth.itertuples()}


def test_a_status_that_units_pass_through_stays_a_funnel(tmp_path: Path) -> None:
    steps = """select 'p' || i as user_id, if(hash(i) % 2 = 0, 'control', 'treatment') as variant, ['created', 'submitted', 'approved'][s] as status,
        strftime(timestamp '2026-03-02 08:00:00' + to_seconds(i * 600 + s), '%Y-%m-%d %H:%M:%S') as at
        from range(300) as t(i), range(1, 4) as r(s) where i % s = 0"""
    study, _, _ = proposed(tmp_path, written(tmp_path / "log.csv", steps))
    assert study.funnel.steps[0] == "created"
