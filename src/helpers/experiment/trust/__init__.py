"""Trust checks: may any result be read? What fails invalidates, what warns is shown beside the result."""

from helpers.experiment.trust.check import Caveat, Counted, TrustCheck, TrustVerdict, counted
from helpers.experiment.trust.checks import Trust, trust_checks
from helpers.experiment.trust.sensitivity import Reestimate, touched

__all__ = [
    "Caveat",
    "Counted",
    "Reestimate",
    "Trust",
    "TrustCheck",
    "TrustVerdict",
    "counted",
    "touched",
    "trust_checks",
]
