"""Do the tables of a study match? Facts of strangers, units that nobody describes, ids that only look alike."""

from typing import TYPE_CHECKING

from helpers.config import Study, Tables
from helpers.defaults import BARELY_MATCHED, SRM_THRESHOLD, UNDESCRIBED
from helpers.experiment.arm_shares import counted
from helpers.experiment.trust.check import TrustCheck, TrustVerdict
from helpers.formatting import formatted

if TYPE_CHECKING:
    import pandas as pd

FAMILY = "Rows and units"


def matched(found: "pd.DataFrame", study: Study) -> list[TrustCheck]:
    """A check for each table that is joined to the assignments; ``found`` is the query ``table_matches``.

    What a table lacks alike in all arms dilutes and does not bend, so it warns. Where ids of the one table are nearly all
    unknown to the other one, in both directions, or rows look like those of assigned units without being told which, outcomes
    are lost, and the comparison is of something else. Attributes that are known in one arm more than in another are of other units.
    """
    if not isinstance(study.data, Tables):
        return []
    variants = [v.name for v in study.variants]
    checks = []
    for table in ("units", *study.data.facts):
        rows = found[(found.source_table == table) & found.variant.isin(variants)].set_index("variant")
        if len(rows):
            checks.append(_described(rows, variants) if table == "units" else _of_facts(table, rows, study.data))
    return checks


def _of_facts(table: str, rows: "pd.DataFrame", data: Tables) -> TrustCheck:
    tolerated = data.unassigned
    seen = rows.iloc[0]
    assigned, known = int(rows.assigned_units.sum()), int(rows.known_units.sum())
    ids, of_all, strangers, doubtful = (
        int(seen.ids),
        int(seen.rows_with_id),
        int(seen.unassigned_rows),
        int(seen.doubtful_rows),
    )
    share, covered = strangers / max(1, of_all), known / max(1, assigned)
    text = (
        f"{strangers:,} of {of_all:,} rows ({formatted(share, 'share')}) are of units that were never assigned;"
        f" {known:,} of {assigned:,} assigned units ({formatted(covered, 'share')}) stand in the table"
    )
    verdict: TrustVerdict = "warning" if share > tolerated else "passed"
    if share > tolerated:
        text += f"; more than the {formatted(tolerated, 'share')} of data.unassigned: were only some units in the test, or do ids differ?"
    if "event_time" not in data.facts[table].columns:
        verdict, text = "warning", f"{text}; its rows have no time, so what was done before the assignment counts too"
    if doubtful > BARELY_MATCHED * of_all:
        verdict, text = (
            "failed",
            f"{text}; {doubtful:,} rows look like those of assigned units, and nobody can say of which one",
        )
    if max(covered, 1 - int(seen.unassigned_ids) / max(1, ids)) < BARELY_MATCHED:
        verdict, text = (
            "failed",
            f"{text}; of both sides nearly all are unknown to the other, so the ids are of other units",
        )
    return TrustCheck(f"Match of {table}", "Are the facts those of the assigned units?", text, verdict, FAMILY)


def _described(rows: "pd.DataFrame", variants: list[str]) -> TrustCheck:
    missing = [int(rows.assigned_units.get(v, 0) - rows.known_units.get(v, 0)) for v in variants]
    assigned = [int(rows.assigned_units.get(v, 0)) for v in variants]
    by_arm = counted(missing, assigned)
    text = f"{sum(missing):,} of {sum(assigned):,} assigned units have no row in the table of units"
    if not sum(missing):
        return TrustCheck("Match of units", "Is every assigned unit described?", text, "passed", FAMILY)
    failed = by_arm.p_value < SRM_THRESHOLD
    verdict: TrustVerdict = "failed" if failed else "warning" if by_arm.share > UNDESCRIBED else "passed"
    return TrustCheck("Match of units", "Is every assigned unit described?", f"{text}: {by_arm.text}", verdict, FAMILY,
                      "units that one arm alone lacks", by_arm.p_value)  # fmt: skip
