"""Nothing that a terminal obeys comes out of the commands, whatever the data say; one place prints, and no other."""

import re
import subprocess
import sys

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from helpers import paths
from helpers.pipeline import terminal
from tests.ingest.studies import HEADER, METRICS, ROWS, UNIT_DATA, table, unit_file

OBEYED = {"Cc", "Cs", "Zl", "Zp"}
TRICKS = [
    "\x1b[2J",
    "\x9b31m",
    "\x1b]0;owned\x07",
    "\rgone",
    "\x08\x08",
    "\x85",
    "\u202eevil",
    "\u2066",
    "\u200f",
    "\u2028",
    "\udc80",
]


@given(st.text() | st.lists(st.sampled_from(TRICKS)).map("".join))
def test_what_is_left_is_text(text):
    import unicodedata

    shown = terminal.plain(text)
    assert {unicodedata.category(sign) for sign in shown.replace("\n", "").replace("\t", "")}.isdisjoint(OBEYED)
    assert not {unicodedata.bidirectional(sign) for sign in shown} & {
        "LRO",
        "RLO",
        "LRE",
        "RLE",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    }
    assert terminal.plain(shown) == shown and (shown == text or len(shown) > len(text))


def test_only_one_module_prints():
    spoken = re.compile(r"click\.(?:echo|secho|style)\(|(?<!\w)print\((?!.*>>>)|sys\.std(?:out|err)\.write|tqdm\.write")
    found = {
        str(file.relative_to(paths.ROOT / "src" / "helpers")): line.strip()
        for file in (paths.ROOT / "src" / "helpers").rglob("*.py")
        for line in file.read_text(encoding="utf-8").splitlines()
        if spoken.search(line) and not re.match(r"\s*(?:>>>|\.\.\.)", line) and "python -c" not in line
    }
    assert found.pop("pipeline/terminal.py")
    # a step tells its parent, not a person, how far it is
    assert found == {"pipeline/progress.py": 'print(f"{last}\\n", end="", file=sys.stderr, flush=True)'}


def said(*command: str) -> str:
    """What a command of a user says; it went well, or was refused."""
    line = [sys.executable, "-m", "helpers", *command]
    done = subprocess.run(line, cwd=paths.ROOT, capture_output=True, check=False)
    assert done.returncode in (0, 2), done.stderr.decode()
    return (done.stdout + done.stderr).decode()


def obeyed(text: str) -> list[str]:
    return [line for line in text.splitlines() if terminal.plain(line) != line]


TRICK = "".join(TRICKS[:-1])  # a file of YAML holds no half of a character


@pytest.fixture
def study(tmp_path):
    """The file of a study of a unit table, hostile in its texts."""

    def write(**changes: object) -> str:
        data = table(tmp_path, *ROWS, header=HEADER.replace("rounds", f"rounds{TRICK[:-2]}".replace("\r", "")))
        raw = unit_file(data, {"name": "tricky", "title": TRICK, "question": TRICK} | changes)
        raw["data"]["outcomes"] = {"bought": "bought", "spend": "spend"}
        raw["metrics"] = [METRICS[0] | {"label": TRICK}, METRICS[1]]
        raw["data"] |= changes.get("data", {})
        (tmp_path / "studies").mkdir(exist_ok=True)
        file = tmp_path / "studies" / "tricky.yml"
        file.write_text(yaml.safe_dump(raw), encoding="utf-8")
        return str(file)

    return write


def test_check_shows_the_texts_of_a_study(study):
    text = said("check", study())
    assert obeyed(text) == [] and r"\x1b[2J" in text


@pytest.mark.parametrize(
    "wrong", [{"columns": {"user_id": "nobody", "variant": "arm"}}, {"path": f"{TRICK}.csv"}, {"source": TRICK}]
)
def test_errors_show_what_they_name(study, wrong):
    text = said("check", study(data=UNIT_DATA | wrong))
    assert obeyed(text) == [] and "error:" in text


def test_new_study_shows_headers(study, tmp_path):
    study()
    text = said("new-study", str(tmp_path / "units.csv"), "--variant", "nobody")
    assert obeyed(text) == [] and "expected: who, arm, bought, spend, rounds" in text


def test_a_traceback_is_plain_too():
    program = "from helpers.pipeline.terminal import guard; guard(); raise ValueError('\\x1b[2J')"
    done = subprocess.run([sys.executable, "-c", program], cwd=paths.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "Traceback" in done.stderr and r"ValueError: \x1b[2J" in done.stderr
    assert obeyed(done.stderr.replace(program, "")) == []
