"""What axe-core says against a page, one line a violation; no network, and under a strict Content-Security-Policy too."""

from functools import cache
from importlib.resources import files
from typing import Any

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
"""Tags of the rules that run: WCAG 2.0, 2.1 and 2.2 at levels A and AA."""
GRAVE = ("serious", "critical")
"""Impacts that fail a page."""

RUN = """rules => axe.run(document, {
    runOnly: {type: "tag", values: rules}, resultTypes: ["violations"], iframes: false, preload: false,
})"""


@cache
def source() -> str:
    """axe-core as axe-playwright-python carries it."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Any) -> list[str]:
    """Serious and critical violations of WCAG 2, A and AA: rule, what is wrong, where.

    ``page`` is a page of Playwright, drawn and at rest. axe-core is evaluated through the browser's debugger, which a
    page's policy does not forbid; a script element would not run. Style sheets are not asked for again, which a page
    from disk may not; the one rule that reads them is experimental and does not run.
    """
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(f"() => {{ {source()}\n}}")
    return [
        f"{found['id']}: {_said(node) or found['help']} at {' '.join(map(str, node['target']))}"
        for found in page.evaluate(RUN, RULES)["violations"]
        for node in found["nodes"]
        if node["impact"] in GRAVE
    ]


def unfolded_violations(page: Any) -> list[str]:
    """The same, once everything folded is open."""
    page.evaluate("document.querySelectorAll('details').forEach(folded => { folded.open = true })")
    page.wait_for_timeout(300)
    return violations(page)


def _said(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])
