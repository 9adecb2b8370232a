"""The simulator as one file: engine, page, style and presets inside, no request to anywhere."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from helpers import paths
from helpers.csp import secured
from helpers.results import write_text
from helpers.simulator.plan import INPUTS, Plan
from helpers.simulator.presets import Preset

SOURCE = paths.SITE / "simulator"
MODULES = ("normal", "score", "design", "words", "engine", "chart", "form", "page")
"""ES modules in the order in which they need each other."""

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.mjs";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)

OWN = Plan(traffic=5_000, baseline=0.05, uplift=0.05, arpu=250, days=28)
"""What stands there when no study is chosen."""


def write(presets: Iterable[Preset], target: Path) -> Path:
    """Write the page; the one before it is replaced at once."""
    write_text(target, page(presets))
    return target


def page(presets: Iterable[Preset]) -> str:
    """The simulator's HTML, with its Content-Security-Policy."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(SOURCE), undefined=StrictUndefined, autoescape=True, keep_trailing_newline=True
    )
    style = (paths.SITE / "_static" / "report.css").read_text(encoding="utf-8") + _read("simulator.css")
    return secured(
        environment.get_template("simulator.html").render(
            style=Markup(style), script=Markup(script()), data=Markup(data(presets))
        )
    )


def script() -> str:
    """All modules as one, each in a scope of its own: ``import`` and ``export`` do not work from a file on disk.

    >>> "import {" in script(), "export function" in script()
    (False, False)
    """
    return "\n".join(_scoped(name, _read(f"{name}.mjs")) for name in MODULES)


def _scoped(name: str, code: str) -> str:
    exported = ", ".join(_EXPORT.findall(code))
    body = _EXPORT.sub("", _IMPORT.sub(lambda m: f"const {m[1].replace(' as ', ': ')} = ${m[2]};\n", code))
    return f"const ${name} = (() => {{\n{body}return {{ {exported} }};\n}})();"


def data(presets: Iterable[Preset]) -> str:
    """Inputs and presets as JSON that cannot end the script it stands in."""
    content = {
        "inputs": [{**asdict(asked), "says": asked.says} for asked in INPUTS],
        "presets": [asdict(preset) for preset in presets],
        "own": asdict(OWN),
    }
    text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _read(name: str) -> str:
    return (SOURCE / name).read_text(encoding="utf-8")
