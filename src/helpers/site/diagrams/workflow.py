"""The workflow of an A/B test, each stage with the artefact that a study left there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpers.config import Metric, Study
from helpers.config.tracking_plan import TrackingPlan
from helpers.experiment.trust.kinds import families
from helpers.formatting import between, formatted
from helpers.record import Number
from helpers.site.diagrams.stage import Artefact, DiagramStage, Feedback, facts, listed
from helpers.stats.checks.srm import srm


@dataclass(frozen=True)
class Workflow:
    """Six stages and the arrow from the last to the first."""

    stages: tuple[DiagramStage, ...]
    feedback: Feedback


def workflow(study: Study, numbers: Mapping[str, Number], plan: TrackingPlan, arms: Mapping[str, int]) -> Workflow:
    """The six stages of a study; ``arms`` are the units of each arm that were exposed.

    What the results do not hold is left out, never made up.
    """
    return Workflow(
        (
            _hypothesise(study),
            _design(study, numbers),
            _instrument(study, plan),
            _run(study, numbers, arms),
            _analyse(study, numbers),
            _decide(study, numbers),
        ),
        Feedback(
            "decide",
            "hypothesise",
            "What was learned starts the next experiment",
            "The decision, its dissent and the limits of the study are written down where the next hypothesis is made. "
            + (f"This study leaves behind: {' '.join(study.limits)}" if study.limits else ""),
        ),
    )


def text_of(numbers: Mapping[str, Number], name: str) -> str | None:
    """The text of a recorded number, or None where the study has none."""
    return numbers[name].text if name in numbers and numbers[name].value is not None else None


def _hypothesise(study: Study) -> DiagramStage:
    roles = {"primary": "decides", "secondary": "also a success", "guardrail": "must not get worse"}
    return DiagramStage(
        "hypothesise",
        "Hypothesise",
        "Say what will change, for whom, by how much, and why.",
        (
            "Name the change, the people it reaches and the reason it should work",
            "Choose one primary metric and the guardrails before seeing any result",
            "Write down the smallest uplift that would pay",
        ),
        (
            "A hypothesis that every outcome would confirm",
            "A metric that moves easily and means little",
            "Several primary metrics, of which one is bound to win",
        ),
        ("One primary metric is named", "A result that would refute the hypothesis can be stated"),
        Artefact(
            "Experiment brief",
            facts(
                ("Question", study.question),
                ("Hypothesis", None if study.assumes("hypothesis") else study.hypothesis),
                ("Change", None if study.assumes("change") else study.change),
            ),
            (("Metric", "Role"), *((m.label, f"{m.role}: {roles[m.role]}") for m in study.metrics)),
        ),
    )


def _design(study: Study, numbers: Mapping[str, Number]) -> DiagramStage:
    weeks, total = text_of(numbers, "design.weeks"), text_of(numbers, "design.n_total")
    return DiagramStage(
        "design",
        "Design",
        "Fix arms, sample size, duration and decision rule before the start.",
        (
            "Compute the sample size from baseline, uplift, power and split",
            "Run whole weeks, so that each weekday counts the same",
            "Fix margins for the guardrails and the rule for GO",
        ),
        (
            "A sample sized by what traffic allows rather than by what has to be found",
            "Counting users who never reach the change",
            "Peeking without a sequential plan",
        ),
        (
            "Sample size and end date are fixed",
            "The decision rule stands in the study file",
            "The A/A test stays quiet",
        ),
        Artefact(
            "Test configuration",
            facts(
                ("Unit enters at", study.exposure),
                ("Salt", study.salt),
                ("Smallest uplift to find", formatted(study.design.minimum_detectable, "relative")),
                ("Power", formatted(study.design.power, "share")),
                ("Units planned", total),
                ("Whole weeks", weeks),
                ("False positives of the A/A test", text_of(numbers, "aa.false_positives")),
            ),
            (
                ("Arm", "Share", "What it shows"),
                *((v.name, formatted(v.weight, "share"), v.description) for v in study.variants),
            ),
        ),
    )


def _instrument(study: Study, plan: TrackingPlan) -> DiagramStage:
    def carries(properties: Sequence[str]) -> str:
        return listed(properties)

    rows = [
        (name, event.description, carries([p for p, rule in event.properties.items() if rule.required]))
        for name, event in plan.events.items()
    ]
    return DiagramStage(
        "instrument",
        "Instrument",
        "Make every step that counts leave an event, and check that it does.",
        (
            "Plan each event: name, properties, types, which are required",
            "Log the exposure where the change can first be seen",
            "Walk through both arms and compare the log with what was done",
        ),
        (
            "One event under three spellings",
            "An exposure logged in one arm only",
            "Events without the property that an analysis will need",
        ),
        ("Every event of the plan arrives with its required properties", "Both arms log alike"),
        Artefact(
            "Tracking plan",
            facts(
                ("Plan", f"studies/tracking_plans/{study.tracking_plan}.yml"),
                ("Funnel", " → ".join(study.funnel.steps)),
            ),
            (("Event", "Fires when", "Required properties"), *rows),
        ),
    )


def _run(study: Study, numbers: Mapping[str, Number], arms: Mapping[str, int]) -> DiagramStage:
    table: tuple[tuple[str, ...], ...] = ()
    verdict = None
    if sum(arms.values()) > 0:
        test = srm({v.name: arms.get(v.name, 0) for v in study.variants}, {v.name: v.weight for v in study.variants})
        rows = zip(test.arms, test.observed, test.expected, strict=True)
        table = (
            ("Arm", "Exposed", "Expected"),
            *((arm, formatted(seen, "count"), formatted(due, "count")) for arm, seen, due in rows),
        )
        p = formatted(test.p_value, "p")
        verdict = f"p {p if p[0] in '<>' else f'= {p}'}: " + ("mismatch" if test.failed else "as designed")
    return DiagramStage(
        "run",
        "Run",
        "Let it run to its end while watching only what can do harm.",
        (
            "Raise the traffic in steps, guardrails first",
            "Test the sample ratio every day",
            "Leave the primary metric alone until the planned end",
        ),
        (
            "Stopping on the first good day",
            "Changing the product or the split halfway",
            "Reading on when the arms are not as large as designed",
        ),
        ("The planned sample is reached", "No sample-ratio mismatch", "Whole weeks have passed"),
        Artefact(
            "Sample-ratio table",
            facts(
                ("From", f"{study.period.start:%Y-%m-%d}"),
                ("To, excluded", f"{study.period.end:%Y-%m-%d}"),
                ("Sample-ratio test", verdict),
                ("Units assigned", text_of(numbers, "assigned.units")),
            ),
            table,
            note="" if table else "No exposed unit in the warehouse, so there is no ratio to test.",
        ),
    )


def _analyse(study: Study, numbers: Mapping[str, Number]) -> DiagramStage:
    def row(metric: Metric) -> tuple[str, ...] | None:
        name = f"metrics.{metric.name}"
        change = text_of(numbers, f"{name}.relative")
        if change is None:
            return None
        low, high = text_of(numbers, f"{name}.relative_low"), text_of(numbers, f"{name}.relative_high")
        interval = between(low, high) if low and high else "not available"
        return metric.label, change, interval, text_of(numbers, f"{name}.verdict") or ""

    rows = [found for found in map(row, study.metrics) if found]
    passed, total = text_of(numbers, "trust.passed"), text_of(numbers, "trust.total")
    return DiagramStage(
        "analyse",
        "Analyse",
        "Check that the result can be trusted, then estimate it with its uncertainty.",
        (
            f"Trust checks first: {', '.join(map(str.lower, families()))}",
            "Report the interval, not only the p-value",
            "Primary metric at the full level, secondary ones share another, guardrails against their margins",
        ),
        (
            "Filtering users by what they did after the exposure",
            "Calling the best of many segments a finding",
            "Reading “not significant” as “no effect”",
        ),
        ("All trust checks pass", "Each planned metric is reported, winners and losers alike"),
        Artefact(
            "Results report",
            facts(
                ("Trust checks passed", f"{passed} of {total}" if passed and total else None),
                ("Failed", text_of(numbers, "trust.failed")),
                ("Planted effect on the primary metric", text_of(numbers, "truth.relative")),
            ),
            (("Metric", "Change", "Interval", "Verdict"), *rows) if rows else (),
        ),
    )


def _decide(study: Study, numbers: Mapping[str, Number]) -> DiagramStage:
    rollout = (
        ("Rollout stage", "Days", "Goes on when"),
        *((formatted(s.share, "share"), str(s.days), s.advance_when) for s in study.rollout),
    )
    return DiagramStage(
        "decide",
        "Decide",
        "Apply the rule that was fixed before, and write down why.",
        (
            "Apply the rule; log an override with its reason",
            "Put money and risk beside the estimate",
            "Plan rollout stages and what ends them",
        ),
        (
            "A rule bent until the favourite wins",
            "Significant, and too small to pay",
            "Losers that leave no record and are tried again",
        ),
        ("The decision is logged with the results it stands on", "What was learned has an owner"),
        Artefact(
            "Decision log",
            facts(
                ("Decision", text_of(numbers, "decision.verdict")),
                ("Because", text_of(numbers, "decision.reason")),
                ("Next", text_of(numbers, "decision.recommendation")),
                ("People", text_of(numbers, "people.sentence")),
                ("Expected net value over the horizon", text_of(numbers, "money.expected")),
                ("Risk of no improvement", text_of(numbers, "risk.no_improvement")),
            ),
            rollout,
        ),
    )
