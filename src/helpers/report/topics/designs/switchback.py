"""Tables, sentence and recorded numbers of the switchback."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.formatting import formatted, share, unsigned
from helpers.report.tables import Row
from helpers.report.topics.designs import average

if TYPE_CHECKING:
    from helpers.programme.designs.block_lengths import Switchback
    from helpers.programme.designs.evaluated import EvaluatedAnalysis
    from helpers.report.notebook import ProgrammeNotebook


def table(lengths: Sequence[Switchback]) -> list[Row]:
    """How wrong each estimate is, by the length of the blocks; None where a block is no longer than the burn-in that is cut."""
    return [
        {
            "Block": s.length,
            "Blocks": formatted(s.blocks, "count"),
            "Bias, all hours": average(s.all_hours.bias, "points"),
            "Bias, every block cut": average(s.every_cut.bias, "points") if s.every_cut else None,
            "Error, all hours": _error(s.all_hours),
            "Error, switched blocks cut": _error(s.switched_cut),
            "Error, every block cut": _error(s.every_cut) if s.every_cut else None,
        }
        for s in lengths
    ]


def table_alarms(lengths: Sequence[Switchback]) -> list[Row]:
    """What each test promises and keeps, by the length of the blocks."""
    return [
        {
            "Block": s.length,
            "False positives, by order": share(s.by_order.false_positives),
            "False positives, by block": share(s.all_hours.false_positives),
            "The same, switched blocks cut": share(s.switched_cut.false_positives),
            "The same, every block cut": share(s.every_cut.false_positives) if s.every_cut else None,
            "Intervals that hold the truth, by block": share(s.all_hours.covered),
            "The same, with every block cut": share(s.every_cut.covered) if s.every_cut else None,
        }
        for s in lengths
    ]


def record(nb: ProgrammeNotebook, lengths: Sequence[Switchback]) -> None:
    """``beyond_ab.switchback.*``: a number a length of the blocks and claim."""
    for s in lengths:
        name, of = f"beyond_ab.switchback.{s.block}h", f"Blocks of {s.length}"
        nb.record(f"{name}.bias", s.all_hours.bias.value, "points", f"{of}: bias of the effect, all hours")
        nb.record(f"{name}.expected_bias", s.expected, "points", f"{of}: the same in closed form")
        nb.record(
            f"{name}.by_order", s.by_order.false_positives.share, "share", f"{of}: false positives of the test by order"
        )
        nb.record(
            f"{name}.by_block",
            s.all_hours.false_positives.share,
            "share",
            f"{of}: false positives of the test by block",
        )
        if s.every_cut:
            nb.record(f"{name}.cut_bias", s.every_cut.bias.value, "points", f"{of}: bias without the burn-in")
            nb.record(f"{name}.cut_error", s.every_cut.error, "points", f"{of}: error without the burn-in")


def text(lengths: Sequence[Switchback]) -> str:
    """What carry-over takes, what a burn-in gives back and what orders claim, in one sentence."""
    shortest = lengths[0]
    cut, best = min((s.every_cut.error, s.block) for s in lengths if s.every_cut)
    worst = max(s.by_order.false_positives.share for s in lengths)
    return (
        f"With blocks of {shortest.length} the effect comes out wrong by {formatted(shortest.all_hours.bias.value, 'points')}; with a burn-in cut "
        f"from every block the error is least at blocks of {best} hours ({unsigned(cut, 'points')}), and a test that counts orders in place of "
        f"blocks raises false alarms in up to {formatted(worst, 'share')} of runs."
    )


def _error(found: EvaluatedAnalysis) -> str:
    return unsigned(found.error, "points")
