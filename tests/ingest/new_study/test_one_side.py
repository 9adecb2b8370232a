"""What stands in one variant alone is a leak and no outcome, unless it is rare or all there is."""

import random
from pathlib import Path

import pytest

from tests.ingest.new_study.tables import proposed


def _units(
    file: Path, columns: dict[str, tuple[float, float]], rows: int = 600, words: tuple[str, str] = ("0", "1")
) -> Path:
    """Units of two arms, and for each column how often it is yes in each of them."""
    draw = random.Random(5)
    lines = [",".join(["user_id", "variant", *columns])]
    for i in range(rows):
        lines.append(
            ",".join([f"u{i}", "AB"[i % 2], *(words[int(draw.random() < rates[i % 2])] for rates in columns.values())])
        )
    file.write_text("\n".join(lines))
    return file


@pytest.mark.parametrize("column", ["clicked_banner", "discount_used"])
@pytest.mark.parametrize("rates", [(0.0, 0.5), (0.4, 0.0)])
@pytest.mark.parametrize("words", [("0", "1"), ("no", "yes"), ("nein", "ja"), ("FALSE", "TRUE"), ("non", "oui")])
def test_a_yes_of_one_side_alone_is_named_a_leak(
    tmp_path: Path, column: str, rates: tuple[float, float], words: tuple[str, str]
) -> None:
    columns = {"converted": (0.3, 0.35), column: rates}
    study, _, said = proposed(tmp_path, _units(tmp_path / "units.csv", columns, words=words))
    assert [m.event for m in study.metrics] == ["converted"]
    assert f"{column}: a leak: one value alone in {'A' if rates[0] == 0 else 'B'}" in said


def test_what_is_rare_or_the_only_outcome_is_none(tmp_path: Path) -> None:
    """Nobody infected among those who were vaccinated is what the trial was for."""
    study, _, _ = proposed(tmp_path, _units(tmp_path / "a.csv", {"recovered": (0.3, 0.35), "hospitalised": (0.1, 0.0)}))
    assert {m.event for m in study.metrics} == {"recovered", "hospitalised"}
    study, _, _ = proposed(tmp_path, _units(tmp_path / "b.csv", {"converted": (0.0, 0.5)}))
    assert study.primary.event == "converted"
