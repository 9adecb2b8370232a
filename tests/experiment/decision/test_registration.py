"""A rule that is written down before the outcome: what counts as before, what as changed, and that touching it is seen."""

import json
import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import config, paths
from helpers.__main__ import main
from helpers.config import Study
from helpers.errors import ReportError
from helpers.experiment.decision import registration
from helpers.experiment.decision.registration import NOT_REGISTERED, content_of, digest_of, read, register, standing
from helpers.paths import StudyPaths
from tests.experiment.decision.test_log import LAUNCH, results

NAME = "cart_checkout"
RAW = yaml.safe_load((paths.STUDIES / f"{NAME}.yml").read_text(encoding="utf-8"))
STUDY = Study.model_validate(RAW)
MARCH = datetime(2026, 3, 1, 9, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, 9, tzinfo=UTC)
BEFORE = "The rule was registered on 2026-03-01, before a report had read the outcome"


@pytest.fixture
def where(tmp_path) -> StudyPaths:
    return StudyPaths(NAME, tmp_path)


def changed(**keys: object) -> Study:
    """The flagship with other values at the paths of keys, dots written as two underscores."""
    raw = json.loads(json.dumps(RAW, default=str))
    for path, value in keys.items():
        *parents, last = path.split("__")
        place = raw
        for part in parents:
            place = place[int(part) if part.isdigit() else part]
        place[last] = value
    return Study.model_validate(raw)


def read_outcome(where: StudyPaths) -> None:
    where.results.mkdir(parents=True, exist_ok=True)
    (where.results / "05_ab_results.json").write_text("{}")


def test_what_is_not_registered_says_so(where):
    assert standing(STUDY, where) == NOT_REGISTERED


def test_before_the_outcome_stays_before_once_it_is_read(where):
    register(STUDY, where, MARCH)
    read_outcome(where)
    assert standing(STUDY, where) == f"{BEFORE}; it has not changed since."


@pytest.mark.parametrize("trace", ["numbers", "results", "verdicts", "decision"])
def test_after_the_outcome_is_after(where, trace):
    """Whichever trace of it there is."""
    files = {
        "numbers": where.results / "02_funnel_analysis.json",
        "results": where.reports / "results.json",
        "verdicts": where.reports / "decisions.jsonl",
        "decision": where.base / "docs" / "decisions" / f"{NAME}.md",
    }
    files[trace].parent.mkdir(parents=True)
    files[trace].write_text("{}")
    register(STUDY, where, MARCH)
    shutil.rmtree(where.base / "data", ignore_errors=True)
    assert standing(STUDY, where).startswith(
        "The rule was registered on 2026-03-01, after a report had read the outcome;"
    )


def test_loaded_data_are_told(where):
    where.data.mkdir(parents=True)
    where.database.write_bytes(b"marts")
    os.utime(where.database, (1.7e9, 1.7e9))
    register(STUDY, where, MARCH)
    (line,) = map(json.loads, where.registered.read_text().splitlines())
    assert (line["seen"], line["since"]) == ("data", datetime.fromtimestamp(1.7e9, UTC).isoformat())
    assert standing(STUDY, where).startswith(f"{BEFORE} (its data were loaded);")


def test_a_change_is_named_by_its_keys(where):
    register(STUDY, where, MARCH)
    other = changed(decision__min_relative_uplift=0.01, economics__implementation_cost=1)
    assert standing(other, where) == (
        f"{BEFORE}. It has changed since it was registered: "
        "decision.min_relative_uplift (0.05, now 0.01), economics.implementation_cost (60000, now 1)."
    )


def test_many_changes_are_counted_and_long_values_left_out(where):
    register(STUDY, where, MARCH)
    raw = json.loads(json.dumps(RAW, default=str))
    raw["metrics"] = raw["metrics"][:2]
    raw["independent"] = "A long reason why nothing depends on anything, told at some length."
    raw["assumed"] = ["decision"]
    said = standing(Study.model_validate(raw), where)
    assert re.search(
        r"It has changed since it was registered: assumed \(now with [^)]+\), independent, metrics\.", said
    )
    assert " (True, now nothing)" in said or "(False, now nothing)" in said
    assert said.count(",") >= 5 and " more." in said


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ({"metrics__0__better": "lower"}, "metrics.purchase_rate.better"),
        ({"period__end": "2026-08-25"}, "period.end"),
        ({"variants__0__weight": 0.4, "variants__1__weight": 0.6}, "variants.control.weight"),
        ({"decision__prior": {"improve": 0.3}}, "decision.prior.improve"),
        ({"design__power": 0.9}, "design.power"),
        ({"salt": "another-split"}, "salt"),
        ({"decision__may_override": ["leadership"]}, "decision.may_override"),
        ({"assumed": ["economics.contribution_margin"]}, "assumed"),
    ],
)
def test_all_that_the_decision_depends_on_counts(keys, path):
    assert path in registration.differences(content_of(STUDY), content_of(changed(**keys)))


@pytest.mark.parametrize(
    "keys",
    [{"title": "x"}, {"question": "x"}, {"hypothesis": "x"}, {"metrics__0__label": "x"}, {"limits": []}, {"variants__0__description": "x"}],
)  # fmt: skip
def test_what_is_only_shown_does_not(keys):
    assert digest_of(content_of(changed(**keys))) == digest_of(content_of(STUDY))


UNITS = yaml.safe_load((paths.STUDIES / "hillstrom.yml").read_text(encoding="utf-8"))
COUNTED = {
    "where": "newbie = 1", "missing_codes": {"spend": ["-9"]}, "money_in": "minor_units", "decimal": ",", "delimiter": ";",
    "time_format": "%d.%m.%Y", "timezone": "Europe/Berlin", "negative": "refund", "header_line": 2, "encoding": "latin-1",
    "rows_in_fields": True, "columns": {"variant": "channel"}, "table": "sheet", "outcomes": UNITS["data"]["outcomes"] | {"visit": "conversion"},
    "happened": ("visit",), "before": {"spend": "recency"}, "shown": {"x": "control"},
}  # fmt: skip


@pytest.mark.parametrize("key", COUNTED)
def test_each_key_that_decides_what_is_counted_changes_the_digest(where, key):
    """Every key of data but those that say where they stand; see also the property below."""
    study = Study.model_validate(UNITS)
    other = study.model_copy(update={"data": study.data.model_copy(update={key: COUNTED[key]})})
    assert digest_of(content_of(other)) != digest_of(content_of(study))
    assert any(
        path.startswith(f"data.{key}") for path in registration.differences(content_of(study), content_of(other))
    )


def test_no_key_of_a_study_is_left_out_but_the_words_that_are_named():
    """Whoever adds a key to a study or to its data registers it, or lists it here as words or as a place."""
    known = {*registration.WORDS, *registration.AFTERWARDS}
    for raw in (RAW, UNITS):
        study = Study.model_validate(raw)
        paths_of = {path.split(".")[0] for path in content_of(study)}
        assert {*Study.model_fields} - paths_of == known
        of_data = {path.split(".")[1] for path in content_of(study) if path.startswith("data.")}
        assert {*type(study.data).model_fields} - of_data == {*registration.OF_A_PLACE} & {
            *type(study.data).model_fields
        }


def test_of_several_tables_every_column_and_filter_counts(tmp_path):
    from tests.ingest.tables.company import company

    raw = company(1, tmp_path).raw
    before = content_of(Study.model_validate(raw))
    places = [raw["data"]["assignments"], *raw["data"]["facts"].values()]
    for place in places:
        place["where"] = "true"
        told = registration.differences(before, content_of(Study.model_validate(raw)))
        assert [path.rpartition(".")[2] for path in told] == ["where"], told
        del place["where"]
        place["path"] = f"elsewhere_{place['path']}"
    assert registration.differences(before, content_of(Study.model_validate(raw))) == []
    raw["data"]["unassigned"] = 0.9
    assert registration.differences(before, content_of(Study.model_validate(raw))) == ["data.unassigned"]


def test_an_older_registration_does_not_know_a_key_and_is_held_to_what_is_stated(where, monkeypatch):
    unknown = ("data.dirt", "data.users", "data.bot_events", "segments", "min_segment", "leaving", "funnel")
    older = {k: v for k, v in content_of(STUDY).items() if not k.startswith(unknown)}
    monkeypatch.setattr(registration, "content_of", lambda study: older)
    register(STUDY, where, MARCH)
    monkeypatch.undo()
    changed_since = registration.differences(older, content_of(STUDY), registration._stated(STUDY))
    assert {"data.dirt.bot", "segments"} < {*changed_since}
    assert not {"data.dirt.missing_revenue", "data.bot_events_per_day"} & {*changed_since}, "at their defaults"
    assert "data.dirt.bot (nothing, now 0.006)" in standing(STUDY, where)


def test_who_may_override_counts_once_it_is_another_than_the_default():
    """Registrations from before the key was there stay what they are."""
    assert "decision.may_override" not in content_of(STUDY)
    assert content_of(changed(decision__may_override=["product", "leadership"])) == content_of(STUDY)


def test_the_order_of_the_keys_is_no_change():
    turned = Study.model_validate(dict(reversed(list(RAW.items()))))
    assert digest_of(content_of(turned)) == digest_of(content_of(STUDY))


def test_registered_as_it_is_already_adds_nothing(where):
    first = register(STUDY, where, MARCH)
    text = where.registered.read_bytes()
    assert register(STUDY, where, APRIL) == first and where.registered.read_bytes() == text


def test_the_last_before_the_outcome_counts_whatever_came_after(where):
    stricter = changed(decision__min_relative_uplift=0.06)
    register(STUDY, where, datetime(2026, 2, 1, tzinfo=UTC))
    register(stricter, where, MARCH)
    read_outcome(where)
    looser = changed(decision__min_relative_uplift=0.01)
    register(looser, where, APRIL)
    again = f"{BEFORE}, and again on 2026-04-01, after one had, which does not count"
    assert standing(stricter, where) == f"{again}; it has not changed since."
    said = "decision.min_relative_uplift (0.06, now 0.01)"
    assert standing(looser, where) == f"{again}. It has changed since it was registered: {said}."
    assert [entry.early for entry in read(where.registered.read_text(), NAME)] == [True, True, False]


def test_what_was_seen_once_stays_seen_whatever_is_deleted(where):
    read_outcome(where)
    register(STUDY, where, MARCH)
    shutil.rmtree(where.results)
    assert registration.seen(where)[0] == "nothing"
    assert not register(changed(decision__max_risk=0.1), where, APRIL).early


def test_of_a_list_of_words_those_are_told_that_came_and_went(where):
    uplift, money = "decision.min_relative_uplift", ["economics.contribution_margin", "economics.horizon_months"]
    register(changed(assumed=[uplift]), where, MARCH)
    found = standing(changed(assumed=money), where)
    assert found.endswith(f"assumed (now without {uplift} and with {', '.join(money)}).")
    found = standing(STUDY, where)
    assert found.endswith(f"assumed (now without {uplift}).")


def test_what_stood_there_stays_byte_for_byte(where):
    register(STUDY, where, MARCH)
    first = where.registered.read_bytes()
    register(changed(decision__max_risk=0.1), where, APRIL)
    assert where.registered.read_bytes().startswith(first)


@pytest.fixture(scope="module")
def three(tmp_path_factory) -> str:
    where = StudyPaths(NAME, tmp_path_factory.mktemp("registered"))
    for month, uplift in enumerate((0.01, 0.02, 0.03), start=1):
        register(changed(decision__min_relative_uplift=uplift), where, datetime(2026, month, 1, tzinfo=UTC))
    return where.registered.read_text()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_sign_that_is_edited_is_seen(three, data):
    at = data.draw(st.integers(0, len(three) - 2))
    sign = data.draw(st.sampled_from('0123456789abcdef"{}[],:-. \nTZ').filter(lambda s: s != three[at]))
    with pytest.raises(ReportError, match="was touched"):
        read(three[:at] + sign + three[at + 1 :], NAME)


@pytest.mark.parametrize("kept", [(1, 2), (0, 2), (1, 0, 2), (0, 0, 1, 2), (2,)])
def test_a_line_taken_out_swapped_or_added_is_seen(three, kept):
    lines = three.splitlines(keepends=True)
    with pytest.raises(ReportError, match="was touched"):
        read("".join(lines[i] for i in kept), NAME)


def test_another_study_s_registration_is_not_this_one_s(three):
    with pytest.raises(ReportError, match="was touched: line 1"):
        read(three, "another")


def test_a_touched_file_shows_nothing_and_takes_no_more(where):
    register(STUDY, where, MARCH)
    where.registered.write_text(where.registered.read_text().replace('"seen":"nothing"', '"seen":"outcome"'))
    assert "touched, so it shows nothing" in standing(STUDY, where)
    with pytest.raises(ReportError, match="was touched: line 1"):
        register(STUDY, where, APRIL)
    where.registered.write_bytes(b"\xff\xfe")
    assert "touched" in standing(STUDY, where)


def test_the_command_registers_and_says_where_it_stands(tmp_path):
    where = StudyPaths(NAME, tmp_path)
    file = tmp_path / "studies" / f"{NAME}.yml"
    file.parent.mkdir()
    shutil.copy(paths.STUDIES / file.name, file)
    done = CliRunner().invoke(main, ["register", str(file)])
    assert done.exit_code == 0, done.output
    today = datetime.now(UTC).date().isoformat()
    assert f"registered on {today}, before a report had read the outcome; it has not changed since." in done.output
    assert digest_of(content_of(config.load(file)))[:12] in done.output
    assert len(where.registered.read_text().splitlines()) == 1

    where.registered.write_text("{}\n")
    refused = CliRunner().invoke(main, ["register", str(file)])
    assert refused.exit_code == 2 and "was touched: line 1" in refused.output


def test_a_decision_that_is_logged_has_read_the_outcome(where):
    from helpers.experiment.decision.log import append

    results(where, "ITERATE")
    append(STUDY, where, LAUNCH)
    assert registration.seen(where)[0] == "outcome"


def test_the_notebook_that_decides_and_the_site_are_made_from_it(tmp_path):
    from helpers.pipeline.graph import DECIDES, Origin, of_study

    where = StudyPaths(NAME, tmp_path)
    steps = {step.what: step for step in of_study(f"studies/{NAME}.yml", where, Origin())}
    asked = [place for place in steps[DECIDES].inputs if callable(place)]
    assert [file for look in asked for file in look()] == []
    register(STUDY, where, MARCH)
    assert [file for look in asked for file in look()] == [where.registered]
    where.decisions.write_text("# Decisions", encoding="utf-8")
    assert [file for look in asked for file in look()] == [where.registered, where.decisions]


def test_the_front_page_says_it(tmp_path):
    from helpers.site.front_page import front_page
    from tests.fake_report import STUDY as FAKED
    from tests.fake_report import prepare, report_of

    report = report_of(prepare(tmp_path, notebooks=1))
    assert f"<p>{NOT_REGISTERED}</p>" in front_page(FAKED, report.where, report.numbers, [])
    Path(report.where.registered).parent.mkdir(parents=True, exist_ok=True)
    register(FAKED, report.where, MARCH)
    assert "<p>The rule was registered on 2026-03-01, " in front_page(FAKED, report.where, report.numbers, [])
