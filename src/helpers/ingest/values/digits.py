"""How many digits behind the point the amounts of an event are kept to, so that all of its sums are whole numbers."""

from helpers.config import Aggregates, ColumnOf, Log, Simulation, Study, Units
from helpers.config.columns import logged
from helpers.config.currencies import minor_digits
from helpers.errors import ReportError
from helpers.ingest.sql import quoted
from helpers.ingest.values.amounts import Amounts
from helpers.ingest.values.number_formats import key_of

SESSION = "experiment_session"
"""The event whose amount is a length in seconds."""
AVERAGED = 6
"""Digits of the average of a panel's rows, of which their own digits say nothing."""
SIMULATED = 2
"""Digits of the prices of every simulated world, and of the truth that it tells, in whatever currency."""


def digits_of(study: Study, numbers: dict[str, Amounts], event: str) -> int:
    """Digits of an event's amounts: none of what is counted; of money those of its currency, or more where the data have
    more, unless the study states them; of everything else as many as stand in the data, and of averages so many that the
    average of cents is not rounded to cents.
    """
    known = [numbers[column] for column in _columns(study, event) if column in numbers]
    if event in study.averaged:
        return min([AVERAGED, *(each.room for each in known)])
    if event in study.counted and not isinstance(study.data, Aggregates):
        return 0
    seen = [each.decimals for each in known if each.decimals is not None]
    needed = min([max(seen), *(each.room for each in known)]) if seen else None
    if event == SESSION or isinstance(study.data, Aggregates):
        return needed or 0
    if isinstance(study.data, Simulation):
        return SIMULATED
    if event in study.summed_otherwise and needed is not None:
        return needed
    if study.economics.money_digits is not None:
        return study.economics.money_digits
    return max(minor_digits(study.economics.currency), needed or 0)


def notes_of(study: Study, numbers: dict[str, Amounts]) -> list[str]:
    """What is said of money that is finer than its currency, and of amounts that are finer than can be kept."""
    told = []
    currency = study.economics.currency
    for event in sorted(study.money_events):
        digits = digits_of(study, numbers, event)
        if digits > minor_digits(currency) and study.economics.money_digits is None and event not in study.averaged:
            told.append(
                f"amounts of {event} are kept to {digits} digits behind the point; {currency} has {minor_digits(currency)}"
            )
    for column, kept in _rounded(study, numbers).items():
        told.append(
            f"column '{logged(column)}': numbers have up to {numbers[column].decimals} digits behind the point and are rounded to {kept}"
        )
    return told


def refused(study: Study, numbers: dict[str, Amounts]) -> list[ReportError]:
    """Columns whose numbers add up past the whole numbers of the marts, and have digits that no float would have had.

    Those of a float are rounded, and it is said: its last digits stand for nothing. So are those that the study rounds.
    """
    told: list[ReportError] = []
    if isinstance(study.data, Aggregates):  # sums of a few rows are reckoned apart, to any digit
        return told
    for column, kept in _rounded(study, numbers).items():
        money = bool(_summed(study, column) & study.money_events)
        if (
            not numbers[column].exact
            or not _summed(study, column)
            or (money and study.economics.money_digits is not None)
        ):
            continue
        most, name = min(19, numbers[column].decimals or 0), quoted(column)
        query = f"select * replace (round({name}::decimal(38, {most}), {kept}) as {name}) from 'FILE'"
        told.append(
            ReportError(
                f"studies/{study.name}.yml: the numbers of '{logged(column)}' add up past the range of 64 bits",
                got=f"{numbers[column].exact}, and others, with up to {numbers[column].decimals} digits behind the point; {kept} would be left",
                expected="sums that are exact to the last digit",
                cause="more digits than whole numbers of 64 bits, or floats, can hold",
                remedy=f"say how many of them count, economics.money_digits: {kept}"
                if money
                else f"write them with fewer digits, by a query in a file beside it, and give that: {query}",
            )
        )
    return told


def _rounded(study: Study, numbers: dict[str, Amounts]) -> dict[str, int]:
    """Columns with more digits than there is room for, and how many are kept."""
    found = {}
    for column, each in numbers.items():
        if each.decimals is None or each.decimals <= each.room:
            continue
        kept = max((digits_of(study, numbers, event) for event in _summed(study, column)), default=each.room)
        if kept < each.decimals:
            found[column] = kept
    return found


def _summed(study: Study, column: str) -> set[str]:
    """Events whose amounts stand in a column, and are summed as they stand."""
    return {
        event for event in study.money_events | study.summed_otherwise if column in _columns(study, event)
    } - study.averaged


def _columns(study: Study, event: str) -> list[str]:
    """The raw columns, or the product of two, that an event's amounts stand in."""
    data = study.data
    if isinstance(data, Units):
        return [column for column in (data.outcomes.get(event), data.before.get(event)) if column]
    source = data.columns.get("duration_sec" if event == SESSION else "price") if isinstance(data, Log) else None
    if isinstance(source, ColumnOf):
        return [key_of(source)]
    return [source] if isinstance(source, str) else []
