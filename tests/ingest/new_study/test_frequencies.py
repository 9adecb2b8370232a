"""A row that stands for many units is not taken for one; the query that the message gives counts them as pandas does."""

import re
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.printed import query
from tests.ingest.new_study.tables import proposed

NAMES = [("variant", "converted", "n"), ("group", "Bought it", "freq"), ("arm", "opened", "count of users"), ("test_group", "paid", "weight")]  # fmt: skip


@pytest.mark.parametrize(("arm", "outcome", "count"), NAMES)
@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("answers", [(0, 1), ("No", "Yes"), ("nein", "ja")])
def test_frequencies_are_told_and_the_query_of_the_message_counts_the_units(
    tmp_path: Path, arm: str, outcome: str, count: str, parts: int, answers: tuple[object, object]
) -> None:
    dice = np.random.default_rng(parts)
    levels = [("control", "new"), answers, ("ios", "web", "tv"), ("north", "south")][: 2 + parts]
    rows = pd.MultiIndex.from_product(levels, names=[arm, outcome, "device", "region"][: 2 + parts]).to_frame(
        index=False
    )
    rows[count] = dice.integers(40, 900, len(rows))
    rows.sample(frac=1, random_state=1).to_csv(tmp_path / "table.csv", index=False)
    with pytest.raises(ReportError, match="a row stands for as many units as") as caught:
        proposed(tmp_path, tmp_path / "table.csv")
    query = re.search(r"select .* group by all", str(caught.value))
    assert query
    (tmp_path / "counts.sql").write_text(query[0], encoding="utf-8")
    study, _, said = proposed(tmp_path, tmp_path / "counts.sql")
    assert study.data.source == "aggregates"
    for level, some in rows.groupby(arm):
        assert f"{level} ({some[count].sum():,})" in said
    with duckdb.connect() as con:
        con.execute(f"set file_search_path = '{tmp_path}'")
        found = dict(con.execute(f'select "{arm}", "{outcome}" from ({query[0]})').fetchall())
    assert found == rows[rows[outcome] == answers[1]].groupby(arm)[count].sum().to_dict()


def test_a_count_beside_ids_of_units_is_an_outcome(tmp_path: Path) -> None:
    rows = pd.DataFrame({"user": range(30), "variant": ["a", "b"] * 15, "count": [1, 2, 3] * 10})
    rows.to_csv(tmp_path / "units.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "units.csv", control="a")
    assert study.data.columns["user_id"] == "user" and study.primary.event == "count"  # type: ignore[union-attr]


@pytest.mark.parametrize("levels", [("gekauft", "abgebrochen", "offen"), (0, 1, 2), ("ja", "nein", "k.A.")])
@pytest.mark.parametrize("part", [("newsletter", "ja", "nein"), ("region", "N", "S"), ("opened", 0, 1), ("kunde", "neu", "alt")])  # fmt: skip
def test_where_a_column_of_three_levels_may_be_the_outcome_no_other_is_taken(
    tmp_path: Path, part: tuple[object, ...], levels: tuple[object, ...]
) -> None:
    names = ["variant", str(part[0]), "ergebnis"]
    rows = pd.MultiIndex.from_product([("control", "new"), part[1:], levels], names=names).to_frame(index=False)
    rows["anzahl"] = range(100, 100 + len(rows))
    rows.to_csv(tmp_path / "table.csv", index=False)
    with pytest.raises(ReportError, match="a row stands for as many units as") as caught:
        proposed(tmp_path, tmp_path / "table.csv")
    said = " ".join(str(caught.value).split())
    assert "select" not in said and "which of these is the outcome" in said and "'ergebnis' (" in said


@pytest.mark.parametrize("answers", [("yes", "no", ""), (1, 0, None), ("gekauft", "nicht gekauft", "")])
def test_an_empty_field_is_a_level_of_which_nobody_knows_what_it_says(
    tmp_path: Path, answers: tuple[object, ...]
) -> None:
    rows = pd.MultiIndex.from_product([("control", "new"), answers], names=["variant", "bought"]).to_frame(index=False)
    rows["count"] = range(100, 100 + len(rows))
    rows.to_csv(tmp_path / "table.csv", index=False)
    with pytest.raises(ReportError, match="a row stands for as many units as") as caught:
        proposed(tmp_path, tmp_path / "table.csv")
    said = " ".join(str(caught.value).split())
    assert "select" not in said and "nothing in 2 rows" in said and "Does an empty field say" in said


@pytest.mark.parametrize("outcome", ["has_bought", "refunded", "clicked"])
def test_what_is_called_as_an_attribute_is_no_outcome(tmp_path: Path, outcome: str) -> None:
    levels = [("control", "new"), (0, 1), ("N", "S"), ("app", "web", "shop")]
    rows = pd.MultiIndex.from_product(levels, names=["variant", outcome, "region", "order_channel"]).to_frame(
        index=False
    )
    rows["n"] = range(100, 100 + len(rows))
    rows.to_csv(tmp_path / "table.csv", index=False)
    with pytest.raises(ReportError, match="a row stands for as many units as") as caught:
        proposed(tmp_path, tmp_path / "table.csv")
    (tmp_path / "counts.sql").write_text(query(str(caught.value)), encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "counts.sql")
    happened = rows[rows[outcome] == 1].groupby("variant").n.sum().to_dict()
    units = rows.groupby("variant").n.sum().to_dict()
    assert study.data.source == "aggregates" and [m.event for m in study.metrics] == [outcome]
    with duckdb.connect() as con:
        con.execute(f"set file_search_path = '{tmp_path}'")
        found = con.execute(f"select * from ({query(str(caught.value))}) order by all").fetchall()
    assert found == [(arm, units[arm], happened[arm]) for arm in ("control", "new")]


@pytest.mark.parametrize("whole", [1, 100, 0.5, 50])
@pytest.mark.parametrize("levels", [("yes", "no"), (1, 0), ("bought", "looked", "left")])
def test_shares_are_no_units(tmp_path: Path, whole: float, levels: tuple[object, ...]) -> None:
    """A share tells no number of units: that is asked, and no query takes a row for a unit."""
    parts = {"control": [0.12, 0.6, 0.28], "treatment": [0.15, 0.55, 0.3]}
    rows = [(arm, level, round(whole * (p if i < len(levels) - 1 else 1 - sum(of[:i])), 4)) for arm, of in parts.items() for i, (level, p) in enumerate(zip(levels, of, strict=False))]  # fmt: skip
    pd.DataFrame(rows, columns=["variant", "outcome", "portion"]).to_csv(tmp_path / "shares.csv", index=False)
    with pytest.raises(ReportError, match="is a table of shares") as caught:
        proposed(tmp_path, tmp_path / "shares.csv")
    assert "select" not in str(caught.value) and "of how many units in each arm" in str(caught.value)
