"""A log in which a column may hold the variant is asked about before it is called one without an experiment."""

import random
from pathlib import Path

import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed


def _log(file: Path, column: str, levels: tuple[str, ...], treated: float = 0.5, *, units: int = 300) -> Path:
    """Visitors over two weeks; ``column`` is the same in all rows of one, and ``treated`` have its last level."""
    draw = random.Random(f"{column} {levels}")
    rows = [f"event_time,event_name,user_id,{column}"]
    for i in range(units):
        level = levels[-1] if draw.random() < treated else levels[i % (len(levels) - 1)]
        for hour, event in ((10, "view"), (11, "purchase"))[: 1 + (draw.random() < 0.3)]:
            rows.append(f"2026-07-{1 + i % 14:02d} {hour}:{i % 60:02d}:00,{event},u{i},{level}")
    file.write_text("\n".join(rows) + "\n")
    return file


@pytest.mark.parametrize(
    ("column", "levels", "treated"),
    [
        ("new_checkout", ("0", "1"), 0.5), ("feature_on", ("false", "true"), 0.5), ("dark_mode", ("FALSE", "TRUE"), 0.9),
        ("echantillon", ("0", "1"), 0.1), ("promo", ("no", "yes"), 0.8), ("recommender_v", ("1", "2", "3"), 1 / 3),
        ("ui", ("classic", "modern"), 0.5),
    ],
)  # fmt: skip
def test_what_may_be_an_assignment_is_asked_of(
    tmp_path: Path, column: str, levels: tuple[str, ...], treated: float
) -> None:
    file = _log(tmp_path / "log.csv", column, levels, treated)
    with pytest.raises(ReportError, match=f"is '{column}' the variant") as raised:
        proposed(tmp_path, file)
    assert f'--variant "{column}"' in str(raised.value)


def test_each_of_both_answers_is_taken(tmp_path: Path) -> None:
    file = _log(tmp_path / "log.csv", "new_checkout", ("0", "1"))
    with pytest.raises(ReportError, match="is 'new_checkout' the variant"):
        proposed(tmp_path, file, primary="purchase")
    assert proposed(tmp_path, file, variant="new_checkout", name="a")[0].mode == "online"
    assert proposed(tmp_path, file, where="true", name="b")[0].mode == "offline"


@pytest.mark.parametrize("column", ["is_premium", "purchased", "is_member"])
def test_what_is_called_as_an_attribute_or_an_outcome_is_not(tmp_path: Path, column: str) -> None:
    assert proposed(tmp_path, _log(tmp_path / "log.csv", column, ("0", "1")))[0].mode == "offline"


def test_a_switch_that_asks_who_was_treated_tells_it(tmp_path: Path) -> None:
    study, _, said = proposed(tmp_path, _log(tmp_path / "log.csv", "is_treated", ("0", "1")))
    assert study.mode == "online" and "'0' is taken as the control" in said
