"""What stands beside the rule's verdict and its money: what people decided, what they watch, what others say it is worth.

Each function records what it is told and returns what the cell displays.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.experiment.decision.people import PersonalDecision
    from helpers.experiment.decision.quoted import QuotedMoney
    from helpers.experiment.decision.value import DecisionValue
    from helpers.experiment.results import Results
    from helpers.record import Numbers
    from helpers.report.notebook import Notebook
    from helpers.report.tables import Callout, Table


def people_decided(nb: "Notebook", found: "PersonalDecision | None", reason: str) -> "Callout":
    """What people decided, with a warning where it was taken on other results; that nobody did is none."""
    from helpers.experiment.decision.people import NOT_LOGGED
    from helpers.report.topics import people

    people.record(nb, found, reason)
    if found is None:
        return (nb.finding if reason == NOT_LOGGED else nb.warning)(people.absent(reason))
    return (nb.finding if found.on_these_results else nb.warning)(people.text(found))


def doubted_intervals(nb: "Notebook", earlier: "Numbers") -> "Callout | None":
    """What the trust checks say against the intervals that money and risk are reckoned from; nothing where they hold."""
    from helpers.experiment.caveats import of_intervals

    said = [f"**{caveat.claim}** {caveat.words}" for caveat in of_intervals(earlier)]
    return nb.warning("\n\n".join(said)) if said else None


def watched(nb: "Notebook", results: "Results", earlier: "Numbers") -> "Table":
    """What is watched after a launch, with the bounds of a day."""
    from helpers.experiment.monitoring.plan import units_a_day
    from helpers.experiment.monitoring.watched import watched
    from helpers.report.topics import people

    found = watched(nb.study, results, earlier)
    people.record_plan(nb, found)
    note = people.note_watched(units_a_day(nb.study, earlier), nb.study)
    return nb.table(people.table_watched(found, nb.study), "What is watched after a launch", note)


def quoted(nb: "Notebook", found: "QuotedMoney | None", arm: str) -> "Callout | None":
    """A sum that others name, and why the report expects another; nothing of a study that quotes none."""
    from helpers.report.topics import quoted

    quoted.record(nb, found, arm)
    if nb.study.economics.quoted is None:
        return None
    return nb.finding(quoted.text(found, nb.study, arm)) if found else nb.warning(quoted.absent(nb.study))


def quoted_range(
    nb: "Notebook", found: "QuotedMoney | None", value: "DecisionValue | None", arm: str
) -> "Table | None":
    """The range that is quoted beside the one measured."""
    from helpers.report.topics import quoted

    if found is None or value is None:
        return None
    return nb.table(quoted.table_range(found, value, nb.study), quoted.caption_range(arm))


def quoted_steps(nb: "Notebook", found: "QuotedMoney | None", arm: str) -> "Table | None":
    """The way from the quoted sum to the report's own."""
    from helpers.report.topics import quoted

    return nb.table(quoted.table(found, nb.study), quoted.caption(arm), quoted.note()) if found else None
