"""Buyers under another id than they were exposed with are told; pandas counts them."""

import re

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import config
from helpers.config import tracking_plan
from helpers.warehouse.examine import examined
from tests.notebooks import degenerate
from tests.warehouse.test_noticed import BOUGHT, FUNNEL

FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def journeys(exposed: int, switched: int, outside: int) -> pd.DataFrame:
    """Who is exposed buys, some of them under another id; people outside look around before they buy."""
    rows = []
    for i in range(exposed):
        buyer = f"login{i}" if i < switched else f"u{i}"
        rows += [(f"2026-03-03T08:{i % 60:02d}:00", "open", f"u{i}", f"arm_{'ab'[i % 2]}"),
                 (f"2026-03-04T09:{i % 60:02d}:{i // 60:02d}", "buy", buyer, "")]  # fmt: skip
    for i in range(outside):
        rows += [(f"2026-03-04T1{hour}:{i % 60:02d}:{i // 60:02d}", what, f"guest{i}", "") for hour, what in enumerate(("look", "buy"))]  # fmt: skip
    return pd.DataFrame(rows, columns=["at", "what", "who", "arm"])


@FEW
@given(st.integers(100, 200), st.sampled_from([0, 3, 30, 90]), st.sampled_from([0, 40]))
def test_buyers_out_of_nowhere_are_told_with_their_share(tmp_path_factory, exposed, switched, outside):
    frame = journeys(exposed, switched, outside)
    base = tmp_path_factory.mktemp("log")
    file = degenerate.log(base, "switched", [("", "open", "", "arm_a"), ("", "look", "", "arm_b"), ("", "buy", "", "arm_b")],
                          metrics=[BOUGHT], **FUNNEL)  # fmt: skip
    frame.to_csv(base / "switched.csv", index=False)
    study, where = config.opened(file)
    seen = examined(study, where, tracking_plan.tracking_plan(study, where.base / "studies"), full=True)
    assert not seen.faults
    bought = frame[(frame.what == "buy") & (frame["at"] >= frame["at"][frame.what == "open"].min())]
    lost = ~bought.who.isin(frame[frame.what == "open"].who)
    nothing_before = lost & ~bought.who.isin(frame[frame.what == "look"].who)
    told = [note for note in seen.notes if "that never reach open" in note]
    assert len(told) == (nothing_before.sum() >= max(20, 0.05 * len(bought)))
    for note in told:
        found = re.search(
            r"^([\d,]+) of ([\d,]+) events buy since the first open .*; ([\d,]+) are of units of which nothing", note
        )
        assert found
        assert [int(n.replace(",", "")) for n in found.groups()] == [lost.sum(), len(bought), nothing_before.sum()]
    buyers, strangers = bought.who.nunique(), bought.who[lost].nunique()
    most = [re.match(r"([\d,]+) of ([\d,]+) units with buy", note) for note in seen.notes]
    warned = [[int(n.replace(",", "")) for n in found.groups()] for found in most if found]
    assert warned == ([[strangers, buyers]] if strangers >= max(20, 0.5 * buyers) else [])


@pytest.mark.parametrize("mode", ["online"])
def test_who_buys_before_the_exposure_is_no_stranger(tmp_path, mode):
    rows = [(f"2026-03-03T0{hour}:{i:02d}:00", what, f"u{i}", f"arm_{'ab'[i % 2]}")
            for hour, what in enumerate(("buy", "open")) for i in range(50)]  # fmt: skip
    study, where = config.opened(degenerate.log(tmp_path, "early", rows, metrics=[BOUGHT], **FUNNEL))
    assert study.mode == mode
    seen = examined(study, where, tracking_plan.tracking_plan(study, where.base / "studies"), full=True)
    assert not [note for note in seen.notes if "never reach" in note]
