"""What a person says of a file on the command line, and how a person at a terminal is asked."""

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from helpers.errors import ReportError
from helpers.pipeline.terminal import plain, say

if TYPE_CHECKING:
    from helpers.ingest.new_study import Ask, Question, Said

LAST_HEADER = 64
"""The last line in which the names of columns are looked for, as in a study file."""

OPTIONS = {
    "--unit": ("COLUMN", "The column that names the unit: the user, visitor, account that was assigned."),
    "--alias": ("COLUMN", "The column of the id that a unit has before --unit names it, such as anonymous_id."),
    "--time": ("COLUMN", "The column that holds the time."),
    "--event": ("COLUMN", "The column that names what happened; FILE is then a log, one row an event."),
    "--variant": ("COLUMN", "The column that holds the variant."),
    "--control": ("LEVEL", "The level of the variant that is the control, as the file writes it."),
    "--exposure": ("EVENT", "The event of a log from which on the change can touch a unit."),
    "--primary": ("NAME", "What is decided by: a column of a unit table; an event of a log, or its column of amounts."),
    "--outcome": ("NAME", "One more outcome, as --primary; may be given several times. No other is then guessed."),
    "--better": ("lower|higher", "Whether less or more of the primary metric is better; more where nothing tells it."),
    "--empty": (
        "zero|drop",
        "What an empty field of the primary metric means, or of the others where that has none: nothing happened (zero), or not known (drop).",
    ),
    "--money": ("COLUMN", "The column of amounts that revenue is."),
    "--cluster": ("COLUMN", "The column of what was randomised where whole cities, stores, accounts were."),
    "--experiment": ("VALUE", "Which experiment is meant, where FILE holds several."),
    "--where": ("CONDITION", "The rows that count, in SQL: \"country = 'DE'\". The others are left out and counted."),
    "--period": ("START..END", "When the experiment ran, in UTC; the end is excluded: 2026-03-02..2026-03-16."),
    "--header-line": (
        "N",
        "The line of a CSV, or the row of a sheet, that holds the names of the columns, counted from 1.",
    ),
    "--encoding": ("NAME", "What a CSV is written in, such as cp949 or cp1252, where its signs come out wrong."),
    "--decimal": (
        ".|,",
        "What stands before the decimals of numbers, where they do not tell, as 1,234 alone does not.",
    ),
    "--time-format": ("FORMAT", "How times are written, where they do not tell: day_first, %d|%m|%Y, ..."),
}
"""What may be said of a file; none of it must be."""
DESCRIPTIVE = "FILE is no experiment: describe it and plan a test; nothing is compared."


def said(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options by which a person says what is known of a file."""
    function = click.option("--descriptive", is_flag=True, help=DESCRIPTIVE)(function)
    for name, (metavar, told) in reversed(OPTIONS.items()):
        chosen = click.Choice(metavar.split("|")) if name in ("--better", "--empty", "--decimal") else None
        function = click.option(name, metavar=metavar, help=told, type=chosen, multiple=name == "--outcome")(function)
    return function


def said_of(told: Mapping[str, Any]) -> "Said":
    """What the options say, as it is handed on."""
    from helpers.ingest.new_study import Said
    from helpers.ingest.new_study.said import period

    rest = {name: value for name, value in told.items() if name not in ("outcome", "period", "header_line")}
    stated = period(told["period"]) if told.get("period") else None
    line = told.get("header_line")
    if line and not (line.isascii() and line.isdigit() and 1 <= int(line) <= LAST_HEADER):
        raise ReportError(
            "--header-line cannot be used",
            got=line,
            expected=f"a number from 1 to {LAST_HEADER}, as an editor counts the lines",
        )
    return Said(
        **rest, header_line=int(line) if line else None, outcomes=tuple(told.get("outcome") or ()), period=stated
    )


def asked() -> "Ask | None":
    """How a person is asked; None where none sits at a terminal."""
    return _ask if sys.stdin.isatty() and sys.stderr.isatty() else None


def _ask(question: "Question") -> str:
    """The candidates with their evidence, numbered, the guess first; a number or the candidate itself answers."""
    say(f"\n{question.text}", err=True)
    values = [value for value, _ in question.candidates]
    for number, (value, evidence) in enumerate(question.candidates, 1):
        say(f"  {number}. {value}: {evidence}", err=True)

    def chosen(text: str) -> str:
        if text in values:
            return text
        if text.isdecimal() and 1 <= int(text) <= len(values):
            return values[int(text) - 1]
        raise click.BadParameter(f"{plain(text)} is none of them; a number from 1 to {len(values)}, please")

    try:
        answer: str = click.prompt("  Which one?", default="1", value_proc=chosen, err=True)
    except click.Abort:  # as any other command that is stopped from the keyboard
        raise KeyboardInterrupt from None
    return answer
