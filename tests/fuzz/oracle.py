"""What a file says, told apart from the project: by Python's csv and datetime, by Decimal, pyarrow and pandas."""

import csv
import functools
import gzip
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.fuzz.amounts import SHORT
from tests.fuzz.dress import DELIMITERS, Dress
from tests.fuzz.worlds import BOUGHT, DAY, SECOND, SEEN, STEPS, Happened, Unit, World
from tests.fuzz.writers import KINDS, TABLE, Written

Row = tuple[str, int, str, Decimal | None]
"""A clean event: unit, moment in microseconds, name, and its amount where a metric sums it."""


Place = tuple[str, int]
"""Where a row stands: the name of its file, and the line of an editor that it begins in; of a table that is no text the number of the row."""


@dataclass
class Told:
    """What is read of a file: units and sum by arm and metric, clean events, and rows by what was wrong first, with
    their places; ``also`` counts what else is wrong with such rows, ``digits`` are those to which amounts were rounded;
    ``silent`` are units of a log that are seen and of which no row tells the arm."""

    values: dict[tuple[str, str], tuple[int, Decimal]] = field(default_factory=dict)
    rows: Counter[Row] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    also: Counter[str] = field(default_factory=Counter)
    places: defaultdict[str, set[Place]] = field(default_factory=lambda: defaultdict(set))
    all_rows: int = 0
    units: set[str] = field(default_factory=set)
    digits: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    silent: int = 0

    def lose(self, kind: str, place: Place) -> None:
        self.lost[kind] += 1
        self.places[kind].add(place)


@dataclass(frozen=True)
class Table:
    """Cells of a file by role, each row with its place, and the places of lines that fit no header."""

    rows: list[tuple[Place, dict[str, Any]]]
    malformed: list[Place]


def table_of(written: Written, dress: Dress, roles: list[str]) -> Table:
    table = Table([], [])
    for file in written.files:
        for number, row in _text(file, dress) if dress.is_text else _typed(file, dress):
            if row is None:
                table.malformed.append((file.name, number))
            else:
                table.rows.append(((file.name, number), {role: row[dress.name(role)] for role in roles}))
    return table


def _text(file: Path, dress: Dress) -> Iterator[tuple[int, dict[str, str] | None]]:
    """Each record below the header with the line that it begins in; None for one that does not fit it."""
    raw = file.read_bytes()
    if dress.packing == ".gz":
        raw = gzip.decompress(raw)
    elif dress.packing == ".zst":
        raw = pa.input_stream(io.BytesIO(raw), compression="zstd").read()
    reader = csv.reader(io.StringIO(raw.decode(dress.encoding), newline=""), delimiter=DELIMITERS[dress.kind])
    header = next(reader, [])
    if not header:
        raise Unreadable("nothing")
    if header[0].lower().startswith("sep="):
        header = next(reader)
    line = reader.line_num
    for record in reader:
        fits = len(record) == len(header)
        if record:
            yield line + 1, dict(zip(header, record, strict=True)) if fits else None
        line = reader.line_num


def _typed(file: Path, dress: Dress) -> Iterator[tuple[int, dict[str, Any] | None]]:
    if dress.kind == "jsonl":
        lines = file.read_text(encoding="utf-8").split("\n")
        yield from ((number, json.loads(line)) for number, line in enumerate(lines, 1) if line)
    else:
        yield from enumerate(_arrow(file), 1)


def _arrow(file: Path) -> list[dict[str, Any]]:
    if file.suffix == ".parquet":
        table = pq.read_table(file)
    else:
        with duckdb.connect(str(file), read_only=True) as con:
            con.execute("set TimeZone = 'UTC'")
            table = con.execute(f'select * from "{TABLE}"').to_arrow_table()
    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_timestamp(column.type):
            per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[column.type.unit]
            columns[name] = [
                None if count is None else count * SECOND // per_second for count in column.cast(pa.int64()).to_pylist()
            ]
        elif pa.types.is_date32(column.type):
            columns[name] = [None if days is None else days * DAY for days in column.cast(pa.int32()).to_pylist()]
        else:
            columns[name] = column.to_pylist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def read(table: Table, dress: Dress, world: World, roles: list[str], digits: dict[str, int] | None = None) -> Told:
    """What the table says of the world's experiment, amounts rounded to so many ``digits`` of their event.

    Raises :class:`Unreadable` for an arm that the study does not map, and for a unit that is two.
    """
    digits = digits or {}
    told = _log(table, dress, world, digits) if world.is_log else _units(table, dress, world, "when" in roles, digits)
    for place in table.malformed:
        told.lose("malformed_line", place)
    told.units = {unit for _, cells in table.rows if (unit := _back("who", cells["who"], dress, str)) is not None}
    told.lost, told.all_rows = +told.lost, len(table.rows) + len(table.malformed)
    return told


class Unreadable(Exception):
    """A table that no careful reader reads."""


class StrangeLevel(Unreadable):
    """An arm that the study does not map."""


class Disagree(Unreadable):
    """A unit in two rows with different outcomes."""


def _back(role: str, cell: Any, dress: Dress, text: Callable[[str], Any]) -> Any:
    """The value of a cell, None of an empty one; raises for what is no such value."""
    if cell is None or cell == "":
        return None
    kind = dress.typed.get(role)
    if role == "who" and not kind and dress.ids == "numbers":
        return cell.removesuffix(".0")
    if kind and role == "when":
        return cell if "epoch" not in kind else KINDS[role][kind].back(cell)
    return KINDS[role][kind].back(cell) if kind else text(cell)


def _arm(cell: Any, dress: Dress, world: World) -> str | None:
    level = _back("arm", cell, dress, str)
    if level is None:
        return None
    if level not in dress.levels[: len(world.arms)]:
        raise StrangeLevel(level)
    return world.arms[dress.levels.index(level)]


def _tried(back: Callable[[], Any]) -> tuple[Any, bool]:
    try:
        return back(), True
    except (ValueError, ArithmeticError, KeyError, TypeError):
        return None, False


def _log(table: Table, dress: Dress, world: World, digits: dict[str, int]) -> Told:
    told, kept, seen = Told(), [], set()
    strange = None
    for number, (place, cells) in enumerate(table.rows):
        problems, flaw, row = _event(cells, dress, world, digits)
        arm = None
        try:
            arm = _arm(cells["arm"], dress, world)
        except StrangeLevel as error:
            strange = strange or (error if row else None)
        same = (cells["key"], cells["who"]) if dress.keyed else tuple(cells.values())
        again = same in seen
        seen.add(same)
        told.also.update(problems[1:])
        wrong = problems[:1] or (("repeated",) if again else flaw)
        if wrong:
            told.lose(wrong[0], place)
        if row and not again:
            amount, _ = _tried(lambda cells=cells: _back("cost", cells["cost"], dress, dress.money.back))
            kept.append((*row, arm, cells["key"] if dress.keyed else f"{number:019d}", _negative(amount)))
    if strange:
        raise strange
    told.rows = Counter((unit, at, name, amount) for unit, at, name, amount, *_ in kept)
    frame = pd.DataFrame(kept, columns=["unit", "at", "name", "amount", "arm", "key", "is_refund"]).astype(
        {"amount": object}
    )
    assigned = (
        frame[frame["arm"].notna()].sort_values(["at", "key"]).groupby(["unit", "arm"])["at"].first().reset_index()
    )
    exposed = frame[(frame["name"] == SEEN) & ~frame["is_refund"].astype(bool)]
    told.silent = len(set(exposed["unit"]) - set(assigned["unit"]))
    arms = assigned.groupby("unit")["arm"].transform("count")
    told.lost["two_variants"] = int(assigned[arms > 1]["unit"].nunique())
    sure = assigned[arms == 1].rename(columns={"at": "from"})
    after = frame.drop(columns="arm").merge(sure, on="unit")
    bought = after[(after["at"] >= after["from"]) & (after["name"] == BOUGHT)]
    priceless = set(bought[bought["amount"].isna()]["unit"])
    sold = bought.loc[[not _negative(amount) for amount in bought["amount"]]]
    for arm, units in sure.groupby("arm")["unit"]:
        mine = sold[sold["arm"] == arm]
        priced = bought[(bought["arm"] == arm) & ~bought["unit"].isin(priceless)]
        told.values |= {
            (str(arm), "rate"): (len(units), Decimal(mine["unit"].nunique())),
            (str(arm), "spend"): (len(set(units) - priceless), sum(priced["amount"], Decimal(0))),
            (str(arm), "orders"): (len(units), Decimal(len(mine))),
        }
    return told


def _event(
    cells: dict[str, Any], dress: Dress, world: World, digits: dict[str, int]
) -> tuple[tuple[str, ...], tuple[str, ...], Row | None]:
    """All that is wrong with a row of a log, what is wrong with its amount alone, and what it tells."""
    unit = _back("who", cells["who"], dress, str)
    at, _ = _tried(lambda: _back("when", cells["when"], dress, dress.times.back))
    amount, is_amount = _tried(lambda: _back("cost", cells["cost"], dress, dress.money.back))
    is_bought = cells["what"] == BOUGHT
    wrong = {
        "missing_id": unit is None,
        "unparseable_time": at is None,
        "unplanned_event": cells["what"] not in STEPS,
        "outside_period": at is not None and not world.start <= at < world.end,
    }
    problems = tuple(kind for kind, is_so in wrong.items() if is_so)
    flaws = {
        "wrong_type": not is_amount or abs(amount or 0) >= 2**63 // 10**dress.minor,
        "negative_price": is_amount and _negative(amount) and not dress.refunds,
        "missing_revenue": amount is None and is_bought,
    }
    flaw = tuple(kind for kind, is_so in flaws.items() if is_so)[:1]
    if problems:
        return problems, flaw, None
    told = _rounded(amount, digits.get(BOUGHT)) if is_bought and not flaw else None
    return (), flaw, (unit, at, cells["what"], told)


def _rounded(amount: Decimal | None, digits: int | None) -> Decimal | None:
    """To so many digits behind the point, halves away from zero."""
    if amount is None or digits is None:
        return amount
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _negative(amount: Decimal | None) -> bool:
    return amount is not None and amount < 0


def _units(table: Table, dress: Dress, world: World, timed: bool, digits: dict[str, int]) -> Told:
    told = Told()
    backs = {
        "bought": lambda text: Decimal(dress.truths.index(text)),
        "spend": dress.money.back,
        "rounds": SHORT.back,
        "score": dress.scores.back,
    }
    kept: dict[tuple[str, str], dict[str, Any]] = {}
    for place, cells in table.rows:
        arm = _arm(cells["arm"], dress, world)
        if arm is None:
            raise StrangeLevel("")
        unit = _back("who", cells["who"], dress, str)
        if unit is None:
            told.lose("missing_id", place)
            continue
        at = world.start
        if timed:
            at, _ = _tried(functools.partial(_back, "when", cells["when"], dress, dress.times.back))
        values: dict[str, Any] = {"unit": unit, "arm": arm, "at": at}
        wrong = negative = False
        for role in world.outcomes:
            value, is_number = _tried(functools.partial(_back, role, cells[role], dress, backs[role]))
            is_number = is_number and not (
                value is not None and (abs(value) >= 2**63 // 10**dress.minor or (role == "rounds" and value % 1))
            )
            wrong = wrong or not is_number
            below = is_number and _negative(value) and not dress.refunds
            negative, is_number = negative or below, is_number and not below
            values[role] = _rounded(value, digits.get(role)) if is_number else None
        again = kept.setdefault((unit, arm), values)
        if again is not values:
            if again != values:
                raise Disagree(unit)
            told.lose("duplicate_unit", place)
        elif wrong:
            told.lose("wrong_type", place)
        elif negative:
            told.lose("negative_price", place)
        elif at is None:
            told.lose("unparseable_time", place)
        elif not world.start <= at < world.end:
            told.lose("outside_period", place)
    kept = {
        key: values
        for key, values in kept.items()
        if values["at"] is not None and world.start <= values["at"] < world.end
    }
    told.lost["missing_outcome"] = len(
        {unit for (unit, _), row in kept.items() if None in [row[role] for role in world.outcomes]}
    )
    frame = pd.DataFrame(list(kept.values()), columns=["unit", "arm", "at", *world.outcomes])
    frame = frame.astype(dict.fromkeys(world.outcomes, object))
    for row in frame.to_dict("records"):
        told.rows[row["unit"], row["at"], "exposed", None] += 1
        for role in world.outcomes:
            if row[role] is None or row[role]:
                told.rows[row["unit"], row["at"], role, None if role == "bought" else row[role]] += 1
    arms = frame.groupby("unit")["arm"].transform("nunique")
    told.lost["two_variants"] = int(frame[arms > 1]["unit"].nunique())
    for arm, mine in frame[arms == 1].groupby("arm"):
        for role in world.outcomes:
            there = mine[role].dropna()
            told.values[str(arm), role] = len(there), sum(there, Decimal(0))
    return told


def truth(world: World, listed: list[Any], dress: Dress, digits: dict[str, int]) -> Counter[Row]:
    """The rows that a writer meant, without what it spoiled and what it wrote twice; for an oracle that errs."""
    told: Counter[Row] = Counter()
    seen = set()
    for line in listed:
        row, written = line.row, (line.cells["key"], line.cells["who"]) if dress.keyed else tuple(line.cells.values())
        if row is None or written in seen:
            continue
        seen.add(written)
        if isinstance(row, Happened) and world.start <= row.at < world.end:
            amount = _rounded(row.amount, digits.get(BOUGHT)) if row.name == BOUGHT else None
            told[row.unit, row.at, row.name, amount] += 1
        elif isinstance(row, Unit) and ("when" not in line.cells or world.start <= row.at < world.end):
            told[row.unit, row.at if "when" in line.cells else world.start, "exposed", None] += 1
    return told
