"""Which treatment a report is about: the one that the rule proposes, known from the results alone.

Everything that names no arm (figures, tables, trends, the numbers under ``primary``, ``risk`` and ``money``) is about this
one; what was seen of the others stands in the tables of every arm.
"""

from helpers.experiment.decision.arms import decide_all
from helpers.experiment.decision.evidence import evidence
from helpers.experiment.decision.value import worth
from helpers.experiment.results import Results


def leading(results: Results) -> str:
    """The treatment that :func:`~helpers.experiment.decision.arms.decide_all` proposes; the first one where none was seen.

    No trust check is needed: one that fails bars every arm, and which of them would be proposed stays as it is.
    """
    study = results.study
    if len(study.treatments) == 1 or not any(e.metric.role == "primary" for e in results.tested):
        return study.treatments[0].name
    values = {v.name: worth(study, results, v.name)[0] for v in study.treatments}
    return decide_all(evidence(results, (), values), study.decision).proposed.arm
