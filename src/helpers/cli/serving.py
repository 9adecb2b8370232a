"""The site over HTTP, for this machine only: bound to the loopback, and deaf to every name but its own."""

import errno
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.errors import ReportError

LOOPBACK = "127.0.0.1"
HIGHEST = 65_535
"""The last port there is."""
OWN_NAMES = {LOOPBACK, "localhost"}


class Pages(SimpleHTTPRequestHandler):
    """Files of the report folder, nothing outside it, no listing of folders.

    A page of another site that a browser leads here by a name of its own (DNS rebinding) is refused by the ``Host``
    it asks for.
    """

    def send_head(self) -> Any:
        if self.headers.get("Host", "").rpartition(":")[0] not in OWN_NAMES:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST, "This server answers to this machine only")
            return None
        if not Path(self.translate_path(self.path)).resolve().is_relative_to(Path(self.directory).resolve()):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: who looked at what is nobody's concern."""


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of ``folder`` on the loopback, not yet serving; port 0 takes a free one.

    Raises :class:`~helpers.errors.ReportError` in one line when there is no site, no such port, or it is
    taken.
    """
    if not 0 <= port <= HIGHEST:
        raise ReportError(f"there is no port {port}: give a number up to {HIGHEST}, or 0 for a free one")
    if not (folder / "index.html").is_file():
        raise ReportError(
            "there is no site to show", expected=paths.shown(folder / "index.html"),
            remedy="run: helpers run STUDY, or in the project: make all",
        )  # fmt: skip
    try:
        return ThreadingHTTPServer((LOOPBACK, port), partial(Pages, directory=str(folder)))
    except OSError as error:
        why = {
            errno.EADDRINUSE: "another program uses it",
            errno.EACCES: "this account may not use it, as most may not those below 1024",
        }.get(error.errno or 0, error.strerror)
        other = port + 1 if 1024 <= port < HIGHEST else 8_000
        raise ReportError(
            f"nothing can be served on port {port}: {why}; take another: python -m helpers serve --port {other}"
        ) from None
