"""The last page: what the rule looks at, what it says, and the entry in the decision log."""

from helpers.config import Study
from helpers.errors import ReportError
from helpers.experiment.decision.rule import Evidence, observed_risk
from helpers.experiment.decision.value import DecisionValue
from helpers.experiment.design import basis, planned_effect
from helpers.experiment.results import Results
from helpers.record import Numbers


def evidence(study: Study, results: Results, earlier: Numbers, value: DecisionValue | None) -> Evidence:
    """What the study's rule weighs, from the experiment, its money and the notebooks before."""
    found = results.effect(study.primary)
    if found is None:
        raise ReportError(
            "no decision: an arm has no exposed units", cause="nobody reached the exposure in the experiment"
        )
    design, _ = basis(results)
    risk = None
    if design is not None:
        risk = observed_risk(found.effect, design, study.design.minimum_detectable, study.decision)
    planned = earlier["design.n_total"].value
    return Evidence(
        found.effect,
        study.primary.better == "higher",
        earlier["trust.failed"].names,
        tuple((study.metric(name).label.lower(), g) for name, g in results.guardrails().items()),
        results.units("exposed", "all", "all"),
        None if planned is None else int(planned),
        risk,
        None if value is None else value.point.net,
        study.economics.currency,
        planned_effect(results),
    )
