"""``plan-diff``: two versions of a tracking plan, for a person and for a check before merging."""

import sys
from pathlib import Path

import click

from helpers.cli.group import command
from helpers.pipeline.terminal import say


@command
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW", type=click.Path(path_type=Path))
def plan_diff(old: Path, new: Path) -> None:
    """Say what changed from the tracking plan OLD to NEW; exit code 1 for a break without a new major version."""
    from helpers.config.tracking_plan import read_plan
    from helpers.config.versions import compared

    comparison = compared(read_plan(old), read_plan(new))
    say(comparison)
    sys.exit(0 if comparison.passed else 1)
