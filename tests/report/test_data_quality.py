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
