"""Names and texts inside SQL."""

from collections.abc import Iterable

from helpers.config.columns import stored


def literal(value: object) -> str:
    """A text as SQL writes it.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + str(value).replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A column's name as SQL writes it.

    >>> print(quoted('the "kind" of it'))
    "the ""kind"" of it"
    """
    return '"' + name.replace('"', '""') + '"'


def kept(columns: Iterable[str]) -> str:
    """The columns of a relation, each under the name by which it is kept.

    >>> kept(["who"]), kept(["who", "file_index"])
    ('*', '* rename ("file_index" as "file_index (as logged)")')
    """
    others = [f"{quoted(c)} as {quoted(stored(c))}" for c in columns if stored(c) != c]
    return f"* rename ({', '.join(others)})" if others else "*"


LARGEST = "1e14"
"""A number that is as large, or larger, is none that a metric can hold."""


def number(text: str) -> str:
    """SQL of a text as a finite number that a metric can hold; true and false are 1 and 0, everything else null.

    The text stands there once: what takes one to pieces is long, and is made ready as often as it is written.

    >>> import duckdb
    >>> texts = "(values ('1.5'), ('true'), ('inf'), ('1e308'), ('x'), (null)) as t(t)"
    >>> [row[0] for row in duckdb.sql(f"select {number('t')} from {texts}").fetchall()]
    [1.5, 1.0, None, None, None, None]
    """
    made = "coalesce(try_cast(x as double), case lower(x) when 'true' then 1 when 'false' then 0 end)"
    return f"list_transform([{text}], lambda x: case when abs({made}) < {LARGEST} then {made} end)[1]"


def cell(column: str) -> str:
    """SQL of a column as it goes into a CSV for others: what a spreadsheet would run as a formula begins with an apostrophe.

    Such are texts that begin with ``=``, ``+``, ``-`` or ``@``, also in full width, a tab or the end of a line. Numbers
    stay numbers.

    >>> import duckdb
    >>> texts = "(values ('=1+1'), ('-5'), ('-5+A1'), ('shop'), ('@home')) as t(t)"
    >>> [row[0] for row in duckdb.sql(f"select {cell('t')} from {texts}").fetchall()]
    ["'=1+1", '-5', "'-5+A1", 'shop', "'@home"]
    """
    text = f"({column})::varchar"
    run = rf"regexp_matches({text}, '^[=+@\t\r\n\x{{FF1D}}\x{{FF0B}}\x{{FF0D}}\x{{FF20}}-]') and try_cast({text} as double) is null"
    return f"case when {run} then '''' || {text} else {text} end"
