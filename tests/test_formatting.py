"""Numbers and words: a plural is made of English things alone, and of every one that the house counts."""

import ast
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from helpers.config.nouns import a, plural
from helpers.formatting import counted

WORDS = ("geantwortet", "bestanden", "note", "spende", "achat", "compra", "bought", "left", "paid", "subscribe", "ordered",
         "seen", "started", "kauf", "pedido", "onboarded", "verify", "unsubscribe", "zahlung")  # fmt: skip
"""Names of outcomes that are no English things: of other languages, and what people do."""


@given(st.sampled_from(WORDS) | st.from_regex(r"[a-z]{3,8}_[a-z]{2,8}", fullmatch=True), st.integers(0, 3_000))
def test_a_word_that_is_no_english_thing_stands_as_it_is(word, number):
    assert plural(word) == f"units with {word}" and f"{word}s" not in plural(word)
    assert counted(number, word).endswith(f" {word}") and f"{word} event" in a(word)


def test_what_the_house_counts_has_a_plural():
    told = {
        node.args[1].value
        for file in Path("src/helpers").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "counted" and len(node.args) == 2
        and isinstance(node.args[1], ast.Constant) and isinstance(node.args[1].value, str)
    }  # fmt: skip
    assert {"user", "unit", "row", "day"} <= told
    assert not [word for word in told if not re.fullmatch(rf"2 {word}s", counted(2, word))]


def test_things_of_shops_and_services_are_counted():
    for one, many in (("purchase", "purchases"), ("reply", "replies"), ("visit", "visits"), ("crash", "crashes"),
                      ("subscription", "subscriptions"), ("order", "orders"), ("pageview", "pageviews")):  # fmt: skip
        assert plural(one) == plural(many) == many and counted(2, one) == f"2 {many}"
        assert counted(1, many) == f"1 {one}"
