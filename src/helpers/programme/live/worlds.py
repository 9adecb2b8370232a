"""The streams that are replayed: one experiment with an effect and faulty hours, one that loses units, one quiet."""

from typing import Literal

import numpy as np

from helpers.config.programme import Programme
from helpers.programme.live.replay import Replay
from helpers.programme.live.stream import EventStream, LiveWorld, simulate

Which = Literal["running", "leaking", "quiet"]
STREAMS: tuple[Which, ...] = ("running", "leaking", "quiet")
FAULTY = (0.42, 0.55)
"""Part of the experiment in which the treatment's pages fail, of ``running``."""
LEAKING = 1 / 3
"""Part of the experiment after which units of the treatment are lost, of ``leaking``."""


def world(programme: Programme, which: Which) -> LiveWorld:
    """What is planted in a stream.

    >>> from helpers.config.programme import load
    >>> world(load("programmes/shop_year.yml"), "leaking").leaking_from
    8.0
    """
    units, hours = programme.live.units, programme.live.hours
    match which:
        case "running":
            return LiveWorld(units, hours, faulty=(FAULTY[0] * hours, FAULTY[1] * hours))
        case "leaking":
            return LiveWorld(units, hours, conversion=(0.10, 0.10), leaking_from=LEAKING * hours)
        case "quiet":
            return LiveWorld(units, hours, conversion=(0.10, 0.10))


def stream_of(programme: Programme, which: Which) -> EventStream:
    """The stream of a programme; equal programmes give equal streams."""
    rng = np.random.default_rng([programme.data.seed, STREAMS.index(which)])
    return simulate(world(programme, which), programme.live.lateness_seconds, rng)


def replayed(programme: Programme, which: Which) -> Replay:
    """A stream counted to its end."""
    return Replay(stream_of(programme, which), programme.live).run()
