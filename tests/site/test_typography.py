"""Numbers stay on one line, and nothing else of a page changes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.formatting import formatted
from helpers.site.typography import unbroken

KEPT = (
    "<code>{}</code>",
    "<pre>{}</pre>",
    "<script>{}</script>",
    "<style>{}</style>",
    "<!-- {} > -->",
    '<p title="{}">',
)
PIECE = re.compile(r'<span class="number">([^<]*)</span>')
written = st.builds(
    formatted, st.floats(-1e9, 1e9).filter(lambda v: abs(v) > 1e-3), st.sampled_from(("share", "relative", "points", "money", "price"))
).map(lambda text: text.replace("<", "&lt;").replace(">", "&gt;"))  # fmt: skip


@pytest.mark.parametrize(
    "number",
    ["p = 3.7e-87", "p .0088", "2026-03-09", "p &lt; 0.0001", "p = &gt; 0.999", "-USD 2,398,350", "31,274 :", "&lt; 0.01 %"],
)  # fmt: skip
def test_every_form_of_a_number_is_one_piece(number):
    assert PIECE.findall(unbroken(f"<td>of {number} 31</td>")) == [number]


@given(written, st.sampled_from(KEPT))
def test_a_number_of_the_text_is_one_piece_and_that_of_a_script_stays_as_it_is(number, kept):
    around = kept.format(number)
    page = f"<p>of {number}, or ({number} to {number}).</p>{around}<b>{number}</b>"

    made = unbroken(page)

    assert PIECE.sub(r"\1", made) == page
    assert around in made
    assert PIECE.findall(made) == [number] * 4


@pytest.mark.parametrize(("typed", "whole"), [("--unit", True), ("-n", True), ("a-b", False), ("--", False)])
def test_an_option_is_one_piece(typed, whole):
    page = f'<code><span class="pre">{typed}</span></code>'
    assert (f'class="pre number">{typed}<' in unbroken(page)) is whole
