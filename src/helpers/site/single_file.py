"""A study's report as one file for e-mail: every page below the other, pictures and styles inside, nothing outside."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import paths
from helpers.errors import ReportError
from helpers.site.front_page import Page, filled
from helpers.site.stacking import stacked
from helpers.site.typography import unbroken

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

TEMPLATE = "single.html.j2"
LIMIT = 5_000_000
"""Bytes that a single file stays under, so that mail servers take it."""

POINTING = ("aria-labelledby", "aria-describedby", "for")
DROPPED = (".headerlink", "script", "noscript", "section[id=more]")


def write(title: str, folder: Path, notebooks: Sequence[Page], pictures: Path, first: str = "The decision") -> Path:
    """Write ``folder/NAME.html`` from a study's rendered pages in ``folder``, called like the folder; return it.

    Interactive figures become their static pictures from ``pictures``, or their description where none was drawn, their
    captions beside them for a phone, where the words of a picture are small; ``first`` is what the front page is called; links between the pages lead within the
    file, links to other pages become plain words. Raises
    :class:`~helpers.errors.ReportError` when the file has :data:`LIMIT` bytes or more.
    """
    from markupsafe import Markup

    stems = ["index", *(page.stem for page in notebooks)]
    parts = [(stem, Markup(_article(folder / f"{stem}.html", stem, stems, pictures))) for stem in stems]
    contents = [("index", first), *((page.stem, f"{page.number} {page.title}") for page in notebooks)]
    styles = (paths.SITE / "_static" / "report.css").read_text(encoding="utf-8")
    html = stacked(unbroken(filled(TEMPLATE, title=title, styles=Markup(styles), contents=contents, parts=parts)))
    file = folder / f"{folder.name}.html"
    file.write_text(html, encoding="utf-8")
    size = file.stat().st_size
    if size >= LIMIT:
        raise ReportError(
            f"the single file of {folder.name} is too large for e-mail",
            got=f"{size / 1e6:.1f} MB",
            expected=f"less than {LIMIT / 1e6:g} MB",
            remedy="show fewer points in its figures",
        )
    return file


def _article(page: Path, stem: str, stems: Sequence[str], pictures: Path) -> str:
    """The content of a rendered page, for its place in the file."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    article = soup.select_one("article[role=main]")
    assert article is not None, f"{page.name} has no content"
    for figure in article.select("figure.plot"):
        _still(soup, figure, pictures)
    for gone in article.select(", ".join(DROPPED)):
        gone.decompose()
    for tag in article.select("[id]"):
        tag["id"] = f"{stem}--{tag['id']}"
    for name in POINTING:
        for tag in article.select(f"[{name}]"):
            tag[name] = " ".join(f"{stem}--{one}" for one in str(tag[name]).split())
    for link in article.select("a[href]"):
        _inside(link, stem, stems)
    return article.decode_contents()


def _still(soup: BeautifulSoup, figure: Tag, pictures: Path) -> None:
    """A figure as its picture, or its description where there is none."""
    area, name = figure.select_one(".plot-area"), _name_of(figure)
    words = str(area["aria-label"]) if area else ""
    for part in figure.select(".plot-area, script, noscript"):
        part.decompose()
    figure["class"] = "plot drawn"
    file = pictures / f"{name}.svg"
    if name and file.is_file():
        coded = base64.b64encode(file.read_bytes()).decode()
        view = soup.new_tag("div", attrs={"class": "still", "tabindex": "0", "role": "group", "aria-label": words})
        view.append(soup.new_tag("img", src=f"data:image/svg+xml;base64,{coded}", alt=words))
        figure.append(view)
    else:
        words_only = soup.new_tag("p")
        words_only.string = words
        figure.append(words_only)


def _name_of(figure: Tag) -> str:
    """A figure's name: its anchor's, or its static picture's."""
    if "id" in figure.attrs:
        return str(figure["id"]).removeprefix("figure-")
    picture = figure.select_one("noscript img")
    return Path(str(picture["src"])).stem if picture else ""


def _inside(link: Tag, stem: str, stems: Sequence[str]) -> None:
    """A link within the file, or plain words."""
    page, _, anchor = str(link["href"]).partition("#")
    if ":" in page:
        return
    target = page.removesuffix(".html") or stem
    if target not in stems or "/" in target:
        link.unwrap()
    else:
        link["href"] = f"#{target}--{anchor}" if anchor else f"#{target}"
