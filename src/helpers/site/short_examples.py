"""The short examples of docs/own-data.md: from a file to a decision in two commands; the page shows what they said."""

import csv
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from helpers.errors import ReportError

if TYPE_CHECKING:
    import numpy as np

Rows = list[tuple[object, ...]]
SEED = 20260901
SHOWN = 4
"""Lines of a file that the page shows."""


@dataclass(frozen=True)
class ShortExample:
    """Files as a company has them, and what to do with them.

    ``make`` gives the rows of each, names first; ``known`` are the options by which the user says what he knows.
    """

    name: str
    files: tuple[str, ...]
    make: Callable[["np.random.Generator"], Sequence[Rows]]
    known: str = ""

    @property
    def commands(self) -> tuple[str, ...]:
        """What is typed in the folder where the files are."""
        options = f"--name {self.name} {self.known}".strip()
        return f"helpers new-study {' '.join(self.files)} {options}", f"helpers run studies/{self.name}.yml --quick"

    def write(self, folder: Path) -> dict[str, list[str]]:
        """Write the files, the same every time; the first lines of each, as CSV has them."""
        import numpy as np

        heads = {}
        for name, rows in zip(self.files, self.make(np.random.default_rng(SEED)), strict=True):
            (_workbook if name.endswith(".xlsx") else _csv)(folder / name, rows)
            heads[name] = [",".join(map(str, row)) for row in rows[:SHOWN]]
        return heads

    def record(self, folder: Path) -> dict[str, Any]:
        """Run the commands in ``folder``; what they said. Raises :class:`~helpers.errors.ReportError` when one fails."""
        files = self.write(folder)
        return {"files": files, "said": [_said(command, folder) for command in self.commands]}


def _newsletter(rng: "np.random.Generator") -> list[Rows]:
    """A row a recipient: which letter, where, whether it was opened, what was ordered."""
    rows: Rows = [("customer", "version", "region", "opened", "ordered", "order_value")]
    for number in range(1, 8_001):
        new = bool(rng.integers(2))
        opened = bool(rng.random() < 0.34)
        ordered = bool(rng.random() < (0.13 if new else 0.085))
        region = str(rng.choice(["north", "south", "west"]))
        value = f"{rng.lognormal(3.4, 0.6):.2f}" if ordered else "0.00"
        rows.append((10_000 + number, "new" if new else "old", region, _word(opened), _word(ordered), value))
    return [rows]


EXAMPLES = (ShortExample("newsletter", ("newsletter.xlsx",), _newsletter, "--primary ordered"),)


def _word(value: bool) -> str:
    return "yes" if value else "no"


def _csv(file: Path, rows: Rows) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)


_TYPE = "http://schemas.openxmlformats.org"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_TYPE}/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override '
    'PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_TYPE}/package/2006/relationships"><Relationship Id="r1" '
    f'Type="{_TYPE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_TYPE}/package/2006/relationships"><Relationship Id="r1" '
    f'Type="{_TYPE}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_TYPE}/spreadsheetml/2006/main" '
    f'xmlns:r="{_TYPE}/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/>'
    "</sheets></workbook>",
}
"""What a workbook of one sheet needs beside the sheet (ECMA-376, part 1)."""


def _workbook(file: Path, rows: Rows) -> None:
    """A sheet whose cells are text, or numbers where they are whole numbers."""
    lines = "".join("<row>" + "".join(map(_cell, row)) + "</row>" for row in rows)
    sheet = f'<worksheet xmlns="{_TYPE}/spreadsheetml/2006/main"><sheetData>{lines}</sheetData></worksheet>'
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in (_PARTS | {"xl/worksheets/sheet1.xml": sheet}).items():
            packed.writestr(zipfile.ZipInfo(name), f'<?xml version="1.0" encoding="UTF-8"?>{text}')


def _cell(value: object) -> str:
    number = isinstance(value, int) or str(value).replace(".", "", 1).isdigit()
    return f"<c><v>{value}</v></c>" if number else f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def _said(command: str, folder: Path) -> str:
    """What a command says, to whoever reads both streams, without how long its steps took."""
    done = subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=folder, env=os.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise ReportError(f"the example failed at {command!r}", got="\n" + done.stderr)
    return done.stdout.strip("\n")
