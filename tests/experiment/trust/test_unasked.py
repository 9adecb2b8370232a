"""What counts cannot answer has neither passed nor failed; what they can is asked as of rows."""

from pathlib import Path
from unittest import mock

import numpy as np

from helpers import config
from helpers.experiment.results import Results
from helpers.experiment.trust import trust_checks
from helpers.experiment.trust.kinds import kind_of
from helpers.report.notebook import Notebook
from helpers.report.topics import trust as topic
from helpers.warehouse import query
from tests import counted_studies
from tests.notebooks import degenerate


def test_only_arm_sizes_are_asked_of_counts(tmp_path: Path) -> None:
    rows = counted_studies.drawn(np.random.default_rng(4), (200, 210))
    file = degenerate.built(counted_studies.as_counts(tmp_path, "asked", rows, by_day=True, deviations=True))
    study, where = config.opened(file)
    with query.connect(where.database) as con:
        found = trust_checks(con, Results(con, study))
    assert [c.name for c in found.checks] == ["Sample ratio of exposed units", "Sample ratio by day"]
    assert {"Contamination", "Repeated rows", "Missing values of the metrics", "Skew of spend mean"} <= {
        c.name for c in found.unasked
    }
    assert all(kind_of(c) is not None and c.question.endswith("?") for c in found.unasked)
    assert all(c.found == f"cannot be told: {study.rowless}" and not c.passed for c in found.unasked)
    assert "has not passed" in topic.text(found)
    with mock.patch.object(Notebook, "record") as recorded:
        topic.record(Notebook(str(file), "05_ab_results"), found)
    values = {call.args[0]: call.args[1] for call in recorded.call_args_list}
    counts = (
        "usual_hours",
        "immature_units",
        "immature_share",
        "early_units",
        "sentinels",
        "sharing_units",
        "design_effect",
    )
    assert [values[f"trust.{name}"] for name in counts] == [None] * len(counts)
