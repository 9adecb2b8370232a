"""Times in SQL: what :func:`helpers.ingest.values.times.parse` reads, the database reads the same."""

import re

from helpers.config import ColumnOf
from helpers.config.times import EPOCHS, WEEKS, spelled
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values import times_shapes as shapes
from helpers.ingest.values.times import EXACT, WRITTEN, Times

PRINTED_BLANKS = r"[\s\x0b\x{a0}\x{2009}\x{202f}]+"
"""What parts words, in signs that a person can type."""
_FIRST, _LAST = "timestamp '0001-01-01'", "timestamp '9999-12-31 23:59:59.999999'"


def moment(raw: str, kind: str, times: Times) -> str:
    """SQL of the moment in UTC that a raw column of a type means; null where it cannot be read.

    >>> import duckdb
    >>> duckdb.sql(f"select {moment('t', 'VARCHAR', Times())} from (values ('2026-03-02 10:11:40.123+02')) as v(t)").fetchall()
    [(datetime.datetime(2026, 3, 2, 8, 11, 40, 123000),)]
    """
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        if "TIME ZONE" in kind:
            return _within(f"{raw} at time zone 'UTC'")
        return _from_zone(_within(whole_microseconds(raw) if kind == "TIMESTAMP_NS" else f"{raw}::timestamp"), times)
    if kind in ("DOUBLE", "FLOAT"):
        return _of_float(f"{raw}::double", times)
    if kind == "BOOLEAN":
        return "null::timestamp"
    text = raw if kind == "VARCHAR" else f"{raw}::varchar"
    if times.format:
        return _of_text(text, times)
    alone = times.plain and times.zone != WRITTEN  # a cast would make another clock of an offset
    return f"coalesce({', '.join([*_plain(text, times), *([] if alone else [_of_text(text, times)])])})"


def is_plain(raw: str, kind: str, times: Times) -> str:
    """SQL whether casts read each value of a column that is no moment by its type, but for empty ones.

    To make ready for all other shapes takes longer than to read a small table.

    >>> import duckdb
    >>> several = (["2026-03-02 10:11:12", "", None, "1772446272"], ["2026-03-02", "2 March 2026"], ["2026-02-30"], [None])
    >>> [duckdb.sql(f"select {is_plain('t', 'VARCHAR', Times())} from unnest({texts}::varchar[]) as v(t)".replace("None", "null")).fetchall()[0][0] for texts in several]
    [True, False, False, False]
    """
    typed = kind.startswith(("TIMESTAMP", "DATE")) or kind in ("DOUBLE", "FLOAT", "BOOLEAN")
    if typed or times.order or times.format:
        return "false"
    text = raw if kind == "VARCHAR" else f"{raw}::varchar"
    read = f"coalesce({', '.join(_plain(text, times))}) is not null"
    return f"coalesce(bool_and(trim({text}) = '' or {read}), false)"


def whole_microseconds(raw: str) -> str:
    """SQL of a time in nanoseconds without its digits past the microsecond; a cast would go to the nearest."""
    return f"make_timestamp((epoch_ns({raw}) - (epoch_ns({raw}) % 1000 + 1000) % 1000) // 1000)"


def is_finer(raw: str, kind: str, times: Times) -> str:
    """SQL whether a time has digits past the microsecond, which are cut; of floats, which are rounded to it, none has.

    >>> import duckdb
    >>> texts = "(values ('2026-03-02 10:11:12.1234567'), ('1772446272123456789'), ('2026-03-02 10:11:12.123456000')) as v(t)"
    >>> [row[0] for row in duckdb.sql(f"select {is_finer('t', 'VARCHAR', Times())} from {texts}").fetchall()]
    [True, True, False]
    """
    if kind == "TIMESTAMP_NS":
        return f"epoch_ns({raw}) % 1000 <> 0"
    if kind.startswith("TIMESTAMP") or kind in ("DATE", "DOUBLE", "FLOAT", "BOOLEAN"):
        return "false"
    text = raw if kind == "VARCHAR" else f"{raw}::varchar"
    clock = f"length({text}) > 22 and regexp_matches({text}, '[.,][0-9]{{6}}[0-9]*[1-9]')"
    if times.format and times.format not in EPOCHS:
        return clock
    whole = f"length(regexp_extract({text}, '^ *([0-9]+)', 1))"
    tens = str(EPOCHS[times.format]) if times.format else f"6 - 3 * (({whole} - 8) // 3)"
    digits = f"length(rtrim(regexp_replace({text}, '[^0-9]', '', 'g'), '0'))"
    number = f"length({text}) > 16 and regexp_full_match({text}, ' *[0-9]{{8,19}}(?:[.,][0-9]*)? *')"
    return f"({clock} or case when {number} then {digits} > {whole} + {tens} else false end)"


def in_any_order(text: str) -> str:
    """SQL of a moment as one of the orders would have it, for a column of which none is decided yet.

    What is not :func:`likely`, as most texts of a table, is not taken to pieces.
    """
    u = normal("u")
    orders = [Times(order=order) for order in ("month_first", "year_first")]
    others = ", ".join(f"case {_fitting(u, shapes.numbered(each.order), each)} end" for each in orders)
    numbers = f"case when {_is(u, shapes.NUMBERED)} then coalesce({others}) end"
    first = moment("u", "VARCHAR", Times(order="day_first"))
    return f"case when {likely(text)} then {let('u', text, f'coalesce({first}, {numbers})')} end"


def likely(text: str) -> str:
    """SQL whether a text looks like a time at first sight: no other is one in any order."""
    return f"length({text}) between 6 and 80 and {_is(text, shapes.LIKELY)}"


def raw_of(source: str | ColumnOf, types: dict[str, str]) -> tuple[str, str]:
    """SQL of what stands in a mapped column, and its type."""
    if isinstance(source, str):
        return quoted(source), types[source]
    if not source.up_to:
        return quoted(source.column), types[source.column]
    return f"split_part({quoted(source.column)}::varchar, {literal(source.up_to)}, 1)", "VARCHAR"


def form(raw: str, kind: str, times: Times) -> str:
    """SQL of the word for how a time is written; null where nothing stands."""
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        return f"case when {raw} is not null then 'typed' end"
    text = written(raw, kind)
    if times.format:
        word = literal(times.format if times.format in (*EPOCHS, WEEKS) else "own_format")
        return f"case when trim({text}) <> '' then {word} end"
    since = "['epoch_seconds', 'epoch_milliseconds', 'epoch_microseconds', 'epoch_nanoseconds'][(length(split_part(replace(t, ',', '.'), '.', 1)) - 6) // 3]"
    odd = f"""case when t = '' then null when {_is("t", shapes.EPOCH)} then {since}
        when regexp_matches(t, {literal(shapes.NAMED)}) then 'named_month' when {_is("t", shapes.NUMBERED)} then 'three_numbers'
        when regexp_matches(t, {literal(shapes.OFFSET + "$")}) then 'timezone_offset'
        when regexp_matches(t, '^[0-9]{{4}}[-/.0-9年년]') then 'iso' else 'unknown' end"""
    return f"""case when {text} is null then null when {_is(text, shapes.PLAIN)} then 'iso'
        when regexp_matches({text}, {literal(f"^(?:{shapes.PLAIN_OFFSET})$")}) then 'timezone_offset' else {let("t", f"lower(trim({text}))", odd)} end"""


def clockless(raw: str, kind: str, times: Times) -> str:
    """SQL whether a time that can be read is a day without a time of day."""
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        return str(kind == "DATE").lower()
    if times.format:
        return str(not re.search("%[HI]", spelled(times.format)) and times.format not in EPOCHS).lower()
    text = written(raw, kind)
    return f"case when contains({text}, ':') then false else not regexp_matches({text}, '[0-9]{{9}}|[0-9]{{8}}[Tt ][0-9]') end"


def written(raw: str, kind: str) -> str:
    """SQL of what stands in a column as text; a float as a whole number, where its own text has an exponent."""
    if kind in ("DOUBLE", "FLOAT"):
        return f"coalesce(try_cast({raw} as hugeint)::varchar, {raw}::varchar)"
    return raw if kind == "VARCHAR" else f"{raw}::varchar"


def normal(text: str) -> str:
    """SQL of a text in small letters with single blanks, as patterns expect it."""
    return f"lower(trim(regexp_replace({text}, {literal(shapes.BLANKS)}, ' ', 'g')))"


def let(name: str, value: str, then: str) -> str:
    """SQL that names a value and goes on with it, so that it is made once a row, and only where it is asked for.

    What two expressions of a query share is made for all rows, even behind a ``case``: what is costly there is written
    so that they do not share it, as :func:`form` and :func:`moment` do.
    """
    return f"list_transform([{value}], lambda {name}: {then})[1]"


def shown_twice(local: str, zone: str) -> str:
    """SQL whether clocks show a time of a zone twice."""
    return f"({there(_later(local, zone), zone)} = {local} and {_earlier(local, zone)} <> {_later(local, zone)} and {there(_earlier(local, zone), zone)} = {local})"


def skipped(local: str, zone: str) -> str:
    """SQL whether clocks skip a time of a zone."""
    return f"({there(_later(local, zone), zone)} <> {local} and {there(_earlier(local, zone), zone)} <> {local})"


def _plain(text: str, times: Times) -> list[str]:
    """What casts read. One to a moment without a zone would drop an offset without a word, so it sees none."""
    read = f"try_cast({text} as timestamp)"
    if times.zone not in (WRITTEN, "UTC"):
        read = f"case when {text} similar to '.*(Z|UTC)' then {read} else {_from_zone(read, times)} end"
    offset = _within(f"try_cast({text} as timestamptz) at time zone 'UTC'")
    number = f"{text}::bigint * case length({text}) when 10 then 1000000 when 13 then 1000 else 1 end"
    return [
        f"case when {_is(text, shapes.PLAIN)} then {read} end",
        *([f"case when {_is(text, shapes.PLAIN_OFFSET)} then {offset} end"] if times.zone != WRITTEN else []),
        f"case when {_is(text, shapes.PLAIN_EPOCH)} then make_timestamp({number}) end",
    ]


def _of_text(text: str, times: Times) -> str:
    """What casts do not read, which of a column with an order or a format of its own is nearly all: it is made ready at once."""
    t = normal(text) if times.order or times.format else "t"
    if times.format in EPOCHS:
        tens = EPOCHS[times.format]
        pattern = f"([0-9]{{1,{12 + 6 - tens}}})(?:[.,]([0-9]*))?"
        return f"case when {_is(t, pattern)} then {_since_1970(t, pattern, str(tens))} end"
    cases = []
    if not times.format:
        cases.append(_epoch(t))
    cases += [_fitting(t, pattern, times) for pattern in times.patterns]
    read = f"case {' '.join(cases)} end"
    return let("t", normal(text), read) if t == "t" else read


def of_shapes(text: str, patterns: list[str], times: Times, *, counted: bool) -> str:
    """SQL of the moment of a text that fits one of a few patterns, or is ``counted`` since 1970, for a query that a person may read."""
    small = f"lower(trim(regexp_replace({text}, '{PRINTED_BLANKS}', ' ', 'g')))"
    cases = [_epoch("t")] * counted + [_fitting("t", pattern, times) for pattern in patterns]
    return let("t", small, f"case {' '.join(cases)} end")


def _fitting(text: str, pattern: str, times: Times) -> str:
    """The moment of a text that fits a pattern, for a ``case``."""
    parts, bare = shapes.parts_of(pattern), shapes.unnamed(pattern)
    taken = f"regexp_extract({text}, {literal(f'^(?:{bare})$')}, [{', '.join(map(literal, parts))}])"
    return f"when {_is(text, bare)} then {let('p', taken, _assembled(parts, times))}"


def _is(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {literal(pattern)})"


def _epoch(text: str) -> str:
    """The moment of a number since 1970 of any unit, for a ``case``."""
    power = "6 - 3 * ((length(n['whole']) - 8) // 3)"
    return f"when {_is(text, shapes.EPOCH)} then {_since_1970(text, shapes.EPOCH, power)}"


def _since_1970(text: str, pattern: str, tens: str) -> str:
    number = f"regexp_extract({text}, {literal(f'^{pattern}$')}, ['whole', 'fraction'])"
    digits = f"left(rpad(n['whole'] || n['fraction'], (length(n['whole']) + 6 + length(n['fraction']))::integer, '0'), greatest(0, length(n['whole']) + {tens}))"
    return let("n", number, _within(f"make_timestamp(coalesce(try_cast({digits} as bigint), 0))"))


def _of_float(value: str, times: Times) -> str:
    whole = moment("x::bigint", "BIGINT", times)
    if times.format and times.format not in EPOCHS:
        other = "null::timestamp"
    else:
        sizes = (
            [(EPOCHS[times.format], 0.0, 1e20)]
            if times.format
            else [(6, 1e8, 1e10), (3, 1e11, 1e13), (0, 1e14, 1e16), (-3, 1e17, 1e19)]
        )
        cases = " ".join(
            f"when x >= {least!r} and x < {most!r} then floor(x {f'* {10**tens}.0::double' if tens >= 0 else '/ 1000'} + 0.5)"
            for tens, least, most in sizes
        )
        other = f"make_timestamp(try_cast(case {cases} end as bigint))"
    sound = "isfinite(x) and x >= 0"
    return let(
        "x",
        value,
        f"case when {sound} then case when x = floor(x) and x < {EXACT} then {whole} else {_within(other)} end end",
    )


def _assembled(parts: list[str], times: Times) -> str:
    """The moment of the parts in ``p``."""

    def part(name: str) -> str:
        return f"p['{name}']" if name in parts else "''"

    def number(name: str) -> str:
        return f"coalesce(try_cast({part(name)} as integer), 0)"

    year, month, day = part("y"), part("m"), part("d")
    year = f"case when length({year}) = 2 then case when {year} < '69' then '20' else '19' end || {year} else nullif({year}, '0000') end"
    month = f"case when {month} >= 'a' then ((strpos({literal(shapes.MONTHS)}, left({month}, 3)) + 2) // 3)::varchar else {month} end"
    day_of = (
        f"epoch_us(try_cast(({year}) || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0') as date)::timestamp)"
    )
    if "w" in parts:  # DuckDB takes week 53 of each year for one
        week = f"({part('y')} || '-' || lpad({part('w')}, 2, '0'))"
        monday = f"try_strptime({week} || '-1', '%G-%V-%u')"
        day_of = f"case when strftime({monday}, '%G-%V') = {week} then epoch_us({monday}) end"
    hour = number("h")
    if "p" in parts:
        hour = (
            f"case when {part('p')} = '' then {hour} when {hour} <= 12"
            f" then {hour} % 12 + case {part('p')} when 'p' then 12 else 0 end end"
        )
    micro = f"rpad(left({part('f')}, 6), 6, '0')::integer"
    clock = f"{{'h': {hour}, 'i': {number('i')}, 's': {number('s')}, 'f': {micro}}}"
    since = "((c['h'] * 60 + c['i']) * 60 + c['s']) * 1000000::bigint + c['f']"
    right = f"(c['h'] < 24 or c['h'] = 24 and {since} = 86400000000) and c['i'] < 60 and c['s'] <= 60"
    told = let("c", clock, f"case when {right} then {since} end")
    away = f"case {part('o')} when '-' then 1 when '+' then -1 else 0 end * ({number('oh')} * 60 + {number('om')}) * 60000000::bigint"
    local = f"make_timestamp({day_of} + {told})"
    if times.zone == WRITTEN:
        return _within(local)
    if times.zone == "UTC":
        return _within(f"make_timestamp({day_of} + {told} + {away})")
    return _within(
        f"case when {part('z')} = '' then {_from_zone(local, times)} else make_timestamp({day_of} + {told} + {away}) end"
    )


def _within(made: str) -> str:
    """Only what a calendar of four digits holds."""
    return let("m", made, f"case when m between {_FIRST} and {_LAST} then m end")


def _from_zone(local: str, times: Times) -> str:
    if times.zone in (WRITTEN, "UTC"):
        return local
    earlier, later = _earlier("l", times.zone), _later("l", times.zone)
    return _within(let("l", local, f"case when {there(earlier, times.zone)} = l then {earlier} else {later} end"))


def _later(local: str, zone: str) -> str:
    return f"(({local} at time zone {literal(zone)}) at time zone 'UTC')"


def _earlier(local: str, zone: str) -> str:
    """By the clock of three hours before, which no change of clocks is apart from."""
    return f"({_later(f'({local} - interval 3 hours)', zone)} + interval 3 hours)"


def there(utc: str, zone: str) -> str:
    return f"(({utc} at time zone 'UTC') at time zone {literal(zone)})"
