"""``python -m benchmarks``: every measurement with its goal; exit code 1 when a goal is missed."""

import sys
from collections.abc import Callable, Iterator

import click

from benchmarks import assignment, end_to_end, live, marts, peers, report, resalting
from benchmarks.goal import Goal, machine

NAMES = ("assignment", "resalting", "peers", "end-to-end", "marts", "report", "live")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", multiple=True, type=click.Choice(NAMES), help="Some of the measurements.")
@click.option("--millions", default="1,3,10", show_default=True, help="Sizes of the log, in millions of events.")
@click.option("--units", default=10_000_000, show_default=True, help="Units of the end-to-end measurement.")
@click.option("--full", is_flag=True, help="Add 30 million events.")
def main(only: tuple[str, ...], millions: str, units: int, full: bool) -> None:
    """Measure, side by side with the plainest way to do the same."""
    sizes = sorted({float(size) for size in millions.split(",")} | ({30.0} if full else set()))
    parts: dict[str, Callable[[], Iterator[str | Goal]]] = {
        "assignment": assignment.run,
        "resalting": resalting.run,
        "peers": peers.run,
        "end-to-end": lambda: end_to_end.run(units),
        "marts": lambda: marts.run(sizes),
        "report": report.run,
        "live": live.run,
    }
    click.echo(machine())
    missed = []
    for name in NAMES:
        if only and name not in only:
            continue
        click.echo()
        for found in parts[name]():
            click.echo(found.line if isinstance(found, Goal) else found)
            missed += [found.what] if isinstance(found, Goal) and not found.met else []
    click.echo(f"\n{f'{len(missed)} goals missed: ' + '; '.join(missed) if missed else 'every goal is met'}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
