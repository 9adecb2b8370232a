"""What the log held, in tables."""

import pandas as pd
import pytest

from helpers import config
from helpers.report.topics import data_quality


def test_what_stood_before_is_a_line_of_its_own_and_no_outcome():
    events = pd.DataFrame(
        {"event_name": ["exposed", "order"], "events": [9_000, 1_822], "earlier": [0, 8_999], "missing": [0, 17]}
    )
    rows = data_quality.table_events(events)
    assert [(row["Event"], row["Events"]) for row in rows] == [
        ("exposed", "9,000"), ("order, before the experiment", "8,999"), ("order", "1,822"),
        ("order: no value, so no event", "17"),
    ]  # fmt: skip


@pytest.mark.parametrize("negative", ["error", "refund"])
def test_refunds_among_the_events_are_called_that(negative):
    study = config.load("studies/online_retail.yml")
    study = study.model_copy(update={"data": study.data.model_copy(update={"negative": negative})})
    assert bool(data_quality.note_events(study)) == (negative == "refund")


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ({"bot": 3, "duplicate": 0}, "in the one kind that it holds, and shows none of another"),
        ({"bot": 3, "duplicate": 2}, "in each of the 2 kinds that it holds"),
        ({"bot": 0, "duplicate": 0}, "No dirt was planted, and none is found."),
    ],
)
def test_kinds_that_are_counted_are_those_of_the_table_and_nothing_planted_has_no_columns(planted, said):
    kinds = {"kept": ("kept", 90), "malformed_line": ("quarantined", 0)} | {
        k: ("dropped", n) for k, n in planted.items()
    }
    flow = pd.DataFrame([{"kind": kind, "disposition": end, "rows": rows} for kind, (end, rows) in kinds.items()])
    rows = data_quality.table(flow, planted)
    assert said in data_quality.text(flow, planted)
    assert len(rows) == 1 + sum(n > 0 for n in planted.values())
    assert ("Planted" in rows[0]) is any(planted.values())
