"""``live``: a running experiment in the terminal, replayed or read as it is written, from where it was stopped."""

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helpers.cli.group import command

if TYPE_CHECKING:
    from helpers.config.programme import Live


@command
@click.argument("programme_file", metavar="PROGRAMME")
@click.option(
    "--speed",
    type=click.FloatRange(min=0),
    help="Seconds of the stream in one second; 0 is as fast as it can. 1,440 on a terminal, else 0.",
)
@click.option(
    "--events", metavar="FILE", help="Follow FILE as it grows, or read standard input with -, instead of the replay."
)
@click.option("--from-start", is_flag=True, help="Forget where an earlier process was stopped.")
def live(programme_file: str, speed: float | None, events: str | None, from_start: bool) -> None:
    """Watch the running experiment of PROGRAMME event by event; a stopped one goes on from its checkpoint.

    It is replayed, or with --events read as it is written, one JSON object a line, such as

    {"event_id": "e1", "unit": "u7", "variant": "control", "name": "order", "occurred": "2026-07-27T09:30:00Z", "value": 1999}

    where variant is control or treatment, name is exposure, order or error, occurred may also be epoch milliseconds, and
    value, cents of an order, may be left out. A line that is no event is shown, counted and passed over. The end of the
    input, or Ctrl-C, ends it with its totals.
    """
    from helpers.config import programme
    from helpers.pipeline import lock
    from helpers.pipeline.files import private, write_text
    from helpers.programme.live.replay import Replay
    from helpers.programme.live.screen import DAY_A_MINUTE, Screen
    from helpers.programme.live.worlds import stream_of

    asked, where = programme.opened(programme_file)
    folder = where.data / "live"
    if events is not None:
        with lock.held(private(folder)):  # its own folder alone: builds go on while it watches
            _followed(events, asked.live, folder, from_start=from_start)
        return
    with lock.held(where.base):
        file = folder / "checkpoint.npz"
        if from_start:
            file.unlink(missing_ok=True)
        replay = Replay(stream_of(asked, "running"), asked.live, file)
        screen = Screen(replay, *_face())
        pace = speed if speed is not None else DAY_A_MINUTE if screen.terminal else 0
        screen.run(pace)
        write_text(folder / "totals.json", replay.totals())
        file.unlink(missing_ok=True)


def _followed(events: str, settings: "Live", folder: Path, *, from_start: bool) -> None:
    """Follow a file or the input to its end; SIGINT and SIGTERM end it after the lines in hand."""
    from helpers.pipeline.files import write_json
    from helpers.programme.live.feed import Feed, Grown, StandardInput
    from helpers.programme.live.screen import Screen

    file = folder / "feed.npz"
    if from_start:
        file.unlink(missing_ok=True)
    feed = Feed(StandardInput() if events == "-" else Grown(Path(events)), settings, file)
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, feed.stop)
    screen = Screen(feed, *_face())
    screen.follow()
    write_json(folder / "feed_totals.json", feed.totals())
    if feed.stopping:
        raise KeyboardInterrupt


def _face() -> tuple[bool, bool]:
    """Whether a picture may be redrawn, and in colours."""
    terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return terminal, terminal and not os.environ.get("NO_COLOR")
