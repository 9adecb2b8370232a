"""What is read as it is written counts as the same stream replayed, however it is cut, stopped and mixed with other lines."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import paths
from helpers.config.programme import Live
from helpers.errors import ReportError
from helpers.programme.live.feed import Feed, Grown
from helpers.programme.live.intake import LONGEST, Intake
from helpers.programme.live.replay import Replay
from helpers.programme.live.stream import ARMS, NAMES, LiveWorld, simulate

SETTINGS = Live(units=500, hours=2, checkpoint_batches=60)
START = 1_785_139_200_000
GARBAGE = [
    b"", b"GET / HTTP/1.1", b"[1, 2]", b"null", b"{}", b"\xff\xfe", b"NaN", b"[" * 5_000, b"x" * (LONGEST + 9), b'{"event_id": 1}',
    b"9" * 5_000,
]  # fmt: skip


def stream():
    world = LiveWorld(SETTINGS.units, SETTINGS.hours, faulty=(1, 2), redelivered=0.1, straggling=0.05)
    return simulate(world, SETTINGS.lateness_seconds, np.random.default_rng(4))


def as_lines(log) -> list[bytes]:
    """Deliveries as a producer would write them."""
    names = "event_id", "unit", "variant", "name", "occurred", "value"
    return [
        json.dumps(
            dict(zip(names, (f"e{event}", f"u{unit}", ARMS[arm], NAMES[name], START + occurred, value), strict=True))
        ).encode()
        for event, unit, arm, name, occurred, _, value in log.rows.T.tolist()
    ]


STREAM = stream()
LINES = as_lines(STREAM.log)


class Pieces:
    """A source in memory, which gives what it holds in pieces of these sizes, and now and then nothing."""

    def __init__(self, content: bytes, sizes=(), stop_at: int | None = None) -> None:
        self.content, self.sizes, self.stop_at, self.reads = content, list(sizes), stop_at, 0
        self.feed: Feed | None = None

    def read(self, offset: int) -> bytes | None:
        self.reads += 1
        if self.reads == self.stop_at and self.feed:
            self.feed.stopping = True
        size = self.sizes[self.reads % len(self.sizes)] if self.sizes else 1 << 16
        return self.content[offset : offset + size] if size else None

    def head(self, offset: int) -> str:
        return "pieces"


def counted(tmp_path: Path, content: bytes, sizes=(), stop_at: int | None = None, name="feed.npz") -> Feed:
    source = Pieces(content, sizes, stop_at)
    source.feed = feed = Feed(source, SETTINGS, tmp_path / name)
    for _ in feed.looks():
        pass
    return feed


def test_it_counts_what_a_replay_of_the_same_stream_counts(tmp_path):
    replay = Replay(STREAM, SETTINGS).run()
    feed = counted(tmp_path, b"\n".join(LINES))
    assert feed.counters.arms() == replay.counters.arms()
    told = json.loads(replay.totals())["deliveries"]
    assert feed.totals()["deliveries"] == told and told["duplicates"] > 50 and feed.intake.lines == len(LINES)
    assert [alert.name for alert in feed.monitor.alerts] == [alert.name for alert in replay.monitor.alerts]


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 600), st.sampled_from(GARBAGE)), max_size=20),
    st.lists(st.integers(0, 9_000), min_size=1, max_size=8).filter(any),
    st.integers(1, 20),
)
def test_other_lines_cuts_and_stops_change_no_count(tmp_path_factory, garbage, sizes, stop_at):
    tmp_path = tmp_path_factory.mktemp("feed")
    some = LINES[:600]
    mixed = list(some)
    for place, line in sorted(garbage, reverse=True):
        mixed.insert(place, line)
    content = b"\n".join([*mixed, b""])
    whole = counted(tmp_path, b"\n".join([*some, b""]), name="whole.npz")
    counted(tmp_path, content, sizes, stop_at)  # stopped, and gone on from
    found = counted(tmp_path, content, sizes)
    wrong = sum(bool(line) for _, line in garbage)
    assert found.intake.refused.total() == wrong and found.intake.lines == len(some) + wrong
    for part in ("deliveries", "arms"):
        assert found.totals()[part] == whole.totals()[part]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"variant": "blue"}, "variant is none of control, treatment"), ({"name": []}, "name is none of"),
        ({"occurred": "soon"}, "occurred is no time"), ({"occurred": True}, "occurred is no time"),
        ({"occurred": 10**40}, "occurred is no time"), ({"occurred": "9999-12-31T23:59:59Z"}, "more than a day ahead"),
        ({"value": 1.5}, "value is no whole number"), ({"value": 10**9}, "value is no whole number"),
        ({"unit": ""}, "unit is no text"), ({"event_id": None}, "event_id is no text"),
    ],
)  # fmt: skip
def test_what_is_no_event_says_why(changes, reason):
    intake = Intake()
    event = json.loads(LINES[0]) | changes
    assert intake.event(json.dumps(event).encode(), START) is None
    assert [why for why in intake.refused if reason in why]


@pytest.mark.parametrize(
    "occurred", ["2026-07-27T08:00:00Z", "2026-07-27T10:00:00+02:00", "2026-07-27 08:00:00", START]
)
def test_a_time_is_one_however_it_is_written(occurred):
    intake = Intake()
    assert intake.event(json.dumps(json.loads(LINES[0]) | {"occurred": occurred}).encode(), START)
    assert intake.origin == START


def test_a_first_event_of_the_year_1_and_a_silence_of_ages_cost_nothing(tmp_path):
    first = json.dumps(
        json.loads(LINES[0]) | {"event_id": "old", "unit": "old", "occurred": "0001-01-01T00:00:00"}
    ).encode()
    began = time.perf_counter()
    feed = counted(tmp_path, b"\n".join([first, *LINES[:50]]))
    assert time.perf_counter() - began < 2 and feed.counters.deliveries == 51


@pytest.mark.parametrize("name", ["/dev/zero", ".", "nothing.ndjson"])
def test_what_is_no_file_is_refused(tmp_path, name):
    with pytest.raises(ReportError, match="to follow"):
        Grown(tmp_path / name)


def test_a_file_that_is_replaced_is_read_from_its_beginning(tmp_path):
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join([*LINES[:100], b""]))
    feed = Feed(Grown(file), SETTINGS, tmp_path / "feed.npz")
    silent = 0
    for look in feed.looks():
        silent += look is None
        if silent == 1 and file.stat().st_size > 10_000:
            file.write_bytes(b"\n".join([*LINES[90:120], b""]))
        feed.stopping = silent == 3
    assert feed.counters.deliveries == 130 and feed.notes == [
        "the file is another than before, and is read from its beginning"
    ]


# --- processes ---


@pytest.fixture
def programme(tmp_path) -> Path:
    raw = yaml.safe_load((paths.PROGRAMMES / "shop_year.yml").read_text(encoding="utf-8"))
    raw["live"] = {"units": 500, "hours": 2, "checkpoint_batches": 6}
    file = tmp_path / "programmes" / "shop_year.yml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return file


def command(programme: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "helpers", "live", str(programme), *more]


def totals(programme: Path) -> dict:
    file = programme.parents[1] / "data" / "shop_year" / "live" / "feed_totals.json"
    found = json.loads(file.read_text(encoding="utf-8"))
    file.unlink()
    return found


def until(true, process) -> None:
    end = time.monotonic() + 60
    while not true():
        assert process.poll() is None and time.monotonic() < end, process.communicate()
        time.sleep(0.02)


def read(kept: Path) -> int:
    """Bytes of the file that a checkpoint holds."""
    with np.load(kept) as state:
        return int(state["at"][0])


@pytest.mark.slow
def test_a_growing_file_and_standard_input_give_equal_totals(programme, tmp_path):
    """The file grows while it is followed, with a torn line and lines that are none; one process is killed, one stopped."""
    bad = b"\x1b[2Jno event"
    lines = [*LINES[:400], bad, *LINES[400:]]
    done = subprocess.run(
        command(programme, "--events", "-"), cwd=paths.ROOT, input=b"\n".join(lines), capture_output=True, check=True
    )
    said = done.stdout.decode()
    assert r"line 401 is no event, it is no JSON: \x1b[2Jno event" in said and "\x1b" not in said
    assert f"{len(lines):,} lines read, 1 of them no events\n  1: it is no JSON\n" in said
    whole = totals(programme)
    assert whole["no_events"] == {"it is no JSON": 1} and whole["deliveries"]["deliveries"] == len(LINES)

    file, kept = tmp_path / "events.ndjson", tmp_path / "data" / "shop_year" / "live" / "feed.npz"
    kept.unlink()
    half = b"\n".join(lines[:700])
    file.write_bytes(half[:-20])
    follow = command(programme, "--events", str(file))
    for ending in (signal.SIGKILL, signal.SIGINT):
        with subprocess.Popen(follow, cwd=paths.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            until(kept.exists, process)
            if ending == signal.SIGINT:
                with file.open("ab") as growing:
                    growing.write(half[-20:] + b"\n" + b"\n".join([*lines[700:], b""]))
                until(lambda: read(kept) == file.stat().st_size, process)
            os.kill(process.pid, ending)
            said, wrong = (text.decode() for text in process.communicate(timeout=60))
            assert process.returncode == (130 if ending == signal.SIGINT else -signal.SIGKILL), wrong
    assert re.search(r"goes on from its checkpoint: \d+ lines were read", said) and "Traceback" not in wrong
    assert totals(programme) == whole


@pytest.mark.slow
def test_a_damaged_checkpoint_is_one_message(programme):
    kept = programme.parents[1] / "data" / "shop_year" / "live" / "feed.npz"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"PK\x03\x04half of it")
    done = subprocess.run(
        command(programme, "--events", "-"), cwd=paths.ROOT, input=b"", capture_output=True, check=False
    )
    said = done.stderr.decode()
    assert done.returncode == 2 and "error: the checkpoint cannot be read" in said and "--from-start" in said
    assert "Traceback" not in said
    done = subprocess.run(
        command(programme, "--events", "-", "--from-start"), cwd=paths.ROOT, input=b"", capture_output=True, check=True
    )
    assert b"0 lines read" in done.stdout
