"""What people decided: the log, notebook 06 and the front page tell one story, and tell when the results are others."""

import html
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import ReportError
from helpers.experiment.decision.log import ROLES, STANDS_ON, TEXTS, VERDICTS, Choice, append, check, read
from helpers.experiment.decision.people import NOT_LOGGED, TOUCHED, decided_by_people
from helpers.formatting import formatted
from helpers.paths import StudyPaths
from helpers.record import Number, Numbers
from helpers.report.topics import people
from helpers.site.front_page import front_page
from helpers.site.summary import summary
from tests.experiment.decision.test_log import LAUNCH
from tests.fake_report import NUMBERS, STUDY

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(str.strip)
FAKED = {
    name: Number(value, unit, "fake", formatted(value, unit, STUDY.economics.currency))
    for name, (value, unit) in NUMBERS.items()
}


class Kept:
    """A notebook that keeps what is recorded, as numbers."""

    def __init__(self) -> None:
        self.study, self.numbers = STUDY, {}

    def record(self, name, value, unit, description, *, reason="", names=(), bar=None):
        self.numbers[name] = Number(value, unit, description, formatted(value, unit), reason, tuple(names))


@contextmanager
def report(numbers: dict[str, Number]) -> Iterator[StudyPaths]:
    """A report of these numbers in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        where = StudyPaths(STUDY.name, Path(folder))
        save(where, numbers)
        yield where


def save(where: StudyPaths, numbers: dict[str, Number]) -> None:
    where.reports.mkdir(parents=True, exist_ok=True)
    Numbers(numbers).save(where.reports / "results.json", where.name)


def told(where: StudyPaths, numbers: dict[str, Number]) -> tuple[dict[str, Number], str]:
    """What notebook 06 records of the log, and the front page that follows, as text."""
    nb = Kept()
    people.record(nb, *decided_by_people(where, numbers))
    whole = Numbers({**numbers, **nb.numbers})
    assert nb.numbers["people.sentence"].text in summary(STUDY, where, whole) or not nb.numbers["people.sentence"].value
    return nb.numbers, " ".join(html.unescape(front_page(STUDY, where, whole, [])).split())


@st.composite
def choices(draw: st.DrawFn) -> tuple[str, Choice]:
    """A verdict of the rule, and a complete decision with it or against it."""
    rule, decision = draw(st.sampled_from(VERDICTS)), draw(st.sampled_from(VERDICTS))
    against = rule != decision
    texts = {field: draw(WORDS) for field in ("reason", "dissent", "monitoring", "rollback_trigger", "rationale")}
    by = draw(st.sampled_from(STUDY.decision.may_override if against else ROLES))
    day = draw(st.dates(date(2020, 1, 1), date(2026, 11, 1)))
    return rule, Choice(decision, by, on=day, override=against, action=draw(WORDS), **texts)


@settings(max_examples=15)
@given(choices(), st.data())
def test_the_log_the_notebook_and_the_front_page_agree(drawn, data):
    rule, choice = drawn
    numbers = {**FAKED, "decision.verdict": Number(rule, "text", "fake", rule)}
    with report(numbers) as where:
        append(STUDY, where, choice)
        entry = read(where.decisions.read_text(encoding="utf-8"), where.name)[-1]
        found, _ = decided_by_people(where, numbers)
        recorded, page = told(where, numbers)
        facts = {key: recorded[f"people.{key}"].value for key in ("decision", "by", "date", "recommended", "results")}
        assert facts == {key: entry.facts[key] for key in facts}
        assert facts == {**facts, "decision": choice.decision, "by": choice.by, "date": choice.on.isoformat()}
        assert recorded["people.override"].value is choice.override is (facts["recommended"] != facts["decision"])
        assert recorded["people.on_these_results"].value is True
        sentence = str(recorded["people.sentence"].value)
        for said in (choice.by, choice.decision, choice.on.isoformat()):
            assert said in sentence
        assert f"In the words of {choice.by}: “{entry.said['action']}”" in sentence, "whose words they are"
        digest = str(facts["results"])[:12]
        assert digest not in sentence and digest in people.note(found, STUDY), "it is of the log and of 06"
        assert ("Against the rule" in sentence) is choice.override and "on these results" in sentence
        assert " ".join(sentence.split()) in page and f"> {rule}<" in page, "the verdict stays that of the rule"
        if choice.override:
            rows = {row["Part"]: row["As logged"] for row in people.table(found)}
            assert rows[TEXTS["dissent"]] == " ".join(choice.dissent.split()) == entry.said["dissent"]
            assert set(rows) == {TEXTS[field] for field in ("action", *people.SHOWN)}

        name = data.draw(st.sampled_from([n for n in numbers if STANDS_ON.fullmatch(n) and n != "decision.verdict"]))
        changed = {**numbers, name: replace(numbers[name], value=1.01 * float(numbers[name].value) + 1e-3)}
        save(where, changed)
        recorded, page = told(where, changed)
        assert recorded["people.on_these_results"].value is False
        assert "taken on other results" in str(recorded["people.sentence"].value) and "taken on other results" in page
        with pytest.raises(ReportError, match="changed since entry 1"):
            check(where)


def test_the_last_entry_counts():
    with report(FAKED) as where:
        append(STUDY, where, replace(LAUNCH, decision="KILL"))
        append(STUDY, where, replace(LAUNCH, decision="GO", override=False, by="engineering"))
        found, _ = decided_by_people(where, FAKED)
        assert found.facts["entry"] == 2 and not found.override
        assert people.text(found).startswith("With the rule, engineering decided GO on 2026-03-15.")


def test_nobody_decided_and_a_log_that_was_touched_are_told():
    with report(FAKED) as where:
        assert decided_by_people(where, FAKED) == (None, NOT_LOGGED)
        recorded, page = told(where, FAKED)
        assert recorded["people.sentence"].value is None and "What people decided" not in page
        append(STUDY, where, replace(LAUNCH, decision="KILL"))
        whole = where.decisions.read_text(encoding="utf-8")
        where.decisions.write_text(whole.replace("by: product", "by: leadership"), encoding="utf-8")
        assert decided_by_people(where, FAKED) == (None, TOUCHED)
        recorded, page = told(where, FAKED)
        assert (
            recorded["people.decision"].value is None
            and "What people decided.</strong> The decision log was touched" in page
        )


@pytest.mark.parametrize("stated", [True, False])
def test_who_may_override_is_told_and_marked_where_nobody_said_it(stated):
    rule = STUDY.decision.model_copy(update={"may_override": ("leadership",)} if stated else {})
    if stated:
        rule.model_fields_set.add("may_override")
    study = STUDY.model_copy(update={"decision": rule})
    with report(FAKED) as where:
        append(study, where, replace(LAUNCH, decision="KILL", by="leadership"))
        note = people.note(decided_by_people(where, FAKED)[0], study)
    assert "leadership" in note and ("assumed" in note) is not stated
