"""The pages that help: every error of the code, every word and key, a worked example that runs."""

import ast
import json
import re

import pytest

from helpers import paths
from helpers.cli import running
from helpers.config import Study, keys
from helpers.config.programme import Programme
from helpers.ingest.new_study import Said, propose
from helpers.site import error_catalogue, short_examples, tables_example, worked_example
from helpers.site.error_catalogue import HOLE
from helpers.warehouse import preview

DESIGN = "study unit assignment exposure offline-study online-study metric sufficient-statistics effect trust-checks"
ASKED = """unit exposure sample-ratio-mismatch cuped minimum-detectable-effect guardrail false-positive-risk
intention-to-treat contamination power p-value confidence-interval novelty-effect winsorizing unit-table"""
PROGRAMME = (
    "attribution removal-effect shapley-value churn uplift qini-curve bandit regret interference switchback watermark"
)


def page(name: str) -> str:
    return (paths.DOCS / name).read_text(encoding="utf-8")


# --- troubleshooting ---


def calls(name: str) -> int:
    """How often the package makes such an error, counted apart from the code under test."""
    return sum(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
        for file in (paths.ROOT / "src" / "helpers").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    )


def test_every_error_in_the_code_is_found():
    raw = [
        told
        for file in (paths.ROOT / "src" / "helpers").rglob("*.py")
        for told in error_catalogue.of_source(file.read_text(encoding="utf-8"), f"helpers.{file.stem}")
    ]
    assert len(raw) == calls("ReportError") + calls("ConfigError") > 100
    kept = {told.what for told in error_catalogue.errors()}
    assert {told.what for told in raw} - kept <= {HOLE}, "only what others say is left out"


def test_every_error_stands_on_the_page_under_one_topic():
    text = page("troubleshooting.md")
    entries = [told for _, found in error_catalogue.by_topic() for under in found.values() for told in under]
    assert sorted(entries, key=id) == sorted(error_catalogue.errors(), key=id)
    for told in error_catalogue.errors():
        assert f"### {told.heading}\n" in text, told.what
        assert all(text_of.replace("|", "/") in text for _, text_of in told.parts), told.what


def test_every_heading_of_a_topic_is_another_and_every_part_says_something():
    for topic in page("troubleshooting.md").split("\n## ")[1:]:
        headings = re.findall("^### (.*)$", topic, re.MULTILINE)
        assert len(headings) == len(set(headings))
    assert not [
        line for line in page("troubleshooting.md").splitlines() if re.search(rf"[.{HOLE}]{HOLE}|{HOLE}\.\w", line)
    ]
    said = [part for told in error_catalogue.errors() for _, part in told.parts]
    assert not [part for part in said if not re.search(r"[^\W\d_]{3}", part)]


def test_a_message_that_a_reader_saw_leads_to_its_entry():
    """The words between the holes are those of the message as it is told."""
    from helpers.config import load
    from helpers.errors import ReportError

    with pytest.raises(ReportError) as caught:
        load("studies/nope.yml")
    patterns = [re.escape(told.what).replace(HOLE, ".*") for told in error_catalogue.errors()]
    assert sum(bool(re.fullmatch(pattern, caught.value.what)) for pattern in patterns) == 1


def test_what_an_error_says_is_read_through_names_and_choices():
    code = """
def refuse(file, gone):
    hint = "add it"
    what = f"{file.name} lacks a column" if gone else "no " + "file"
    raise ReportError(what, got=file, cause="a typo", remedy=hint)
"""
    (told,) = error_catalogue.of_source(code, "helpers.config.tracking_plan")
    assert told.what == f"{HOLE} lacks a column, or: no file" and told.topic == "The data"
    assert told.parts == (("likely cause", "a typo"), ("what to do", "add it"))


def test_every_exit_code_stands_on_the_page():
    from helpers.cli import EXIT_CODES

    for code, meaning in EXIT_CODES.items():
        assert f"| {code} | {meaning} |" in page("troubleshooting.md")


# --- glossary ---


def sections() -> dict[str, str]:
    """The text of each part of the glossary."""
    _, *parts = page("glossary.md").split("\n## ")
    return dict(part.split("\n", 1) for part in parts)


def spelled(term: str) -> str:
    return re.sub(r" \(.*\)", "", term).lower().replace(" ", "-")


def test_the_words_of_the_house_are_explained_in_order():
    told = {}
    for about in ("Words of an experiment", "Words of a programme"):
        found = re.findall(r"^### (.+)\n(.+)$", sections()[about], flags=re.MULTILINE)
        names = [spelled(term) for term, _ in found]
        assert names == sorted(names) and sections()[about].count("### ") == len(found), "in the order of the alphabet"
        assert all(20 < len(text) < 400 for _, text in found) and told.keys().isdisjoint(names), "each once"
        told |= dict(zip(names, found, strict=True))
    assert set(DESIGN.split()) | set(ASKED.split()) | set(PROGRAMME.split()) <= set(told)


@pytest.mark.parametrize(
    ("model", "places", "about"),
    [(Study, keys.PLACES, "Keys of a study file"), (Programme, keys.PROGRAMME_PLACES, "Keys of a programme file")],
)
def test_every_key_of_a_file_has_a_meaning(model, places, about):
    schema = model.model_json_schema()
    parts = {model.__name__: schema, **schema["$defs"]}
    known = [(model, key, of) for model, part in parts.items() for key, of in part.get("properties", {}).items()]
    assert [(model, key) for model, key, of in known if not of.get("description")] == []
    text = sections()[about]
    assert set(places) == set(parts)
    for _, place, told in keys.tables(model, places):
        assert f"### {place}\n" in text
        assert all(f"`{key}`" in text and meaning in text for key, _, meaning in told)


def test_editors_get_the_meanings():
    schema = json.loads((paths.STUDIES / "study.schema.json").read_text(encoding="utf-8"))
    assert schema["properties"]["exposure"]["description"].startswith("The event from which on the change can touch")
    assert schema["$defs"]["Metric"]["properties"]["covariate"]["description"].endswith("(CUPED)")


# --- the worked example ---


def test_the_example_is_the_same_every_time_and_stands_on_the_page(tmp_path):
    study = worked_example.prepare(tmp_path)
    log = (tmp_path / "data" / "shop.csv").read_text(encoding="utf-8").splitlines()
    recorded = worked_example.load()
    assert log[:6] == recorded["log"] and len(log) > worked_example.VISITORS
    said = propose(
        str(tmp_path / "data" / "shop.csv"), name="proposed", said=Said(variant="page", control="long"), base=tmp_path
    ).said
    assert said.replace("proposed", worked_example.NAME) == recorded["proposal"]
    text = page("own-data.md")
    assert (
        recorded["proposal"] in text
        and "\n".join(recorded["log"]) in text
        and recorded["said"]["check"] in text
        and recorded["said"]["run"] in text
    )
    assert (worked_example.SOURCE / study.name).read_text(encoding="utf-8") in text
    assert "/tmp" not in text and str(tmp_path) not in text


def test_the_example_of_several_tables_is_the_same_every_time_and_stands_on_the_page(tmp_path):
    recorded, text = worked_example.load()["tables"], page("own-data.md")
    files = tables_example.prepare(tmp_path)
    heads = {file.name: file.read_text(encoding="utf-8").splitlines()[: tables_example.SHOWN] for file in files}
    study, said = tables_example.proposed(tmp_path)
    assert (heads, said, tables_example.stated(study)) == (recorded["heads"], recorded["proposal"], recorded["data"])
    told, refused = preview.of(str(study))
    assert refused is None and told.replace(f"{tmp_path}/", "") == recorded["said"]["check"]
    assert tables_example.COMMAND in text and all(
        each in text for each in (said, recorded["data"], *recorded["said"].values())
    )


def test_the_short_examples_are_proposed_as_the_page_says(tmp_path):
    text = page("own-data.md")
    for example in short_examples.EXAMPLES:
        recorded = worked_example.load()["short"][example.name]
        assert example.write(tmp_path) == recorded["files"]
        assert all(told in text for told in (*example.commands, *recorded["said"]))
        said = Said(primary=example.known.removeprefix("--primary "))
        found = propose(str(tmp_path / example.files[0]), name=example.name, said=said, base=tmp_path).said
        assert found.splitlines()[:-2] == recorded["said"][0].splitlines()[:-2], "all but what is to be typed next"


@pytest.mark.sweep
def test_the_example_still_says_what_the_page_says(tmp_path):
    """The commands of the page, run anew; when this differs: make own-data, and read what changed."""
    assert worked_example.record(tmp_path) == worked_example.load()
    study = tmp_path / "studies" / f"{worked_example.NAME}.yml"
    assert all(line.endswith(" up to date") for line in running.explain_run(str(study))), (
        "a second run has nothing to do"
    )


# --- the way there ---


def test_the_readme_shows_your_own_experiment_second():
    text = (paths.ROOT / "README.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert headings[:2] == ["Two commands", "Your own experiment"]
    for name in ("own-data", "troubleshooting", "glossary"):
        assert f"(docs/{name}.md)" in text


def test_the_site_has_the_pages():
    from helpers.site.render import OF_THE_PROJECT

    assert {f"docs/{name}.md" for name in ("own-data", "troubleshooting", "glossary")} <= set(OF_THE_PROJECT)


def test_a_formula_of_the_statistics_is_no_code():
    code = re.findall(r"`([^`]*)`", page("statistics.md"))
    assert "$" in page("statistics.md") and not [each for each in code if "\\" in each]
