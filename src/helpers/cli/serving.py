"""The site over HTTP, for this machine only: bound to the loopback, and deaf to every name but its own."""

from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.errors import ReportError

LOOPBACK = "127.0.0.1"
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

    Raises :class:`~helpers.errors.ReportError` when there is no site, or the port is taken.
    """
    if not (folder / "index.html").is_file():
        raise ReportError(
            "there is no site to show", expected=paths.shown(folder / "index.html"),
            remedy="run: make all, or: python -m helpers run STUDY",
        )  # fmt: skip
    try:
        return ThreadingHTTPServer((LOOPBACK, port), partial(Pages, directory=str(folder)))
    except (OSError, OverflowError) as error:
        raise ReportError(
            f"nothing can be served on port {port}", got=str(error),
            expected=f"a port of {LOOPBACK} that no other program uses and that is yours to use",
            remedy=f"choose another: python -m helpers serve --port {port + 1 if port < 65_535 else 8_000}",
        ) from None  # fmt: skip
