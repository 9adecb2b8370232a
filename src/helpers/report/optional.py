"""Parts of the results that not every study has.

Each function records what the part found and returns what the cell displays.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from helpers.experiment.results import Results
    from helpers.experiment.selection import Reading
    from helpers.experiment.surrogate import Surrogacy
    from helpers.experiment.survival import Survival
    from helpers.report.figures.show import FigureView
    from helpers.report.notebook import Notebook
    from helpers.report.tables import Callout, Table


def funnel_arms(nb: "Notebook", con: "duckdb.DuckDBPyConnection") -> "FigureView | Callout":
    """The funnel of each arm, side by side."""
    from helpers.experiment import funnel
    from helpers.report.figures.experiment import funnel_arms

    arms = funnel.by_arm(con, nb.study)
    if not arms:
        return nb.warning(funnel.no_arms(nb.study))
    alt = "Flow of exposed units through the funnel and out of it, arm by arm"
    return nb.show("funnel_arms", funnel_arms(arms, nb.study), alt)


def planted(nb: "Notebook", results: "Results") -> "Table | None":
    """Every planted effect beside what was found for it; nothing where none was planted."""
    from helpers.experiment import ground_truth

    ledger = ground_truth.marked(nb.study, nb.where, results)
    ground_truth.record(nb, ledger)
    rows = ground_truth.rows(ledger, nb.study)
    return nb.table(rows, "Every planted effect, and what was found", ground_truth.NOTE) if ledger else None


def choices(nb: "Notebook", found: "Sequence[Reading]") -> "Table | Callout":
    """What other choices of units would have shown on the study's own log."""
    from helpers.experiment import selection

    if not found:
        return nb.warning(selection.missing(nb.study))
    selection.record(nb, found)
    return nb.table(selection.rows(found), selection.caption(nb.study), selection.note(nb.study))


def choices_figure(nb: "Notebook", found: "Sequence[Reading]") -> "FigureView | None":
    """The same choices against the truth."""
    from helpers.report.figures.selection import readings

    alt = "Points with intervals by choice of units, with the truth"
    return nb.show("selection", readings(found, nb.study), alt) if found else None


def choices_simulated(nb: "Notebook") -> "Table | None":
    """The same choices over many simulated experiments; nothing without a world that can be drawn anew."""
    from helpers.experiment import selection

    biases = selection.simulated(nb.study)
    selection.record_simulated(nb, biases)
    rows = selection.simulated_rows(biases)
    return nb.table(rows, "The same choices, simulated", selection.simulated_note()) if biases else None


def segment_tests(nb: "Notebook", results: "Results") -> "Table | None":
    """What unadjusted tests by segment would have found."""
    from helpers.experiment import misreadings

    tests = misreadings.segment_tests(results)
    misreadings.record_segments(nb, tests)
    rows = misreadings.rows(tests)
    return nb.table(rows, "What tests by segment would have found", misreadings.NOTE) if tests else None


def near_miss(nb: "Notebook", results: "Results") -> "Callout | None":
    """What a p-value just above the level does not mean."""
    from helpers.experiment import misreadings

    near = misreadings.near_miss(results)
    misreadings.record_near_miss(nb, near)
    return nb.warning(near.text()) if near else None


def arms(nb: "Notebook", results: "Results") -> "Table | None":
    """Every arm against the control; nothing of a study with two variants."""
    from helpers.experiment import multi_arm

    found = multi_arm.against_control(results)
    multi_arm.record(nb, found)
    rows = multi_arm.rows(found, nb.study)
    return nb.table(rows, "Every arm against the control", multi_arm.note(found, nb.study)) if found else None


def survival(nb: "Notebook", found: "Survival | None") -> "FigureView | Callout":
    """The curves of how long units stay."""
    from helpers.report import recording

    recording.survival(nb, found)
    if found is None:
        return nb.finding("The study names no event by which a unit leaves, so how long units stay is not asked.")
    from helpers.report.figures.survival import staying

    return nb.show(
        "survival",
        staying(found),
        "Two falling step curves with bands: share of the exposed units still there by days since the exposure, control and treatment",
    )


def survival_table(nb: "Notebook", found: "Survival | None") -> "Table | None":
    """The arms of the same curves in numbers; nothing where there is none."""
    if found is None:
        return None
    from helpers.report import views

    kept, p = found.mean_days, nb.say(found.test.p_value, "p")
    return nb.table(
        views.survival(found),
        "How long exposed units stay",
        f"mean days kept, treatment minus control: {kept.absolute:+.2f} ({kept.absolute_low:+.2f} to {kept.absolute_high:+.2f}); "
        f"log-rank p {p if p.startswith(('<', '>')) else f'= {p}'}",
    )


def surrogate(nb: "Notebook", found: "Surrogacy | None") -> "FigureView | Callout":
    """What the proxy predicts of the outcome beside what the outcome shows."""
    from helpers.report import recording

    recording.surrogate(nb, found)
    if found is None:
        return nb.finding("The study names no proxy that is to stand for another metric.")
    from helpers.report.figures.surrogate import predicted

    return nb.show(
        "surrogate",
        predicted(found, nb.study.economics.currency),
        "Three points with intervals: the effect on the outcome as the proxy predicts it, as measured, and the part beside the proxy",
    )


def surrogate_table(nb: "Notebook", found: "Surrogacy | None") -> "Table | None":
    """What would have to hold, and which of it the experiment can say; nothing without a proxy."""
    if found is None:
        return None
    from helpers.report import views

    return nb.table(
        views.surrogate(found, nb.study.economics.currency),
        f"What would have to hold for {found.proxy.label.lower()} to stand for {found.outcome.label.lower()}",
        "intervals of the slopes and of both parts are robust; a criterion that is not refuted is not thereby shown",
    )


def cannibalisation(nb: "Notebook", results: "Results") -> "Callout | None":
    """Whether the lift of the proxy takes chances to sell; nothing where the study names none."""
    from helpers.experiment.surrogate import cannibalised

    text = cannibalised(results)
    if text is None:
        return None
    nb.record("surrogate.cannibalisation", text, "text", "Whether the lift of the proxy takes chances to sell")
    return nb.finding(text)
