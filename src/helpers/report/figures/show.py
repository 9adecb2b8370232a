"""From a plotly figure to a page: plain JSON beside the data, an offline view in the notebook."""

import json
import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Self

import numpy as np

from helpers import paths
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline import files as pipeline_files
from helpers.report.figures.alternative import alternative

NAME = re.compile(r"^[a-z0-9_]+$")
DIGITS = 6
"""Significant digits of a float in a figure: more than a screen shows, few enough to stay small."""
SMALL = 40_000
"""Characters up to which the figure is stored a second time, for JupyterLab's own drawing."""

FIGURE = re.compile(r"<!--static:([a-z0-9_]+)-->")
"""The comment in a figure's HTML that holds its name, in the static picture's place."""

_MARKUP = re.compile(r"<(?!/?(?:b|i|br|sub|sup|em|strong|s|u|span|extra)\b[^<>]*>)", re.IGNORECASE)


@dataclass(frozen=True)
class FigureView:
    """A figure as a notebook and a page show it.

    ``spec`` is JSON with the keys ``alt``, ``finding``, ``subtitle``, ``data`` and ``layout``.
    Rendered as HTML it holds no script of its own: ``plot.js`` draws it where the page has that.
    """

    name: str
    spec: str

    @classmethod
    def load(cls, where: StudyPaths, name: str) -> Self:
        """A figure that a notebook has shown before."""
        files = _kept(where).get(name, [])
        if not files:
            raise ReportError(
                f"the figure {name!r} is not there",
                expected=f"one of {', '.join(names(where)) or 'none: no notebook has run'}",
                remedy="run the notebook that shows it",
            )
        if len(files) > 1:
            raise ReportError(
                f"the figure {name!r} is shown by more than one notebook",
                got=", ".join(paths.shown(file) for file in files),
                remedy="name one of them otherwise; a folder whose notebook is gone can be deleted",
            )
        return cls(name, files[0].read_text(encoding="utf-8").strip())

    @property
    def placeholder(self) -> str:
        """The comment that a page replaces by the static picture."""
        return f"<!--static:{self.name}-->"

    @property
    def content(self) -> dict[str, Any]:
        """The spec, parsed."""
        content: dict[str, Any] = json.loads(self.spec)
        return content

    def html(self) -> str:
        """One line of HTML: caption, the place to draw in, the data, the static picture's place."""
        content = self.content
        alt = escape(content["alt"])
        subtitle = content["subtitle"]
        return (
            '<figure class="plot"><figcaption>'
            f'<span class="plot-finding">{escape(content["finding"])}</span>'
            + (f'<span class="plot-subtitle">{escape(subtitle)}</span>' if subtitle else "")
            + f'</figcaption><div class="plot-area" role="img" aria-label="{alt}"></div>'
            f'<script type="application/json">{embeddable(self.spec)}</script>'
            f"{self.placeholder}</figure>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        content = self.content
        bundle: dict[str, Any] = {
            "text/html": self.html(),
            "text/plain": f"Figure {self.name}: {content['alt']}",
        }
        if len(self.spec) <= SMALL:
            bundle["application/vnd.plotly.v1+json"] = {
                "data": content["data"],
                "layout": content["layout"],
            }
        return bundle


def show(where: StudyPaths, notebook: str, name: str, figure: Any, alt: str) -> FigureView:
    """Keep a figure under ``name`` for the export and return what the notebook displays.

    Writes ``data/STUDY/figures/NOTEBOOK/NAME.json``; see :func:`drawn`, which raises what this raises.
    """
    view = drawn(name, figure, alt)
    pipeline_files.write_text(where.figure_specs / notebook / f"{name}.json", view.spec + "\n")
    return view


def drop_others(where: StudyPaths, notebook: str, shown: Collection[str]) -> None:
    """Forget the figures that an earlier run of a notebook showed and this one, with all of ``shown``, does not."""
    for file in (where.figure_specs / notebook).glob("*.json"):
        if file.stem not in shown:
            file.unlink()


def drawn(name: str, figure: Any, alt: str) -> FigureView:
    """A figure as pages show it, kept nowhere.

    ``figure`` is a :class:`plotly.graph_objects.Figure` that went through
    :func:`helpers.report.figures.style.titled`; ``alt`` says in a sentence what marks a reader would see; the finding
    and the axes are added to it.
    Keys in order, floats at six significant digits, lists
    instead of packed arrays, so that equal figures are equal byte for byte. Markup that plotly does
    not know (a segment called ``<script>``) is shown as text. The figure is not changed.

    Raises :class:`~helpers.errors.ReportError` for a bad name, an empty ``alt``, a missing title.
    """
    if not NAME.match(name):
        raise ReportError(
            "the name of a figure cannot be used as a file name",
            got=repr(name),
            expected="small letters, digits and underscores",
        )
    if not alt.strip():
        raise ReportError(
            f"the figure {name!r} has no description",
            remedy="say in alt what a reader would see in it",
        )
    raw = figure.to_plotly_json()
    meta = raw["layout"].pop("meta", None)
    if not isinstance(meta, dict) or "finding" not in meta:
        raise ReportError(
            f"the figure {name!r} has no title that says its finding",
            remedy="return it through helpers.report.figures.style.titled(figure, finding, subtitle)",
        )
    data, layout = plain(raw["data"]), plain(raw["layout"])
    spec = {
        "alt": alternative(" ".join(alt.split()), meta["finding"], data, layout),
        "finding": meta["finding"],
        "subtitle": meta["subtitle"],
        "data": data,
        "layout": layout,
    }
    text = json.dumps(spec, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return FigureView(name, text)


def names(where: StudyPaths) -> list[str]:
    """Figures that the study's notebooks have shown, in alphabetical order."""
    return list(_kept(where))


def _kept(where: StudyPaths) -> dict[str, list[Path]]:
    """The files of every figure by its name; a name stands for one figure, which :meth:`FigureView.load` sees to."""
    files: dict[str, list[Path]] = {}
    for file in sorted(where.figure_specs.glob("*/*.json"), key=lambda f: (f.stem, f.parent.name)):
        if NAME.match(file.stem):
            files.setdefault(file.stem, []).append(file)
    return files


def with_static(html: str, pictures: Path, prefix: str = "") -> str:
    """HTML of figures, with the static pictures in ``pictures`` for readers without scripts.

    ``prefix`` leads from the page to the pictures; where none was drawn its description stands.
    """

    def picture_of(match: re.Match[str]) -> str:
        name = match[1]
        label = re.search(r'aria-label="([^"]*)"', html[: match.start()].rpartition("<figure")[2])
        words = label[1] if label else name
        if (pictures / f"{name}.svg").is_file():
            return f'<noscript><img src="{prefix}{name}.svg" alt="{words}"></noscript>'
        return f"<noscript><p>{words}</p></noscript>"

    return FIGURE.sub(picture_of, html)


def embeddable(text: str) -> str:
    r"""JSON that stands safely inside a script element: no tag can be closed or opened by a value.

    >>> embeddable('{"segment": "</script>"}')
    '{"segment": "\\u003c/script\\u003e"}'
    """
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def plain(value: Any) -> Any:
    """A part of a figure as JSON takes it; what is not a number becomes ``None``.

    >>> plain({"y": np.array([1 / 3, np.nan]), "x": ("<5 min", "<b>all</b>"), "n": np.int64(7)})
    {'y': [0.333333, None], 'x': ['&lt;5 min', '<b>all</b>'], 'n': 7}
    """
    if isinstance(value, dict):
        if "bdata" in value:
            return plain(_unpacked(value))
        return {str(key): plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "M":
            return np.datetime_as_string(value, unit="auto").tolist()
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return _MARKUP.sub("&lt;", value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value


def _unpacked(packed: dict[str, Any]) -> np.ndarray[Any, Any]:
    """Plotly's base64 form of an array, as an array."""
    import base64

    array = np.frombuffer(base64.b64decode(packed["bdata"]), dtype=np.dtype(packed["dtype"]))
    shape = packed.get("shape")
    return array.reshape([int(n) for n in str(shape).split(",")]) if shape else array
