"""Sphinx settings of the report pages: offline, the same bytes from the same numbers.

:mod:`helpers.site.sphinx` passes ``project`` and ``html_title`` on the command line.
"""

import gc
from html import escape
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx import addnodes

ACCENTS = "\u02c6^\u02c9\u00af~\u02d9\u02dc"
FUNCTION = ("&ApplyFunction;", "\u2061")
SPACE = "{http://www.w3.org/1998/Math/MathML}"
TITLES: dict[str, Any] = {}
"""What the sidebar shows of the contents of each page."""

OF = " \u2013 "
"""Stands between a page's title and that of its study."""

ElementTree.register_namespace("", "http://www.w3.org/1998/Math/MathML")

gc.set_threshold(100_000, 50, 100)  # to look through the trees again and again, which stay to the end, is a fifth of it

extensions = ["myst_nb"]
language = "en"
smartquotes = False  # an option, a key and a message stand as they are typed

nb_execution_mode = "off"
nb_output_stderr = "show"
nb_merge_streams = True
nb_code_prompt_show = "Show code"
nb_code_prompt_hide = "Hide code"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
myst_dmath_allow_space = False
myst_dmath_allow_digits = False

html_theme = "furo"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0067a3", "color-brand-content": "#0067a3"},
    "dark_css_variables": {"color-brand-primary": "#63b3e6", "color-brand-content": "#63b3e6"},
    "navigation_with_keys": True,
}
html_static_path = ["_static"]
templates_path = ["_templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/standalone.html",
        "sidebar/scroll-end.html",
    ]
}
html_css_files = ["report.css"]
html_js_files = [("menu.js", {"defer": "defer"})]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
html_show_search_summary = False  # it fetches pages, which a browser forbids on file://
html_use_index = False
html_permalinks = False


def _mathml(formula: str, block: bool) -> str:
    """LaTeX as MathML; docutils sets the index of a hatted letter below it, here it goes beside."""
    root = ElementTree.fromstring(tex2mathml(formula, as_block=block).replace(*FUNCTION))
    for under in root.iter(f"{SPACE}munderover"):
        letter, index, accent = under
        if accent.tag == f"{SPACE}mo" and accent.text in ACCENTS:
            under.tag = f"{SPACE}msub"
            under[:] = [ElementTree.Element(f"{SPACE}mover", accent="true"), index]
            under[0].extend([letter, accent])
    return ElementTree.tostring(root, encoding="unicode")


def _inline_math(translator: Any, node: nodes.math) -> None:
    translator.body.append(_mathml(node.astext(), block=False))
    raise nodes.SkipNode


def _block_math(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="math">{_mathml(node.astext(), block=True)}</div>')
    raise nodes.SkipNode


def _scripts(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Only a page with a figure loads the five megabytes that draw it."""
    if '<figure class="plot"' in context.get("body", ""):
        app.add_js_file("plotly.min.js", loading_method="defer")
        app.add_js_file("plot.js", loading_method="defer")


def _mended(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Titles as text, headings of the sidebar with their level, wide tables within reach of the keyboard."""
    context["body"] = context.get("body", "").replace(
        '<div class="table-wrapper', '<div tabindex="0" class="table-wrapper'
    )
    context["docstitle"] = escape(context.get("docstitle") or "")
    for way in ("prev", "next"):  # within a study its name need not stand beside each page's
        beside, here = context.get(way) or {}, page.rpartition("/")[0]
        if here and str(beside.get("link", "")).count("/") == 0:
            beside["title"] = beside["title"].rpartition(OF)[0] or beside["title"]
    bare, levelled = 'role="heading">', 'role="heading" aria-level="2">'
    if "furo_navigation_tree" in context:
        context["furo_navigation_tree"] = context["furo_navigation_tree"].replace(bare, levelled)


def _study_in_titles(app: Any, environment: Any) -> None:
    """Every study has the same notebooks: windows and search results say of which one a page is."""
    for page, title in environment.longtitles.items():
        study, within, name = page.partition("/")
        whose = environment.titles[f"{study}/index"].astext() if within and name != "index" else ""
        if whose and title.astext() != whose:
            title += nodes.Text(f"{OF}{whose}")


def _without_headings(app: Any, environment: Any) -> None:
    """The contents of each page down to its title, as the sidebar has them."""
    for page, contents in environment.tocs.items():
        TITLES[page] = contents.deepcopy()
        for item in TITLES[page]:
            if len(item) > 1:
                item[1][:] = list(item.findall(addnodes.toctree))
                if not len(item[1]):
                    item.pop(1)


def _titles_alone(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """The sidebar of a page is made of titles; Sphinx copies the headings of every other page too, to throw them away."""
    whole, resolve = app.env.tocs, context["toctree"]

    def of_titles(**asked: Any) -> str:
        app.env.tocs = TITLES if asked.get("titles_only") else whole
        try:
            return resolve(**asked)
        finally:
            app.env.tocs = whole

    context["toctree"] = of_titles


def setup(app: Any) -> dict[str, bool]:
    """Formulas become MathML, which browsers draw without a script."""
    app.add_html_math_renderer("mathml", (_inline_math, None), (_block_math, None))
    app.connect("env-check-consistency", _study_in_titles)
    app.connect("env-check-consistency", _without_headings)
    app.connect("html-page-context", _titles_alone, priority=400)  # before furo, which makes the sidebar
    app.connect("html-page-context", _scripts)
    app.connect("html-page-context", _mended, priority=900)  # after furo
    return {"parallel_read_safe": True, "parallel_write_safe": True}
