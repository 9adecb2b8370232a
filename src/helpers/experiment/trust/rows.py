"""Rows and units that had to leave, and whether the ones that stayed are what they say."""

from typing import TYPE_CHECKING

from helpers.defaults import DUPLICATE_SHARE, SRM_THRESHOLD
from helpers.experiment.arm_shares import counted
from helpers.experiment.results import Results
from helpers.experiment.trust.check import TrustCheck, TrustVerdict
from helpers.experiment.trust.hidden_contamination import HiddenContamination, caveat
from helpers.formatting import formatted
from helpers.warehouse import query, unexposed
from helpers.warehouse.copied import copied

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

FAMILY = "Rows and units"


def rows_and_units(
    con: "duckdb.DuckDBPyConnection",
    results: Results,
    flow: "pd.DataFrame",
    unseen: HiddenContamination | None,
    apart: int = 0,
    merged: int = 0,
) -> list[TrustCheck]:
    """Contamination, variants told too late or shown otherwise, repeated rows, and the end of every row."""
    read = int(query.query(con, "rows_read").rows_read.iloc[0])
    return [
        contamination(query.query(con, "excluded_units"), results.study.data.tolerate.two_variants),
        *told_too_late(
            query.query(con, "early_exposures", exposure=results.study.exposure, start=str(results.study.period.start)),
            results,
        ),
        shown_otherwise(query.query(con, "shown_otherwise"), refused_otherwise(flow), results, unseen),
        duplicates(query.query(con, "repeats"), flow),
        *copies(con, results),
        *under_one_id(unexposed.primary(con, results.study)),
        rows_accounted_for(flow, read, apart, merged),
    ]


def contamination(excluded: "pd.DataFrame", tolerated: float) -> TrustCheck:
    """Units in two variants are taken out. Any of them invalidates, for who strays is not drawn by lot, unless the study
    file allows a share (``data.tolerate.two_variants``): up to it they warn, and the report says both shares.
    """
    row = excluded.iloc[0]
    strays, units = int(row.in_two_variants), int(row.in_two_variants + row.analysed)
    found = f"{strays:,} of {units:,} units"
    if strays and tolerated:
        more = strays > tolerated * units
        found += (
            f" ({formatted(strays / units, 'share')}), left out; {'more than' if more else 'at most'} the"
            f" {formatted(tolerated, 'share')} that the study tolerates"
        )
    return TrustCheck(
        "Contamination",
        "Was any unit in two variants?",
        found,
        "passed" if not strays else "warning" if strays <= tolerated * units else "failed",
        FAMILY,
    )


def told_too_late(early: "pd.DataFrame", results: Results) -> list[TrustCheck]:
    """Units that count as not exposed, for their variant stands only in rows after their exposure.

    What they did between may be why it stands there at all, so a share that differs between the arms invalidates; one that
    does not warns. Nothing of a study that has no such unit.
    """
    lost = dict(zip(early.variant, early.lost, strict=True))
    sizes = results.arm_sizes()
    test = counted([int(lost.get(n, 0)) for n in sizes], [int(lost.get(n, 0)) + units for n, units in sizes.items()])
    if not sum(test.hits):
        return []
    return [
        TrustCheck(
            "Variant told in time",
            "Does the log tell the variant of every unit by its exposure?",
            f"{sum(test.hits):,} units reach {results.study.exposure} only before the first row that tells their variant, and"
            f" count as not exposed: {test.text}",
            "failed" if test.p_value < SRM_THRESHOLD else "warning",
            FAMILY,
            "a variant that is told only after the exposure",
            test.p_value,
        )
    ]


def refused_otherwise(flow: "pd.DataFrame") -> int:
    """Rows that were shown another variant than they were assigned, and were refused for that when the data were read."""
    return int(flow.loc[flow.kind == "shown_otherwise", "rows"].sum())


def shown_otherwise(
    carried: "pd.DataFrame", refused: int, results: Results, unseen: HiddenContamination | None
) -> TrustCheck:
    """Units that saw another variant than the one they count in.

    Those that stay in the comparison invalidate it: the arms are mixed, and no sample ratio shows that. Rows that were
    ``refused`` when the data were read warn: what leaves one arm more than the other shows in the sample ratio, but the
    effect is then one among units that saw what was meant for them. What leaves both alike is ``unseen``.
    """
    inside = dict(zip(carried.variant, carried.shown_otherwise, strict=True))
    units = dict(zip(carried.variant, carried.units, strict=True))
    names = [v.name for v in results.study.variants]
    test = counted([int(inside.get(n, 0)) for n in names], [int(units.get(n, 0)) for n in names])
    verdict: TrustVerdict = "passed"
    found = "every unit saw the variant it counts in"
    if results.study.is_hashed:
        found = "nobody was shown anything: the units are hashed"
    if refused:
        found = f"{refused:,} rows were shown another variant and are left out"
        verdict = "warning"
    if sum(test.hits):
        found = f"{sum(test.hits):,} units carry another variant than their impression: {test.text}"
        verdict = "failed"
    return TrustCheck(
        "Shown as assigned",
        "Did every unit see the variant that it counts in?",
        found,
        verdict,
        FAMILY,
        "a variant that disagrees with what was shown",
        caveat=caveat(unseen) if unseen is not None and verdict == "warning" else None,
    )


def duplicates(repeats: "pd.DataFrame", flow: "pd.DataFrame") -> TrustCheck:
    """What was dropped as a repeat, and what looks like one and is not.

    Rows of different units are never one event, even where they are equal or share an event id. Dropping repeats leaves
    the comparison standing; it warns where a log without event ids makes them a guess about more than one row in a
    hundred, or about any where its times are days, and where an id is no id.
    """
    row = repeats.iloc[0]
    dropped = int(flow.loc[flow.kind.isin(["exact_duplicate", "late_duplicate"]), "rows"].sum())
    kept = int(flow.loc[flow.kind == "kept", "rows"].sum())
    by = "by their event id" if row.has_event_id else "as equal in every column, the unit's id among them"
    found = f"{dropped:,} rows dropped {by}" if dropped else "no row repeats another one of its unit"
    tick = "tick of the clock" if row.has_clock else "day"
    guessed = not row.has_event_id and dropped > (DUPLICATE_SHARE if row.has_clock else 0) * max(1, dropped + kept)
    shared = bool(row.has_event_id) and bool(row.shared_ids)
    if guessed:
        found += f", {formatted(dropped / (dropped + kept), 'share')} of them all: real repeats within one {tick} go with them"
    if shared:
        found += f"; {int(row.shared_ids):,} event ids stand for different units, whose {int(row.rows_of_shared_ids):,} rows all count"
    return TrustCheck(
        "Repeated rows",
        "Is every dropped row a repeat, and every other one an event of its own?",
        found,
        "warning" if guessed or shared else "passed",
        FAMILY,
        "rows of different units under one event id",
    )


def copies(con: "duckdb.DuckDBPyConnection", results: Results) -> list[TrustCheck]:
    """Warns of a log that seems to have been loaded twice; see :func:`~helpers.warehouse.copied.copied`."""
    found = copied(con, results.study)
    question = "Does every event stand in the log once?"
    return [TrustCheck("Copied events", question, found, "warning", FAMILY)] if found else []


def under_one_id(told: str) -> list[TrustCheck]:
    """Warns where most units with the primary outcome were never exposed, as where ids change between both.

    The arms lose them alike, unless the change makes more people log in.
    """
    question = "Were those exposed who have the outcome that decides?"
    return [TrustCheck("Outcomes of the unexposed", question, told, "warning", FAMILY)] if told else []


def rows_accounted_for(flow: "pd.DataFrame", read: int, apart: int = 0, merged: int = 0) -> TrustCheck:
    """Rows that vanish without a name invalidate: nobody can say whose they were.

    ``read`` counts the rows of the log, those refused on the way into the project among them; ``apart`` those of
    the files that the study does not take, by its condition or for they belong to none of its units, ``merged`` those that
    became one with another row of their unit.
    """
    lost = int(flow.loc[flow.disposition.isin(["dropped", "quarantined"]), "rows"].sum())
    kept = int(flow.loc[flow.kind == "kept", "rows"].sum())
    return TrustCheck(
        "Rows accounted for",
        "Has every row a named end?",
        f"{read + merged:,} read = {kept + merged:,} kept + {lost:,} left out"
        + (f"; those kept became {kept:,}, one for each unit" if merged else "")
        + (f"; the files hold {apart:,} more rows, which the study does not ask for" if apart else ""),
        "passed" if lost + kept == read else "failed",
        FAMILY,
    )
