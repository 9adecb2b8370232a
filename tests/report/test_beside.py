"""What stands beside the verdict and the money: which tone it has, and what is recorded where there is nothing."""

from dataclasses import replace

import pytest

from helpers import config
from helpers.experiment.decision.log import Logged
from helpers.experiment.decision.people import NOT_LOGGED, TOUCHED, PersonalDecision
from helpers.record import Number, Numbers
from helpers.report import beside
from helpers.report.figures import money
from helpers.report.topics import decision

QUOTING, SILENT = (config.load(f"studies/{name}.yml") for name in ("checkout_redesign", "cart_checkout"))
FACTS = {
    "date": "2026-03-15",
    "by": "product",
    "decision": "GO",
    "recommended": "KILL",
    "override": True,
    "results": "a",
}
TAKEN = PersonalDecision(Logged(1, FACTS, "**Decision.** Launch.\n", ""), "a")


class Page:
    """A notebook that keeps what is recorded, and tells a callout's tone with its text."""

    def __init__(self, study) -> None:
        self.study, self.numbers = study, {}

    def record(self, name, value, unit, description, *, reason="", names=(), bar=None):
        self.numbers[name] = (value, reason)

    def finding(self, text):
        return "finding", text

    def warning(self, text):
        return "warning", text


@pytest.mark.parametrize(
    ("found", "reason", "tone", "said"),
    [
        (None, NOT_LOGGED, "finding", "Nobody has logged a decision"),
        (None, TOUCHED, "warning", "The decision log was touched"),
        (
            TAKEN,
            "",
            "finding",
            "Against the rule, product decided GO on 2026-03-15, where the rule said KILL. In the words of product: “Launch.”",
        ),
        (replace(TAKEN, now="b"), "", "warning", "taken on other results (a; these are b)"),
    ],
)
def test_what_people_decided_warns_only_where_something_is_wrong(found, reason, tone, said):
    page = Page(SILENT)
    told, text = beside.people_decided(page, found, reason)
    assert told == tone and said in text
    assert page.numbers["people.decision"] == (("GO", "") if found else (None, reason))
    assert page.numbers["people.on_these_results"][0] is (found.on_these_results if found else None)


def test_a_study_that_quotes_nothing_shows_and_records_nothing():
    page = Page(SILENT)
    assert beside.quoted(page, None, "") is None is beside.quoted_range(page, None, None, "")
    assert beside.quoted_steps(page, None, "") is None and not page.numbers


def test_a_quote_without_a_value_to_hold_against_it_is_told_and_has_a_reason():
    page = Page(QUOTING)
    tone, text = beside.quoted(page, None, "")
    assert tone == "warning" and "USD 5,400,000" in text
    assert page.numbers and all(value is None and reason for value, reason in page.numbers.values())


@pytest.mark.parametrize("verdict", ["GO", "ITERATE", "KILL", "INVALID"])
@pytest.mark.parametrize("decided", ["", "GO", "ITERATE", "KILL"])
def test_table_figure_and_note_of_a_rollout_tell_one_story(verdict, decided):
    """Whoever decided last, table and figure say whether it starts, and the note by whose word, where rule and people differ."""
    starts = (decided or verdict) == "GO"
    caption, note = (
        decision.caption_rollout(verdict, decided),
        decision.note_rollout(SILENT, verdict, decided, "product"),
    )
    title = money.rollout(SILENT, verdict, decided).layout.meta["finding"]
    assert ("not started" in caption, title.startswith("Not started")) == (not starts, not starts)
    assert ("product decided" in note) is bool(decided and (decided == "GO") is not (verdict == "GO"))
    apart = decided == "GO" != verdict
    assert ("plan of the study file" in note, "as planned in the study file" in caption) == (apart, apart)
    assert not (starts and "would have shipped" in note) and bool(note) is (not starts or verdict != "GO")


DOUBTED = Numbers(
    {
        "trust.caveats.skew_revenue": Number("Too few units.", "text", "The interval of revenue cannot be trusted.", "Too few units."),
        "trust.caveats.split": Number("The arms hold.", "text", "The split is doubtful.", "The arms hold."),
    }
)  # fmt: skip


def test_what_doubts_an_interval_is_told_where_money_is_reckoned_from_it():
    tone, text = beside.doubted_intervals(Page(SILENT), DOUBTED)
    assert tone == "warning" and text == "**The interval of revenue cannot be trusted.** Too few units."
    assert beside.doubted_intervals(Page(SILENT), Numbers({})) is None
