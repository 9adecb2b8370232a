"""What a figure says, in words: for who cannot see it, and where it was not drawn."""

import re
from typing import Any

NAMED = 6
"""Rows or bars whose names are told; of more the first ones and how many there are."""

_MARK = re.compile(r"<br ?/?>|<[^>]*>")


def alternative(drawn: str, finding: str, data: list[dict[str, Any]], layout: dict[str, Any]) -> str:
    """What is drawn, what it shows, and what stands on the axes, as sentences.

    ``drawn`` is the author's sentence on the marks, ``finding`` the title; axes are read from the figure: their title,
    the names on an axis of categories, the nodes of a flow.

    >>> alternative("Bars: net value", "It pays", [{"type": "bar", "x": ["low", "high"]}], {"yaxis": {"title": {"text": "EUR"}}})
    'Bars: net value. It pays. Across: low, high. Upwards: EUR.'
    """
    sentences = [drawn, finding, *_axes(data, layout), *_flows(data)]
    return " ".join(f"{text.rstrip('. ')}." for text in sentences if text)


def _axes(data: list[dict[str, Any]], layout: dict[str, Any]) -> list[str]:
    told: dict[str, None] = {}
    for trace in data:
        if trace["type"] == "sankey":
            continue
        for letter, way in ("x", "Across"), ("y", "Upwards"):
            key = f"{letter}axis{trace.get(f'{letter}axis', letter)[1:]}"
            axis = layout.get(key, {})
            if title := axis.get("title", {}).get("text"):
                told[f"{way}: {_plain(title)}"] = None
            elif axis.get("showticklabels", True) and (names := _categories(axis, data, letter)):
                told[f"{'Rows' if letter == 'y' else way}: {_listed(names)}"] = None
    return list(told)


def _categories(axis: dict[str, Any], data: list[dict[str, Any]], letter: str) -> list[str]:
    """Names on an axis, top down or from left to right."""
    names = axis.get("ticktext") or axis.get("categoryarray") or [n for t in data for n in t.get(letter) or ()]
    found = list(dict.fromkeys(_plain(n) for n in names if isinstance(n, str)))
    return found[::-1] if letter == "y" and axis.get("autorange") != "reversed" else found


def _flows(data: list[dict[str, Any]]) -> list[str]:
    nodes = [t["node"].get("customdata", t["node"]["label"]) for t in data if t["type"] == "sankey"]
    return [f"Flow between: {'; '.join(map(_plain, labels))}" for labels in nodes]


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _plain(text: str) -> str:
    return " ".join(_MARK.sub(" ", text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").split())
