"""The text of a query: one that reads and does nothing else, without a password, and the files that it names."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.data import ADDRESS
from helpers.errors import ReportError
from helpers.ingest.condition import parts_of

if TYPE_CHECKING:
    import duckdb

BEGINS = ("select", "with", "from", "values", "table", "(")
"""How a query begins that reads."""
_APART = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$(\w*)\$.*?\$\1\$|--[^\n]*|/\*.*?\*/", re.DOTALL)
"""Texts, names and comments, in which a sign is no sign of SQL."""
LONGEST = 1_000_000
"""Signs beyond which a file is no query."""


def read(file: Path) -> str:
    """The one query in a file, without what ends it.

    Raises :class:`~helpers.errors.ReportError` for what is no text, for several statements, for one that does not begin as
    a query that reads, and for an address of a database in it, which may hold a password.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ReportError(f"{file.name} is no text in UTF-8", expected="a query in SQL") from None
    if len(text) > LONGEST:
        raise ReportError(f"{file.name} is no query", got=f"{len(text):,} signs", expected=f"at most {LONGEST:,}")
    bare = _bare(text)
    end = len(bare.rstrip("; \t\r\n\f\v"))
    if ";" in bare[:end]:
        raise ReportError(
            f"{file.name} holds several statements", got=f"a semicolon in line {text[: bare.index(';')].count(chr(10)) + 1}",
            expected="one query", remedy="leave one SELECT in it; what it needs may stand before it as WITH name AS (...)",
        )  # fmt: skip
    words = bare[:end].split()
    if not words or not words[0].lower().startswith(BEGINS):
        raise refused(file.name, words[0].upper() if words else "nothing")
    if any(ADDRESS.search(part[0].strip("'\"$")) for part in _APART.finditer(text)):
        raise ReportError(
            f"{file.name} holds a connection string", got="a text that looks like the address of a database",
            expected="data.database: ${VARIABLE}, an environment variable that holds it", remedy="never write a password into a file",
        )  # fmt: skip
    return text[:end].strip()


def refused(name: str, got: str) -> ReportError:
    """The error for a statement that does not read."""
    return ReportError(
        f"{name} is no query that reads", got=got, expected="one SELECT, which may begin with WITH",
        cause="a statement that writes, defines or asks of settings; nothing is ever written to your data",
        remedy="keep the SELECT alone, and run the others before it in the database itself",
    )  # fmt: skip


def _bare(text: str) -> str:
    """The text with blanks in the place of comments and of what stands in quotes, of the same length.

    >>> _bare("select ';' -- x;").split(), len(_bare("select ';' -- x;"))
    (['select', "'", "'"], 16)
    """
    return _APART.sub(lambda part: _blank(part[0]), text)


def _blank(part: str) -> str:
    inner = re.sub(r"[^\n]", " ", part)
    return inner if part.startswith(("--", "/*")) else part[0] + inner[1:-1] + part[-1]


def named(tree: str) -> list[str]:
    """Tables that a query reads, and texts that its table functions are given, of its tree as DuckDB writes it."""
    return list(dict.fromkeys(str(of[key]) for of, key in _names_of(json.loads(tree))))


def beside(con: "duckdb.DuckDBPyConnection", text: str, folder: Path) -> str:
    """The query with the whole path of each file beside it that has a namesake where the command was typed: DuckDB looks there first."""
    here = Path.cwd()
    tree = json.loads(con.execute("select json_serialize_sql(?)", [text]).fetchall()[0][0])
    if here == folder.resolve() or tree.get("error"):
        return text
    changed = False
    for of, key in _names_of(tree):
        if files([of[key]], here) and files([of[key]], folder) and not Path(of[key]).is_absolute():
            of[key], changed = str(folder / of[key]), True
    if not changed:
        return text
    return str(con.execute("select json_deserialize_sql(?::json)", [json.dumps(tree)]).fetchall()[0][0])


def _names_of(tree: Any) -> list[tuple[dict[str, Any], str]]:
    """Where the tree of a query holds the tables that it reads, and the texts that its table functions are given."""
    found = []
    for part in parts_of(tree):
        if part.get("type") == "BASE_TABLE" and part.get("table_name"):
            found.append((part, "table_name"))
        if part.get("type") == "TABLE_FUNCTION":
            found += [(each["value"], "value") for each in parts_of(part.get("function"))
                      if each.get("class") == "CONSTANT" and isinstance(each["value"].get("value"), str)]  # fmt: skip
    return found


def files(names: list[str], folder: Path) -> list[Path]:
    """The files that names lead to from a folder: files, and those that a glob matches."""
    found: list[Path] = []
    for name in names:
        if "\0" in name or "://" in name or len(name) > 1_000:
            continue
        path = folder / name
        try:
            if any(sign in name for sign in "*?["):
                found += sorted(f for f in Path(path.anchor).glob(str(path.relative_to(path.anchor))) if f.is_file())
            elif path.is_file():
                found.append(path)
        except (OSError, ValueError):
            continue
    return list(dict.fromkeys(found))
