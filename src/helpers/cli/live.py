"""``live``: a running experiment replayed in the terminal, from where the last process was stopped."""

import os
import sys

import click

from helpers.cli.group import command


@command
@click.argument("programme_file", metavar="PROGRAMME")
@click.option(
    "--speed",
    type=click.FloatRange(min=0),
    help="Seconds of the stream in one second; 0 is as fast as it can. 1,440 on a terminal, else 0.",
)
@click.option("--from-start", is_flag=True, help="Forget where an earlier process was stopped.")
def live(programme_file: str, speed: float | None, from_start: bool) -> None:
    """Replay the running experiment of PROGRAMME event by event; a stopped one goes on from its checkpoint."""
    from helpers.config import programme
    from helpers.pipeline import lock
    from helpers.pipeline.files import write_text
    from helpers.programme.live.replay import Replay
    from helpers.programme.live.screen import DAY_A_MINUTE, Screen
    from helpers.programme.live.worlds import stream_of

    asked, where = programme.opened(programme_file)
    folder = where.data / "live"
    with lock.held(where.base):
        file = folder / "checkpoint.npz"
        if from_start:
            file.unlink(missing_ok=True)
        replay = Replay(stream_of(asked, "running"), asked.live, file)
        terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        screen = Screen(replay, terminal, colour=terminal and not os.environ.get("NO_COLOR"))
        pace = speed if speed is not None else DAY_A_MINUTE if terminal else 0
        screen.run(pace)
        write_text(folder / "totals.json", replay.totals())
        file.unlink(missing_ok=True)
