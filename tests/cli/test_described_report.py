"""From a table that is no experiment to its report, by the commands alone."""

import random
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from helpers import paths
from helpers.paths import StudyPaths
from helpers.record import Numbers
from tests import blemishes
from tests.cli.test_workplace import started


def members(file: Path, units: int = 500) -> Path:
    """Members of a club, some of whom have left after some months."""
    chance = random.Random(9)
    rows = ["member_id,sport,tenure,cancelled"]
    for number in range(units):
        gone = chance.random() < 0.35
        rows.append(
            f"m{number:04d},{chance.choice(['golf', 'tennis'])},{chance.randint(1, 12 if gone else 30)},{'Yes' if gone else 'No'}"
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([*rows, ""]), encoding="utf-8")
    return file


@pytest.mark.slow
def test_a_table_without_arms_becomes_a_report_without_a_verdict(tmp_path: Path) -> None:
    folder = tmp_path / "club"
    folder.mkdir()
    members(folder / "members.csv")
    started(folder, "new-study", "members.csv", "--descriptive")
    said = started(folder, "run", "studies/members.yml")
    assert "no experiment: Cancelled is" in said and "missing" not in said and "trust checks" not in said
    where = StudyPaths("members", folder)
    assert sorted(page.stem for page in where.reports.glob("0*.html")) == paths.described()
    assert not (where.reports / "effects.csv").exists() and not where.rerandomised.exists()
    numbers = Numbers.load(where.reports / "results.json")
    assert not any(name.startswith(("decision.", "trust.", "money.", "metrics.")) for name in numbers)
    for page in (*where.reports.glob("*.html"), folder / "reports" / "index.html"):
        text = page.read_text(encoding="utf-8")
        assert blemishes.of_markup(text) == [] and "Traceback" not in text, page.name
    front = BeautifulSoup((where.reports / "index.html").read_text(encoding="utf-8"), "html.parser").article
    assert front is not None and "NO EXPERIMENT" in front.text and "still without cancelled" in front.text
    assert "NO EXPERIMENT" in (folder / "reports" / "index.html").read_text(encoding="utf-8")
    assert "nothing is out of date" in started(folder, "run", "studies/members.yml")
