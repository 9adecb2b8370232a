import json
import os
import re
import shutil
from pathlib import Path

import pytest

from helpers import config
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline.faults import Fault, left_out
from helpers.record import Numbers
from helpers.site import render as site
from helpers.site.front_page import front_page, markdown, page_of
from helpers.site.summary import summary
from tests.built_once import built_once
from tests.fake_report import ATTACK, NUMBERS, STUDY, built, prepare, report_of, study_numbers

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A copy of its own of the fake site, for one test renders it again."""
    own = tmp_path_factory.mktemp("pages") / "fake_report"
    shutil.copytree(built_once(tmp_path_factory, "fake_report", built), own, symlinks=True)
    return StudyPaths(STUDY.name, own)


def render(where: StudyPaths) -> Path:
    return site.render([report_of(where)], where.base)


@pytest.fixture
def where(tmp_path):
    return prepare(tmp_path, notebooks=1)


def break_notebook(where, change):
    file = next(where.executed.glob("*.ipynb"))
    content = json.loads(file.read_text())
    change(content["cells"])
    file.write_text(json.dumps(content))


def test_front_page_opens_with_the_decision(report):
    html = re.sub(r'<span class="number">(.*?)</span>', r"\1", (report.reports / "index.html").read_text())
    main = html[html.index('<article role="main"') :]
    texts = [
        "A calmer cart",
        "verdict-go",
        NUMBERS["decision.headline"][0],
        NUMBERS["decision.beside"][0],
        "Simulated data",
        "+8.2",
    ]
    places = [main.index(text) for text in texts]
    assert places == sorted(places)
    assert "0.3 % &amp; the uplift &gt; 5 %" in main
    assert main.index('class="plot"') < main.index("Rollout") < main.index("Limits")


def test_pages_in_order_of_their_numbers(report):
    html = (report.reports / "index.html").read_text()
    tree = html[html.index("sidebar-tree") : html.index('<article role="main"')]
    entries = re.findall(r'<a class="[^"]*reference internal" href="([^"]+)"', tree)
    stems = ["02_funnel_analysis", "05_ab_results", "06_roi_and_rollout"]
    texts = [
        "methodology",
        "interview",
        *(Path(text).stem for text in site.OF_THE_PROJECT),
        "calibration",
    ]
    assert entries == ["#", *(f"{stem}.html" for stem in stems), *(f"../{text}.html" for text in texts)]
    assert "02 Where do users drop?" in tree
    assert "Decides whether cart is the place to work on, by comparing steps." in html


def test_code_is_folded_and_parameters_are_left_out(report):
    html = (report.reports / "05_ab_results.html").read_text()
    assert html.count("<details") >= 4 and "Show code" in html
    assert "studies/cart_checkout.yml" not in html


def test_formulas_are_mathml(report):
    html = (report.reports / "05_ab_results.html").read_text()
    assert "<math" in html and "<msub>" in html and "munderover" not in html


def test_what_is_to_be_typed_stands_as_it_is_typed(report):
    html = (report.reports.parent / "troubleshooting.html").read_text()
    assert "--" in html and "'" in html
    assert not set("\u2013\u201c\u201d\u2018\u2019") & set(
        html[html.index('<article role="main"') : html.index("</article>")]
    )


def test_the_way_to_the_next_page_of_a_study_does_not_say_whose_it_is(report):
    html = (report.reports / "05_ab_results.html").read_text()
    assert re.findall('class="title">([^<]*)', html) == [
        "What is it worth, and how to ship it?",
        "Where do users drop?",
    ]
    assert "<title>What changed, for whom, and can it be trusted? \u2013 A calmer cart" in html


def test_hostile_names_are_text(report):
    for file in report.reports.parent.rglob("*.html"):
        assert "<img src=x" not in file.read_text()
    assert "&lt;img src=x" in (report.reports / "05_ab_results.html").read_text()


def test_no_page_names_the_machine_or_the_build(report):
    for file in report.reports.parent.rglob("*"):
        if file.suffix in (".html", ".css") or file.name == "searchindex.js":
            text = file.read_text()
            assert str(report.base) not in text and str(Path.cwd()) not in text, file.name
    names = {f.name for f in report.reports.parent.iterdir()}
    assert not names & {".buildinfo", ".doctrees", "_sources", "objects.inv"}
    assert not [name for name in names if name.startswith(".")]


def test_only_pages_with_figures_load_the_drawing_script(report):
    assert "plotly.min.js" in (report.reports / "index.html").read_text()
    assert "plotly.min.js" not in (report.reports.parent / "search.html").read_text()


def test_the_page_of_the_search_is_not_empty_before_anything_is_asked(report):
    html = (report.reports.parent / "search.html").read_text()
    begin = html[html.index('<div class="search-start">') : html.index("</article>")]
    places = [place for place in re.findall(r'href="([^"?]+)', begin) if place != "#"]
    assert len(places) >= 5 and all((report.reports.parent / place).is_file() for place in places)


def test_rendering_again_gives_the_same_bytes_and_keeps_what_is_not_its_own(report):
    own = report.reports.parent
    kept = [report.reports / "results.json", report.reports / "warehouse" / "index.html", own / "simulator.html"]
    stale = [report.reports / "09_gone.html", own / "gone.html", report.reports / "_static" / "x.js"]
    for file in (*kept[:2], *stale):
        file.parent.mkdir(exist_ok=True)
        file.write_text("{}")
    kept[2].write_text("")
    os.utime(own / "index.html", (1, 1))

    def content():
        return {f: f.read_bytes() for f in sorted(own.rglob("*")) if f.is_file()}

    render(report)
    before = content()
    index = render(report)
    assert content() == before and all(file.is_file() for file in kept) and not any(file.exists() for file in stale)
    newest = max(f.stat().st_mtime_ns for f in own.rglob("*.html"))
    assert index == own / "index.html" and index.stat().st_mtime_ns == newest
    assert 'href="warehouse/index.html"' in (report.reports / "index.html").read_text()
    for page in (index, own / "methodology.html"):
        assert 'href="simulator.html">Simulator' in page.read_text()
    kept[1].unlink(), kept[2].unlink()


def test_a_warning_fails_and_leaves_the_old_pages(where):
    where.reports.mkdir(parents=True, exist_ok=True)
    old = [where.reports / "index.html", where.reports.parent / "index.html"]
    for file in old:
        file.write_text("old")
    break_notebook(where, lambda cells: cells[0].update(source="# Title\n\n### Skips a level"))
    with pytest.raises(ReportError, match="Sphinx warned") as caught:
        render(where)
    assert "02_funnel_analysis.ipynb" in str(caught.value)
    assert str(where.base) not in str(caught.value)
    assert [file.read_text() for file in old] == ["old", "old"]
    assert {f.name for f in where.reports.parent.iterdir()} == {STUDY.name, "index.html"}


def test_what_a_cell_wrote_to_stderr_stands_in_its_page_and_stops_no_other(where):
    said = f"{where.base}/src/helpers/belief.py:152: RuntimeWarning: overflow encountered in exp"

    def warn(cells):
        code = next(cell for cell in cells if cell["cell_type"] == "code" and not cell["metadata"].get("tags"))
        code["outputs"].append({"output_type": "stream", "name": "stderr", "text": [said]})

    break_notebook(where, warn)
    assert render(where).is_file()
    html = (where.reports / "02_funnel_analysis.html").read_text()
    assert "belief.py:152: RuntimeWarning: overflow encountered in exp" in html and str(where.base) not in html


def test_a_folder_of_the_machine_in_an_output_fails(where):
    path = str(where.base / "data" / "x.parquet")
    break_notebook(where, lambda cells: cells[0].update(source=f"# Title\n\nRead from {path}"))
    with pytest.raises(ReportError, match="names a folder of this machine"):
        render(where)


def test_front_page_needs_its_numbers(where):
    numbers = dict(study_numbers(where))
    del numbers["risk.no_improvement"]
    with pytest.raises(ReportError, match=r"needs the number 'risk\.no_improvement'"):
        front_page(STUDY, where, Numbers(numbers), [])
    verdict = study_numbers(where)["decision.verdict"]
    wrong = type(verdict)("MAYBE", "text", "", "MAYBE")
    with pytest.raises(ReportError, match="no such decision"):
        front_page(STUDY, where, Numbers({**numbers, "decision.verdict": wrong}), [])


def test_planted_truth_only_where_there_is_one(where):
    numbers = dict(study_numbers(where))
    assert "planted: +7.9" in front_page(STUDY, where, Numbers(numbers), [])
    del numbers["truth.relative"]
    online = STUDY.model_copy(update={"mode": "online", "injection": None})
    text = front_page(online, where, Numbers(numbers), [])
    assert "planted:" not in text and "Planted uplift" not in text and "Simulated data" in text
    assert "Planted effects" not in text
    music = online.model_copy(update={"data": online.data.model_copy(update={"world": "music"})})
    assert "Planted effects" in front_page(music, where, Numbers(numbers), [])


def test_money_that_cannot_be_had_says_why(where):
    numbers = dict(study_numbers(where))
    assert "pays for its cost once" in front_page(STUDY, where, Numbers(numbers), [])
    for name in ("money.expected", "money.horizon_point", "money.horizon_low", "risk.loss_of_shipping"):
        numbers[name] = type(numbers[name])(None, "money", "the log is too short", "not available")
    text = front_page(STUDY, where, Numbers(numbers), [])
    assert "the log is too short" in text and "expected loss: not available" in text
    assert "pays for its cost once" not in text


def test_a_caveat_of_the_trust_checks_stands_under_the_verdict(where):
    numbers = dict(study_numbers(where))
    assert "The split is doubtful" not in front_page(STUDY, where, Numbers(numbers), [])
    caveat = type(numbers["decision.verdict"])(
        "Some are missing.", "text", "The split is doubtful.", "Some are missing."
    )
    text = front_page(STUDY, where, Numbers({**numbers, "trust.caveats.split": caveat}), [])
    assert text.index("verdict-go") < text.index("The split is doubtful.") < text.index("Some are missing.")
    assert text.index("Some are missing.") < text.index("Limits")


def test_texts_of_the_study_are_never_markup(where):
    hostile = STUDY.model_copy(update={"title": f"A *b* {ATTACK}", "limits": ["# [x](y) {{ n }}"]})
    text = front_page(hostile, where, study_numbers(where), [])
    assert not re.search(r"(?<!\\)<img", text) and r"A \*b\* \</script\>" in text
    assert r"- \# \[x\]\(y\) \{\{ n \}\}" in text
    assert str(markdown("one\n\ntwo")) == "one two"


def test_effects_of_the_metrics_when_they_were_recorded(where):
    numbers = dict(study_numbers(where))
    assert ">Relative change</th>" not in front_page(STUDY, where, Numbers(numbers), [])
    numbers["metrics.purchase_rate.relative"] = numbers["primary.relative"]
    assert ">Relative change</th>" in front_page(STUDY, where, Numbers(numbers), [])


def test_heading_and_lead_of_a_notebook():
    cells = [
        {"cell_type": "markdown", "source": ["# Who *drops*?\n", "**Question.** See [a](b).\n"]},
        {"cell_type": "code", "source": ["x"]},
    ]
    page = page_of("03_segmentation", {"cells": cells})
    assert (page.number, page.title, page.lead) == ("03", "Who drops?", "Question. See a.")
    bare = page_of("07_x", {"cells": []})
    assert bare.title == "07_x" and bare.lead == ""


def test_no_notebooks_no_pages(where):
    for file in where.executed.iterdir():
        file.unlink()
    with pytest.raises(ReportError, match="no executed notebooks"):
        render(where)


def test_the_summary_says_what_the_numbers_rest_on(where):
    def first_line(mode: str, data) -> str:
        study = STUDY.model_copy(update={"mode": mode, "data": data})
        return summary(study, where, Numbers.of(where)).splitlines()[1].removeprefix(study.title)

    log = config.load("studies/rees46.yml").data
    assert first_line("offline", STUDY.data) == " (simulated log, planted uplift)"
    assert first_line("online", STUDY.data) == " (simulated log)"
    assert first_line("offline", log) == " (planted uplift)"
    assert first_line("online", log) == ""


def test_the_summary_names_what_is_missing_and_decides_nothing_then(where):
    numbers = Numbers.of(where)
    Fault("07_monitoring", "07_monitoring stopped in cell 3: no day\n  got: 0").save(
        where.faults / "07_monitoring.json"
    )
    told = summary(STUDY, where, numbers)
    assert "  GO: Ship it" in told and "\n  missing: 07_monitoring: no day\n" in told
    Fault.waiting("06_roi_and_rollout", "05_ab_results").save(where.faults / "06_roi_and_rollout.json")
    undecided = Numbers({name: number for name, number in numbers.items() if not name.startswith("decision.")})
    told = summary(STUDY, where, undecided)
    assert "no decision: a notebook that it rests on is missing" in told and "GO" not in told
    assert [line.split(":")[0] for line in told.splitlines() if "missing:" in line] == ["  missing", "  missing"]


def test_the_summary_of_a_quick_run_says_what_it_left_out(where):
    Fault.quick("07_monitoring").save(where.faults / "07_monitoring.json")
    told = summary(STUDY, where, Numbers.of(where))
    assert "  GO: Ship it" in told and "missing:" not in told
    assert f"\n  quick:   {left_out(splits=True)}\n" in told and "without --quick adds them" in told
