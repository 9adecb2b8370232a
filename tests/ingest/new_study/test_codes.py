"""Codes in a column of events: found by its name, kept, named by the study, and counted as pandas counts them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from helpers import config, ingest
from helpers.errors import ReportError
from helpers.warehouse import build, query
from tests.ingest.new_study.tables import proposed

NAMES = {7: "view", 2: "cart", 5: "purchase"}


def coded(folder: Path, column: str) -> pd.DataFrame:
    """A log of 300 members; each does what its code says, one after the other, and fewer do each next one."""
    rng = np.random.default_rng(11)
    rows = []
    for unit in range(300):
        at = pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=int(rng.integers(0, 20_000)))
        for n, code in enumerate(NAMES):
            rows.append((at + pd.Timedelta(minutes=7 * n), f"m{unit}", code, "AB"[unit % 2]))
            if rng.random() > 0.6:
                break
    made = pd.DataFrame(rows, columns=["happened_at", "member_id", column, "grp"])
    made.to_csv(folder / "coded.csv", index=False)
    return made


@pytest.mark.parametrize("column", ["action_code", "eventType"])
def test_codes_are_kept_and_asked_about(tmp_path: Path, column: str) -> None:
    coded(tmp_path, column)
    study, text, _ = proposed(tmp_path, tmp_path / "coded.csv")
    assert study.data.events == {str(code): f"x_{code}" for code in NAMES}  # type: ignore[union-attr]
    assert study.funnel.steps == [f"x_{code}" for code in NAMES], "as many units have them, not by the size of the code"
    assert "event_map:" in text and "What do the codes 2, 5, 7" in text


@pytest.mark.slow
def test_a_map_names_the_codes_and_each_step_has_the_units_of_pandas(tmp_path: Path) -> None:
    rows = coded(tmp_path, "behavior_type")
    proposed(tmp_path, tmp_path / "coded.csv")
    file = tmp_path / "studies" / "coded.yml"
    for written in (file, tmp_path / "studies" / "tracking_plans" / "coded.yml"):
        text = written.read_text(encoding="utf-8")
        for code, name in NAMES.items():
            text = text.replace(f"x_{code}", name)
        written.write_text(text, encoding="utf-8")
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert {int(code): name for code, name in content["data"]["event_map"].items()} == NAMES
    study, where = config.opened(file)
    ingest.land_whole(study, where)
    build.build(study, where)
    with query.connect(where.database) as con:
        found = {
            event: int(n)
            for event, n, _ in con.execute("select event_name, events, 0 from marts.fct_events").fetchall()
        }
    counted = rows.behavior_type.map(NAMES).value_counts().to_dict()
    assert {event: found[event] for event in counted} == counted


def test_the_map_and_events_are_one_key(tmp_path: Path) -> None:
    coded(tmp_path, "behavior_type")
    _, text, _ = proposed(tmp_path, tmp_path / "coded.csv")
    file = tmp_path / "studies" / "coded.yml"
    file.write_text(text.replace("  event_map:", '  events: {"9": other}\n  event_map:'), encoding="utf-8")
    with pytest.raises(ReportError, match=r"(?s)event_map.*they say the same"):
        config.load(file)
