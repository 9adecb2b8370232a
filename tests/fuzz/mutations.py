"""What is wrong with a file: one thing at a time, what becomes of its rows, and which refusals of it are true."""

import csv
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from tests.fuzz import amounts, times
from tests.fuzz.dress import DELIMITERS, Dress
from tests.fuzz.worlds import BOUGHT, Happened, Unit
from tests.fuzz.writers import Line

Change = Callable[[list[Line], Dress, random.Random], bool]
Bytes = Callable[[bytes, Dress, random.Random], bytes]
ANYTHING = ("no_text", "no_csv", "level", "missing_id", "unparseable_time", "unplanned_event", "wrong_type", "missing_revenue",
            "malformed_line", "no_rows", "no_arm", "time", "number", "ids")  # fmt: skip
"""What a line may be refused for whose fields nobody can tell apart."""


@dataclass(frozen=True)
class Mutation:
    """What is done to the lines (``change``), to the text of the last file (``raw``) and to the file itself (``file``).

    ``refused`` are the kinds of refusal that are right whatever is tolerated, of which one is due unless the file ``may``
    be read; rows of a wrong kind are known to the oracle, which sees them in the file. A ``loose`` one may cost rows around
    it, told as refused. ``data`` is what the study says otherwise.
    """

    name: str
    refused: tuple[str, ...] = ()
    change: Change = lambda listed, dress, rng: True
    raw: Bytes = lambda raw, dress, rng: raw
    file: Bytes = lambda raw, dress, rng: raw
    may: bool = False
    loose: bool = False
    log: bool = True
    units: bool = True
    text: bool = True
    typed: bool = False
    alone: bool = False
    fits: Callable[[Dress], bool] = lambda dress: True
    data: dict[str, Any] = field(default_factory=dict)


def _some(listed: list[Line], rng: random.Random, wanted: Callable[[Line], bool] = lambda line: True) -> list[Line]:
    """A few lines that are sound and of the wanted kind."""
    fit = [line for line in listed if line.row is not None and wanted(line)]
    return rng.sample(fit, min(len(fit), rng.choice([1, 1, 2, 5])))


def _cells(
    role: str, values: Sequence[object], wanted: Callable[[Line], bool] = lambda line: True, lost: bool = True
) -> Change:
    """Some cells of a column hold something else; ``lost`` where their rows are of no use then."""

    def change(listed: list[Line], dress: Dress, rng: random.Random) -> bool:
        chosen = _some(listed, rng, wanted)
        for line in chosen:
            line.cells[role] = rng.choice(values)
            line.row = None if lost else replace(line.row, amount=None) if role == "cost" else line.row
        return bool(chosen)

    return change


def _is_bought(line: Line) -> bool:
    return isinstance(line.row, Happened) and line.row.name == BOUGHT


def _is_plain(line: Line) -> bool:
    return isinstance(line.row, Happened) and line.row.name != BOUGHT


def _appended(**cells: str) -> Change:
    def change(listed: list[Line], dress: Dress, rng: random.Random) -> bool:
        listed.append(
            Line(dict.fromkeys(listed[0].cells, "") | {k: v for k, v in cells.items() if k in listed[0].cells}, None)
        )
        return True

    return change


def _header_again(listed: list[Line], dress: Dress, rng: random.Random) -> bool:
    listed.insert(rng.randint(1, len(listed)), Line({role: dress.name(role) for role in listed[0].cells}, None))
    return True


def _below_zero(listed: list[Line], dress: Dress, rng: random.Random) -> bool:
    role = "spend" if isinstance(listed[0].row, Unit) else "cost"
    chosen = _some(listed, rng, lambda line: role == "spend" or _is_bought(line))
    for line in chosen:
        line.cells[role] = dress.money.write(Decimal(-5), dress.digits)
        line.row = line.row if role == "spend" else replace(line.row, amount=None)
    return bool(chosen)


def _past_range(listed: list[Line], dress: Dress, rng: random.Random) -> bool:
    """Two purchases of one unit, each of which 64 bits hold, and both of which they do not."""
    chosen = [line for line in listed if line.row is not None and line.cells["arm"]][:1]
    for line in chosen:
        amount = Decimal(8 * 10**18).scaleb(-dress.minor)
        for number in range(2):
            told = replace(line.row, name=BOUGHT, amount=amount, note=f"bought {number}")
            more = {"what": BOUGHT, "cost": dress.money.write(amount, dress.digits), "note": told.note}
            listed.append(Line(line.cells | more | ({"key": f"z{number}"} if dress.keyed else {}), told))
    return bool(chosen)


def _blanks(listed: list[Line], dress: Dress, rng: random.Random) -> bool:
    """Blanks around a number, which change nothing."""
    for line in _some(listed, rng, lambda line: bool(line.cells.get("cost") or line.cells.get("spend"))):
        role = "cost" if "cost" in line.cells else "spend"
        line.cells[role] = f" {line.cells[role]} "
    return True


def _as_floats(listed: list[Line], dress: Dress, rng: random.Random) -> bool:
    """Some ids of numbers as pandas writes them beside a gap."""
    for line in _some(listed, rng):
        line.cells["who"] += ".0"
    return True


def _skipped(listed: list[Line], dress: Dress, rng: random.Random) -> bool:
    """A time of the hour that clocks leave out in spring: as much later as they skip."""
    for line in _some(listed, rng):
        line.cells["when"] = "2026-03-29 02:30:00"
        line.row = replace(line.row, at=times.microseconds(times.datetime(2026, 3, 29, 1, 30, tzinfo=times.UTC)))
    return True


def _in_two_arms(listed: list[Line], dress: Dress, rng: random.Random) -> bool:
    """A row of a unit tells another arm than the rest of its rows."""
    chosen = _some(listed, rng, lambda line: bool(line.cells["arm"]))
    for line in chosen:
        other = rng.choice([level for level in dress.levels[:2] if level != line.cells["arm"]])
        told = replace(line.row, note=f"again {rng.random()}")
        key = {"key": f"x{rng.random()}"} if "key" in line.cells else {}
        listed.append(Line(line.cells | {"arm": other, "note": told.note} | key, told))
    return bool(chosen)


def _other_outcomes(listed: list[Line], dress: Dress, rng: random.Random) -> bool:
    line = rng.choice(listed)
    listed.append(Line(line.cells | {"rounds": "7" if line.cells["rounds"] != "7" else "8"}, None))
    return True


def _alike_but_for_a_note(listed: list[Line], dress: Dress, rng: random.Random) -> bool:
    """Two purchases of one unit in one moment, which only a column that no study maps tells apart."""
    chosen = _some(listed, rng)
    for line in chosen:
        assert isinstance(line.row, Happened)
        listed.append(Line(line.cells | {"note": "another one"}, replace(line.row, note="another one")))
    return bool(chosen)


def _sent_again(listed: list[Line], dress: Dress, rng: random.Random) -> bool:
    """The same id with another amount: the event that came first counts."""
    for line in _some(listed, rng):
        listed.append(Line(line.cells | {"note": "sent again", "what": "view"}, None))
    return True


def _lines(raw: bytes, dress: Dress) -> list[str]:
    return raw.decode(dress.encoding).split(dress.end)


def _is_simple(row: str, delimiter: str) -> bool:
    """Whether a line is a row of its own, without a delimiter inside a field."""
    return (
        row.count('"') % 2 == 0
        and 1 < len(next(csv.reader([row], delimiter=delimiter), [])) == row.count(delimiter) + 1
    )


def _line_changed(made: Callable[[str, Dress, random.Random], str]) -> Bytes:
    """One line of the file, none of those of a header or of a field of several lines, is written otherwise."""

    def raw(raw: bytes, dress: Dress, rng: random.Random) -> bytes:
        rows, delimiter = _lines(raw, dress), DELIMITERS[dress.kind]
        fit = [i for i, row in enumerate(rows) if i and _is_simple(row, delimiter)]
        if fit:
            place = rng.choice(fit)
            rows[place] = made(rows[place], dress, rng)
        return dress.end.join(rows).encode(dress.encoding)

    return raw


def _torn(raw: bytes, dress: Dress, rng: random.Random) -> bytes:
    """The file ends in the middle of a row, before its last fields."""
    text = raw.decode(dress.encoding).removesuffix(dress.end)
    last = text.rfind(dress.end) + len(dress.end)
    first = re.match(r'"(?:[^"]|"")*"|[^"]*?(?=\W)', text[last:])
    at = text.find(DELIMITERS[dress.kind], last + (first.end() if first else 0))
    return text[:at].encode(dress.encoding)


def _only_header(raw: bytes, dress: Dress, rng: random.Random) -> bytes:
    return (_lines(raw, dress)[0] + dress.end).encode(dress.encoding)


def _header_changed(change: Callable[[str, Dress], str]) -> Bytes:
    def raw(raw: bytes, dress: Dress, rng: random.Random) -> bytes:
        rows = _lines(raw, dress)
        return dress.end.join([change(rows[0], dress), *rows[1:]]).encode(dress.encoding)

    return raw


def _ended(text: str) -> Bytes:
    bare = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}
    return lambda raw, dress, rng: raw + text.replace("\n", dress.end).encode(bare.get(dress.encoding, dress.encoding))


def _add(mark: str) -> Callable[[str, Dress, random.Random], str]:
    return lambda row, dress, rng: mark + row


MUTATIONS = [
    Mutation("number that is none", change=_cells("cost", amounts.UNREADABLE, _is_plain, lost=False), units=False),
    Mutation("price that is none", change=_cells("cost", amounts.UNREADABLE, _is_bought, lost=False), units=False),
    Mutation("no price", change=_cells("cost", [""], _is_bought, lost=False), units=False),
    Mutation("outcome that is no number", change=_cells("spend", amounts.UNREADABLE, lost=False), log=False),
    Mutation("part of a count", change=_cells("rounds", ["1.5"], lost=False), log=False),
    Mutation("no outcome", change=_cells("spend", [""], lost=False), log=False),
    Mutation("no score", change=_cells("score", [""], lost=False), log=False),
    Mutation("no outcome, typed", change=_cells("spend", [None], lost=False), log=False, text=False, typed=True),
    Mutation("below zero", change=_below_zero, fits=lambda dress: not dress.refunds),
    Mutation("sum past all range", change=_past_range, units=False),
    Mutation("time that is none", change=_cells("when", [*times.UNREADABLE, ""], lambda line: "when" in line.cells)),
    Mutation("time that clocks skip", change=_skipped, fits=lambda dress: dress.times.name == "Berlin", units=False),
    Mutation("no id", change=_cells("who", [""])),
    Mutation("no id, typed", change=_cells("who", [None]), text=False, typed=True),
    Mutation("no time, typed", change=_cells("when", [None]), text=False, typed=True, units=False),
    Mutation("event that is none", change=_cells("what", ["refund", "View", ""]), units=False),
    Mutation("arm that is none", ("level", "two_variants"), _cells("arm", ["an arm that is none"], lambda line: bool(line.cells["arm"]))),
    Mutation("no arm", ("level", "variant_empty"), _cells("arm", [""]), log=False),
    Mutation("two arms", change=_in_two_arms, typed=False),
    Mutation("total row", change=_appended(when="Total", cost="1234"), units=False),
    Mutation("total row of units", ("level", "variant_empty", "unparseable_time"), _appended(who="Total", spend="1234"), log=False),
    Mutation("header again", change=_header_again, units=False),
    Mutation("header again in units", ("level", "unparseable_time"), _header_again, log=False),
    Mutation("blanks around numbers", change=_blanks),
    Mutation("ids as floats", ("ids",), _as_floats, may=True, fits=lambda dress: dress.ids == "numbers"),
    Mutation("other outcomes", ("disagree",), _other_outcomes, log=False),
    Mutation("alike but for a note", change=_alike_but_for_a_note, units=False, fits=lambda dress: not dress.keyed),
    Mutation("sent again", change=_sent_again, units=False, fits=lambda dress: dress.keyed),
    Mutation("torn last line", raw=_torn),
    Mutation("field too many", raw=_line_changed(lambda row, dress, rng: row + DELIMITERS[dress.kind] + "x")),
    Mutation("field too few", raw=_line_changed(lambda row, dress, rng: row.rsplit(DELIMITERS[dress.kind], 1)[0])),
    Mutation("stray quote", ANYTHING, raw=_line_changed(_add('"')), loose=True, may=True),
    Mutation("NUL", ("no_text", "level"), raw=_line_changed(_add("\0")), may=True),
    Mutation("byte of another encoding", ANYTHING, raw=lambda raw, dress, rng: raw[:-3] + b"\xff\xfe\xe9" + raw[-3:], loose=True, may=True),
    Mutation("blank lines", raw=_line_changed(lambda row, dress, rng: row + dress.end * 2)),
    Mutation("blank lines at the end", raw=_ended("\n\n\n")),
    Mutation("separator told", raw=_header_changed(lambda row, dress: f"sep={DELIMITERS[dress.kind]}{dress.end}{row}"), alone=True),
    Mutation("empty file", ("empty",), raw=lambda raw, dress, rng: b"", file=lambda raw, dress, rng: b"", alone=True),
    Mutation("only a header", ("no_rows",), raw=_only_header, alone=True),
    Mutation("column twice", ("twice",), raw=_header_changed(lambda row, dress: row.replace("note", dress.name("who"))), alone=True,
             fits=lambda dress: dress.name("note") == "note" and dress.name("who") == "who"),
    Mutation("column missing", ("no_column",), raw=_header_changed(lambda row, dress: row.replace("who", "whom")), alone=True,
             fits=lambda dress: dress.name("who") == "who"),
    Mutation("another separator in the study", ("no_column",), data={"delimiter": "^"}, may=True),
    Mutation("encoding not said", ("no_text",), data={"encoding": None}, loose=True, may=True, fits=lambda dress: dress.encoding == "latin-1"),
    Mutation("cut archive", ("no_gzip",), file=lambda raw, dress, rng: raw[: len(raw) // 2], alone=True, fits=lambda dress: dress.packing == ".gz"),
    Mutation("cut zstd", ("no_text", "no_zstd"), file=lambda raw, dress, rng: raw[: len(raw) // 2], alone=True, fits=lambda dress: dress.packing == ".zst"),
    Mutation("cut Parquet", ("no_parquet",), file=lambda raw, dress, rng: raw[: len(raw) // 2], alone=True, text=False, typed=True,
             fits=lambda dress: dress.kind == "parquet"),
]  # fmt: skip
"""Everything that happens to tables on their way."""
