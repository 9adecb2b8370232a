"""What every notebook opens with: its study or programme, what there is to query, a place for numbers and figures."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from helpers import config
from helpers.config import programme
from helpers.formatting import Unit, Value, counted, formatted
from helpers.paths import StudyPaths, topic
from helpers.record import Numbers, Recorder
from helpers.warehouse import partitions, query

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from helpers.report.figures.show import FigureView
    from helpers.report.tables import Callout, Table


class Book:
    """One notebook's run: where its numbers and figures go, in which currency money is told."""

    def __init__(self, where: StudyPaths, name: str, currency: str) -> None:
        self.where, self.name, self.currency = where, name, currency
        self._shown: set[str] = set()
        self._recorder = Recorder(where, name, currency)

    def record(
        self, name: str, value: Value, unit: Unit, description: str, *, reason: str = "", names: Iterable[str] = (),
        bar: float | None = None,
    ) -> str:  # fmt: skip
        """Keep a number for the report; its text comes back."""
        return self._recorder.record(name, value, unit, description, reason=reason, names=names, bar=bar)

    def say(self, value: Value, unit: Unit) -> str:
        """A number's text, with the study's currency."""
        return formatted(value, unit, self.currency)

    def show(self, name: str, figure: Any, alt: str) -> "FigureView":
        """Keep a figure for the report and display it."""
        from helpers.report.figures.show import show

        self._shown.add(name)
        return show(self.where, self.name, name, figure, alt)

    def table(self, rows: "list[dict[str, Any]] | pd.DataFrame", caption: str, footnote: str | None = None) -> "Table":
        """Rows as an accessible table; of very many the first, and how many there are."""
        import pandas as pd

        from helpers.report.tables import MAX_ROWS, table

        frame = pd.DataFrame(rows)
        if len(frame) > MAX_ROWS:
            more = f"the first {MAX_ROWS} of {len(frame):,} rows"
            frame, footnote = frame[:MAX_ROWS], f"{footnote}; {more}" if footnote else more
        return table(frame, caption, footnote=footnote)

    def finding(self, text: str) -> "Callout":
        """A takeaway."""
        from helpers.report.tables import callout

        return callout("finding", text)

    def warning(self, text: str) -> "Callout":
        """What a reader must keep in mind."""
        from helpers.report.tables import callout

        return callout("warning", text)

    def note(self, text: str) -> "Callout":
        """What this study does not have, or what is plainly so: nothing to beware of."""
        from helpers.report.tables import callout

        return callout("note", text)

    def earlier(self, *notebooks: str) -> Numbers:
        """Numbers of notebooks that ran before this one."""
        return Numbers.of(self.where, *notebooks)

    @property
    def recorded(self) -> Numbers:
        """What this notebook has recorded so far."""
        return self._recorder.numbers

    def close(self) -> "Callout":
        """Write the numbers, forget figures of earlier runs that this one did not show; the last call of a notebook."""
        from helpers.report.figures.show import drop_others
        from helpers.report.tables import callout

        drop_others(self.where, self.name, self._shown)
        numbers = self._recorder.save()
        stand = "stands" if len(numbers) == 1 else "stand"
        told = f"{counted(len(numbers), 'number')} of this notebook {stand} in results.json, each with its meaning."
        return callout("finding", told if numbers else "This notebook records no number.")


class Notebook(Book):
    """One notebook's run on one study; of segments that part the units ``alike`` it has the first.

    >>> Notebook("studies/cart_checkout.yml", "02_funnel_analysis").study.exposure
    'cart'
    """

    def __init__(self, study_file: str, name: str) -> None:
        study, where = config.opened(study_file)
        self.alike: dict[str, str] = {}
        if len(study.segments) > 1 and where.database.is_file():
            with query.connect(where.database) as con:
                self.alike = partitions.alike(con, study.segments)
        kept = [name for name in study.segments if name not in self.alike]
        self.study = study.model_copy(update={"segments": kept}) if self.alike else study
        super().__init__(where, name, study.economics.currency)

    def connect(self) -> "duckdb.DuckDBPyConnection":
        """The marts, read only, for as long as the notebook runs."""
        return query.opened(self.where.database)


class ProgrammeNotebook(Book):
    """One notebook's run on one programme.

    >>> ProgrammeNotebook("programmes/shop_year.yml", "08_attribution").programme.attribution.half_life_days
    7.0
    """

    def __init__(self, programme_file: str, name: str) -> None:
        self.programme, where = programme.opened(programme_file)
        super().__init__(where, name, self.programme.currency)

    def connect(self) -> "duckdb.DuckDBPyConnection":
        """The year's tables as views, in memory, for as long as the notebook runs."""
        return query.tables(self.where.raw)

    def ledger(self) -> dict[str, Any]:
        """What was planted in the year."""
        content: dict[str, Any] = json.loads((self.where.raw / "ledger.json").read_text(encoding="utf-8"))
        return content

    def headline(self, words: str) -> "Callout":
        """What the notebook found, in a sentence: for the programme's front page and the command line too, without marks."""
        self.record(f"{topic(self.name)}.headline", words.replace("**", ""), "text", "What the notebook found")
        return self.finding(words)
