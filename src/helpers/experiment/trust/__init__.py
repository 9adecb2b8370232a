"""Trust checks: may any result be read? What fails invalidates, what warns is shown beside the result."""

from helpers.experiment.arm_shares import Counted, counted
from helpers.experiment.caveats import Caveat
from helpers.experiment.trust.check import TrustCheck, TrustVerdict
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
