"""Ids that look alike: which of them are one, the table does not say, so they are kept apart, and counted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from helpers.config.columns import logged
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values import confusable

if TYPE_CHECKING:
    import duckdb

_UNSEEN: Final = (
    r"[\x{00AD}\x{061C}\x{180E}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{2066}-\x{2069}\x{FEFF}]"
)
_CONTROL: Final = r"\x00-\x20\x7F\x{0085}\x{00A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"
_UUID: Final = r"^(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$"

BLANKS: Final = "blanks at their ends"

_STEPS: Final = {
    "signs that are not seen": f"regexp_replace({{}}, {literal(_UNSEEN)}, '', 'g')",
    BLANKS: f"regexp_replace({{}}, {literal(f'^[{_CONTROL}]+|[{_CONTROL}]+$')}, '', 'g')",
    "capitals": "lower({})",
    "the dashes and braces of a UUID": rf"regexp_replace({{}}, {literal(_UUID)}, '\1\2\3\4\5')",
    "accents as signs of their own": "nfc_normalize({})",
    "signs of full width": confusable.narrow("{}"),
    "letters of another script that look the same": confusable.latin("{}"),
}
"""What may tell ids apart that look alike, and SQL of a text without it; one after the other they make one form."""


def form(text: str, steps: int = len(_STEPS)) -> str:
    """SQL of the one form of ids that look alike, or of one on the way there, after so many ``steps``.

    >>> import duckdb
    >>> ids = "(values ('U1 '), ('josé'), ('{0A000000-0000-0000-0000-000000000001}')) as v(t)"
    >>> [row[0] for row in duckdb.sql(f"select {form('t')} from {ids}").fetchall()]
    ['u1', 'josé', '0a000000000000000000000000000001']
    """
    for step in [*_STEPS.values()][:steps]:
        text = step.replace("{}", text)
    return text


def _tells(step: int) -> str:
    """SQL whether a step makes one of several of the ``ids`` that look alike, or changes some of them only."""

    def distinct(made: str) -> str:
        return f"len(list_distinct(list_transform(ids, lambda id: {made})))"

    before, after = form("id", step), form("id", step + 1)
    return f"({distinct(before)} > {distinct(after)} or {distinct(f'{before} = {after}')} > 1)"


def maybe(text: str) -> str:
    """SQL whether an id may not be in that form: cheap, for a look at every row. Of UUIDs :func:`uuids` tells it.

    >>> import duckdb
    >>> ids = "(values ('u1'), ('U1'), ('u1 '), ('josé'), ('u\\t'), ('{1}')) as v(t)"
    >>> [row[0] for row in duckdb.sql(f"select {maybe('t')} from {ids}").fetchall()]
    [False, True, True, True, True, True]
    """
    ends = " or ".join(f"ends_with({text}, {sign})" for sign in ("' '", "chr(0)", "chr(9)", "chr(10)", "chr(13)"))
    begins = f"{text} < '!' or {text} > '{{' and {text} < '|'"
    return f"({begins} or {ends} or strlen({text}) <> length({text}) or {text} <> lower({text}))"


def uuids(text: str) -> str:
    """SQL whether a column holds UUIDs in more than one of their lengths: as usual, and without dashes, in braces or as a URN."""
    return f"bool_or(strlen({text}) = 36) and bool_or(strlen({text}) in (32, 38, 45))"


@dataclass(frozen=True)
class LookAlike:
    """How many ids of a column look like another one, how many they would be, and the steps that make them one."""

    column: str
    ids: int
    one: int
    steps: tuple[str, ...]

    def said(self, what: str = "ids") -> str:
        """How many there are, without what becomes of them."""
        return f"{self.ids:,} {what} would be {self.one:,} but for {_listed([*self.steps])}"

    def mended(self, source: str) -> str:
        """The query that writes them in one way, of a table as a query names it."""
        name = quoted(self.column)
        made = f"{name}::varchar"
        for step in self.steps:
            made = _STEPS[step].replace("{}", made)
        return f"select * replace ({made} as {name}) from {source}"


APART = "; they are kept apart"
"""Ends what is said of ids that look alike."""


def of(con: "duckdb.DuckDBPyConnection", column: str, relation: str) -> LookAlike | None:
    """The ids of a column that look alike; None where there are none."""
    name = quoted(column)
    alike = f"select list(id) as ids from (select distinct {name} as id from {relation} where {name} <> '') group by {form('id')} having count(*) > 1"
    ids, one = con.execute(f"select coalesce(sum(len(ids)), 0), count(*) from ({alike})").fetchall()[0]
    if not ids:
        return None
    apart = ", ".join(f"bool_or({_tells(step)})" for step in range(len(_STEPS)))
    found = con.execute(f"select {apart} from ({alike})").fetchall()[0]
    return LookAlike(
        column, int(ids), int(one), tuple(each for each, is_so in zip(_STEPS, found, strict=True) if is_so)
    )


def told(con: "duckdb.DuckDBPyConnection", column: str, relation: str, what: str = "ids") -> list[str]:
    """What is said of ids of a column that look alike, or of levels."""
    found = of(con, column, relation)
    return [f"column '{logged(column)}': {found.said(what)}{APART}"] if found else []


def is_told(note: str) -> bool:
    """Whether a note is that of ids that are kept apart."""
    return note.endswith(APART)


def _listed(named: list[str]) -> str:
    return " and ".join([", ".join(named[:-1]), named[-1]] if named[1:] else named)
