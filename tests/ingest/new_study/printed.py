"""The query that a message prints, for a test to follow it to the letter."""

import json
import re

import duckdb


def query(said: str, begins: str = "select ") -> str:
    """The longest text from the first ``begins`` on, up to a sign that ends a query or a sentence, that DuckDB takes for one query."""
    text = " ".join(said[said.index(begins) :].splitlines()[0].split())
    ends = sorted({each.start() for each in re.finditer(r"[;:.,]( |$)|$| \(", text)}, reverse=True)
    for end in ends:
        tree = json.loads(duckdb.execute("select json_serialize_sql(?)", [text[:end]]).fetchall()[0][0])
        if not tree.get("error") and len(tree["statements"]) == 1:
            return text[:end]
    raise AssertionError(f"no query in: {text}")
