"""An arm that stands there as the empty field: the message says how to name it, and the query that it gives does."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


@pytest.mark.parametrize("column", ["campaign", "Voucher sent", "treatment"])
def test_the_empty_field_is_named_as_the_control_by_the_query_of_the_message(tmp_path: Path, column: str) -> None:
    dice = np.random.default_rng(len(column))
    rows = pd.DataFrame(
        {"customer": range(300), column: dice.choice(["", "promo"], 300), "bought": dice.integers(0, 2, 300)}
    )
    rows.to_csv(tmp_path / "sent.csv", index=False)
    with pytest.raises(
        ReportError, match=rf"'promo' alone, and nothing in {(rows[column] == '').sum()} rows"
    ) as caught:
        proposed(tmp_path, tmp_path / "sent.csv", variant=column)
    query = re.search(r"select \* replace .*", str(caught.value))
    assert query
    (tmp_path / "named.sql").write_text(query[0], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "named.sql", variant=column)
    told = sums(study, tmp_path)["bought"]
    counted = rows.groupby(column).bought.agg(["size", "sum"])
    assert told == {"control": tuple(counted.loc[""]), "treatment": tuple(counted.loc["promo"])}
