"""A world written into files, in a dress."""

import csv
import gzip
import io
import json
import random
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from tests.fuzz import amounts, typed
from tests.fuzz.dress import DELIMITERS, ENDINGS, Dress
from tests.fuzz.worlds import Happened, Unit, World

KINDS = {"when": typed.MOMENTS, "who": typed.IDS, "arm": typed.LEVELS} | dict.fromkeys(
    ("cost", "bought", "spend", "rounds", "score"), typed.AMOUNTS
)
"""Types that a column may have by what it holds."""
TABLE = "my events"


@dataclass
class Line:
    """One row as it is to be written: a cell for each role, and what it tells; None where it is of no use."""

    cells: dict[str, Any]
    row: Happened | Unit | None


@dataclass(frozen=True)
class Written:
    """Files of one table, and what the study says of them."""

    path: Path
    files: tuple[Path, ...]
    place: dict[str, Any] = field(default_factory=dict)


def lines(world: World, dress: Dress, rng: random.Random, timed: bool) -> list[Line]:
    """Each row of a world in its dress; repeated rows are equal to the last letter."""
    made: dict[int, dict[str, Any]] = {}
    listed = []
    for row in world.rows:
        if id(row) not in made:
            made[id(row)] = (
                _event(row, world, dress, rng) if isinstance(row, Happened) else _unit(row, world, dress, rng)
            )
            if isinstance(row, Unit) and not timed:
                del made[id(row)]["when"]
            if dress.keyed:
                made[id(row)]["key"] = f"e{len(made):09d}"
        listed.append(Line(dict(made[id(row)]), row))
    return listed


def _event(row: Happened, world: World, dress: Dress, rng: random.Random) -> dict[str, Any]:
    return {
        "when": _cell("when", row.at, dress, lambda at: dress.times.write(at, rng)),
        "what": row.name,
        "who": _cell("who", row.unit, dress, str),
        "arm": _cell("arm", dress.levels[world.arms.index(row.arm)] if row.arm else None, dress, str),
        "cost": _cell("cost", row.amount, dress, lambda amount: dress.money.write(amount, dress.digits)),
        "note": row.note,
    }


def _unit(row: Unit, world: World, dress: Dress, rng: random.Random) -> dict[str, Any]:
    plain = amounts.SHORT.write
    spelled = {
        "bought": lambda value: dress.truths[int(value)],
        "spend": lambda value: dress.money.write(value, dress.digits),
        "rounds": lambda value: plain(value, 0),
        "score": lambda value: dress.scores.write(value, 8),
    }
    return {
        "who": _cell("who", row.unit, dress, str),
        "arm": _cell("arm", dress.levels[world.arms.index(row.arm)], dress, str),
        "when": _cell("when", row.at, dress, lambda at: dress.times.write(at, rng)),
        **{role: _cell(role, row.outcomes[role], dress, spelled[role]) for role in world.outcomes},
        "note": row.note,
    }


def _cell(role: str, value: Any, dress: Dress, text: Any) -> Any:
    kind = dress.typed.get(role)
    if value is None:
        return None if dress.typed or not dress.is_text else ""
    return KINDS[role][kind].put(value) if kind else text(value)


def write(listed: list[Line], dress: Dress, rng: random.Random, folder: Path) -> Written:
    """The lines in one file, or spread over several in order, with columns in another order in each."""
    count = min(dress.files, len(listed))
    bounds = sorted(rng.sample(range(1, len(listed)), count - 1)) if count > 1 else []
    folder = folder / "in"
    folder.mkdir()
    files = []
    for number, (low, high) in enumerate(zip([0, *bounds], [*bounds, len(listed)], strict=True)):
        roles = list(listed[0].cells)
        rng.shuffle(roles)
        rows = [[line.cells[role] for role in roles] for line in listed[low:high]]
        ending = "csv" if dress.is_text and count > 1 else ENDINGS.get(dress.kind, dress.kind)
        file = folder / f"part-{number:02d}.{ending}{dress.packing}"
        names = [dress.name(role) for role in roles]
        if dress.is_text:
            file.write_bytes(packed(text_of([names, *rows], dress), dress.packing))
        elif dress.kind == "jsonl":
            file.write_text(
                "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows), encoding="utf-8"
            )
        else:
            made = pa.table({name: _column(role, [row[i] for row in rows], dress) for i, (role, name) in enumerate(zip(roles, names, strict=True))})  # fmt: skip
            if dress.kind == "parquet":
                pq.write_table(made, file)
            else:
                with duckdb.connect(str(file)) as con:
                    con.execute("set TimeZone = 'UTC'")
                    con.execute(f'create table "{TABLE}" as select * from made')
        files.append(file)
    place: dict[str, Any] = {}
    if dress.is_text:
        place["delimiter"] = DELIMITERS[dress.kind]
    if dress.encoding == "latin-1":
        place["encoding"] = dress.encoding
    if dress.kind == "duckdb":
        place["table"] = TABLE
    return Written(files[0] if count == 1 else folder, tuple(files), place)


def text_of(rows: list[list[str]], dress: Dress) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=DELIMITERS[dress.kind], quoting=dress.quoting, lineterminator=dress.end).writerows(
        rows
    )
    text = stream.getvalue() if dress.last_end else stream.getvalue().removesuffix(dress.end)
    return text.encode(dress.encoding)


def packed(raw: bytes, packing: str) -> bytes:
    if packing == ".gz":
        return gzip.compress(raw, mtime=0)
    if packing == ".zst":
        return pa.Codec("zstd").compress(raw, asbytes=True)
    return raw


def _column(role: str, values: list[Any], dress: Dress) -> pa.Array:
    kind = dress.typed.get(role)
    if kind is None:
        return pa.array(values, pa.string())
    arrow = KINDS[role][kind].arrow
    if pa.types.is_decimal(arrow):
        values = [
            None if value is None else Decimal(value).quantize(Decimal(1).scaleb(-arrow.scale)) for value in values
        ]
    return pa.array(values, arrow)
