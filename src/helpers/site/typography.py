"""Numbers of a page that no line's end may tear: a sign from its currency, a figure from its unit."""

import re

_APART = re.compile(r"(<!--.*?-->|<(script|style|pre|code|svg|title|textarea)\b.*?</\2>|<[^>]*>)", re.DOTALL)
"""What is no running text of a page: its tags, and what stands in those whose text is no prose."""
_NUMBER = re.compile(
    r"\b\d{4}-\d\d-\d\d\b"
    r"|(?<![\w&.-])(?:p(?: (?:=|&lt;|&gt;))+ |p (?=\.\d)|(?:&lt;|&gt;) )?[-+]?(?:[A-Z]{3} )?"
    r"(?:\d|(?<= )\.\d)[\d,.]*(?:e-?\d+)?(?: (?:%|points?\b|s\b|:(?= \d)))?"
)
"""A number as :mod:`helpers.formatting` writes it, with all that belongs to it, and a day."""

_OPTION = re.compile(r'<span class="pre">(?=--?[a-z][\w-]{0,30}</span>)')
"""An option to type, which a browser would break after its dashes."""


def unbroken(html: str) -> str:
    """A page, whose numbers, and options to type, each stay on one line. Its text is as before.

    >>> print(unbroken('<p title="USD 5">from -USD 2,398 to 5 %, p &lt; 0.05, 7 users</p>'))
    <p title="USD 5">from <span class="number">-USD 2,398</span> to <span class="number">5 %</span>, <span class="number">p &lt; 0.05</span>, 7 users</p>
    >>> unbroken("<code>-USD 5</code>") == "<code>-USD 5</code>"
    True
    """
    parts = _APART.split(html)
    parts[::3] = [_NUMBER.sub(_together, text) for text in parts[::3]]
    return _OPTION.sub('<span class="pre number">', "".join(part for at, part in enumerate(parts) if at % 3 != 2))


def _together(found: re.Match[str]) -> str:
    number = found[0].rstrip(",.")
    return f'<span class="number">{number}</span>{found[0][len(number) :]}' if re.search("[ -]", number) else found[0]
