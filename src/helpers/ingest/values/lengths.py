"""Lengths of time as people and programs write them, ``1:02:03``, ``12:34``, ``1h 20m`` and ``PT5M``, read as seconds."""

from typing import TYPE_CHECKING, Final, Literal

from helpers.config.columns import logged
from helpers.errors import ReportError
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    import duckdb

    from helpers.ingest.parts import Parts

Length = Literal["", "length", "clock"]
"""No length of time; one; or one that may as well be the time of a day."""

_N: Final = r"[0-9]+(?:[.,][0-9]+)?"
_UNITS: Final = {
    "d": (r"d(?:ays?)?|tage?|j(?:ours?)?", 86_400),
    "h": (r"h(?:(?:ou)?rs?)?|std|stunden?|heures?", 3_600),
    "m": (r"m(?:in(?:s|ute[ns]?)?)?", 60),
    "s": (r"s(?:ec(?:s|onds?)?|ek(?:unden?)?)?", 1),
}
"""How units are written, in small letters, the longest first, and their seconds."""
WORDED: Final = "".join(rf"(?:{_N} *(?:{unit}) *,? *)?" for unit, _ in _UNITS.values())
"""``1h 20m``, and ``1 day, 2 hours``,"""
ISO: Final = rf"p(?:{_N}d)?(?:t(?:{_N}h)?(?:{_N}m)?(?:{_N}s)?)?"
"""what ISO 8601 writes, months and years left out, which are of no one length,"""
CLOCK: Final = r"(?:(?:[0-9]+) *d(?:ays?)?,? *)?(?:[0-9]+:[0-5]?[0-9]|[0-9]+):[0-5][0-9](?:[.,][0-9]+)?"
"""and with colons, as ``1 day, 2:03:04`` too."""
SURE: Final = 4
"""Hours that half of the times of a day are later than: lengths of which most are shorter are no times of a day."""
SOME: Final = 0.5
"""Share of the values of a column that must be lengths."""
KINDS: Final = ("VARCHAR", "TIME", "INTERVAL")
"""Types of columns that may hold lengths of time."""
FIRST: Final = 10_000
"""Rows of a column that are looked at first."""


def matches(text: str) -> str:
    """SQL of whether a text is a length of time with a unit or a colon.

    >>> import duckdb
    >>> texts = "(values ('1:02:03'), ('12:34'), ('1h 20m'), ('PT5M'), ('P'), ('12'), ('2 days 00:00:01'), ('12:77')) as v(t)"
    >>> [row[0] for row in duckdb.sql(f"select {matches('t')} from {texts}").fetchall()]
    [True, True, True, True, False, False, True, False]
    """
    either = literal(f"{WORDED}|{ISO}|{CLOCK}")
    return f"(regexp_full_match(trim(lower({text})), {either}) and regexp_matches(lower({text}), '[0-9] *[:a-z]'))"


def seconds(text: str) -> str:
    """SQL of the seconds of a text that :func:`matches`, as a program writes a number.

    >>> import duckdb
    >>> texts = "(values ('1:02:03'), ('12:34.5'), ('1h 20m'), ('PT1H5M0.25S'), ('2 days 00:00:01'), ('1,5 Std'), ('90 min')) as v(t)"
    >>> [row[0] for row in duckdb.sql(f"select {seconds('t')} from {texts}").fetchall()]
    ['3723', '754.5', '4800', '3900.25', '172801', '5400', '5400']
    """
    low = f"replace(trim(lower({text})), ',', '.')"
    behind = {"d": "[^a-z]|t|$"}  # of ISO 8601 days alone stand before another letter
    parts = [
        (rf"({_N}) *(?:{unit})(?:{behind.get(name, '[^a-z]|$')})", worth) for name, (unit, worth) in _UNITS.items()
    ]
    parts += [(r"([0-9]+):[0-9]+:", 3_600), (r"([0-9]+):[0-9.]+$", 60), (r":([0-9]+(?:\.[0-9]+)?)$", 1)]
    summed = " + ".join(
        f"coalesce(try_cast(regexp_extract({low}, {literal(found)}, 1) as decimal(20, 6)), 0) * {worth}"
        for found, worth in parts
    )
    return f"rtrim(rtrim(({summed})::decimal(38, 6)::varchar, '0'), '.')"


def of(con: "duckdb.DuckDBPyConnection", parts: "Parts", column: str) -> tuple[Length, str]:
    """Whether a column holds lengths of time; or an example of them that may be read in two ways.

    Two numbers with a colon are minutes and seconds where a value of three stands beside them, where seconds have decimals,
    or where the first one is that of no hour of a day. Three are lengths where one is of no hour of a day, or where half of
    them lie before the fourth, as times of a day hardly do.
    """
    text = f"nullif(trim({quoted(column)}::varchar), '')"
    share = con.execute(
        f"select avg({matches('t')}::integer) from (select {text} as t from {parts.relation} limit {FIRST})"
    ).fetchall()[0][0]
    if not share or share <= SOME:
        return "", ""
    hours = "try_cast(regexp_extract(t, '([0-9]+):[0-9]+:', 1) as double)"
    first = "try_cast(regexp_extract(t, '^([0-9]+):[0-9.,]+$', 1) as double)"
    n, worded, three, late, half, two, minutes, example, unit = con.execute(
        f"""select count(*), count(*) filter (not contains(t, ':')), count({hours}), coalesce(max({hours}), 0) >= 24, coalesce(median({hours}), 0) >= {SURE},
            count({first}), coalesce(max({first}), 0) >= 24 or bool_or(regexp_matches(t, '^[0-9]+:[0-9]+[.,]')), any_value(t) filter ({first} is not null),
            coalesce(bool_or(regexp_matches(lower(t), '[dhs]|min')), false)
        from (select {text} as t from {parts.relation}) where {matches("t")}"""
    ).fetchall()[0]
    if worded == n:
        return ("length" if unit else ""), ""  # 12m alone may be anything
    if two and not (three or minutes):
        return "", str(example)
    return ("clock" if three and half and not late else "length"), ""


def example(con: "duckdb.DuckDBPyConnection", parts: "Parts", column: str) -> str:
    """The first length of a column, as it stands there."""
    text = f"trim({quoted(column)}::varchar)"
    found = con.execute(
        f"select arg_min({text}, (file_index, file_row_number)) from {parts.relation} where {matches(text)}"
    ).fetchall()
    return str(found[0][0])


def asked(called: str, column: str, example: str) -> ReportError:
    """What is said of a column of two numbers with a colon that may be read in two ways."""
    name = quoted(column)
    return ReportError(
        f"{called}: the numbers of column '{logged(column)}' may be minutes and seconds, or hours and minutes",
        got=repr(example),
        expected="lengths of time with hours, minutes and seconds, such as 0:12:34, or with their units, such as 12m 34s; or numbers",
        remedy=f"if they are minutes and seconds, write 0: before each (in a query: '0:' || {name}); if hours and minutes, :00 behind"
        f" each ({name} || ':00')",
    )
