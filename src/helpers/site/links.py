"""Texts of docs/ as pages of the site: their links lead to pages of the site, their pictures become its figures."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath

LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#]*)(#[^)\s]*)?\)")
_FENCE = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
_PICTURE = re.compile(r"figures/([a-z0-9_]+)/([a-z0-9_]+)\.svg")
_HOST = re.compile(r"[a-z]+:")


@dataclass(frozen=True)
class Targets:
    """What a text may lead to, by its path from the project's root.

    ``pages`` are sources of the site; ``figures`` are the markup of a figure and the page that shows it, by
    ``(study, name)``.
    """

    pages: Mapping[str, str]
    figures: Mapping[tuple[str, str], tuple[str, str]]


def rewritten(text: str, source: str, targets: Targets) -> str:
    """A Markdown text of the project for its place on the site; what is not on the site becomes plain words.

    Example:
        >>> pages = {"docs/methodology.md": "methodology.md", "docs/studies/a.md": "a/write_up.md"}
        >>> figures = {("a", "effects"): ("<figure></figure>", "a/05_ab_results.html")}
        >>> targets = Targets(pages, figures)
        >>> rewritten("[how](../methodology.md#money), [test](../../tests/x.py)", "docs/studies/a.md", targets)
        '[how](../methodology.md#money), test'
        >>> rewritten("[e](../../figures/a/effects.svg)", "docs/studies/a.md", targets)
        '<a href="../a/05_ab_results.html#figure-effects">e</a>'
    """
    up = "../" * targets.pages[source].count("/")

    def led(match: re.Match[str]) -> str:
        picture, label, path, anchor = match[1], match[2], match[3], match[4] or ""
        if _HOST.match(path) or not path:
            return match[0]
        named = _resolved(source, path)
        if shown := _PICTURE.fullmatch(named):
            return _figure(bool(picture), label, (shown[1], shown[2]), up, targets)
        if named in targets.pages:
            return f"[{label}]({up}{targets.pages[named]}{anchor})"
        return label

    parts = _FENCE.split(text)
    return "".join(part if part.startswith("```") else LINK.sub(led, part) for part in parts)


def _figure(picture: bool, label: str, name: tuple[str, str], up: str, targets: Targets) -> str:
    if name not in targets.figures:
        return f"*{label}*" if picture else label
    markup, page = targets.figures[name]
    # the label goes into HTML, where Markdown is not read
    return markup if picture else f'<a href="{up}{page}#figure-{name[1]}">{escape(label.replace("`", ""))}</a>'


def _resolved(source: str, path: str) -> str:
    """A relative path from the project's root."""
    parts: list[str] = []
    for part in (PurePosixPath(source).parent / path).parts:
        if part == ".." and parts:
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
