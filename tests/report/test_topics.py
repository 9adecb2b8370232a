"""A topic is told one way: its public functions record numbers, or make tables, sentences and what stands below them."""

import ast
from pathlib import Path

import pytest

from helpers import paths

TOPICS = sorted(
    file for file in (paths.ROOT / "src" / "helpers" / "report" / "topics").rglob("*.py") if file.name != "__init__.py"
)
KINDS = ("record", "table", "text", "note", "caption", "absent")
BESIDE = {("data_quality", "ledger"), ("data_quality", "of_the_files"), ("data_quality", "revenue")}
"""What a topic reads for its own record, beside what it tells."""


def public(file: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


@pytest.mark.parametrize("file", TOPICS, ids=lambda file: file.stem)
def test_functions_of_a_topic_are_named_for_what_they_give(file):
    named = {f.name for f in public(file) if f.name.split("_")[0] not in KINDS}
    assert named <= {name for stem, name in BESIDE if stem == file.stem}
    assert public(file), "a topic tells something"


@pytest.mark.parametrize("file", TOPICS, ids=lambda file: file.stem)
def test_what_records_takes_the_notebook_first_and_gives_nothing_back(file):
    for function in public(file):
        if function.name.split("_")[0] == "record":
            assert function.args.args[0].arg == "nb", function.name
            assert isinstance(function.returns, ast.Constant) and function.returns.value is None, function.name


@pytest.mark.parametrize("file", TOPICS, ids=lambda file: file.stem)
def test_only_what_records_is_handed_the_notebook(file):
    for function in public(file):
        if function.name.split("_")[0] != "record":
            assert "nb" not in {a.arg for a in function.args.args}, f"{file.stem}.{function.name}"
