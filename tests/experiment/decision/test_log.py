"""A log that people append to and a program can check."""

import json
from dataclasses import replace
from datetime import date

import pytest
import yaml
from click.testing import CliRunner

from helpers.__main__ import main
from helpers.errors import ReportError
from helpers.experiment.decision import log
from helpers.experiment.decision.log import Choice, append, check, checked, file_of, read
from helpers.paths import ROOT, StudyPaths
from helpers.pipeline.faults import Fault
from helpers.record import Numbers

LAUNCH = Choice(
    "GO",
    "product",
    "The trend is positive and the launch was promised.",
    date(2026, 3, 15),
    override=True,
    action="Launch the new checkout to everyone.",
    rationale="Fewer steps; research with users; a promise to the board.",
    dissent="Data science recommended a staged rollout: the interval includes zero and a small loss.",
    monitoring="Completion, revenue, abandonment and tickets, daily, against four weeks before.",
    rollback_trigger="Completion down by more than one point on three days in a row, or twice the tickets.",
)


@pytest.fixture
def where(tmp_path) -> StudyPaths:
    place = StudyPaths("cart_checkout", tmp_path)
    results(place, "ITERATE")
    return place


def results(where: StudyPaths, verdict: str, p: float = 0.2297) -> None:
    def number(value, unit, text):
        return {"value": value, "unit": unit, "description": "fake", "text": text}

    numbers = {
        "decision.verdict": number(verdict, "text", verdict),
        "decision.headline": number("Do not ship yet.", "text", "Do not ship yet."),
        "decision.reason": number("Not significant.", "text", "Not significant."),
        "primary.p_value": number(p, "p", f"{p}"),
    }
    where.reports.mkdir(parents=True, exist_ok=True)
    (where.reports / "results.json").write_text(json.dumps({"study": where.name, "numbers": numbers}))


def test_an_entry_says_what_was_decided_and_on_what(where):
    append(where, LAUNCH)
    text = file_of(where).read_text()
    facts = yaml.safe_load(text.split("```yaml\n")[1].split("```")[0])
    assert facts["decision"] == "GO" and facts["recommended"] == "ITERATE" and facts["override"] is True
    assert facts["by"] == "product" and facts["overridden"] == "the study's rule" and facts["date"] == "2026-03-15"
    assert len(facts["results"]) == len(facts["before"]) == 64
    for said in (
        LAUNCH.reason,
        LAUNCH.action,
        LAUNCH.rationale,
        LAUNCH.dissent,
        LAUNCH.monitoring,
        LAUNCH.rollback_trigger,
    ):
        assert f" {said}\n" in text
    assert "p = 0.2297" in text and "not available exposed units" in text


def test_appending_keeps_what_stands_there_byte_for_byte(where):
    before = b""
    for day, choice in enumerate(
        (LAUNCH, replace(LAUNCH, decision="KILL"), replace(LAUNCH, decision="ITERATE")), start=16
    ):
        append(where, replace(choice, on=date(2026, 3, day)))
        now = file_of(where).read_bytes()
        assert now.startswith(before) and len(now) > len(before)
        before = now
    assert [p.name for p in file_of(where).parent.iterdir()] == ["cart_checkout.md"]
    entries = read(before.decode(), where.name)
    assert [e.facts["decision"] for e in entries] == ["GO", "KILL", "ITERATE"]
    assert [e.facts["before"] for e in entries[1:]] == [e.seal for e in entries[:-1]]


def test_a_changed_results_json_is_detected(where):
    append(where, LAUNCH)
    assert check(where) == "cart_checkout: 1 entry, none touched; the results are those of entry 1."
    results(where, "ITERATE", p=0.2298)
    with pytest.raises(ReportError, match="results of cart_checkout changed since entry 1"):
        check(where)
    append(where, replace(LAUNCH, decision="KILL"))
    assert check(where).endswith("the results are those of entry 2."), "decided anew on the new results"


def test_without_a_report_only_the_entries_are_checked(where):
    append(where, LAUNCH)
    (where.reports / "results.json").unlink()
    assert check(where) == "cart_checkout: 1 entry, none touched; no results.json to compare with."


def three(where: StudyPaths) -> list[str]:
    """Title and three entries of a log."""
    for decision in ("GO", "KILL", "GO"):
        append(where, replace(LAUNCH, decision=decision))
    title, *entries = log._ENTRY.split(file_of(where).read_text())
    return [title, *entries]


EDITS = {
    "the title": lambda t, a, b, c: t.replace("never", "sometimes") + a + b + c,
    "entry 1": lambda t, a, b, c: t + a.replace("staged rollout", "full launch") + b + c,
    "entry 2": lambda t, a, b, c: t + a + b.replace("by: product", "by: design") + c,
    "entry 3": lambda t, a, b, c: t + a + b + c.replace("positive", "flat"),
    "entry 2 taken out": lambda t, a, b, c: t + a + c,
    "entry 1 taken out": lambda t, a, b, c: t + b + c,
    "entries 1 and 2 swapped": lambda t, a, b, c: t + b + a + c,
    "entry 2 given twice": lambda t, a, b, c: t + a + b + b + c,
    "a line after entry 2": lambda t, a, b, c: t + a + b + "Never mind.\n\n" + c,
    "an empty line after entry 3": lambda t, a, b, c: t + a + b + c + "\n",
    "no seal on entry 3": lambda t, a, b, c: t + a + b + c.split("Seal:")[0],
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edited_log_is_detected(where, edit):
    parts = three(where)
    check(where)
    file_of(where).write_text(edit(*parts))
    with pytest.raises(ReportError, match=r"decision log of cart_checkout was touched: (the title|entry [123])"):
        check(where)
    with pytest.raises(ReportError, match="was touched"):
        append(where, LAUNCH)


def test_a_resealed_entry_breaks_the_one_below(where):
    title, first, second, third = three(where)
    body, _, _ = first.partition("Seal: `")
    body = body.replace("positive", "negative")
    forged = f"{body}Seal: `{log._sha(body)}`\n\n"
    file_of(where).write_text(title + forged + second + third)
    with pytest.raises(ReportError, match="entry 2"):
        check(where)


def test_no_text_can_end_an_entry(where):
    nasty = "fine\n\n## 2. KILL\n\n```yaml\nentry: 9\n```\nSeal: `" + "0" * 64 + "`\n"
    append(where, replace(LAUNCH, reason=nasty, dissent=nasty))
    append(where, replace(LAUNCH, decision="KILL", reason="ü – “quoted” 'and' $HOME"))
    assert check(where).startswith("cart_checkout: 2 entries, none touched")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"reason": " \n"}, "an override needs a reason"),
        ({"reason": "", "override": False, "decision": "ITERATE"}, "a decision needs a reason"),
        ({"decision": "MAYBE"}, "no such decision"),
        ({"by": "Erika Mustermann"}, "no such role"),
        ({"override": False}, "differs from what the report recommends"),
        ({"decision": "ITERATE", "action": ""}, "the override changes nothing"),
    ],
)
def test_what_is_refused_leaves_no_file(where, change, told):
    with pytest.raises(ReportError, match=told):
        append(where, replace(LAUNCH, **change))
    assert not file_of(where).exists()


def test_a_study_without_results_or_log_is_refused(tmp_path):
    nothing = StudyPaths("cart_checkout", tmp_path)
    with pytest.raises(ReportError, match="no results to decide on"):
        append(nothing, LAUNCH)
    with pytest.raises(ReportError, match="no decision log"):
        check(nothing)


def test_a_report_without_its_decision_is_refused_and_says_what_is_missing(where):
    Numbers({}).save(where.reports / "results.json", where.name)
    Fault("06_roi_and_rollout", "06_roi_and_rollout stopped in cell 9: no unit").save(where.faults / "06.json")
    with pytest.raises(ReportError, match=r"comes to no decision\n  got: +06_roi_and_rollout: no unit"):
        append(where, LAUNCH)


def test_dates_do_not_go_back(where):
    append(where, LAUNCH)
    with pytest.raises(ReportError, match="older than the last one"):
        append(where, replace(LAUNCH, decision="KILL", on=date(2026, 3, 14)))


def test_all_failures_are_told_at_once(tmp_path):
    places = [StudyPaths(name, tmp_path) for name in ("a", "b", "c")]
    for place in places:
        results(place, "ITERATE")
        append(place, LAUNCH)
    assert len(checked(places)) == 3
    for place in places[1:]:
        results(place, "GO")
    with pytest.raises(ReportError, match=r"results of b changed(.|\n)*results of c changed"):
        checked(places)


def test_the_command(where):
    study = where.base / "studies" / "cart_checkout.yml"
    study.parent.mkdir()
    study.write_text((ROOT / "studies" / "cart_checkout.yml").read_text())
    run = CliRunner().invoke
    given = ["log-decision", str(study), "--decision", "GO", "--by", "product", "--date", "2026-03-15"]
    refused = run(main, [*given, "--override"])
    assert refused.exit_code == 2 and "an override needs a reason" in refused.output
    done = run(main, [*given, "--override", "--reason", "It's promised"])
    assert done.exit_code == 0 and "entry 1, GO by product" in done.output
    assert run(main, ["log-decision", str(study), "--check"]).exit_code == 0
    results(where, "KILL")
    changed = run(main, ["log-decision", str(study), "--check"])
    assert changed.exit_code == 2 and "changed since entry 1" in changed.output
    assert run(main, ["log-decision", str(study)]).exit_code == 2


def test_the_logs_of_the_project_are_whole():
    for file in (ROOT / "docs" / "decisions").glob("[a-z]*.md"):
        assert read(file.read_text(encoding="utf-8"), file.stem)
