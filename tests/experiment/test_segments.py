"""Segments: a decomposition that adds up, by hand and over random tables."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import config
from helpers.experiment import segments
from helpers.report.topics import segments as segments_topic
from helpers.stats import BinomialInterval
from helpers.warehouse import query

STUDY = config.load("studies/cart_checkout.yml").model_copy(update={"min_segment": 1})


def cross(cells: dict[tuple[str, str], tuple[int, int]], dimension: str = "device") -> pd.DataFrame:
    """``marts.fct_funnel_cross`` from (first level, level): (reached, converted)."""
    return pd.DataFrame(
        [(first, dimension, level, n, k) for (first, level), (n, k) in cells.items()],
        columns=["first_level", "dimension", "level", "reached_units", "converted_units"],
    )


def decompose(monkeypatch, *parts: pd.DataFrame) -> list[segments.Decomposition]:
    with monkeypatch.context() as patched:
        patched.setattr(query, "query", lambda con, name: pd.concat(parts, ignore_index=True))
        return segments.decompose(None, STUDY)


HAND = {
    ("new", "mobile"): (800, 80),
    ("new", "desktop"): (200, 60),
    ("returning", "mobile"): (300, 60),
    ("returning", "desktop"): (700, 280),
}


def test_by_hand(monkeypatch):
    """New: 80 % mobile at .10 and .30, together .14. Returning: 30 % mobile at .20 and .40, together .34.

    Gap -.20. Mix: .5 x .15 - .5 x .35 = -.10; rate: (-.10 x .55) + (-.10 x .45) = -.10.
    """
    (found,) = decompose(monkeypatch, cross(HAND))
    assert (found.dimension, found.low, found.high) == ("device", "new", "returning")
    assert found.gap == pytest.approx(-0.20)
    assert found.mix == pytest.approx(-0.10)
    assert found.rate == pytest.approx(-0.10)


def test_equal_rates_leave_only_mix_and_equal_shares_only_rate(monkeypatch):
    only_mix = HAND | {("returning", "mobile"): (300, 30), ("returning", "desktop"): (700, 210)}
    (found,) = decompose(monkeypatch, cross(only_mix))
    assert found.rate == pytest.approx(0) and found.mix == pytest.approx(found.gap)
    only_rate = HAND | {("returning", "mobile"): (1_600, 320), ("returning", "desktop"): (400, 160)}
    (found,) = decompose(monkeypatch, cross(only_rate))
    assert found.mix == pytest.approx(0) and found.rate == pytest.approx(found.gap)


def test_a_level_that_one_group_lacks_is_all_mix(monkeypatch):
    cells = {("new", "mobile"): (500, 50), ("returning", "mobile"): (250, 25), ("returning", "tv"): (250, 125)}
    (found,) = decompose(monkeypatch, cross(cells))
    assert found.gap == pytest.approx(0.10 - 0.30)
    assert found.mix == pytest.approx(found.gap) and found.rate == pytest.approx(0)


counts = st.integers(0, 500).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


@settings(max_examples=150, deadline=None, database=None)
@given(
    table=st.lists(st.tuples(counts, counts), min_size=1, max_size=5).filter(
        lambda t: all(sum(row[g][0] for row in t) for g in (0, 1))
    )
)
def test_mix_and_rate_add_up_to_the_gap(table):
    cells = {(name, f"l{i}"): row[g] for i, row in enumerate(table) for g, name in enumerate(("new", "returning"))}
    with pytest.MonkeyPatch.context() as patched:
        (found,) = decompose(patched, cross(cells))
    assert found.mix + found.rate == pytest.approx(found.gap, abs=1e-12)
    assert found.gap <= 0
    rates = {g: sum(r[i][1] for r in table) / sum(r[i][0] for r in table) for i, g in enumerate(("new", "returning"))}
    assert found.gap == pytest.approx(rates[found.low] - rates[found.high])


def test_the_two_largest_levels_are_compared_and_unknown_is_none_of_them(monkeypatch):
    third = {("unknown", "mobile"): (10**6, 1), ("rare", "mobile"): (10, 9)}
    (found,) = decompose(monkeypatch, cross(HAND | third))
    assert {found.low, found.high} == {"new", "returning"}
    assert decompose(monkeypatch, cross({("new", "mobile"): (5, 1), ("unknown", "mobile"): (9, 1)})) == []
    assert segments.decompose(None, STUDY.model_copy(update={"segments": ["device"]})) == []


def test_groups_under_the_minimum_size_are_not_compared(monkeypatch):
    monkeypatch.setattr(query, "query", lambda con, name: cross(HAND))
    assert segments.decompose(None, STUDY.model_copy(update={"min_segment": 1_000}))
    assert segments.decompose(None, STUDY.model_copy(update={"min_segment": 1_001})) == []
    monkeypatch.setattr(query, "query", lambda con, name: pd.concat([cross(HAND), cross(HAND, "channel")]))
    (found, _) = segments.decompose(None, STUDY.model_copy(update={"min_segment": 1_000}))
    assert found.units == (1_000, 1_000)
    assert segments.decompose(None, STUDY.model_copy(update={"min_segment": 1_001})) == [], "each unit counts once"


def test_one_decomposition_a_segment(monkeypatch):
    found = decompose(monkeypatch, cross(HAND), cross(HAND, "channel"))
    assert [d.dimension for d in found] == ["channel", "device"]


def rate(level: str, missing: float) -> segments.SegmentRate:
    return segments.SegmentRate("visitor_type", level, 1_000, BinomialInterval(0.1, 0.08, 0.12), missing, 1.0)


def test_sentences():
    parts = [segments.Decomposition("device", "new", "returning", -0.2, -0.15, -0.05, (900, 1_000))]
    text = segments_topic.text([rate("new", 5), rate("returning", 50)], parts, STUDY)
    assert text.startswith("returning (visitor type) carries the largest loss: 50 users with a purchase short")
    assert "-20.00 points between new and returning" in text and "-15.00 points" in text
    assert "explains -15.00 points; the rest" in text, "of one segment nothing is more than any other's"
    assert "Of the gap" not in segments_topic.text([rate("new", 5)], [], STUDY)
    assert "new against returning" in segments_topic.caption_gap(parts, STUDY)
    assert segments_topic.caption_gap([], STUDY) == "No gap to split: fewer than two groups reach the minimum size"
    one = STUDY.model_copy(update={"segments": ["device"]})
    assert segments_topic.caption_gap([], one) == "No gap to split: the study names no second segment to split it over"
    assert segments_topic.note_gap(parts, STUDY).startswith("users at the step: new 900, returning 1,000; converted: ")
    assert "within 168 hours of the first view" in segments_topic.note_gap(parts, STUDY)
    assert segments_topic.note_gap([], STUDY) == ""


def test_no_level_is_worst_where_none_falls_short_and_two_are_where_they_tie():
    none = [rate("new", 0), rate("returning", 0)]
    assert segments_topic.text(none, [], STUDY) == "No level falls short of the best one of its segment."
    assert segments_topic.text([rate("new", 0)], [], STUDY) == "No segment has two levels."
    alike = segments_topic.text([rate("new", 7.2), rate("returning", 6.8)], [], STUDY)
    assert alike == (
        "new (visitor type) and returning (visitor type) carry the largest losses: each is 7 users with a purchase short of the best "
        "level of its segment. The levels of visitor type differ by no more than chance explains (p = 1)."
    )


@pytest.mark.parametrize(
    ("gap", "mixes", "said"),
    [
        (-0.2, (0.1,), "the mix of a explains nothing: it is how they convert"),
        (-0.2, (0.1, 0.0), "neither of the mixes of a and b explains any part: it is how they convert"),
        (-0.2, (-0.05, -0.05), "the mixes of a and b explain -5.00 points each; the rest"),
        (-0.2, (-0.05, 0.09), "the mix of a explains -5.00 points, more than any other segment's; the rest"),
        (-0.2, (-0.3,), "the mix of a would alone make -30.00 points; how they convert makes it smaller"),
        (0.0, (0.1,), "new and returning units convert alike, so there is no gap to explain"),
    ],
)
def test_a_mix_explains_only_what_goes_the_way_of_the_gap(gap, mixes, said):
    parts = [
        segments.Decomposition(name, "new", "returning", gap, mix, gap - mix, (9, 9))
        for name, mix in zip("abc", mixes, strict=False)
    ]
    assert said in segments_topic.text([rate("new", 5)], parts, STUDY)


def test_rates_on_the_marts(small_study):
    study = small_study.study
    with query.connect(small_study.where.database) as con:
        found = {d: segments.rates(con, study, d) for d in study.segments}
        parts = segments.decompose(con, study)
    assert [d.dimension for d in parts] == sorted(study.segments[1:])
    for d in parts:
        assert d.mix + d.rate == pytest.approx(d.gap, abs=1e-12)
        assert d.gap == pytest.approx(parts[0].gap), "the same two groups whatever they are split by"
    for groups in found.values():
        assert [g.reached for g in groups] == sorted((g.reached for g in groups), reverse=True)
        assert sum(g.reached for g in groups) == sum(g.reached for g in found["device"])
        named = [g for g in groups if g.level not in ("other", "unknown")]
        assert all(g.reached >= study.min_segment or g.level in ("other", "unknown") for g in groups) or named
        best = max(g.rate.share for g in named if g.reached >= study.min_segment)
        assert min(g.missing for g in named) == pytest.approx(0, abs=1e-9)
        for g in groups:
            assert g.missing == pytest.approx(max(0.0, (best - g.rate.share) * g.reached))
            assert g.rate.low <= g.rate.share <= g.rate.high
    assert not np.isnan([d.gap for d in parts]).any()


@pytest.mark.parametrize(("exposure", "rate"), [("view", 0.5), ("cart", 0.75)])
def test_a_rate_is_of_all_who_reach_the_last_step_past_an_optional_one(monkeypatch, exposure, rate):
    """100 view, 40 reach the cart, of whom 30 buy, and 20 buy without it; only who asks of the optional step counts those alone."""
    columns = ["funnel", "dimension", "level", "step", "event_name", "is_optional", "entrants", "units", "open_units"]
    ways = {"strict": (100, 40, 30), "optional": (100, 40, 50)}
    marts = pd.DataFrame(
        [
            (name, "device", "web", i + 1, event, event == "cart", 100, ways[name][i], 0)
            for name in ways
            for i, event in enumerate(("view", "cart", "purchase"))
        ],
        columns=columns,
    )
    monkeypatch.setattr(query, "query", lambda con, name: marts)
    way = STUDY.funnel.model_copy(update={"steps": ["view", "cart", "purchase"], "optional": ["cart"]})
    study = STUDY.model_copy(update={"exposure": exposure, "funnel": way})
    (found,) = segments.rates(None, study, "device")
    assert found.rate.share == rate
