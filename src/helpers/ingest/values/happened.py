"""Outcomes that are told by whether anything stands in a field, such as the moment at which it happened: yes and no."""

from collections.abc import Collection
from typing import Final

from helpers.ingest.no_numbers import WORDS as NOTHING
from helpers.ingest.sql import literal
from helpers.ingest.values.amounts import unknown
from helpers.ingest.values.number_formats import FALSE, TRUE

NEVER: Final = r"(0000|9999)-[0-9]{1,2}-[0-9]{1,2}.*|[0-9]{1,2}[./-][0-9]{1,2}[./-](0000|9999).*|(1970|1900)-01-01.*"
"""Days that programs write where there is none."""
NO: Final = (*FALSE, "0", "never")
"""Words that say that nothing happened."""


def is_nothing(text: str) -> str:
    """SQL of whether a text is a word, or a day, that programs write where there is nothing.

    >>> import duckdb
    >>> texts = "(values ('-'), ('N/A'), ('9999-12-31'), ('2026-03-02')) as v(t)"
    >>> [row[0] for row in duckdb.sql(f"select {is_nothing('t')} from {texts}").fetchall()]
    [True, True, True, False]
    """
    words = ", ".join(map(literal, (*NOTHING, "nan", "nat")))
    return f"(lower(trim({text})) in ({words}) or regexp_full_match(trim({text}), {literal(NEVER)}))"


def happened(text: str, codes: Collection[str] = ()) -> str:
    """SQL of 1 where anything stands in a text and 0 where nothing does, or one of the ``codes`` for nothing.

    A word that may stand for nothing stays as it is: it is no number, so somebody must say what it means.

    >>> import duckdb
    >>> texts = "(values ('2026-03-02'), (' '), (null), ('open'), ('n/a'), ('no')) as v(t)"
    >>> [row[0] for row in duckdb.sql(f"select {happened('t', ['open'])} from {texts}").fetchall()]
    ['1', '0', '0', '0', 'n/a', '0']
    """
    known = unknown(text, codes)
    no, yes = (", ".join(map(literal, words)) for words in (NO, ("1", *TRUE)))
    return (
        f"list_transform([{known}], lambda h: case when coalesce(trim(h), '') = '' or lower(trim(h)) in ({no}) then '0'"
        f" when lower(trim(h)) in ({yes}) then '1' when {is_nothing('h')} then trim(h) else '1' end)[1]"
    )
