"""Codes for that nobody answered are asked about in words, and a time that was cut off with the query that reads it otherwise."""

import re
from pathlib import Path

import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed, written

TABLE = "select i as user_id, ['control', 'treatment'][1 + i % 2] as variant, {value} as {called}, 20 + hash(i) % 300 as aval from range(600) as t(i)"
RATED = "if(hash(i) % 2 = 0, 0, 1 + (hash(i + 1) % 5)::integer)"
SKIPS = "if(hash(i) % 7 = 0, {code}, {low} + (hash(i + 1) % {steps})::integer)"


def read(folder: Path, value: str, called: str, **said: str) -> str:
    file = written(folder / "t.csv", TABLE.format(value=value, called=called))
    return proposed(folder, file, primary=called, force=True, **said)[2]


@pytest.mark.parametrize(
    ("value", "called"),
    [(RATED, "star_rating"), ("(hash(i) % 6)::integer", "star_rating"), (RATED, "helpfulness"), ("(hash(i) % 11)::integer", "bewertung")],
)  # fmt: skip
def test_a_rating_of_nobody_is_asked_about_in_words(tmp_path: Path, value: str, called: str) -> None:
    """Who rates may have come of the variant, so that no query and no option leaves the others out."""
    told = read(tmp_path, value, called)
    assert f"Does 0 in '{called}' mean that nobody rated?" in told and "may have come of the variant" in told
    assert "select" not in told and "--empty" not in told


@pytest.mark.parametrize(
    ("called", "low", "steps", "code"),
    [
        ("nps", 0, 11, 99), ("satisfaction", 1, 5, 9), ("rating", 1, 5, 99), ("likert_score", 1, 7, 8), ("q7", 1, 5, 9), ("borg_rpe", 6, 15, 99),
        ("knowledge", 5, 16, 99), ("likert", 1, 5, 55), ("quality", 1, 5, 6), ("happiness", 1, 10, 11), ("effort", 1, 7, -1), ("sf36", 0, 101, -9), ("vas", 0, 101, 999),
    ],
)  # fmt: skip
def test_a_code_beside_a_scale_is_asked_about_in_words(
    tmp_path: Path, called: str, low: int, steps: int, code: int
) -> None:
    told = read(tmp_path, SKIPS.format(code=code, low=low, steps=steps), called)
    assert f"it counts as the {'least' if code < 0 else 'most'} of all" in told
    assert f"Does {code} in '{called}' mean that nobody answered?" in told and "may have come of the variant" in told
    assert "select" not in told and "--empty" not in told


@pytest.mark.parametrize(
    ("called", "low", "wide", "code"),
    [("hba1c_12w", 6, 40, 999), ("weight_kg", 50, 600, 999.9), ("ferritin", 4, 300, 99), ("temperature_c", 36, 30, 0)],
)  # fmt: skip
def test_a_measure_far_beyond_all_others_is_asked_about_where_it_is_repeated(
    tmp_path: Path, called: str, low: int, wide: int, code: float
) -> None:
    """Nobody's hba1c is 999: written for those who did not come, it is averaged otherwise. Money of those who paid is no code."""
    value = f"if(hash(i) % 13 = 0, {code}, {low} + (hash(i + 1) % {wide}) / 10)"
    assert f"Does {code:g} in '{called}' mean that nothing was measured?" in read(
        tmp_path, value, called, better="higher"
    )
    for name, plain in (("spend", value), (called, value.replace(str(code), str(low + 4.5)))):
        assert "nothing was measured" not in read(tmp_path, plain, name, better="higher")


def test_a_code_beside_yes_and_no_is_asked_about_whatever_is_said(tmp_path: Path) -> None:
    """Named with --primary and --better it is averaged, and the description tells of neither as a way."""
    value = SKIPS.format(code=9, low=0, steps=2)
    assert "Does 9 in 'recovered' mean that nobody answered?" in read(tmp_path, value, "recovered", better="higher")
    with pytest.raises(ReportError, match="--primary recovered asks for it") as error:
        proposed(
            tmp_path,
            written(tmp_path / "u.csv", TABLE.format(value=value, called="recovered").replace(", 20 +", ", -20 -")),
        )
    assert "--better" not in str(error.value)


def test_three_numbers_may_be_answers(tmp_path: Path) -> None:
    """The option that is printed for such a column does not stand without the question."""
    asked, value = "Are the numbers 1 to 3 of 'smoker_quit' amounts", "1 + (hash(i) % 3)::integer"
    assert asked in read(tmp_path, value, "smoker_quit")
    alone = TABLE.format(value=value, called="smoker_quit").replace(", 20 + hash(i) % 300 as aval", "")
    with pytest.raises(ReportError, match="--primary smoker_quit takes it as it is, once you know: " + asked):
        proposed(tmp_path, written(tmp_path / "u.csv", alone))


@pytest.mark.parametrize(
    ("value", "called"),
    [
        (RATED, "orders"),
        (RATED + " * 2", "rating"),
        (SKIPS.format(code=9, low=0, steps=4), "orders"),
        ("(hash(i) % 11)::integer", "nps"),
        ("1 + (hash(i) % 7)::integer", "likert"),
        ("1 + (hash(i) % 3)::integer", "tickets"),
        ("[0, 1, 2, 3, 9][1 + (hash(i) % 5)::integer]", "orders"),
        ("[0, 1, 2, 3, 4, 5, 12][1 + (hash(i) % 7)::integer]", "widgets"),
        ("(hash(i) % 7)::integer - 3", "agreement"),
        ("1 + (hash(i) % 10)::integer", "mood"),
        ("[1, 2, 3, 5][1 + (hash(i) % 4)::integer]", "quality"),
        ("1 + (hash(i) % 6)::integer", "schulnote"),
        ("1 + (hash(i) % 20)::integer", "score"),
        ("(hash(i) % 3)::integer", "purchased"),
        ("[19, 49, 99][1 + (hash(i) % 3)::integer]", "price_paid"),
    ],
)
def test_other_values_are_not(tmp_path: Path, value: str, called: str) -> None:
    told = read(tmp_path, value, called)
    assert "mean that nobody" not in told and "Are the numbers" not in told


@pytest.mark.parametrize("called", ["CNSR", "censored"])
def test_a_time_that_was_cut_off_is_asked_about(tmp_path: Path, called: str) -> None:
    file = written(tmp_path / "times.csv", TABLE.format(value="(hash(i + 4) % 3 = 0)::integer", called=called))
    _, _, told = proposed(tmp_path, file, primary=called)
    query = re.search(r"--primary came_about: (select .*? from read_csv\(.times.csv., [^)]*\))", told)
    assert query and "'aval' is how long each was watched" in told
    (tmp_path / "came.sql").write_text(query[1], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "came.sql", primary="came_about")
    assert study.primary.name == "came_about"
