"""The simulator as one file: engine, page, style and presets inside, no request to anywhere."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.experiment.whatif.plan import INPUTS, WhatIfPlan
from helpers.experiment.whatif.presets import Preset
from helpers.pipeline.files import write_text
from helpers.site.bundle import bundle, embedded, rendered

SOURCE = paths.SITE / "simulator"
MODULES = ("normal", "belief", "score", "design", "words", "engine", "patch", "chart", "form", "page")
"""ES modules in the order in which they need each other."""

OWN = WhatIfPlan(traffic=5_000, baseline=0.05, uplift=0.05, arpu=250, days=28)
"""What stands there when no study is chosen."""

RULE = Preset(
    "rule_of_the_source", "The rule of the source: 95 / 5 / 5", "Conversion", "EUR",
    "GO at a significance of at least 95 %, a risk of no improvement below 5 % and an uplift of at least 5 %, tried on numbers of no study.",
    replace(OWN, alpha=0.05, max_risk=0.05, minimum_uplift=0.05), (),
)  # fmt: skip
"""The rule that the project began with, which comes first."""


def write(presets: Iterable[Preset], target: Path) -> Path:
    """Write the page; the one before it is replaced at once."""
    write_text(target, page(presets))
    return target


def page(presets: Iterable[Preset]) -> str:
    """The simulator's HTML, with its Content-Security-Policy."""
    styles = (paths.SITE / "_static" / "report.css", SOURCE / "simulator.css")
    return rendered(
        SOURCE / "simulator.html",
        style="".join(file.read_text(encoding="utf-8") for file in styles),
        script=bundle(SOURCE, MODULES),
        data=embedded(data(presets)),
    )


def data(presets: Iterable[Preset]) -> dict[str, Any]:
    """What the page knows of inputs and studies."""
    return {
        "inputs": [{**asdict(asked), "says": asked.says} for asked in INPUTS],
        "presets": [asdict(preset) for preset in (RULE, *presets)],
        "own": asdict(OWN),
    }
