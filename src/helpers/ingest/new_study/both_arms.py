"""Units of a table some of which stand in both arms: why no column was taken as the variant, and what counts them once."""

from helpers.errors import ReportError
from helpers.ingest.new_study import questions, roles, two_variants, typed, vocabulary, written_moments
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.table_view import TableView
from helpers.ingest.sql import quoted


def told(look: TableView, unit: Column, time: Column | None) -> ReportError | None:
    """What is said where fewer than half of the units stand in several levels of a column that is called as a variant."""
    for variant in roles.variants_of(look.columns):
        if variant in (unit, time) or not vocabulary.touches(variant.name, vocabulary.VARIANT):
            continue
        several, units = questions.several_levels(look.table, unit, f"lower({look.table.text(variant.name)})")
        if not several or several >= two_variants.MOST * units:
            continue
        name, arm = vocabulary.printable(unit.name), vocabulary.printable(variant.name)
        first = ""
        if time and (when := written_moments.in_query(look.table, time)):
            query = written_moments.first_rows(look.table, unit, [when, quoted(variant.name)])
            first = f", or count the first row of each alone, by a query in a file in place of the table: {query}"
        return ReportError(
            f"{look.table.called}: units stand in several levels of '{arm}'",
            got=f"{several:,} of {units:,} units in '{name}' do, in {look.rows:,} rows",
            expected="one variant for each unit",
            cause="units that were assigned again, such as at another visit or on another device",
            remedy=f"say that it is the variant: --variant {typed.name(variant.name)} leaves out and counts who is in both (two_variants){first}",
        )
    return None
