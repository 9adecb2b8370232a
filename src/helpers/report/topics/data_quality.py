"""What the log held, and what became of every row."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config import EXPOSED, Place, Simulation, Study, Tables
from helpers.config.tracking_plan import EXPERIMENT_EVENTS, Event, TrackingPlan
from helpers.formatting import counted
from helpers.report.tables import Row

if TYPE_CHECKING:
    import pandas as pd

    from helpers.report.notebook import Notebook


def table_contracts(plan: TrackingPlan, study: Study) -> list[Row]:
    """What each planned event must carry; an experiment on a unit table fires none of its own.

    Where nothing is compared there are no events of an experiment, and a row of a table carries no variant.
    """
    if study.is_descriptive:
        return [_described(name, event) for name, event in plan.events.items()]
    rows = [
        {
            "Event": name,
            "When": event.description,
            "Required": ", ".join(p for p, rule in event.properties.items() if rule.required),
            "Optional": ", ".join(p for p, rule in event.properties.items() if not rule.required) or "none",
        }
        for name, event in plan.events.items()
    ]
    return rows + [
        {"Event": name, "When": _EXPERIMENT[name], "Required": ", ".join(required), "Optional": "none"}
        for name, required in EXPERIMENT_EVENTS.items()
        if name not in plan.events and EXPOSED not in plan.events
    ]


def _described(name: str, event: Event) -> Row:
    """A row of a table as it is, an event of a log as it is planned."""
    if name == EXPOSED:
        return {"Event": name, "When": "Each row of the table", "Required": "nothing", "Optional": "none"}
    required = ", ".join(p for p, rule in event.properties.items() if rule.required)
    optional = ", ".join(p for p, rule in event.properties.items() if not rule.required)
    return {"Event": name, "When": event.description, "Required": required or "nothing", "Optional": optional or "none"}


_EXPERIMENT = {
    "experiment_impression": "A unit met its variant (offline: made from the assignment)",
    "experiment_conversion": "An order after that, with its revenue as price (made from the log)",
    "experiment_session": "A visit after that, with its length (made from the log)",
}


def table(flow: pd.DataFrame, ledger: Mapping[str, int] | None) -> list[Row]:
    """Rows by kind, beside the ledger of planted dirt when there is one that holds any."""
    rows, planting = [], ledger is not None and any(ledger.values())
    for r in flow.itertuples(index=False):
        row: Row = {"Kind": r.kind.replace("_", " "), "What became of it": r.disposition, "Rows": f"{r.rows:,}"}
        if ledger is not None and planting:
            planted = ledger.get(r.kind)
            row["Planted"] = "" if planted is None else f"{planted:,}"
            row["Difference"] = "" if planted is None else f"{r.rows - planted:+,}".replace("+0", "0")
        if r.rows or (ledger or {}).get(r.kind):
            rows.append(row)
    return rows


def table_violations(found: pd.DataFrame) -> list[Row]:
    """Breaches of the tracking plan."""
    return [
        {
            "Violation": r.violation.replace("_", " "),
            "Event": r.event_name,
            "Property": r.property,
            "Rows": f"{r.rows:,}",
        }
        for r in found.itertuples(index=False)
    ]


ROWS = {
    "rows_read": "Rows that were read, and lines that could not be",
    "rows_kept": "Clean events that every later number rests on",
}
"""What was read and kept, for a study of counts as well, which says that it has none."""


def of_the_files(flow: pd.DataFrame, merged: int) -> pd.DataFrame:
    """What became of the rows as the files have them: of a panel those that were ``merged`` into one a unit are kept too."""
    return flow.assign(rows=flow["rows"] + merged * (flow.kind == "kept"))


def text_apart(study: Study, apart: int) -> str:
    """Rows of the sources that the study does not take, and by which condition; empty where it takes them all.

    >>> from helpers import config
    >>> study = config.load("studies/cookie_cats.yml")
    >>> taken = study.model_copy(update={"data": study.data.model_copy(update={"where": "retention_1"})})
    >>> text_apart(taken, 0), text_apart(taken, 2)
    ('', '2 rows are not taken: those for which this does not hold: retention_1')
    """
    data = study.data
    if not apart or isinstance(data, Simulation):
        return ""
    why = []
    roles: list[Place] = [data]
    if isinstance(data, Tables):
        why.append("rows of no assigned unit and repeated assignments")
        roles = [data.assignments, *data.facts.values()]
    said = [role.where for role in roles if role.where]
    why += [f"those for which this does not hold: {'; '.join(said)}"] if said else []
    return f"{counted(apart, 'row')} {'is' if apart == 1 else 'are'} not taken: {', and '.join(why)}"


def record(
    nb: Notebook, flow: pd.DataFrame, events: pd.DataFrame, ledger: Mapping[str, int] | None, apart: str = ""
) -> None:
    """``data.*``: rows read, kept and left out, by kind, and which of the sources were not taken (``apart``)."""
    if not nb.study.has_rows:
        for name, meaning in ROWS.items():
            nb.record(f"data.{name}", None, "count", meaning, reason=nb.study.rowless)
        return
    rows = dict(zip(flow.kind, flow["rows"].map(int), strict=True))
    lost = int(flow.loc[flow.disposition.isin(["dropped", "quarantined"]), "rows"].sum())
    nb.record("data.rows_read", rows["kept"] + lost, "count", ROWS["rows_read"])
    nb.record("data.rows_kept", rows["kept"], "count", ROWS["rows_kept"])
    nb.record("data.apart", apart or None, "text", "Rows of the sources that are not taken", reason="all are taken")
    nb.record("data.rows_lost", lost, "count", "Rows dropped or quarantined, each with a named reason")
    nb.record("data.share_kept", rows["kept"] / (rows["kept"] + lost), "share", "Clean events among the rows read")
    nb.record("data.units", int(events.units_in_log.iloc[0]), "count", "Distinct units with a clean event")
    for kind, count in rows.items():
        if kind != "kept":
            nb.record(f"data.flow.{kind}", count, "count", f"Rows of the kind '{kind.replace('_', ' ')}'")
    for event in events.itertuples(index=False):
        name = event.event_name
        nb.record(f"data.events.{name}", int(event.events), "count", f"Clean events named {name}")
        if event.earlier:
            meaning = f"Units with a value of {name} from before the experiment"
            nb.record(f"data.earlier.{name}", int(event.earlier), "count", meaning)
        if event.missing:
            nb.record(f"data.missing.{name}", int(event.missing), "count", f"Units without a value of {name}")
    if ledger is not None:
        off = sum(abs(rows.get(kind, 0) - planted) for kind, planted in ledger.items())
        nb.record(
            "data.ledger_difference",
            off,
            "count",
            "Rows by which the flow table and the ledger of planted dirt differ, over all kinds",
        )


def table_events(events: pd.DataFrame) -> list[Row]:
    """Clean events by name; what a table of units holds from before the experiment is a line of its own, no outcome, and so
    are units without a value, of whom nothing is known to have happened."""
    counted = [(r.event_name, int(r.events)) for r in events.itertuples(index=False)]
    counted += [
        (f"{r.event_name}{what}", int(n))
        for r in events.itertuples(index=False)
        for n, what in ((r.earlier, ", before the experiment"), (r.missing, ": no value, so no event"))
        if n
    ]
    return [{"Event": name, "Events": f"{n:,}"} for name, n in sorted(counted, key=lambda each: -each[1])]


def note_events(study: Study) -> str | None:
    """That amounts below zero, which take back what was paid, are among the events, where the study says that they are refunds."""
    if getattr(study.data, "negative", "error") != "refund":
        return None
    return "an amount below zero is a refund: it counts here as an event of its name, and nowhere as one that happened"


def record_violations(nb: Notebook, found: pd.DataFrame) -> None:
    """``data.violations``: rows that break the tracking plan."""
    broken = int(found["rows"].sum()) if nb.study.has_rows else None
    nb.record("data.violations", broken, "count", "Rows that break the tracking plan", reason=nb.study.rowless)


def ledger(raw: Path) -> dict[str, int] | None:
    """Rows of each kind of dirt that a simulator planted; None for a log of the analyst's own."""
    import json

    file = raw / "ledger.json"
    if not file.is_file():
        return None
    kinds: dict[str, int] = json.loads(file.read_text(encoding="utf-8"))["kinds"]
    return kinds


def text(flow: pd.DataFrame, planted: dict[str, int] | None, apart: str = "", merged: int = 0) -> str:
    """The flow of rows in a sentence, which of them were ``merged`` into one a unit, and which were not taken (``apart``)."""
    rows = dict(zip(flow.kind, flow["rows"].map(int), strict=True))
    lost = int(flow.loc[flow.disposition.isin(["dropped", "quarantined"]), "rows"].sum())
    named = ", each with a named reason" if lost else ""
    text = f"{counted(rows['kept'] + lost, 'row')} read = {rows['kept']:,} kept + {lost:,} left out{named}."
    if rows["malformed_line"]:
        text += f" {rows['malformed_line']:,} of those left out could not be read as a line of the file (see rejects.csv beside the raw log)."
    if merged:
        text += f" Those kept became {counted(rows['kept'] - merged, 'row')}, one for each unit."
    if apart:
        text += f" Beside them {apart}."
    if planted is None:
        return text
    off = {kind: rows.get(kind, 0) - count for kind, count in planted.items() if rows.get(kind, 0) != count}
    if off:
        told = ", ".join(f"{kind.replace('_', ' ')} by {rows_off:+,}" for kind, rows_off in off.items())
        return f"{text} The flow table and the ledger DIFFER: {told}."
    kinds = sum(count > 0 for count in planted.values())
    if not kinds:
        return f"{text} No dirt was planted, and none is found."
    where = "the one kind" if kinds == 1 else f"each of the {kinds} kinds"
    return (
        f"{text} The flow table equals the ledger of planted dirt in {where} that it holds, and shows none of another."
    )


def revenue(daily: pd.DataFrame, study: Study) -> int | float | None:
    """Hundredths of the currency's unit in all clean purchases, less refunds: the last step of the funnel, or what revenue is counted by in a unit table."""
    if study.revenue is None or not study.has_rows:
        return None
    event = study.revenue.event if study.is_unit_table else study.funnel.steps[-1]
    of_event = daily.loc[daily.event_name == event]
    total = Fraction(100 * int(of_event.amount.sum()), 10 ** int(of_event.digits.max() if len(of_event) else 0))
    return int(total) if total.denominator == 1 else float(total)
