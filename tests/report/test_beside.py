"""What stands beside the verdict and the money: which tone it has, and what is recorded where there is nothing."""

from dataclasses import replace

import pytest

from helpers import config
from helpers.experiment.decision.log import Logged
from helpers.experiment.decision.people import NOT_LOGGED, TOUCHED, PersonalDecision
from helpers.report import beside

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

    def record(self, name, value, unit, description, *, reason="", names=()):
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
        (TAKEN, "", "finding", "Against the rule, product decided GO on 2026-03-15, where the rule said KILL. Launch."),
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
