"""The record of the long calibration and its page."""

from collections import Counter

import pytest

from helpers.errors import ReportError
from helpers.site import calibration_page
from helpers.site.calibration_figure import deviations
from helpers.validation import cases, record
from helpers.validation.case import COUNTED
from helpers.validation.decided import EXPERIMENTS

FAIR = record.Line(
    "Coins", "toss", "fair <coin>", "coverage", 0.5, "equal", 0.51, 10_000, 0.49, 0.53, True, True, 0.0, ""
)
BENT = record.Line(
    "Coins", "toss", "bent", "power", 0.5, "at least", 0.40, 10_000, 0.38, 0.42, False, True, 0.1, "the coin is bent"
)


def test_the_record_holds_the_cases_there_are():
    assert [line.name for line in record.load()] == [str(case) for case in cases()]


def test_the_record_is_of_the_long_version_and_every_promise_is_kept():
    lines = record.load()
    assert min(line.runs for line in lines if line.method != COUNTED) >= 10_000
    sizes = Counter(line.setting.split(" units")[0] for line in lines if line.method == COUNTED)
    drawn = {
        size: sum(li.runs for li in lines if li.method == COUNTED and li.setting.startswith(size)) for size in sizes
    }
    assert min(sizes.values()) >= 10 and min(drawn.values()) >= 0.98 * EXPERIMENTS, "the rest lies in bins of a few"
    assert [line.name for line in lines if not line.kept] == []


def test_a_case_outside_is_listed_with_its_reason():
    text = calibration_page.page([FAIR, BENT])
    assert "1 of 2 cases lies outside" in text
    assert "the coin is bent" in text and "10.00 points" in text
    assert "badge-bad" in text
    assert "<coin>" not in text.replace("fair &lt;coin&gt;", "").split("## Where")[1]
    assert "Coins: 1 of 2 inside" in text


def test_without_a_case_outside_the_page_says_so():
    assert "No case lies outside." in calibration_page.page([FAIR])


def test_the_figure_has_a_dot_for_each_case():
    figure = deviations([FAIR, BENT])
    assert [len(trace.x) for trace in figure.data] == [1, 1]
    assert figure.data[1].x[0] == pytest.approx(-10)


def test_the_record_comes_back_as_it_was_written(tmp_path):
    record.save([FAIR, BENT], tmp_path / "calibration.json")
    assert record.load(tmp_path / "calibration.json") == [FAIR, BENT]


@pytest.mark.parametrize("content", ["{}", '[{"topic": "Coins"}]'])
def test_another_file_is_refused(tmp_path, content):
    file = tmp_path / "calibration.json"
    file.write_text(content)
    with pytest.raises(ReportError, match="make calibration"):
        record.load(file)


def test_a_missing_record_names_its_command(tmp_path):
    with pytest.raises(ReportError, match="make calibration"):
        record.load(tmp_path / "nothing.json")


def test_two_processes_find_what_one_finds():
    one, two = (record.run_all(("proportions",), scale=0.01, jobs=jobs) for jobs in (1, 2))
    assert one == two


def test_the_terminal_marks_what_parted():
    failed = record.Line(**{**vars(BENT), "kept": False})
    text = record.text([FAIR, BENT, failed])
    assert text.splitlines()[1].startswith("!")
    assert text.splitlines()[2].startswith("FAIL")
    assert text.endswith("3 cases, 2 outside their interval, 1 not kept")
