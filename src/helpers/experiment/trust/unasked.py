"""What a study's data cannot answer: such a check has neither passed nor failed, and is not counted among those made."""

from dataclasses import replace

from helpers.config import Log, Study, Units
from helpers.experiment.trust.check import TrustCheck
from helpers.experiment.trust.missing import FAMILY as MISSING
from helpers.experiment.trust.ratio_by import FAMILY
from helpers.formatting import inside

OF_COUNTS = (FAMILY, "External events")
"""Families of checks that counts suffice for."""
TIMELESS = "a table tells whether an outcome happened, not when"


def unanswerable(study: Study) -> dict[str, str]:
    """Names of checks that ask for more than the study's data hold, each with what they lack.

    >>> from helpers import config
    >>> unanswerable(config.load("studies/cart_checkout.yml"))
    {}
    """
    found: dict[str, str] = {}
    if study.is_unit_table:
        found |= dict.fromkeys(("Immature units", "Outcomes before exposure"), TIMELESS)
    if isinstance(study.data, Units) and "shown" not in study.data.columns:
        found["Shown as assigned"] = "no column tells what a unit was shown"
    if study.is_unit_table or (isinstance(study.data, Log) and "session_id" not in study.data.columns):
        found["Clustered units"] = "no column tells sessions, which two units might share"
    return found


def of_rows(study: Study) -> list[TrustCheck]:
    """Checks that rows would have led to and counts do not even raise, none of which is asked; nothing where there are rows.

    >>> from helpers import config
    >>> of_rows(config.load("studies/cart_checkout.yml"))
    []
    """
    if study.has_rows:
        return []
    missing = TrustCheck("Missing values of the metrics", "Are as many values missing in each arm?", "", family=MISSING)
    means = [inside(metric.label) for metric in study.metrics if metric.type == "mean"]
    question = "Are there enough units for the interval of so skewed a mean?"
    return [missing, *(TrustCheck(f"Skew of {label}", question, "", family="Values") for label in means)]


def told(check: TrustCheck, lacks: dict[str, str], study: Study) -> TrustCheck:
    """The check as it is, or that it cannot be told and why; of counts, arm sizes and days alone can be."""
    lack = lacks.get(check.name, "")
    if study.rowless and check.family not in OF_COUNTS:
        lack = study.rowless
    if not lack:
        return check
    return replace(check, found=f"cannot be told: {lack}", verdict="not asked", p_value=None, caveat=None)
