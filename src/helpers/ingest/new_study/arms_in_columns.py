"""Arms as names of places: a block of columns, or a column, for each arm, where a column has to say who got what."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import arm_words, controls, languages, measures, vocabulary, written_texts
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.roles import MOST_ARMS
from helpers.ingest.new_study.said import Said
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values.number_formats import TRUE

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

BOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
"""Endings of files that no query reads."""
YES = ("1", "1.0", *TRUE)
"""Levels of a yes, in small letters."""
VALUE = "value"
"""What the column of an arm is that is called as the arm, and as nothing else."""
DUMMIES = frozenset({"placebo", "sham"})
"""What looks like what is given to the others,"""
GIVEN = languages.words(
    "drug drugs medication medicine active verum vaccine vaccinated therapy intervention dose medikament wirkstoff impfung therapie"
    " medicament vaccin traitement farmaco medicamento vacuna medicina vaccino"
)
"""and the words for that."""
NUMBERING = frozenset({"row", "rows", "index", "line", "unnamed", "zeile", "fila", "ligne", "riga"})
"""Names of what counts the rows of a sheet, which says of nobody that he is in one."""


def refuse(table: "SourceTable", columns: Sequence[Column], variants: Sequence[Column], said: Said) -> None:
    """Raise where the names of columns are those of arms, and no other column holds a variant, with the query that writes
    the rows of the arms below each other.
    """
    if said.variant or said.descriptive:
        return
    blocks = of([c.name for c in columns])
    if not _measure(table, blocks, columns):
        _refuse_flags(table, columns, variants)
        return
    in_blocks = {name for block in blocks.values() for name in block.values()}
    if any(c.name not in in_blocks for c in variants):
        return
    shared = [c for c in columns if c.name not in in_blocks]
    arms = ", ".join(f"'{vocabulary.printable(arm)}'" for arm in blocks)
    raise ReportError(
        f"{table.called}: the arms stand beside each other in columns, and no column says who got what",
        got=f"arms {arms} in the names of columns: {', '.join(vocabulary.printable(name) for name in sorted(in_blocks)[:8])}",
        expected="one row a unit, with a column that names its arm",
        cause="a block of columns for each arm, as in a spreadsheet",
        remedy=below_each_other(table.called, table.selected, blocks, rows_of(table, columns, blocks), shared),
    )


def _measure(table: "SourceTable", blocks: dict[str, dict[str, str]], columns: Sequence[Column]) -> bool:
    """Whether the arms' columns hold the same: numbers in all arms, or in none; a single column an arm holds many numbers, or 0 and 1.

    A variant and a baseline beside each other are no arms, and columns of which each row has one 1 say who got what.
    """
    by_name = {c.name: c for c in columns}
    kinds = [[by_name[block[rest]] for block in blocks.values()] for rest in next(iter(blocks.values()), {})]
    alike = all(len({c.numeric for c in each}) == 1 for each in kinds)
    if len(kinds) != 1:
        return alike and any(each[0].numeric for each in kinds)
    if {*next(iter(blocks.values()))} - {VALUE} and all(_measures(c.name) for c in kinds[0]):
        return all(c.numeric for c in kinds[0])
    if all(c.binary and c.filled == c.rows for c in kinds[0]):
        others = [c for c in columns if c not in kinds[0] and not (c.distinct == c.filled or _counts_rows(c))]
        return all(map(_is_said, blocks)) and not (others or _one_a_row(table, blocks))
    return all(c.numeric and c.distinct > MOST_ARMS for c in kinds[0])


def _measures(name: str) -> bool:
    return vocabulary.touches(name, vocabulary.MONEY.union(*vocabulary.OUTCOME))


def _refuse_flags(table: "SourceTable", columns: Sequence[Column], variants: Sequence[Column]) -> None:
    """Raise where a column of yes and no for each arm says who got what, unless two say the same, or each is the other one turned round.

    Where each row has one yes, a query makes one column of them; else nothing tells what they say.
    """
    flags = flags_of(columns)
    if len(flags) < 2 or (variants and all(c.name != variants[0].name for c in flags)):
        return
    yes = " + ".join(f"({measures.is_yes(table, c)})::integer" for c in flags)
    none, one, more = (
        int(n)  # type: ignore[call-overload]
        for n in table.rows(
            f"select count(*) filter (n = 0), count(*) filter (n = 1), count(*) filter (n > 1) from (select {yes} as n from {{table}})"
        )[0]
    )
    alone = not (none or more)
    lettered = are_letters(flags)
    if len(flags) == 2 and (alone or not one) and not lettered:
        return
    names = " and ".join(f"'{vocabulary.printable(c.name)}'" for c in flags)
    got = f"{names}: {one:,} rows with one yes, {more:,} with several, {none:,} with none"
    if alone and not lettered:
        says = {c.name: [level for level in c.values if level.lower() in YES] for c in flags}
        cases = " ".join(
            f"when {written_texts.is_one_of(table, name, yes)} then {literal(name)}" for name, yes in says.items()
        )
        made = f"select * exclude ({', '.join(quoted(c.name) for c in flags)}), case {cases} end as variant from {table.selected}"
        raise ReportError(
            f"{table.called}: each arm has a column of yes and no, and no column names the arm of a row", got=got,
            expected="one column that names the arm of each row",
            remedy=f"make one column of them by a query in a file beside it, in place of the table: {made}",
        )  # fmt: skip
    raise ReportError(
        f"{table.called}: do {names} say in which arm a row is, or what came of it in each arm?", got=got,
        expected="one column that names the arm of each row",
        cause="lists of two arms beside each other, pairs or places that were measured in each arm, several tests at once, or rows that nobody put in an arm",
        remedy="nothing in the file tells it: find out what a yes in each of these columns says. If it says what came of it, write a row for each unit and arm"
        " it was measured in, with a column 'variant' that names the arm; if it says who got what, write a column 'variant' that names the arm of each unit, and"
        " find out what those with several, or with none, got; of several tests write a table for each",
    )  # fmt: skip


def flags_of(columns: Sequence[Column]) -> list[Column]:
    """Columns of yes and no that are called as an arm, and as nothing else, of which one is the control's, or all are numbered or letters."""
    answers = [c for c in columns if (c.binary or c.in_words) and c.filled == c.rows]
    named = [c for c in answers if is_called_as_arm(c.name)]
    if any(controls.asked_by(c.name) is controls.WhoseYes.CONTROL for c in named):
        dummy = any(vocabulary.touches(c.name, DUMMIES) for c in named)
        return [*named, *(c for c in answers if dummy and c not in named and vocabulary.touches(c.name, GIVEN))]
    if are_letters(lettered := [c for c in answers if _is_letter(c.name)]):
        return lettered
    alike: dict[tuple[str, ...], list[Column]] = defaultdict(list)
    for column in named:
        alike[tuple(t for t in vocabulary.tokens(column.name) if not _is_sign(t))].append(column)
    return max(alike.values(), key=len, default=[])


def are_letters(columns: Sequence[Column]) -> bool:
    """Whether columns are called A and B, or on, and no more: arms, or what was answered."""
    return len(columns) > 1 and sorted(c.name.casefold() for c in columns) == list("abcdefgh")[: len(columns)]


def _is_letter(name: str) -> bool:
    return len(name) == 1 and name.isalpha()


def is_called_as_arm(name: str) -> bool:
    """Whether a name is that of an arm: of the control, of a treatment or of a variant with its sign, but not what was taken up of it.

    >>> [is_called_as_arm(n) for n in ("control", "variant_a", "is_treatment", "in_holdout", "new_user", "exposed_at", "treatment_received", "age_group")]
    [True, True, True, True, False, False, False, False]
    """
    other = vocabulary.ASSIGNED | vocabulary.TAKEN_UP | vocabulary.SHOWN | {"exposed", "exposure"}
    words = [t for t in vocabulary.tokens(name) if not _is_sign(t)]
    if not words or vocabulary.touches(name, other):
        return False
    called = arm_words.ITSELF | vocabulary.TREATMENT | vocabulary.VARIANT
    if len(words) > 1 and "new" in words:
        return False
    known = called | arm_words.OF_GROUPS
    return any(vocabulary.is_said(t, called) for t in words) and all(vocabulary.is_said(t, known) for t in words)


def _is_sign(word: str) -> bool:
    return word.isdigit() or len(word) == 1


def of(names: Sequence[str]) -> dict[str, dict[str, str]]:
    """For each arm the columns of its block, by what is left of their names without the arm; empty where names tell no arms.

    >>> of(["pair", "control_sales", "treated_sales"])
    {'control': {'sales': 'control_sales'}, 'treated': {'sales': 'treated_sales'}}
    >>> of(["Control id", "Control orders", "New id", "New orders"])["New"], of(["old_price", "spend"]), of(["control", "treatment"])
    ({'id': 'New id', 'orders': 'New orders'}, {}, {'control': {'value': 'control'}, 'treatment': {'value': 'treatment'}})
    """
    for place in (0, -1):
        found: dict[str, dict[str, str]] = defaultdict(dict)
        spelled: dict[str, str] = {}
        for name in names:
            words = vocabulary.tokens(name)
            if not words or NUMBERING.issuperset(words) or (len(words) == 1 and vocabulary.names_a_unit(name)):
                continue
            arm, rest = words[place], words[1:] if place == 0 else words[:-1]
            at = name.casefold().find(arm) if name.isascii() else -1
            spelled.setdefault(arm, name[at : at + len(arm)] if at >= 0 else arm)
            found[arm]["_".join(rest) or VALUE] = name
        control = controls.by_word([*found]) if len(found) > 1 else None
        alike = [arm for arm, block in found.items() if control and {*block} == {*found[control]}]
        if control and len(alike) > 1 and controls.is_pair(alike):
            return {spelled[arm]: found[arm] for arm in alike}
        told = [arm for arm in found if vocabulary.is_said(arm, vocabulary.CONTROL | vocabulary.TREATMENT)]
        alike = [arm for arm in told if {*found[arm]} == {*found[told[0]]}]
        if len(alike) > 1 and controls.is_pair(alike):
            return {spelled[arm]: found[arm] for arm in alike}
    return {}


def rows_of(
    table: "SourceTable", columns: Sequence[Column], blocks: dict[str, dict[str, str]]
) -> dict[str, list[str]] | None:
    """Of each arm the columns of which one is filled where a row is one of it, none where every row is; None where nothing tells it.

    An id of the arm's own tells it, or a column that is filled in every row, beside the blocks or in each of them. What was measured tells
    nothing: an empty field may be that of a unit that did nothing, and where these stand last they may be cut off. Rows of which each has
    something in one arm at most may be units of one arm each, and then nothing says in which the empty ones are.
    """
    by_name, inside = {c.name: c for c in columns}, {name for block in blocks.values() for name in block.values()}
    if any(c.filled == c.rows and not (c.constant or _counts_rows(c)) for c in columns if c.name not in inside):
        return None if _one_a_row(table, blocks) else {arm: [] for arm in blocks}
    told: dict[str, list[str]] = {}
    for arm, block in blocks.items():
        ids = [name for rest, name in block.items() if len(block) > 1 and _is_id(by_name[name], rest)]
        if any(by_name[name].filled == by_name[name].rows for name in block.values()):
            told[arm] = []
        elif ids and not _without(table, ids[0], [*block.values()]):
            told[arm] = ids[:1]
        else:
            return None
    return told


def _is_said(arm: str) -> bool:
    """Whether a word is one of an arm; beside columns that say who got what, an outcome is none."""
    return any(vocabulary.is_said(each, vocabulary.CONTROL | vocabulary.TREATMENT) for each in vocabulary.tokens(arm))


def _counts_rows(column: Column) -> bool:
    return NUMBERING.issuperset(vocabulary.tokens(column.name))


def _one_a_row(table: "SourceTable", blocks: dict[str, dict[str, str]]) -> bool:
    """Whether no row has something, which a 0 is not, in the columns of two arms."""
    some = [
        " or ".join(f"coalesce({table.text(name)} is not null and {table.value(name)} is distinct from 0, false)" for name in block.values())
        for block in blocks.values()
    ]  # fmt: skip
    return not table.number(
        f"select count(*) from {{table}} where {' + '.join(f'({each})::integer' for each in some)} > 1"
    )


def _is_id(column: Column, rest: str) -> bool:
    """Whether a column of a block says who each row is of: a text by its name, else what no other row has, which is no bare number."""
    named, text = vocabulary.names_a_unit(rest) > 0, not (column.numeric or column.has_time)
    return (named and text) or (0 < column.distinct == column.filled and (named or text))


def _without(table: "SourceTable", who: str, names: Sequence[str]) -> bool:
    """Whether something is told of somebody in rows that do not say who it is."""
    filled = " or ".join(f"{table.text(name)} is not null" for name in names)
    return bool(table.number(f"select count(*) from {{table}} where {table.text(who)} is null and ({filled})"))


def below_each_other(
    called: str,
    read: str,
    blocks: dict[str, dict[str, str]],
    rows: dict[str, list[str]] | None,
    shared: Sequence[Column] = (),
) -> str:
    """What is done about blocks of columns, one for each arm: the query that writes them below each other, the ``rows`` of each arm alone."""
    if rows is None:
        arms = " and ".join(f"'{vocabulary.printable(arm)}'" for arm in blocks)
        return (
            f"nothing tells which rows are units of an arm: an empty field in the columns of {arms} may be that of a unit that did nothing, that of one of another"
            " arm, or lie behind the last unit of its arm, and units that did nothing may have been cut off at the end; find out how many units each"
            " arm has, which these are, and whether an empty field is nothing (a 0) or unknown; then write a row for each of these units, the arms below each other, with a column"
            " 'variant' that names its arm"
        )
    if called.lower().endswith(BOOKS):
        return (
            "write the rows of one arm below those of the other in the sheet, in the same columns, with a column 'variant' beside them that names"
            " the arm of each row; or save it as CSV, for which this message gives a query"
        )
    parts = []
    for arm, block in blocks.items():
        kept = [f"{literal(f'{arm} ')} || {quoted(c.name)} as {quoted(c.name)}" if c.distinct == c.filled and not c.has_time
                else quoted(c.name) for c in shared]  # fmt: skip
        values = [f"{_path(called, name)} as {quoted(rest)}" for rest, name in block.items()]
        filled = " or ".join(f"trim({_path(called, name)}::varchar) <> ''" for name in rows[arm])
        parts.append(
            f"select {', '.join([f'{literal(arm)} as variant', *kept, *values])} from {read} as told{f' where {filled}' * bool(filled)}"
        )
    return (
        "write the arms below each other by a query in a file beside it (arms.sql), and give that: "
        + " union all ".join(parts)
    )


def _path(called: str, name: str) -> str:
    """A column as a query names it: in JSON, a name within an object has the object's before it."""
    inside = called.lower().removesuffix(".gz").endswith((".json", ".jsonl", ".ndjson"))
    return ".".join(map(quoted, name.split("."))) if inside else quoted(name)
