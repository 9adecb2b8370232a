"""Losses of a funnel by hand; what the marts hold is tested in test_warehouse."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import config
from helpers.experiment import funnel
from helpers.experiment.segments import rates, telling
from helpers.formatting import counted, formatted
from helpers.report import losses
from helpers.report.figures import log
from helpers.report.topics import funnel as funnel_topic
from helpers.report.topics import segments as segments_topic
from helpers.warehouse import build, query
from tests.ingest.studies import UNIT_DATA, landed_study, unit_file

STUDY = config.load("studies/cart_checkout.yml")


def rows(units: list[int], *, name: str = "strict", optional: tuple[int, ...] = (), level: str = "all") -> pd.DataFrame:
    """``marts.fct_funnel`` of one funnel: a list of units, step by step."""
    return pd.DataFrame(
        {
            "funnel": name, "dimension": "all" if level == "all" else "device", "level": level,
            "step": range(1, len(units) + 1), "event_name": [*["view", "cart", "pay", "purchase"][:len(units) - 1], "purchase"],
            "is_optional": [i + 1 in optional for i in range(len(units))],
            "entrants": units[0], "units": units, "open_units": [0, *[7] * (len(units) - 1)],
        }
    )  # fmt: skip


@pytest.fixture
def read(monkeypatch):
    """``funnel.read`` on rows of our own."""

    def reader(*parts: pd.DataFrame, dimension: str = "all") -> list[funnel.FunnelCounts]:
        monkeypatch.setattr(query, "query", lambda con, name: pd.concat(parts, ignore_index=True))
        return funnel.read(None, dimension)

    return reader


def test_purchases_lost_by_hand(read):
    """1,000 enter, 400 reach the cart, 100 buy. Nobody lost at the cart: 1,000 x 1/4 = 250 buy, 150 more.
    Nobody lost at the purchase: 400 buy, 300 more."""
    (found,) = read(rows([1_000, 400, 100]))
    view, cart, purchase = found.steps
    assert view.purchases_lost == 0 and view.lost == 0
    assert cart.purchases_lost == pytest.approx(150) and cart.lost == 600
    assert purchase.purchases_lost == pytest.approx(300) and purchase.lost == 300
    assert cart.rate.share == 0.4 and purchase.rate.share == 0.25
    assert found.converted == 100 and found.conversion.share == 0.1
    assert found.bottlenecks == (purchase,)


def test_the_lowest_rate_is_not_always_the_bottleneck(read):
    """Rates .5 and .4 and 1: the loss is counted in purchases, and the lower rate loses more of those."""
    (found,) = read(rows([1_000, 500, 200, 200]))
    assert [s.purchases_lost for s in found.steps[1:]] == pytest.approx([200, 300, 0])
    assert [step.position for step in found.bottlenecks] == [3]


def test_an_optional_step_is_not_the_base_of_the_next(read):
    """The purchase divides by those who viewed, not by those who passed the optional cart."""
    strict, loose = read(rows([1_000, 400, 160], name="optional", optional=(2,)), rows([1_000, 400, 100]))
    assert (strict.name, loose.name) == ("strict", "optional")
    purchase = loose.steps[2]
    assert loose.steps[1].optional and not strict.steps[1].optional
    assert purchase.previous == 1_000 and purchase.rate.share == 0.16
    assert strict.steps[2].previous == 400
    assert strict.steps[1].event == "cart"


def test_a_step_nobody_reached(read):
    (found,) = read(rows([1_000, 0, 0]))
    cart, purchase = found.steps[1:]
    assert cart.rate.share == 0 and cart.purchases_lost == 1_000
    assert math.isnan(purchase.rate.share) and (purchase.rate.low, purchase.rate.high) == (0, 1)
    assert found.conversion.share == 0


def test_what_is_lost_where_nobody_came_further_is_only_bounded(read):
    (found,) = read(rows([1_000, 0, 0]))
    assert "costs up to 1,000 users a purchase" in funnel_topic.text(found, STUDY)
    assert "costs most: up to 1,000 users a purchase" in log.step_losses(found).layout.meta["finding"]
    (end,) = read(rows([1_000, 400, 0]))
    assert "costs 400 users a purchase" in funnel_topic.text(end, STUDY), "the last step has no later ones"


def test_an_optional_step_that_nobody_takes_is_no_bottleneck(read):
    """Of 38 who enter 36 view and 32 buy; nobody takes the optional cart after the view."""
    strict = rows([38, 36, 0, 0])
    loose = rows([38, 36, 0, 32], name="optional", optional=(3,))
    told = funnel.diagnosed(read(strict, loose))
    assert [s.event for s in told.steps] == ["view", "cart", "purchase"] and told.passed_over == ("pay",)
    assert [s.purchases_lost for s in told.steps[1:]] == pytest.approx([32 * 2 / 36, 4])
    assert funnel_topic.text(told, STUDY) == (
        "The bottleneck is the step from cart to purchase: it costs 4 users a purchase (view to cart: 2). For 7 of the 4 users "
        "lost there the window was still open when sight ended. Of 32 users with a purchase, 32 did not take pay on the way there, so pay "
        "is left out here."
    )
    assert "4 users a purchase" in log.step_losses(told).layout.meta["finding"]
    taken = read(rows([38, 36, 30, 20]), rows([38, 36, 30, 20], name="optional", optional=(3,)))
    assert funnel.diagnosed(taken) is taken[0], "where nobody passes it by, the strict funnel is told"
    nobody = read(strict, rows([38, 36, 0, 0], name="optional", optional=(3,)))
    assert funnel.diagnosed(nobody) is nobody[0]


@given(
    st.integers(0, 400),
    st.integers(0, 400),
    st.integers(0, 400),
    st.integers(1, 400),
    st.sampled_from(["lower", "higher"]),
)
def test_figures_are_about_all_who_reach_the_last_step(through, past, left_cart, left, better):
    """``through`` buy after the optional cart, ``past`` buy without it, others stop at the cart or before it."""
    every, bought = through + past + left_cart + left, through + past
    cart = through + left_cart
    parts = pd.concat([rows([every, cart, through]), rows([every, cart, bought], name="optional", optional=(2,))])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(query, "query", lambda con, name: parts)
        funnels = funnel.read(None)
    told = funnel.diagnosed(funnels)
    metrics = [m.model_copy(update={"better": better}) if m.event == "purchase" else m for m in STUDY.metrics]
    study = STUDY.model_copy(update={"metrics": metrics})
    assert told.converted == bought and told.steps[0].units == every
    if not past:
        return
    assert told.steps[-1].lost == every - bought, "who buys without the cart is not lost"
    title = log.sankey(told, study).layout.meta["finding"]
    share = formatted(bought / every if better == "lower" else 1 - bought / every, "share")
    assert title.startswith(f"{share} of the users at view")
    if better == "higher":
        assert losses.lost(told) == f"{counted(every - bought, 'user')} a purchase"
        assert f"Of {losses.of_users(bought, 'purchase')}, {past:,} did not take cart on the way" in funnel_topic.text(
            told, study
        )
    (_, optional, last) = funnel_topic.table(funnels[-1], study)
    assert {optional[name] for name in ("Lost", "Did not go on") if name in optional} == {""}
    assert {last[name] for name in ("Lost", "Did not go on") if name in last} == {f"{every - bought:,}"}


def test_an_optional_step_loses_nothing(read):
    _, loose = read(rows([100, 50, 25]), rows([100, 1, 50], name="optional", optional=(2,)))
    assert [step.event for step in loose.bottlenecks] == ["purchase"]


@pytest.mark.parametrize("better", ["lower", "higher"])
def test_who_does_not_reach_what_is_to_become_rarer_is_not_lost(read, better):
    metrics = [m.model_copy(update={"better": better}) if m.event == "purchase" else m for m in STUDY.metrics]
    study = STUDY.model_copy(update={"metrics": metrics})
    (found,) = read(rows([1_000, 400, 100]))
    text, (*_, last) = funnel_topic.text(found, study), funnel_topic.table(found, study)
    assert ("Fewer users with a purchase" in last) == ("bottleneck is the step" in text) == (better == "higher")
    assert (text == "Fewer are to reach purchase, so who does not is not lost.") == (better == "lower")


def test_levels_come_by_size_and_only_of_the_dimension(read):
    found = read(rows([10, 5, 1], level="tv"), rows([99, 9, 3], level="web"), rows([200, 20, 2]), dimension="device")
    assert [f.level for f in found] == ["web", "tv"]


def test_sentences(read):
    (found,) = read(rows([1_000, 400, 100]))
    assert funnel_topic.text(found, STUDY) == (
        "The bottleneck is the step from cart to purchase: it costs 300 users a purchase (view to cart: 150)."
        " For 7 of the 300 users lost there the window was still open when sight ended."
    )
    text = funnel_topic.text_bypass(funnel.Bypass(1_000, 300, 40, 12), STUDY)
    assert text.startswith(
        "Of 1,000 users with a purchase, 300 have no cart event, 40 have no view event and 12 had it before any view"
    )
    assert "cart can be passed by, so a change there reaches only a part of the purchases" in text
    assert (
        funnel_topic.text_bypass(funnel.Bypass(1_000, 200, 0, 0), STUDY)
        == "Of 1,000 users with a purchase, 200 have no cart event."
    )
    assert (
        funnel_topic.text_bypass(funnel.Bypass(1_000, 0, 0, 0), STUDY)
        == "All 1,000 users with a purchase have a cart event."
    )
    assert funnel_topic.text_bypass(funnel.Bypass(0, 0, 0, 0), STUDY) == "No user has a purchase."


def test_steps_that_lose_as_many_share_the_name_and_nobody_lost_is_no_bottleneck(read):
    (alike,) = read(rows([100, 50, 25]))
    said = "No step alone is the bottleneck: the steps from view to cart and from cart to purchase cost 25 users a purchase each."
    assert funnel_topic.text(alike, STUDY).startswith(said)
    assert "cost most: 25 users a purchase each" in log.step_losses(alike).layout.meta["finding"]
    (whole,) = read(rows([100, 100, 100]))
    assert funnel_topic.text(whole, STUDY) == "Nobody is lost between view and purchase."
    drawn = log.sankey(whole, STUDY).layout.meta
    assert "Nobody is lost between view and purchase" in drawn["finding"]
    assert f"of 100 users{f' {STUDY.untouched}' if STUDY.untouched else ''};" in drawn["subtitle"]


def by_pandas(events: pd.DataFrame) -> funnel.Bypass:
    """Who left the path, each way told apart, from the events themselves."""
    keys = pd.Series(list(zip(events.event_time, events.event_id, strict=True)))
    times = keys.groupby([events.user_id, events.event_name]).agg(["min", "max"]).unstack()
    buyers = times[times[("max", "purchase")].notna()]
    entered = buyers[("min", "view")].notna()
    late = [last < first for last, first in zip(buyers[("max", "purchase")][entered], buyers[("min", "view")][entered], strict=True)]  # fmt: skip
    return funnel.Bypass(len(buyers), int(buyers[("min", "cart")].isna().sum()), int((~entered).sum()), sum(late))


def test_on_the_marts(small_study):
    with query.connect(small_study.where.database) as con:
        strict, optional = funnel.read(con)
        devices = [f for f in funnel.read(con, "device") if f.name == "strict"]
        curve = funnel.time_to_convert(con)
        found = funnel.bypass(con)
        until = small_study.study.diagnosis_end
        events = con.sql(
            f"select user_id, event_name, event_time, event_id from staging.stg_events where event_time < '{until}'"
        ).df()
    assert [s.event for s in strict.steps] == ["view", "cart", "purchase"]
    assert sum(f.converted for f in devices) == strict.converted
    assert sum(f.steps[0].units for f in devices) == strict.steps[0].units
    assert optional.converted > strict.converted
    assert found == by_pandas(events)
    assert curve.survival[-1] < 1


@pytest.mark.parametrize("name", ["hillstrom", "cart_checkout"])
def test_intervals_of_shares_say_how_they_count_where_clusters_were_randomised(name):
    study = config.load(f"studies/{name}.yml")
    clustered = study.model_copy(update={"cluster": "store"})
    for note in (funnel_topic.note, lambda told: segments_topic.note(told, {})):
        assert "as a whole" not in note(study) and "intervals are by each store as a whole" in note(clustered)


@pytest.mark.parametrize("zero", [False, True])
def test_who_has_no_value_of_the_outcome_is_not_lost(tmp_path, zero):
    """Of a survey that not all answered: everybody who did has a score, so no segment falls short by who did not."""
    plans, scores = (["free"] * 30 + ["pro"] * 30) * 2, ([4, 4, "", "", 4, ""] * 5 + [5] * 30) * 2
    rows = [f"u{k},{'ab'[k % 2]},{s},{p}" for k, (s, p) in enumerate(zip(scores, plans, strict=True))]
    file = tmp_path / "survey.csv"
    file.write_text("\n".join(["who,arm,score,plan", *rows]))
    metric = {
        "name": "score",
        "label": "Score",
        "role": "primary",
        "type": "mean",
        "event": "score",
        "measure": "sum",
        "unit": "number",
    }
    metrics = [metric | ({"missing": "zero"} if zero else {})]
    raw = unit_file(file, {"name": "survey", "metrics": metrics, "segments": ["plan"], "min_segment": 2},
                    columns=UNIT_DATA["columns"] | {"plan": "plan"}, outcomes={"score": "score"})  # fmt: skip
    raw["economics"] = {"contribution_margin": 1.0, "implementation_cost": 0}
    study, where = landed_study(tmp_path, raw)
    build.build(study, where)
    with query.connect(where.database) as con:
        (found,) = funnel.read(con)
        levels = telling(rates(con, study, "plan"), study)
    asked = 60 if zero else sum(score != "" for score in scores[::2])
    assert found.steps[0].units == asked and (found.conversion.share == 1) is not zero
    assert bool(levels) is zero
    said = funnel_topic.text(found, study)
    assert all(("those without a value left out" in each) is not zero for each in (said, funnel_topic.note(study)))
