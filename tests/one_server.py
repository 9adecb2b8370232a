"""Databases in memory that share one server: to start one takes as long as ten queries of a small table."""

import weakref
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

ALONE = {"threads": 1}
SETTINGS = "reset temp_directory; reset memory_limit; reset preserve_insertion_order; set threads = 1; set enable_external_file_cache = false"
"""Brings back what a connection may have set for all of them; a time zone and the like are its own. Nothing of a file is kept: of
one that is written again, another database knows nothing."""


class OneServer:
    """Stands in for :func:`duckdb.connect`: a database in memory is a new one in a server that is there, on one thread.

    It is called ``memory`` as ever, where no other one is open. Databases in files are opened as they are, and so are those
    with settings of their own.
    """

    def __init__(self, connect: Callable[..., duckdb.DuckDBPyConnection]) -> None:
        self._connect = connect
        self._server: duckdb.DuckDBPyConnection | None = None
        self._lent: dict[str, weakref.ref[duckdb.DuckDBPyConnection]] = {}

    def connect(
        self, database: str | Path = ":memory:", read_only: bool = False, config: dict[str, Any] | None = None
    ) -> duckdb.DuckDBPyConnection:
        """A connection as that of DuckDB."""
        if str(database) != ":memory:":
            return self._connect(database, read_only, config or {})
        if read_only or (config or ALONE) != ALONE:
            return self._connect(database, read_only, ALONE | (config or {}))
        server = self._fresh()
        name = next(name for n in count() if (name := f"memory_{n}" if n else "memory") not in self._lent)
        lent = server.cursor()
        lent.execute(f"attach ':memory:' as {name}; use {name}")
        self._lent[name] = weakref.ref(lent)
        return lent

    def _fresh(self) -> duckdb.DuckDBPyConnection:
        """The server without the databases that nobody has any more, and with the settings that it began with."""
        if self._server is None:
            self._server = self._connect(":memory:", False, ALONE)
            self._server.execute("attach ':memory:' as server; use server; detach memory")
        for name in [name for name, lent in self._lent.items() if _is_closed(lent())]:
            self._server.execute(f"detach {name}")
            del self._lent[name]
        try:
            self._server.execute(SETTINGS)
        except duckdb.Error:  # something was written aside, for want of memory
            self._server, self._lent = None, {}
            return self._fresh()
        return self._server


def _is_closed(lent: duckdb.DuckDBPyConnection | None) -> bool:
    """Whether nobody has it any more, asked without a query, which would take the place of one that is not fetched yet."""
    try:
        return lent is None or bool(lent.cursor().close())
    except duckdb.ConnectionException:
        return True
