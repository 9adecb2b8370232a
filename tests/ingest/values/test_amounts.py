"""Numbers as people and programs write them: one grammar in SQL and in Python, and no digit lost on the way to a sum."""

from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.ingest.values.amounts import (
    Amounts,
    amount,
    at_first_sight,
    canonical,
    decimals,
    in_units,
    parse,
    product,
)

POINT, COMMA = (Amounts(point=point, plain=False) for point in ".,")
INT64 = 2**63


def read(texts: list[str], as_decided: Amounts) -> list[str | None]:
    return [row[0] for row in asked(canonical("t", as_decided), texts)]


def asked(expression: str, texts: list[str]) -> list[tuple]:
    con = duckdb.connect()
    con.execute("create table v (i integer, t varchar)")
    con.executemany("insert into v values (?, ?)", list(enumerate(texts)))
    return con.execute(f"select {expression} from v order by i").fetchall()


@st.composite
def written(draw, as_decided: Amounts) -> tuple[str, Decimal]:
    """A number and one of the ways in which it may be written."""
    whole = draw(st.integers(0, 10 ** draw(st.integers(1, 17))))
    behind = draw(st.text("0123456789", max_size=9))
    below, dash = draw(st.booleans()), draw(st.sampled_from(["", "", "-", "--", "\u2013", "\u2014", " -"]))
    groups = [",", " ", "\u00a0", "\u202f", "\u2009", "'", "\u2019"]
    sign = draw(st.sampled_from(["", *groups])).replace(",", "." if as_decided.point == "," else ",")
    text = f"{whole:,}".replace(",", sign) + (as_decided.point + behind if behind or draw(st.booleans()) else "")
    value = Decimal(f"{whole}.{behind or 0}")
    bare = text.endswith(as_decided.point)
    dash = dash if bare else ""
    text += dash
    ending = draw(st.sampled_from(["", "", "%", " %", "\u00a0€", " EUR", "e3", "E-2"]))
    ending = ending if "€" in ending or "EUR" in ending or not dash else ""
    mark = draw(st.sampled_from(["", "$", "€ ", "US$", "CHF "])) if not ending else ""
    value *= Decimal({"%": "0.01", "e": "1000", "E": "0.01"}.get("" if "EUR" in ending else ending.strip()[:1], "1"))
    if not below:
        signed = f"{mark}{text}{ending}"
        return draw(st.sampled_from(["", " ", "+", "\t"])) + signed + draw(st.sampled_from(["", " ", "\u00a0"])), value
    ways = ["-{m}{t}{e}", "\u2212{m}{t}{e}", "({m}{t}{e})", "( {m}{t}{e} )", "{m}{t}{e}-", "- {m}{t}{e}", "{m}-{t}"]
    ways = ways if not ending else ways[:-1]
    way = draw(st.sampled_from([each for each in ways if not (bare and each.endswith("{e}-"))]))
    return way.format(m=mark, t=text, e=ending), -value


@pytest.mark.parametrize("as_decided", [POINT, COMMA], ids=["point", "comma"])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_number_means_what_it_says_in_both_languages(as_decided, data):
    cases = data.draw(st.lists(written(as_decided), min_size=30, max_size=60))
    texts = [text for text, _ in cases]
    assert all(seen for (seen,) in asked(at_first_sight("t"), texts)), "a number is one at first sight"
    for (text, value), found in zip(cases, read(texts, as_decided), strict=True):
        assert parse(text, as_decided) == value, text
        assert found is not None and Decimal(found) == value, text


@settings(max_examples=15, deadline=None)
@given(texts=st.lists(st.text("0123456789.,-+−()% €$eExX_'\u00a0\t\nNaInfy١٢", max_size=9), min_size=100, max_size=200))
@example(
    [
        "",
        " ",
        "1_000",
        "0x10",
        "NaN",
        "nan",
        "inf",
        "-Infinity",
        "١٢",
        "1e999",
        "--5",
        "(-5)",
        "1,2,3",
        "1.2.3",
        "5 5",
        "12 % %",
        "$",
        "-",
    ]
)
def test_both_languages_agree_on_what_is_no_number(texts):
    for as_decided in (POINT, COMMA):
        for text, found in zip(texts, read(texts, as_decided), strict=True):
            said = parse(text, as_decided)
            told = None if found in (None, "no number") else Decimal(found)
            assert told == said, (text, found, said)
            assert (found is None) == (not text.strip(" \t\u00a0\u2007\u2009\u200a\u202f")), repr(text)


@settings(max_examples=15, deadline=None)
@given(
    parts=st.lists(st.tuples(st.integers(-(10**18), 10**18), st.integers(0, 17)), min_size=50, max_size=99),
    digits=st.integers(0, 9),
)
def test_an_amount_is_the_number_to_its_last_digit(parts, digits):
    numbers = [Decimal(whole).scaleb(-places) for whole, places in parts]
    texts = [str(number).lower() for number in numbers]
    for number, (found, needed) in zip(numbers, asked(f"{in_units('t', digits)}, {decimals('t')}", texts), strict=True):
        exact = (number.scaleb(digits)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        assert found == (int(exact) if -INT64 <= exact < INT64 else None), number
        assert needed == (max(0, -number.normalize().as_tuple().exponent) if number else 0), number


@settings(max_examples=15, deadline=None)
@given(parts=st.lists(st.tuples(st.integers(-(10**4), 10**4), st.integers(0, 4)), min_size=20, max_size=60))
def test_one_amount_is_one_text_however_it_is_written(parts):
    numbers = [Decimal(whole).scaleb(-places) for whole, places in parts]
    texts = [f"{number:.6f}" if i % 2 else str(number).lower() for i, number in enumerate(numbers)]
    made = [row[0] for row in asked(amount("t"), texts)]
    assert len(set(made)) == len(set(numbers)) == len(set(zip(made, numbers, strict=True)))


@settings(max_examples=15, deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(-(10**7), 10**7)), min_size=20, max_size=40))
def test_a_product_is_exact(pairs):
    prices, quantities = [Decimal(p).scaleb(-3) for p, _ in pairs], [Decimal(q).scaleb(-2) for _, q in pairs]
    texts = [f"{p}|{q}" for p, q in zip(prices, quantities, strict=True)]
    made = product("split_part(t, '|', 1)", "split_part(t, '|', 2)", (3, 2))
    assert [Decimal(row[0]) for row in asked(made, texts)] == [p * q for p, q in zip(prices, quantities, strict=True)]


def test_a_program_s_own_way_of_writing_is_left_as_it_is():
    assert read(["12.50", "-0.004", ""], Amounts()) == ["12.50", "-0.004", None]
