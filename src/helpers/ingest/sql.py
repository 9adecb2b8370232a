"""Names and texts inside SQL."""


def literal(value: object) -> str:
    """A text as SQL writes it.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + str(value).replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A column's name as SQL writes it.

    >>> print(quoted('the "kind" of it'))
    "the ""kind"" of it"
    """
    return '"' + name.replace('"', '""') + '"'
