"""What no reader may meet: the words of a program for a number that it does not have, a zero with a sign, one of many."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

WORDS = r"nan|NaN|None|NaT|inf|Infinity|null|undefined"
_NOTHING = re.compile(rf"(?<![\w.&-])[-+−]?(?:{WORDS})(?![\w(.=]|\s(?:of|differs)\b)")
"""One of the words as a value of its own; "None of these was found" is English."""
_ZERO = re.compile(r"(?<![\w.,-])[-−]0(?:\.0+)?(?!\w|[.,]\d)")
_MANY = "users|units|rows|days|weeks|months|hours|groups|levels|segments|checks|effects|events|clusters|values|purchases|conversions"
_ONE = re.compile(rf"(?<![\w,.:])(?<!< )1 (?:{_MANY})\b")
_CODE = "script, style, pre, code, .highlight, .cell_input"
_TOLD = ("aria-label", "alt", "title")
"""Attributes whose text a reader hears or sees."""


def of_text(text: str) -> list[str]:
    """Every blemish with what stands around it.

    >>> of_text("changed by nan % (1 to 2); None of these was found, none is infinite")
    ['changed by nan % (1 to 2); No']
    >>> of_text("from -0.0 % to -0.4 %, -0 points in 2026-03-01")
    ['from -0.0 % to -0.4 %, -', '0 % to -0.4 %, -0 points in 2026']
    >>> of_text("1 rows read of 21 rows, 3.1 days, < 1 day")
    ['1 rows read of 21 row']
    """
    return [
        text[max(0, found.start() - 15) : found.end() + 15].strip()
        for pattern in (_NOTHING, _ZERO, _ONE)
        for found in pattern.finditer(text)
    ]


def of_markup(html: str) -> list[str]:
    """Blemishes in what a page shows, code left out."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "html.parser")
    for part in soup.select(_CODE):
        part.decompose()
    told = [str(tag[name]) for name in _TOLD for tag in soup.select(f"[{name}]")]
    return [blemish for text in (soup.get_text("\n"), *told) for blemish in of_text(text)]


def of_figure(spec: str) -> list[str]:
    """Blemishes in the texts of a figure; a value that is no number is a gap in a line, not a text."""
    return [blemish for text in _texts(json.loads(spec, parse_constant=_refuse)) for blemish in of_text(text)]


def of_notebook(content: str) -> list[str]:
    """What the cells of an executed notebook wrote to stderr, which a page shows and no report should have.

    >>> cell = {"cell_type": "code", "outputs": [{"output_type": "stream", "name": "stderr", "text": ["a.py:1: Warning"]}]}
    >>> of_notebook(json.dumps({"cells": [{"cell_type": "markdown"}, cell]}))
    ['cell 1: a.py:1: Warning']
    """
    return [
        f"cell {number}: {''.join(output['text']).strip()}"
        for number, cell in enumerate(json.loads(content)["cells"])
        for output in cell.get("outputs", ())
        if output.get("name") == "stderr"
    ]


def of_numbers(content: str) -> list[str]:
    """Numbers that are none, that are told badly, or that cannot be had for no stated reason."""
    wrong = []
    for name, number in json.loads(content, parse_constant=_refuse).items():
        value = number["value"]
        wrong += [f"{name}: {b}" for text in (number["text"], number["description"]) for b in of_text(text)]
        if isinstance(value, float) and (not math.isfinite(value) or (value == 0 and math.copysign(1, value) < 0)):
            wrong.append(f"{name}: {value}")
        if value is None and not number.get("reason") and number["text"] != "unbounded":
            wrong.append(f"{name}: {number['description']}: no reason")
    return wrong


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")
