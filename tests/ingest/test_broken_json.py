"""JSON that is broken is told with its true cause, and what a remedy writes is read."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import ReportError
from helpers.ingest import json_values, text
from helpers.warehouse.preview import of
from tests.ingest.new_study.tables import proposed
from tests.ingest.studies import study_file, unit_file

ROWS = [{"who": f"u{i}", "arm": "ab"[i % 2], "bought": i % 3 == 0, "spend": i % 7, "rounds": i % 5} for i in range(60)]
LINES = [json.dumps(row) for row in ROWS]
HALF, BYTES, QUOTES, COMMA, CUT, TWICE = (
    "lone surrogate",
    "no UTF-8",
    "single quotes",
    "a comma behind",
    "cut",
    "a key twice",
)
HALVES = ["\\ud83d", "a\\udc00b", "\\udc80", "\\udcff x", "\\ude00\\ud83d"]


def more(name: str) -> Callable[[str], str]:
    return lambda line: f'{line[:-1]}, "name": "{name}"}}'


BROKEN = [
    *((more(half), HALF) for half in HALVES),
    (lambda line: f'{line[:-1]}, "tags": ["\\ud83d"]}}', HALF), (lambda line: f'{line[:-1]}, "k\\ud83d": 1}}', HALF),
    (lambda line: line.replace('"', "'"), QUOTES), (lambda line: f"{line[:-1]},}}", COMMA), (lambda line: line[:-9], CUT),
    (lambda line: f'{line[:-1]}, "bought": true}}', TWICE),
]  # fmt: skip


@pytest.mark.parametrize(("broken", "cause"), BROKEN)
def test_a_file_whose_lines_are_all_broken_says_why(tmp_path, broken, cause):
    (tmp_path / "log.jsonl").write_text("\n".join(map(broken, LINES)))
    with pytest.raises(ReportError, match=cause):
        proposed(tmp_path, tmp_path / "log.jsonl")


@pytest.mark.parametrize(("broken", "cause"), BROKEN)
def test_a_line_that_is_broken_among_others_is_told_by_a_run_with_its_cause(tmp_path, broken, cause):
    (tmp_path / "log.jsonl").write_text("\n".join([*LINES[:9], broken(LINES[9]), *LINES[10:]]))
    file = study_file(tmp_path, unit_file("log.jsonl"))
    _, refused = of(str(file), full=True)
    assert cause.replace("a key twice", "stands twice") in str(refused)


def test_bytes_of_another_encoding_are_told_as_such_and_read_where_it_is_named(tmp_path):
    file = tmp_path / "log.jsonl"
    file.write_bytes("\n".join(more("Z\u00fcrich")(line) for line in LINES).encode("cp1252"))
    with pytest.raises(ReportError, match=BYTES):
        proposed(tmp_path, file)
    assert "60 rows" in str(proposed(tmp_path, file, encoding="cp1252"))


@pytest.mark.parametrize("name", HALVES)
@pytest.mark.parametrize("as_list", [False, True])
def test_the_program_that_is_printed_for_halves_of_characters_makes_a_file_that_is_read(tmp_path, name, as_list):
    lines = list(map(more(name), LINES))
    (tmp_path / "FILE").write_text(f"[{', '.join(lines)}]" if as_list else "\n".join(lines))
    (tmp_path / "log.json").write_text((tmp_path / "FILE").read_text())
    with pytest.raises(ReportError) as caught:
        proposed(tmp_path, tmp_path / "log.json")
    program = re.search(r'python -c "(.*)" < FILE', str(caught.value))[1]
    with (tmp_path / "FILE").open() as given, (tmp_path / "FILE.jsonl").open("w") as made:
        subprocess.run([sys.executable, "-c", program], stdin=given, stdout=made, check=True)
    kept = [json.loads(line) for line in (tmp_path / "FILE.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [{key: row[key] for key in ROWS[0]} for row in kept] == ROWS
    assert "60 rows" in str(proposed(tmp_path, tmp_path / "FILE.jsonl"))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 59), st.sampled_from([None, 2]), st.integers(1, 400), st.booleans())
def test_the_line_of_what_is_broken_in_a_list_is_that_of_the_file(tmp_path_factory, at, indent, block, apart):
    """The oracle is Python's reader of the whole text."""
    told = [json.dumps(row, indent=indent) for row in ROWS]
    told[at] = told[at].replace('"bought":', '"bought"')
    content = f"[{(',' + chr(10) * apart).join(told)}]"
    with pytest.raises(json.JSONDecodeError) as truth:
        json.loads(content)
    file = tmp_path_factory.mktemp("list") / "log.json"
    file.write_text(content)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(ReportError) as caught:
        patch.setattr(text, "BLOCK", block)
        list(json_values.values(file))
    assert f"mend it at line {truth.value.lineno:,}," in str(caught.value)


def test_a_list_that_was_cut_says_so(tmp_path):
    (tmp_path / "log.json").write_text(f"[{', '.join(LINES)}"[:-20])
    with pytest.raises(ReportError, match="a file that was cut"):
        proposed(tmp_path, tmp_path / "log.json")


LIST = "[" + ",\n".join(LINES) + "]"
AROUND = [
    ('{"meta": {"n": 60}, "rows": [\n' + ",\n".join(LINES[:40]) + ",\n", "a file that was cut"),
    ('{"data": ' + LIST, "a file that was cut"),
    ('{"data": [\n' + LIST[1:], "a file that was cut"),
    ("// export\n" + LIST, "begins with '// export'"),
    ("/* of\n Monday */ " + LIST, "ahead of its list"),
    ("var data = " + LIST + ";", "begins with 'var data ='"),
    ("callback(" + LIST + ")", "ahead of its list"),
    ('data = {"rows": ' + LIST + "}", "ahead of its object"),
]


@pytest.mark.parametrize(("written", "told"), AROUND)
def test_what_stands_around_a_list_costs_no_row_in_silence(tmp_path: Path, written: str, told: str) -> None:
    (tmp_path / "t.json").write_text(written, encoding="utf-8")
    with pytest.raises(ReportError) as error:
        proposed(tmp_path, tmp_path / "t.json", primary="bought")
    assert told in " ".join(str(error.value).split())


def test_lines_behind_a_comment_are_all_read(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text("// export\n" + "\n".join(LINES), encoding="utf-8")
    assert "(60 rows" in proposed(tmp_path, tmp_path / "t.json", primary="bought")[2].replace("60 of 61", "60")
