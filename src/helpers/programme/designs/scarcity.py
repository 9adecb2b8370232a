"""The comparison of what to randomise when supply is scarce: users or whole regions, each world with an effect and without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.programme.designs.evaluated import EvaluatedAnalysis
from helpers.programme.designs.interference import Lived, Marketplace
from helpers.programme.designs.repeated import Average, stream

if TYPE_CHECKING:
    from helpers.config.programme import Programme

SUPPLIES = (2.0, 1.5, 1.25, 1.0, 0.75, 0.5)
"""Slots for each order that the controls would want, from plenty to scarce."""
USERS, REGIONS, REGIONS_BY_USER = "Users, tested by user", "Regions, tested by region", "Regions, tested by user"


@dataclass(frozen=True)
class Level:
    """One supply: the truth and what the two designs estimate on average."""

    supply: float
    truth: Average
    by_user: Average
    by_region: Average


@dataclass(frozen=True)
class Scarcity:
    """Both designs over supplies, and each analysis judged at one of them."""

    levels: tuple[Level, ...]
    supply: float
    truth: Average
    designs: tuple[EvaluatedAnalysis, ...]


def compared(programme: Programme) -> Scarcity:
    """The two designs on the same worlds, once with the planted uplift and once without any."""
    asked = programme.beyond
    rng = stream(programme.data.seed, "interference")
    lived, equal = (
        Lived.of(Marketplace.of(rng, asked.rate, uplift, runs=asked.runs, units=asked.units, regions=asked.regions))
        for uplift in (asked.uplift, 0.0)
    )
    levels = (
        Level(s, *(Average.of(v) for v in (lived.truth(s), lived.users(s).absolute, lived.clusters(s).absolute)))
        for s in SUPPLIES
    )
    truth = lived.truth(asked.supply)
    analyses = ((USERS, Lived.users), (REGIONS, Lived.clusters), (REGIONS_BY_USER, Lived.rows))
    designs = (
        EvaluatedAnalysis.of(name, a(lived, asked.supply), truth, a(equal, asked.supply)) for name, a in analyses
    )
    return Scarcity(tuple(levels), asked.supply, Average.of(truth), tuple(designs))
