"""Which treatment a report is about: the one that the rule proposes, known from the results alone.

Everything that names no arm (figures, tables, trends, the numbers under ``primary``, ``risk`` and ``money``) is about this
one; what was seen of the others stands in the tables of every arm.
"""

from functools import cached_property

from helpers.experiment.decision.arms import decide_all
from helpers.experiment.decision.evidence import evidence
from helpers.experiment.decision.value import worth
from helpers.experiment.results import Results


class Judged(Results):
    """Results whose leading treatment is the one that :func:`~helpers.experiment.decision.arms.decide_all` proposes.

    It is the first one where none was seen. No trust check is needed: one that fails bars every arm, and which of them
    would be proposed stays as it is.
    """

    @cached_property
    def leading(self) -> str:
        study = self.study
        if len(study.treatments) == 1 or not any(e.metric.role == "primary" for e in self.tested):
            return study.treatments[0].name
        values = {v.name: worth(study, self, v.name)[0] for v in study.treatments}
        return decide_all(evidence(self, (), values), study.decision).proposed.arm
