"""Users whose numbers begin anew in each shop: told with the query that makes an id of both, which is then right."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed


def shops(seed: int, many: int) -> pd.DataFrame:
    dice = np.random.default_rng(seed)
    made = [pd.DataFrame({"shop": f"shop {k}", "user_id": range(1, 121), "variant": dice.permutation(["control", "new"] * 60),
                          "purchased": dice.integers(0, 2, 120)}) for k in range(many)]  # fmt: skip
    return pd.concat(made)


@pytest.mark.parametrize("many", [2, 3])
@pytest.mark.parametrize("said", [{}, {"variant": "variant"}])
def test_the_printed_query_makes_every_user_a_unit(tmp_path: Path, many: int, said: dict[str, str]) -> None:
    made = shops(many, many)
    made.to_csv(tmp_path / "users.csv", index=False)
    with pytest.raises(ReportError, match="unique within something alone") as error:
        proposed(tmp_path, tmp_path / "users.csv", **said)
    query = re.search(r"select \*.* from read_csv\(.users.csv., [^)]*\)", str(error.value))
    assert query is not None
    (tmp_path / "joined.sql").write_text(query[0])
    _, _, told = proposed(tmp_path, tmp_path / "joined.sql", unit="unit_id")
    assert f"{120 * many:,} units, each in one row" in told


def test_rows_of_days_are_no_ids_of_shops(tmp_path: Path) -> None:
    made = shops(5, 2).drop(columns="shop")
    made["score"] = np.arange(len(made)) % 97 / 10
    made.to_csv(tmp_path / "users.csv", index=False)
    with pytest.raises(ReportError) as error:
        proposed(tmp_path, tmp_path / "users.csv", variant="variant")
    assert "unique within" not in str(error.value)
