"""Digits that amounts are kept to: the currency's, the data's where they have more, and those that the study states."""

import pytest

from helpers.ingest.values.amounts import Amounts
from helpers.ingest.values.digits import SESSION, digits_of, notes_of, refused
from tests.ingest.studies import METRICS, REES46, log_study, unit_study

SCORE = METRICS[2] | {"unit": "number"}


def money(currency: str, decimals: int | None, stated: int | None = None, room: int = 12) -> int:
    economics = REES46["economics"] | {"currency": currency, "money_digits": stated, "revenue_metric": "spend"}
    study = unit_study("units.csv", {"economics": economics})
    return digits_of(study, {"spend": Amounts(decimals=decimals, room=room)}, "spend")


@pytest.mark.parametrize(
    ("currency", "decimals", "stated", "digits"),
    [
        ("EUR", 2, None, 2), ("EUR", 0, None, 2), ("JPY", 0, None, 0), ("KWD", 3, None, 3), ("CLF", 1, None, 4),
        ("EUR", 5, None, 5), ("JPY", 2, None, 2), ("EUR", 17, None, 12), ("EUR", 5, 3, 3), ("EUR", None, None, 2),
    ],
)  # fmt: skip
def test_money_has_the_digits_of_its_currency_or_of_the_data(currency, decimals, stated, digits):
    assert money(currency, decimals, stated) == digits


def test_what_is_counted_has_none_and_everything_else_those_of_the_data():
    numbers = {"rounds": Amounts(decimals=6), "spend": Amounts(decimals=2)}
    assert digits_of(unit_study("units.csv"), numbers, "rounds") == 0
    assert digits_of(unit_study("units.csv", {"metrics": [*METRICS[:2], SCORE]}), numbers, "rounds") == 6


def test_what_was_before_and_the_outcome_share_their_digits():
    study = unit_study("units.csv", {"metrics": [*METRICS[:2], SCORE]})
    study = study.model_copy(update={"data": study.data.model_copy(update={"before": {"rounds": "earlier"}})})
    numbers = {"rounds": Amounts(decimals=1, room=15), "earlier": Amounts(decimals=4, room=9)}
    assert digits_of(study, numbers, "rounds") == 4
    assert digits_of(study, numbers | {"rounds": Amounts(decimals=12, room=14)}, "rounds") == 9


def test_a_logged_session_keeps_its_parts_of_a_second():
    columns = {"event_time": "at", "event_name": "what", "user_id": "who", "duration_sec": "length"}
    assert digits_of(log_study("log.csv", columns=columns), {"length": Amounts(decimals=1)}, SESSION) == 1
    assert digits_of(log_study("log.csv"), {}, SESSION) == 0


def test_what_is_rounded_is_said():
    said = notes_of(unit_study("units.csv"), {"spend": Amounts(decimals=17, room=12)})
    assert said == [
        "amounts of spend are kept to 12 digits behind the point; USD has 2",
        "column 'spend': numbers have up to 17 digits behind the point and are rounded to 12",
    ]


FINE = Amounts(decimals=4, room=2, exact="5020474786137.7297")


def test_numbers_of_more_digits_than_any_float_has_are_refused_where_not_all_can_be_kept():
    (said,) = refused(unit_study("units.csv"), {"spend": FINE})
    assert "5020474786137.7297" in str(said) and "economics.money_digits: 2" in str(said)
    score = unit_study("units.csv", {"metrics": [*METRICS[:2], SCORE]})
    (said,) = refused(score, {"rounds": FINE})
    assert 'round("rounds"::decimal(38, 4), 2)' in str(said)


def test_the_digits_of_floats_and_those_that_the_study_rounds_are_not_refused():
    assert not refused(unit_study("units.csv"), {"spend": Amounts(decimals=17, room=12)})
    economics = REES46["economics"] | {"money_digits": 2, "revenue_metric": "spend"}
    stated = unit_study("units.csv", {"economics": economics})
    assert not refused(stated, {"spend": FINE})
    assert notes_of(stated, {"spend": FINE}) == [
        "column 'spend': numbers have up to 4 digits behind the point and are rounded to 2"
    ]


def test_money_that_keeps_the_digits_of_its_currency_is_not_called_rounded():
    assert notes_of(unit_study("units.csv"), {"spend": Amounts(decimals=2, room=0)}) == []
