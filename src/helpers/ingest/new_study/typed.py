"""What a message gives a user to type."""

import re

from helpers.ingest.new_study.vocabulary import uncontrolled


def condition(where: str) -> str:
    """A condition as it is given on a command line, behind ``--where``.

    >>> print(condition("\\"plan\\" <> 'pre'"))
    "\\"plan\\" <> 'pre'"
    """
    return quoted(where)


def name(text: str) -> str:
    """A name of the file as it is given on a command line: as it stands, or in quotes where a shell would read it otherwise.

    >>> print(name("order_value"), name("Umsatz (EUR)"), name("amount.$numberDecimal"), name("-5%"))
    order_value "Umsatz (EUR)" "amount.\\$numberDecimal" "-5%"
    """
    shown = uncontrolled(text)
    return shown if re.fullmatch(r"\w[\w.%+-]*", shown) else quoted(shown)


def quoted(text: str) -> str:
    """A text in double quotes, in which a shell reads it as it is."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`") + '"'


def in_study(text: str) -> str:
    """A text as a value of a study file: in single quotes, in which YAML reads it as it is.

    >>> print(in_study("status <> 'void'"))
    'status <> \'\'void\'\''
    """
    return "'" + text.replace("'", "''") + "'"
