"""What is forked is a process as any other: its arguments, environment, folder, streams, end; and it dies with who asked."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from helpers.pipeline import fork_server
from helpers.pipeline.fork_server import Forked, Preload, Server

pytestmark = pytest.mark.skipif(not fork_server.AVAILABLE, reason="nothing is forked on this system")

KIND = Preload("TRIED_FORKS", ("fractions", "tests.pipeline.forked"))
ENTRY = "tests.pipeline.forked:told"
HERE = Path(__file__).parents[2]


def environment(**more: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | more


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server(KIND, environment(), HERE)
    wait_for(server.ready)
    yield server
    server.close()


def wait_for(what) -> None:
    for _ in range(2_000):  # a busy machine is no failure
        if what():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen")


def runs(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def begun(server: Server, *arguments: str) -> Forked:
    with Path(os.devnull).open("r+b") as nothing:
        streams = [nothing.fileno()] * 3
        return Forked(server.place, ENTRY, ["it", *arguments], environment=environment(), folder=HERE, streams=streams)


@pytest.mark.parametrize("forked", [True, False])
def test_it_is_what_was_asked_for(server, monkeypatch, tmp_path, forked):
    """The same with a server and without one, but for what was imported before."""
    if forked:
        monkeypatch.setenv(KIND.variable, server.place)
    arguments = ["it", "told", "x" * 200_000, "Grüße"]
    done = fork_server.run(KIND, ENTRY, arguments, environment(ONLY="ünd"), tmp_path)
    told = json.loads(done.stdout)
    assert told["arguments"] == arguments and told["only"] == "ünd" and Path(told["folder"]) == tmp_path
    assert told["fractions"] is forked, "imported before it began"
    assert done.stderr == "also this\n" and done.returncode == 7
    assert told["stdin"] == ""


@pytest.mark.parametrize("place", ["nowhere", ""])
def test_without_a_server_that_answers_it_starts_by_itself(monkeypatch, tmp_path, place):
    monkeypatch.setenv(KIND.variable, str(tmp_path / place))
    assert fork_server.run(KIND, ENTRY, ["it", "told"], environment(), tmp_path).returncode == 7


def test_an_error_and_a_signal_are_told_by_the_exit_code(server):
    assert begun(server, "raise").wait() == 1
    one = begun(server, "wait")
    assert one.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        one.wait(0.05)
    one.terminate()
    assert one.wait() == -signal.SIGTERM == one.poll()
    one.terminate()  # of what has ended is nothing asked


def test_one_thread_waits_while_another_ends_it(server):
    one = begun(server, "wait")
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(one.wait, 20) for _ in range(3)]
        one.terminate()
        assert [each.result() for each in waiting] == [-signal.SIGTERM] * 3 == [one.wait()] * 3


def test_several_run_beside_each_other_and_each_gets_its_own_end(server):
    ones = [begun(server, "end", str(code)) for code in range(20)]
    assert [one.wait(20) for one in ones] == list(range(20))
    assert len({one.pid for one in ones}) == 20


def test_who_asked_takes_it_along(server):
    """A kernel does not outlive its step: that closes the connection when it is killed."""
    asking = f"""
import os, time
from helpers.pipeline.fork_server import Forked
one = Forked({server.place!r}, {ENTRY!r}, ["it", "wait"], environment=os.environ, folder=".", streams=[0, 1, 2])
print(one.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", asking],
        env=environment(),
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        cwd=HERE,
    ) as parent:
        child = int(parent.stdout.readline())
        assert runs(child)
        parent.kill()
        wait_for(lambda: not runs(child))


def test_the_end_of_a_server_is_the_end_of_what_it_forked():
    server = Server(KIND, environment(), HERE)
    one = begun(server, "wait")  # asked before all is imported, so it waits for that
    assert server.ready() and runs(one.pid)
    server.close()
    wait_for(lambda: not runs(one.pid))
    assert one.wait(5) < 0
    assert not Path(server.place).exists()


def test_a_server_that_imports_still_is_not_waited_for():
    """A build that fails at once says so at once."""
    server = Server(Preload("TRIED", ("tests.pipeline.forked_slow",)), environment(TRIED_SLOWLY="1"), HERE)
    since = time.monotonic()
    server.close()
    assert time.monotonic() - since < 60 and not Path(server.place).parent.exists()


def test_a_server_waits_for_the_one_that_is_needed_first():
    """It begins to import when that is ready, or has come to its end."""
    first = Server(Preload("TRIED", ("tests.pipeline.forked_slow",)), environment(TRIED_SLOWLY="1"), HERE)
    later = Server(KIND, environment(), HERE, after=first)
    time.sleep(2)
    assert not later.ready()
    first.close()
    wait_for(later.ready)
    third = Server(KIND, environment(), HERE, after=later)
    wait_for(third.ready)
    assert begun(later, "end", "3").wait(20) == 3, "what waited for it took nothing of it"
    for server in (later, third):
        server.close()


@pytest.mark.parametrize("session", [False, True])
def test_a_server_that_is_killed_takes_with_it_what_it_forked(session):
    """A kernel is in a session of its own, so what kills the group of a run does not reach it."""
    server = Server(KIND, environment(), HERE)
    with Path(os.devnull).open("r+b") as nothing:
        streams = [nothing.fileno()] * 3
        one = Forked(server.place, ENTRY, ["it", "wait"], environment=environment(), folder=HERE, streams=streams, session=session)  # fmt: skip
    wait_for(lambda: os.getsid(one.pid) == (one.pid if session else os.getsid(0)))
    server._process.kill()
    wait_for(lambda: not runs(one.pid))
    assert one.wait(5) == -signal.SIGKILL
    server.close()


def test_a_module_that_starts_a_thread_makes_no_server():
    """A fork has none of the threads, so what waits for one would wait for ever."""
    server = Server(Preload("TRIED", ("tests.pipeline.forked_thread",)), environment(), HERE)
    with pytest.raises(ConnectionError):
        begun(server, "end", "0")
    assert not server.ready()
    server.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [fork_server.DBT, fork_server.STEPS], ids=lambda kind: kind.variable)
def test_the_servers_of_a_build_come_up(kind):
    """What they import exists, and starts no thread."""
    server = Server(kind, environment(), HERE)
    wait_for(server.ready)
    assert begun(server, "end", "3").wait(20) == 3
    server.close()
