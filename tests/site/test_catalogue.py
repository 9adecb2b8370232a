"""Which reports stand in a project, and that one that is broken holds up no other."""

import json
import shutil

import pytest

from helpers import paths
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline.faults import Fault
from helpers.site.catalogue import reports

NAME = "cart_checkout"


def test_a_report_without_a_part_is_shown_when_it_is_told_why(tmp_path):
    where = StudyPaths(NAME, tmp_path)
    where.executed.mkdir(parents=True)
    shutil.copytree(paths.STUDIES, tmp_path / "studies", ignore=shutil.ignore_patterns("*.json"))
    (where.reports / "results.json").write_text(json.dumps({"study": NAME, "numbers": {}}))
    *others, last = paths.books()
    for book in others:
        (where.executed / f"{book}.ipynb").touch()
    assert reports(tmp_path) == [], "a run was killed: nobody knows why it is missing"
    fault = Fault(last, f"{last} stopped in cell 3: no day")
    fault.save(where.faults / f"{last}.json")
    (found,) = reports(tmp_path)
    assert found.faults == (fault,)


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        ("studies/beta.yml", "titel: A typo", "beta.yml"),
        ("studies/beta.yml", "a: [b", "beta.yml is not valid YAML"),
        ("reports/beta/results.json", '{"study": "be', "reports/beta/results.json is not whole"),
        ("reports/beta/results.json", '{"numbers": {"a": 1}}', "reports/beta/results.json is not whole"),
    ],
)
def test_a_report_that_cannot_be_read_holds_up_no_other(tmp_path, capsys, file, text, why):
    for name in ("alpha", "beta"):
        where = StudyPaths(name, tmp_path)
        source = (paths.STUDIES / f"{NAME}.yml").read_text().replace(f"name: {NAME}", f"name: {name}")
        where.executed.mkdir(parents=True)
        (tmp_path / "studies").mkdir(exist_ok=True)
        (tmp_path / "studies" / f"{name}.yml").write_text(source)
        (where.reports / "results.json").write_text(json.dumps({"study": name, "numbers": {}}))
        for book in paths.books():
            (where.executed / f"{book}.ipynb").touch()
    shutil.copytree(paths.STUDIES / "tracking_plans", tmp_path / "studies" / "tracking_plans")
    assert [report.name for report in reports(tmp_path, "alpha")] == ["alpha", "beta"]
    assert capsys.readouterr().err == ""
    (tmp_path / file).write_text(text)
    assert [report.name for report in reports(tmp_path, "alpha")] == ["alpha"]
    (line,) = capsys.readouterr().err.splitlines()
    assert line.split()[:3] == ["beta", "left", "out:"] and why in line and str(tmp_path) not in line
    with pytest.raises((ReportError, ValueError, TypeError)):
        reports(tmp_path, "beta")
