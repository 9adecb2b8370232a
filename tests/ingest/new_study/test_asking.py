"""What a file leaves unclear is asked of who sits at a terminal; the answer lands in the study."""

from pathlib import Path

import pytest

from helpers.errors import ReportError
from helpers.ingest.new_study import Question
from tests.ingest.new_study.tables import proposed, written


def table(file: Path, more: str = "", arm: str = "['zeta', 'alpha'][1 + i % 2]") -> Path:
    return written(
        file,
        f"""select 'u' || i as user_id, {arm} as variant, (hash(i) % 10 < 3)::integer as converted {"," if more else ""} {more}
        from range(900) as t(i)""",
    )


class Answering:
    """Answers each question with the candidate of a place, and keeps what was asked."""

    def __init__(self, place: int) -> None:
        self.place, self.asked = place, list[Question]()

    def __call__(self, question: Question) -> str:
        self.asked.append(question)
        return question.candidates[self.place][0]


def test_a_control_that_no_name_tells_is_asked_for_with_counts(tmp_path: Path) -> None:
    file = table(tmp_path / "t.csv")
    with pytest.raises(
        ReportError, match=r"which level of 'variant' is the control(.|\n)*alpha \(450 rows\)(.|\n)*--control"
    ):
        proposed(tmp_path, file)
    ask = Answering(1)
    study, text, said = proposed(tmp_path, file, ask=ask)
    (question,) = ask.asked
    assert question.candidates == (("alpha", "450 rows"), ("zeta", "450 rows"))
    assert study.data.variants == {"zeta": "control", "alpha": "treatment"}  # type: ignore[union-attr]
    told = "as you answered, out of alpha (450 rows), zeta (450 rows)"
    assert f"variants:   # the control first, {told}; weights" in text and f"'zeta' is the control, {told}" in said
    assert "Is the control right?" not in text


def test_two_candidates_for_the_unit_are_asked_for_with_their_values(tmp_path: Path) -> None:
    more = "'a' || (i // 2) as account_id, 'p' || (i // 450) as player_id"
    file = table(tmp_path / "t.csv", more, "['control', 'new'][1 + i % 2]")
    ask = Answering(0)
    study, text, _ = proposed(tmp_path, file, ask=ask)
    (question,) = ask.asked
    assert question.candidates[:2] == (
        ("user_id", "900 different values in 900 rows"),
        ("account_id", "450 different values in 900 rows"),
    )
    assert study.data.columns["user_id"] == "user_id"  # type: ignore[union-attr]
    assert "user_id: user_id   # as you answered, out of user_id (900 different values in 900 rows), account_id" in text


@pytest.mark.parametrize(("place", "called"), [(0, "experiment_name"), (1, "experiment"), (1, "ab_test")])
def test_several_experiments_in_a_file_are_asked_for(tmp_path: Path, place: int, called: str) -> None:
    more = f"['blue', 'short form'][1 + (i % 3 = 0)::int] as {called}"
    file = table(tmp_path / "t.csv", more, "['control', 'new'][1 + i % 2]")
    ask = Answering(place)
    study, text, said = proposed(tmp_path, file, ask=ask)
    (question,) = ask.asked
    assert question.candidates == (("blue", "600 rows"), ("short form", "300 rows"))
    name, left = [("blue", 300), ("short form", 600)][place]
    assert study.data.where == f"\"{called}\" = '{name}'"  # type: ignore[union-attr]
    assert f"{left} of 900 rows are not taken" in said and "as you answered, out of blue (600 rows)" in text


def test_nothing_is_asked_where_all_is_clear_or_said(tmp_path: Path) -> None:
    ask = Answering(0)
    proposed(tmp_path, table(tmp_path / "clear.csv", arm="['control', 'new'][1 + i % 2]"), ask=ask)
    more = "'a' || (i // 2) as account_id, ['blue', 'red'][1 + i // 450] as experiment"
    file = table(tmp_path / "t.csv", more)
    proposed(tmp_path, file, ask=ask, unit="user_id", control="zeta", experiment="red", variant="variant")
    assert not ask.asked
