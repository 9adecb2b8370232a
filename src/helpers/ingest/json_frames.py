"""Files of JSON that hold a data frame otherwise than as an object a row: what pandas writes where it is not told to."""

from collections.abc import Collection
from typing import Any

from helpers.errors import ReportError

PROGRAM = (
    "import pandas; pandas.read_json('FILE', orient='{orient}', dtype=False, convert_axes=False, convert_dates=False)"
    ".to_json('FILE.jsonl', orient='records', lines=True, double_precision=15)"
)
FEW = 3
"""Columns, and rows, from which on objects of the same keys are a frame whatever its rows are called."""
SPLIT = {"columns", "data"}


def orient(value: dict[str, Any], wanted: Collection[str]) -> str:
    """Which of the ways of pandas an object is that stands alone in its file; '' where it is none.

    ``wanted`` are the columns that a study names.

    >>> orient({"who": {"0": "u1", "1": "u2"}, "arm": {"0": "a", "1": "b"}}, ()), orient({"0": {"who": "u1"}}, ())
    ('columns', 'index')
    >>> orient({"columns": ["who"], "index": [0], "data": [["u1"]]}, ()), orient({"user": {"id": 7}}, ())
    ('split', '')
    """
    if value.keys() >= SPLIT and all(isinstance(inner, list) for inner in value.values()):
        return "split" if value.keys() <= SPLIT | {"index"} else ""
    inner = [set(each) if isinstance(each, dict) else set[str]() for each in value.values()]
    if not inner or not inner[0] or any(keys != inner[0] for keys in inner):
        return ""
    many = min(len(inner), len(inner[0])) >= FEW
    named = set(wanted)
    if _numbered(inner[0]) or (named and named <= set(value)) or (many and len(inner) <= len(inner[0])):
        return "columns"
    return "index" if _numbered(set(value)) or (named and named <= inner[0]) or many else ""


def _numbered(names: set[str]) -> bool:
    return names == {str(number) for number in range(len(names))}


def refused(name: str, way: str) -> ReportError:
    """What is said of a frame that was written in another way."""
    lists = way == "values"
    return ReportError(
        f"{name} holds a data frame of pandas, and not an object a row",
        got="lists of values without the names of the columns" if lists else f"what to_json writes with orient='{way}'"
        + (", as it does where it is told nothing" if way == "columns" else ""),
        expected="an object a row, one a line: to_json(..., orient='records', lines=True)",
        cause=None if lists else "DataFrame.to_json without orient='records', lines=True",
        remedy="write it anew with the names: frame.to_json('FILE.jsonl', orient='records', lines=True)" if lists
        else f'write it anew so, or bring the file into this form: python -c "{PROGRAM.format(orient=way)}"',
    )  # fmt: skip
