"""Files that describe the project agree with each other and with nothing but the project."""

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers import config, paths

ROOT = paths.ROOT
HOSTS = re.compile(
    "|".join(
        [
            r"pypi\.(?:org|python)", r"python" + r"hosted\.org", r"anaconda\.(?:org|com)", r"registry\.np" + r"mjs",
            r"deb\.debian\.org", r"hub\.getdbt\.com", r"cdn\.(?:plot\.ly|jsdelivr)",
        ]
    )
)  # fmt: skip
MACHINE = re.compile(r"(?<![\w./~-])/(?:work|root|tmp|home/\w+|Users/\w+)/")
LOOKING = {"tests/docs/test_project.py", "tests/pipeline/test_notebooks.py", "tests/notebooks/test_sources.py"}
"""Tests that look for what must not be there."""


@cache
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements(*extras: str) -> list[str]:
    found = list(project()["dependencies"])
    for extra in extras or project()["optional-dependencies"]:
        found += project()["optional-dependencies"][extra]
    return found


@cache
def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode or not done.stdout:
        pytest.skip("not a git checkout")
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


# --- environments ---


def test_the_conda_environment_equals_the_package():
    content = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert content["name"] == project()["name"]
    pip = next(d["pip"] for d in content["dependencies"] if isinstance(d, dict))
    assert pip == [*requirements("postgres", "dev"), "-e ."], "and the project itself, for its command"
    python = next(d for d in content["dependencies"] if isinstance(d, str) and d.startswith("python"))
    assert python == "python" + project()["requires-python"]


def test_requirements_are_in_order_and_have_floors():
    for group in (project()["dependencies"], *project()["optional-dependencies"].values()):
        assert group == sorted(group, key=lambda text: Requirement(text).name)
    for text in requirements():
        assert any(s.operator == ">=" for s in Requirement(text).specifier), text


@cache
def lock() -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = {}
    for entry in entries():
        requirement = Requirement(entry.partition(" \\\n")[0])
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def entries() -> list[str]:
    """Packages of the lock, each with its hashes in lines of their own."""
    return re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text(encoding="utf-8").strip())


def test_the_lock_holds_exact_versions_and_no_address():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text and not re.search(r"^\s*-(?!-hash=)", text, flags=re.MULTILINE)
    for name, locked in lock().items():
        for entry in locked:
            assert [s.operator for s in entry.specifier] == ["=="] and not entry.url, name
        assert len(locked) == 1 or all(e.marker for e in locked), f"{name} is locked twice for the same machine"


def test_every_package_is_locked_with_its_hashes():
    assert len(entries()) > 200
    for entry in entries():
        assert re.fullmatch(r"\S+==\S.*?(?: \\\n    --hash=sha256:[0-9a-f]{64})+", entry), entry[:60]


def test_set_up_takes_nothing_without_its_hash(tmp_path):
    """Each install of the script but that of the project itself; its Python is one that only takes notes."""
    notes, python = tmp_path / "notes", tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\necho "$@" >> {notes}\nfor last; do :; done; [ ! -f "$last" ] || cat "$last" >> {notes}.read\n'
    )
    python.chmod(0o700)
    subprocess.run(["bash", "scripts/install.sh", str(python)], cwd=ROOT, check=True)
    *packages, itself = notes.read_text(encoding="utf-8").splitlines()
    assert len(packages) == 2 and all("--require-hashes" in line and "-r " in line for line in packages)
    assert itself.endswith("-e .")
    first, _, rest = Path(f"{notes}.read").read_text(encoding="utf-8").partition("\naccessible")
    assert first.startswith("uv==") and "--hash=" in first and "==" not in first[4:] and len(rest) > 10_000


@pytest.mark.parametrize("text", requirements())
def test_the_lock_satisfies_the_package(text):
    wanted = Requirement(text)
    locked = lock().get(canonicalize_name(wanted.name), [])
    assert locked, "not in the lock: make lock"
    for entry in locked:
        (version,) = entry.specifier
        assert wanted.specifier.contains(version.version, prereleases=True), str(entry)


def test_every_import_is_a_stated_requirement():
    """What the package imports by name stands in pyproject.toml, not only in somebody's environment."""
    import sys
    from importlib.metadata import packages_distributions

    known = packages_distributions()
    stated = {canonicalize_name(Requirement(r).name) for r in requirements()}
    come_along = {
        "jupyter_client",
        "traitlets",
        "nbformat",
        "packaging",
        "markupsafe",
        "choreographer",
        "docutils",
        "markdown_it",
    }
    pattern = re.compile(r"^\s*(?:from|import) ([a-zA-Z_]\w*)", flags=re.MULTILINE)
    for folder in ("src", "benchmarks"):
        for file in (ROOT / folder).rglob("*.py"):
            for name in pattern.findall(file.read_text(encoding="utf-8")):
                if (
                    name in sys.stdlib_module_names
                    or name in {"helpers", "benchmarks", *come_along}
                    or name not in known
                ):
                    continue
                assert {canonicalize_name(d) for d in known[name]} & stated, f"{file.relative_to(ROOT)} imports {name}"


# --- studies ---


def test_the_schema_is_that_of_the_studies():
    file = paths.STUDIES / "study.schema.json"
    assert file.is_file() and file.read_text(encoding="utf-8") == config.json_schema(), "run: make schema"


@pytest.mark.parametrize("file", sorted(paths.STUDIES.glob("*.yml")), ids=lambda f: f.stem)
def test_every_study_is_valid_and_names_the_schema(file):
    assert config.load(file).name == file.stem
    assert file.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=study.schema.json\n")


# --- make ---


def test_help_lists_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.findall(r"^\.PHONY: (.+)$", makefile, flags=re.MULTILINE)[0].split())
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    told = dict(re.findall(r"^  make (\S+)\s+(\S.*)$", done.stdout, flags=re.MULTILINE))
    assert set(told) == phony
    assert all(len(text) > 5 for text in told.values())
    plain = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert plain.stdout == done.stdout, "help is what make says without a target"


def test_the_whole_suite_waits_for_no_hook_and_for_no_build_that_leaves_a_core_idle():
    done = subprocess.run(
        ["make", "-n", "-o", ".venv/ready", "test"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    first, second = done.stdout.split("-j2 lint suite\n")
    assert "-j2 built measured\n" in first and "helpers build --jobs 2 all" in first
    assert "pre-commit run --all-files" in second
    once, others = (re.search(r"-m pytest -n 2 [^#\n]*", part)[0].split() for part in (first, second))
    assert "--cov-fail-under=98" in once and once[-2:] == ["tests/stats", "src/helpers/stats"]
    assert others[-2:] == [f"--ignore={folder}" for folder in once[-2:]], "the others, and all of them"
    assert all(word.startswith("-") or word in ("pytest", "2", "loadfile") for word in others)


# --- documents ---

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")


def anchors(text: str) -> set[str]:
    """Names of the headings as renderers make them, and ids given by hand."""
    headings = re.findall(
        r"^#{1,6} (.+?)\s*$", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), flags=re.MULTILINE
    )
    made = {re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", h)).strip().lower().replace(" ", "-") for h in headings}
    return (
        made
        | set(re.findall(r'(?:id|name)="([^"]+)"', text))
        | set(re.findall(r"^\(([\w-]+)\)=$", text, flags=re.MULTILINE))
    )


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda f: f.name)
def test_links_resolve(file):
    if not file.is_file():
        pytest.skip(f"{file.name} is not there")
    for link in LINK.findall(file.read_text(encoding="utf-8")):
        if re.match(r"(?:https?|mailto):", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (file.parent / name).resolve() if name else file
        assert target.exists(), link
        assert target.is_relative_to(ROOT), f"{link} leaves the project"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target.read_text(encoding="utf-8")), link
        generated = ("data", "reports")
        assert target.relative_to(ROOT).parts[:1] not in [(g,) for g in generated], (
            f"{link} is there only after a build"
        )


# --- what is committed ---


def text_of(name: str) -> str:
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_committed_file_names_a_machine_or_a_registry():
    for name in tracked():
        if name not in LOOKING:
            text = text_of(name)
            for pattern in (MACHINE, HOSTS):
                found = pattern.search(text)
                assert not found, f"{name}: {found[0] if found else ''}"


def test_nothing_generated_is_committed():
    for name in tracked():
        assert not re.match(r"(?:reports|data)/(?!README\.md$)", name), name
        assert not name.endswith((".duckdb", ".parquet", ".pyc")) and ".ipynb_checkpoints" not in name, name
        assert not (name.startswith("figures/") and name.endswith(".html")), name
        limit = 500_000 if name.startswith("figures/") or name == "requirements.lock" else 200_000
        assert (ROOT / name).stat().st_size < limit, f"{name} is large"


def test_committed_figures_are_those_of_bundled_studies():
    named = {Path(name).parts[1] for name in tracked() if name.startswith("figures/")}
    assert named == set(paths.BUNDLED)


def test_names_follow_the_house():
    """No module that is a drawer for everything; modules stay within reach of the eye."""
    for name in tracked():
        if name.startswith(("src/", "benchmarks/")) and name.endswith(".py"):
            assert Path(name).stem not in {"utils", "common", "misc", "helper", "tools"}, name
            assert len(text_of(name).splitlines()) <= 600, f"{name} has grown too long"
