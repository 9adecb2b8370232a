"""The password of a database is told to its server alone: in no message, no file, no log, however the address is spelled."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers import ingest, paths
from helpers.errors import ReportError
from helpers.ingest.address import Address, NoAddress
from tests.ingest.postgres_server import server
from tests.ingest.studies import log_study, unit_file, unit_study

pytest.importorskip("psycopg")

PLACE = "${TEST_DATABASE}"
PASSWORDS = ["hush-hush", "p@ss:w/ord", "a b'c\\d", "100%sure", "se%40cret", "k=v&x", "#frag?ment", "Größe-ß", "[::1]"]


def spellings(password: str) -> dict[str, str]:
    """Addresses with that password on a port where nobody answers; some of them are none."""
    coded = quote(password, safe="")
    literal = password.replace("\\", "\\\\").replace("'", "\\'")
    return {
        "url": f"postgresql://who:{coded}@127.0.0.1:1/nowhere?connect_timeout=2",
        "driver": f"postgresql+psycopg://who:{coded}@127.0.0.1:1/nowhere",
        "query": f"postgresql://127.0.0.1:1/nowhere?user=who&password={coded}",
        "raw": f"postgresql://who:{password}@127.0.0.1:1/nowhere",
        "keywords": f"host=127.0.0.1 port=1 user=who password='{literal}' dbname=nowhere",
        "unquoted": f"host=127.0.0.1 port=1 user=who password={password} dbname=nowhere",
        "as port": f"postgresql://who@127.0.0.1:{password}/nowhere",
        "as option": f"postgresql://127.0.0.1:1/nowhere?{coded}=1",
    }


def parts(password: str) -> set[str]:
    """Spellings of a password, and its pieces: none may stand in a message."""
    return {password, quote(password, safe=""), quote(password), quote_plus(password)}


@pytest.mark.parametrize("password", PASSWORDS)
def test_no_message_holds_it(tmp_path, monkeypatch, password):
    for number, (kind, address) in enumerate(spellings(password).items()):
        monkeypatch.setenv("TEST_DATABASE", address)
        with pytest.raises(ReportError) as caught:
            ingest.land(log_study(PLACE, table="log"), tmp_path / str(number))
        told = str(caught.value)
        assert "does not answer" in told or "holds no address of a database" in told, kind
        if kind not in ("as port", "as option"):
            assert not [part for part in parts(password) if part in told], kind
        assert address not in told


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=4, max_size=12),
    st.text(max_size=5),
)
def test_what_is_veiled_is_gone(password, around):
    for address in (spellings(password)["url"], spellings(password)["keywords"], spellings(password)["raw"]):
        try:
            found = Address.of(address)
        except NoAddress as error:
            assert str(error) == ""
            continue
        for part in {*parts(password), address}:
            told = found.veiled(f"{around} {part} {around}")
            assert told is None or part not in told
        assert password not in repr(found)


@pytest.mark.parametrize(
    "path",
    [
        "postgresql://me:hush-hush@host/db",
        "postgres+x://me:hush-hush@h/d",
        "host=h password = hush-hush",
        "mysql://a:hush-hush@h/db",
    ],
)
@pytest.mark.parametrize("kind", [None, "csv", "postgres"])
def test_a_study_file_that_holds_one_is_refused_without_it(path, kind):
    with pytest.raises(ValidationError) as caught:
        unit_study(path, table="t" if kind == "postgres" else None, format=kind)
    told = "; ".join(error["msg"] for error in caught.value.errors())
    assert "never write a password" in str(caught.value.errors()[0]["ctx"]["error"].remedy) and "hush" not in told


def said(tmp_path: Path, command: str, path: str, **environment: str) -> str:
    raw = unit_file(path, table="log") | {"name": "mine"}
    file = tmp_path / "studies" / "mine.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")
    line = [sys.executable, "-m", "helpers", *command.split(), str(file)]
    done = subprocess.run(
        line, cwd=paths.ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr and done.returncode in (0, 2), done.stderr
    return done.stdout + done.stderr


def test_commands_keep_it(tmp_path):
    address = "postgresql://who:hush-hush@127.0.0.1:1/nowhere"
    for command in ("check", "log", "run --explain", "run"):
        assert "hush" not in said(tmp_path, command, PLACE, TEST_DATABASE=address)
    assert "hush" not in said(tmp_path, "check", address)
    assert "hush" not in subprocess.run(
        [sys.executable, "-m", "helpers", "new-study", address], cwd=paths.ROOT, capture_output=True, text=True, check=False
    ).stderr  # fmt: skip
    left = [file for file in tmp_path.rglob("*") if file.is_file() and file.suffix != ".yml"]
    assert not [file for file in left if b"hush" in file.read_bytes()]


@pytest.mark.slow
@pytest.mark.parametrize("spelled", ["url", "keywords"])
def test_a_server_that_answers_is_read_by_either_spelling(tmp_path, monkeypatch, spelled):
    with server() as address:
        import psycopg

        with psycopg.connect(address) as connection:
            connection.execute("create table log as select now() as at, 'view' as what, 'u1' as who, 1 as cost")
        home = address.rpartition("host=")[2]
        told = {
            "url": address.replace("tester@", "tester:hush-hush@"),
            "keywords": f"host={home} user=tester password='hush-hush' dbname=postgres",
        }
        monkeypatch.setenv("TEST_DATABASE", told[spelled])
        ingest.land(log_study(PLACE, table="log"), tmp_path / "raw")
        with pytest.raises(ReportError, match="there is no table 'nope'"):
            ingest.land(log_study(PLACE, table="nope"), tmp_path / "other")
    assert not [f for f in tmp_path.rglob("*") if f.is_file() and b"hush" in f.read_bytes()]
