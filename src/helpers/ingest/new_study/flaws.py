"""What an event log has wrong, as far as its study must tolerate it, and which variant each of its rows tells."""

from typing import TYPE_CHECKING

from helpers.ingest.new_study import not_yet, questions, tolerances, two_variants
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Measure
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable


def spelled(table: "SourceTable", variant: Column) -> str:
    """SQL of the variant that a row tells, in whatever capitals; null for words for nothing."""
    arm, nothing = table.text(variant.name), ", ".join(map(literal, sorted(not_yet.words(variant))))
    return f"case when lower({arm}) not in ({nothing}) then lower({arm}) end"


def of_log(
    table: "SourceTable", rows: int, unit: Column, event: Column, variant: Column | None, mapped: dict[str, Column],
    logged: dict[str, str], metrics: tuple[Measure, ...],
) -> dict[str, tuple[float, str]]:  # fmt: skip
    """What the log has wrong, as shares that a study must tolerate to be built; times that cannot be read are asked for."""
    found = {
        "malformed_line": table.malformed,
        "missing_id": rows - unit.filled,
        "unplanned_event": rows - event.filled,
    }
    if "price" in mapped:
        price = mapped["price"]
        found |= {"wrong_type": price.filled - price.numbers, "negative_price": price.negative}
        paid = next((m.event for m in metrics if m.unit == "money"), None)
        if paid:
            found["missing_revenue"] = int(
                table.number(
                    f"select count(*) from {{table}} where {questions.is_level(table, event, logged[paid])} and {table.text(price.name)} is null"
                )
            )
    told = {
        k: (tolerances.tolerated(n, rows + table.malformed), f"{n:,} of {rows:,} rows") for k, n in found.items() if n
    }
    if variant:
        several, units = questions.several_levels(table, unit, spelled(table, variant))
        two_variants.refuse(table.called, variant.name, several, units)
        if several:
            told["two_variants"] = (tolerances.tolerated(several, units), f"{several:,} of {units:,} units")
    return told
