"""A proposal written down as a commented study file that loads as it is."""

import os
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from helpers import config, defaults, paths
from helpers.config.assumed import texts
from helpers.config.base import TAKEN
from helpers.config.formats import format_of
from helpers.config.times import check_format
from helpers.errors import ReportError
from helpers.formatting import inside, listed
from helpers.ingest.new_study import grain, vocabulary
from helpers.ingest.new_study.asking import Ask
from helpers.ingest.new_study.proposal import Arm, Measure, StudyProposal
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.source import opened
from helpers.pipeline.files import scratch, write_text

if TYPE_CHECKING:
    import jinja2

    from helpers.config import Place

_ENDINGS = re.compile(
    r"(\.(csv|gz|zst|json|jsonl|ndjson|parquet|pq|duckdb|ddb|db|sqlite|sqlite3|db3|s3db|xlsx|xlsm|xlsb|xls|ods|tsv|txt|sql))+$"
)
MOST_REMARKS = 25
"""Suspicious columns that are named; the rest are counted."""


@dataclass(frozen=True)
class Written:
    """The study file that was written, and what it assumes, a line an assumption."""

    file: Path
    said: str


def propose(
    data: str,
    *,
    name: str | None = None,
    table: str | None = None,
    database: str | None = None,
    said: Said = Said(),  # noqa: B008
    ask: Ask | None = None,
    force: bool = False,
    base: Path = paths.ROOT,
) -> Written:
    """TableView at ``data`` and write ``studies/NAME.yml`` below ``base``, and a tracking plan for an event log.

    In the project itself it goes to ``studies/own``. A path inside of ``base`` is written relative to it.
    What was ``said`` of the file is not guessed. ``ask`` puts a question where a point is unclear; without it the guess
    stands. ``database`` is what a query in a file is asked of.

    Every count is exact but those said to be about so many; nothing is sampled, and no row reaches Python.

    Raises:
        ReportError: for a file that cannot be read or means neither events nor units, and for a study that exists
            already unless ``force`` is given; for what was said that the file has not or contradicts.
    """
    called, file = named(data, name, force=True, base=base)
    if said.time_format:
        check_time_format(said.time_format)
    with opened(data, table, base, said.where, database, said.header_line, said.encoding, said.decimal) as source:
        proposal = _with_names(grain.read(source, said, ask), source.place, said)
        named(data, name, force=force, base=base)  # what was said is held against the file first
        place = place_of(source.place)
        read_from = source.called
    save(rendered(proposal, read_from, called, file, base, place), file, base)
    if proposal.plan:
        write_text(_plan_of(file), _rendered("new_tracking_plan.yml.j2", proposal, read_from))
    return Written(file, told(proposal, str(file.relative_to(base))))


def _with_names(proposal: StudyProposal, place: "Place", said: Said) -> StudyProposal:
    """What is told of how a text is read: its encoding, and the line of the names of the columns where it is not the first."""
    if place.encoding:
        how = "as you said" if said.encoding else "in which its words are words; else --encoding"
        proposal = replace(proposal, assumed=(*proposal.assumed, f"encoding: {place.encoding}, {how}"))
    if not place.header_line:
        return proposal
    note = f"names: of the columns those in line {place.header_line}, {'as you said' if said.header_line else 'for what stands above is no row of the table; else --header-line'}"
    return replace(proposal, assumed=(*proposal.assumed, note))


def named(data: str, name: str | None, *, force: bool, base: Path) -> tuple[str, Path]:
    """The name of a study of a file, and where it is written. Raises for one that cannot be, or is there already."""
    called = vocabulary.slug(name or _ENDINGS.sub("", Path(data.rstrip("/*")).name))
    if not name and called in TAKEN:
        called += "_test"
    if name and (called != name.lower() or called in TAKEN):
        raise ReportError(
            "a study cannot have this name", got=name, expected="at most 60 small letters, digits and _, beginning with a letter; no device of Windows",
            remedy=f"--name {called}" if called not in TAKEN else f"--name {called}_test",
        )  # fmt: skip
    file = paths.new_studies(base) / f"{called}.yml"
    for there in (file, _plan_of(file)):
        if there.exists() and not force:
            raise ReportError(
                f"{paths.shown(there)} is there already",
                expected="a name that is free",
                remedy="give another one with --name, or overwrite it with --force",
            )
    return called, file


def _plan_of(file: Path) -> Path:
    return file.parent / "tracking_plans" / file.name


def place_of(place: "Place") -> dict[str, object]:
    """The keys by which a study states where a table stands and how it is read."""
    return {"path": place.path, "table": place.table, "database": place.database, "delimiter": place.delimiter, "encoding": place.encoding,
            "decimal": place.decimal,
            "header_line": place.header_line, "format": _format(place.path)}  # fmt: skip


def rendered(
    proposal: StudyProposal, read_from: str, called: str, file: Path, base: Path, place: dict[str, object] | None = None
) -> str:
    """The text of a study file."""
    return _rendered(
        "new_study.yml.j2",
        proposal,
        read_from,
        name=called,
        place=place or {},
        next=paths.to_run(str(file.relative_to(base))),
        schema=os.path.relpath(paths.STUDIES / "study.schema.json", file.parent),
    )


def tried(text: str, file: Path, base: Path, aside: Path) -> config.Study:
    """The study that a text is, as it would load from its file; what does not load is not written."""
    trial = aside / "studies" / file.name
    trial.parent.mkdir(parents=True, exist_ok=True)
    trial.write_text(text, encoding="utf-8")
    study = config.load(trial)
    study.data.start_from(base)  # type: ignore[union-attr]
    return study


def save(text: str, file: Path, base: Path) -> None:
    """Write a study file that loads."""
    with scratch(base / "data" / file.stem, "new") as aside:
        tried(text, file, base, aside)
        write_text(file, text)


def check_time_format(written: str) -> None:
    try:
        check_format(written)
    except config.ConfigError as error:
        raise ReportError(
            "--time-format cannot be used", got=error.got, expected=error.expected, remedy=error.remedy
        ) from None


def _format(path: str) -> str | None:
    """A format that the ending does not tell."""
    return "csv" if Path(path).suffix and format_of(path) is None and "*" not in path else None


def told(proposal: StudyProposal, file: str) -> str:
    lines = ["Check first:", *(f"  {i}. {line}" for i, line in enumerate(proposal.first, 1))] if proposal.first else []
    lines += [f"Assumed, and written to {file}:", *(f"  {line}" for line in proposal.assumed)]
    if proposal.suspicious:
        lines.append("Suspicious or unused columns:")
        lines += [
            f"  {vocabulary.printable(column)}: {reason}" for column, reason in proposal.suspicious[:MOST_REMARKS]
        ]
        more = len(proposal.suspicious) - MOST_REMARKS
        lines += [f"  and {more} more"] if more > 0 else []
    fixed = (
        [f"Before the outcome is read, its rule can be registered: {paths.to_register(file)}"] if proposal.arms else []
    )
    return "\n".join([*lines, *fixed, f"Read {file} from the top, then: {paths.to_run(file)}"])


@cache
def _templates() -> "jinja2.Environment":
    """The templates of study files, each compiled once."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(paths.TEMPLATES), undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    environment.filters |= {
        "yaml": scalar, "label": vocabulary.label, "one_line": _one_line,
        "comma": lambda text: f", {_one_line(text)}" if text else "",
        "comment": lambda text: f"   # {_one_line(text)}" if text else "",
    }  # fmt: skip
    return environment


def _rendered(template: str, proposal: StudyProposal, called: str, **more: Any) -> str:
    title = _title(more.get("name", ""), called)
    arms = proposal.arms
    if not arms:
        stated = {
            "question": f"What do these data say today, and what would a test of {inside(proposal.primary.label)} take?",
            "hypothesis": "", "change": "",
        }  # fmt: skip
    else:
        stated = _stated(proposal.primary, *map(_called, arms))
    return _templates().get_template(template).render(
        p=_Named(proposal, vocabulary.printable(called)), power=defaults.POWER, least_uplift=defaults.MIN_UPLIFT, most=MOST_REMARKS,
        title=title, **stated, **more,
    )  # fmt: skip


def _stated(primary: Measure, control: str, *treatments: str) -> dict[str, str]:
    """Question, hypothesis and change of an experiment: of all of its treatments."""
    does = "Does" if len(treatments) == 1 else "Do"
    return {
        "question": f"{does} {listed(treatments)} change {inside(primary.label)} against {control}?",
        **texts(primary.label, primary.better, control, listed(treatments)),
    }


def _called(arm: Arm) -> str:
    """A variant by its name, with the word of the data where that is another one, as a report calls it.

    >>> _called(Arm("treatment", "new page", 9, 0.5)), _called(Arm("control", "Control", 9, 0.5))
    ('treatment (new page)', 'control')
    """
    other = arm.level and vocabulary.slug(arm.level) != arm.name
    return f"{arm.name} ({vocabulary.printable(arm.level)})" if other else arm.name


def _title(name: str, called: str) -> str:
    """The title of a study: the name of its file as that is spelled, where the study is called so.

    >>> _title("exp_2024q2", "exp_2024Q2.csv"), _title("pricing_test", "exp_2024Q2.csv")
    ('Exp 2024Q2', 'Pricing test')
    """
    stem = _ENDINGS.sub("", called)
    return vocabulary.label(stem if vocabulary.slug(stem) == name else name)


class _Named:
    """A proposal, and the file it came from."""

    def __init__(self, proposal: StudyProposal, called: str) -> None:
        self._proposal, self.called = proposal, called

    def __getattr__(self, name: str) -> Any:
        return getattr(self._proposal, name)


def scalar(text: str) -> str:
    """A text as YAML reads it back, whatever stands in it: quoted, unless it is a plain word.

    >>> scalar("user_id"), scalar("no"), scalar("a: b"), scalar("1")
    ('user_id', '"no"', '"a: b"', '"1"')
    """
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_ .-]*[A-Za-z0-9_]", text) and yaml.safe_load(text) == text
    return text if plain else yaml.dump(text, default_style='"', width=1 << 20, allow_unicode=True).strip()


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in str(text))
