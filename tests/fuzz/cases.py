"""One file for each seed: its world, its dress, and what is wrong with it."""

import csv
import random
from dataclasses import dataclass, replace
from pathlib import Path

from tests.fuzz import amounts, times, typed, worlds
from tests.fuzz.dress import CURRENCIES, HEADERS, LEVELS, TEXT, TRUTHS, Dress
from tests.fuzz.mutations import MUTATIONS, Mutation
from tests.fuzz.worlds import World
from tests.fuzz.writers import KINDS, Line, Written, lines, packed, write

SCORE_DIGITS = 6
JSON = ("epoch_s", "epoch_ms", "epoch_us", "epoch_double", "int64", "double", "bool")
"""Types that JSON has."""


@dataclass(frozen=True)
class Case:
    """A file and all that is known of it."""

    seed: int
    world: World
    dress: Dress
    mutation: Mutation | None
    tolerant: bool
    timed: bool
    lines: list[Line]
    written: Written

    @property
    def roles(self) -> list[str]:
        return list(self.lines[0].cells)

    def told(self) -> str:
        wrong = f"{self.mutation.name}{', tolerated' if self.tolerant else ''}" if self.mutation else "nothing wrong"
        kind = "log" if self.world.is_log else f"units{' with times' if self.timed else ''}"
        return f"seed {self.seed}: {kind} of {len(self.lines)} rows, {wrong}; {self.dress.told()}"


def size_of(seed: int, rng: random.Random) -> int:
    """Mostly small; of 200 files four have thousands of rows and one has 50,000."""
    if seed % 200 == 199:
        return 50_000
    if seed % 50 == 49:
        return 5_000
    return rng.choice([1, 2, 3, 10, 30, 100, 300])


def case(seed: int, folder: Path) -> Case:
    rng = random.Random(seed)
    is_log, timed = rng.random() < 0.6, rng.random() < 0.5
    dress = _dress(rng, is_log)
    kind = dress.typed.get("when")
    precision = typed.MOMENTS[kind].precision if kind else dress.times.precision
    size = size_of(seed, rng)
    if is_log:
        world = worlds.log(rng, size, dress.ids, dress.digits, precision, below=0.1 if dress.refunds else 0)
    else:
        world = worlds.units(
            rng, size, dress.ids, dress.digits, precision, SCORE_DIGITS, below=0.1 if dress.refunds else 0
        )
    dress = _fitting(dress, world)
    if dress.times.keys.get("timezone") and not kind:
        world = replace(world, rows=tuple(replace(row, at=_shown(row.at, dress, rng)) for row in world.rows))
    mutation = _mutation(rng, dress, is_log) if rng.random() < 0.4 else None
    if mutation and mutation.alone:
        dress = replace(dress, files=1)
    if mutation is None and rng.random() < 0.3:
        world = worlds.with_repeats(rng, world, rng.choice([1, 3, 10]))
    tolerant = rng.random() < 0.7 if mutation else (not is_log and len(world.rows) > size) or rng.random() < 0.5
    listed = lines(world, dress, rng, timed)
    if mutation and not mutation.change(listed, dress, rng):
        mutation = None
    written = write(listed, dress, rng, folder)
    if mutation:
        file = written.files[-1]
        if dress.is_text:
            file.write_bytes(packed(mutation.raw(_unpacked(file, dress), dress, rng), dress.packing))
        file.write_bytes(mutation.file(file.read_bytes(), dress, rng))
        written = replace(written, place=written.place | mutation.data)
    return Case(seed, world, dress, mutation, tolerant, timed, listed, written)


def _shown(at: int, dress: Dress, rng: random.Random) -> int:
    """The moment as local clocks tell it: of an hour that they show twice, in the first."""
    return dress.times.back(dress.times.write(at, rng))


def _unpacked(file: Path, dress: Dress) -> bytes:
    import gzip
    import io

    import pyarrow as pa

    raw = file.read_bytes()
    if dress.packing == ".gz":
        return gzip.decompress(raw)
    return bytes(pa.input_stream(io.BytesIO(raw), compression="zstd").read()) if dress.packing else raw


def _dress(rng: random.Random, is_log: bool) -> Dress:
    currency, digits, minor, keys = rng.choice(CURRENCIES) if rng.random() < 0.5 else CURRENCIES[0]
    kind = rng.choice([*TEXT, "csv", "csv", "csv", "parquet", "parquet", "duckdb", "jsonl"])
    money = rng.choice(amounts.FORMATS) if rng.random() < 0.6 else amounts.SHORT
    alike = [each for each in amounts.FORMATS + amounts.PERCENT if each.mark == money.mark]
    dress = Dress(
        kind,
        rng.choice(times.SPELLINGS),
        money,
        rng.choice(alike),
        rng.choice(list(worlds.IDS)),
        digits,
        minor,
        currency,
        money_keys=keys,
        refunds=rng.random() < 0.2,
        header=rng.choice(HEADERS) if rng.random() < 0.6 else {},
        levels=rng.choice(LEVELS),
        truths=rng.choice(TRUTHS),
        keyed=is_log and rng.random() < 0.3,
        files=1 if kind == "duckdb" else rng.choice([1, 1, 1, 1, 2, 5]),
    )
    if dress.is_text:
        dress = replace(
            dress,
            encoding=rng.choice(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1"]),
            end=rng.choice(["\n", "\n", "\r\n"]),
            quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
            last_end=rng.random() < 0.7,
            packing=rng.choice(["", "", "", ".gz", ".zst"]),
        )
    else:
        holds = {role: JSON if kind == "jsonl" else list(types) for role, types in KINDS.items()}
        chosen = {
            role: rng.choice(names)
            for role, types in KINDS.items()
            if rng.random() < 0.6 and (names := [n for n in holds[role] if n in types])
        }
        dress = replace(dress, typed=chosen)
    return dress


def _fitting(dress: Dress, world: World) -> Dress:
    """The dress without types that cannot hold the world, and in an encoding that can."""
    kept = {}
    for role, kind in dress.typed.items():
        fits = KINDS[role][kind].fits
        if role == "who":
            values = [row.unit for row in world.rows]
        elif role == "arm":
            values = list(dress.levels[: len(world.arms)])
        elif role == "cost":
            values = [row.amount for row in world.rows if world.is_log and row.amount is not None]
        elif role == "when":
            values = []
        else:
            values = [row.outcomes[role] for row in world.rows] if not world.is_log else []
        if all(fits(value) for value in values):
            kept[role] = kind
    if dress.encoding == "latin-1":
        dress = replace(dress, encoding="utf-8") if not _latin(world, dress) else dress
    return replace(dress, typed=kept)


def _latin(world: World, dress: Dress) -> bool:
    parts = [
        *dress.header.values(),
        *dress.levels,
        dress.money.after,
        dress.money.groups,
        dress.scores.groups,
        dress.scores.after,
    ]
    parts += [text for row in world.rows for text in (row.unit, row.note)]
    try:
        "".join(parts).encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _mutation(rng: random.Random, dress: Dress, is_log: bool) -> Mutation | None:
    fit = [
        m
        for m in MUTATIONS
        if (m.log if is_log else m.units) and (m.text if dress.is_text else m.typed) and m.fits(dress)
    ]
    return rng.choice(fit) if fit else None
