"""Parts of the trust checks: what a healthy experiment keeps short and a troubled one spells out."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from helpers.notebook import Notebook
    from helpers.tables import Callout, Folded, Table
    from helpers.trust import Trust


def words(nb: "Notebook", found: "Trust") -> "Callout":
    """What was looked for and not found; what was found leads the table."""
    from helpers.trust import report

    return nb.finding(report.words(found))


def caveats(nb: "Notebook", found: "Trust") -> "Callout | None":
    """What the warnings mean to whoever wants to act on the result; nothing where none needs words."""
    from helpers.trust import report

    said = report.caveats(found)
    return nb.warning(said) if said else None


def details(nb: "Notebook", found: "Trust") -> "Folded":
    """Every check with its question, folded away."""
    from helpers.tables import Folded
    from helpers.trust import report

    return Folded("Every check and what it found", nb.table(report.details(found), "Trust checks one by one"))


def reestimates(nb: "Notebook", found: "Trust") -> "Table | None":
    """The primary effect without the last days and without those of external events; nothing where no unit is left out."""
    from helpers.trust import report

    rows = report.reestimates(found)
    caption = f"{nb.study.primary.label}: the effect without some days"
    note = "beside the effect of all units, which the decision rests on; the p-value asks whether those days show another effect"
    return nb.table(rows, caption, note) if rows else None


def values(nb: "Notebook", con: "duckdb.DuckDBPyConnection") -> "Callout":
    """Repeated rows and amounts that stand for 'unknown'."""
    from helpers import warehouse
    from helpers.trust import rows, values

    repeated = rows.duplicates(warehouse.query(con, "repeats"), warehouse.query(con, "row_flow"))
    odd = values.sentinels(values.of_amounts(warehouse.query(con, "amount_values"), nb.study))
    tell = nb.finding if repeated.passed and odd.passed else nb.warning
    return tell(f"**Repeats.** {repeated.found}.\n\n**Placeholders among the amounts.** {odd.found}.")
