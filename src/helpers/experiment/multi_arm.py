"""Every arm against the control: the table of a study with more than two variants."""

from dataclasses import replace

from helpers.experiment.results import MetricEffect, Results
from helpers.stats.multiplicity.corrections import adjust


def against_control(results: Results) -> list[MetricEffect]:
    """Every treatment on every success metric, p-values adjusted together; nothing of a study with two variants.

    Holm over all the tests keeps the chance of any false alarm at alpha under every dependence, so it covers that all
    of them share one control. Guardrails are judged in the study's own arm only, see :meth:`Results.guardrails`.
    Reference: Holm (1979).
    """
    study = results.study
    if len(study.treatments) < 2:
        return []
    metrics = [m for m in study.metrics if m.role != "guardrail"]
    found = [
        effect
        for variant in study.treatments
        for metric in metrics
        if (effect := results.effect(metric, variant=variant.name)) is not None
    ]
    shared = adjust([e.effect.p_value for e in found], "holm", alpha=1 - study.decision.confidence)
    return [replace(e, adjusted_p=p) for e, p in zip(found, shared.adjusted, strict=True)]
