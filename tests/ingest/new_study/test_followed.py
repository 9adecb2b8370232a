"""What a message prints is followed to the letter, and gives the units and the sums of the arms that pandas counts."""

import re
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

Truth = dict[str, tuple[int, float]]


def arms(n: int = 900, seed: int = 3) -> pd.DataFrame:
    """Units of both arms."""
    dice = np.random.default_rng(seed)
    return pd.DataFrame(
        {"user_id": [f"u{i:04d}" for i in range(n)], "variant": dice.choice(["control", "treatment"], n)}
    )


def truth(made: pd.DataFrame, values: Any) -> Truth:
    """The units and the sum of each arm."""
    found = pd.Series(np.asarray(values, dtype=float)).groupby(made.variant.to_numpy()).agg(["size", "sum"])
    return {str(arm): (int(n), round(float(total), 2)) for arm, n, total in found.itertuples()}


def said(base: Path, file: str, **options: Any) -> str:
    """What is said of a file, whether it is refused or not."""
    try:
        _, text, printed = proposed(base, base / file, **options)
    except ReportError as error:
        return str(error)
    return f"{printed}\n{text}"


def query(text: str) -> str:
    """The first query that is printed."""
    return re.split(r";|\n", text[re.search(r"\bselect\b", text).start() :])[0]  # type: ignore[union-attr]


def condition(text: str) -> str:
    """The first condition that is printed, as a shell reads it."""
    found = re.search(r'--where ("(?:[^"\\]|\\.)*")', text)
    assert found, text
    return re.sub(r"\\(.)", r"\1", found[1][1:-1])


def followed(base: Path, file: str, metric: str = "", **options: Any) -> Truth:
    """What a study of a file counts, of a query where ``file`` begins with one."""
    if file.startswith("select"):
        (base / "followed.sql").write_text(f"{file}\n", encoding="utf-8")
        file = "followed.sql"
    study, _, _ = proposed(base, base / file, **{"name": "followed", **options})
    found = sums(study, base)[metric or study.primary.name]
    return {arm: (n, round(float(total), 2)) for arm, (n, total) in found.items()}


@pytest.mark.parametrize("third", ["skipped", "unknown"])
def test_of_a_third_answer_only_a_person_knows_what_it_says(tmp_path: Path, third: str) -> None:
    """As a no, or as not known, it may turn the result: no query is printed, and what is written in its place is read."""
    made = arms()
    dice = np.random.default_rng(1)
    seldom = np.where(made.variant == "treatment", 0.1, 0.4)
    made["subscribed"] = np.where(dice.random(900) < seldom, third, dice.choice(["yes", "no"], 900))
    made.to_csv(tmp_path / "t.csv", index=False)
    text = said(tmp_path, "t.csv", primary="subscribed")
    assert f"what does '{third}' of 'subscribed' say: yes, no, or that nobody knows it?" in text
    assert "select" not in text and "how many answered in each arm" in text
    yes = made.subscribed == "yes"
    made.assign(subscribed=yes.astype(int)).to_csv(tmp_path / "t.csv", index=False)
    assert followed(tmp_path, "t.csv", primary="subscribed") == truth(made, yes)
    known = made[made.subscribed != third]
    made.assign(subscribed=made.subscribed.map({"yes": 1, "no": 0})).to_csv(tmp_path / "t.csv", index=False)
    assert followed(tmp_path, "t.csv", primary="subscribed", name="known") == truth(known, known.subscribed == "yes")


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("status", ["none", "opened", "clicked"]),
        ("Ergebnis", ["bestanden", "nicht bestanden", "krank"]),
        ("deal", ["won", "lost", "pending"]),
    ],
)
def test_of_three_levels_no_query_counts_one_alone(tmp_path: Path, name: str, levels: list[str]) -> None:
    """Who clicked has opened, too, and nobody knows of who was ill."""
    made = arms()
    made[name] = np.random.default_rng(1).choice(levels, 900)
    made.to_csv(tmp_path / "t.csv", index=False)
    text = said(tmp_path, "t.csv", primary=name)
    assert "which that nobody knows it?" in text and "select" not in text


def test_numbers_beside_empty_lists_are_taken_as_numbers(tmp_path: Path) -> None:
    """As PHP writes nothing."""
    made = arms()
    dice = np.random.default_rng(2)
    made["spend"] = np.where(dice.random(900) < 0.4, dice.integers(1, 5, 900) * 1.0, np.nan)
    rows = made.assign(spend=[[] if np.isnan(v) else v for v in made.spend])
    rows.to_json(tmp_path / "t.ndjson", orient="records", lines=True)
    text = said(tmp_path, "t.ndjson")
    assert "says that it happened" not in text
    assert followed(tmp_path, query(text), primary="spend", empty="zero") == truth(made, made.spend.fillna(0))


def test_a_level_that_nobody_named_is_not_chosen(tmp_path: Path) -> None:
    """The query that is pasted as it stands counts nothing; with the level in its place it counts that."""
    made = arms()
    made["result"] = np.random.default_rng(4).choice(["K", "E"], 900, p=[0.7, 0.3])
    made.to_csv(tmp_path / "t.csv", index=False)
    text = said(tmp_path, "t.csv", primary="result")
    with pytest.raises(ReportError, match=r"constant|one value in all rows"):
        followed(tmp_path, query(text), primary="result_yes")
    assert followed(tmp_path, query(text).replace("LEVEL", "E"), primary="result_yes") == truth(
        made, made.result == "E"
    )


@pytest.mark.parametrize("file", ["t.csv", "t.parquet"])
def test_rows_of_a_test_are_left_out_however_the_word_is_padded(tmp_path: Path, file: str) -> None:
    """And the rows that say nothing stay."""
    made = arms()
    dice = np.random.default_rng(5)
    made["is_test"] = dice.choice(["Yes", "yes ", "no", " "], 900, p=[0.05, 0.05, 0.8, 0.1])
    made["signed_up"] = dice.integers(0, 2, 900)
    kept = made[made.is_test.isin(["no", " "])]
    made.to_csv(tmp_path / file, index=False) if file.endswith("csv") else made.to_parquet(tmp_path / file)
    where = condition(said(tmp_path, file))
    assert followed(tmp_path, file, where=where) == truth(kept, kept.signed_up)


@pytest.mark.parametrize("nothing", ["", " ", None])
def test_rows_without_an_order_are_no_one_order(tmp_path: Path, nothing: str | None) -> None:
    dice, rows = np.random.default_rng(6), []
    for i, arm in enumerate(dice.choice(["control", "treatment"], 600)):
        at = pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=9 * i)
        rows.append((at, "visit", f"u{i}", arm, nothing, None))
        if dice.random() < 0.5:
            total = round(float(dice.integers(500, 9000)) / 100, 2)
            rows += [(at + pd.Timedelta(seconds=9), "purchase", f"u{i}", arm, f"o{i}", total)] * int(
                dice.integers(1, 4)
            )
    made = pd.DataFrame(rows, columns=["at", "event", "user", "variant", "order_id", "order_total"])
    made["line"] = range(len(made))
    made.to_parquet(tmp_path / "t.parquet")
    text = said(tmp_path, "t.parquet")
    once = made.drop_duplicates(["user", "event"]).groupby(["user", "variant"], as_index=False).order_total.sum()
    found = followed(tmp_path, query(text[text.index("take one row of each") :]), "revenue_per_unit")
    assert found == truth(once, once.order_total)


def test_labels_below_the_header_go_and_empty_fields_stay(tmp_path: Path) -> None:
    made = arms().drop(columns="user_id")
    score = [str(n) if i % 6 else "" for i, n in enumerate(np.random.default_rng(7).integers(1, 9, 900))]
    made["Score"], made["Minutes"] = score, [str(20 + i % 40) if i % 6 != 1 else "" for i in range(900)]
    labels = pd.DataFrame([["Assigned group", "How many points?", "Time taken"]], columns=made.columns)
    pd.concat([labels, made]).to_csv(tmp_path / "t.csv", index=False)
    where = condition(said(tmp_path, "t.csv"))
    rows = made[made.Score != ""]
    found = followed(tmp_path, "t.csv", where=where, primary="Score", empty="drop")
    assert found == truth(rows, rows.Score.astype(int))


@pytest.mark.parametrize("file", ["t.csv", "t.parquet"])
def test_a_control_that_is_empty_is_written_however_it_is_empty(tmp_path: Path, file: str) -> None:
    made = arms()
    made["ok"] = np.random.default_rng(8).integers(0, 2, 900)
    rows = made.assign(variant=np.where(made.variant == "control", " ", made.variant))
    rows.to_csv(tmp_path / file, index=False) if file.endswith("csv") else rows.to_parquet(tmp_path / file)
    text = said(tmp_path, file, variant="variant")
    assert followed(tmp_path, query(text), variant="variant") == truth(made, made.ok)


@pytest.mark.parametrize("nothing", ["", " "])
def test_rows_that_say_no_variant_are_left_out_by_what_is_printed(tmp_path: Path, nothing: str) -> None:
    made = arms(1500)
    made["ok"] = np.random.default_rng(9).integers(0, 2, 1500)
    made.loc[made.index % 3 > 0, "variant"] = nothing
    made.to_parquet(tmp_path / "t.parquet")
    kept = made[made.variant != nothing]
    where = condition(said(tmp_path, "t.parquet", primary="ok"))
    assert followed(tmp_path, "t.parquet", where=where, primary="ok") == truth(kept, kept.ok)


def ran(base: Path, text: str) -> pd.DataFrame:
    """What a printed query of counts gives."""
    with duckdb.connect() as con:
        con.execute(f"set file_search_path = '{base}'")
        return con.sql(text).df()


def test_a_table_of_frequencies_counts_a_padded_yes(tmp_path: Path) -> None:
    made = arms()
    dice = np.random.default_rng(10)
    made["land"], made["won"] = dice.choice(["DE", "FR"], 900), dice.choice([" yes", "no"], 900)
    made.groupby(["variant", "land", "won"]).size().reset_index(name="n").to_parquet(tmp_path / "t.parquet")
    found = ran(tmp_path, query(said(tmp_path, "t.parquet"))).groupby("variant").won.sum()
    assert found.to_dict() == (made.won == " yes").groupby(made.variant).sum().to_dict()


@pytest.mark.parametrize("kind", ["flag", "words", "amount", "minutes", "mark"])
def test_what_undone_rows_are_worth_is_asked_and_never_written_for_the_person(tmp_path: Path, kind: str) -> None:
    """The new arm books more and cancels more: 0 for what was cancelled is nothing paid, or the best of all waiting times."""
    made = arms(1200)
    dice = np.random.default_rng(11)
    booked = dice.random(1200) < np.where(made.variant == "treatment", 0.5, 0.4)
    gone = booked & (dice.random(1200) < np.where(made.variant == "treatment", 0.4, 0.25))
    name, told = {
        "flag": ("booked", booked.astype(int)),
        "words": ("booked", np.where(booked, "yes", "no")),
        "amount": ("order_value", np.where(booked, dice.integers(500, 9000, 1200) / 100, 0)),
        "minutes": ("wait_minutes", dice.integers(0, 12, 1200) * 5),
        "mark": ("nps", dice.integers(0, 11, 1200)),
    }[kind]
    made[name] = told
    made["booking_status"] = np.where(gone, "cancelled ", np.where(booked, "confirmed", "open"))
    made.to_csv(tmp_path / "t.csv", index=False)
    text = " ".join(said(tmp_path, "t.csv", primary=name).split())
    counted = told == "yes" if kind == "words" else told != 0
    asked = f"Should {(gone & counted).sum():,} of {counted.sum():,} rows"
    assert asked in text
    line = text[text.index(asked) : text.index("keep the row.")]
    assert not re.search(r"select |--\w", line)


def test_a_condition_on_failed_rows_of_a_log_keeps_each_unit(tmp_path: Path) -> None:
    dice, rows = np.random.default_rng(12), []
    for i, arm in enumerate(dice.choice(["control", "treatment"], 800)):
        at = pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=9 * i)
        rows.append((at, "visit", f"u{i}", arm, dice.choice([None, "failed"])))
        if dice.random() < 0.5:
            state = dice.choice(["paid", " failed"], p=[0.8, 0.2])
            rows.append((at + pd.Timedelta(seconds=9), "purchase", f"u{i}", arm, state))
    made = pd.DataFrame(rows, columns=["at", "event", "user", "variant", "status"])
    made.to_csv(tmp_path / "t.csv", index=False)
    text = said(tmp_path, "t.csv", primary="purchase")
    made["n"] = made.event.eq("purchase") & made.status.eq("paid")
    paid = made.groupby(["user", "variant"], as_index=False).n.max()
    assert followed(tmp_path, "t.csv", where=condition(text), primary="purchase") == truth(paid, paid.n)


@pytest.mark.parametrize("alone", [True, False])
def test_no_condition_is_printed_that_takes_units_away(tmp_path: Path, alone: bool) -> None:
    """The failed row is the only one of some units, or each unit has a paid one as well."""
    rows = pd.DataFrame({"customer_id": np.arange(900) % 300, "amount": np.arange(900) % 70 + 1})
    rows["ordered_at"] = pd.Timestamp("2026-03-01") + pd.to_timedelta(np.arange(900), "h")
    rows["status"] = np.where(np.arange(900) % 300 % 9 if alone else np.arange(900) > 90, "paid", "failed")
    rows.to_csv(tmp_path / "t.csv", index=False)
    text = " ".join(said(tmp_path, "t.csv", descriptive="purchase").split())
    lost = int((rows.status == "failed").groupby(rows.customer_id).all().sum())
    assert ("leaves them out." in text) == (not lost)
    assert (f"{lost} units have no other row" in text) == bool(lost)


def beside(made: pd.DataFrame, **more: Any) -> pd.DataFrame:
    """The spend of both arms beside each other in columns."""
    parted = {f"{arm}_spend": rows.spend.reset_index(drop=True) for arm, rows in made.groupby("variant")}
    return pd.DataFrame({**more, **parted})


@pytest.mark.parametrize("file", ["t.csv", "t.parquet"])
@pytest.mark.parametrize("ids", ["shared", "own"])
def test_a_unit_of_an_arm_in_columns_stays_though_it_spent_nothing(tmp_path: Path, file: str, ids: str) -> None:
    made = pd.DataFrame({"variant": ["control", "treatment"] * 500})
    dice = np.random.default_rng(13)
    spent = dice.random(1000) < np.where(made.variant == "treatment", 0.7, 0.5)
    made["spend"] = np.where(spent, dice.integers(100, 9000, 1000) / 100, np.nan)
    wide = beside(made, household=range(500)) if ids == "shared" else beside(made)
    if ids == "own":
        wide.insert(0, "control_id", [f"a{i}" for i in range(500)])
        wide.insert(2, "treatment_id", [f"b{i}" for i in range(500)])
    wide.to_csv(tmp_path / file, index=False) if file.endswith("csv") else wide.to_parquet(tmp_path / file)
    text = said(tmp_path, file)
    assert followed(tmp_path, query(text), primary="spend", empty="zero") == truth(made, made.spend.fillna(0))


def test_arms_in_columns_that_are_full_are_written_as_they_stand(tmp_path: Path) -> None:
    made = pd.DataFrame({"variant": ["control"] * 400 + ["treatment"] * 400})
    made["spend"] = np.random.default_rng(14).integers(100, 9000, 800) / 100
    beside(made).to_csv(tmp_path / "t.csv", index=False)
    assert followed(tmp_path, query(said(tmp_path, "t.csv")), primary="spend") == truth(made, made.spend)


@pytest.mark.parametrize("also", ["", "guest"])
def test_arms_of_unlike_length_end_with_their_last_id(tmp_path: Path, also: str) -> None:
    """Who spent nothing stays; where somebody who spent has no id, nothing tells who else has none."""
    made = pd.DataFrame({"variant": ["control"] * 400 + ["treatment"] * 500, "id": [f"u{i}" for i in range(900)]})
    dice = np.random.default_rng(14)
    made["spend"] = np.where(dice.random(900) < 0.5, dice.integers(100, 9000, 900) / 100, np.nan)
    ids = {f"{arm}_id": rows.id.reset_index(drop=True) for arm, rows in made.groupby("variant")}
    wide = beside(made, **ids)
    if also:
        wide.loc[wide.control_spend.first_valid_index(), "control_id"] = None
    wide.to_csv(tmp_path / "t.csv", index=False)
    text = said(tmp_path, "t.csv")
    assert ("select" in text) != bool(also)
    if not also:
        found = followed(tmp_path, query(text), primary="spend", empty="zero")
        assert found == truth(made, made.spend.fillna(0))


@pytest.mark.parametrize("file", ["t.csv", "t.parquet"])
@pytest.mark.parametrize("gone", [False, True])
def test_units_without_a_later_row_stay(tmp_path: Path, file: str, gone: bool) -> None:
    """Fewer come back in one arm: no condition is printed then, and of whom nothing is known later is missing in the metric alone."""
    made = arms().rename(columns={"user_id": "hh"})
    dice = np.random.default_rng(15)
    before = dice.integers(100, 9000, 900) / 100
    after = np.where(
        gone & (dice.random(900) > np.where(made.variant == "treatment", 0.9, 0.6)),
        np.nan,
        before + dice.integers(1, 9, 900),
    )
    rows = pd.concat([made.assign(phase="Vorher ", spend=before), made.assign(phase="Nachher", spend=after).dropna()])
    rows.to_csv(tmp_path / file, index=False) if file.endswith("csv") else rows.to_parquet(tmp_path / file)
    text = said(tmp_path, file)
    lost = int(np.isnan(after).sum())
    assert ("--where" in text.replace("--where true", "")) != gone and (f"leave {lost:,} units out" in text) == gone
    assert followed(tmp_path, query(text), primary="spend", empty="zero", name="set") == truth(
        made, np.nan_to_num(after)
    )
    if not gone:
        assert followed(tmp_path, file, where=condition(text), name="kept") == truth(made, after)


def counts(seed: int = 16) -> pd.DataFrame:
    """Visitors and what they did, a row for each category, device and arm."""
    dice = np.random.default_rng(seed)
    rows = []
    for arm in ("control", "treatment"):
        for category in range(30):
            for device in ("ios", "android"):
                n = int(dice.integers(1200, 9000))
                rows.append((arm, f"cat{category:02d}", device, n, dice.binomial(n, 0.1), dice.binomial(n, 0.02)))
    return pd.DataFrame(rows, columns=["variant", "category", "device", "visitors", "signups", "orders"])


def of_arms(made: pd.DataFrame) -> dict[str, dict[str, float]]:
    return (
        made.groupby("variant")[[c for c in made.columns if c in ("visitors", "signups", "orders")]]
        .sum()
        .astype(float)
        .to_dict()
    )


@pytest.mark.parametrize("file", ["t.csv", "t.parquet"])
@pytest.mark.parametrize("gaps", ["of one arm", "of both"])
def test_counts_that_are_empty_take_no_rows_of_one_arm_away(tmp_path: Path, file: str, gaps: str) -> None:
    """Of the other counts all rows are summed; empty ones count as nothing where that is what they mean."""
    made = counts()
    empty = (made.variant == "treatment") & (made.index % 3 == 0) if gaps == "of one arm" else made.category >= "cat25"
    made["orders"] = made.orders.where(~empty).astype("Int64")
    made.to_csv(tmp_path / file, index=False) if file.endswith("csv") else made.to_parquet(tmp_path / file)
    text = said(tmp_path, file)
    found = ran(tmp_path, query(text))
    taken = made[~empty] if gaps == "of both" else made.drop(columns="orders")
    assert of_arms(found) == of_arms(taken)
    if gaps == "of one arm":
        added = re.search(r"happened, add (coalesce[^;\n]*)", text)
        assert added
        more = query(text).replace(" from ", f", {added[1]} from ", 1)
        assert of_arms(ran(tmp_path, more)) == of_arms(made)


def test_a_total_is_told_however_it_is_padded(tmp_path: Path) -> None:
    made = counts().drop(columns="device").groupby(["variant", "category"], as_index=False).sum()
    whole = made.drop(columns="category").groupby("variant", as_index=False).sum().assign(category="Total ")
    pd.concat([made, whole]).to_parquet(tmp_path / "t.parquet")
    where = condition(said(tmp_path, "t.parquet"))
    found = ran(tmp_path, f"select * from 't.parquet' where {where}")
    assert of_arms(found) == of_arms(made)


def test_a_part_that_the_variant_has_moved_is_asked_about_and_can_be_summed(tmp_path: Path) -> None:
    """More pay by card in the new arm, and who pays by card orders less: each level says that nothing happened."""
    shares = {"control": (2000, 2000), "treatment": (3200, 800)}
    rows = [(arm, method, n, n * share // 10) for arm, each in shares.items()
            for method, n, share in zip(("card", "invoice"), each, (2, 4), strict=True)]  # fmt: skip
    made = pd.DataFrame(rows, columns=["variant", "payment_method", "visitors", "orders"])
    made.to_csv(tmp_path / "t.csv", index=False)
    text = said(tmp_path, "t.csv")
    assert "was 'payment_method' known before the assignment?" in text
    assert of_arms(ran(tmp_path, query(text))) == of_arms(made)


@pytest.mark.parametrize("file", ["t.csv", "t.parquet"])
def test_a_price_that_stands_with_buyers_alone_is_multiplied_all_the_same(tmp_path: Path, file: str) -> None:
    made = arms(1200)
    dice = np.random.default_rng(17)
    bought = dice.random(1200) < np.where(made.variant == "treatment", 0.4, 0.3)
    price, many = dice.integers(200, 900, 1200) / 100, dice.integers(1, 7, 1200)
    rows = made.assign(Stückpreis=np.where(bought, price, np.nan), Menge=np.where(bought, many, np.nan))
    rows.to_csv(tmp_path / file, index=False) if file.endswith("csv") else rows.to_parquet(tmp_path / file)
    text = said(tmp_path, file)
    assert "--primary Stückpreis" not in text
    assert followed(tmp_path, query(text), primary="revenue", empty="zero") == truth(
        made, np.where(bought, price * many, 0)
    )


def test_an_experiment_is_told_by_its_name_without_blanks(tmp_path: Path) -> None:
    made = arms(1200)
    made["experiment"] = np.random.default_rng(18).choice(["price", "price ", "search"], 1200)
    made["ok"] = np.random.default_rng(19).integers(0, 2, 1200)
    made.to_csv(tmp_path / "t.csv", index=False)
    kept = made[made.experiment != "search"]
    assert followed(tmp_path, "t.csv", experiment="price", primary="ok") == truth(kept, kept.ok)


def test_an_order_that_is_an_empty_text_in_json_is_none(tmp_path: Path) -> None:
    dice, rows = np.random.default_rng(20), []
    for i, arm in enumerate(dice.choice(["control", "treatment"], 600)):
        at = str(pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=9 * i))
        rows.append((at, "visit", f"u{i}", arm, "", None))
        if dice.random() < 0.5:
            rows += [(at[:-1] + "9", "purchase", f"u{i}", arm, f"o{i}", float(dice.integers(500, 9000)) / 100)] * 2
    made = pd.DataFrame(rows, columns=["at", "event", "user", "variant", "order_id", "order_total"])
    made["line"] = range(len(made))
    made.to_json(tmp_path / "t.ndjson", orient="records", lines=True)
    text = said(tmp_path, "t.ndjson")
    once = made.drop_duplicates(["user", "event"]).groupby(["user", "variant"], as_index=False).order_total.sum()
    found = followed(tmp_path, query(text[text.index("take one row of each") :]), "revenue_per_unit")
    assert found == truth(once, once.order_total)
