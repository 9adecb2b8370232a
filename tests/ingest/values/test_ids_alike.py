"""Ids that look alike are kept apart and counted. The oracle is Python's own idea of a form of letters, and of a UUID."""

import re
import tempfile
import unicodedata
import uuid
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.ingest.values import ids, ids_alike
from tests.ingest.studies import unit_study

SAME = {
    "the dashes and braces of a UUID": lambda text: "{" + text + "}",
    "capitals": str.upper,
    "blanks at their ends": lambda text: text + "\t",
    "signs that are not seen": lambda text: text[:1] + "\u200b" + text[1:],
    "accents as signs of their own": lambda text: unicodedata.normalize("NFD", text),
}
"""What may be done to an id that leaves it looking the same."""


def notes(*values: str) -> list[str]:
    with duckdb.connect() as con:
        con.execute("create table raw as select unnest($1::varchar[]) as who", [list(values)])
        return ids.decide(con, ["who"], {"who": "VARCHAR"}, "raw")[1]


@pytest.mark.parametrize(
    "texts",
    [
        ("jos\u00e91", "jose\u03011"),
        ("u1", "u1\u200b"),
        ("\ufeffu1", "u1"),
        ("u1\0", "u1"),
        ("u1\t", "u1"),
        ("u1\u00a0", "u1"),
        ("0000000a-0000-0000-0000-00000000000f", "{0000000A-0000-0000-0000-00000000000F}"),
        ("0000000a-0000-0000-0000-00000000000f", "0000000a00000000000000000000000f"),
        ("0000000a-0000-0000-0000-00000000000f", "urn:uuid:0000000a-0000-0000-0000-00000000000f"),
    ],
)
def test_ids_that_look_alike_are_told(texts):
    assert [note.partition(" but for ")[0] for note in notes(*texts, "u7")] == ["column 'who': 2 ids would be 1"]


def test_ids_that_look_apart_are_not_told():
    assert notes("a-b", "ab", "{a}", "a", "\u00e9", "e", "u 1", "u1", "x" * 32, "y" * 36) == []


words = st.text("abé1-", min_size=1, max_size=3)
uuids = st.integers(0, 3).map(lambda number: str(uuid.UUID(int=number + (0xABC << 100))))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(words | uuids, st.sets(st.sampled_from(list(SAME)))), min_size=1, max_size=8))
def test_what_is_told_is_what_tells_the_ids_apart(made):
    known: dict[str, set[str]] = defaultdict(set)
    for text, changes in made:
        written = text
        for change in [each for each in SAME if each in changes]:
            if len(text) == 36 or change != "the dashes and braces of a UUID":
                written = SAME[change](written)
        known[text].add(written)
    alike = [written for written in known.values() if len(written) > 1]
    told = notes(*(each for written in known.values() for each in sorted(written)))
    if not alike:
        assert told == []
        return
    assert f"{sum(map(len, alike)):,} ids would be {len(alike):,} but for " in told[0]
    for name in SAME:
        assert (name in told[0]) == any(differ_by(written, name) for written in alike)


def differ_by(written: set[str], name: str) -> bool:
    """Whether some of the ids that look alike are no longer one when this difference counts."""
    marks = {
        "capitals": lambda text: unicodedata.normalize("NFC", re.sub("[\u200b\t{}]", "", text)),
        "blanks at their ends": lambda text: text.endswith("\t"),
        "signs that are not seen": lambda text: "\u200b" in text,
        "accents as signs of their own": lambda text: "\u0301" in text,
        "the dashes and braces of a UUID": lambda text: "{" in text,
    }
    return len({marks[name](text) for text in written}) > 1


def test_the_form_is_the_same_whatever_was_done():
    con = duckdb.connect()
    for change in SAME.values():
        text = "0abc0000-0000-0000-0000-00000000000f"
        asked = f"select {ids_alike.form('$1::varchar')} = {ids_alike.form('$2::varchar')}"
        assert con.execute(asked, [text, change(text)]).fetchall() == [(True,)]


@given(
    st.lists(
        st.sampled_from(["mobile", "Mobile", "mobile ", "MOBILE", "desktop", "web", "Web"]), min_size=2, max_size=9
    )
)
@settings(max_examples=15, deadline=None)
def test_levels_of_a_segment_that_look_alike_are_told(levels):
    forms = defaultdict(set)
    for level in levels:
        forms[level.strip().lower()].add(level)
    alike = [each for each in forms.values() if len(each) > 1]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "units.csv")
        rows = [f"u{i},{'ab'[i % 2]},1,2,3,{level}" for i, level in enumerate(levels)]
        file.write_text("\n".join(["who,arm,bought,spend,rounds,device", *rows]) + "\n")
        study = unit_study(
            file, {"segments": ["device"]}, columns={"user_id": "who", "variant": "arm", "device": "device"}
        )
        ingest.land(study, Path(folder, "raw"))
        told = [note for note in ingest.landed(Path(folder, "raw")).reading.notes if "device" in note]
    many = f"column 'device': {sum(map(len, alike))} levels of a segment would be {len(alike)} but for "
    assert len(told) == bool(alike) and all(note.startswith(many) and "kept apart" in note for note in told)
