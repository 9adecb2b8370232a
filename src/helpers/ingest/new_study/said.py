"""What somebody says of a file: roles of its columns, levels and rows, which are then not guessed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime

from helpers.config.columns import logged
from helpers.errors import ReportError, several
from helpers.ingest.near import no_column, shown
from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column

COLUMNS = ("unit", "alias", "time", "event", "variant", "money", "cluster")
"""What names a column, whatever a row is."""


@dataclass(frozen=True)
class Said:
    """What is known of a file; None and empty where nobody said anything.

    ``unit``, ``alias``, ``time``, ``event``, ``variant``, ``money`` and ``cluster`` name columns of the file. ``control`` is a level
    of the variant. ``exposure``, ``primary`` and ``outcomes`` are columns of a unit table, or events of a log.
    ``experiment`` is a value that tells its rows, ``where`` a condition in SQL, ``period`` start and end in UTC, the end
    excluded. ``descriptive`` says that the file is no experiment, ``better`` whether
    more or less of the primary metric is, ``empty`` what an empty field of it means, ``independent`` that each unit was assigned by itself. ``answers`` hold what was answered rather than said: the option, and the candidates that were shown; ``known``
    what the kind of file tells, with the evidence.
    """

    unit: str | None = None
    alias: str | None = None
    time: str | None = None
    event: str | None = None
    variant: str | None = None
    control: str | None = None
    exposure: str | None = None
    primary: str | None = None
    outcomes: tuple[str, ...] = ()
    money: str | None = None
    cluster: str | None = None
    experiment: str | None = None
    where: str | None = None
    period: tuple[datetime, datetime] | None = None
    time_format: str | None = None
    header_line: int | None = None
    encoding: str | None = None
    decimal: str | None = None
    descriptive: str | bool = False
    better: str | None = None
    empty: str | None = None
    independent: bool = False
    answers: tuple[tuple[str, str], ...] = ()
    known: tuple[tuple[str, str], ...] = ()

    def __contains__(self, option: str) -> bool:
        """Whether something was said, by the name of what it is said of."""
        return bool(getattr(self, option))

    def how(self, option: str) -> str:
        """What stands in place of the evidence for something that was said."""
        if option in dict(self.known):
            return dict(self.known)[option]
        shown = dict(self.answers).get(option)
        return f"as you answered, out of {shown}" if shown else "as you said"

    def note(self, option: str, evidence: str) -> str:
        """The comment beside what was said, or the evidence for what was guessed."""
        return self.how(option) if option in self else evidence

    def answered(self, option: str, answer: str, candidates: str) -> "Said":
        """The same with an answer to a question."""
        return replace(self, **{option: answer}, answers=(*self.answers, (option, candidates)))  # type: ignore[arg-type]

    def column(self, option: str, columns: Sequence[Column]) -> Column | None:
        """The column that was said; None where nobody said one."""
        name = getattr(self, option)
        return next((c for c in columns if c.name == name), None) if name else None

    @property
    def options(self) -> frozenset[str]:
        """What was said, or answered, by name."""
        return frozenset(
            each.name for each in fields(self) if each.name not in ("answers", "known") and each.name in self
        )

    @property
    def named(self) -> frozenset[str]:
        """Columns of which something was said, and the columns or events that are measured."""
        return frozenset(filter(None, [*(getattr(self, option) for option in COLUMNS), *self.measured]))

    @property
    def measured(self) -> tuple[str, ...]:
        """The primary metric and the other outcomes, in the order in which they were said."""
        return tuple(dict.fromkeys([*filter(None, [self.primary]), *self.outcomes]))

    def checked(self, holder: str, names: Sequence[str]) -> "Said":
        """The same with the names as the file writes them.

        Raises :class:`~helpers.errors.ReportError` for all columns that the file has not, each with the nearest ones.
        """
        faults, found = [], {}
        for option in COLUMNS:
            if option in self:
                try:
                    found[option] = the_name(holder, getattr(self, option), names, f"--{option}")
                except ReportError as error:
                    faults.append(error)
        if faults:
            raise several(faults)
        slugs = [vocabulary.slug(name) for name in names]
        alike = {
            slug: name for slug, name in zip(slugs, names, strict=True) if slugs.count(slug) == 1
        }  # as a study calls it
        alike |= {logged(name).casefold(): name for name in names}  # what is measured may be an event of a log
        measured = [name if name in names else alike.get(name.casefold(), name) for name in self.outcomes]
        primary = self.primary if self.primary in names else alike.get((self.primary or "").casefold(), self.primary)
        return replace(self, **found, primary=primary, outcomes=tuple(measured))  # type: ignore[arg-type]


def the_name(holder: str, said: str, known: Iterable[str], option: str) -> str:
    """A name as it stands there: exactly, else but for capitals. Raises where there is none, with the nearest ones."""
    known = list(known)
    alike = [each for each in known if logged(each).casefold() == said.strip().casefold()]
    if said in known:
        return said
    if len(alike) == 1:
        return alike[0]
    raise no_column(holder, said, known, option)


def period(text: str) -> tuple[datetime, datetime]:
    """START..END as two moments in UTC; a day counts from its midnight.

    >>> period("2026-03-02..2026-03-16T12:00")
    (datetime.datetime(2026, 3, 2, 0, 0), datetime.datetime(2026, 3, 16, 12, 0))
    """
    start, dots, end = text.partition("..")
    try:
        moments = tuple(datetime.fromisoformat(each.strip()) for each in (start, end))
    except ValueError as error:
        raise _no_period(text, str(error) if dots else "no .. between start and end") from None
    first, last = (m.astimezone(UTC).replace(tzinfo=None) if m.tzinfo else m for m in moments)
    if first >= last:
        raise _no_period(text, "the end is not after the start")
    return first, last


def _no_period(text: str, why: str) -> ReportError:
    return ReportError(
        "--period cannot be used", got=f"{shown(text)}: {why}", expected="START..END, such as 2026-03-02..2026-03-16",
        remedy="write both as days or moments in UTC; the end is excluded, so the day after the last one",
    )  # fmt: skip
