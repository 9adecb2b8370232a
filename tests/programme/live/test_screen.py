"""What a person sees: redrawn in place on a terminal, lines elsewhere, no colour where none is wanted."""

import numpy as np
import pytest

from helpers.config.programme import Live
from helpers.programme.live.replay import Replay
from helpers.programme.live.screen import Screen
from helpers.programme.live.stream import LiveWorld, simulate


@pytest.fixture
def replay():
    settings = Live(units=6_000, hours=3, batch_seconds=60)
    world = LiveWorld(6_000, 3, faulty=(0.5, 1.5), faulty_errors=0.3)
    return Replay(simulate(world, settings.lateness_seconds, np.random.default_rng(8)), settings)


def test_elsewhere_it_is_a_line_an_hour_and_a_line_an_alarm(replay, capsys):
    Screen(replay, terminal=False).run(0)
    said = capsys.readouterr().out
    lines = said.splitlines()
    assert "\x1b" not in said
    assert 4 <= sum(text.startswith("hour ") for text in lines) <= 6
    assert sum("alarm errors raised" in text for text in lines) == 1
    assert f"deliveries {replay.stream.ledger.deliveries:,}" in lines[-2] and "ms each" in lines[-1]


@pytest.mark.parametrize("colour", [True, False])
def test_on_a_terminal_the_picture_is_redrawn(replay, capsys, colour, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    Screen(replay, terminal=True, colour=colour).run(0)
    said = capsys.readouterr().out
    assert ("\x1b[31m" in said) is colour
    looks = len(replay.monitor.looks)
    assert said.count("\x1b[J") == looks - 1
    assert "ALARM: errors" in said


def test_it_keeps_the_pace_it_is_given(replay):
    import time

    began = time.perf_counter()
    Screen(replay, terminal=False).run(3 * 3_600)
    assert time.perf_counter() - began > 0.9
