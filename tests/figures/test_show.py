import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from helpers.errors import ReportError
from helpers.figures import style
from helpers.figures.show import FigureView, names, show, with_static
from helpers.paths import StudyPaths

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
    first = show(where, "one", drawn, "Alt")
    file = where.figure_specs / "one.json"
    text = file.read_bytes()
    assert show(where, "one", drawn, "Alt") == first == FigureView.load(where, "one")
    assert file.read_bytes() == text and drawn.to_json() == before
    assert names(where) == ["one"]
    assert [f.name for f in where.figure_specs.iterdir()] == ["one.json"]


def test_nothing_of_the_data_becomes_markup(where):
    view = show(where, "one", figure(go.Bar(x=[ATTACK], y=[1]), finding=ATTACK), f'"{ATTACK}')
    html = view.html()
    assert "<img" not in html and html.count("</script>") == 1
    inner = html.split('<script type="application/json">')[1].split("</script>")[0]
    assert json.loads(inner) == view.content
    assert view.content["data"][0]["x"] == ["&lt;/script>&lt;img src=x onerror=alert(1)>"]


def test_markup_that_plotly_knows_stays(where):
    trace = go.Bar(x=["two<br><b>lines</b>"], y=[1], hovertemplate="%{y}<extra></extra>")
    content = show(where, "one", figure(trace), "Alt").content
    assert content["data"][0]["x"] == ["two<br><b>lines</b>"]
    assert content["data"][0]["hovertemplate"] == "%{y}<extra></extra>"


def test_bundle_has_html_text_and_a_small_figure_for_jupyterlab(where):
    small = show(where, "one", figure(go.Bar(x=["a"], y=[1])), "Alt")._repr_mimebundle_()
    assert set(small) == {"text/html", "text/plain", "application/vnd.plotly.v1+json"}
    large = show(where, "two", figure(go.Scatter(y=np.random.default_rng(1).random(9000))), "Alt")
    assert set(large._repr_mimebundle_()) == {"text/html", "text/plain"}


@pytest.mark.parametrize("name", ["Effects", "a-b", "../x", "", "a.b"])
def test_bad_names_are_refused(where, name):
    with pytest.raises(ReportError, match="file name"):
        show(where, name, figure(), "Alt")


def test_a_figure_needs_a_finding_and_a_description(where):
    with pytest.raises(ReportError, match="no title that says its finding"):
        show(where, "one", go.Figure(), "Alt")
    with pytest.raises(ReportError, match="no description"):
        show(where, "one", figure(), "  ")
    with pytest.raises(ReportError, match="is not there"):
        FigureView.load(where, "one")


def test_static_picture_replaces_the_placeholder(where, tmp_path):
    html = show(where, "one", figure(), 'A "quoted" <alt>').html()
    assert "<noscript><p>A &quot;quoted&quot; &lt;alt&gt;. Found.</p></noscript>" in with_static(html, tmp_path)
    (tmp_path / "one.svg").write_text("<svg/>")
    shown = with_static(html, tmp_path, "figures/")
    assert '<img src="figures/one.svg" alt="A &quot;quoted&quot; &lt;alt&gt;. Found.">' in shown
    assert "<!--" not in shown
