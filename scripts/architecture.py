"""Draw the layers of ``src/helpers`` into ARCHITECTURE.md, from the import contract in pyproject.toml.

The contract says which room stands above which, the first paragraph of a room's docstring says what the room is for: the
drawing has no source of its own and cannot drift. With ``--check`` nothing is written, and drift ends in exit code 1.
"""

import ast
import re
import sys
import tomllib
from pathlib import Path
from textwrap import wrap

ROOT = Path(__file__).resolve().parents[1]
PAGE = "ARCHITECTURE.md"
BEGIN = "<!-- layers: written by scripts/architecture.py -->"
END = "<!-- end of layers -->"
WIDTH = 100
"""Characters of the drawing, its borders included: it fits a terminal and a page."""

Room = tuple[str, str]
"""A room's name and its purpose."""


def contracts(root: Path) -> list[dict]:
    """The import contracts, that of the layers first."""
    told = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return sorted(told, key=lambda contract: contract["type"] != "layers")


def purpose(root: Path, room: str) -> str:
    """The first paragraph of the docstring of a module or of a package.

    Raises SystemExit where there is no such room, or where it does not say what it is for.
    """
    places = [root / "src" / "helpers" / room / "__init__.py", root / "src" / "helpers" / f"{room}.py"]
    file = next((place for place in places if place.is_file()), None)
    if file is None:
        raise SystemExit(f"the import contract names {room!r}, but src/helpers has no such module or package")
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    line = " ".join(text.partition("\n\n")[0].split())
    if not line:
        raise SystemExit(f"{file.relative_to(root)} has no docstring that says what it is for")
    return re.sub(r":\w+:`~?\.?([^`]*)`", r"\1", line).replace("``", "")


def layers(root: Path) -> list[tuple[str, list[str]]]:
    """Each layer from the top: how its rooms are told apart ("|" where they may not import each other), and the rooms."""
    return [
        (":" if ":" in layer else "|", [room.strip() for room in re.split(r"[|:]", layer)])
        for layer in contracts(root)[0]["layers"]
    ]


def widths(rooms: int) -> list[int]:
    """Inner widths of so many boxes side by side.

    >>> widths(1), widths(2)
    ([98], [49, 48])
    """
    free = WIDTH - 1 - rooms
    return [free // rooms + (i < free % rooms) for i in range(rooms)]


def bars(rooms: int) -> set[int]:
    """Columns in which a layer of so many boxes has a vertical line, the borders left out."""
    found, at = set(), 0
    for width in widths(rooms)[:-1]:
        at += width + 1
        found.add(at)
    return found


def rule(above: set[int], below: set[int], ends: str) -> str:
    """A line between two layers whose vertical lines stand in these columns."""
    signs = {(True, True): "┼", (True, False): "┴", (False, True): "┬", (False, False): "─"}
    inner = "".join(signs[at in above, at in below] for at in range(1, WIDTH - 1))
    return ends[0] + inner + ends[1]


def box(divider: str, rooms: list[Room]) -> list[str]:
    """The lines of one layer, without the rules around it.

    >>> [line.rstrip("│ ") for line in box("|", [("cli", "The command line")])]
    ['│ cli         The command line']
    """
    columns = []
    for (name, text), width in zip(rooms, widths(len(rooms)), strict=True):
        if len(rooms) == 1:
            told = wrap(text, width - 14)
            columns.append([f" {name:<11} {told[0]}", *(f" {'':<11} {more}" for more in told[1:])])
        else:
            columns.append([f" {name}", *(f"   {line}" for line in wrap(text, width - 4))])
    between = "│" if divider == "|" else "┊"
    lines = []
    for i in range(max(map(len, columns))):
        cells = [
            (column[i] if i < len(column) else "").ljust(width)
            for column, width in zip(columns, widths(len(columns)), strict=True)
        ]
        lines.append("│" + between.join(cells) + "│")
    return lines


def drawing(root: Path = ROOT) -> str:
    """All layers, the highest at the top, and the contracts that no drawing shows."""
    found = layers(root)
    drawn, above = [], set()
    for i, (divider, rooms) in enumerate(found):
        below = bars(len(rooms))
        drawn.append(rule(above, below, "┌┐" if i == 0 else "├┤"))
        drawn += box(divider, [(room, purpose(root, room)) for room in rooms])
        above = below
    drawn.append(rule(above, set(), "└┘"))
    others = [f"- {contract['name']}." for contract in contracts(root)[1:]]
    return "\n".join([BEGIN, "", "```text", *drawn, "```", "", *others, "", END])


def page(root: Path = ROOT) -> str:
    """ARCHITECTURE.md with the drawing as it should be; raises SystemExit where the two markers are not there once."""
    text = (root / PAGE).read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise SystemExit(f"{PAGE} needs the lines {BEGIN} and {END}, once each")
    head, _, rest = text.partition(BEGIN)
    return head + drawing(root) + rest.partition(END)[2]


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write the drawing, or with ``--check`` say whether it is the one that would be written."""
    wanted = page(root)
    file = root / PAGE
    if file.read_text(encoding="utf-8") == wanted:
        return 0
    if "--check" in arguments:
        print(
            f"{PAGE} is not what the import contract makes of it; run: python scripts/architecture.py", file=sys.stderr
        )
        return 1
    file.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
