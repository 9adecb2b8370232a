import re
import subprocess
import time
from types import SimpleNamespace

import plotly.graph_objects as go
import psutil
import pytest

from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.report.figures import drawing, style
from helpers.report.figures import export as exporting
from helpers.report.figures.export import browser, export, stable
from helpers.report.figures.show import show

needs_browser = pytest.mark.skipif(browser() is None, reason="no Chrome or Chromium on this machine")


@pytest.fixture
def where(tmp_path):
    return StudyPaths("fake", tmp_path)


def put(where, name, value=1):
    figure = style.titled(go.Figure(go.Bar(x=["a"], y=[value])), f"{name} is <b>{value}</b>")
    return show(where, "05_ab_results", name, figure, f"A bar called {name}")


@pytest.mark.slow
@needs_browser
def test_only_what_changed_is_drawn_and_orphans_go(where):
    put(where, "one")
    put(where, "two", 2)
    first = export(where)
    assert first.drawn == ("one", "two") and not first.note
    svg = (where.figures / "one.svg").read_text()
    assert svg.startswith("<svg") and "fill: rgb(255, 255, 255)" in svg
    assert not re.search(r"defs-(?!0)", svg)
    assert "<b>" not in svg.replace("&lt;b&gt;", "")

    (where.figures / "gone.svg").write_text("<svg/>")
    (where.figures / "README.md").write_text("stays")
    (where.figures / "one.svg").unlink()
    put(where, "three")
    lines = []
    second = export(where, lines.append)
    assert second.drawn == ("one", "three") and second.removed == ("gone.svg",)
    assert lines == ["drawing 2 of 3 figures"]
    assert (where.figures / "one.svg").read_text() == svg, "the same figure, byte for byte"
    assert (where.figures / "README.md").is_file()
    assert export(where).drawn == ()


def test_without_a_browser_the_pages_are_written_and_a_note_says_so(where, monkeypatch):
    monkeypatch.setattr(exporting, "browser", lambda: None)
    put(where, "one")
    where.figures.mkdir(parents=True)
    (where.figures / "one.svg").write_text("<svg/>\n<!--spec " + "0" * 64 + "-->\n")
    done = export(where)
    assert done.note == "static pictures were skipped: no Chrome or Chromium found"
    assert done.figures == ("one",) and done.drawn == ()
    assert not (where.figures / "one.svg").exists(), "an outdated picture would lie"
    page = (where.figures / "one.html").read_text()
    assert "<title>one is &lt;b&gt;1&lt;/b&gt;</title>" in page
    assert "<noscript><p>A bar called one. one is &lt;b&gt;1&lt;/b&gt;. Across: a.</p></noscript>" in page
    assets = where.figures.parent / "assets"
    assert {f.name for f in assets.iterdir()} == {"plotly.min.js", "plot.js", "report.css"}


def test_a_browser_that_does_not_start_is_a_note_too(where, monkeypatch, tmp_path):
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(exporting, "browser", lambda: str(broken))
    put(where, "one")
    note = export(where).note
    assert note.startswith("static pictures were skipped:") and "did not start" in note
    assert (where.figures / "one.html").is_file()


def test_a_browser_that_stops_answering_is_given_up_after_another_try(where, monkeypatch, tmp_path):
    """It says its version, then neither ends nor speaks: kaleido alone would wait for ever."""
    silent, starts = tmp_path / "chromium", tmp_path / "starts"
    silent.write_text(f'#!/bin/sh\n[ "$1" = --version ] && exit 0\necho $$ >> {starts}\nexec sleep 600\n')
    silent.chmod(0o755)
    monkeypatch.setattr(exporting, "browser", lambda: str(silent))

    class Impatient(subprocess.Popen):
        """Gives up soon after the browser was started, however long that takes."""

        def communicate(self, input=None, timeout=None):
            until, before = time.monotonic() + timeout, begun()
            while begun() == before and time.monotonic() < until:
                time.sleep(0.02)
            return super().communicate(input, 0.3)

    def begun():
        return starts.read_text().split() if starts.is_file() else []

    monkeypatch.setattr(drawing, "subprocess", SimpleNamespace(**vars(subprocess) | {"Popen": Impatient}))
    put(where, "one")
    assert export(where).note == "static pictures were skipped: chromium stopped answering"
    assert len(begun()) == drawing.TRIES
    until = time.monotonic() + 20  # what is killed ends when the machine has time for it
    while any(alive(int(pid)) for pid in begun()) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(alive(int(pid)) for pid in begun())
    assert (where.figures / "one.html").is_file()


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_an_error_in_a_figure_is_raised(tmp_path):
    wrong = [
        {"fig": {"data": [{"type": "bar", "y": [1]}]}, "path": str(tmp_path / "one.svg"), "opts": {"format": "no"}}
    ]
    with pytest.raises(RuntimeError, match="no"):
        drawing.draw(wrong, {"n": 1, "mathjax": False, "path": browser()}, tmp_path, 60)


def test_an_empty_data_folder_does_not_empty_the_committed_figures(where):
    where.figures.mkdir(parents=True)
    (where.figures / "kept.svg").write_text("<svg/>")
    with pytest.raises(ReportError, match="there are no figures of fake"):
        export(where)
    assert (where.figures / "kept.svg").is_file()


def test_browser_may_be_named_in_the_environment(monkeypatch, tmp_path):
    own = tmp_path / "my-chrome"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setenv("BROWSER_PATH", str(own))
    assert browser() == str(own)
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "missing"))
    assert browser() is None


def test_ids_are_numbered_in_order_of_appearance():
    one = '<g id="topdefs-abc123"/><g id="clip9f8e7dxy"/><use href="#clip9f8e7dxy"/>'
    other = one.replace("abc123", "0d0d0d").replace("9f8e7d", "aaaaaa")
    assert stable(one) == stable(other) != one
