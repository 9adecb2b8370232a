"""The write-up is made of results: no typed number, no gap, no drift."""

import re
import shutil

import pytest

from helpers import paths
from helpers.cli import goals
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline.built import Built
from helpers.pipeline.files import write_text
from helpers.site import docs

pytestmark = pytest.mark.slow

BUILT = all((StudyPaths(name).reports / "results.json").is_file() for name in docs.BUNDLED)
needs_report = pytest.mark.skipif(not BUILT, reason="the bundled report is not built: make all")

TYPED = (
    "methodology.md.j2", "interview.md.j2", "index.md.j2", "study.md.j2", "own-data.md.j2", "glossary.md.j2",
    "tracking_plan.md.j2",
    *(f"studies/{name}.md.j2" for name in docs.BUNDLED[1:]),
)  # fmt: skip
NAMES = re.compile(r"A/B|A/A|SHA-256|0[1-7]_[a-z_]+|h[1-6]")
"""Words that hold a digit and are no number."""


def prose(template: str) -> str:
    """A template without its slots, links, tags and code."""
    text = (paths.TEMPLATES / template).read_text(encoding="utf-8")
    for part in (r"\{#.*?#\}", r"\{%.*?%\}", r"\{\{.*?\}\}", r"```.*?```", r"`[^`]*`", r"<[^>]*>", r"\]\([^)]*\)"):
        text = re.sub(part, " ", text, flags=re.DOTALL)
    return NAMES.sub(" ", text)


@pytest.mark.parametrize("template", TYPED)
def test_no_number_is_typed(template):
    typed = re.findall(r".{0,30}\d[\d.,]*.{0,20}", prose(template))
    assert not typed, f"numbers typed by hand in docs/templates/{template}: {typed}"


def test_a_typed_number_would_be_found(monkeypatch, tmp_path):
    (tmp_path / "x.md.j2").write_text('Of {{ n("a") }} users, 42 bought in [2 days](x2.md).\n', encoding="utf-8")
    monkeypatch.setattr(paths, "TEMPLATES", tmp_path)
    assert re.findall(r"\d+", prose("x.md.j2")) == ["42", "2"]


@needs_report
def test_texts_equal_what_the_results_make():
    """Fails when a result changed and the texts were not made anew, or when one was edited by hand."""
    docs.fill(check=True)


@needs_report
def test_drift_is_found(tmp_path):
    for name, text in docs.texts().items():
        write_text(tmp_path / name, text)
    docs.fill(check=True, root=tmp_path)
    edited = tmp_path / "docs" / "methodology.md"
    edited.write_text(edited.read_text(encoding="utf-8").replace("rows were read", "rows were seen"), encoding="utf-8")
    with pytest.raises(ReportError, match=r"got: +docs/methodology\.md\n"):
        docs.fill(check=True, root=tmp_path)


@needs_report
def test_an_unknown_number_is_an_error(monkeypatch, tmp_path):
    copied = shutil.copytree(paths.TEMPLATES, tmp_path / "templates")
    (copied / "interview.md.j2").write_text('{{ n("primary.relativ") }}', encoding="utf-8")
    monkeypatch.setattr(paths, "TEMPLATES", copied)
    with pytest.raises(KeyError, match=r"primary\.relative"):
        docs.texts()


@needs_report
def test_every_simulation_says_so():
    pages = [f"docs/studies/{name}.md" for name in docs.BUNDLED[1:]]
    for name in ("README.md", "docs/methodology.md", "docs/interview.md", "docs/results.md", *pages):
        assert "simulat" in (paths.ROOT / name).read_text(encoding="utf-8").lower(), name


def test_a_whole_build_builds_the_studies_that_the_texts_speak_of():
    steps = goals.of_project(["all"], Built()).steps
    reported = {step.subject for step in steps if step.command[0] == "report"}
    assert reported == {*docs.BUNDLED, paths.YEAR}
