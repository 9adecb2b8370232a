"""Processes that begin with what they need already imported: forked from a server that has imported it once.

A step of a build takes a second of work and a second of imports, and so does the kernel of its notebook. A build starts
a :class:`Server` as it begins. What is forked is a process as any other, with the arguments, the environment, the folder
and the streams that it is asked for; where there is no server, or it has died, a process starts by itself.

``python -m helpers.pipeline.fork_server SOCKET FIRST MODULE...`` is the server, which inherits that socket; it imports when
the one at the place FIRST, if any, is ready. A request is a line of JSON on a connection of
its own, its streams beside it; the answers are the process's number and then its exit code. Who closes the connection
earlier ends the process, and with the server, however it ends, all of them end.
"""

import ctypes
import gc
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

AVAILABLE = sys.platform == "linux"
"""Elsewhere a process may not be forked once the system's libraries are in it."""


@dataclass(frozen=True)
class Preload:
    """What a server imports, and the environment variable by which its socket is known."""

    variable: str
    modules: tuple[str, ...]


DBT = Preload("HELPERS_FORK_DBT", ("dbt.cli.main", "dbt.adapters.sql", "helpers.warehouse.dbt_classes"))
"""For dbt, whose start takes a second and a half; not the adapter of DuckDB, which starts a thread."""
STEPS = Preload(
    "HELPERS_FORK_STEPS",
    (
        *("pandas", "scipy.stats", "plotly.graph_objects", "papermill", "nbclient", "nbformat"),
        *("ipykernel.kernelapp", "ipykernel.zmqshell", "sphinx.cmd.build", "myst_nb.sphinx_ext", "furo"),
        *("helpers.cli.steps", "helpers.pipeline.kernel", "helpers.warehouse.build", "helpers.simulate"),
        *("helpers.experiment.results", "helpers.experiment.trust", "helpers.experiment.rerandomisation"),
        *("helpers.report.notebook", "helpers.report.figures.export", "helpers.site.render", "helpers.site.summary"),
    ),
)
"""For steps, the kernels of their notebooks and Sphinx; not DuckDB, which starts a thread."""


class Forked:
    """A process that a server forked; to its parent it is a :class:`subprocess.Popen`, as far as that is asked here."""

    stdin = stdout = stderr = None

    def __init__(
        self,
        place: str,
        entry: str,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: str | os.PathLike[str],
        streams: Sequence[int],
        session: bool = False,
    ) -> None:
        """Begin ``entry``, a function named as ``module:function``; ``arguments`` are what stands in ``sys.argv``.

        ``session`` asks for a session of its own. Raises ``OSError`` where no server answers at ``place``.
        """
        self.args = list(arguments)
        self.returncode: int | None = None
        self._reading = threading.Lock()  # one thread may wait for it while another ends it
        self._line = socket.socket(socket.AF_UNIX)
        self._answers = self._line.makefile()
        self._line.connect(place)
        asked = {"entry": entry, "arguments": self.args, "folder": os.fspath(folder), "session": session}
        text = json.dumps(asked | {"environment": dict(environment)}) + "\n"
        socket.send_fds(self._line, [text[:1].encode()], streams)
        self._line.sendall(text[1:].encode())
        answer = self._answers.readline()
        if not answer:
            raise ConnectionError("the server of processes died")
        self.pid = int(answer)

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code once it has ended; that of a signal is negative, and of one whose server was killed as well."""
        if self.returncode is not None:
            return self.returncode
        with selectors.DefaultSelector() as ended:
            ended.register(self._line, selectors.EVENT_READ)  # readable from its end on
            if not ended.select(timeout):
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
        with self._reading:
            if self.returncode is None:
                self.returncode = int(self._answers.readline() or -signal.SIGKILL)
        return self.returncode

    def __del__(self) -> None:
        self._answers.close()
        self._line.close()

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def run(
    preload: Preload,
    entry: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: str | os.PathLike[str],
) -> "subprocess.CompletedProcess[str]":
    """Run ``entry`` in a process of its own to its end, forked where such a server is there; keep what it says.

    The process is told its arguments and not started with them, for those of a command may not be as long as a study.
    """
    with suppress(OSError, KeyError), ExitStack() as files:
        said = [files.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8")) for _ in range(2)]
        streams = (os.open(os.devnull, os.O_RDONLY), *(file.fileno() for file in said))
        files.callback(os.close, streams[0])
        place = os.environ[preload.variable]
        code = Forked(place, entry, arguments, environment=environment, folder=folder, streams=streams).wait()
        for file in said:
            file.seek(0)
        return subprocess.CompletedProcess(list(arguments), code, *(file.read() for file in said))
    return subprocess.run(
        [sys.executable, "-P", "-c", _ALONE, entry], input=json.dumps(list(arguments)),
        env=dict(environment), cwd=folder, capture_output=True, text=True, check=False,
        close_fds=False,  # it inherits the lock: should this process be killed, the next run waits for its end
    )  # fmt: skip


_ALONE = """
import json, sys
from pkgutil import resolve_name
entry = resolve_name(sys.argv[1])
sys.argv = json.load(sys.stdin)
sys.exit(entry())
"""


class Server:
    """A process that imports what it is told and forks from then on; it ends when it is closed, or its parent does.

    With ``after`` it leaves the processor to that server until it is ready.
    """

    def __init__(
        self, preload: Preload, environment: Mapping[str, str], folder: Path, after: "Server | None" = None
    ) -> None:
        # nobody else reaches the socket in a private folder; in that of the run, for what is killed clears nothing away
        self._home = tempfile.mkdtemp(prefix="fork-", dir=environment.get("TMPDIR"))
        self.place = os.path.join(self._home, "s")  # noqa: PTH118 - it goes into an environment
        with socket.socket(socket.AF_UNIX) as asked:
            asked.bind(self.place)
            asked.listen()  # who asks before all is imported waits
            asked.set_inheritable(True)
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(asked.fileno()), after.place if after else "", *preload.modules],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=dict(environment), cwd=folder, close_fds=False,  # what it forks inherits the lock
            )  # fmt: skip

    def ready(self) -> bool:
        """Whether all is imported, so that a process starts at once."""
        with selectors.DefaultSelector() as said:
            said.register(self._process.stdout, selectors.EVENT_READ)  # type: ignore[arg-type]
            return bool(said.select(0)) and self._process.poll() is None

    def close(self) -> None:
        """End it, and what it forked; it forked nothing as long as it imports, and is not waited for then."""
        if not self.ready():
            self._process.kill()
        self._process.communicate()  # the end of its input is its end
        shutil.rmtree(self._home, ignore_errors=True)


class _Serving:
    """The server's own side: requests, ends of children, ends of those who asked."""

    def __init__(self, asking: socket.socket) -> None:
        self._children: dict[int, socket.socket] = {}
        self._asking = asking
        self._ended, woken = socket.socketpair()
        self._mine = [self._asking, self._ended, woken]
        for each in (self._ended, woken):
            each.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # it only wakes
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keyboard speaks to those forked and to the parent
        signal.set_wakeup_fd(woken.fileno())
        self._events = selectors.DefaultSelector()
        for source in (self._asking, self._ended, sys.stdin.buffer):
            self._events.register(source, selectors.EVENT_READ)

    def serve(self) -> dict[str, Any] | None:
        """Fork for everyone who asks. Returns what was asked for in the child, and nothing at the end of the server."""
        while True:
            for key, _ in self._events.select():
                if key.fileobj is sys.stdin.buffer:
                    for child in self._children:
                        os.kill(child, signal.SIGKILL)
                    return None
                if key.fileobj is self._ended:
                    self._reap()
                elif key.fileobj is not self._asking:
                    self._abandoned(key.data)
                elif request := self._begin(self._asking.accept()[0]):
                    return request

    def _begin(self, line: socket.socket) -> dict[str, Any] | None:
        first, streams, _, _ = socket.recv_fds(line, 1, 3)
        if not first:
            line.close()
            return None
        with line.makefile() as rest:
            request: dict[str, Any] = json.loads(first.decode() + rest.readline())
        child = os.fork()
        if child == 0:
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
            self._leave()
            line.close()
        else:
            line.sendall(f"{child}\n".encode())
            self._children[child] = line
            self._events.register(line, selectors.EVENT_READ, child)
        for stream in streams:
            os.close(stream)
        return request if child == 0 else None

    def _reap(self) -> None:
        self._ended.recv(4_096)
        for child in list(self._children):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                line = self._children.pop(child)
                self._events.unregister(line)
                with suppress(OSError), line:  # who asked may have gone
                    line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())

    def _abandoned(self, child: int) -> None:
        """Who asked for it has gone; the child's end is heard as any other's."""
        if child in self._children:
            os.kill(child, signal.SIGKILL)

    def _leave(self) -> None:
        """In a child: nothing of the server stays open, and signals mean what they mean elsewhere."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._events.close()
        for each in (*self._mine, *self._children.values()):
            each.close()


_PR_SET_PDEATHSIG = 1
"""Linux's ``prctl``: the signal that a process gets at the end of its parent."""


def _die_with(server: int) -> None:
    """End this process with the server, however that ends: one in a session of its own is not reached by what kills a group."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL):
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != server:
        os._exit(1)  # it ended before


def _wait_for(place: str) -> None:
    """Wait until the server at a place is ready, which then hears that nothing is asked of it, or is gone."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        line.connect(place)
        line.shutdown(socket.SHUT_WR)
        line.recv(1)


def main(asking: str, first: str, *modules: str) -> None:
    """Import the modules, then fork for who asks on the socket; in a child, be what was asked for."""
    if first:
        _wait_for(first)
    for name in modules:
        import_module(name)
    if threading.active_count() > 1:
        sys.exit("a module started a thread, which no child would have")
    gc.collect()
    gc.freeze()
    server, serving = os.getpid(), _Serving(socket.socket(fileno=int(asking)))
    os.write(1, b"ready")
    request = serving.serve()
    if request is None:
        os._exit(0)
    _die_with(server)
    if request["session"]:
        os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = request["arguments"]
    sys.exit(resolve_name(request["entry"])())


if __name__ == "__main__":
    main(*sys.argv[1:])
