"""A moment that stands only where something happened is no time of the table; codes and lengths of time are told as such."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed
from tests.ingest.new_study.test_remedies_in_sql import query_of

CALLED = [
    ("converted_at", "first_seen"),
    ("order_date", "cohort_day"),
    ("purchased_at", "assigned_at"),
    ("bestellt_am", ""),
]


def visitors(seed: int, moment: str, entered: str, share: float = 0.3) -> pd.DataFrame:
    """Visitors of two arms; when some of them bought, and maybe when all of them came."""
    dice = np.random.default_rng(seed)
    n = 400
    bought = dice.random(n) < share
    came = pd.Timestamp("2026-04-01 08:00:00") + pd.to_timedelta(dice.integers(0, 14 * 86_400, n), unit="s")
    made = pd.DataFrame(
        {"visitor": [f"v{i}" for i in range(n)], "variant": np.where(dice.random(n) < 0.5, "control", "new")}
    )
    made[moment] = np.where(bought, (came + pd.Timedelta(hours=3)).strftime("%Y-%m-%d %H:%M:%S"), "")
    if entered:
        made[entered] = came.strftime("%Y-%m-%d %H:%M:%S")
    made["revenue"] = np.where(bought, dice.integers(100, 9_000, n) / 100, 0)
    return made


@pytest.mark.parametrize(("moment", "entered"), CALLED)
@pytest.mark.parametrize("share", [0.05, 0.3, 0.85])
def test_the_moment_of_what_happened_is_not_the_time_of_the_table(
    tmp_path: Path, moment: str, entered: str, share: float
) -> None:
    rows = visitors(len(moment), moment, entered, share)
    rows.to_csv(tmp_path / "visitors.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "visitors.csv")
    assert study.data.columns.get("event_time") == (entered or None)
    found = sums(study, tmp_path)["revenue"]
    for arm, some in rows.groupby("variant"):
        n, total = found["control" if arm == "control" else "treatment"]
        assert n == len(some) and float(total) == pytest.approx(some.revenue.sum())
    study, _, _ = proposed(tmp_path, tmp_path / "visitors.csv", primary=moment, name="said")
    counted = rows[moment].ne("").groupby(rows.variant).agg(["size", "sum"])
    found = sums(study, tmp_path)[study.primary.event]
    assert sorted(found.values()) == sorted((int(n), int(k)) for n, k in counted.to_numpy())


@pytest.mark.parametrize("codes", [(1, 2), (1, 9)])
def test_two_codes_are_no_count(tmp_path: Path, codes: tuple[int, int]) -> None:
    rows = visitors(1, "x", "").drop(columns=["x", "revenue"])
    rows["would_buy"] = np.random.default_rng(2).choice(codes, len(rows))
    rows.to_csv(tmp_path / "survey.csv", index=False)
    with pytest.raises(ReportError, match=r"which code of .* is yes") as caught:
        proposed(tmp_path, tmp_path / "survey.csv", primary="would_buy")
    (tmp_path / "blindly.sql").write_text(query_of(str(caught.value)))
    with pytest.raises(ReportError, match=r"constant|one value in all rows"):
        proposed(tmp_path, tmp_path / "blindly.sql", primary="would_buy_yes")
    (tmp_path / "as_told.sql").write_text(query_of(str(caught.value)).replace("LEVEL", str(codes[0])))
    study, _, _ = proposed(tmp_path, tmp_path / "as_told.sql", primary="would_buy_yes")
    yes = (rows.would_buy == codes[0]).groupby(rows.variant.replace("new", "treatment")).agg(["size", "sum"])
    assert sums(study, tmp_path)[study.primary.event] == {arm: (int(n), int(k)) for arm, n, k in yes.itertuples()}
    study, _, _ = proposed(tmp_path, tmp_path / "survey.csv", primary="would_buy", better="lower")
    assert (study.primary.type, study.primary.better) == ("mean", "lower")
    with pytest.raises(ReportError, match=rf"an outcome in codes \({codes[0]}, {codes[1]}\): write it as 1 and 0"):
        proposed(tmp_path, tmp_path / "survey.csv")
    rows["converted"] = (rows.would_buy == codes[0]).astype(int)
    rows.to_csv(tmp_path / "both.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "both.csv")
    assert study.primary.event == "converted" and "would_buy" not in {m.event for m in study.metrics}


@pytest.mark.parametrize(
    "name",
    ["orders", "n_children", "tickets", "stars", "Bestellungen", "pedidos", "commandes", "aankopen", "num_calls"],
)
def test_counts_of_one_and_two_are_counts(tmp_path: Path, name: str) -> None:
    rows = visitors(1, "x", "").drop(columns=["x", "revenue"])
    rows[name] = np.random.default_rng(2).choice((1, 5) if name == "stars" else (1, 2), len(rows))
    rows.to_csv(tmp_path / "counts.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "counts.csv", primary=name)
    assert study.primary.type == "mean"
    found = sums(study, tmp_path)[study.primary.event]
    told = rows.groupby(rows.variant.replace("new", "treatment"))[name].agg(["size", "sum"])
    assert found == {arm: (int(n), int(total)) for arm, n, total in told.itertuples()}


@pytest.mark.parametrize(
    ("name", "codes"), [("children", (1, 2, 99)), ("orders", (1, 9)), ("satisfied", (1, 2)), ("q_results", (1, 2))]
)
def test_codes_that_are_called_so_or_stand_beside_one_for_nothing_are_still_asked_of(
    tmp_path: Path, name: str, codes: tuple[int, ...]
) -> None:
    rows = visitors(1, "x", "").drop(columns=["x", "revenue"])
    rows[name] = np.random.default_rng(2).choice(codes, len(rows))
    rows.to_csv(tmp_path / "survey.csv", index=False)
    with pytest.raises(ReportError, match=r"which code of .* is yes"):
        proposed(tmp_path, tmp_path / "survey.csv", primary=name)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("codes", [(0, 1, -1), (0, 1, 9), (1, 2, 9), (1, 2, 88, 99)])
def test_what_a_code_beside_yes_and_no_says_only_a_person_knows(
    tmp_path: Path, codes: tuple[int, ...], kind: str
) -> None:
    """As of a third word: no query is printed; the new arm skips seldom, and what is empty stays so."""
    rows = visitors(3, "x", "").drop(columns=["x", "revenue"])
    dice = np.random.default_rng(4)
    skips = dice.random(len(rows)) < np.where(rows.variant == "new", 0.1, 0.4)
    rows["ordered"] = np.where(skips, codes[-1], dice.choice(codes[:-1], len(rows)))
    if kind == "parquet":
        rows["ordered"] = rows.ordered.astype("Int64").mask(rows.index % 50 == 0)
    file = tmp_path / f"survey.{kind}"
    rows.to_csv(file, index=False) if kind == "csv" else rows.to_parquet(file)
    with pytest.raises(ReportError, match="Nothing tells it") as caught:
        proposed(tmp_path, file, primary="ordered")
    assert f"what {'do' if len(codes) > 3 else 'does'} {codes[2]}" in str(caught.value) and "select" not in str(
        caught.value
    )
    rows.assign(ordered=rows.ordered.eq(1).astype("Int64").mask(rows.ordered.isna())).to_csv(
        tmp_path / "known.csv", index=False
    )
    study, _, _ = proposed(tmp_path, tmp_path / "known.csv", primary="ordered")
    known = rows[rows.ordered.notna()]
    yes = (known.ordered == 1).groupby(known.variant.replace("new", "treatment")).agg(["size", "sum"])
    assert sums(study, tmp_path)[study.primary.event] == {arm: (int(n), int(k)) for arm, n, k in yes.itertuples()}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (lambda i: f"{i % 9} kg", "its values are no numbers: '0 kg' in"),
        (lambda i: f"{i}k", "its values are no numbers: '0k' in 1 row"),
    ],
)
def test_why_a_column_holds_no_numbers_is_told_by_its_values(tmp_path: Path, written: object, told: str) -> None:
    rows = visitors(1, "x", "").drop(columns="x")
    rows["waited"] = [written(i) for i in range(len(rows))]  # type: ignore[operator]
    rows.to_csv(tmp_path / "calls.csv", index=False)
    with pytest.raises(ReportError) as caught:
        proposed(tmp_path, tmp_path / "calls.csv", primary="waited")
    assert told in str(caught.value)


ENDS = [("Erfolg", "Misserfolg"), ("succès", "échec"), ("éxito", "fracaso"), ("success", "failure"), ("sucesso", "falha"), ("gelukt", "mislukt"), ("sukces", "porażka"),
        ("успех", "неудача"), ("成功", "失敗"), ("성공", "실패")]  # fmt: skip


@pytest.mark.parametrize(("well", "ill"), ENDS)
def test_how_it_ended_is_an_outcome_in_words_whatever_its_column_is_called(tmp_path: Path, well: str, ill: str) -> None:
    """The query makes 1 of what ended well, and the study counts these."""
    dice, called = np.random.default_rng(11), ("ergebnis", "status", "qqq")[len(well + ill) % 3]
    made = pd.DataFrame(
        {
            "user_id": range(800),
            "variant": dice.choice(["A", "B"], 800),
            called: dice.choice([well, ill], 800, p=[0.3, 0.7]),
        }
    )
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="an outcome in words") as caught:
        proposed(tmp_path, tmp_path / "t.csv")
    query, primary = query_of(str(caught.value)), re.search(r"--primary (\w+):", str(caught.value))
    assert primary
    (tmp_path / "t.sql").write_text(query, encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "t.sql", primary=primary[1])
    told = sums(study, tmp_path)[study.primary.name]
    for arm, values in made.groupby("variant")[called]:
        assert told[study.data.variants[str(arm)]][1] == int((values == well).sum())  # type: ignore[union-attr]
