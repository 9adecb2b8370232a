"""The write-up: templates filled from results.json, so that no number in it was typed by hand."""

import re
from functools import partial
from pathlib import Path
from typing import Any

from helpers import config, paths
from helpers.errors import ReportError
from helpers.paths import BUNDLED as BUNDLED
from helpers.paths import StudyPaths
from helpers.pipeline.faults import listed, read
from helpers.pipeline.files import write_text
from helpers.record import Numbers

TEXTS = {
    "README.md.j2": "README.md",
    "methodology.md.j2": "docs/methodology.md",
    "decision.md.j2": "docs/decision.md",
    "interview.md.j2": "docs/interview.md",
    "results.md.j2": "docs/results.md",
    "statistics.md.j2": "docs/statistics.md",
    "own-data.md.j2": "docs/own-data.md",
    "troubleshooting.md.j2": "docs/troubleshooting.md",
    "glossary.md.j2": "docs/glossary.md",
    "tracking_plan.md.j2": "docs/tracking_plan.md",
}
"""Templates in ``docs/templates`` and the text each one makes, from the project's root."""


def fill(*, check: bool = False, root: Path = paths.ROOT) -> None:
    """Write every text below ``root``; with ``check`` write nothing and raise when one differs from the results."""
    filled = texts()
    stale = [
        name
        for name, text in filled.items()
        if not (root / name).is_file() or (root / name).read_text(encoding="utf-8") != text
    ]
    if check and stale:
        raise ReportError(
            "texts differ from the results they are made of",
            got=", ".join(stale),
            expected="the text that the templates and results.json make",
            cause="a result changed, or a text was edited by hand",
            remedy="run make all and commit the texts, or edit docs/templates",
        )
    if not check:
        for name, text in filled.items():
            write_text(root / name, text)


def texts() -> dict[str, str]:
    """Every text as the templates and the results make it. An unknown number is an error, not a gap."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(paths.TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    known = {name: _context(name) for name in BUNDLED}
    first, *others = BUNDLED
    shared = {"methods": _methods(), "bundled": known, "options": _options()} | helping() | planning()

    def rendered(template: str, name: str, study: str) -> str:
        figure = partial(_figure, study, "../" * name.count("/"))
        return environment.get_template(template).render(**shared, **known[study], figure=figure)

    made = [(template, name, first) for template, name in TEXTS.items()]
    made += [(f"studies/{study}.md.j2", f"docs/studies/{study}.md", study) for study in others]
    return {name: rendered(template, name, study) for template, name, study in made}


def helping() -> dict[str, Any]:
    """What the pages that help are made of: the errors in the code, the keys of a study file, the worked example."""
    from helpers import defaults
    from helpers.config import Prior, Study, keys
    from helpers.config.programme import Programme
    from helpers.errors import EXIT_CODES
    from helpers.experiment.trust.kinds import listed, named
    from helpers.formatting import formatted
    from helpers.ingest.values.times_unread import EXAMPLES
    from helpers.site import short_examples, tables_example, worked_example
    from helpers.site.error_catalogue import HOLE, NAME, by_topic

    example = {
        "example": worked_example.load(),
        "short": worked_example.load()["short"],
        "short_commands": {short.name: short.commands for short in short_examples.EXAMPLES},
        "example_name": worked_example.NAME,
        "example_counts": worked_example.of_counts(),
        "example_tables": tables_example,
        "example_study": (worked_example.SOURCE / f"{worked_example.NAME}.yml").read_text(encoding="utf-8"),
        "example_plan": (worked_example.SOURCE / "tracking_plans" / f"{worked_example.NAME}.yml").read_text(
            encoding="utf-8"
        ),
    }
    shares = {"alpha": formatted(defaults.ALPHA, "share"), "srm": defaults.SRM_THRESHOLD, "prior": Prior()}
    shares |= {"fewest_clusters": defaults.FEWEST_CLUSTERS, "trust_kinds": listed(), "trust_families": named()}
    files = {
        "a study file": keys.tables(Study, keys.PLACES),
        "a programme file": keys.tables(Programme, keys.PROGRAMME_PLACES),
    }
    told = {
        "may_override": " and ".join(defaults.MAY_OVERRIDE),
        "troubles": by_topic(),
        "hole": HOLE,
        "name": NAME,
        "exit_codes": EXIT_CODES,
        "files": files,
        "times": EXAMPLES,
    }
    return example | shares | told


def planning() -> dict[str, Any]:
    """What the page of tracking plans is made of: the plans, the rules of their names and of their changes."""
    from helpers.config import naming, tracking_plan, versions

    return {"plans": tracking_plan.plans(), "naming": naming.RULES, "verdicts": versions.VERDICTS}


def _context(name: str) -> dict[str, Any]:
    from helpers.report.topics import effects

    numbers = _numbers(name)
    study = config.load(f"studies/{name}.yml")
    return {
        "study": study,
        "numbers": numbers,
        "n": lambda key: numbers[key].text,
        "p": lambda key: _named_p(numbers[key].text),
        "caution": effects.text_caution(study),
        "streams": sum(name.startswith("monitoring.stream_") and name.endswith(".verdict") for name in numbers),
    }


def _options() -> list[tuple[str, str]]:
    """Keys and names of the options that notebook 06 weighs."""
    from helpers.experiment.decision import proposal

    return [(key, proposal.described(option).capitalize()) for key, option in proposal.KEYS.items()]


def _numbers(name: str) -> Numbers:
    where = StudyPaths(name)
    file = where.reports / "results.json"
    missing = listed(read(where.faults))
    if missing:
        raise ReportError(
            f"the texts stay as they are: the report of {name} is not whole",
            got="; ".join(missing),
            expected="every notebook run to its end",
        )
    if not file.is_file():
        raise ReportError(f"the report of {name} is not built", expected=paths.shown(file), remedy="run: make all")
    return Numbers.load(file)


def _figure(study: str, up: str, name: str) -> str:
    """A figure's path after ``up``, which leads to the project's root; an error when no notebook makes it."""
    from helpers.report.figures.show import names

    if name not in names(StudyPaths(study)):
        raise ReportError(f"the write-up shows the figure {name!r}, which no notebook of {study} makes")
    return f"{up}figures/{study}/{name}.svg"


def _methods() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Rooms and loose modules of ``helpers.stats`` with their first sentence, and their public names with theirs."""
    from importlib import import_module

    from helpers import stats

    rooms: dict[str, list[tuple[str, str]]] = {}
    for name in stats.__all__:
        found = getattr(stats, name)
        home = getattr(found, "__module__", "")
        if home.startswith("helpers.stats."):
            rooms.setdefault(home.split(".")[2], []).append((name, _first_line(found)))
    return [(room, _first_line(import_module(f"helpers.stats.{room}")), rooms[room]) for room in sorted(rooms)]


def _first_line(documented: object) -> str:
    """The first paragraph of a docstring on one line, formulas between dollar signs."""
    paragraph = (documented.__doc__ or "").strip().partition("\n\n")[0]
    told = re.sub(r":math:`([^`]*)`", r"$\1$", " ".join(paragraph.split()))
    return re.sub(r":\w+:`~?\.?([^`]*)`", r"`\1`", told).replace("``", "`")


def _named_p(text: str) -> str:
    """A p-value of a table in running text.

    >>> _named_p("0.0412"), _named_p("> 0.999"), _named_p("< 0.0001"), _named_p("not available")
    ('p = 0.0412', 'p > 0.999', 'p < 0.0001', 'p not available')
    """
    return f"p {'= ' if text[:1].isdigit() else ''}{text}"
