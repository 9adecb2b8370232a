"""Outcomes with empty fields: marks that are yes where they stand, and outcomes of which some are not known."""

import random
from pathlib import Path

import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


def _units(file: Path, column: str, cell: str, empty: float, rows: int = 300) -> tuple[Path, list[bool]]:
    """Units of two arms; ``cell`` where it happened, nothing in a share that is ``empty``."""
    draw = random.Random(f"{column}{cell}{empty}")
    filled = [draw.random() >= empty for _ in range(rows)]
    file.write_text(
        "\n".join(
            [f"user_id,variant,{column}", *(f"u{i},{'AB'[i % 2]},{cell if filled[i] else ''}" for i in range(rows))]
        )
    )
    return file, filled


@pytest.mark.parametrize("cell", ["1", "x", "yes"])
@pytest.mark.parametrize("said", [{"primary": "converted"}, {}])
def test_a_mark_is_yes_where_somebody_says_so_and_the_message_names_how(
    tmp_path: Path, cell: str, said: dict[str, str]
) -> None:
    file, filled = _units(tmp_path / "units.csv", "converted", cell, 0.7)
    with pytest.raises(ReportError, match="--empty zero"):
        proposed(tmp_path, file, **said)
    study, _, _ = proposed(tmp_path, file, **said, empty="zero")
    assert study.primary.type == "proportion"
    assert {arm: (n, int(total)) for arm, (n, total) in sums(study, tmp_path)["converted"].items()} == {
        arm: (150, sum(filled[i] for i in range(start, 300, 2))) for arm, start in (("control", 0), ("treatment", 1))
    }


def test_an_outcome_of_which_some_are_empty_is_one_where_there_is_no_other(tmp_path: Path) -> None:
    rows = [
        "user_id,variant,converted,is_new",
        *(f"u{i},{'AB'[i % 2]},{'' if i % 11 == 0 else i % 3 % 2},{i % 2}" for i in range(330)),
    ]
    (tmp_path / "units.csv").write_text("\n".join(rows))
    study, _, said = proposed(tmp_path, tmp_path / "units.csv")
    assert study.primary.name == "converted" and "empty" in said.split("Assumed")[0]
    assert sum(n for n, _ in sums(study, tmp_path)["converted"].values()) == 300
    (tmp_path / "two.csv").write_text(
        "\n".join(f"{row},{'revenue' if i == 0 else i % 7}" for i, row in enumerate(rows))
    )
    study, _, said = proposed(tmp_path, tmp_path / "two.csv")
    assert [m.event for m in study.metrics] == ["revenue"] and "--outcome takes the rows with a value" in said


@pytest.mark.parametrize("mark", ["x", "1", "ja"])
def test_what_is_said_of_a_file_with_a_mark_alone_works(tmp_path: Path, mark: str) -> None:
    rows = [f"u{i},{'old' if i % 2 else 'new'},{mark if i % 3 == 0 else ''}" for i in range(300)]
    (tmp_path / "marks.csv").write_text("\n".join(["user_id,variant,purchased", *rows]))
    with pytest.raises(ReportError, match="--primary purchased --empty zero"):
        proposed(tmp_path, tmp_path / "marks.csv")
    study, _, _ = proposed(tmp_path, tmp_path / "marks.csv", primary="purchased", empty="zero")
    assert (
        study.primary.type == "proportion"
        and sum(int(n) for _, n in sums(study, tmp_path)["purchased"].values()) == 100
    )
