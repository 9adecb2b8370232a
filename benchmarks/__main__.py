"""``python -m benchmarks``: every measurement with its goal, a table and ``results.json`` at the end.

Exit code 1 when a goal is missed or a part failed; the other parts are measured all the same.
"""

import sys
from collections.abc import Callable, Iterator

import click

from benchmarks import assignment, end_to_end, live, marts, outcome, peers, reading, report, rerandomisation
from benchmarks.goal import Goal, machine
from benchmarks.outcome import Part

NAMES = ("assignment", "rerandomisation", "peers", "end-to-end", "reading", "marts", "report", "live")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", multiple=True, type=click.Choice(NAMES), help="Some of the measurements.")
@click.option("--millions", default="1,3,10", show_default=True, help="Sizes of the log, in millions of events.")
@click.option("--units", default=10_000_000, show_default=True, help="Units of the end-to-end measurement.")
@click.option("--full", is_flag=True, help="Add 30 million events.")
@click.option("--base", help="A commit that reading is measured against, in turns.")
def main(only: tuple[str, ...], millions: str, units: int, full: bool, base: str | None) -> None:
    """Measure, side by side with the plainest way to do the same."""
    sizes = sorted({float(size) for size in millions.split(",")} | ({30.0} if full else set()))
    parts: dict[str, Callable[[], Iterator[str | Goal]]] = {
        "assignment": assignment.run,
        "rerandomisation": rerandomisation.run,
        "peers": peers.run,
        "end-to-end": lambda: end_to_end.run(units),
        "reading": lambda: reading.run(base),
        "marts": lambda: marts.run(sizes),
        "report": report.run,
        "live": live.run,
    }
    told = machine()
    click.echo(told)
    done: list[Part] = []
    for name in NAMES:
        if not only or name in only:
            click.echo()
            done.append(measured(name, parts[name]))
            outcome.save(told, done)  # after each part, so that an end by force loses one
    click.echo(f"\n{outcome.table(done)}\n\n{outcome.verdict(done)}")
    click.echo(f"Written to {outcome.FILE.relative_to(outcome.FILE.parents[1])}")
    sys.exit(0 if all(part.met for part in done) else 1)


def measured(name: str, run: Callable[[], Iterator[str | Goal]]) -> Part:
    """One part to its end, told as it goes; an error ends it and is its outcome, whatever it is."""
    part = Part(name)
    try:
        for found in run():
            click.echo(found.line if isinstance(found, Goal) else found)
            (part.goals if isinstance(found, Goal) else part.said).append(found)  # type: ignore[arg-type]
    except Exception as error:
        part.failure = f"{type(error).__name__}: {error}"
        click.echo(f"  FAIL  {part.failure}", err=True)
    return part


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
