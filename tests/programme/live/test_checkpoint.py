"""A killed process goes on from its checkpoint, and ends with the totals of one that was never stopped."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import yaml

from helpers import paths
from helpers.config.programme import Live
from helpers.errors import ReportError
from helpers.programme.live import checkpoint
from helpers.programme.live.replay import Replay
from helpers.programme.live.stream import LiveWorld, simulate

SETTINGS = Live(units=3_000, hours=4, checkpoint_batches=50)


def replay(file=None, settings=SETTINGS):
    world = LiveWorld(settings.units, settings.hours, faulty=(1, 2), redelivered=0.1, straggling=0.05)
    return Replay(simulate(world, settings.lateness_seconds, np.random.default_rng(4)), settings, file)


@pytest.fixture
def programme(tmp_path):
    raw = yaml.safe_load((paths.PROGRAMMES / "shop_year.yml").read_text(encoding="utf-8"))
    raw["live"] = {"units": 6_000, "hours": 6, "checkpoint_batches": 20}
    file = tmp_path / "programmes" / "shop_year.yml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return file


def command(programme, *more):
    return [sys.executable, "-m", "helpers", "live", str(programme), *more]


@pytest.mark.slow
def test_a_process_killed_twice_ends_with_equal_totals(programme, tmp_path):
    folder = tmp_path / "data" / "shop_year" / "live"
    for killed in range(2):
        before = (folder / "checkpoint.npz").stat().st_ino if killed else None
        with subprocess.Popen(
            command(programme, "--speed", "3600"), cwd=paths.ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            until = time.monotonic() + 60
            while time.monotonic() < until and process.poll() is None:
                if (folder / "checkpoint.npz").is_file() and (folder / "checkpoint.npz").stat().st_ino != before:
                    break
                time.sleep(0.02)
            time.sleep(0.1)  # it has counted on since
            os.kill(process.pid, signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
        assert not (folder / "totals.json").exists() and (folder / "checkpoint.npz").is_file()
    done = subprocess.run(command(programme), cwd=paths.ROOT, capture_output=True, text=True, check=True)
    assert re.search(r"goes on from its checkpoint: micro-batch \d", done.stdout)
    resumed = (folder / "totals.json").read_bytes()
    assert [file.name for file in folder.iterdir()] == ["totals.json"]
    (folder / "totals.json").unlink()
    whole = subprocess.run(command(programme), cwd=paths.ROOT, capture_output=True, text=True, check=True)
    assert "goes on" not in whole.stdout
    assert (folder / "totals.json").read_bytes() == resumed
    assert json.loads(resumed)["deliveries"]["duplicates"] > 0


@pytest.mark.parametrize("stop", [1, 7, 60])
def test_the_whole_state_survives(tmp_path, stop):
    whole = replay().run()
    file = tmp_path / "checkpoint.npz"
    stopped = replay(file)
    for _, look in zip(range(stop), stopped.looks(), strict=False):
        assert look
    stopped.save(file)
    resumed = replay(file).run()
    assert 0 < resumed.resumed == stop * 6
    assert resumed.totals() == whole.totals()
    for part in ("counters", "monitor"):
        left, right = (getattr(found, part).state() for found in (resumed, whole))
        for name in left:
            np.testing.assert_array_equal(left[name], right[name], name)


def test_a_checkpoint_of_something_else_is_not_gone_on_from(tmp_path):
    file = tmp_path / "checkpoint.npz"
    replay().save(file)
    assert replay(file).resumed == 0
    first = replay(file)
    next(first.looks())
    first.save(file)
    assert replay(file).resumed == 6
    assert replay(file, SETTINGS.model_copy(update={"lateness_seconds": 60.0})).resumed == 0


def test_a_state_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "checkpoint.npz"
    checkpoint.save(file, "a", {"x": np.array([1])})

    def cut(out, **arrays):
        out.write(b"half")
        raise OSError("no room")

    monkeypatch.setattr(np, "savez", cut)
    with pytest.raises(OSError, match="no room"):
        checkpoint.save(file, "a", {"x": np.array([2])})
    assert checkpoint.load(file, "a")["x"].tolist() == [1] and list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_no_whole_checkpoint_is_one_message(tmp_path):
    """Cut anywhere, or with any byte changed, a state is read as it was, or not at all."""
    file = tmp_path / "checkpoint.npz"
    checkpoint.save(file, "a", {"x": np.arange(3), "s": np.array("y")})
    whole = file.read_bytes()
    spoilt = [whole[:size] for size in range(0, len(whole), 5)]
    spoilt += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole), 3)]
    refused = 0
    for content in (*spoilt, b"", b"x", b"\x93NUMPY", b"\x80\x04."):
        file.write_bytes(content)
        try:
            found = checkpoint.load(file, "a")
        except ReportError as error:
            assert str(error).startswith("the checkpoint cannot be read")
            refused += 1
        else:
            assert found and found["x"].tolist() == [0, 1, 2] and str(found["s"]) == "y"
    assert refused > len(spoilt) / 2
