"""Parts of the trust checks: what a healthy experiment keeps short and a troubled one spells out."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from helpers.experiment.trust import Trust
    from helpers.report.notebook import Notebook
    from helpers.report.tables import Callout, Folded, Table


def words(nb: "Notebook", found: "Trust") -> "Callout":
    """What was looked for and not found; what was found leads the table."""
    from helpers.report.topics import trust

    return nb.finding(trust.words(found))


def caveats(nb: "Notebook", found: "Trust") -> "Callout | None":
    """What the warnings mean to whoever wants to act on the result; nothing where none needs words."""
    from helpers.report.topics import trust as report

    said = report.caveats(found)
    return nb.warning(said) if said else None


def details(nb: "Notebook", found: "Trust") -> "Folded":
    """Every check with its question, folded away."""
    from helpers.report.tables import Folded
    from helpers.report.topics import trust as report

    return Folded("Every check and what it found", nb.table(report.details(found), "Trust checks one by one"))


def reestimates(nb: "Notebook", found: "Trust") -> "Table | None":
    """The primary effect without the last days and without those of external events; nothing where no unit is left out."""
    from helpers.report.topics import trust as report

    rows = report.reestimates(found)
    caption = f"{nb.study.primary.label}: the effect without some days"
    note = "beside the effect of all units, which the decision rests on; the p-value asks whether those days show another effect"
    return nb.table(rows, caption, note) if rows else None


def values(nb: "Notebook", con: "duckdb.DuckDBPyConnection") -> "Callout":
    """Repeated rows and amounts that stand for 'unknown'."""
    from helpers.experiment.trust import rows, values
    from helpers.warehouse import query

    repeated = rows.duplicates(query.query(con, "repeats"), query.query(con, "row_flow"))
    odd = values.sentinels(values.of_amounts(query.query(con, "amount_values"), nb.study))
    tell = nb.finding if repeated.passed and odd.passed else nb.warning
    return tell(f"**Repeats.** {repeated.found}.\n\n**Placeholders among the amounts.** {odd.found}.")
