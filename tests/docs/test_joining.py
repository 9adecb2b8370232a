"""What a stranger needs to join is there, is valid, names files that exist, and cannot drift from the code."""

import importlib.util
import re
import shutil
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from helpers import paths

ROOT = paths.ROOT
NEEDED = (
    "LICENSE", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md", "SECURITY.md", "CITATION.cff",
    ".pre-commit-config.yaml", "docs/adr/README.md", "docs/queries/README.md", ".github/PULL_REQUEST_TEMPLATE.md",
    ".github/ISSUE_TEMPLATE/config.yml",
)  # fmt: skip
PROSE = sorted(
    [ROOT / name for name in NEEDED if name.endswith(".md")] + list((ROOT / "docs" / "adr").glob("[0-9]*.md"))
)
ADR = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
NEW_THINGS = {
    "A metric type", "A trust check", "A figure", "A topic of the report", "A simulated world", "A page of the site",
    "A diagram", "A statistical method", "A key of the study file", "A notebook",
}  # fmt: skip
PLACEHOLDER = re.compile(r"\b(?:NAME|NN|STUDY|FILE|COMMIT)\b|NN_")
LINK = re.compile(r"\]\(([^)\s]+)\)")
TOP = {"src", "tests", "docs", "warehouse", "scripts", "studies", "notebooks", "programmes", "figures", "benchmarks"}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def project() -> dict[str, Any]:
    return tomllib.loads(text("pyproject.toml"))


def script(name: str) -> ModuleType:
    """A module of ``scripts``, which is no package."""
    spec = importlib.util.spec_from_file_location(f"scripts_{name}", ROOT / "scripts" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def named_paths(markdown: str) -> set[str]:
    """Paths of the project in backticks, without those that stand for many."""
    found = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", markdown, flags=re.DOTALL | re.MULTILINE))
    names = {name for name in found if " " not in name and not PLACEHOLDER.search(name) and "*" not in name}
    return {name for name in names if "/" in name and name.split("/")[0] in TOP}


# --- the files ---


@pytest.mark.parametrize("name", NEEDED)
def test_it_is_there_and_says_something(name):
    assert len(text(name)) > 40


def test_the_licence_is_the_one_that_the_package_states():
    assert project()["project"]["license"] == "MIT" and project()["project"]["license-files"] == ["LICENSE"]
    first, _, holder, *_ = text("LICENSE").splitlines()
    assert first == "MIT License" and holder.endswith("the experiment-report contributors")


def test_the_citation_is_valid_and_names_the_version():
    told = yaml.safe_load(text("CITATION.cff"))
    assert {"cff-version", "message", "title", "authors"} <= set(told), "the keys that the format demands"
    known = {"abstract", "type", "version", "date-released", "license", "keywords", "repository-code", "url", "doi"}
    assert set(told) <= known | {"cff-version", "message", "title", "authors"}
    assert told["cff-version"] == "1.2.0" and told["type"] == "software"
    assert told["authors"] == [{"name": "experiment-report contributors"}], "an entity, no person"
    assert told["version"] == project()["project"]["version"] and told["license"] == project()["project"]["license"]
    assert told["date-released"] == releases()[0][1]


def releases() -> list[tuple[str, str]]:
    """Versions and dates of the changelog, newest first."""
    return re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)$", text("CHANGELOG.md"), flags=re.MULTILINE)


def test_the_changelog_is_in_order_and_ends_at_the_version_of_the_package():
    headings = re.findall(r"^## (.+)$", text("CHANGELOG.md"), flags=re.MULTILINE)
    assert headings[0] == "[Unreleased]" and len(headings) == 1 + len(releases())
    versions = [tuple(map(int, version.split("."))) for version, _ in releases()]
    assert versions == sorted(versions, reverse=True) and len(set(versions)) == len(versions)
    dates = [date for _, date in releases()]
    assert dates == sorted(dates, reverse=True)
    assert releases()[0][0] == project()["project"]["version"]
    kinds = set(re.findall(r"^### (.+)$", text("CHANGELOG.md"), flags=re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


# --- where things are ---


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md", "docs/adr/README.md"])
def test_every_path_it_names_exists(name):
    missing = [path for path in sorted(named_paths(text(name))) if not (ROOT / path).exists()]
    assert not missing, f"{name} names what is not there: {', '.join(missing)}"


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_links_of_the_pages_at_the_top_resolve(name):
    links = [link for link in LINK.findall(text(name)) if "://" not in link]
    assert len(links) > 1
    assert [link for link in links if not (ROOT / link.partition("#")[0]).exists()] == []


def test_a_path_that_does_not_exist_would_be_found():
    assert named_paths("in `src/helpers/nowhere.py`, `studies/NAME.yml`, `make all`, `docs/*.md`, `a/b`") == {
        "src/helpers/nowhere.py"
    }
    assert len(named_paths(text("CONTRIBUTING.md"))) > 30


def test_each_new_thing_has_its_list_of_files_and_its_tests():
    parts = dict(re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", text("CONTRIBUTING.md"), flags=re.DOTALL | re.MULTILINE))
    assert set(parts) == NEW_THINGS
    for thing, told in parts.items():
        steps = re.findall(r"^\d\. ", told, flags=re.MULTILINE)
        assert 3 <= len(steps) <= 4, f"{thing}: {len(steps)} steps"
        assert any(path.startswith("tests/") for path in named_paths(told)), f"{thing}: which test?"


def test_every_target_and_command_it_names_exists():
    targets = set(re.findall(r"^([a-z-]+):.*## ", text("Makefile"), flags=re.MULTILINE))
    for name in ("CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md"):
        asked = set(re.findall(r"^(?:make )([a-z-]+)|`make ([a-z-]+)", text(name), flags=re.MULTILINE))
        assert asked and {a or b for a, b in asked} <= targets, name


def test_a_target_runs_every_sweep():
    """The suite leaves sweeps out: one that no target runs would never run. The mark says which target it is."""
    (told,) = (m for m in project()["tool"]["pytest"]["ini_options"]["markers"] if m.startswith("sweep:"))
    recipe = r"^([a-z-]+):.*\n(?:\t.*\n)*?\t@\$\(PYTEST\) -m sweep (tests/\w+)$"
    run = {folder: target for target, folder in re.findall(recipe, text("Makefile"), flags=re.MULTILINE)}
    assert run and all(f"make {target}" in told and folder in told for folder, target in run.items())
    marked = [f for f in (ROOT / "tests").rglob("*.py") if "@pytest.mark.sweep\n" in f.read_text(encoding="utf-8")]
    assert {"/".join(f.relative_to(ROOT).parts[:2]) for f in marked} == set(run)


def test_the_words_of_house_style_are_kept():
    for file in PROSE:
        if file.parent.name == "queries":
            continue  # a table with a line a query
        told = file.read_text(encoding="utf-8")
        for line in re.sub(r"^```.*?^```", "", told, flags=re.DOTALL | re.MULTILINE).splitlines():
            assert len(line) <= 120 or line.startswith("|"), f"{file.name}: {line}"


# --- decisions ---


@pytest.mark.parametrize("file", ADR, ids=lambda f: f.stem)
def test_a_decision_says_what_why_and_what_follows(file):
    told = file.read_text(encoding="utf-8")
    number = file.name[:4]
    assert re.match(rf"# {number}: \S.+\n\nDate: \d{{4}}-\d\d-\d\d\. Status: ", told)
    headings = re.findall(r"^## (.+)$", told, flags=re.MULTILINE)
    assert [h for h in headings if h in ("Context", "Decision", "Consequences")] == [
        "Context",
        "Decision",
        "Consequences",
    ]
    prose = [line for line in told.splitlines() if not line.startswith("|")]
    assert len(prose) <= 120, "a decision fits a page, its tables left out"


def test_the_index_of_decisions_is_complete():
    lines = re.findall(
        r"^\| \[(\d{4})\]\((\S+)\) \| .+ \| (\d{4}-\d\d-\d\d) \|$", text("docs/adr/README.md"), re.MULTILINE
    )
    assert [name for _, name, _ in lines] == [file.name for file in ADR]
    assert [number for number, _, _ in lines] == [f"{i:04}" for i in range(1, len(lines) + 1)]
    assert len(lines) >= 10
    for _, name, date in lines:
        assert f"Date: {date}." in text(f"docs/adr/{name}"), name


# --- what scripts write ---


def test_the_drawing_is_that_of_the_import_contract():
    architecture = script("architecture")
    assert text("ARCHITECTURE.md") == architecture.page(), "run: python scripts/architecture.py"
    rooms = {room for _, layer in architecture.layers(ROOT) for room in layer}
    folder = ROOT / "src" / "helpers"
    there = {f.stem for f in folder.glob("*.py")} | {d.parent.name for d in folder.glob("*/__init__.py")}
    assert rooms == there - {"__init__", "__main__"}


@pytest.fixture
def house(tmp_path) -> Path:
    """A small project with a contract of three layers."""
    room = tmp_path / "src" / "helpers"
    for name, about in (
        ("top", "Shows it."),
        ("left", "One."),
        ("right", "Another."),
        ("ground", "Carries it.\n\nMore."),
    ):
        (room / name).mkdir(parents=True)
        (room / name / "__init__.py").write_text(f'"""{about}"""\n', encoding="utf-8")
    contract = (
        '[[tool.importlinter.contracts]]\nname = "Down"\ntype = "layers"\nlayers = ["top", "left | right", "ground"]\n'
    )
    (tmp_path / "pyproject.toml").write_text(contract, encoding="utf-8")
    shutil.copyfile(ROOT / "ARCHITECTURE.md", tmp_path / "ARCHITECTURE.md")
    return tmp_path


def test_a_drawing_that_drifted_is_found_and_mended(house):
    architecture = script("architecture")
    assert architecture.main(["--check"], house) == 1
    assert architecture.main([], house) == 0 and architecture.main(["--check"], house) == 0
    drawn = (house / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("```text\n")[2].partition("```")[0]
    lines = drawn.splitlines()
    assert {len(line) for line in lines} == {architecture.WIDTH}
    assert "Carries it." in drawn and "More." not in drawn
    (left,) = [line for line in lines if "left" in line]
    assert left.count("│") == 3 and "right" in left, "rooms of one layer stand side by side"
    (house / "src" / "helpers" / "ground" / "__init__.py").write_text('"""Holds it up."""\n', encoding="utf-8")
    assert architecture.main(["--check"], house) == 1


def test_a_room_that_is_not_there_or_does_not_say_what_it_is_for_is_told(house):
    architecture = script("architecture")
    (house / "src" / "helpers" / "left" / "__init__.py").write_text("", encoding="utf-8")
    with pytest.raises(SystemExit, match="no docstring"):
        architecture.main([], house)
    shutil.rmtree(house / "src" / "helpers" / "left")
    with pytest.raises(SystemExit, match="'left'"):
        architecture.main([], house)


def test_the_page_of_queries_is_that_of_the_files_and_their_readers():
    queries = script("queries")
    assert text("docs/queries/README.md") == queries.page(), "run: python scripts/queries.py"
    names = {file.stem for file in paths.QUERIES.glob("*.sql")}
    listed = re.findall(r"^\| \[`(\w+)`\]\(\1\.sql\) \|", text("docs/queries/README.md"), flags=re.MULTILINE)
    assert sorted(listed) == sorted(names) and len(names) >= 38
    for query in queries.queries():
        assert all(
            f'"{query.name}"' in (ROOT / reader).read_text(encoding="utf-8").replace('\\"', '"')
            for reader in query.readers
        )
        assert query.returns and query.grain


def test_a_query_without_a_grain_is_told():
    with pytest.raises(SystemExit, match="grain"):
        script("queries").told("-- Rows of something.\nselect 1")


def test_sqlfluff_is_given_every_variable_that_the_models_ask_for():
    spec = importlib.util.spec_from_file_location("dbt_context", ROOT / "scripts" / "dbt_context" / "__init__.py")
    assert spec and spec.loader
    context = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(context)
    sql = "\n".join(
        f.read_text(encoding="utf-8") for f in (ROOT / "warehouse").rglob("*.sql") if "target" not in f.parts
    )
    assert set(re.findall(r"\bvar\('(\w+)'\)", sql)) == set(context.VARIABLES)


# --- hooks and forms ---


def test_hooks_are_local_and_lint_runs_all_of_them():
    config = yaml.safe_load(text(".pre-commit-config.yaml"))
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    hooks = {hook["id"]: hook for hook in config["repos"][0]["hooks"]}
    assert all(hook["language"] == "system" for hook in hooks.values()), "nothing is downloaded"
    assert not any(hook.get("stages") for hook in hooks.values()), "none is left out of a run"
    for tool in ("ruff check", "ruff format", "mypy", "lint-imports", "nbstripout", "lint_sql", "actionlint"):
        assert any(tool in hook["entry"] for hook in hooks.values()), tool
    for hook in hooks.values():
        for name in re.findall(r"scripts/\S+", hook["entry"]):
            assert (ROOT / name).is_file(), name
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    if tracked:
        for name, hook in hooks.items():
            if "files" in hook:
                assert any(re.search(hook["files"], file) for file in tracked), f"{name} looks at no file"
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", text("Makefile"), flags=re.MULTILINE)
    assert recipe and "pre-commit run --all-files" in recipe[1]


@pytest.mark.parametrize("file", [f for f in FORMS if f.stem != "config"], ids=lambda f: f.stem)
def test_a_form_is_one_that_github_reads(file):
    form = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert set(form) <= {"name", "description", "title", "labels", "assignees", "type", "body"}
    assert form["name"] and form["description"]
    fields = [part for part in form["body"] if part["type"] != "markdown"]
    assert fields and len({part["id"] for part in fields}) == len(fields)
    for part in form["body"]:
        assert part["type"] in {"markdown", "input", "textarea", "dropdown", "checkboxes"}
        assert "value" in part["attributes"] if part["type"] == "markdown" else part["attributes"]["label"]
    assert any(part.get("validations", {}).get("required") for part in fields)


def test_forms_are_the_three_that_are_wanted():
    assert [file.stem for file in FORMS] == ["bug", "config", "feature", "wrong_number"]
    assert yaml.safe_load(FORMS[1].read_text(encoding="utf-8"))["blank_issues_enabled"] is False
