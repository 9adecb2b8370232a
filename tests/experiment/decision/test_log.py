"""A log that people append to and a program can check."""

import json
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from helpers import config
from helpers.__main__ import main
from helpers.cli import goals
from helpers.config import Study
from helpers.errors import ReportError
from helpers.experiment.decision import log
from helpers.experiment.decision.log import NEEDED, STANDS_ON, Choice, append, check, checked, read, results_digest
from helpers.paths import ROOT, StudyPaths
from helpers.pipeline.built import Built
from helpers.pipeline.faults import Fault
from helpers.record import Number, Numbers

STUDY = config.load("studies/cart_checkout.yml")
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
        "primary.p_adjusted": number(p, "p", f"{p}"),
    }
    where.reports.mkdir(parents=True, exist_ok=True)
    (where.reports / "results.json").write_text(json.dumps({"study": where.name, "numbers": numbers}))


def test_an_entry_says_what_was_decided_and_on_what(where):
    append(STUDY, where, LAUNCH)
    text = where.decisions.read_text()
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


def test_without_an_action_no_sentence_is_put_into_anybodys_mouth(where):
    append(STUDY, where, replace(LAUNCH, action=""))
    said = read(where.decisions.read_text(), where.name)[0].said
    assert said["action"] == log.NOT_STATED and "Ship it" not in where.decisions.read_text()


@pytest.mark.parametrize("override", [True, False])
def test_a_wrong_role_is_answered_with_who_may_do_what_was_asked(where, override):
    """Of an override with those who may override, not with all roles that there are."""
    with pytest.raises(ReportError, match="no such role") as refused:
        append(STUDY, where, replace(LAUNCH, by="analyst", override=override))
    assert ("legal" in str(refused.value)) is not override
    assert all(role in str(refused.value) for role in STUDY.decision.may_override)


def test_appending_keeps_what_stands_there_byte_for_byte(where):
    before = b""
    for day, choice in enumerate(
        (LAUNCH, replace(LAUNCH, decision="KILL"), replace(LAUNCH, decision="ITERATE")), start=16
    ):
        append(STUDY, where, replace(choice, on=date(2026, 3, day)))
        now = where.decisions.read_bytes()
        assert now.startswith(before) and len(now) > len(before)
        before = now
    assert [p.name for p in where.decisions.parent.iterdir()] == ["cart_checkout.md"]
    entries = read(before.decode(), where.name)
    assert [e.facts["decision"] for e in entries] == ["GO", "KILL", "ITERATE"]
    assert [e.facts["before"] for e in entries[1:]] == [e.seal for e in entries[:-1]]


def test_a_changed_results_json_is_detected(where):
    append(STUDY, where, LAUNCH)
    assert check(where) == "cart_checkout: 1 entry, none touched; the results are those of entry 1."
    results(where, "ITERATE", p=0.2298)
    with pytest.raises(ReportError, match="results of cart_checkout changed since entry 1"):
        check(where)
    append(STUDY, where, replace(LAUNCH, decision="KILL"))
    assert check(where).endswith("the results are those of entry 2."), "decided anew on the new results"


def test_without_a_report_only_the_entries_are_checked(where):
    append(STUDY, where, LAUNCH)
    (where.reports / "results.json").unlink()
    assert check(where) == "cart_checkout: 1 entry, none touched; no results.json to compare with."


def three(where: StudyPaths) -> list[str]:
    """Title and three entries of a log."""
    for decision in ("GO", "KILL", "GO"):
        append(STUDY, where, replace(LAUNCH, decision=decision))
    title, *entries = log._ENTRY.split(where.decisions.read_text())
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
    where.decisions.write_text(edit(*parts))
    with pytest.raises(ReportError, match=r"decision log of cart_checkout was touched: (the title|entry [123])"):
        check(where)
    with pytest.raises(ReportError, match="was touched"):
        append(STUDY, where, LAUNCH)


def test_a_resealed_entry_breaks_the_one_below(where):
    title, first, second, third = three(where)
    body, _, _ = first.partition("Seal: `")
    body = body.replace("positive", "negative")
    forged = f"{body}Seal: `{log._sha(body)}`\n\n"
    where.decisions.write_text(title + forged + second + third)
    with pytest.raises(ReportError, match="entry 2"):
        check(where)


def test_no_text_can_end_an_entry(where):
    nasty = "fine\n\n## 2. KILL\n\n```yaml\nentry: 9\n```\nSeal: `" + "0" * 64 + "`\n"
    append(STUDY, where, replace(LAUNCH, reason=nasty, dissent=nasty))
    append(STUDY, where, replace(LAUNCH, decision="KILL", reason="ü – “quoted” 'and' $HOME"))
    assert check(where).startswith("cart_checkout: 2 entries, none touched")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"reason": " \n"}, "the override is not complete"),
        ({"by": "engineering"}, "this role may not override the rule"),
        ({"reason": "", "override": False, "decision": "ITERATE"}, "a decision needs a reason"),
        ({"decision": "MAYBE"}, "no such decision"),
        ({"by": "Erika Mustermann"}, "no such role"),
        ({"override": False}, "differs from what the report recommends"),
        ({"decision": "ITERATE", "action": ""}, "the override changes nothing"),
    ],
)
def test_what_is_refused_leaves_no_file(where, change, told):
    with pytest.raises(ReportError, match=told):
        append(STUDY, where, replace(LAUNCH, **change))
    assert not where.decisions.exists()


def test_a_study_without_results_or_log_is_refused(tmp_path):
    nothing = StudyPaths("cart_checkout", tmp_path)
    with pytest.raises(ReportError, match="no results to decide on"):
        append(STUDY, nothing, LAUNCH)
    with pytest.raises(ReportError, match="no decision log"):
        check(nothing)


def test_a_report_without_its_decision_is_refused_and_says_what_is_missing(where):
    Numbers({}).save(where.reports / "results.json", where.name)
    Fault("06_roi_and_rollout", "06_roi_and_rollout stopped in cell 9: no unit").save(where.faults / "06.json")
    with pytest.raises(ReportError, match=r"comes to no decision\n  got: +06_roi_and_rollout: no unit"):
        append(STUDY, where, LAUNCH)


def test_dates_do_not_go_back(where):
    append(STUDY, where, LAUNCH)
    with pytest.raises(ReportError, match="older than the last one"):
        append(STUDY, where, replace(LAUNCH, decision="KILL", on=date(2026, 3, 14)))


def test_no_decision_is_of_tomorrow(where):
    tomorrow = date.today() + timedelta(days=1)
    with pytest.raises(ReportError, match="cannot be logged before it falls"):
        append(STUDY, where, replace(LAUNCH, on=tomorrow))
    append(STUDY, where, replace(LAUNCH, on=date.today(), action="Launch it to all"))
    assert "Launch it to all.\n" in where.decisions.read_text(encoding="utf-8")


def test_all_failures_are_told_at_once(tmp_path):
    places = [StudyPaths(name, tmp_path) for name in ("a", "b", "c")]
    for place in places:
        results(place, "ITERATE")
        append(STUDY, place, LAUNCH)
    assert len(checked(places)) == 3
    for place in places[1:]:
        results(place, "GO")
    with pytest.raises(ReportError, match=r"results of b changed(.|\n)*results of c changed"):
        checked(places)


def built_of(where: StudyPaths) -> None:
    """Put on record that the report was made from what stands there."""
    built = Built(where.base)
    for step in goals.of_file(str(where.base / "studies" / f"{where.name}.yml"), built).steps:
        built.done(step, built.inputs(step))


RARE = pytest.mark.sweep


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda where: (where.base / "data" / "built.json").unlink(), "no record of what it was made from"),
        (lambda where: edited(where.base / "studies" / "cart_checkout.yml"), "studies/cart_checkout.yml changed"),
        pytest.param(lambda where: edited(where.database), "data/cart_checkout/warehouse.duckdb is new", marks=RARE),
        (lambda where: edited(where.registered), None),
        pytest.param(lambda where: stopped(where, "03_segmentation"), None, marks=RARE),
        (lambda where: edited(where.base / "studies" / "another.yml"), None),
    ],
    ids=["record", "study", "marts", "registration", "a part", "another"],
)
def test_a_report_that_is_not_of_what_stands_there_is_not_decided_on(where, change, told):
    study = where.base / "studies" / "cart_checkout.yml"
    study.parent.mkdir()
    study.write_text((ROOT / "studies" / "cart_checkout.yml").read_text())
    run = CliRunner().invoke
    given = ["decide", str(study), "--decision", "ITERATE", "--by", "product", "--reason", "Not yet."]
    built_of(where)
    assert run(main, given).exit_code == 0
    assert run(main, given).exit_code == 0, "an entry in the log is no other study"
    change(where)
    for asked in (given, ["decide", str(study), "--check"]):
        done = run(main, asked)
        assert done.exit_code == (2 if told else 0), done.output
        assert not told or (told in done.output and "make study STUDY=" in done.output)


def stopped(where: StudyPaths, book: str) -> None:
    """A notebook that stopped when it last ran, of which nothing is left on record."""
    built = Built(where.base)
    steps = goals.of_file(str(where.base / "studies" / f"{where.name}.yml"), built).steps
    built.forget(next(step for step in steps if step.what == book))
    Fault.of(book, "it stopped", where.base).save(where.faults / f"{book}.json")


def edited(file: Path) -> None:
    """A file with something more in it than before."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as end:
        end.write("\n")


def test_the_command(where):
    study = where.base / "studies" / "cart_checkout.yml"
    study.parent.mkdir()
    study.write_text((ROOT / "studies" / "cart_checkout.yml").read_text())
    run = CliRunner().invoke
    built_of(where)
    given = ["decide", str(study), "--decision", "GO", "--by", "product", "--date", "2026-03-15"]
    refused = run(main, [*given, "--override"])
    assert refused.exit_code == 2 and "the override is not complete" in refused.output
    words = ["--dissent", "Too early.", "--monitoring", "Daily.", "--rollback-trigger", "A fall."]
    done = run(main, [*given, "--override", "--reason", "It's promised", *words])
    assert done.exit_code == 0 and "entry 1, GO by product" in done.output
    assert run(main, ["decide", str(study), "--check"]).exit_code == 0
    results(where, "KILL")
    changed = run(main, ["decide", str(study), "--check"])
    assert changed.exit_code == 2 and "changed since entry 1" in changed.output
    assert run(main, ["decide", str(study)]).exit_code == 2


@given(st.sets(st.sampled_from(list(NEEDED)), min_size=1), st.sampled_from(["", " ", "\n\t"]))
def test_an_override_that_is_not_complete_names_what_is_missing_and_nothing_else(lacking, empty):
    with tempfile.TemporaryDirectory() as folder:
        where = StudyPaths("cart_checkout", Path(folder))
        results(where, "ITERATE")
        with pytest.raises(ReportError) as refused:
            append(STUDY, where, replace(LAUNCH, **dict.fromkeys(lacking, empty)))
        assert not where.decisions.exists()
    told = {line.split(":")[0].strip(): line.split(":", 1)[1].strip() for line in str(refused.value).splitlines()[1:]}
    assert told["got"] == ", ".join(f"no {NEEDED[field][0]}" for field in NEEDED if field in lacking)
    assert {word for word in told["remedy"].split() if word.startswith("--")} == {NEEDED[f][1] for f in lacking}


def test_the_trigger_of_the_study_stands_where_none_is_named(where):
    """Only one that the study states: a made-up plan commits nobody."""
    silent = replace(LAUNCH, rollback_trigger="")
    for stated in (False, True):
        numbers = Numbers.load(where.reports / "results.json")
        numbers = {
            **numbers,
            "monitoring.stated": Number(stated, "flag", "", ""),
            "monitoring.trigger": Number("A", "text", "", "A fall"),
        }
        Numbers(numbers).save(where.reports / "results.json", where.name)
        if stated:
            assert append(STUDY, where, silent).said["rollback_trigger"] == "A fall."
        else:
            with pytest.raises(ReportError, match="no trigger of a rollback"):
                append(STUDY, where, silent)


def test_what_is_watched_stands_below_the_plan_as_the_report_has_it(where):
    numbers = {**Numbers.load(where.reports / "results.json"), "watched.plan": Number("x", "text", "", "Watched: x.")}
    Numbers(numbers).save(where.reports / "results.json", where.name)
    assert append(STUDY, where, LAUNCH).said["monitoring"] == f"{LAUNCH.monitoring} Watched: x."


def test_a_study_says_who_may_override(where):
    raw = STUDY.model_dump(mode="json", exclude_unset=True)
    raw["decision"]["may_override"] = ["VP of product"]
    study = Study.model_validate(raw)
    with pytest.raises(ReportError, match="this role may not override"):
        append(study, where, LAUNCH)
    entry = append(study, where, replace(LAUNCH, by="VP of product"))
    assert entry.facts["may_override"] == ["VP of product"]
    agreed = replace(LAUNCH, decision="ITERATE", override=False, by="engineering", action="")
    assert "may_override" not in append(study, where, agreed).facts, "with the rule any role may decide"


NAMES = [
    "decision.verdict",
    "primary.relative",
    "primary.p_adjusted",
    "metrics.order_value.absolute_low",
    "exposed.units",
]
NAMES += [
    "risk.no_improvement",
    "money.expected",
    "money.horizon_low",
    "arms.b.verdict",
    "arms.b.risk",
    "arms.b.rate.relative",
]
BESIDE = [
    "decision.reason",
    "trust.total",
    "aa.false_positives",
    "people.by",
    "monitoring.trigger",
    "metrics.order_value.verdict",
]


@given(st.dictionaries(st.sampled_from(NAMES + BESIDE), st.floats(1e-6, 1e9), min_size=1), st.data())
def test_the_digest_is_that_of_what_a_decision_stands_on(values, data):
    """Any number of the decision that moves is another result; noise behind the sixth digit, and all else, is not."""
    numbers = {name: Number(value, "number", "", "") for name, value in values.items()}
    name = data.draw(st.sampled_from(sorted(values)))
    moved = {**numbers, name: replace(numbers[name], value=values[name] * 1.0001)}
    assert (results_digest(moved) != results_digest(numbers)) is (name in NAMES) is bool(STANDS_ON.fullmatch(name))
    worded = {each: replace(number, text="put better", description="put better") for each, number in numbers.items()}
    assert results_digest(worded) == results_digest(dict(reversed(numbers.items()))) == results_digest(numbers)
    gone = {each: number for each, number in numbers.items() if each != name}
    assert (results_digest(gone) != results_digest(numbers)) is (name in NAMES)


@pytest.mark.parametrize("noise", [1e-16, -3e-15])
def test_the_noise_of_a_sum_is_no_other_result(noise):
    sums = [{"primary.absolute": Number(value, "points", "", "")} for value in (0.0, noise, 0.25, 0.25 + noise)]
    assert results_digest(sums[0]) == results_digest(sums[1]) and results_digest(sums[2]) == results_digest(sums[3])


def test_the_logs_of_the_project_are_whole():
    for file in (ROOT / "docs" / "decisions").glob("[a-z]*.md"):
        assert read(file.read_text(encoding="utf-8"), file.stem)
