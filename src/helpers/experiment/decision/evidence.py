"""The last page: what the rule looks at, what it says, and the entry in the decision log."""

from helpers.config import Study
from helpers.errors import ReportError
from helpers.experiment.decision.rule import Decision, Entry, Evidence, append, digest, observed_risk
from helpers.experiment.decision.value import Value
from helpers.experiment.design import basis
from helpers.experiment.results import Results
from helpers.paths import StudyPaths
from helpers.record import Numbers, formatted

LEADS = {"GO": "Ship", "ITERATE": "Do not ship yet:", "KILL": "Stop", "INVALID": "Draw no conclusion on"}


def evidence(study: Study, results: Results, earlier: Numbers, value: Value | None) -> Evidence:
    """What the study's rule weighs, from the experiment, its money and the notebooks before."""
    found = results.effect(study.primary)
    if found is None:
        raise ReportError(
            "no decision: an arm has no exposed units", cause="nobody reached the exposure in the experiment"
        )
    failed = str(earlier["trust.failed"].value)
    return Evidence(
        found.effect,
        study.primary.better == "higher",
        tuple(failed.split("; ")) if failed else (),
        tuple((study.metric(name).label.lower(), g) for name, g in results.guardrails().items()),
        results.units("exposed", "all", "all"),
        int(earlier.value("design.n_total")),
        observed_risk(found.effect, basis(results), study.design.minimum_detectable, study.decision),
        None if value is None else value.point.net,
        study.economics.currency,
    )


def headline(study: Study, made: Decision, results: Results) -> str:
    """The decision in one sentence, for the first line of the report."""
    found = results.effect(study.primary)
    assert found is not None
    e = found.effect
    return (
        f"{LEADS[made.verdict]} \u201c{study.title}\u201d: {study.primary.label.lower()} {formatted(e.relative, 'relative')} "
        f"({formatted(e.relative_low, 'relative')} to {formatted(e.relative_high, 'relative')})."
    )


def text(study: Study, made: Decision, weighed: Evidence) -> str:
    """The decision and the assumption behind its risk."""
    return (
        f"{made.verdict}. {made.reason} {made.recommendation} The false-positive risk of "
        f"{formatted(weighed.false_positive_risk, 'share')} assumes that {formatted(study.decision.prior_success_rate, 'share')} of "
        f"ideas like this one work, by about {formatted(study.design.minimum_detectable, 'relative')}."
    )


def log(where: StudyPaths, study: Study, made: Decision, earlier: Numbers) -> str:
    """Append the decision to the study's log, unless it stands there already on the same numbers."""
    numbers = {name: earlier[name].value for name in earlier}
    entry = Entry(study.name, made.verdict, made.reason, digest(numbers), study.period.end.date().isoformat())
    append(where.reports / "decisions.jsonl", entry)
    return f"decisions.jsonl: {entry.verdict} for {entry.study}, on the evidence {entry.evidence[:12]}."
