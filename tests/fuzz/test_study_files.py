"""Any text as a study file ends in a study or in one clear error that names the file."""

import copy
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import config, paths
from helpers.errors import ReportError

pytestmark = pytest.mark.slow  # many odd inputs: what a developer needs of it stands in tests/ingest and tests/config

TRIES = int(os.environ.get("FUZZ", "40"))
fuzzed = settings(max_examples=TRIES, deadline=None, suppress_health_check=list(HealthCheck))
FILES = sorted(paths.STUDIES.glob("*.yml"))
ODD: list[Any] = [None, "", " ", "é", [], {}, [[]], {"a": {}}, True, 0, -1, 1e308, float("nan"), float("inf"), "1e400", "../../x",
                  "/etc/passwd", "x" * 5_000, "2026-13-45", "=1+1", "\x00", ["a"] * 500, {"source": "log"}, {1: 2}]  # fmt: skip


def places(tree: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [way, *(found for key, value in items for found in places(value, (*way, key)))]


def changed(tree: Any, way: tuple[Any, ...], kind: str, value: Any) -> Any:
    if not way:
        return value
    inside = tree
    for key in way[:-1]:
        inside = inside[key]
    if kind == "drop":
        del inside[way[-1]]
    elif kind == "rename" and isinstance(inside, dict):
        inside[f"{way[-1]}s"] = inside.pop(way[-1])
    else:
        inside[way[-1]] = value
    return tree


def read(text: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "studies", f"{name}.yml")
        file.parent.mkdir()
        file.write_bytes(text)
        try:
            found = config.load(file)
        except ReportError as error:
            message = str(error)
            assert f"{name}.yml" in message and "Traceback" not in message and len(message) < 8_000
        else:
            assert found.name == name


@given(
    st.sampled_from(FILES), st.sampled_from(["drop", "rename", "replace"]), st.integers(0, 10**6), st.sampled_from(ODD)
)
@fuzzed
def test_one_wrong_key(file: Path, kind: str, where: int, value: Any):
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    ways = places(tree)
    wrong = changed(copy.deepcopy(tree), ways[where % len(ways)], kind, copy.deepcopy(value))
    read(yaml.safe_dump(wrong, sort_keys=False, allow_unicode=True).encode(), file.stem)


@given(st.sampled_from(FILES), st.integers(0, 10**6), st.one_of(st.binary(max_size=6), st.sampled_from([b"\t", b": ", b"- ", b"&a ", b"*a", b"!!python/object:os.system ", b"\xff", b"'", b"[", b"{"])))  # fmt: skip
@fuzzed
def test_one_wrong_place(file: Path, where: int, what: bytes):
    raw = file.read_bytes()
    place = where % (len(raw) + 1)
    read(raw[:place] + what + raw[place:], file.stem)
