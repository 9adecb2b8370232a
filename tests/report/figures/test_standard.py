"""What every figure owes its reader, held over the figures that the bundled studies draw."""

import itertools
import json
import re

import pytest

from helpers import paths
from helpers.report.figures import style
from tests.report.figures.colours import SIGHTS, contrast, distance

BUILT = sorted(
    file for name in (*paths.BUNDLED, paths.YEAR) for file in paths.ROOT.glob(f"data/{name}/figures/*/*.json")
)
HEX = re.compile(r"#[0-9a-fA-F]{6}\b")
RGBA = re.compile(r"rgba\((\d+), ?(\d+), ?(\d+), ?[\d.]+\)")
HUES = {*style.TREATMENTS, style.CONTROL, style.ACCENT, style.GOOD, style.BAD, style.NEUTRAL, style.SKY}
INKS = {style.INK, style.MUTED, style.GRID, style.PAPER}
APART = 15.0
"""CIELAB distance that two colours of one figure keep for every kind of sight."""
GENERIC = re.compile(
    r"^(?:figure|plot|chart|distribution|histogram|overview|results?|effects?|comparison) ?(?:of|by)?\b", re.I
)

figures = pytest.mark.parametrize(
    "file",
    BUILT or [pytest.param(None, marks=pytest.mark.skip(reason="no study is built: make all"))],
    ids=lambda f: f and f"{f.parents[2].name}-{f.stem}",
)


def spec(file) -> dict:
    content = json.loads(file.read_text(encoding="utf-8"))
    content["layout"].pop("template")
    return content


def titles_of(layout: dict) -> list[str]:
    axes = [axis for name, axis in layout.items() if re.fullmatch(r"[xy]axis\d*", name)]
    return [axis["title"]["text"] for axis in axes if axis.get("title", {}).get("text")]


def colours(content: dict) -> set[str]:
    text = json.dumps([content["data"], content["layout"]])
    seen_through = {
        f"#{int(r):02x}{int(g):02x}{int(b):02x}" for r, g, b in RGBA.findall(text) if (r, g, b) != ("0",) * 3
    }
    return {c.lower() for c in HEX.findall(text)} | seen_through


@pytest.mark.slow
@figures
def test_title_says_the_finding_and_the_alternative_what_is_drawn(file):
    content = spec(file)
    finding, alt = content["finding"], content["alt"]
    assert len(finding.split()) >= 4 and len(finding) <= 180 and not GENERIC.match(finding), finding
    assert len(alt.split()) >= 6 and alt[0].isupper() and alt != finding, alt


@pytest.mark.slow
@figures
def test_the_alternative_tells_the_finding_and_what_is_on_the_axes(file):
    content = spec(file)
    alt = content["alt"]
    assert content["finding"] in alt
    plain = [re.sub(r"<br ?/?>", " ", t) for t in titles_of(content["layout"])]
    assert [t for t in plain if t not in alt] == []
    for trace in content["data"]:
        if trace["type"] == "sankey":
            assert [node for node in trace["node"]["label"] if node not in alt] == []
        else:
            assert re.search(r"(?:Across|Upwards|Rows): \w", alt)


@pytest.mark.slow
@figures
def test_axes_say_what_they_measure(file):
    content = spec(file)
    traces = [t for t in content["data"] if t["type"] != "sankey"]
    for name, axis in ({"xaxis": {}, "yaxis": {}} | content["layout"]).items():
        if not re.fullmatch(r"[xy]axis\d*", name) or not traces or axis.get("showticklabels") is False:
            continue
        own = [t for t in traces if t.get(f"{name[0]}axis", name[0]) == name[0] + name[5:]]
        values = [v for t in own for v in t.get(name[0], []) if v is not None]
        categories = all(isinstance(v, str) and not re.match(r"\d{4}-\d\d-\d\d", v) for v in values)
        assert categories or axis.get("title", {}).get("text"), f"{name} has no title"


@pytest.mark.slow
@figures
def test_colours_are_those_of_the_house_and_apart_for_every_eye(file):
    content = spec(file)
    assert colours(content) <= HUES | INKS
    for trace in content["data"]:
        for whisker in ("error_x", "error_y"):
            trace.pop(whisker, None)  # it belongs to its point, whatever its colour
    used = colours(content)
    for one, other in itertools.combinations(sorted(used & HUES), 2):
        for sight in SIGHTS:
            assert distance(one, other, sight) >= APART, f"{one} and {other} are alike with {sight}"


@pytest.mark.slow
@figures
def test_no_legend_where_two_or_three_lines_can_carry_their_names(file):
    content = spec(file)
    if not content["layout"].get("showlegend"):
        return
    named = [t for t in content["data"] if t.get("name") and t.get("showlegend") is not False]
    assert len(named) <= 6
    plain = [
        t
        for t in named
        if t["type"] == "scatter" and t.get("mode", "") in ("lines", "lines+markers") and "fill" not in t
    ]
    assert len(plain) != len(named) or len(named) > 3, [t["name"] for t in named]


@pytest.mark.slow
@figures
def test_flows_carry_their_share(file):
    for trace in spec(file)["data"]:
        if trace["type"] == "sankey":
            assert all("%" in label for label in trace["node"]["label"])
            assert sum("%" in label for label in trace["node"]["label"]) >= 2


@pytest.mark.slow
@figures
def test_no_chart_junk(file):
    content = spec(file)
    assert not {t["type"] for t in content["data"]} & {"pie", "scatter3d", "surface", "bar3d"}
    assert not content["layout"].get("images") and "yaxis2" not in {
        k for k, v in content["layout"].items() if isinstance(v, dict) and v.get("overlaying")
    }
    for trace in content["data"]:
        if trace["type"] == "bar" and trace.get("orientation") != "h" and "base" not in trace:
            assert min([0, *(content["layout"].get("yaxis", {}).get("range") or [0])]) <= 0, "bars begin at zero"


def test_words_can_be_read_on_paper():
    assert contrast(style.INK, style.PAPER) >= 7 and contrast(style.MUTED, style.PAPER) >= 4.5
    assert contrast("#000000", "#ffffff") == pytest.approx(21, abs=0.01)


def test_simulated_sight_agrees_with_what_is_known():
    assert distance("#808080", "#808080", "protanopia") == 0
    for sight in SIGHTS:
        assert distance("#000000", "#ffffff", sight) == pytest.approx(100, abs=0.5)
    red, green = "#b04030", "#607020"
    assert distance(red, green, "deuteranopia") < distance(red, green) / 2


def test_names_of_lines_that_end_together_are_moved_apart():
    import plotly.graph_objects as go

    figure = go.Figure([go.Scatter(y=[3, 9], name="a"), go.Scatter(y=[1, 9.1], name="<b>")])
    style.name_ends(figure, {"a": (1, 9.0, style.TREATMENT), "<b>": (1, 9.1, style.CONTROL)})
    first, second = figure.layout.annotations
    assert second.yshift - first.yshift >= 14 and "&lt;b&gt;" in second.text
    assert style.titled(figure, "x").layout.showlegend is False


@pytest.mark.slow
@figures
def test_labels_can_be_read_in_light_and_in_dark(file):
    """Text in one of the page's inks follows the theme, any other has its colour on both pages."""
    content = spec(file)
    inks = [ink for ink in written(content) if ink not in (style.INK, style.MUTED)]
    for paper in papers():
        assert [ink for ink in inks if contrast(ink, paper["--plot-paper"]) < 4.5] == []


def test_pages_keep_the_contrast_of_both_inks():
    for paper in papers():
        assert contrast(paper["--plot-ink"], paper["--plot-paper"]) >= 7
        assert contrast(paper["--plot-muted"], paper["--plot-paper"]) >= 4.5


def written(content: dict) -> list[str]:
    """Colours of every text written into a figure; dots that only point to a line are no text."""
    layout = content["layout"]
    texts = [*layout.get("annotations", []), *(t for t in content["data"] if "text" in t.get("mode", ""))]
    found = [t.get("font", t.get("textfont", {})).get("color") for t in texts]
    found += [t.get("textfont", {}).get("color") for t in content["data"]]
    found += re.findall(r"color:(#\w{6})[^>]*>(?!●</span>)", json.dumps(texts, ensure_ascii=False).replace('\\"', '"'))
    return [ink.lower() for ink in found if ink]


def papers() -> list[dict[str, str]]:
    """The page's own colours, light first, as the style sheet names them."""
    css = (paths.SITE / "_static" / "report.css").read_text(encoding="utf-8")
    blocks = re.findall(r"\{([^{}]*--plot-ink: #[^{}]*)\}", css)
    found = [dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", block)) for block in blocks]
    assert len(found) >= 2 and found[0]["--plot-paper"] != found[1]["--plot-paper"]
    return found
