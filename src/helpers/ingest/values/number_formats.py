"""How the numbers of a table are written, told by all of what stands in a column: its decimals, its marks, its digits."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from helpers.config import Aggregates, ColumnOf, Log, Place, Study, Units
from helpers.config.columns import logged
from helpers.config.currencies import minor_digits
from helpers.errors import ReportError
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values import lengths
from helpers.ingest.values.amounts import (
    PLAIN,
    Amounts,
    Point,
    canonical,
    decimals,
    pattern,
    product,
)
from helpers.ingest.values.currency_marks import MARK, POINTED, common

if TYPE_CHECKING:
    import duckdb

    from helpers.ingest.parts import Parts

TRUE = tuple(
    "true t yes y on vrai oui wahr ja j verdadero sí vero sì si waar sim verdadeiro evet doğru tak prawda ano да истина はい 有 是 ○ 예".split()  # noqa: SIM905
)
FALSE = tuple(
    "false f no n off faux non falsch nein falso onwaar nee nej não hayır hayir yanlış nie fałsz нет ложь いいえ 無 无 否 × 아니요 아니오".split()  # noqa: SIM905
)
"""What stands for one and for zero in a table of units, in small letters: those of spreadsheets of other languages too."""
WORDS = (*TRUE, *FALSE, "nan")
"""What stands for a number, or for none, in a table of units."""
_LARGEST, _ALL = 15, 18
"""Powers of ten that the largest amount and the sum of all stay below, so that no sum of squares leaves 128 bits."""
_WHOLE = 0.999 * 2**63
"""What the sum of all stays below, in its smallest digits, so that no sum of a unit leaves 64 bits and none of squares 128."""
LONGEST = 60
"""Characters of a number that is told as an example."""
FEW = 2
"""Digits behind the point that are not counted closer: an amount may have fewer."""
SOME, MANY = 3, 44
"""Different numbers of three digits behind the point, none of which ends with 0: fewer than some tell nothing, from so
many on they are decimals. A program drops the zeros at the end, and of 44 amounts in thousands one ends with 0."""
FIRST, MOST_COLUMNS = 10_000, 200
"""First rows and columns that are looked at to tell whether numbers stand there, and how they are written."""


@dataclass(frozen=True)
class _Seen:
    """What stands in a column of text: values that only a point or only a comma makes numbers, and those that both do.

    ``examples`` are the first value of each kind, by the sign before its decimals; '' for one that either makes a
    number, 'as .' and 'as ,' for one that no program writes so, and '%' for one without a per cent sign where others
    have it.
    """

    column: str
    plain: bool
    points: frozenset[Point]
    is_open: bool
    marks: tuple[str, ...] = ()
    mixed_percent: bool = False
    examples: tuple[tuple[str, str], ...] = ()

    def example(self, point: str) -> str:
        """A value as it may be told: none that fills a screen."""
        found = dict(self.examples).get(point) or ""
        return found if len(found) <= LONGEST else ""


def number_columns(data: Log | Units) -> list[str]:
    """The raw columns that hold numbers, in the order in which a study maps them."""
    if isinstance(data, Aggregates):
        units = data.columns["units"]
        told = [*data.outcomes.values(), *data.deviations.values(), *data.squares.values()]
        return list(dict.fromkeys([units if isinstance(units, str) else units.column, *told]))
    if isinstance(data, Units):
        told = [column for event, column in data.outcomes.items() if event not in data.happened]
        return list(dict.fromkeys([*told, *data.before.values()]))
    found = []
    for name in ("price", "duration_sec"):
        source = data.columns.get(name)
        if isinstance(source, ColumnOf):
            found += [source.column, *([source.times] if source.times else [])]
        elif isinstance(source, str):
            found.append(source)
    return list(dict.fromkeys(found))


def money_columns(study: Study) -> set[str]:
    """The raw columns whose numbers are money; those of a quantity are not."""
    data, price = study.data, study.data.columns.get("price") if isinstance(study.data, Log) else None
    if isinstance(data, Units):
        return {
            c for named in (data.outcomes, data.before) for event, c in named.items() if event in study.money_events
        }
    return {price.column if isinstance(price, ColumnOf) else str(price)} if price and study.money_events else set()


def minor_columns(study: Study) -> dict[str, int]:
    """The raw columns of money in the smallest coins of the currency, and by how many digits these are smaller; none where money is in whole units."""
    data, digits = study.data, minor_digits(study.economics.currency)
    if not isinstance(data, Log | Units) or data.money_in == "units" or not digits:
        return {}
    made = dict.fromkeys(money_columns(study), digits)
    if isinstance(data, Aggregates):
        made |= {c: digits for event, c in data.deviations.items() if event in study.money_events}
        made |= {c: 2 * digits for event, c in data.squares.items() if event in study.money_events}
    return made


def decide(
    con: "duckdb.DuckDBPyConnection", study: Study, parts: "Parts"
) -> tuple[dict[str, Amounts], list[str], list[ReportError]]:
    """How each column of numbers that a study maps is read, what is said of it, and what leaves one unread."""
    data = study.data
    assert isinstance(data, Log | Units)
    called, currency = f"studies/{study.name}.yml", study.economics.currency
    found, notes, faults = formats(con, parts, number_columns(data), data, called, money_columns(study), currency)
    found |= {c: found[c].shifted(digits) for c, digits in minor_columns(study).items() if c in found}
    made = data.columns.get("price") if isinstance(data, Log) else None
    if isinstance(made, ColumnOf) and made.times and not faults:
        found[key_of(made)] = _measured(con, parts, Amounts(), product_of(made, found))
    if isinstance(data, Units):
        found |= {c: Amounts(decimals=0) for c in map(data.outcomes.__getitem__, data.happened) if c not in found}
    found |= {c: replace(found[c], codes=tuple(codes)) for c, codes in data.missing_codes.items() if c in found}
    return found, notes, list(faults.values())


def formats(
    con: "duckdb.DuckDBPyConnection",
    parts: "Parts",
    columns: Sequence[str],
    place: Place,
    called: str,
    money: Collection[str] = (),
    currency: str = "",
) -> tuple[dict[str, Amounts], list[str], dict[str, ReportError]]:
    """The same of any columns of a table, what leaves one unread by its name; ``called`` begins each error.

    A column has one format; which one is told by values that only a point or only a comma makes numbers. Where a column
    leaves it open, as 1,234 alone does, the other columns of the table tell it, else ``data.decimal``. Amounts of
    ``money`` are in the ``currency`` of the study.
    """
    first = _at_first(con, parts, columns)
    lasting = {c: lengths.of(con, parts, c) for c in columns if parts.types[c] in lengths.KINDS and first[c].strange}
    seen = {
        column: _taken_apart(con, parts, column) if first[column].strange else first[column].seen(column)
        for column in columns
        if parts.types[column] == "VARCHAR" and not any(lasting.get(column, ()))
    }
    told = {point for each in seen.values() if len(each.points) == 1 for point in each.points}
    if not told and any(each.is_open for each in seen.values()):
        told = _elsewhere(con, parts, set(columns))
    found: dict[str, Amounts] = {}
    notes: list[str] = []
    faults: dict[str, ReportError] = {}
    for column in columns:
        point: Point | None = "."
        length, example = lasting.get(column, ("", ""))
        if example:
            faults[column] = lengths.asked(called, column, example)
            continue
        if column in seen:
            counted = currency if column in money else ""
            usual = place.kind not in (None, "csv") or place.delimiter == ","
            by_program = seen[column].plain and seen[column].is_open
            by_program &= minor_digits(counted) == 3 or (usual and _by_program(con, parts, column))
            point, fault = _point(place, called, seen[column], told, by_program, counted)
            faults |= {column: fault} if fault else {}
        if point is None:
            continue
        plain = not length and (column not in seen or (seen[column].plain and point == "."))
        as_decided = Amounts(point, plain, length=length)
        text = canonical(f"{quoted(column)}::varchar", as_decided)
        told_at_once = first[column].amounts
        few = as_decided.plain and first[column].decimals <= min(FEW, told_at_once.room)
        found[column] = told_at_once if few else _measured(con, parts, as_decided, text)
        example = (
            ""
            if as_decided.plain
            else seen[column].example(f"as {point}")
            if not length
            else lengths.example(con, parts, column)
        )
        if example:
            read = con.execute(f"select {canonical(literal(example), as_decided)}").fetchall()[0][0]
            notes.append(
                f"column '{logged(column)}': {example} is read as {_shown(read)}{' seconds' if length else ''}"
            )
    return found, notes, faults


def key_of(source: ColumnOf) -> str:
    """What a product of two columns is called among the columns of numbers."""
    return f"{source.column} x {source.times}" if source.times else source.column


def product_of(source: ColumnOf, numbers: dict[str, Amounts]) -> str:
    """SQL of the canonical text of a product of two columns; null where either holds no number."""
    assert source.times
    read = [numbers.get(column, Amounts()) for column in (source.column, source.times)]
    texts = [
        canonical(f"{quoted(c)}::varchar", each) for c, each in zip((source.column, source.times), read, strict=True)
    ]
    digits = [min(4 if each.decimals is None else each.decimals, each.room) for each in read]
    return product(f"({texts[0]})", f"({texts[1]})", (digits[0], digits[1]))


@dataclass(frozen=True)
class _First:
    """What one pass over a column shows: values that a program would not write so, digits, sizes, and one with a point.

    ``certain`` is whether some point can part no thousands, ``decimals`` are the most characters behind one, without noughts at the end.
    """

    strange: int
    certain: bool
    pointed: str | None
    decimals: int
    largest: float
    total: float

    def seen(self, column: str) -> _Seen:
        told: frozenset[Point] = frozenset((".",)) if self.certain else frozenset()
        return _Seen(column, True, told, self.pointed is not None, examples=(("", self.pointed or ""),))

    @property
    def amounts(self) -> Amounts:
        return Amounts(".", True, self.decimals, _room(self.largest, self.total))


def _at_first(con: "duckdb.DuckDBPyConnection", parts: "Parts", columns: Sequence[str]) -> dict[str, _First]:
    """All columns in one pass, with cheap questions only."""
    if not columns:
        return {}
    words = ", ".join(map(literal, WORDS))
    taken, asked = [], []
    for i, column in enumerate(columns):
        text = f"{quoted(column)}::varchar"
        taken += [
            f"{text} as t{i}",
            f"strpos({text}, '.') as p{i}",
            f"abs(try_cast({quoted(column)} as double)) as v{i}",
        ]
        plain = f"regexp_full_match(t{i}, {literal(PLAIN)}) or lower(trim(t{i})) in ({words})"
        behind, needed = f"length(t{i}) - p{i}", f"length(rtrim(t{i}, '0')) - p{i}"
        asked += [
            f"count(*) filter (t{i} <> '' and not ({plain}))",
            f"bool_or(p{i} > 0 and ({behind} <> 3 or p{i} > 5 or p{i} = 5 and t{i} > '0' or starts_with(ltrim(t{i}, '-'), '0')))",
            f"any_value(t{i}) filter (p{i} > 0)",
            f"coalesce(max(case when contains(t{i}, 'e') then 99 else {needed} end) filter (p{i} > 0 or contains(t{i}, 'e')), 0)",
            f"coalesce(max(v{i}) filter (v{i} < 1e{_ALL}), 0)",
            f"coalesce(sum(v{i}) filter (v{i} < 1e{_ALL}), 0)",
        ]
    row = con.execute(f"select {', '.join(asked)} from (select {', '.join(taken)} from {parts.relation})").fetchall()[0]
    return {column: _First(*row[6 * i : 6 * i + 6]) for i, column in enumerate(columns)}


def _taken_apart(con: "duckdb.DuckDBPyConnection", parts: "Parts", column: str) -> _Seen:
    """What stands in a column of which not every value is written as a program writes it."""
    values = (
        f"(select {quoted(column)} as t, file_index * 1099511627776 + file_row_number as key from {parts.relation}"
        f" where {quoted(column)} <> '')"
    )
    row: Any = con.execute(
        f"""select
            arg_min(t, key) filter (dot and not comma), arg_min(t, key) filter (comma and not dot),
            arg_min(t, key) filter (dot and comma and (contains(t, '.') or contains(t, ','))),
            arg_min(t, key) filter (dot and not regexp_full_match(t, {literal(PLAIN)})),
            arg_min(t, key) filter (comma and not regexp_full_match(t, {literal(PLAIN)})),
            count(*) filter ((dot or comma) and contains(t, '%')) as percents,
            arg_min(t, key) filter ((dot or comma) and not contains(t, '%') and regexp_matches(t, '[1-9]')),
            list_sort(list(distinct regexp_extract(t, {literal(MARK)})) filter ((dot or comma) and regexp_matches(t, {literal(MARK)})))
        from (select *, {_numbers(".")} as dot, {_numbers(",")} as comma from {values})"""
    ).fetchall()[0]
    both: tuple[tuple[Point, str | None], ...] = ((".", row[0]), (",", row[1]))
    points = frozenset(point for point, example in both if example)
    named = {".": row[0], ",": row[1], "": row[2], "as .": row[3], "as ,": row[4], "%": row[6]}
    examples = tuple((name, example or "") for name, example in named.items())
    return _Seen(column, False, points, row[2] is not None, tuple(row[7] or ()), bool(row[5] and row[6]), examples)


def _numbers(point: Point) -> str:
    """SQL of whether a text is a number with this sign before its decimals; the one sign before an exponent parts no thousands."""
    other = r"[.]" if point == "," else ","
    return (
        f"regexp_full_match(t, {literal(pattern(point))})"
        f" and not regexp_full_match(trim(t), {literal(rf'[-+]?[0-9]+{other}[0-9]*[eE][-+]?[0-9]+')})"
    )


def _by_program(con: "duckdb.DuckDBPyConnection", parts: "Parts", column: str) -> bool:
    """Whether a program wrote the numbers of a column that all have three digits behind their points, or none.

    Such may be thousands. A program that writes decimals drops the zeros at their ends, and people who part thousands
    part all that are as long.
    """
    name = quoted(column)
    zeros, values, long = con.execute(
        f"""select count(*) filter (ends_with(t, '0')), count(*), coalesce((select bool_or(not contains({name}, '.')
            and length(ltrim({name}, '-')) > 4 and regexp_full_match({name}, {literal(PLAIN)})) from {parts.relation}), false)
        from (select distinct {name} as t from {parts.relation} where contains({name}, '.'))"""
    ).fetchall()[0]
    return bool(long) or not (zeros or SOME <= values < MANY)


def _elsewhere(con: "duckdb.DuckDBPyConnection", parts: "Parts", known: set[str]) -> set[Point]:
    """What stands before the decimals in the first rows of the table's other columns that hold numbers."""
    others = [c for c, kind in parts.types.items() if kind == "VARCHAR" and c not in known][:MOST_COLUMNS]
    if not others:
        return set()
    dot, comma = (literal(pattern(point)) for point in (".", ","))
    asked = [
        f"bool_and(regexp_full_match({c}, {mine})) and bool_or(not regexp_full_match({c}, {other}))"
        for c in map(quoted, others)
        for mine, other in ((dot, comma), (comma, dot))
    ]
    found = con.execute(f"select {', '.join(asked)} from (from {parts.relation} limit {FIRST})").fetchall()[0]
    points: tuple[Point, Point] = (".", ",")
    return {points[i % 2] for i, so in enumerate(found) if so}


def _point(
    place: Place, called: str, seen: _Seen, told: set[Point], by_program: bool, currency: str
) -> tuple[Point | None, ReportError | None]:
    """What stands before the decimals of a column; or None and why that cannot be told.

    ``by_program`` is whether a program wrote numbers that may be thousands, ``currency`` what amounts of money are in.
    """
    called += f": the numbers of column '{logged(seen.column)}'"
    if seen.marks and (fault := _of_another_currency(called, seen.marks, currency)):
        return None, fault
    if seen.mixed_percent:
        return None, ReportError(
            f"{called} are of two formats: some have a per cent sign",
            got=f"{seen.example('%')!r} beside numbers with '%'",
            expected="a per cent sign in each of them, or in none",
            remedy="write them in one way; 12 % is read as 0.12",
        )
    if len(seen.points) > 1:
        if place.decimal:
            return place.decimal, None
        return None, ReportError(
            f"{called} are of two formats",
            got=f"{seen.example('.')!r} and {seen.example(',')!r}",
            expected="one format, such as 1,234.50 or 1.234,50 in every row",
            cause="tables of two countries in one file",
            remedy='write them in one way, or say which one is right, data.decimal: "." or ","; the others then count as'
            " values that are no number (data.tolerate.wrong_type)",
        )
    if seen.points:
        return next(iter(seen.points)), None
    if not seen.is_open:
        return ".", None
    if place.decimal:
        return place.decimal, None
    if len(told) == 1:
        return next(iter(told)), None
    coins = common(seen.marks) if seen.marks else frozenset()
    if coins and not any(map(minor_digits, coins)):  # yen have no decimals, so that the sign parts thousands
        return "." if "," in (seen.example("") or ",") else ",", None
    example = seen.example("") or "1.234"
    signs = "£¥₹￡￥"  # countries with these write 1,234.50
    if (
        "," in example and currency not in POINTED
    ):  # of twenty with a dollar sign some write $1.234, and none a decimal comma there
        signs += "$＄"
    whole = minor_digits(currency) == 0 or any(
        minor_digits(coin) == 0 for coin in coins
    )  # won has no decimals, whose ever it is
    if any(sign in mark for mark in seen.marks for sign in signs) or ("," in example and whole):
        return ".", None
    if seen.plain and by_program:
        return ".", None
    sign = "," if "," in example else "."
    other = "." if sign == "," else ","
    return None, ReportError(
        f"{called} can be read in two ways",
        got=f"{example!r}, and no number of the table tells what the {'comma' if sign == ',' else 'point'} is",
        expected='data.decimal: "." (1,234.50) or data.decimal: "," (1.234,50)',
        remedy=f'if it parts thousands, set data.decimal: "{other}", or --decimal {other} of new-study; if decimals follow it, data.decimal: "{sign}"',
    )


def _of_another_currency(called: str, marks: tuple[str, ...], currency: str) -> ReportError | None:
    """What is said of marks that cannot all stand for one currency, or not for that of the study."""
    shared = common(marks)
    if len(marks) > 1 and not shared:
        return ReportError(
            f"{called} are amounts in several currencies",
            got=", ".join(marks[:5]),
            expected="one currency, for amounts are summed",
            remedy="convert them, or write them without a mark if it is one currency",
        )
    if not currency or not shared or currency in shared:
        return None
    stated = f"economics.currency: {next(iter(shared))}" if len(shared) == 1 else "economics.currency in the study file"
    return ReportError(
        f"{called} are amounts in another currency than the study's",
        got=", ".join(marks[:5]),
        expected=f"{currency} (economics.currency)",
        remedy=f"{stated}, if all money of the study is in it; else convert these amounts",
    )


def _measured(con: "duckdb.DuckDBPyConnection", parts: "Parts", as_decided: Amounts, text: str) -> Amounts:
    """The decision with the digits of the column's amounts, and how many can be kept.

    Amounts have as many as a float has; more where all of them then fit into the whole numbers of the marts.
    """
    values = f"(select t, abs(try_cast(t as double)) as v from (select {text} as t from {parts.relation}))"
    needed, largest, total = con.execute(
        f"select coalesce(max({decimals('t')}), 0), coalesce(max(v), 0), coalesce(sum(v), 0) from {values} where v < 1e{_ALL}"
    ).fetchall()[0]
    room, exact = _room(largest, total), ""
    if needed > room:
        whole = math.floor(math.log10(_WHOLE / total))
        room = whole if needed <= whole else room
        exact = "" if needed <= room else _of_no_float(con, values)
    return replace(as_decided, decimals=int(needed), room=room, exact=exact)


def _room(largest: float, total: float) -> int:
    """Digits behind the point with which the largest amount, and the sum of all, stay whole numbers that can be squared."""
    room = [power - math.log10(size) for power, size in ((_LARGEST, largest), (_ALL, total)) if size]
    return max(0, math.floor(min(room, default=_LARGEST) + 1e-9))


def _of_no_float(con: "duckdb.DuckDBPyConnection", values: str) -> str:
    """A number whose digits are those of no float, so that each of them was meant; empty where there is none."""
    from decimal import Decimal

    rows = con.execute(
        f"""select distinct t from {values} where v < 1e{_ALL}
        and length(regexp_replace(split_part(t, 'e', 1), '[^0-9]', '', 'g')) > {_LARGEST} order by t limit {FIRST}"""
    ).fetchall()
    for (text,) in rows:
        amount = Decimal(text).normalize()
        digits = len(amount.as_tuple().digits)
        written = (repr(float(amount)), f"{float(amount):.{digits - 1}e}")
        if digits > _LARGEST and amount not in map(Decimal, written):
            return f"{amount:f}"
    return ""


def _shown(text: str) -> str:
    from decimal import Decimal

    return f"{Decimal(text):f}"
