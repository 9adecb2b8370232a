"""A strict Content-Security-Policy for a finished page: its own files, the inline scripts it was written with, no other host."""

import base64
import hashlib
import re

_INLINE = re.compile(
    r"<script(?P<attributes>(?![^>]*\bsrc\s*=)[^>]*)>(?P<code>.*?)</script>", re.DOTALL | re.IGNORECASE
)
_DATA = re.compile(r"""\btype\s*=\s*["']?(?:application/(?:ld\+)?json|text/(?:plain|template))""", re.IGNORECASE)
_HEAD = re.compile(r"""<head\b[^>]*>(?:\s*<meta charset=["']?[\w-]+["']?\s*/?>)?""", re.IGNORECASE)
_POLICY = re.compile(r"""\s*<meta http-equiv="Content-Security-Policy"[^>]*>""")


def policy(html: str) -> str:
    """The policy of a page: its inline scripts by their SHA-256, scripts and pictures of its own folder, nothing else.

    Styles may stand inline, because plotly and Sphinx write them there; no request leaves the page.

    >>> policy("<head></head><script>1</script>").split("; ")[1]
    "script-src 'self' 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"
    """
    hashes = sorted({_hash(m["code"]) for m in _INLINE.finditer(html) if not _DATA.search(m["attributes"])})
    rules = (
        "default-src 'none'",
        " ".join(["script-src 'self'", *hashes]),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
    )
    return "; ".join(rules)


def secured(html: str) -> str:
    """The page with its policy first in its head, after a charset, in place of an earlier one; the rest is left as it is.

    Raises :class:`ValueError` for text without a head: there is no place for a policy then.

    >>> secured("<html><head><title>t</title></head></html>").startswith("<html><head><meta http-equiv=")
    True
    """
    bare = _POLICY.sub("", html)
    head = _HEAD.search(bare)
    if head is None:
        raise ValueError("a page without <head> has no place for a Content-Security-Policy")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(bare)}">'
    return bare[: head.end()] + meta + bare[head.end() :]


def _hash(code: str) -> str:
    """CSP hashes what the parser hands over: line ends as LF."""
    text = code.replace("\r\n", "\n").replace("\r", "\n")
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
