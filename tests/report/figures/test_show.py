import json
import shutil

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from helpers import paths
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.report.figures import style
from helpers.report.figures.show import FigureView, names, show, with_static
from helpers.report.notebook import Notebook

BY = "05_ab_results"

ATTACK = "</script><img src=x onerror=alert(1)>"


@pytest.fixture
def where(tmp_path):
    return StudyPaths("fake", tmp_path)


def figure(*traces, finding="Found"):
    return style.titled(go.Figure(list(traces)), finding, "Read so")


def test_spec_holds_plain_lists_and_short_numbers(where):
    days = pd.to_datetime(["2026-01-01", "2026-01-02"])
    view = show(
        where,
        BY,
        "one",
        figure(
            go.Scatter(x=days, y=np.array([1 / 3, np.nan])),
            go.Heatmap(z=np.arange(6.0).reshape(2, 3), x=pd.Series(["a", "b", "c"])),
            go.Bar(y=np.array([123456789, 2], dtype="int64")),
        ),
        "Alt",
    )
    line, cells, bars = view.content["data"]
    assert line["x"] == ["2026-01-01", "2026-01-02"]
    assert line["y"] == [0.333333, None]
    assert cells["z"] == [[0, 1, 2], [3, 4, 5]] and cells["x"] == ["a", "b", "c"]
    assert bars["y"] == [123456789, 2]
    assert "bdata" not in view.spec


def test_spec_is_the_same_every_time_and_the_figure_unchanged(where):
    drawn = figure(go.Bar(x=["a"], y=[1]))
    before = drawn.to_json()
    first = show(where, BY, "one", drawn, "Alt")
    file = where.figure_specs / BY / "one.json"
    text = file.read_bytes()
    assert show(where, BY, "one", drawn, "Alt") == first == FigureView.load(where, "one")
    assert file.read_bytes() == text and drawn.to_json() == before
    assert names(where) == ["one"]
    assert [f.name for f in file.parent.iterdir()] == ["one.json"]


def test_nothing_of_the_data_becomes_markup(where):
    view = show(where, BY, "one", figure(go.Bar(x=[ATTACK], y=[1]), finding=ATTACK), f'"{ATTACK}')
    html = view.html()
    assert "<img" not in html and html.count("</script>") == 1
    inner = html.split('<script type="application/json">')[1].split("</script>")[0]
    assert json.loads(inner) == view.content
    assert view.content["data"][0]["x"] == ["&lt;/script>&lt;img src=x onerror=alert(1)>"]


def test_markup_that_plotly_knows_stays(where):
    trace = go.Bar(x=["two<br><b>lines</b>"], y=[1], hovertemplate="%{y}<extra></extra>")
    content = show(where, BY, "one", figure(trace), "Alt").content
    assert content["data"][0]["x"] == ["two<br><b>lines</b>"]
    assert content["data"][0]["hovertemplate"] == "%{y}<extra></extra>"


def test_bundle_has_html_text_and_a_small_figure_for_jupyterlab(where):
    small = show(where, BY, "one", figure(go.Bar(x=["a"], y=[1])), "Alt")._repr_mimebundle_()
    assert set(small) == {"text/html", "text/plain", "application/vnd.plotly.v1+json"}
    large = show(where, BY, "two", figure(go.Scatter(y=np.random.default_rng(1).random(9000))), "Alt")
    assert set(large._repr_mimebundle_()) == {"text/html", "text/plain"}


@pytest.mark.parametrize("name", ["Effects", "a-b", "../x", "", "a.b"])
def test_bad_names_are_refused(where, name):
    with pytest.raises(ReportError, match="file name"):
        show(where, BY, name, figure(), "Alt")


def test_a_figure_needs_a_finding_and_a_description(where):
    with pytest.raises(ReportError, match="no title that says its finding"):
        show(where, BY, "one", go.Figure(), "Alt")
    with pytest.raises(ReportError, match="no description"):
        show(where, BY, "one", figure(), "  ")
    with pytest.raises(ReportError, match="is not there"):
        FigureView.load(where, "one")


def test_static_picture_replaces_the_placeholder(where, tmp_path):
    html = show(where, BY, "one", figure(), 'A "quoted" <alt>').html()
    assert "<noscript><p>A &quot;quoted&quot; &lt;alt&gt;. Found.</p></noscript>" in with_static(html, tmp_path)
    (tmp_path / "one.svg").write_text("<svg/>")
    shown = with_static(html, tmp_path, "figures/")
    assert '<img src="figures/one.svg" alt="A &quot;quoted&quot; &lt;alt&gt;. Found.">' in shown
    assert "<!--" not in shown


@pytest.fixture
def run(tmp_path):
    """A function that runs a notebook from its first cell to its last, and gives the study's places."""
    file = tmp_path / "studies" / "cart_checkout.yml"
    file.parent.mkdir()
    shutil.copyfile(paths.ROOT / "studies" / file.name, file)

    def from_first_to_last(notebook, *shown):
        nb = Notebook(str(file), notebook)
        for name in shown:
            nb.show(name, figure(), "Alt")
        nb.close()
        return nb.where

    return from_first_to_last


def test_a_figure_that_a_notebook_shows_no_more_is_forgotten(run):
    run("02_funnel_analysis", "path")
    run(BY, "one", "two")
    where = run(BY, "two")
    assert names(where) == ["path", "two"]


def test_a_figure_may_move_to_another_notebook_whichever_runs_first(run):
    run("04_experiment_design", "one", "two")
    where = run(BY, "one")
    with pytest.raises(ReportError, match="more than one notebook"):
        FigureView.load(where, "one")
    run("04_experiment_design", "two")
    assert names(where) == ["one", "two"] and FigureView.load(where, "one").name == "one"


def test_a_run_that_stops_half_way_forgets_nothing(run):
    where = run(BY, "one", "two")
    show(where, BY, "one", figure(finding="Later"), "Alt")
    assert names(where) == ["one", "two"]
