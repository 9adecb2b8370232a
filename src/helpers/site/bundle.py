"""Pages that are one file: ES modules and data stand inside, for a page opened from disk can import and fetch nothing."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from helpers.report.figures.show import embeddable

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.mjs";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b", re.MULTILINE)


def bundle(folder: Path, modules: Sequence[str]) -> str:
    """The modules of a folder as one script, each in a scope of its own, each after those it imports.

    Only ``import { a, b as c } from "./name.mjs";`` and ``export function``, ``export class`` or ``export const`` are
    understood; raises :class:`ValueError` for anything else, and for code that would end the script element.
    """
    parts = []
    for name in modules:
        source = (folder / f"{name}.mjs").read_text(encoding="utf-8")
        exports = ", ".join(_EXPORT.findall(source))
        code = _EXPORT.sub("", _IMPORT.sub(_taken, source))
        if _LEFT.search(code) or "</script" in code.lower():
            raise ValueError(f"{name}.mjs has an import or export that cannot stand inside a page")
        parts.append(f"const module_{name} = (() => {{\n{code}return {{ {exports} }};\n}})();")
    return "\n".join(parts) + "\n"


def embedded(data: Any) -> str:
    r"""JSON that may stand inside a script element; raises :class:`ValueError` for NaN and infinity.

    >>> embedded({"name": "</script>"})
    '{"name": "\\u003c/script\\u003e"}'
    """
    return embeddable(json.dumps(data, ensure_ascii=False, allow_nan=False))


def rendered(template: Path, *, data: str, **slots: str) -> str:
    """A template with its styles, code and data in their slots, under a strict Content-Security-Policy.

    The slots hold markup; nothing in them is escaped again. The scripts that may run are those that stand in the page
    when the data are left out.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from helpers.site.csp import inline, secured

    environment = Environment(
        loader=FileSystemLoader(template.parent), undefined=StrictUndefined, autoescape=True, keep_trailing_newline=True
    )
    page = environment.get_template(template.name)
    filled = {name: Markup(text) for name, text in slots.items()}
    return secured(page.render(filled, data=Markup(data)), inline(page.render(filled, data="")))


def _taken(imported: re.Match[str]) -> str:
    return f"const {{{imported[1].replace(' as ', ': ')}}} = module_{imported[2]};\n"
