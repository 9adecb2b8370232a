import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.report.notebook import Book
from helpers.report.tables import FEW, MAX_ROWS, badge, callout, table


def classes(markup):
    return re.findall(r'<th scope="col"(?: class="([^"]*)")?>', markup)


def test_headings_caption_and_scope():
    markup = table(pd.DataFrame({"Step": ["cart"], "Users": [1200]}), "By step").markup
    assert "<caption><span>By step</span></caption>" in markup
    assert '<th scope="col">Step</th>' in markup and '<th scope="row">cart</th>' in markup
    assert '<td class="right">1,200</td>' in markup
    assert 'tabindex="0" role="region" aria-label="By step"' in markup


@pytest.mark.parametrize(
    "texts",
    [
        ["+7.9 %", "-0.32 %"],
        ["EUR 1,234,568", "-EUR 12.50"],
        ["< 0.0001", "0.4123"],
        ["+5.6 % to +10.9 %", "\u2013"],
        ["-0.32 points", "not available"],
        ["12 s", "1,200 s"],
        ["1 week", "3 weeks"],
        ["EUR 10 to EUR 20", "unbounded"],
    ],
)
def test_texts_that_are_numbers_stand_right(texts):
    frame = pd.DataFrame({"what": ["a", "b"], "value": texts})
    assert classes(table(frame, "x").markup) == ["", "right"]


def test_numbers_break_between_and_never_within():
    frame = pd.DataFrame(
        {"what": ["a"], "range": ["+5.6 % to +9.8 %"], "arms": ["31,274 : 31,211"], "est": ["5 % (1 % to 9 %)"]}
    )
    markup = table(frame, "x").markup
    for text in ("+5.6 % <wbr>to +9.8 %", "31,274 <wbr>: 31,211", "5 % <wbr>(1 % <wbr>to 9 %)"):
        assert f'<td class="right">{text}</td>' in markup
    assert "<wbr>" not in table(pd.DataFrame({"what": ["from a to b (c)"]}), "1 to 2").markup


@pytest.mark.parametrize("texts", [["0-30", "days"], ["yes", "no"], ["", ""], ["1 a", "2 b"]])
def test_other_texts_stand_left(texts):
    frame = pd.DataFrame({"what": ["a", "b"], "value": texts})
    assert classes(table(frame, "x").markup) == ["", ""]


def test_values_are_formatted_and_missing_ones_shown():
    frame = pd.DataFrame(
        {
            "n": [1234567, 2],
            "f": [0.123456, np.nan],
            "big": [123456.7, 1.0],
            "flag": [True, False],
            "day": pd.to_datetime(["2026-01-01", "2026-01-02"]),
            "none": [None, "x"],
        }
    )
    markup = table(frame, "x").markup
    for text in ("1,234,567", "0.1235", "123,457", "yes", "2026-01-01"):
        assert f">{text}<" in markup
    assert markup.count(">\u2013<") == 2 and "nan" not in markup.lower()


def test_everything_is_escaped():
    attack = "</script><img src=x onerror=alert(1)>"
    frame = pd.DataFrame({attack: [attack], "badge": [badge("bad", attack)]})
    markup = table(frame, attack, footnote=attack).markup
    assert "<img" not in markup and "<script" not in markup
    assert markup.count("&lt;img") == 7
    assert "<img" not in callout("warning", attack)._repr_html_()


def test_align_overrides_and_must_name_a_column():
    frame = pd.DataFrame({"a": [1], "b": ["x"]})
    markup = table(frame, "x", align={"a": "left", "b": "center"}).markup
    assert classes(markup) == ["", "center"]
    with pytest.raises(ReportError, match="align names no column"):
        table(frame, "x", align={"c": "left"})


def test_no_single_units_no_long_tables_no_lost_index():
    for name in ("user_id", "Unit_ID", "session_id", "event_id"):
        with pytest.raises(ReportError, match="single units"):
            table(pd.DataFrame({name: ["u1"]}), "x")
    with pytest.raises(ReportError, match="too long"):
        table(pd.DataFrame({"a": range(61)}), "x")
    assert table(pd.DataFrame({"a": range(60)}), "x")
    with pytest.raises(ReportError, match="index"):
        table(pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="segment")), "x")


def test_the_frame_is_not_changed():
    frame = pd.DataFrame({"a": [1.23456], "b": ["x"]})
    before = frame.copy()
    table(frame, "x")
    pd.testing.assert_frame_equal(frame, before)


def test_callouts_and_badges():
    markup = callout("finding", "Two of **three**\nlines.\n\nNext")._repr_html_()
    assert 'class="callout callout-finding"' in markup
    assert "<p>Two of <strong>three</strong> lines.</p><p>Next</p>" in markup
    with pytest.raises(ReportError, match="no such callout"):
        callout("remark", "x")
    with pytest.raises(ReportError, match="no such badge"):
        badge("red", "x")


@pytest.mark.parametrize(("rows", "note"), [(MAX_ROWS, None), (MAX_ROWS + 1, None), (200, "levels of the log")])
def test_a_table_of_very_many_rows_shows_the_first_and_says_so(tmp_path, rows, note):
    book = Book(StudyPaths("mine", tmp_path), "03_segmentation", "EUR")
    markup = book.table([{"Level": f"level {n}"} for n in range(rows)], "By level", note).markup
    assert markup.count('scope="row"') == MAX_ROWS
    assert (f"the first {MAX_ROWS} of {rows} rows" in markup) == (rows > MAX_ROWS)
    assert note is None or f"{note}; the first" in markup


VERDICTS = st.lists(
    st.sampled_from(["significantly better", "not significant, as the tests share a level", ""]), min_size=1, max_size=5
)


@settings(max_examples=20, deadline=None)
@given(VERDICTS, st.integers(1, 8), st.from_regex(r"[a-z]{3,9}(_[a-z]{3,9}){0,4}", fullmatch=True))
def test_a_wide_table_of_verdicts_stands_cell_by_cell_on_a_phone_each_with_its_heading(verdicts, more, arm):
    frame = pd.DataFrame({"Arm": arm, "Rule": "x" * 20, **{f"C{n}": "x" * 8 for n in range(more)}, "Verdict": verdicts})
    markup = table(frame, "Metrics").markup
    stacked = 'class="report-table stacks"' in markup
    assert stacked or more <= 3
    assert markup.count('data-label="Verdict"') == (len(frame) if stacked else 0)
    bare = re.sub("<[^>]+>", "", markup)
    assert bare.count(arm) >= len(frame), "a name that may break is still one word"


SENTENCE = "what was found in the units that were exposed"


@pytest.mark.parametrize(
    ("columns", "rows", "stacks"),
    [
        ({"Check": "Sample ratio of the arms", "Found": SENTENCE, "Verdict": badge("good", "passed")}, 6, True),
        ({"Model": "Markov (1 touch)", "Assumes": SENTENCE, "Lies when": SENTENCE}, 7, True),
        ({"Over": "new visitors", "Gap": "-8.09 points", "Mix": "-0.57 points", "Rate": "-7.51 points"}, 3, True),
        (
            {"Over": "new visitors", "Gap": "-8.09 points", "Mix": "-0.57 points", "Rate": "-7.51 points"},
            FEW + 1,
            False,
        ),
        ({"What": "p", "Verdict": badge("good", "passed")}, 2, False),
    ],
)
def test_what_is_too_wide_for_a_phone_stacks_unless_it_is_a_list_of_numbers(columns, rows, stacks):
    assert ("report-table stacks" in table(pd.DataFrame([columns] * rows), "Found").markup) is stacks
