"""What is known in part is never unknown: <5 and 10+ are told with the query that writes the limit in their place."""

import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


@pytest.mark.parametrize(
    ("written", "at"), [("<5", 5), ("10+", 10), ("> 90", 90), ("<0.5", 0.5), ("≥80", 80), ("less than 2", 2)]
)
@pytest.mark.parametrize(("share", "said"), [(0.02, {}), (0.3, {"primary": "spend"})])
def test_a_value_beyond_a_limit_is_no_missing_one(
    tmp_path: Path, written: str, at: float, share: float, said: dict[str, str]
) -> None:
    dice = np.random.default_rng(3)
    made = pd.DataFrame(
        {
            "uid": range(600),
            "variant": dice.choice(["control", "treatment"], 600),
            "spend": dice.integers(10, 800, 600) / 10.0,
        }
    )
    beyond = dice.random(600) < share
    made["shown"] = np.where(beyond, written, made.spend.astype(str))
    made.drop(columns="spend").rename(columns={"shown": "spend"}).to_csv(tmp_path / "lab.csv", index=False)
    with pytest.raises(ReportError, match="values of 'spend' are known in part") as caught:
        proposed(tmp_path, tmp_path / "lab.csv", **said)
    query = re.search(r"give that: (select .*?);", str(caught.value))
    assert query
    (tmp_path / "limits.sql").write_text(query[1], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "limits.sql", primary="spend")
    found = sums(study, tmp_path)["spend"]
    for arm, rows in made.assign(spend=np.where(beyond, at, made.spend)).groupby("variant"):
        n, total = found[arm]
        assert n == len(rows) and abs(total - Decimal(str(round(rows.spend.sum(), 1)))) < Decimal("0.01")
