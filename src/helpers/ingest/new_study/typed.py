"""What a message gives a user to type."""


def condition(where: str) -> str:
    """A condition as it is given on a command line, behind ``--where``.

    >>> print(condition("\\"plan\\" <> 'pre'"))
    "\\"plan\\" <> 'pre'"
    """
    return '"' + where.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`") + '"'
