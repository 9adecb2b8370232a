"""How long it took until all units were in, where that is known."""

from helpers.config.assumed import paced
from helpers.experiment.results import Results


def enrolment_days(results: Results) -> float:
    """Days over which units came in: from the first to the last exposure, or the stated period of a table without times.

    0 where nothing tells them, so that no pace is made of a period that nobody stated.
    """
    study = results.study
    if study.has_time:
        return results.observed.enrolment_days
    return study.period.experiment_days if paced(study) else 0.0
