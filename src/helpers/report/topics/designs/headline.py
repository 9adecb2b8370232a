"""The one sentence of the notebook: when one A/B test is not the right design."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.formatting import formatted
from helpers.programme.designs.against_ab import AB, THOMPSON
from helpers.programme.designs.many_arms import HOLM, NONE
from helpers.programme.designs.scarcity import USERS

if TYPE_CHECKING:
    from helpers.programme.designs.against_ab import PolicyOutcome
    from helpers.programme.designs.launches import LaunchTotals
    from helpers.programme.designs.many_arms import ManyArms
    from helpers.programme.designs.scarcity import Scarcity


def text(arms: ManyArms, readings: Sequence[PolicyOutcome], market: Scarcity, launched: LaunchTotals) -> str:
    """What goes wrong with many arms, with a bandit, with a shared supply and with a sum of tests."""
    alarms = {c.name: formatted(c.false_alarms.share, "share") for c in arms.corrections}
    lost = {r.policy: formatted(r.regret[-1].value, "number") for r in readings}
    found = {r.policy: formatted(r.found.share, "share") for r in readings}
    users = next(d for d in market.designs if d.name == USERS)
    said, true, summed, together = (
        formatted(found.value, "points")
        for found in (users.estimate, market.truth, launched.summed.effect, launched.truth)
    )
    return (
        f"{arms.treatments} treatments that do nothing cry wolf in {alarms[NONE]} of runs, corrected in {alarms[HOLM]}; a bandit loses {lost[THOMPSON]} successes "
        f"in place of {lost[AB]} and tells the arms apart in {found[THOMPSON]} of runs in place of {found[AB]}; users who share a supply make a test say "
        f"{said} for {true}; launched tests add up to {summed} and bring {together} together."
    )
