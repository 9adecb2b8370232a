"""The site over HTTP: this machine only, files of the reports only."""

import http.client
import socket
import threading
from pathlib import Path

import pytest

from helpers import paths
from helpers.cli import serving
from helpers.errors import ReportError
from tests.nobody import as_nobody


@pytest.fixture
def site(tmp_path: Path) -> Path:
    reports = tmp_path / "reports"
    (reports / "study").mkdir(parents=True)
    (reports / "index.html").write_text("<p>front", encoding="utf-8")
    (reports / "study" / "results.json").write_text("{}", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("no", encoding="utf-8")
    (reports / "way_out").symlink_to(tmp_path)
    return reports


@pytest.fixture
def port(site):
    with serving.server(site, 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def asked(port: int, path: str, host: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest("GET", path, skip_host=host is not None)
    if host is not None:
        connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_pages_of_the_site_are_served(port):
    assert asked(port, "/") == (200, "<p>front")
    assert asked(port, "/study/results.json") == (200, "{}")
    assert asked(port, "/index.html", f"localhost:{port}")[0] == 200


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/way_out/secret.txt", "/study/", "/nope"])
def test_nothing_outside_and_no_listing(port, path):
    status, body = asked(port, path)
    assert status == 404 and body != "no" and "secret" not in body


@pytest.mark.parametrize("host", ["evil.example:8000", "evil.example", "127.0.0.1.evil.example:80", ""])
def test_a_request_by_another_name_is_refused(port, host):
    status, body = asked(port, "/", host)
    assert status == 421 and "front" not in body


def test_it_is_bound_to_the_loopback(site):
    with serving.server(site, 0) as server:
        assert server.server_address[0] == "127.0.0.1"
        server.server_activate()
        outside = socket.gethostbyname(socket.gethostname())
        if not outside.startswith("127."):
            with pytest.raises(OSError), socket.create_connection((outside, server.server_port), timeout=1):
                pass


def refused(folder: Path, port: int) -> str:
    with pytest.raises(ReportError) as caught:
        serving.server(folder, port)
    return str(caught.value)


def test_a_taken_port_is_said_in_one_line(site):
    with serving.server(site, 0) as server:
        port = server.server_port
        assert refused(site, port) == (
            f"nothing can be served on port {port}: another program uses it; "
            f"take another: python -m helpers serve --port {port + 1}"
        )


@pytest.mark.parametrize("port", [-1, 70_000, 10**30])
def test_a_port_that_is_none_is_said_in_one_line(site, port):
    assert refused(site, port) == f"there is no port {port}: give a number up to 65535, or 0 for a free one"


def test_a_port_of_the_system_is_said_in_one_line(monkeypatch):
    monkeypatch.setattr(Path, "is_file", lambda self: True)  # the other account sees no file of ours
    told = as_nobody(lambda: serving.server(Path("reports"), 80).server_close() or "it may")
    if told == "it may":
        pytest.skip("this machine lets everybody use port 80")
    assert told.startswith("nothing can be served on port 80: this account may not use it") and "\n" not in told
    assert told.endswith("--port 8000")


def test_a_missing_site_is_said(tmp_path):
    assert "there is no site to show" in refused(tmp_path / "none", 0)


def test_make_serves_with_it():
    assert "@$(RUN) serve" in (paths.ROOT / "Makefile").read_text(encoding="utf-8")
