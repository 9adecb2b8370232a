"""The rules that hold for every notebook's source."""

import ast
import json
import re
from typing import Any

import pytest

from helpers import paths

FILES = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
NAMES = [
    "01_data_prep",
    "02_funnel_analysis",
    "03_segmentation",
    "04_experiment_design",
    "04_test_plan",
    "05_ab_results",
    "06_roi_and_rollout",
    "07_monitoring",
    "08_attribution",
    "09_segments",
    "10_prediction",
    "11_beyond_ab",
    "12_live",
]
CELL_LINES, NOTEBOOK_LINES = 15, 100
FORBIDDEN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.AsyncFor, ast.While, ast.Try)
COMPUTING = {"numpy", "scipy", "statsmodels", "lifelines", "sklearn", "duckdb", "plotly"}
"""Packages whose use belongs into helpers."""
TYPED_NUMBER = re.compile(r"\d+(?:[.,]\d+)? ?(?:%|percent|points\b|EUR\b|users\b|units\b)")


def content(file: Any) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8"))


def cells(file: Any, kind: str) -> list[str]:
    return ["".join(c["source"]) for c in content(file)["cells"] if c["cell_type"] == kind]


def lines(source: str) -> list[str]:
    return [line for line in source.splitlines() if line.strip()]


def tagged(file: Any, tag: str) -> list[str]:
    return ["".join(c["source"]) for c in content(file)["cells"] if tag in c["metadata"].get("tags", [])]


each = pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)


def test_the_notebooks_are_these():
    assert [f.stem for f in FILES] == NAMES


@each
def test_one_question_is_the_title(file):
    prose = "\n".join(cells(file, "markdown"))
    titles = re.findall(r"^# (.+)$", prose, flags=re.MULTILINE)
    assert len(titles) == 1 and titles[0].endswith("?")
    assert cells(file, "markdown")[0].startswith("# ")
    assert content(file)["cells"][0]["cell_type"] == "markdown"


@each
def test_the_opening_says_what_a_reader_needs(file):
    opening = cells(file, "markdown")[0]
    found = re.findall(r"^\*\*([A-Z][a-z ]+)\.\*\* \S", opening, flags=re.MULTILINE)
    assert found == ["Question", "Decision it informs", "Inputs", "Method"]


@each
def test_the_takeaway_closes_and_names_the_next(file):
    closing = cells(file, "markdown")[-1]
    assert closing.startswith("## Takeaway\n")
    assert re.findall(r"\*\*([A-Z][a-z ]+):\*\* \S", closing) == ["What would change it", "Limits", "Next"]
    last = content(file)["cells"][-1]
    assert last["cell_type"] == "code" and "".join(last["source"]).strip() == "nb.close()"
    told = paths.books(programme=file.stem in paths.books(programme=True))
    told = paths.described() if file.stem not in told else told
    following = told[told.index(file.stem) + 1 :][:1]
    for name in following:
        assert f"**Next:** `{name}`" in closing


@each
def test_no_number_is_typed_into_prose(file):
    for text in cells(file, "markdown"):
        assert not TYPED_NUMBER.search(text), text


@each
def test_cells_are_short(file):
    sizes = [len(lines(c)) for c in cells(file, "code")]
    assert max(sizes) <= CELL_LINES
    assert sum(sizes) <= NOTEBOOK_LINES
    assert max(len(line) for c in cells(file, "code") for line in c.splitlines()) <= 130


@each
def test_cells_call_show_or_interpret(file):
    for source in cells(file, "code"):
        for node in ast.walk(ast.parse(source)):
            assert not isinstance(node, FORBIDDEN), f"{type(node).__name__} in: {source}"
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("fit", "apply", "iterrows"), source
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
                assert not {str(n).partition(".")[0] for n in names} & COMPUTING, source


@each
def test_parameters_are_literals(file):
    (source,) = tagged(file, "parameters")
    for statement in ast.parse(source).body:
        assert isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        ast.literal_eval(statement.value)
    programme = file.stem in paths.books(programme=True)
    told = 'programme_file = "programmes/shop_year.yml"' if programme else 'study_file = "studies/cart_checkout.yml"'
    assert source.startswith(told)


@each
def test_the_setup_names_its_own_notebook(file):
    (source,) = tagged(file, "setup")
    programme = file.stem in paths.books(programme=True)
    opened = "ProgrammeNotebook(programme_file" if programme else "Notebook(study_file"
    assert f'nb = {opened}, "{file.stem}")' in source
    imported = [
        n for c in cells(file, "code") for n in ast.walk(ast.parse(c)) if isinstance(n, ast.Import | ast.ImportFrom)
    ]
    assert len(imported) == len(
        [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Import | ast.ImportFrom)]
    ), "imports stand in the setup cell"
    names = {alias.asname or alias.name for n in imported for alias in n.names}
    body = "\n".join(cells(file, "code"))
    unused = {n for n in names if len(re.findall(rf"\b{n}\b", body)) < 2}
    assert not unused


@each
def test_sources_are_stripped(file):
    raw = content(file)
    for cell in raw["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None
        assert set(cell["metadata"]) <= {"tags"}
    assert set(raw["metadata"]) == {"kernelspec", "language_info"}
    assert raw["metadata"]["language_info"] == {"name": "python"}, "no version of somebody's Python"
    ids = [cell["id"] for cell in raw["cells"]]
    assert len(set(ids)) == len(ids)


@each
def test_no_absolute_path(file):
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.:/])(?:/|~/|[A-Z]:\\\\)(?:home|root|tmp|var|usr|opt|work|mnt|Users)\b", text)
    assert str(paths.ROOT) not in text


def test_a_name_is_recorded_in_one_notebook_only():
    given = [name for f in FILES for c in cells(f, "code") for name in re.findall(r'nb\.record\(\s*"([^"]+)"', c)]
    assert len(given) == len(set(given))


def test_a_figure_is_shown_in_one_notebook_of_a_report_only():
    reports = [[f for f in FILES if f.stem != paths.TEST_PLAN], [f for f in FILES if f.stem in paths.described()]]
    for files in reports:
        shown = [name for f in files for c in cells(f, "code") for name in re.findall(r'nb\.show\(\s*"([^"]+)"', c)]
        assert len(shown) == len(set(shown)) > 3


def test_every_figure_function_has_one_reader():
    """Each public function that draws has exactly one notebook or page that shows it, and each call names one that exists."""
    modules = sorted((paths.ROOT / "src/helpers/report/figures").glob("*.py"))
    drawn = {
        (module.stem, node.name)
        for module in modules
        for node in ast.parse(module.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and "go.Figure" in ast.unparse(node.returns or ast.Constant(None))
        and module.stem not in ("show", "style", "export")
    }  # fmt: skip
    readers: dict[tuple[str, str], set[str]] = {}
    for file in FILES:
        source = "\n".join(cells(file, "code"))
        (module,) = re.findall(r"from helpers\.report\.figures import (\w+) as figures", source)
        for name in re.findall(r"\bfigures\.(\w+)\(", source):
            readers.setdefault((module, name), set()).add(file.stem[:2])  # a report has one notebook of a number
    for page in (paths.ROOT / "src/helpers").rglob("*.py"):
        for module, name in re.findall(
            r"from helpers\.report\.figures\.(\w+) import (\w+)", page.read_text(encoding="utf-8")
        ):
            if (module, name) in drawn:
                readers.setdefault((module, name), set()).add(page.stem)
    assert {f: len(r) for f, r in readers.items()} == dict.fromkeys(drawn, 1)
