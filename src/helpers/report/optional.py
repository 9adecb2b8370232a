"""Parts of the results that not every study has.

Each function records what the part found and returns what the cell displays.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from helpers.experiment.decision.look import EarlyLook
    from helpers.experiment.results import Results
    from helpers.experiment.selection import SelectionEffect
    from helpers.experiment.surrogate import Surrogacy
    from helpers.experiment.survival import Survival
    from helpers.experiment.trust import Trust, TrustCheck
    from helpers.report.figures.show import FigureView
    from helpers.report.notebook import Notebook
    from helpers.report.tables import Callout, Folded, Table


def columns_read(nb: "Notebook") -> "Table | None":
    """How the columns of an analyst's own data were read; nothing of a simulated log."""
    from helpers.ingest import landed

    notes = landed(nb.where.raw).reading.notes
    rows = [{"Note": note if _of_a_file(note) else note[0].upper() + note[1:]} for note in notes]
    return nb.table(rows, "How the columns were read, decided from all of their values") if rows else None


def _of_a_file(note: str) -> bool:
    """Whether a note begins with the name of a file, which keeps its letters.

    >>> _of_a_file("orders.csv: times of column 'at'"), _of_a_file("times of column 'at': ISO; in UTC")
    (True, False)
    """
    return "." in note.split(maxsplit=1)[0].rstrip(".:")


def counts(nb: "Notebook", con: "duckdb.DuckDBPyConnection") -> "Table":
    """The counts of a study that has no rows, as they were read."""
    from helpers.experiment.results import Results
    from helpers.report.topics import rowless

    return nb.table(rowless.table(Results(con, nb.study)), rowless.CAPTION, rowless.NOTE)


def funnel_arms(nb: "Notebook", con: "duckdb.DuckDBPyConnection") -> "FigureView | Callout":
    """The funnel of each arm, side by side; what the control reaches is kept also where there is no way to show."""
    from helpers.experiment.funnel import by_arm
    from helpers.report.figures.experiment import funnel_arms
    from helpers.report.topics import funnel

    arms = by_arm(con, nb.study)
    funnel.record_control(nb, arms)
    if not arms or not nb.study.has_way:
        return nb.note(funnel.absent(nb.study))
    alt = "Flow of exposed units through the funnel and out of it, arm by arm"
    return nb.show("funnel_arms", funnel_arms(arms, nb.study), alt)


def planted(nb: "Notebook", results: "Results") -> "Table | None":
    """Every planted effect beside what was found for it; nothing where none was planted."""
    from helpers.experiment.ground_truth import checked
    from helpers.report.topics import ground_truth

    found = checked(nb.study, nb.where, results)
    ground_truth.record(nb, found)
    rows = ground_truth.table(found, nb.study)
    return (
        nb.table(rows, "Every planted effect, and what was found", ground_truth.note(found, nb.study))
        if found
        else None
    )


def choices(nb: "Notebook", found: "Sequence[SelectionEffect]", arm: str = "") -> "Table | Callout":
    """What other choices of units would have shown on the study's own log."""
    from helpers.report.topics import selection

    if not found:
        return nb.note(selection.absent(nb.study))
    selection.record(nb, found)
    return nb.table(selection.table(found), selection.caption(nb.study, arm), selection.note(nb.study, found))


def choices_figure(nb: "Notebook", found: "Sequence[SelectionEffect]", arm: str = "") -> "FigureView | None":
    """The same choices against the truth."""
    from helpers.report.figures.selection import readings

    alt = "Points with intervals by choice of units, with the truth"
    return nb.show("selection", readings(found, nb.study, arm), alt) if found else None


def choices_simulated(nb: "Notebook") -> "Table | None":
    """The same choices over many simulated experiments; nothing without a world that can be drawn anew."""
    from helpers.experiment.selection import simulated
    from helpers.report.topics import selection

    biases = simulated(nb.study)
    selection.record_simulated(nb, biases)
    rows = selection.table_simulated(biases)
    return nb.table(rows, "The same choices, simulated", selection.note_simulated()) if biases else None


def segment_tests(nb: "Notebook", results: "Results", failed: "Sequence[TrustCheck]" = ()) -> "Table | None":
    """What unadjusted tests by segment would have found."""
    from helpers.experiment.decision.claims import barred
    from helpers.experiment.misinterpretations import segment_tests
    from helpers.report.topics import misinterpretations

    tests = segment_tests(results)
    misinterpretations.record_segments(nb, tests)
    if not tests:
        return None
    effects = [e for test in tests for e in results.headline() if e.metric is test.metric]
    note = misinterpretations.note(effects, nb.study)
    rows = misinterpretations.table(tests, effects, nb.study, failed)
    return nb.table(rows, barred("What tests by segment would have found", failed), note)


def near_miss(nb: "Notebook", results: "Results") -> "Callout | None":
    """What a p-value just above the level does not mean."""
    from helpers.experiment.misinterpretations import near_miss
    from helpers.report.topics import misinterpretations

    near = near_miss(results)
    misinterpretations.record_near_miss(nb, near)
    return nb.warning(misinterpretations.text_near_miss(near)) if near else None


def arms(
    nb: "Notebook", results: "Results", look: "EarlyLook | None", failed: "Sequence[TrustCheck]"
) -> "Table | None":
    """Every arm against the control; nothing of a study with two variants."""
    from helpers.experiment.decision.claims import barred
    from helpers.report.topics import multi_arm

    found = results.against_control()
    multi_arm.record(nb, results, look, failed)
    rows = multi_arm.table(found, nb.study)
    caption = barred("Every arm against the control", failed)
    return nb.table(rows, caption, multi_arm.note(found, nb.study)) if found else None


def survival(nb: "Notebook", found: "Survival | None", failed: "Sequence[TrustCheck]" = ()) -> "FigureView | Callout":
    """The curves of how long units stay."""
    from helpers.report.topics import survival

    survival.record(nb, found)
    if found is None:
        return nb.finding(survival.absent(nb.study))
    from helpers.report.figures.survival import staying

    return nb.show(
        "survival",
        staying(found, failed),
        "Two falling step curves with bands: share of the exposed units still there by days since the exposure, control and treatment",
    )


def survival_table(nb: "Notebook", found: "Survival | None") -> "Table | None":
    """The arms of the same curves in numbers; nothing where there is none."""
    if found is None:
        return None
    from helpers.report.topics import survival

    return nb.table(survival.table(found), "How long exposed units stay", survival.note(found))


def surrogate(
    nb: "Notebook", found: "Surrogacy | None", arm: str = "", failed: "Sequence[TrustCheck]" = ()
) -> "FigureView | Callout":
    """What the proxy predicts of the outcome beside what the outcome shows."""
    from helpers.report.topics import surrogate

    surrogate.record(nb, found)
    if found is None:
        return nb.finding(surrogate.absent(nb.study))
    from helpers.report.figures.surrogate import predicted

    return nb.show(
        "surrogate",
        predicted(found, nb.study.economics.currency, arm, failed),
        "Three points with intervals: the effect on the outcome as the proxy predicts it, as measured, and the part beside the proxy",
    )


def surrogate_table(nb: "Notebook", found: "Surrogacy | None", arm: str = "") -> "Table | None":
    """What would have to hold, and which of it the experiment can say; nothing without a proxy."""
    if found is None:
        return None
    from helpers.formatting import inside
    from helpers.report.topics import surrogate

    return nb.table(
        surrogate.table(found, nb.study.economics.currency),
        f"What would have to hold for {inside(found.proxy.label)} to stand for {inside(found.outcome.label)}",
        surrogate.note(found, nb.study, arm),
    )


def cannibalisation(nb: "Notebook", results: "Results", failed: "Sequence[TrustCheck]" = ()) -> "Callout | None":
    """Whether the lift of the proxy takes chances to sell; nothing where the study names none."""
    from helpers.experiment.decision.claims import barred
    from helpers.report.topics import surrogate

    found = surrogate.text_cannibalisation(results)
    if found is None:
        return None
    text = barred(found, failed)
    surrogate.record_cannibalisation(nb, text)
    return nb.finding(text)


def rows_kept(nb: "Notebook", flow: "pd.DataFrame", apart: str = "") -> "FigureView | Callout":
    """What left the log or was repaired, by kind; ``apart`` says which rows were not taken at all."""
    if not flow[flow.kind != "kept"]["rows"].any():
        none = "was left out, repaired or flagged."
        return nb.finding(f"{apart}. Of the others none {none}" if apart else f"No row {none}")
    from helpers.report.figures.log import rows_kept

    return nb.show("rows_kept", rows_kept(flow), "Bars: rows dropped, quarantined, repaired and flagged, by kind")


def violations(nb: "Notebook", found: "pd.DataFrame") -> "Table | Callout":
    """Breaches of the tracking plan by type."""
    if not len(found):
        return nb.finding("Every event keeps to its plan.")
    from helpers.report.topics import data_quality

    return nb.table(data_quality.table_violations(found), "Breaches of the tracking plan by type")


def trust_words(nb: "Notebook", found: "Trust") -> "Callout":
    """What was looked for and not found; what was found leads the table."""
    from helpers.report.topics import trust

    return nb.finding(trust.text(found))


def trust_caveats(nb: "Notebook", found: "Trust") -> "Callout | None":
    """What the warnings mean to whoever wants to act on the result; nothing where none needs words."""
    from helpers.report.topics import trust

    said = trust.text_caveats(found)
    return nb.warning(said) if said else None


def trust_details(nb: "Notebook", found: "Trust") -> "Folded":
    """Every check with its question, folded away."""
    from helpers.report.tables import Folded
    from helpers.report.topics import trust

    return Folded("Every check and what it found", nb.table(trust.table_details(found), "Trust checks one by one"))


def reestimates(nb: "Notebook", found: "Trust", arm: str = "") -> "Table | None":
    """The primary effect without the last days and without those of external events; nothing where no unit is left out."""
    from helpers.report.topics import trust

    rows = trust.table_reestimates(found)
    caption = trust.caption_reestimates(nb.study, arm)
    return nb.table(rows, caption, trust.note_reestimates(found, nb.study, arm)) if rows else None


def odd_values(nb: "Notebook", con: "duckdb.DuckDBPyConnection") -> "Callout":
    """Repeated rows, amounts that stand for 'unknown' and outcomes of units that were never exposed."""
    from helpers.experiment.trust import rows, values
    from helpers.warehouse import codes, outcomes, query, unexposed

    repeated = rows.duplicates(query.query(con, "repeats"), query.query(con, "row_flow"))
    amounts = values.of_amounts(query.query(con, "amount_values"), nb.study)
    odd = values.sentinels([*amounts, *values.of_codes(con, nb.study, amounts)])
    sources = (unexposed.notes, outcomes.reversed_money, codes.notes)
    others, turned, coded = ("; ".join(of(con, nb.study)) for of in sources)
    undone = outcomes.undone(con, nb.study)
    nb.record(
        "data.undone",
        undone or None,
        "text",
        "Whether money is net of what came back",
        reason="the study knows of nothing that came back",
    )
    turned = "; ".join(filter(None, [undone, turned]))
    tell = nb.finding if repeated.passed and odd.passed and not (others or turned) else nb.warning
    told = {
        "Repeats": repeated.found,
        "Odd amounts": odd.found,
        "Codes": coded,
        "What comes off the sums": turned,
        "Outcomes outside of the arms": others,
    }
    return tell("\n\n".join(f"**{head}.** {found[0].upper()}{found[1:]}." for head, found in told.items() if found))
