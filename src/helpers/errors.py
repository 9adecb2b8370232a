"""Errors an analyst reads: what happened, got, expected, likely cause, remedy; nothing is lost."""

from collections.abc import Sequence


class ReportError(Exception):
    """A wrong input, told in the order a reader needs it.

    Parameters are sentences without a trailing full stop. Raised for everything the analyst can mend;
    the command line prints it without a traceback and exits with 2.

    >>> print(ReportError("The log has no column 'user'", got="id, time", expected="user"))
    The log has no column 'user'
      got:      id, time
      expected: user
    """

    def __init__(
        self,
        what: str,
        *,
        got: object | None = None,
        expected: object | None = None,
        cause: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.what = what
        details = {
            "got": got,
            "expected": expected,
            "likely cause": cause,
            "remedy": remedy,
        }
        width = 9 if cause is None else 13
        lines = [what] + [f"  {label + ':':<{width}} {value}" for label, value in details.items() if value is not None]
        super().__init__("\n".join(lines))


def several(errors: Sequence[ReportError]) -> ReportError:
    """Everything that is wrong as one error, so that nobody mends one thing and runs into the next.

    >>> print(several([ReportError("No id"), ReportError("No time", got="x")]))
    2 things are wrong
    1. No id
    2. No time
      got:      x
    """
    if len(errors) == 1:
        return errors[0]
    told = [f"{number}. {error}" for number, error in enumerate(errors, 1)]
    return ReportError("\n".join([f"{len(errors)} things are wrong", *told]))


EXIT_CODES = {
    0: "done, or nothing was out of date",
    1: "a check found something (golden, calibration, plan-diff), or an error that is none of yours, with its traceback",
    2: "a wrong input: option, study file or data; one message says what to do",
    3: "a report without one of its parts, or a build without one of its pages: the end names it, and the rest is there",
    130: "stopped from the keyboard",
}
"""What the process says to its caller."""
