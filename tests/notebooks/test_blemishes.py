"""The pages and numbers of the bundled studies and of the programme hold no number that they do not have."""

import json
from pathlib import Path

import pytest

from helpers import paths
from helpers.paths import StudyPaths
from tests import blemishes

REPORTS = [
    pytest.param(paths.ROOT / "reports" / name, id=name)
    for name in (*paths.BUNDLED, paths.YEAR)
    if (paths.ROOT / "reports" / name / "results.json").is_file()
]
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "folder", REPORTS or [pytest.param(None, marks=pytest.mark.skip(reason="no study is built: make all"))]
)
def test_no_page_and_no_number_of_a_report_has_a_blemish(folder: Path) -> None:
    pages = [*sorted(folder.glob("*.html")), folder.parent / "index.html"]
    wrong = [f"{page.name}: {b}" for page in pages for b in blemishes.of_markup(page.read_text(encoding="utf-8"))]
    content = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    wrong += blemishes.of_numbers(json.dumps(content["numbers"]))
    wrong += blemishes.of_text((folder / "summary.txt").read_text(encoding="utf-8"))
    for book in sorted(StudyPaths(folder.name).executed.glob("*.ipynb")):
        wrong += [f"{book.stem}: {b}" for b in blemishes.of_notebook(book.read_text(encoding="utf-8"))]
    for spec in sorted((paths.ROOT / "data" / folder.name / "figures").rglob("*.json")):
        wrong += [f"{spec.stem}: {b}" for b in blemishes.of_figure(spec.read_text(encoding="utf-8"))]
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    ["+nan %", "changed by nan %", "None", "p = nan", "inf points", "-0.0 %", "-0 points", "EUR -0", "NaN to 3", "None points"],
)  # fmt: skip
def test_a_blemish_is_seen(text: str) -> None:
    page = f"<main><p>It {text}, and</p><p>more</p></main>"
    assert blemishes.of_markup(page) and blemishes.of_markup(f'<img alt="{text}">')
    assert not blemishes.of_markup(f"<pre>{text}</pre>"), "code may say so"


@pytest.mark.parametrize(
    "number",
    [{"value": None}, {"value": -0.0}, {"value": 1.0, "text": "nan %"}, {"value": None, "reason": "nan units"}],
)
def test_a_blemish_of_a_number_is_seen(number: dict[str, object]) -> None:
    whole = {"unit": "number", "description": "What it is", "text": "not available"} | number
    if "reason" in number:
        whole["description"] = f"What it is: {number['reason']}"
    assert blemishes.of_numbers(json.dumps({"a.b": whole})) != []
    assert blemishes.of_numbers(json.dumps({"a.b": whole | {"value": 1.0, "text": "1", "description": "d"}})) == []
