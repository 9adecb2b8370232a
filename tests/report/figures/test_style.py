from pathlib import Path

import plotly.graph_objects as go

from helpers.report.figures import style


def test_title_says_the_finding_and_is_broken_into_lines():
    finding = "The purchase rate rose by 8.2 %, and the planted truth of 7.9 % lies inside it"
    figure = style.titled(go.Figure(go.Bar(x=["a"], y=[1])), finding, "How to read it")
    first, second, below = figure.layout.title.text.split("<br>")
    assert first.startswith("<b>The purchase") and second.endswith("</b>")
    assert "How to read it" in below and style.MUTED in below
    assert figure.layout.meta == {"finding": finding, "subtitle": "How to read it"}


def test_markup_in_a_title_is_shown_as_text():
    figure = style.titled(go.Figure(), "a <b>bold</b> & <script> name")
    assert "a &lt;b&gt;bold&lt;/b&gt; &amp; &lt;script&gt; name" in figure.layout.title.text


def test_legend_only_where_two_named_traces_must_be_told_apart():
    one = go.Figure([go.Scatter(y=[1], name="a"), go.Scatter(y=[1], showlegend=False)])
    two = go.Figure([go.Scatter(y=[1], name="a"), go.Scatter(y=[1], name="b")])
    assert style.titled(one, "x").layout.showlegend is False
    assert style.titled(two, "x").layout.showlegend is True
    assert two.layout.margin.t > one.layout.margin.t
    wanted = go.Figure(go.Scatter(y=[1], name="a"), layout={"showlegend": True})
    assert style.titled(wanted, "x").layout.showlegend is True


def test_labels_outside_of_horizontal_bars_get_room():
    bars = go.Bar(x=[1], y=["a"], orientation="h", text=["1,234,567"], textposition="outside")
    assert style.titled(go.Figure(bars), "x").layout.margin.r > 50
    assert style.titled(go.Figure(go.Bar(x=["a"], y=[1])), "x").layout.margin.r is None


def test_template_is_offered_to_plotly_on_request():
    import plotly.io

    style.register()
    assert plotly.io.templates["report"].layout.font.family == style.FONT


def test_zero_has_no_sign_on_an_axis_of_changes():
    """What d3 makes of zero has an alias, and every signed axis is made by the one helper."""
    axis = style.signed("+.1%")
    assert axis["tickformat"] == "+.1%"
    for drawn, said in {"+0%": "0%", "+0.0%": "0%", "\u22120.0%": "0%", "+0": "0"}.items():
        assert axis["labelalias"][drawn] == said
    figures = Path(style.__file__).parent
    assert not [file.name for file in figures.glob("*.py") if 'tickformat="+' in file.read_text(encoding="utf-8")]
