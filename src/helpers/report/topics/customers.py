"""Tables, sentences and recorded numbers of the customers' segments."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.formatting import decimal, formatted, interval, share
from helpers.programme.customers.lifecycle import STATES
from helpers.report.tables import Row

if TYPE_CHECKING:
    from helpers.programme.customers.clusters import Agreement, Clustering
    from helpers.programme.customers.lifecycle import GrowthPeriod
    from helpers.programme.customers.movement import Movement
    from helpers.programme.customers.power import Gain
    from helpers.programme.customers.rfm import Group
    from helpers.report.notebook import ProgrammeNotebook


def table(found: "Sequence[Group]", currency: str) -> list[Row]:
    """Segments by what one of their shoppers spends in the next interval."""
    return [
        {
            "Segment": g.name,
            "Shoppers": f"{g.shoppers:,}",
            "Spends next": formatted(g.next_cents, "price", currency),
            "95 % interval": interval(g.low, g.high, "price", currency),
        }
        for g in found
    ]


def table_states() -> list[Row]:
    """What each state of the lifecycle means."""
    return [{"State": state, "A shopper who": meaning} for state, meaning in STATES.items()]


def table_growth(periods: "Sequence[GrowthPeriod]", last: int = 6) -> list[Row]:
    """The growth accounting of the last intervals."""
    return [
        {
            "Interval": p.number + 1,
            "Active": f"{p.active:,}",
            "New": f"{p.new:,}",
            "Returning": f"{p.returning:,}",
            "Resurrecting": f"{p.resurrecting:,}",
            "Lapsed": f"{p.lapsed:,}",
            "Change": f"{p.change:+,}",
        }
        for p in periods[-last:]
    ]


def table_clusters(found: "Clustering") -> list[Row]:
    """Each cluster's size."""
    return [
        {
            "Cluster": c.name,
            "Shoppers": f"{c.shoppers:,}",
            "Share": formatted(c.share.share, "share"),
            "95 % interval": interval(c.share.low, c.share.high, "share"),
        }
        for c in found.clusters
    ]


def table_planted(found: "Agreement") -> list[Row]:
    """Of each planted kind, the cluster that holds most of it."""
    rows = []
    for kind, shares in zip(found.kinds, found.shares, strict=True):
        name, most = max(zip(found.clusters, shares, strict=True), key=lambda pair: pair[1].share)
        rows.append({"Planted kind": kind, "Most are in": name, "Share": share(most)})
    return rows


def table_movement(found: "Movement") -> list[Row]:
    """Of each segment, how many stayed, and where most of the others went."""
    rows = []
    for name, shares in zip(found.before, found.shares, strict=True):
        others = [pair for pair in zip(found.after, shares, strict=True) if pair[0] != name]
        most, moved = max(others, key=lambda pair: pair[1].share, default=("nowhere: there is one segment", None))
        stayed = share(found.share(name, name)) if name in found.after else "none"
        went = share(moved) if moved else "none"
        rows.append({"Segment": name, "Stayed": stayed, "Most others went to": most, "Share": went})
    return rows


def table_gains(found: "Sequence[Gain]") -> list[Row]:
    """Units of a thousand that each segmentation saves."""
    return [
        {
            "Compared within": g.name,
            "Variance removed": formatted(g.removed, "share"),
            "95 % interval": interval(g.low, g.high, "share"),
            "Units saved of 1,000": f"{g.saved:,}",
        }
        for g in found
    ]


def note_planted(found: "Agreement") -> str:
    """How far clusters and kinds are one."""
    return f"adjusted Rand index {decimal(found.index, 2)}: 1 is equal, 0 is chance"


def record(
    nb: "ProgrammeNotebook", found: "Clustering", truth: "Agreement", moves: "Movement", saved: "Sequence[Gain]"
) -> None:
    """``segments.*``: what the later pages and the front page tell."""
    nb.record(
        "segments.clusters",
        found.k,
        "count",
        "Clusters that are stable" if found.stable else "Clusters shown; no number is stable",
    )
    nb.record("segments.agreement", truth.index, "number", "Adjusted Rand index of clusters and planted kinds")
    nb.record("segments.agreement_low", truth.low, "number", "Lower end of its interval")
    nb.record("segments.agreement_high", truth.high, "number", "Upper end of its interval")
    nb.record("segments.stayed", moves.stayed.share, "share", "Shoppers whose segment is the same an interval later")
    for gain in saved:
        name = "".join(c if c.isalnum() else "_" for c in gain.name.lower())
        nb.record(f"segments.removed.{name}", gain.removed, "share", f"Variance removed: {gain.name}")


def text(found: "Clustering", truth: "Agreement", moves: "Movement", saved: "Sequence[Gain]") -> str:
    """What the segments are, and what they are good for."""
    best = max(saved[:-1], key=lambda gain: gain.removed)
    return (
        f"{found.k} clusters are {'stable' if found.stable else 'shown, though no number of them is stable'}, and agree"
        f" with the {len(truth.kinds)} planted kinds only in part (adjusted Rand"
        f" index {decimal(truth.index, 2)}); {formatted(moves.stayed.share, 'share')} of the shoppers are in the same segment an"
        f" interval later, and comparing within {best.name} takes {formatted(best.removed, 'share')} off the variance of an"
        f" experiment on spending, where CUPED takes {formatted(saved[-1].removed, 'share')}."
    )
