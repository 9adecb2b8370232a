"""A strict Content-Security-Policy for a finished page: scripts that were known before any data, and no other host."""

import base64
import hashlib
import re
from collections.abc import Iterable

_INLINE = re.compile(
    r"<script(?P<attributes>(?![^>]*\bsrc\s*=)[^>]*)>(?P<code>.*?)</script>", re.DOTALL | re.IGNORECASE
)
_DATA = re.compile(r"""\btype\s*=\s*["']?(?:application/(?:ld\+)?json|text/(?:plain|template))""", re.IGNORECASE)
_HEAD = re.compile(r"""<head\b[^>]*>(?:\s*<meta charset=["']?[\w-]+["']?\s*/?>)?""", re.IGNORECASE)
_POLICY = re.compile(r"""\s*<meta http-equiv="Content-Security-Policy"[^>]*>""")


def inline(html: str) -> list[str]:
    """The scripts that stand in a page or a template, each once, without those that are data.

    >>> inline('<script type="application/json">{}</script><script>1</script><script src="a.js"></script>')
    ['1']
    """
    return list(dict.fromkeys(m["code"] for m in _INLINE.finditer(html) if not _DATA.search(m["attributes"])))


def policy(scripts: Iterable[str] = (), *, files: bool = False) -> str:
    """The policy of a page that runs ``scripts``, and with ``files`` those in its own folder; nothing else runs.

    Scripts are named by their SHA-256. They come from the source of a page, never from the page itself: what data have
    smuggled into it must not become one of them. Styles may stand inline, because plotly and Sphinx write them there;
    no request leaves the page.

    >>> policy(["1"]).split("; ")[1]
    "script-src 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"
    >>> policy().split("; ")[1]
    "script-src 'none'"
    """
    allowed = (["'self'"] if files else []) + sorted(map(_hash, scripts))
    rules = (
        "default-src 'none'",
        " ".join(["script-src", *(allowed or ["'none'"])]),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
    )
    return "; ".join(rules)


def secured(html: str, scripts: Iterable[str] = (), *, files: bool = False) -> str:
    """The page with its :func:`policy` first in its head, after a charset, in place of an earlier one.

    The rest is left as it is. Raises :class:`ValueError` for text without a head: there is no place for a policy then.

    >>> secured("<html><head><title>t</title></head></html>").startswith("<html><head><meta http-equiv=")
    True
    """
    bare = _POLICY.sub("", html)
    head = _HEAD.search(bare)
    if head is None:
        raise ValueError("a page without <head> has no place for a Content-Security-Policy")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(scripts, files=files)}">'
    return bare[: head.end()] + meta + bare[head.end() :]


def _hash(code: str) -> str:
    """CSP hashes what the parser hands over: line ends as LF."""
    text = code.replace("\r\n", "\n").replace("\r", "\n")
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
