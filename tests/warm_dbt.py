"""dbt for the tests' small builds: importing it takes as long as building, so each worker imports it once.

Every command still runs in a process of its own, as in the product: one forked from a server that has imported dbt and
done nothing else. What runs ``python -m helpers`` or make starts dbt as a user would.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile


class WarmDbt:
    """Stands in for ``helpers.warehouse.build.dbt``; started by the first who asks."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[str] | None = None

    def __call__(self, arguments: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        if self._server is None:
            self._server = subprocess.Popen(
                [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
            )
        assert self._server.stdin and self._server.stdout
        asked = {"arguments": arguments, "environment": environment, "folder": str(Path(__file__).parents[1])}
        print(json.dumps(asked), file=self._server.stdin, flush=True)
        told = self._server.stdout.readline()
        assert told, "the server of dbt died"
        return subprocess.CompletedProcess(arguments, **json.loads(told))

    def close(self) -> None:
        if self._server is not None:
            self._server.communicate()  # the end of its input ends it


def _serve() -> None:
    import dbt.adapters.sql  # not DuckDB: it starts a thread, and a fork has none of its threads
    import dbt.cli.main

    for line in sys.stdin:
        asked = json.loads(line)
        with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
            process = os.fork()
            if process == 0:
                with Path(os.devnull).open() as nothing:
                    for to, stream in enumerate((nothing, out, err)):
                        os.dup2(stream.fileno(), to)
                os.environ.clear()
                os.environ.update(asked["environment"])
                os.chdir(asked["folder"])
                sys.argv = ["dbt", *asked["arguments"]]
                dbt.cli.main.cli()  # ends the process
            code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
            said = []
            for stream in (out, err):
                stream.seek(0)
                said.append(stream.read())
        print(json.dumps({"returncode": code, "stdout": said[0], "stderr": said[1]}), flush=True)


if __name__ == "__main__":
    _serve()
