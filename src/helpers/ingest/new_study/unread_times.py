"""A column that is called as times are and holds none that can be read: what its values look like, and what makes them times."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.values.times_decided import STATED
from helpers.ingest.values.times_elsewhere import likeness
from helpers.ingest.values.times_unread import KNOWN

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

SOME = 40
"""So many different values are looked at."""


def why(table: "SourceTable", column: Column) -> tuple[str, str]:
    """What the values of a column are, with one of them, and the remedy; both say no more where that is not known."""
    text = table.text(column.name)
    found = table.rows(f"select distinct {text} from {{table}} where {text} is not null order by 1 limit {SOME}")
    texts = [str(each) for (each,) in found]
    like = likeness(texts)
    shown = f"'{vocabulary.printable(column.name)}' holds "
    if like:
        return shown + like.told(texts[0]), like.remedy
    some = ", ".join(f"'{vocabulary.printable(each)}'" for each in texts[:2])
    return (
        f"{shown}values such as {some}",
        f"say how they are written: --time-format, with {STATED}; or write them as above",
    )


def refused(table: "SourceTable", columns: Sequence[Column], seen: str) -> ReportError:
    """What is said of a log none of whose columns holds times; of the one that is called so, what it holds."""
    called = [c for c in columns if vocabulary.touches(c.name, vocabulary.TIME) and c.filled and not c.has_time]
    cause, remedy = why(table, called[0]) if called else ("", f"say how they are written: --time-format, with {STATED}")
    return ReportError(
        f"{table.called} looks like an event log, but no column holds moments that can be read",
        got=seen,
        expected=KNOWN,
        cause=cause or None,
        remedy=remedy,
    )
