"""``compare``: counts of the arms in, the answer on the terminal out, for who has no rows."""

from typing import TYPE_CHECKING, Any

import click

from helpers.cli.group import command
from helpers.pipeline.terminal import say

if TYPE_CHECKING:
    from helpers.ingest.counts.written import Kind


@command
@click.argument("arms", metavar="CONTROL TREATMENT...", nargs=-1)
@click.option("--means", "kind", flag_value="means", help="Arms are units,mean,standard deviation.")
@click.option("--sums", "kind", flag_value="sums", help="Arms are units,sum,sum of squares.")
@click.option("--names", metavar="NAMES", help="Of the arms, control first: control,blue,red.")
@click.option(
    "--weights", metavar="SIZES", help="How large the arms were meant to be, such as 9:1; equal when left out."
)
@click.option("--better", type=click.Choice(["higher", "lower"]), default="higher", help="Which way is better.")
@click.option("--min-uplift", metavar="SHARE", help="Smallest relative uplift worth shipping.")
@click.option("--max-risk", metavar="SHARE", help="Largest risk of no improvement with which it ships.")
@click.option("--confidence", metavar="SHARE", help="Of the intervals; the test has the rest as its level.")
@click.option("--prior", metavar="SHARES", help="Ideas that help, that harm, and their typical size: 0.2,0.2,0.05.")
@click.option("--planned-units", metavar="UNITS", help="Units of all arms that the test was planned with.")
@click.option("--share-of-time", metavar="SHARE", help="How much of its time the test had run, where it is not over.")
def compare(
    arms: tuple[str, ...], kind: "Kind | None", names: str | None, weights: str | None, better: str,
    share_of_time: str | None, planned_units: str | None, **stated: Any,
) -> None:  # fmt: skip
    """Compare arms of which you have counts alone: 500/10000 560/10000, the control first.

    An arm is successes/units (500/10000, 500 of 10000, 1,000/20,000), with --means 10000,20.1,35.2 (units, mean, standard
    deviation). It tells the effect of each treatment with interval, p and risk, whether the arms have the sizes they were
    meant to have, and GO, ITERATE, KILL or INVALID by the rule of the reports. Shares may be written 0.05 or 5%.

    Instead of arms it takes a table of them as CSV, with the columns arm, units, successes (or mean, sd; or sum, sum_of_squares)
    and, where there are days, day: a row for each arm and day.
    """
    from helpers.experiment.counts import stated as stating
    from helpers.experiment.counts.compared import CountedArms, compared
    from helpers.ingest.counts import table, written
    from helpers.report.topics import counts

    for word in arms:
        if word.startswith("--"):
            raise click.NoSuchOption(word, ctx=click.get_current_context())
    called = names.split(",") if names is not None else ()
    found = table.read(arms[0], called, kind) if table.is_file(arms) else None
    read = found.arms if found else written.arms(arms, kind or "proportions", called)
    designed = written.weights(weights, list(read)) if weights is not None else dict.fromkeys(read, 1.0)
    time = None
    if share_of_time is not None:
        time = stating.share("--share-of-time", share_of_time, "from 0.01 to 1", lambda x: 0.01 <= x <= 1)
    planned = written.planned(planned_units) if planned_units is not None else None
    asked = CountedArms(
        read, designed, stating.rule(**stated), better == "higher", planned, time, found.days if found else {}
    )
    say(counts.text(compared(asked), weights or "", found.unread if found else ()))


compare.ignore_unknown_options = True
"""So that -5/100 is read, and refused, as a count; a word that begins with two dashes is an option that is not there."""
