"""Simulated logs: a world writes raw events as Parquet and a ledger of the dirt planted in them."""

from collections.abc import Callable
from pathlib import Path

from helpers.config import Simulation, Study
from helpers.errors import ReportError
from helpers.simulate.ledger import Ledger

__all__ = ["Ledger", "simulate"]


def _shop(study: Study, data: Simulation, out: Path, progress: bool) -> Ledger:
    from helpers.simulate.shop import simulate_shop

    return simulate_shop(data, study.period, out, progress=progress)


def _music(study: Study, data: Simulation, out: Path, progress: bool) -> Ledger:
    from helpers.simulate.music import simulate_music

    return simulate_music(study, out, progress=progress)


def _checkout(study: Study, data: Simulation, out: Path, progress: bool) -> Ledger:
    from helpers.simulate.checkout import simulate_checkout

    return simulate_checkout(data, study.period, out, progress=progress)


WORLDS: dict[str, Callable[[Study, Simulation, Path, bool], Ledger]] = {
    "shop": _shop,
    "checkout": _checkout,
    "music": _music,
}
"""Worlds by name; each is imported only when a study asks for it."""


def simulate(study: Study, out: Path, *, progress: bool = True) -> Ledger:
    """Write the simulated log of ``study`` into the folder ``out``.

    Writes ``events/part-NNNN.parquet`` and ``ledger.json``; the shop adds ``catalogue.parquet``, a world whose
    users were treated ``ground_truth.json``. The same study gives the same rows in the same order, whatever the number of workers.

    ``progress`` counts for the step under way, see :mod:`helpers.pipeline.progress`. Raises
    :class:`~helpers.errors.ReportError` when the study reads a log of its own or names a world
    that does not exist.
    """
    if not isinstance(study.data, Simulation):
        raise ReportError(
            f"study {study.name!r} reads a log, there is nothing to simulate",
            got=f"data.source: {study.data.source}",
            expected="data.source: simulated",
        )
    world = WORLDS.get(study.data.world)
    if world is None:
        raise ReportError(
            f"there is no simulated world {study.data.world!r}",
            got=study.data.world,
            expected=f"one of {', '.join(sorted(WORLDS))}",
        )
    return world(study, study.data, out, progress)
