"""A real PostgreSQL of its own for a test: private folder, loopback socket only, gone at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _binaries() -> Path | None:
    found = shutil.which("initdb")
    listed = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((folder for folder in reversed(listed) if (folder / "initdb").is_file()), None)


def _unprivileged() -> str | None:
    """Somebody to run the server, which refuses root; None when we are somebody else already."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)


@contextmanager
def server() -> Iterator[str]:
    """The connection string of a server that was started for this block; skips the test where none can start."""
    pytest.importorskip("psycopg", reason="psycopg is not installed (extra: postgres)")
    folder = _binaries()
    if folder is None:
        pytest.skip("no PostgreSQL on this machine (Debian: apt-get install postgresql)")
    user = _unprivileged()
    if os.geteuid() == 0 and user is None:
        pytest.skip("PostgreSQL refuses root, and there is nobody else to run it")
    home = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        if user:
            shutil.chown(home, user)
        run = {"check": True, "capture_output": True, "text": True, "cwd": home} | ({"user": user} if user else {})
        data, log = home / "data", home / "log"
        subprocess.run([folder / "initdb", "-D", data, "-U", "tester", "-A", "trust", "--no-sync"], **run)
        options = f"-k {home} -c listen_addresses='' -c fsync=off"
        control = [folder / "pg_ctl", "-D", data, "-w", "-l", log]
        try:
            subprocess.run([*control, "-o", options, "start"], **run)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"PostgreSQL did not start: {error.stdout} {error.stderr}")
        try:
            yield f"postgresql://tester@/postgres?host={home}"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **run)
    finally:
        shutil.rmtree(home)
