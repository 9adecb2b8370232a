"""What is proposed as worth finding and shipping can be reached, whatever share has it already."""

from pathlib import Path

import pytest

from tests.ingest.new_study.tables import proposed


@pytest.mark.parametrize(("rate", "least"), [(0.30, 0.05), (0.90, 0.05), (0.96, 0.02), (0.985, 0.008)])
@pytest.mark.parametrize("shape", ["units", "log"])
def test_a_gain_that_is_asked_for_can_be_reached(tmp_path: Path, rate: float, least: float, shape: str) -> None:
    n = 1_000
    yes = [i % n >= round(n * (1 - rate)) for i in range(n)]
    if shape == "units":
        rows = ["user_id,variant,delivered", *(f"u{i},{'AB'[i * 7 % 11 % 2]},{int(yes[i])}" for i in range(n))]
    else:
        rows = ["event_time,event_name,user_id,variant"]
        rows += [
            f"2026-07-{1 + i % 9:02d} 10:0{k}:00,{e},u{i},{'AB'[i * 7 % 11 % 2]}"
            for i in range(n)
            for k, e in enumerate(("view", "order")[: 1 + yes[i]])
        ]
    (tmp_path / "f.csv").write_text("\n".join(rows))
    study, text, _ = proposed(tmp_path, tmp_path / "f.csv")
    assert study.design.minimum_detectable == study.decision.min_relative_uplift == least
    assert rate * (1 + least) < 1 and ("no change can bring more" in text) is (least < 0.05)


def test_a_harm_that_is_to_fall_has_all_the_way_to_nothing(tmp_path: Path) -> None:
    rows = ["user_id,variant,complained", *(f"u{i},{'AB'[i * 7 % 11 % 2]},{int(i % 50 > 0)}" for i in range(500))]
    (tmp_path / "f.csv").write_text("\n".join(rows))
    study, _, _ = proposed(tmp_path, tmp_path / "f.csv")
    assert study.primary.better == "lower" and study.decision.min_relative_uplift == 0.05
