"""A small flagship through the real commands, in processes of their own, as make would run them."""

import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import psutil
import pytest
import yaml

from helpers import paths
from helpers.formatting import Unit, formatted
from helpers.paths import StudyPaths
from helpers.pipeline import dependencies
from helpers.record import Numbers
from helpers.report.figures.export import browser
from tests import blemishes

pytestmark = pytest.mark.slow

NAMES = paths.books()
LATER = ("06_roi_and_rollout", "07_monitoring")
"""Those that read what the others found."""
RANDOM = ("04_experiment_design", "05_ab_results")
"""Those that draw at random; make test-crash runs all of them again, on other threads and in other folders."""
ELSEWHERE = {"funnel_arms", "selection", "survival", "surrogate"}
"""Figures that this study has no use for: arms in a log, a winsorised primary metric, leaving, a proxy."""
PRIVATE = re.compile(r"(?<![0-9A-Za-z])(?:u\d{8}|s\d{10}|e\d{11})(?![0-9A-Za-z])")
"""Ids of users, sessions and events of the simulated shop."""
TEXTS = {".html", ".ipynb", ".json", ".jsonl", ".svg", ".txt", ".js", ".css", ".md"}


@dataclass(frozen=True)
class Report:
    """A study beside its own reports, and the folder that its processes may use for scratch."""

    file: Path
    where: StudyPaths
    scratch: Path

    def start(self, step: str, *more: str) -> subprocess.Popen[str]:
        environment = os.environ | {"TMPDIR": str(self.scratch), "PYTHONHASHSEED": "0", "JUPYTER_PLATFORM_DIRS": "1"}
        return subprocess.Popen(
            [sys.executable, "-m", "helpers", step, str(self.file), *more],
            cwd=paths.ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, step: str, *more: str) -> str:
        process = self.start(step, *more)
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, f"{step} {' '.join(more)}\n{out}\n{err}"
        return err

    def notebooks(self, *names: str) -> None:
        """Notebooks, two at a time."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda name: self.run("notebook", name), names))

    def results(self) -> dict[str, bytes]:
        return {f.name: f.read_bytes() for f in sorted(self.where.results.iterdir())}

    def executed(self) -> dict[str, bytes]:
        return {f.name: f.read_bytes() for f in sorted(self.where.executed.iterdir())}

    def texts(self) -> Iterator[Path]:
        """Everything a reader can be handed."""
        for folder in (self.where.reports, self.where.figures):
            yield from (f for f in sorted(folder.rglob("*")) if f.suffix in TEXTS and not f.name.startswith("plotly"))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    base = tmp_path_factory.mktemp("report")
    raw = yaml.safe_load((paths.STUDIES / "cart_checkout.yml").read_text(encoding="utf-8"))
    raw["data"]["users"] = 6_000
    raw["design"] |= {"aa_runs": 200, "coverage_runs": 100}
    raw["min_segment"] = 50
    file = base / "studies" / "cart_checkout.yml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    scratch = Path(tempfile.mkdtemp(prefix="r-"))  # short: the name of a socket may have 107 characters
    made = Report(file, StudyPaths("cart_checkout", base), scratch)
    made.run("run")
    yield made
    shutil.rmtree(scratch, ignore_errors=True)


@pytest.fixture(scope="module")
def numbers(report: Report) -> dict[str, dict[str, Any]]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    content = json.loads((report.where.reports / "results.json").read_text(encoding="utf-8"), parse_constant=refuse)
    assert set(content) == {"study", "money", "numbers"} and content["study"] == "cart_checkout"
    assert content["money"] == "hundredths of EUR"
    return content["numbers"]


# --- what is there ---


def test_every_page_is_there(report):
    pages = {p.stem for p in report.where.reports.glob("*.html")}
    assert pages >= {"index", *NAMES} and pages - {"index", report.where.name, *NAMES} == set()
    assert {f.stem for f in report.where.executed.iterdir()} == set(NAMES)
    front = (report.where.reports / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{name}.html"' in front for name in NAMES)
    summary = (report.where.reports / "summary.txt").read_text(encoding="utf-8")
    assert re.search(r"^  (GO|ITERATE|KILL|INVALID): ", summary, flags=re.MULTILINE)
    assert not re.search(r'<(?:script|link|img|iframe)\b[^>]*="(?:https?:)?//', front), (
        "nothing is loaded from elsewhere"
    )


def test_pages_link_only_what_exists(report):
    for page in report.where.reports.glob("*.html"):
        for link in re.findall(r'(?:src|href)="([^"#?]+)', page.read_text(encoding="utf-8")):
            if not re.match(r"(?:https?:|mailto:|data:)", link):
                assert (page.parent / link).exists(), f"{page.name}: {link}"


OUTCOMES = {
    "Change",
    "Found",
    "Plain",
    "Converted",
    "Effects after pooling (units)",
    "Effects (units)",
    "Relative change",
    "Unadjusted",
}
"""Headings of tables that tell what became of an outcome; the trust checks alone have one of them for other things."""


def test_each_table_of_outcomes_says_its_window_and_its_units(report):
    from bs4 import BeautifulSoup

    told = []
    for page in ("index", "03_segmentation", "04_experiment_design", "05_ab_results"):
        soup = BeautifulSoup((report.where.reports / f"{page}.html").read_text(encoding="utf-8"), "html.parser")
        for box in soup.select(".table-scroll"):
            columns = {cell.get_text() for cell in box.select("thead th")}
            if not columns & OUTCOMES or "trust checks" in box["aria-label"].lower():
                continue
            below = box.find_next_sibling(class_="table-note")
            note = below.get_text() if below else ""
            assert re.search(r"counted from exposure to the end|within 168 hours of", note), (page, box["aria-label"])
            assert (
                re.search(r"[Uu]nits|[Uu]sers", " ".join(columns))
                or re.search(r"\d (control|treatment)", note)
                or ("users at the step" in note)
            ), (page, box["aria-label"])
            told.append(box["aria-label"])
    assert len(told) >= 8


def test_results_are_valid(numbers):
    assert len(numbers) > 100 and list(numbers) == sorted(numbers)
    for name, number in numbers.items():
        assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", name), name
        assert (
            {"value", "unit", "description", "text"}
            <= set(number)
            <= {
                "value",
                "unit",
                "description",
                "text",
                "names",
                *(["reason"] if number["value"] is None else []),
            }
        )
        assert number["unit"] in get_args(Unit), name
        assert len(number["description"].strip()) >= 3, name
        value = number["value"]
        assert not isinstance(value, float) or math.isfinite(value), name
        assert number["text"] == formatted(value, number["unit"]) or (value, number["text"]) == (None, "unbounded"), (
            name
        )


def test_no_page_and_no_number_has_a_blemish(report):
    pages = [*sorted(report.where.reports.glob("*.html")), report.where.base / "reports" / "index.html"]
    wrong = [f"{page.name}: {b}" for page in pages for b in blemishes.of_markup(page.read_text(encoding="utf-8"))]
    told = json.loads((report.where.reports / "results.json").read_text(encoding="utf-8"))["numbers"]
    for book, content in report.executed().items():
        wrong += [f"{book}: {b}" for b in blemishes.of_notebook(content.decode())]
    assert wrong + blemishes.of_numbers(json.dumps(told)) == []


def test_the_flow_of_rows_equals_the_ledger(report, numbers):
    assert numbers["data.ledger_difference"]["value"] == 0
    ledger = json.loads((report.where.raw / "ledger.json").read_text(encoding="utf-8"))
    assert numbers["data.rows_read"]["value"] == ledger["rows"]
    lost = numbers["data.rows_read"]["value"] - numbers["data.rows_kept"]["value"]
    assert numbers["data.rows_lost"]["value"] == lost > 0


def test_a_healthy_small_experiment_is_underpowered(numbers):
    """6,000 users are far from the plan: never GO, never KILL, and never blamed on broken trust."""
    assert numbers["decision.verdict"]["value"] == "ITERATE"
    assert "more" in numbers["decision.next_step"]["value"], "what is still needed is told"
    assert numbers["trust.failed"]["value"] == ""
    assert numbers["exposed.units"]["value"] < numbers["design.n_total"]["value"]


def test_the_decision_is_logged_once(report, numbers):
    lines = (report.where.reports / "decisions.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == [numbers["decision.verdict"]["value"]]


# --- what must not be there ---


def test_no_id_of_a_unit_leaves_the_marts(report):
    for file in report.texts():
        assert not PRIVATE.search(file.read_text(encoding="utf-8")), file.relative_to(report.where.base)


def test_nothing_names_the_machine(report):
    folders = {str(paths.ROOT), str(report.where.base), str(report.scratch), sys.prefix, tempfile.gettempdir() + os.sep}
    folders |= {str(Path.home())} if len(Path.home().parts) > 2 else set()
    for file in report.texts():
        text = file.read_text(encoding="utf-8")
        named = [f for f in sorted(folders) if f in text]
        assert not named, f"{file.relative_to(report.where.base)} names {named}"


def test_no_step_leaves_a_temporary_file(report):
    assert hidden(report) == []
    assert sorted(f.name for f in report.scratch.iterdir()) == []


def hidden(report: Report) -> list[str]:
    """Scratch files and folders beside the real ones."""
    return [str(f.relative_to(report.where.base)) for f in report.where.base.rglob(".*")]


# --- figures ---


def test_every_figure_shown_is_exported_and_no_other(report):
    shown = set()
    for file in report.where.executed.glob("*.ipynb"):
        shown |= set(re.findall(r"<!--static:([a-z0-9_]+)-->", file.read_text(encoding="utf-8")))
    sources = "\n".join(dependencies.code(paths.NOTEBOOKS / f"{name}.ipynb") for name in NAMES)
    sources += (dependencies.PACKAGE / "report" / "optional.py").read_text(encoding="utf-8")
    assert shown == set(re.findall(r'nb\.show\(\s*"([a-z0-9_]+)"', sources)) - ELSEWHERE
    assert {f.stem for f in report.where.figures.glob("*.html")} == shown
    assert {f.stem for f in report.where.figure_specs.glob("*/*.json")} == shown
    if browser():
        assert {f.stem for f in report.where.figures.glob("*.svg")} == shown
        assert {f.stem for f in (report.where.reports / "figures").glob("*.svg")} == shown


# --- again, and after a kill ---


def explained(report: Report) -> dict[str, str]:
    """What --explain says, by step."""
    done = report.start("run", "--explain")
    out, err = done.communicate(timeout=60)
    assert done.returncode == 0, err
    return dict(re.findall(r"^  cart_checkout +(.{22}) (.+)$", out, re.MULTILINE))


def test_a_run_with_nothing_to_do_reads_no_clock(report):
    for file in (report.file, report.where.executed / f"{NAMES[0]}.ipynb", report.where.raw / "done"):
        os.utime(file)
    assert len(explained(report)) == 4 + len(NAMES) and set(explained(report).values()) == {"up to date"}
    assert "nothing is out of date" in report.run("run")


def test_a_study_file_that_is_older_and_has_other_words_makes_all_of_it_stale(report):
    before = report.file.read_text(encoding="utf-8")
    report.file.write_text(f"# changed\n{before}", encoding="utf-8")
    os.utime(report.file, (1, 1))
    said = explained(report)
    report.file.write_text(before, encoding="utf-8")
    assert said.pop("log".ljust(22)) == "studies/cart_checkout.yml changed" and "up to date" not in said.values()
    assert set(explained(report).values()) == {"up to date"}, "as it was, it is whole again"


def test_a_second_run_gives_the_same_bytes(report):
    results, executed = report.results(), report.executed()
    final = (report.where.reports / "results.json").read_bytes()
    report.notebooks(*RANDOM)
    assert report.results() == results
    assert report.executed() == executed
    again = report.where.base / "again.json"
    Numbers.of(report.where).save(again, report.where.name)
    assert again.read_bytes() == final
    assert len((report.where.reports / "decisions.jsonl").read_text(encoding="utf-8").splitlines()) == 1
    assert set(explained(report).values()) == {"up to date"}, "notebooks that were run by hand came out as they were"


def test_a_killed_notebook_leaves_the_old_results_and_the_next_run_mends_all(report):
    results, executed = report.results(), report.executed()
    process = report.start("notebook", NAMES[1])
    kernels = psutil.Process(process.pid)
    until = time.monotonic() + 60
    while process.poll() is None and not kernels.children() and time.monotonic() < until:
        time.sleep(0.01)
    assert kernels.children(), "its kernel runs"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    assert report.results() == results
    assert {n: b for n, b in report.executed().items() if not n.startswith(".")} == executed
    report.run("notebook", NAMES[1])
    assert report.results() == results and report.executed() == executed
    assert hidden(report) == []
