"""The group of commands: how they are listed, how a wrong input ends, what the exit codes mean."""

import difflib
import errno
import shutil
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from helpers import paths
from helpers.errors import EXIT_CODES, ReportError
from helpers.pipeline.terminal import say

YOURS = ("new-study", "check", "register", "run", "serve", "decide", "compare")
"""The user's commands, in the order of their use; all others are under ``dev``."""
SECTIONS = {
    "The project": ("build", "live", "plan-diff", "golden", "calibration", "own-data", "docs", "schema"),
}
"""Maintainers' commands by what they are for, in the order of their use; all others are steps."""
THE_REST = "Steps, as make runs them"

FULL = "make room; what was there before is untouched"
FILE_ERRORS = {
    errno.ENOSPC: ("cannot write: the disk is full", FULL),
    errno.EDQUOT: ("cannot write: the disk quota is used up", FULL),
    errno.EFBIG: ("cannot write: a file would be larger than this account may make one", FULL),
    errno.EROFS: ("cannot write: the folder is read-only", "allow writing; what was there before is untouched"),
    errno.EACCES: ("cannot read or write: this account may not", "allow it; what was there before is untouched"),
    errno.EPERM: (
        "cannot read or write: this place allows nobody to",
        "work in another folder; what was there before is untouched",
    ),
    errno.ENOTDIR: ("cannot write: a file stands where a folder is needed", "move the file away"),
    errno.EEXIST: ("cannot write: a file stands where a folder is needed", "move the file away"),
    errno.E2BIG: ("no program can be started: the environment is too large", "unset variables that hold whole files"),
}
"""What hinders every program alike, and what to do."""


class Commands(click.Group):
    """Names the nearest command for a word that it does not know."""

    def known(self) -> dict[str, click.Command]:
        """Every command that is understood here, listed or not."""
        return dict(self.commands)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return self.known().get(name)

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        near = difflib.get_close_matches(args[0], self.known(), n=1)
        if args[0] not in self.known() and near and not args[0].startswith("-"):
            context.fail(f"No such command {args[0]!r}. Did you mean {near[0]!r}?")
        return super().resolve_command(context, args)


class Yours(Commands):
    """Lists the user's commands with what they are given; those of ``dev`` are understood without that word too."""

    def known(self) -> dict[str, click.Command]:
        return {**dev.commands, **self.commands}

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        there = {name: self.commands[name] for name in (*YOURS, "dev") if name in self.commands}
        called = {name: " ".join([name, *_given(each)]) for name, each in there.items()}
        width = max(map(len, called.values())) + 2
        with formatter.section("Commands"):
            formatter.write_dl(
                [(f"{called[name]:<{width}}", each.get_short_help_str(SENTENCE)) for name, each in there.items()]
            )

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in EXIT_CODES.items()])


class Sections(Commands):
    """Lists commands by purpose."""

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, self.commands)) + 2
        named = {name for names in SECTIONS.values() for name in names}
        rest = tuple(name for name in self.commands if name not in named)
        for title, names in (SECTIONS | {THE_REST: rest}).items():
            there = [(name, self.commands[name]) for name in names if name in self.commands]
            with formatter.section(title):
                room = formatter.width - width - 4
                formatter.write_dl([(f"{name:<{width}}", each.get_short_help_str(room)) for name, each in there])


def _given(command: click.Command) -> list[str]:
    """What a command must be given, as its help calls it."""
    return [
        each.metavar or each.name.upper() for each in command.params if isinstance(each, click.Argument) and each.name
    ]


SENTENCE = 200
"""Letters that the first sentence on a command may have, which is told whole."""
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=Yours, context_settings=SETTINGS)
def main() -> None:
    """From an event log to a rollout recommendation, in the folder where you are.

    \b
    helpers new-study ~/exports/test.csv   proposes studies/test.yml, which you read and correct
    helpers check studies/test.yml         says what would be analysed, and what is wrong
    helpers register studies/test.yml      writes the rule down before the outcome is read
    helpers run studies/test.yml           makes the report, reports/test/index.html
    helpers serve                          shows it in the browser
    """


@main.group(cls=Sections, context_settings=SETTINGS)
def dev() -> None:
    """Build steps and maintainers' commands, as make runs them."""


def command(function: Callable[..., Any]) -> click.Command:
    """A subcommand, of ``dev`` unless it is one of :data:`YOURS`; wrong inputs end in one message and exit code 2."""

    @wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            function(*args, **kwargs)
        except ReportError as error:
            refuse(error)
        except OSError as error:
            if error.errno not in FILE_ERRORS:
                raise
            what, remedy = FILE_ERRORS[error.errno]
            named = Path(str(error.filename)) if error.filename else paths.ROOT
            refuse(ReportError(what, got=paths.shown(named) + (_room(named) if remedy == FULL else ""), remedy=remedy))
        except KeyboardInterrupt:
            say("\nstopped; what is whole stays, and the next run goes on from there", err=True)
            sys.exit(130)

    name = function.__name__.strip("_").replace("_", "-")
    return (main if name in YOURS else dev).command(name)(guarded)


def _room(place: Path) -> str:
    """How much is free on the disk of a place, which may itself be gone."""
    there = next(folder for folder in (place, *place.absolute().parents) if folder.exists())
    return f", on whose disk {shutil.disk_usage(there).free / 1e6:,.1f} MB are free"


def refuse(error: ReportError) -> None:
    """Say what is wrong and end with exit code 2."""
    say(f"{error}\n", err=True, red="error:")
    sys.exit(2)


def _from_here(context: click.Context, parameter: click.Parameter, file: str | None) -> str | None:
    """A file as it is found from everywhere: steps run at the project's root, and the user need not be there."""
    here = paths.workplace()
    return str(here / file) if file and here != paths.ROOT else file


study_argument = click.argument("study_file", metavar="STUDY", callback=_from_here)
optional_study = click.argument("study_file", metavar="[STUDY]", required=False, callback=_from_here)
