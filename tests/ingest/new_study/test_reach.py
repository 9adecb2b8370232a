"""What is proposed as worth finding and shipping can be reached, whatever share has it already."""

from pathlib import Path

import pytest

from helpers import config
from helpers.ingest import new_study
from tests.ingest.new_study.tables import proposed


def _file(folder: Path, shape: str, yes: list[bool]) -> Path | list[str]:
    arms = ["AB"[i * 7 % 11 % 2] for i in range(len(yes))]
    if shape == "units":
        rows = ["user_id,variant,delivered", *(f"u{i},{arm},{int(yes[i])}" for i, arm in enumerate(arms))]
    elif shape == "counts":
        rows = [
            "variant,users,delivered",
            *(f"{a},{arms.count(a)},{sum(y for y, b in zip(yes, arms, strict=True) if a == b)}" for a in "AB"),
        ]
    elif shape == "tables":
        rows = ["user_id,variant,assigned_at", *(f"u{i},{arm},2026-07-01 10:00:00" for i, arm in enumerate(arms))]
        facts = ["user_id,ordered_at", *(f"u{i},2026-07-{2 + i % 9:02d} 11:00:00" for i, y in enumerate(yes) if y)]
        (folder / "orders.csv").write_text("\n".join(facts))
    else:
        rows = ["event_time,event_name,user_id,variant"]
        rows += [
            f"2026-07-{1 + i % 9:02d} 10:0{k}:00,{e},u{i},{arm}"
            for i, arm in enumerate(arms)
            for k, e in enumerate(("view", "order")[: 1 + yes[i]])
        ]
    (folder / "f.csv").write_text("\n".join(rows))
    return folder / "f.csv"


@pytest.mark.parametrize(("rate", "least"), [(0.30, 0.05), (0.90, 0.05), (0.96, 0.02), (0.985, 0.008)])
@pytest.mark.parametrize("shape", ["units", "log", "counts", "tables"])
def test_what_is_assumed_of_a_gain_can_be_reached(tmp_path: Path, rate: float, least: float, shape: str) -> None:
    yes = [i % 1_000 >= round(1_000 * (1 - rate)) for i in range(1_000)]
    file = _file(tmp_path, shape, yes)
    if shape == "tables":
        made = new_study.propose_tables([str(file), str(tmp_path / "orders.csv")], base=tmp_path)
        study, text, said = config.load(made.file), made.file.read_text(), made.said
        if study.primary.type != "proportion":  # of what nearly all have there is no rate
            assert rate >= 0.96
            return
    else:
        study, text, said = proposed(tmp_path, file)
    assert study.design.minimum_detectable == study.decision.min_relative_uplift == study.decision.prior.size == least
    assert rate * (1 + least) < 1 and ("no change can bring more" in text) is ("no change can bring more" in said) is (
        least < 0.05
    )
    assert {"design.minimum_detectable", "decision.min_relative_uplift", "decision.prior"} <= set(study.assumed)


def test_a_harm_that_is_to_fall_has_all_the_way_to_nothing(tmp_path: Path) -> None:
    rows = ["user_id,variant,complained", *(f"u{i},{'AB'[i * 7 % 11 % 2]},{int(i % 50 > 0)}" for i in range(500))]
    (tmp_path / "f.csv").write_text("\n".join(rows))
    study, _, _ = proposed(tmp_path, tmp_path / "f.csv")
    assert study.primary.better == "lower" and study.decision.min_relative_uplift == study.decision.prior.size == 0.05
