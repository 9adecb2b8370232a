"""Wide tables of a text stand cell by cell on a phone; narrow ones, and the words of all, stay as they are."""

import re

import pytest

from helpers.site.stacking import stacked

LONG = "of all the units that were exposed"


def table(*rows: tuple[str, ...]) -> str:
    head, *body = rows
    cells = ["".join(f'<th class="head"><p>{cell}</p></th>' for cell in head)]
    cells += ["".join(f"<td><p>{cell}</p></td>" for cell in row) for row in body]
    return '<table class="docutils">' + "".join(f'<tr class="row-odd">{row}</tr>' for row in cells) + "</table>"


@pytest.mark.parametrize(
    ("made", "labels"),
    [
        (table(("name", "unit", "means"), ("a", "share", LONG), ("b", "p", LONG * 2)), 0),
        (table(("name", "text", "means"), ("a.long_name_of_a_number", "-USD 2,398,350", LONG)), 3),
        (table(("name", "means"), ("<code>a_name_that_is_as_wide_as_a_phone</code>", LONG)), 0),
        (table(("code", "means"), ("2", LONG)), 0),
        (table(("a", "b", "c"), (LONG, LONG)), 0),
        (table(("", "", ""), (LONG, LONG, LONG)), 0),
    ],
)
def test_each_cell_of_what_stacks_has_its_heading_and_every_word_stays(made, labels):
    told = stacked(f"<p>before</p>{made}")
    assert told.count("data-label=") == labels
    assert re.sub("<[^>]*>", "", told) == re.sub("<[^>]*>", "", f"<p>before</p>{made}")


def test_tables_with_the_same_headings_are_alike():
    wide, narrow = table(("key", "what"), ("a" * 40, LONG)), table(("key", "what"), ("a", LONG))
    assert stacked(wide + narrow).count("stacks") == 2 and "stacks" not in stacked(narrow)


def test_a_long_name_may_break_at_its_joints_alone():
    name = '<code><span class="pre">monitoring.stream_rate.first</span></code>'
    assert "monitoring.<wbr>stream_<wbr>rate.<wbr>first" in stacked(table(("a", "b"), (name, "1")))
    assert stacked(name) == name
