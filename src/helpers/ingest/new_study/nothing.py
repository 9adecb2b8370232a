"""Words for nothing in columns of numbers, as accountants write a dash: 0 where another column says no, else not known.

So are the empty fields of money, where nothing stands in exactly the rows in which another column says that nothing was bought.
"""

from collections.abc import Iterable
from dataclasses import replace

from helpers.ingest.new_study import languages, measures, pieces, roles, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.source import SourceTable, Words
from helpers.ingest.new_study.table_view import TableView
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values.happened import is_nothing
from helpers.ingest.values.number_formats import FALSE, TRUE

NUMBERS = 0.95
"""Share of the other values that are numbers, at least."""
BOOLEAN = frozenset({"no", "n", "f"})
"""Words that a query of the file has as false."""
GOES_WITH = 0.98
"""Share of the rows with such a word in which another column says no, at least; it says yes in none."""

MANY = 2
"""Values that are no numbers, at least, in a column of numbers: a single one stands in a note below."""
FEW = 0.01
"""Share of the rows that may be empty, at most, as a note below a table is, where words are read as 0."""


def read(seen: TableView) -> TableView:
    """The same with columns of numbers read as such whose other values are words for nothing."""
    said = seen.said
    roles_said = {said.unit, said.time, said.event, said.variant, said.cluster}
    arms = {c.name for c in roles.variants_of(seen.columns)}
    found = {}
    for column in seen.columns:
        whole = column.numeric and column.filled - column.numbers < MANY
        known = whole or column.has_time or column.name in roles_said or column.name in arms
        if (
            known
            or not column.numbers
            or vocabulary.names_a_unit(column.name)
            or vocabulary.touches(column.name, vocabulary.EVENT)
        ):
            continue
        words = _words(seen.table, column)
        rows = sum(words.values())
        if words and column.numbers >= NUMBERS * (column.filled - rows):
            found[column.name] = Words(words, _no_in(seen, column, words) if _all_told(column, rows) else "")
    found |= _empty(seen, {*arms, *roles_said}, set(found))
    return seen.again(replace(seen.table, words=found)) if found else seen


ANSWERS = languages.words(
    "answered answer responded response responder replied reply reported completed complete submitted surveyed known measured observed valid returned"
    " geantwortet beantwortet antwort repondu reponse respondio respondido respuesta risposto risposta respondeu resposta odpowiedz svar beantwoord"
)
"""Words of a yes that somebody told something: an empty field beside a no is then not known."""


def _empty(seen: TableView, taken: set[str | None], known: set[str]) -> dict[str, Words]:
    """Columns of money that are empty in exactly the rows in which another one says that nothing was bought or given."""
    money = [c for c in seen.columns if c.name not in known | taken and _is_money(c) and _fit(c, seen.said)]
    flags = [
        c for c in seen.columns if c.name not in taken and _says_yes_and_no(c) and c.filled == c.rows and _decides(c)
    ]
    if not (money and flags) or seen.said.event or roles.event_of(seen.columns):
        return {}
    pairs = [(column, flag) for column in money for flag in flags]
    agree = ", ".join(
        f"bool_and(({measures.is_yes(seen.table, flag)}) = ({seen.table.text(column.name)} is not null))"
        for column, flag in pairs
    )
    found: dict[str, Words] = {}
    for (column, flag), alike in zip(pairs, seen.table.rows(f"select {agree} from {{table}}")[0], strict=True):
        if alike and column.name not in found:
            found[column.name] = Words({}, flag.name, column.rows - column.filled)
    return found


def in_part(table: SourceTable, columns: Iterable[Column]) -> list[str]:
    """Questions of money that is empty wherever another column says that nothing was bought, and in some rows of who did buy.

    The first are 0 and the others not known, which no key of a study tells apart: a query does.
    """
    able = list(columns)
    money = [c for c in able if c.name not in table.words and _is_money(c) and _numbers_in_part(c)]
    flags = [c for c in able if _says_yes_and_no(c) and c.filled == c.rows and _decides(c)]
    told = []
    for column, flag in ((c, f) for c in money for f in flags):
        yes, text = measures.is_yes(table, flag), table.text(column.name)
        paid = f"{text} is not null and coalesce(try_cast({text} as double), 1) <> 0"
        asked = ", ".join(
            f"count(*) filter ({each})"
            for each in (f"not {yes} and {paid}", f"not {yes} and {text} is null", f"{yes} and {text} is null")
        )
        against, no, unknown = (int(n) for n in table.rows(f"select {asked} from {{table}}")[0])  # type: ignore[call-overload]
        if against or not (no and unknown) or unknown > column.filled:
            continue
        no_words = [level.lower() for level in flag.values if level.lower() in ("0", *FALSE)]
        says = ", ".join(map(literal, dict.fromkeys([*no_words, *["false"] * bool(BOOLEAN.intersection(no_words))])))
        made, name = quoted(column.name), vocabulary.printable(column.name)
        told.append(
            f"Does an empty '{name}' mean 0? '{vocabulary.printable(flag.name)}' says no in {no:,} of these rows, which are 0, and yes in"
            f" {unknown:,}, of which nothing is known: missing: zero would make these 0 too. A query in a file beside it, in place of the table tells them apart:"
            f" select * replace (case when lower(trim({quoted(flag.name)}::varchar)) in ({says}) then '0' else {made}::varchar end as {made}) from {table.selected}"
        )
    return told[:1]


def _is_money(column: Column) -> bool:
    words = set(vocabulary.tokens(column.name))
    beside = vocabulary.ATTRIBUTE | vocabulary.BEFORE | vocabulary.KEY
    called = vocabulary.touches(column.name, vocabulary.MONEY) and not vocabulary.touches(column.name, beside)
    return called and not (words & measures.PER or pieces.is_price(column) or measures.harms(column))


def _numbers_in_part(column: Column) -> bool:
    """Whether numbers stand in some rows and nothing in the others."""
    whole = column.numeric and column.filled == column.numbers and not (column.binary or column.has_time)
    return whole and 0 < column.filled < column.rows


def _fit(column: Column, said: Said) -> bool:
    """The same of numbers none of which is 0, of which nobody said what an empty field means."""
    return _numbers_in_part(column) and not column.zero and not (said.empty and column.name == said.primary)


def _decides(column: Column) -> bool:
    """Whether a yes says that something was bought or given, not that somebody told something."""
    return (
        vocabulary.touches(column.name, vocabulary.OUTCOME[0])
        and _came_of_it(column)
        and not vocabulary.touches(column.name, ANSWERS)
        and not measures.harms(column)
    )


def _all_told(column: Column, words: int) -> bool:
    """Whether nothing stands in a column but numbers and words for nothing: what else is missing would be 0 too."""
    return column.numbers == column.filled - words and column.empty_share <= FEW


def _words(table: SourceTable, column: Column) -> dict[str, int]:
    text = table.text(column.name)
    asked = f"select {text}, count(*) from {{table}} where {is_nothing(text)} group by 1 order by 2 desc, 1 limit 20"
    return {str(word): int(n) for word, n in table.rows(asked)}  # type: ignore[call-overload]


def _no_in(seen: TableView, column: Column, words: dict[str, int]) -> str:
    """A column of yes and no that says no in the rows of the words; empty without one."""
    table, text = seen.table, seen.table.text(column.name)
    able = [c for c in seen.columns if c is not column and _says_yes_and_no(c) and _came_of_it(c)]
    if not able:
        return ""
    said = [f"({measures.is_yes(table, c)})" for c in able]
    asked = ", ".join(f"count(*) filter ({each}), count(*) filter (not {each} and {table.text(c.name)} is not null)"
                      for c, each in zip(able, said, strict=True))  # fmt: skip
    counts = [int(n) for n in table.rows(f"select {asked} from {{table}} where {is_nothing(text)}")[0]]  # type: ignore[call-overload]
    rows = sum(words.values())
    return next((c.name for i, c in enumerate(able) if not counts[2 * i] and counts[2 * i + 1] >= GOES_WITH * rows), "")


def _says_yes_and_no(column: Column) -> bool:
    """Whether values are yes and no, but for those of notes below a table."""
    said = {level.lower(): n for level, n in column.levels}
    yes, no = (sum(said.get(word, 0) for word in words) for words in (("1", *TRUE), ("0", *FALSE)))
    return min(yes, no) > 0 and yes + no >= GOES_WITH * column.filled


def _came_of_it(column: Column) -> bool:
    return not vocabulary.touches(column.name, vocabulary.ATTRIBUTE | vocabulary.BEFORE)


def zero(table: SourceTable, column: Column) -> str:
    """Why words for nothing in a column are 0; empty where they are not."""
    words = table.words.get(column.name)
    if words is None or not words.goes_with:
        return ""
    if words.empty:
        return f"{words.told}, which are those in which '{vocabulary.printable(words.goes_with)}' says no"
    return f"{words.told}, in which '{vocabulary.printable(words.goes_with)}' says no" + (
        f"; {column.rows - column.filled:,} empty fields are 0 too" if column.filled < column.rows else ""
    )


def codes_of(table: SourceTable, columns: Iterable[Column]) -> dict[str, tuple[str, ...]]:
    """The words for nothing of some columns, as a study says them."""
    return {
        c.name: tuple(table.words[c.name].rows) for c in columns if c.name in table.words and table.words[c.name].rows
    }


def asked(table: SourceTable, columns: Iterable[Column]) -> list[str]:
    """What a person must answer of the words in some columns."""
    told = []
    for each in columns:
        words, column = table.words.get(each.name), vocabulary.printable(each.name)
        if words is None:
            continue
        if words.empty:
            told.append(
                f"Does {words.told} of '{column}' mean 0? It is read so (missing: zero), as '{vocabulary.printable(words.goes_with)}'"
                " says no in these rows and in no other."
            )
        elif words.goes_with:
            told.append(
                f"Does {words.told} of '{column}' mean 0? It is read so (data.missing_codes, and missing: zero), as"
                f" '{vocabulary.printable(words.goes_with)}' says no there."
            )
        else:
            told.append(
                f"What does {words.told} of '{column}' mean? It is read as not known (data.missing_codes); missing: zero at the"
                " metric reads it as 0."
            )
    return told
