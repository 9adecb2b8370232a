"""Rows that may not count as they stand, each told with the way to have it otherwise: nothing of them is guessed."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import (
    arms_in_columns,
    cuts,
    earlier_moments,
    lifetimes,
    margins,
    no_outcome,
    pieces,
    priced_arms,
    questions,
    read_otherwise,
    roles,
    states,
    typed,
    vocabulary,
    written_texts,
)
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.new_study.roles import MOST_ARMS
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.table_view import TableView
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values.number_formats import FALSE, TRUE

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

NOBODY = {"test", "tests", "bot", "bots", "robot", "crawler", "spider", "internal", "employee", "employees", "staff", "qa",
          "dummy", "sandbox", "mitarbeiter", "intern", "interne", "empleado", "empleados", "employe", "employes", "dipendente", "dipendenti",
          "funcionario", "funcionarios", "medewerker", "medewerkers", "pracownik", "pracownicy", "testkonto", "testkonten", "testnutzer", "testkunde", "testuser", "testaccount",
          "prueba", "pruebas", "teste", "testes", "prova", "prove", "testowe", "testowy", "testowa", "interna", "interno", "internos", "internas", "interni", "salarie", "salaries",
          "salariee", "salariees"}  # fmt: skip
"""Words of rows that are of no customer from the first on,"""
OF_UNITS = {"is", "a", "user", "users", "customer", "customers", "account", "accounts", "visitor", "visitors", "member", "members", "client", "clients",
            "person", "team", "traffic", "device", "unit", "row", "rows", "flag", "konto", "konten", "kunde", "kunden", "nutzer", "compte", "comptes", "utilisateur", "cuenta", "cuentas",
            "usuario", "conta", "contas", "cliente", "klient", "utente", "utenti", "gebruiker", "klant", "de", "di", "es", "est", "ist"}  # fmt: skip
"""beside which these say no more,"""
FOUND_OUT = {"fraud", "fraudulent", "spam", "deleted"}
"""and of rows that may have become so after the assignment."""
SWITCHES = {"flag", "flags", "feature", "toggle", "rollout", "gate", "switch", "enabled"}
"""Words of what is switched on for some."""
YES = frozenset(("1", "1.0", "x", "✓", "✔", *TRUE))
ANSWERS = YES | {"0", "0.0", *FALSE}
ZONES = {"timezone", "tz", "zone", "zeitzone"}
ZONE = r"[A-Z][A-Za-z]+/[A-Za-z_/+-]+[0-9]*|UTC|GMT|[+-][0-9]{1,2}(:?[0-9]{2})?"
CLOCK = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?( ?[AaPp]\.?[Mm]\.?)?"
SAME = 0.95
"""Share of the orders with several rows in all of which one amount stands, where it is that of the order."""
MOVED = 0.01
"""The chance of levels that part so far between the arms, below which they may have come of the variant."""
MORE = 1.05
"""Rows for each order, at least, where orders have several."""
MATCHED = 0.9
"""Share of a column's values that are pairs, at least, where it pairs units; by chance it is half of them."""


def told(table: "SourceTable", columns: Sequence[Column], proposal: StudyProposal, said: Said) -> tuple[str, ...]:
    """What an analyst should know of the rows of a table, a line each.

    Raises :class:`~helpers.errors.ReportError` for a log that shows what was switched on for whom, of which none is taken as
    the variant as units have seen several.
    """
    used = {theirs for theirs, _ in proposal.outcomes.values()}
    used |= {proposal.columns[ours][0] for ours in ("user_id", "variant", "event_name") if ours in proposal.columns}
    free = [c for c in columns if c.name not in used]
    if proposal.mode == "offline" and not said.where:
        unit = next(c for c in columns if c.name == proposal.columns["user_id"][0])
        _refuse_switched(table, columns, unit, used)
    time = next((c for c in columns if c.name == proposal.columns.get("event_time", ("",))[0]), None)
    return (
        *_of_nobody(table, columns, free, proposal),
        *(_clocks(table, free, time) if time else ()),
        *_totals(table, columns, proposal),
        *_pairs(table, free, proposal),
    )


CENSORED = lifetimes.ENDED | {
    "event",
    "status",
    "censored",
    "censor",
    "observed",
    "ereignis",
    "evento",
    "evenement",
    "zensiert",
}
"""Words of whether what a time lasts to has come about."""


def asked(seen: TableView, proposal: StudyProposal) -> list[str]:
    """What a person must answer of a unit table: which of two variants is meant, whether times end with the data, what zeros mean."""
    if proposal.source != "units":
        return []
    table, columns, said = seen.table, seen.columns, seen.said
    used = {theirs for theirs, _ in proposal.outcomes.values()}
    outcomes = [c for c in columns if c.name in used]
    questions = [
        *states.asked(proposal.arms),
        *earlier_moments.asked(table, columns, proposal),
        *margins.asked(columns, proposal, said),
        *no_outcome.everybody(columns, outcomes),
        *no_outcome.not_paid(columns, outcomes),
        *([] if said.measured else no_outcome.not_summed(proposal, outcomes)),
        *([] if "primary" in said else priced_arms.asked(table, columns, proposal)),
    ]
    variant = proposal.columns.get("variant", ("",))[0]
    cut = [theirs for ours, (theirs, _) in proposal.columns.items() if ours in proposal.segments]
    others = [c for c in roles.variants_of(columns) if c.name in cut and vocabulary.touches(c.name, vocabulary.VARIANT)]
    if others and variant and "variant" not in said:
        name, other = vocabulary.printable(variant), vocabulary.printable(others[0].name)
        questions.append(
            f"Is '{name}' what was tested, or '{other}'? Both are called as variants, and a study is of one: '{other}' cuts the units;"
            f" --variant {typed.name(others[0].name)} takes that one."
        )
    questions += [] if others or "variant" in said else _of_arms(columns, proposal)
    return [*questions, *read_otherwise.asked(table, columns, proposal), *_cut_short(columns, proposal)]


def _of_arms(columns: Sequence[Column], proposal: StudyProposal) -> Iterator[str]:
    """A question of each column of yes and no that is called as an arm and is neither used nor left out for a reason of its rows."""
    reasons = dict(proposal.suspicious)
    used = {theirs for told in (proposal.columns, proposal.outcomes, proposal.before) for theirs, _ in told.values()}
    variant = proposal.columns.get("variant", ("",))[0]
    cut = {theirs for ours, (theirs, _) in proposal.columns.items() if ours in proposal.segments}
    for column in columns if variant else ():
        flag = (column.binary or column.in_words) and arms_in_columns.is_called_as_arm(column.name)
        free = column.name in cut or (
            column.name not in used and reasons.get(column.name, "not used").startswith("not used")
        )
        if flag and free:
            name, levels = (
                vocabulary.printable(column.name),
                ", ".join(f"{vocabulary.printable(level)}: {n:,}" for level, n in column.levels),
            )
            yield (
                f"What does '{name}' ({levels}) say of a unit? It is called as an arm is, the arms are those of '{vocabulary.printable(variant)}', and all of its rows count:"
                " right only if it says nothing of who got what. Find it out; if it names an arm of its own, or another test, write who got what in one column."
            )
    shown = next((c for c in columns if c.name == variant), None)
    if (
        shown
        and (shown.binary or shown.in_words)
        and vocabulary.touches(variant, vocabulary.SHOWN - {"page", "landing"})
    ):
        yield (
            f"Does '{vocabulary.printable(variant)}' say who was assigned, or only who of them got it? Units that were assigned and did not get it count as the control here;"
            " if there are such, join the assignment, and compare who was assigned."
        )


def _cut_short(columns: Sequence[Column], proposal: StudyProposal) -> Iterator[str]:
    """A question of a time that is compared and stands in the rows of those, too, to whom what it lasts to has not come."""
    by_name = {c.name: c for c in columns}
    primary = proposal.outcomes.get(proposal.primary.event, ("",))[0]
    names = dict.fromkeys((primary, *(theirs for theirs, _ in proposal.outcomes.values())))
    compared = [by_name[name] for name in names if name in by_name]
    flags = [c for c in columns if (c.binary or c.in_words) and CENSORED & set(vocabulary.tokens(c.name))]
    lasted = [c for c in compared if not c.binary and vocabulary.touches(c.name, vocabulary.SPANS)]
    if not (flags and lasted):
        return
    flag, time = flags[0], lasted[0]
    if time.filled <= sum(n for level, n in flag.levels if level.lower() in YES):
        return
    name, whether = vocabulary.printable(time.name), vocabulary.printable(flag.name)
    mend = (
        f"'{whether}', the primary metric, compares who came to it; take '{name}' out of the study if so"
        if flag.name == primary
        else f"To compare who came to it: --primary {typed.name(flag.name)}"
    )
    yield (
        f"Does '{name}' end with the data where '{whether}' says no? A mean takes such a time for a whole one, and arms that were watched for"
        f" different times part by that alone. {mend}."
    )


def _refuse_switched(table: "SourceTable", columns: Sequence[Column], unit: Column, used: set[str]) -> None:
    for column in columns:
        switch = column.words and column.distinct <= MOST_ARMS and SWITCHES & set(vocabulary.tokens(column.name))
        if column.name in used or not switch:
            continue
        several, units = questions.several_levels(table, unit, table.text(column.name))
        name = vocabulary.printable(column.name)
        raise ReportError(
            f"{table.called}: is '{name}' the variant? It is called so, and {several:,} of {units:,} units have several of its levels",
            got=", ".join(f"{vocabulary.printable(level)} ({n:,} rows)" for level, n in column.levels),
            expected="one level for each unit, if this is an experiment",
            remedy=f'say so: --variant "{name}", and units with several levels are counted and left out; if nobody was assigned by'
            " it, take the file as it is: --where true",
        )


def _of_nobody(
    table: "SourceTable", all_: Sequence[Column], columns: Sequence[Column], proposal: StudyProposal
) -> Iterator[str]:
    """Levels by which rows are of a test or of a robot; of what was undone a question is asked."""
    nobody = NOBODY | FOUND_OUT
    by_name, unit = {c.name: c for c in all_}, _of_several_rows(proposal)
    variant = by_name.get(proposal.columns.get("variant", ("",))[0])
    for column in columns:
        words = set(vocabulary.tokens(column.name))
        if column.levels and words & nobody and ANSWERS.issuperset(level.lower() for level in column.values):
            levels, said = [level for level in column.values if level.lower() in YES], words
        elif column.levels and not (column.numeric or column.has_time):
            times = (
                vocabulary.TESTS if vocabulary.PHASES & words else frozenset()
            )  # a phase called Test is the experiment
            levels = [v for v in column.values if nobody - times & set(vocabulary.tokens(v))]
            said = {token for level in levels for token in vocabulary.tokens(level)}
        else:
            continue
        if not levels or (len(levels) == column.distinct and column.filled == column.rows):
            continue
        told = (
            f"doubt: all rows count, also those with {_shown(column, levels)} in '{vocabulary.printable(column.name)}'"
        )
        if not said <= NOBODY | OF_UNITS:
            yield (
                f"{told}; nothing tells whether each was so before the assignment. What came after it may have come of the variant, and"
                " all rows must stay; if you know that all of it was known before, take these rows out of both arms"
            )
        elif unit and (changing := _changing(table, column, levels, by_name[unit])):
            yield (
                f"{told}; {changing}: to leave rows out by it may keep units, and take from them what they did. All rows must stay; if you"
                " know which units were so before the assignment, take all of their rows out, in both arms"
            )
        elif variant is not None and cuts.depends(table, column, variant, unit) < MOVED:
            yield f"{told}; the arms part in it, so that to leave some out would choose by what came of the variant"
        else:
            kept = vocabulary.uncontrolled(written_texts.is_none_of(table, column.name, levels))
            yield f"{told}; if they should not, and that was known before the assignment: --where {typed.condition(kept)}"


def _of_several_rows(proposal: StudyProposal) -> str:
    """The column of the units that have several rows each, of a log or of users whose orders are measured; '' where each row is of another one."""
    if proposal.source == "log":
        return proposal.columns["user_id"][0]
    randomised = proposal.columns.get(proposal.cluster[0], ("",))[0]
    return randomised if OF_UNITS & set(vocabulary.tokens(randomised)) else ""


def _changing(table: "SourceTable", column: Column, levels: Sequence[str], unit: Column) -> str:
    """What is said of a column of a log that does not tell of all rows of each unit alike whether some levels stand there; '' of one that does."""
    if column.filled < column.rows:
        return f"nothing stands there in {column.rows - column.filled:,} rows"
    is_one = f"{table.text(column.name)} in ({', '.join(map(literal, levels))})"
    several, units = questions.several_levels(table, unit, is_one)
    return f"{several:,} of {units:,} units have it in some of their rows alone" if several else ""


def _shown(column: Column, levels: Sequence[str]) -> str:
    counts = dict(column.levels)
    return ", ".join(f"{vocabulary.printable(level)} ({counts[level]:,} rows)" for level in levels)


def _clocks(table: "SourceTable", columns: Sequence[Column], time: Column) -> Iterator[str]:
    """Other columns without which the times are not whole: the zone of each, the time of its day."""
    name = vocabulary.printable(time.name)
    for column in columns:
        if column is time or not column.filled:
            continue
        words, called = set(vocabulary.tokens(column.name)), vocabulary.printable(column.name)
        zoned = "".join(vocabulary.tokens(column.name)) in ZONES or words & ZONES
        if zoned and column.distinct > 1 and _all_are(table, column, ZONE):
            yield (
                f"doubt: '{called}' holds {column.distinct:,} time zones, and the times of '{name}' are read as UTC where they tell no"
                " offset: write them in UTC, or each with its offset"
            )
        elif time.dates == time.moments and (column.lasting or not column.numeric) and _all_are(table, column, CLOCK):
            yield f"doubt: '{name}' holds days, and '{called}' the time of day: write both as one column, or events of one day are in no order"


def _all_are(table: "SourceTable", column: Column, pattern: str) -> bool:
    text = table.text(column.name)
    asked = f"select coalesce(bool_and(regexp_full_match({text}, {literal(pattern)})), false)::integer from {{table}} where {text} is not null"
    return table.number(asked) == 1


def _pairs(table: "SourceTable", columns: Sequence[Column], proposal: StudyProposal) -> Iterator[str]:
    """A column whose values stand for two units each, one of either arm."""
    if proposal.source != "units" or "variant" not in proposal.columns:
        return
    arm = table.text(proposal.columns["variant"][0])
    for column in columns:
        if column.decimal or not 0.3 < column.distinct / column.rows < 0.7:  # the count is approximate
            continue
        of = table.text(column.name)
        pairs, values = table.rows(
            f"""select count(*) filter (n = 2 and arms = 2), count(*)
            from (select count(*) as n, count(distinct {arm}) as arms from {{table}} where {of} is not null group by {of})"""
        )[0]
        if pairs and int(pairs) >= MATCHED * int(values):  # type: ignore[call-overload]
            yield (
                f"doubt: each '{vocabulary.printable(column.name)}' stands for two rows, one of either arm ({pairs:,} pairs); the arms are compared as if"
                " nothing paired them, so that intervals are wider than those of the differences within pairs"
            )


def _totals(table: "SourceTable", columns: Sequence[Column], proposal: StudyProposal) -> Iterator[str]:
    if proposal.source == "log" and "price" in proposal.columns and proposal.revenue:
        yield from (
            f"doubt: {told}"
            for told in totals_of_orders(
                table, columns, proposal.columns["price"][0], proposal.columns.get("event_name", ("",))[0]
            )
        )


def totals_of_orders(
    table: "SourceTable", columns: Sequence[Column], price: str, event: str = "", of: tuple[str, str] = ("", "")
) -> Iterator[str]:
    """What is said of an amount that stands in every line of an order, or in one of them alone, which a sum gets wrong.

    Where ``event`` names the events, an order may stand in rows of several: each of them stays. The id of an order is told by
    its name, or by its values: rows with one value are ``of`` one unit and one moment.
    """
    amount = table.value(price)
    who, when = (table.text(name) if name else "null" for name in of)
    ids = sorted(
        (c for c in columns if c.name not in (price, event, *of)), key=lambda c: not pieces.names_orders(c.name)
    )
    for key in (
        c for c in ids if not c.decimal and (pieces.names_orders(c.name) or (all(of) and _may_be_of_orders(c)))
    ):
        of_it = ", ".join(table.text(name) for name in (key.name, event) if name)
        rows, orders, several, same, amounts, many, once, shared = (
            int(n or 0)  # type: ignore[call-overload]
            for n in table.rows(
                f"""select sum(paid), count(*) filter (paid > 0), count(*) filter (paid > 1), count(*) filter (paid > 1 and low = high),
                    count(distinct low), count(*) filter (n > 1 and paid > 0), count(*) filter (n > 1 and paid = 1),
                    count(*) filter (n > 1 and paid > 0 and units = 1 and moments = 1)
                from (select count(*) as n, count({amount}) as paid, min({amount}) as low, max({amount}) as high,
                        count(distinct {who}) as units, count(distinct {when}) as moments from {{table}}
                    where {table.text(key.name)} is not null group by {of_it})"""
            )[0]
        )
        if not many or not (pieces.names_orders(key.name) or shared >= SAME * many):
            continue
        name, id_ = vocabulary.printable(price), written_texts.of(table, key.name)
        by = f"partition by {id_}{f', {quoted(event)}' * bool(event)}"
        if several and rows > MORE * orders and same >= SAME * several and amounts > 0.5 * orders:
            yield (
                f"'{name}' is the same in all rows of an order ({orders:,} orders in {rows:,} rows), and is summed in each of"
                f" them; if it is the order's total, take one row of each{', and of each event' * bool(event)}, by a query in a file: select * from {table.selected}"
                f" qualify {id_} is null or row_number() over ({by}) = 1"
            )
            return
        if many > (MORE - 1) * orders and once >= SAME * many:
            yield (
                f"'{name}' stands in one row of each order alone and is empty in its others ({many:,} orders have several rows with one"
                f" '{vocabulary.printable(key.name)}'), which are taken as amounts that nobody knows, so that their units are left out; if it is the order's total,"
                f" take that row{', and of each event' * bool(event)}, by a query in a file: select * from {table.selected}"
                f" qualify {id_} is null or row_number() over ({by} order by {written_texts.of(table, price)} is null) = 1"
            )
            return


def _may_be_of_orders(column: Column) -> bool:
    """Whether a column has so many values that each may be that of a few rows; how many is approximate."""
    return not column.has_time and 0.1 * column.rows < column.distinct < 0.98 * column.rows
