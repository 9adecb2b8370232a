"""Progress: bars on a terminal, lines under make, one line elsewhere; never a carriage return in a log."""

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.pipeline import progress

SHORT = "from helpers.pipeline.progress import step\nwith step('study', 'short'): pass\n"
LONG = """
import time
from helpers.pipeline import progress
progress.LONG, progress._AGAIN, progress._BEAT = 0.1, 0.3, 0.02
with progress.step('study', 'long') as running:
    for part in progress.counted(range(4), 4, 'parts'):
        time.sleep(0.2)
"""
DONE = re.compile(r"^  study              (short|long) +\d+\.\d s$", flags=re.MULTILINE)


def piped(code: str, **environment: str) -> str:
    clean = {k: v for k, v in os.environ.items() if k not in ("MAKELEVEL", progress.TELL)}
    done = subprocess.run([sys.executable, "-c", code], env=clean | environment, capture_output=True, check=True)
    assert not done.stdout
    return done.stderr.decode()


def on_a_terminal(code: str, **environment: str) -> str:
    clean = {k: v for k, v in os.environ.items() if k not in ("MAKELEVEL", progress.TELL)}
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-c", code], env=clean | {"TERM": "xterm"} | environment, stderr=theirs, stdout=theirs
    ) as running:
        os.close(theirs)
        parts = []
        while True:
            try:
                part = os.read(ours, 65_536)
            except OSError:  # how Linux says that the other end was closed
                break
            parts.append(part)
        assert running.wait() == 0
    os.close(ours)
    return b"".join(parts).decode()


@pytest.mark.parametrize("code", [SHORT, LONG])
def test_without_a_terminal_there_is_one_line_when_it_is_done(code):
    told = piped(code)
    assert DONE.fullmatch(told.rstrip("\n")), told
    assert told.count("\n") == 1 and not re.search(r"[\r\x1b\x1e]", told)


def test_a_terminal_gets_a_bar_that_is_gone_at_the_end():
    told = on_a_terminal(LONG.replace("range(4), 4", "range(20), 20"))
    assert "\r" in told and re.search(r"long +00:0\d .*\d of 20 parts", told), told
    last = told.replace("\r\n", "\n").rstrip("\n").rpartition("\r")[2]
    assert DONE.fullmatch(last), told
    assert not re.search(r"\x1b\[[0-9;]*m", told), "no colours"


def test_a_short_step_draws_no_bar():
    assert DONE.search(on_a_terminal(SHORT).replace("\r", ""))


@pytest.mark.parametrize("environment", [{"MAKELEVEL": "1"}, {"TERM": "dumb"}])
def test_under_make_there_are_whole_lines_only(environment):
    """Two processes that write at once must not overwrite each other's bars."""
    lines = on_a_terminal(LONG, **environment).replace("\r\n", "\n").splitlines()
    assert not any(re.search(r"[\r\x1b]", line) for line in lines)
    assert DONE.fullmatch(lines[-1]) and len(lines) >= 2
    assert all(re.fullmatch(r"  study              long +\.\.\. \d of 4 parts", line) for line in lines[:-1]), lines


def test_a_step_tells_its_parent_how_far_it_is():
    heard = progress.Running("")
    lines = piped(LONG, **{progress.TELL: "1"}).rstrip("\n").split("\n")
    assert lines and not any(heard.heard(line) for line in lines)
    assert heard.total == 4 and heard.unit == "parts" and heard.done in (3, 4)
    assert heard.heard("error: something else\n") == "error: something else\n"


@given(st.lists(st.integers(0, 9) | st.text('ab[]{},:0" ', min_size=1), max_size=12), st.data())
def test_whoever_writes_between_is_heard_whole(written, data):
    """Records and texts of several writers on one stream, with or without the end of a line after each."""
    heard, stream, texts, last = progress.Running(""), "", "", None
    for each in written:
        end = data.draw(st.sampled_from(["", "\n"]))
        if isinstance(each, int):
            stream += progress.Running("", done=each, total=9, unit="cells").told() + end
            last = each
        else:
            stream += each + end
            texts += each
    left = "".join(heard.heard(line) for line in io.StringIO(stream))
    assert "".join(left.split()) == "".join(texts.split())
    assert last is None or (heard.done, heard.total) == (last, 9)


@pytest.mark.parametrize("torn", ['\x1e[3, 9, "ce', "\x1e", "\x1e5", "\x1e[1, 2]", '\x1e[3, 9, "ce\x1e[4, 9, "cells"]'])
def test_a_record_that_was_torn_stops_nothing(torn):
    heard = progress.Running("", done=2, total=9, unit="cells")
    heard.heard(torn)
    assert heard.done == (4 if "4" in torn else 2)


def test_a_step_that_fails_leaves_no_line_and_no_thread(capsys):
    with pytest.raises(ValueError, match="odd"), progress.step("study", "fails"):
        assert progress.current() is not None
        raise ValueError("odd")
    assert capsys.readouterr().err == "" and progress.current() is None


def test_nothing_is_counted_outside_a_step():
    assert progress.current() is None
    assert list(progress.counted("abc", 3, "letters")) == ["a", "b", "c"]
    with progress.step("study", "counts") as running:
        assert list(progress.counted("abc", 3, "letters")) == ["a", "b", "c"]
        assert running.count == "3 of 3 letters"
