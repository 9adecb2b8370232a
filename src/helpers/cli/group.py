"""The group of commands: how they are listed, how a wrong input ends, what the exit codes mean."""

import difflib
import errno
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from helpers import paths
from helpers.errors import EXIT_CODES, ReportError
from helpers.pipeline.terminal import say

SECTIONS = {
    "Your experiment": ("new-study", "check", "run", "serve", "live", "log-decision"),
    "The project": ("build", "golden", "calibration", "docs", "schema", "plan-diff"),
}
"""Commands by what they are for, in the order of their use; all others are steps."""
THE_REST = "Steps, as make runs them"

FILE_ERRORS = {
    errno.ENOSPC: "the disk is full",
    errno.EROFS: "the folder is read-only",
    errno.EACCES: "the folder may not be written",
    errno.ENOTDIR: "a file stands where a folder is needed",
    errno.EEXIST: "a file stands where a folder is needed",
    errno.EDQUOT: "the disk quota is used up",
}


class Sections(click.Group):
    """Lists commands by purpose, and names the nearest one for a word it does not know."""

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, self.commands)) + 2
        named = {name for names in SECTIONS.values() for name in names}
        rest = tuple(name for name in self.commands if name not in named)
        for title, names in (SECTIONS | {THE_REST: rest}).items():
            there = [(name, self.commands[name]) for name in names if name in self.commands]
            with formatter.section(title):
                room = formatter.width - width - 4
                formatter.write_dl([(f"{name:<{width}}", each.get_short_help_str(room)) for name, each in there])

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in EXIT_CODES.items()])

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        near = difflib.get_close_matches(args[0], self.commands, n=1)
        if args[0] not in self.commands and near and not args[0].startswith("-"):
            context.fail(f"No such command {args[0]!r}. Did you mean {near[0]!r}?")
        return super().resolve_command(context, args)


@click.group(cls=Sections, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """From an event log to a rollout recommendation.

    STUDY is a study file, such as studies/cart_checkout.yml. Start with: check STUDY, run STUDY, serve.
    """


def command(function: Callable[..., Any]) -> click.Command:
    """A subcommand whose wrong inputs end in one message and exit code 2."""

    @wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            function(*args, **kwargs)
        except ReportError as error:
            refuse(error)
        except OSError as error:
            if error.errno not in FILE_ERRORS:
                raise
            named = Path(error.filename) if error.filename else paths.ROOT
            refuse(
                ReportError(
                    f"cannot write: {FILE_ERRORS[error.errno]}",
                    got=paths.shown(named),
                    remedy="make room or allow writing; what was there before is untouched",
                )
            )
        except KeyboardInterrupt:
            say("\nstopped; what is whole stays, and the next run goes on from there", err=True)
            sys.exit(130)

    return main.command(function.__name__.strip("_").replace("_", "-"))(guarded)


def refuse(error: ReportError) -> None:
    """Say what is wrong and end with exit code 2."""
    say(f"{error}\n", err=True, red="error:")
    sys.exit(2)


study_argument = click.argument("study_file", metavar="STUDY")
