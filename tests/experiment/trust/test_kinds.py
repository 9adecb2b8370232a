"""The list of trust checks against the code that makes them."""

import ast
from pathlib import Path

import pytest

from helpers import paths
from helpers.experiment import trust
from helpers.experiment.results import Results
from helpers.experiment.trust.checks import trust_checks
from helpers.experiment.trust.kinds import KINDS, families, kind_of, listed, named
from helpers.site.docs import helping
from helpers.warehouse import query

SOURCES = [file for file in Path(trust.__file__).parent.glob("*.py") if file.name != "check.py"]


def beginnings() -> list[tuple[str, str]]:
    """Of every check that the code makes, the file and how its name begins."""
    found = []
    for file in SOURCES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for scope in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            named = [node for node in ast.walk(scope) if isinstance(node, ast.Assign)]
            for call in (node for node in ast.walk(scope) if isinstance(node, ast.Call)):
                if getattr(call.func, "id", "") == "TrustCheck":
                    name = call.args[0]
                    if isinstance(name, ast.Name):
                        name = next(value for a in named if (value := _bound(a, name.id)) is not None)
                    text = name.values[0] if isinstance(name, ast.JoinedStr) else name
                    assert isinstance(text, ast.Constant), f"{file.name}: a name that begins with no text"
                    found.append((file.name, text.value))
    return found


def _bound(assigned: ast.Assign, name: str) -> ast.expr | None:
    targets, values = assigned.targets[0], assigned.value
    pairs = zip(targets.elts, values.elts, strict=True) if isinstance(targets, ast.Tuple) else [(targets, values)]
    return next((value for target, value in pairs if getattr(target, "id", "") == name), None)


def test_every_check_is_of_a_kind_and_every_kind_has_a_check():
    made = beginnings()
    assert len(made) >= len(KINDS)
    assert [each for each in made if not any(each[1].startswith(k.name) for k in KINDS)] == []
    assert [k.name for k in KINDS if not any(name.startswith(k.name) for _, name in made)] == []
    assert len({k.name for k in KINDS}) == len(KINDS) == sum(map(len, families().values()))


def test_the_checks_of_a_study_are_of_these_kinds(small_study):
    with query.connect(small_study.where.database) as con:
        checks = trust_checks(con, Results(con, small_study.study)).checks
    assert [check.name for check in checks if kind_of(check) is None] == []
    order = [KINDS.index(kind) for check in checks if (kind := kind_of(check)) is not None]
    assert len(set(order)) > 10


@pytest.mark.parametrize(("template", "name", "told"), [
    ("methodology.md.j2", "trust_kinds", listed()), ("glossary.md.j2", "trust_families", named()),
])  # fmt: skip
def test_pages_list_them_from_here(template, name, told):
    assert f"{{{{ {name} }}}}" in (paths.TEMPLATES / template).read_text(encoding="utf-8")
    assert helping()[name] == told
