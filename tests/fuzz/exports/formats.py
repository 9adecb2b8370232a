"""How an export is written down: what stands in the cells, in the lines around them, and in which kind of file."""

import csv
import gzip
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from tests.fuzz.exports.worlds import World
from tests.ingest.workbook.books import xlsx

ENCODINGS = {
    "ru": ["cp1251"],
    "pl": ["cp1250"],
    "tr": ["cp1254"],
    "ja": ["shift_jis"],
    "zh": ["gb18030"],
    "en": ["ascii"],
}
KINDS = (
    ["csv"] * 9
    + ["semicolon"] * 4
    + ["tab"] * 2
    + ["pipe", "gz", "xlsx", "xlsx", "parquet", "parquet", "ndjson", "ndjson"]
)
DELIMITERS = {"csv": ",", "gz": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
TIMES = ["iso", "iso", "iso", "space", "space", "zone", "epoch", "epoch_ms", "epoch_us", "dmy", "dotted", "mdy", "long"]


@dataclass(frozen=True)
class Format:
    """The choices that do not change what a file says."""

    kind: str = "csv"
    encoding: str = "utf-8"
    quoting: int = csv.QUOTE_MINIMAL
    end: str = "\n"
    decimal: str = "."
    thousands: str = ""
    sign: str = ""
    times: str = "iso"
    truths: tuple[str, str] | None = None
    empty: str = ""
    above: tuple[str, ...] = ()
    total: bool = False
    mixed_case: bool = False
    nested: bool = False

    @property
    def typed(self) -> bool:
        return self.kind in ("parquet", "ndjson", "xlsx")

    @property
    def traits(self) -> list[str]:
        """What is unusual of it, for the table."""
        named = {
            f"kind {self.kind}": self.kind != "csv", f"encoding {self.encoding}": self.encoding != "utf-8", "decimal comma": self.decimal == ",",
            "thousands": bool(self.thousands), "currency sign": bool(self.sign), f"times {self.times}": self.times != "iso",
            "yes and no": self.truths is not None, f"empty {self.empty!r}": bool(self.empty), "title rows": bool(self.above),
            "totals row": self.total, "arms in two cases": self.mixed_case, "nested": self.nested,
        }  # fmt: skip
        return [name for name, there in named.items() if there]


def chosen(rng: random.Random, language: str, truths: tuple[str, str], shape: str) -> Format:
    kind = rng.choice(KINDS)
    if kind in ("xlsx", "parquet", "ndjson"):
        return Format(kind, times=rng.choice(["iso", "epoch_ms"]) if kind == "ndjson" else "iso", nested=kind == "ndjson" and rng.random() < 0.5,
                      truths=truths if kind == "xlsx" and rng.random() < 0.3 else None)  # fmt: skip
    comma = kind in ("semicolon", "tab") and rng.random() < 0.7
    big = rng.random() < 0.12
    own = [e for e in ENCODINGS.get(language, ["latin-1"]) if e != "ascii"]
    return Format(
        kind, rng.choice(["utf-8"] * 5 + ["utf-8-sig", "utf-16"] + own * 2), rng.choice([csv.QUOTE_MINIMAL] * 3 + [csv.QUOTE_ALL]),
        rng.choice(["\n", "\r\n"]), "," if comma else ".", ("." if comma else ",") if big else "",
        rng.choice(["€", "$", "EUR", "zł", "£"]) if rng.random() < 0.1 else "", rng.choice(TIMES), truths if rng.random() < 0.3 else None,
        rng.choice([""] * 8 + ["NULL", "N/A", "\\N"]), _above(rng, kind), shape == "units" and rng.random() < 0.06,
        rng.random() < 0.05,
    )  # fmt: skip


def _above(rng: random.Random, kind: str) -> tuple[str, ...]:
    if kind == "semicolon" and rng.random() < 0.15:
        return ("sep=;",)
    return ("Export of experiment results", "Created 2025-04-01 by reporting", "") if rng.random() < 0.05 else ()


def written(world: World, form: Format, rng: random.Random, folder: Path) -> Path:
    """The file, its columns in any order."""
    columns = list(world.frame.columns)
    rng.shuffle(columns)
    cells = {name: [_cell(value, world.kinds[name], form, rng) for value in world.frame[name]] for name in columns}
    rows = list(zip(*(cells[name] for name in columns), strict=True))
    if form.total:
        rows.append(tuple(_total(world, name, form, rng, first=name == columns[0]) for name in columns))
    ending = {"semicolon": "csv", "tab": "tsv", "pipe": "txt", "gz": "csv.gz"}.get(form.kind, form.kind)
    file = folder / f"export.{ending}"
    _WRITERS.get(form.kind, _text)(file, columns, rows, form)
    return file


def _total(world: World, name: str, form: Format, rng: random.Random, first: bool) -> Any:
    if name == world.roles["unit"] or first:
        return rng.choice(["Total", "Grand Total", "Summe"]) if name == world.roles["unit"] else ""
    values = world.frame[name]
    summed = world.kinds[name] in ("flag", "count", "money")
    kind = "count" if world.kinds[name] == "flag" else world.kinds[name]
    return (
        _cell(round(float(values.sum()), 2) if kind == "money" else int(values.sum()), kind, form, rng)
        if summed
        else ""
    )


def _cell(value: Any, kind: str, form: Format, rng: random.Random) -> Any:
    """A value as it stands in its cell: a text, or what a typed file holds."""
    if value is None or value is pd.NaT or value != value:
        return None if form.typed else form.empty
    if kind in ("moment", "date"):
        return _moment(value.to_pydatetime() if isinstance(value, pd.Timestamp) else value, kind, form)
    if kind == "flag" and form.truths:
        return form.truths[int(value)]
    if form.typed:
        if kind == "level":
            return int(value) if value.isdecimal() else {"true": True, "false": False}.get(value, value)
        return value.item() if hasattr(value, "item") else value
    if kind == "level" and form.mixed_case:
        return rng.choice([value, value, value.upper()])
    if kind == "money":
        plain = f"{value:,.2f}" if form.thousands else f"{value:.2f}"
        text = plain.replace(",", "\0").replace(".", form.decimal).replace("\0", form.thousands)
        return {"": text, "EUR": f"{text} EUR", "zł": f"{text} zł"}.get(form.sign, f"{form.sign}{text}")
    return str(value).replace(".", form.decimal) if kind == "real" else str(value)


def _moment(at: datetime, kind: str, form: Format) -> Any:
    if form.kind in ("parquet", "xlsx"):
        return at
    if kind == "date":
        return at.strftime({"dmy": "%d/%m/%Y", "dotted": "%d.%m.%Y", "mdy": "%m/%d/%Y"}.get(form.times, "%Y-%m-%d"))
    seconds = int(at.replace(tzinfo=UTC).timestamp())
    if form.times.startswith("epoch"):
        number = seconds * {"epoch": 1, "epoch_ms": 1_000, "epoch_us": 1_000_000}[form.times]
        return number if form.typed else str(number)
    pattern = {"iso": "%Y-%m-%dT%H:%M:%S", "space": "%Y-%m-%d %H:%M:%S", "zone": "%Y-%m-%dT%H:%M:%SZ", "dmy": "%d/%m/%Y %H:%M",
               "dotted": "%d.%m.%Y %H:%M:%S", "mdy": "%m/%d/%Y %H:%M", "long": "%Y-%m-%d %H:%M:%S.000 UTC"}[form.times]  # fmt: skip
    return at.strftime(pattern)


def _text(file: Path, columns: list[str], rows: list[tuple[Any, ...]], form: Format) -> None:
    held = io.StringIO()
    writer = csv.writer(held, delimiter=DELIMITERS[form.kind], quoting=form.quoting, lineterminator=form.end)  # type: ignore[arg-type]
    writer.writerow(columns)
    writer.writerows(rows)
    text = "".join(line + form.end for line in form.above) + held.getvalue()
    try:
        raw = text.encode(form.encoding)
    except UnicodeEncodeError:
        raw = text.encode("utf-8-sig")
    file.write_bytes(gzip.compress(raw, mtime=0) if form.kind == "gz" else raw)


def _parquet(file: Path, columns: list[str], rows: list[tuple[Any, ...]], form: Format) -> None:
    pd.DataFrame(rows, columns=columns).to_parquet(file, index=False)


def _lines(file: Path, columns: list[str], rows: list[tuple[Any, ...]], form: Format) -> None:
    def line(row: tuple[Any, ...]) -> str:
        held: dict[str, Any] = {}
        for name, value in zip(columns, row, strict=True):
            inner = name.removeprefix("properties.")
            (held.setdefault("properties", {}) if inner != name else held)[inner] = value
        return json.dumps(held, ensure_ascii=False)

    file.write_text("".join(line(row) + "\n" for row in rows), encoding="utf-8")


def _workbook(file: Path, columns: list[str], rows: list[tuple[Any, ...]], form: Format) -> None:
    xlsx(file, {"Sheet1": [columns, *rows]})


_WRITERS: dict[str, Callable[[Path, list[str], list[tuple[Any, ...]], Format], None]] = {
    "parquet": _parquet, "ndjson": _lines, "xlsx": _workbook,
}  # fmt: skip
