"""A query that is printed reckons with the numbers that the project reads: followed to the letter it gives the sums of pandas."""

import re
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from helpers.config import Aggregates
from helpers.errors import ReportError
from helpers.ingest import new_study
from helpers.ingest.new_study import source, written_numbers
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed
from tests.spread import spread

WRITTEN = {
    "plain": ["1", "2.50", " 3 ", "", "-4"],
    "comma": ["1,25", "2,5", "0,5", ""],
    "thousands": ["1,234.50", "12,000", "7.25", ""],
    "points": ["1.234,50", "12.000,5", "7,25"],
    "money": ["$1,234.50", "$7.00", "$ 3.10"],
    "euros": ["1.234,50 €", "7,25 €", "3,10 €"],
    "truth": ["true", "FALSE", ""],
    "percent": ["5 %", "12.5 %", "0 %"],
    "exponent": ["1e3", "2.5e-1", "4"],
}


def printed(text: str, behind: str = "") -> str:
    """The query of a message, behind some words, up to what is said after it."""
    text = text[text.index(behind) :]
    return re.split(r"\n|; |\. [A-Z]|, and --", text[text.index("select ") :])[0]


def typed(base: Path, query: str) -> Path:
    (base / "made.sql").write_text(query, encoding="utf-8")
    return base / "made.sql"


def message(base: Path, file: Path, **options: Any) -> str:
    """What is said of a file: the error, or what a person reads beside the study."""
    try:
        return proposed(base, file, **options)[2]
    except ReportError as error:
        return str(error)


def told(base: Path, query: str, metric: str, **options: Any) -> Any:
    """Units and sum of a metric by arm, of the study of a query."""
    study, _, _ = proposed(base, typed(base, query), primary=metric, force=True, **options)
    return {
        arm: (n, pytest.approx(float(total), abs=0.006 * n)) for arm, (n, total) in sums(study, base)[metric].items()
    }


def by_arm(arm: pd.Series, values: pd.Series) -> Any:
    grouped = values.groupby(arm)
    return {str(level): (int(some.count()), float(some.sum())) for level, some in grouped}


@pytest.mark.parametrize("called", WRITTEN)
def test_a_number_in_a_query_is_the_one_that_is_read(tmp_path: Path, called: str) -> None:
    """Of each way to write numbers, where the columns of the query are texts, and where DuckDB gives them types."""
    pd.DataFrame({"id": range(4 * len(WRITTEN[called])), "x": WRITTEN[called] * 4}).to_csv(
        tmp_path / "t.csv", index=False
    )
    with source.opened(str(tmp_path / "t.csv"), None, tmp_path) as table:
        made = written_numbers.in_query(table, "x")
        truth = [value for (value,) in table.rows(f"select {table.value('x')} from {{table}} order by id::integer")]
    assert made
    for as_text in ("true", "false"):
        theirs = f"read_csv('{tmp_path / 't.csv'}', all_varchar = {as_text}, header = true)"
        found = duckdb.sql(f"select ({made})::double from {theirs} order by id::integer").fetchall()
        assert found == [(v,) for v in truth], as_text


def test_no_query_is_printed_of_numbers_that_none_reads(tmp_path: Path) -> None:
    pd.DataFrame({"id": range(9), "x": ["(1.50)", "2.5", "1 234"] * 3}).to_csv(tmp_path / "t.csv", index=False)
    with source.opened(str(tmp_path / "t.csv"), None, tmp_path) as table:
        assert written_numbers.in_query(table, "x") == ""


def baskets(rows: int = 900) -> pd.DataFrame:
    """Units of two arms of which some buy; of these some have a discount, and the others an empty one."""
    dice = np.random.default_rng(6)
    made = pd.DataFrame(
        {"shopper": [f"c{i}" for i in range(rows)], "variant": dice.permutation(["control", "treatment"] * (rows // 2))}
    )
    bought = dice.random(rows) < np.where(made.variant == "treatment", 0.4, 0.3)
    made["unit_price"] = np.where(bought, np.round(dice.gamma(3, 5, rows) + 2, 2), 0)
    made["quantity"] = np.where(bought, dice.integers(1, 6, rows), 0)
    made["discount_pct"] = np.where(bought & (dice.random(rows) < 0.4), 20.0, np.nan)
    return made


def left(made: pd.DataFrame) -> pd.Series:
    """What was paid behind the discount."""
    return made.unit_price * made.quantity * (1 - made.discount_pct.fillna(0) / 100)


@pytest.mark.parametrize("kind", ["t.csv", "comma.csv", "t.parquet"])
@pytest.mark.parametrize("off", [True, False])
def test_who_has_no_discount_pays_the_price(tmp_path: Path, kind: str, off: bool) -> None:
    made = baskets()
    paid = left(made) if off else made.unit_price * made.quantity
    made = made if off else made.drop(columns="discount_pct")
    file = tmp_path / kind
    if kind == "t.parquet":
        made.to_parquet(file)
    else:
        made.to_csv(file, index=False, **({"sep": ";", "decimal": ","} if kind == "comma.csv" else {}))  # type: ignore[call-overload]
    query = printed(message(tmp_path, file), "what was paid is")
    assert told(tmp_path, query, "revenue") == by_arm(made.variant, paid)


def test_a_discount_of_some_orders_of_a_log_leaves_no_buyer_out(tmp_path: Path) -> None:
    made = baskets()
    at = pd.Timestamp("2026-03-02") + pd.to_timedelta(np.arange(len(made)) * 5, "min")
    visits = pd.DataFrame({"ts": at, "action": "visit", "who": made.shopper, "variant": made.variant})
    orders = visits.assign(
        ts=at + pd.Timedelta(minutes=3),
        action="purchase",
        price=made.unit_price,
        qty=made.quantity,
        discount_pct=made.discount_pct,
    )
    pd.concat([visits, orders[made.quantity > 0]]).to_csv(tmp_path / "log.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "log.csv")
    query = printed(said, "takes it off")
    study, _, _ = proposed(tmp_path, typed(tmp_path, query), money="amount_paid")
    found = sums(study, tmp_path)["revenue_per_unit"]
    assert {arm: (n, pytest.approx(float(total), abs=0.01)) for arm, (n, total) in found.items()} == by_arm(
        made.variant, left(made)
    )


LEAST = [("<0,5", ";", ","), ("< 0.5", ",", "."), ("Unter 0,5", ";", ",")]
FILES = ["t.csv", "t.parquet"]


@pytest.mark.parametrize(("written_as", "kind"), [*spread(LEAST, FILES), (LEAST[0], FILES[1])])
def test_a_limit_is_the_number_that_is_written(tmp_path: Path, written_as: tuple[str, str, str], kind: str) -> None:
    least, sep, decimal = written_as
    dice = np.random.default_rng(9)
    made = pd.DataFrame(
        {"patient": [f"p{i}" for i in range(800)], "variant": dice.permutation(["control", "treatment"] * 400)}
    )
    crp = np.round(dice.gamma(2, 1.5, 800) * np.where(made.variant == "treatment", 1.3, 1), 2)
    made["crp_mg_l"] = [
        least if x < 0.5 else "n/a" if i % 50 == 0 else f"{x:.2f}".replace(".", decimal) for i, x in enumerate(crp)
    ]
    made.loc[3, "crp_mg_l"] = " "
    known = pd.Series(crp).where(~made.crp_mg_l.isin(["n/a", " "]))
    if kind == "t.parquet":
        made.to_parquet(tmp_path / kind)
    else:
        made.to_csv(tmp_path / kind, index=False, sep=sep)
    said = message(tmp_path, tmp_path / kind, primary="crp_mg_l")
    assert told(tmp_path, printed(said), "crp_mg_l", empty="drop") == by_arm(made.variant, known.clip(lower=0.5))
    beyond = (known < 0.5).astype(int).where(known.notna())
    assert told(tmp_path, printed(said, "as yes and no"), "beyond", better="lower", empty="drop") == by_arm(
        made.variant, beyond
    )


def of_units(rows: int = 800) -> pd.DataFrame:
    dice = np.random.default_rng(9)
    made = pd.DataFrame(
        {"user": [f"u{i}" for i in range(rows)], "variant": dice.permutation(["control", "treatment"] * (rows // 2))}
    )
    return made.assign(bought=(dice.random(rows) < np.where(made.variant == "treatment", 0.4, 0.3)).astype(int))


@pytest.mark.parametrize(("words", "kind"), spread([(0, 1), ("nein", "ja"), ("false", "true")], FILES))
def test_what_a_price_of_the_arm_brings(tmp_path: Path, words: tuple[object, object], kind: str) -> None:
    made = of_units()
    price = pd.Series(np.where(made.variant == "treatment", 12.5, 9.9))
    file = made.assign(
        price_shown=price.map("{:.2f}".format).str.replace(".", ","), bought=made.bought.map(dict(enumerate(words)))
    )
    written(file, tmp_path / kind, sep=";")
    said = message(tmp_path, tmp_path / kind)
    assert told(tmp_path, printed(said, "Does what is paid decide"), "revenue") == by_arm(
        made.variant, price * made.bought
    )


def written(made: pd.DataFrame, file: Path, **more: Any) -> None:
    made.to_parquet(file) if file.suffix == ".parquet" else made.to_csv(file, index=False, **more)


def counted(base: Path, query: str, names: list[str]) -> dict[object, list[float]]:
    """What a query of counts gives of each arm, as numbers, and that it makes a study."""
    study, _, _ = proposed(base, typed(base, query), force=True)
    assert isinstance(study.data, Aggregates)
    with duckdb.connect() as con:
        con.execute(f"set file_search_path = '{base}'")
        made = con.execute(query).df()
    return {arm: [float(some[name].astype(float).sum()) for name in names] for arm, some in made.groupby("variant")}


ANSWERS = [(False, True), ("false", "true"), (0, 1), (" no", " yes"), ("F", "T")]


@pytest.mark.parametrize(
    ("answers", "written_as"),
    [*spread(ANSWERS, [("t.csv", "{}"), ("t.csv", "{:,}"), ("t.parquet", "{}")]), (ANSWERS[0], ("t.parquet", "{}"))],
)
def test_frequencies_of_any_answer(tmp_path: Path, answers: tuple[object, object], written_as: tuple[str, str]) -> None:
    kind, many = written_as
    dice = np.random.default_rng(4)
    keys = {"variant": ["control", "treatment"], "country": ["DE", "FR"], "won": [0, 1]}
    made = pd.MultiIndex.from_product(keys.values(), names=keys).to_frame(index=False)
    made["n"] = dice.integers(1_100_000, 4_000_000, len(made))
    file = made.assign(
        won=made.won.map(dict(enumerate(answers))), n=made.n if many == "{}" else made.n.map(many.format)
    )
    written(file, tmp_path / kind)
    query = printed(message(tmp_path, tmp_path / kind), "sum it up by a query")
    truth = {arm: [some.n.sum(), (some.n * some.won).sum()] for arm, some in made.groupby("variant")}
    assert counted(tmp_path, query, ["units", "won"]) == truth


def test_parts_with_thousands_in_their_counts(tmp_path: Path) -> None:
    dice = np.random.default_rng(4)
    keys = {"variant": ["control", "treatment"], "country": ["DE", "FR", "IT", "ES"], "device": ["ios", "android"]}
    made = pd.MultiIndex.from_product(keys.values(), names=keys).to_frame(index=False)
    made["visitors"] = dice.integers(1_100_000, 4_000_000, len(made))
    made["orders"] = dice.integers(100_000, 300_000, len(made))
    written(made.assign(visitors=made.visitors.map("{:,}".format)), tmp_path / "t.csv")
    query = printed(message(tmp_path, tmp_path / "t.csv"), "sum it up over")
    truth = {arm: [some.visitors.sum(), some.orders.sum()] for arm, some in made.groupby("variant")}
    assert counted(tmp_path, query, ["visitors", "orders"]) == truth


@pytest.mark.parametrize("written_as", ["%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"])
def test_hours_are_summed_up_by_their_days(tmp_path: Path, written_as: str) -> None:
    dice = np.random.default_rng(4)
    hours = pd.date_range("2026-03-20", periods=24 * 9, freq="h")
    made = pd.DataFrame([(h, a) for h in hours for a in ("control", "treatment")], columns=["hour", "variant"])
    made["visitors"], made["orders"] = (
        dice.integers(1_010_000, 1_060_000, len(made)),
        dice.integers(3_000, 12_000, len(made)),
    )
    written(
        made.assign(hour=made.hour.dt.strftime(written_as), visitors=made.visitors.map("{:,}".format)),
        tmp_path / "t.csv",
    )
    query = printed(message(tmp_path, tmp_path / "t.csv"), "sum the hours of a day up")
    truth = {arm: [some.visitors.sum(), some.orders.sum()] for arm, some in made.groupby("variant")}
    assert counted(tmp_path, query, ["visitors", "orders"]) == truth


@pytest.mark.parametrize("zero", ["0", "0.0"])
def test_a_rating_that_nobody_gave_is_asked_about_however_it_is_written(tmp_path: Path, zero: str) -> None:
    made = of_units()
    stars = pd.Series(np.random.default_rng(1).integers(1, 6, len(made))).where(made.bought == 1, 0)
    written(made.assign(star_rating=stars.astype(str).replace("0", zero)).drop(columns="bought"), tmp_path / "t.csv")
    said = message(tmp_path, tmp_path / "t.csv", primary="star_rating")
    assert "Does 0 in 'star_rating' mean that nobody rated?" in said and "select" not in said


@pytest.mark.parametrize("answers", [("0", "1"), ("false", "true"), ("0.0", "1.0")])
def test_what_was_not_cut_off_came_about(tmp_path: Path, answers: tuple[str, str]) -> None:
    made = of_units()
    written(made.assign(CNSR=made.bought.map(dict(enumerate(answers)))).drop(columns="bought"), tmp_path / "t.csv")
    query = printed(message(tmp_path, tmp_path / "t.csv", primary="CNSR"), "cut off (censored)")
    assert told(tmp_path, query, "came_about") == by_arm(made.variant, 1 - made.bought)


@pytest.mark.parametrize(("name", "sd"), [("se_spend", 0.5), ("var_spend", 25.6)])
def test_means_with_a_comma_get_their_deviation(tmp_path: Path, name: str, sd: float) -> None:
    made = pd.DataFrame(
        {"variant": ["control", "treatment"], "users": [1_000, 1_010], "mean_spend": [20.5, 22.1], name: [sd, sd + 0.5]}
    )
    made.to_csv(tmp_path / "t.csv", index=False, sep=";", decimal=",")
    query = printed(message(tmp_path, tmp_path / "t.csv"), "by a query in a file beside it")
    with duckdb.connect() as con:
        con.execute(f"set file_search_path = '{tmp_path}'")
        found = con.execute(f"select variant, mean_spend_sd from ({query})").fetchall()
    deviation = made[name] * made.users**0.5 if name.startswith("se") else made[name] ** 0.5
    assert dict(found) == {arm: pytest.approx(each) for arm, each in zip(made.variant, deviation, strict=True)}


@pytest.mark.parametrize("written_as", ["{}", "KW {}", "{}.0"])
def test_weeks_of_two_years_keep_their_order(tmp_path: Path, written_as: str) -> None:
    weeks = [*range(48, 53), *range(1, 4)]
    made = pd.DataFrame(
        [(w, a, 500 + w, 30 + w % 9) for w in weeks for a in ("control", "treatment")],
        columns=["KW", "variant", "visitors", "orders"],
    )
    written(made.assign(KW=made.KW.map(written_as.format)), tmp_path / "t.csv")
    said = message(tmp_path, tmp_path / "t.csv")
    query = printed(said, "write them so")
    again = proposed(tmp_path, typed(tmp_path, query), force=True)[2]
    assert "in the place of 2025 and 2026" in said and "2025-11-24 to 2026-01-18" in again
    truth = {arm: [some.visitors.sum(), some.orders.sum()] for arm, some in made.groupby("variant")}
    assert counted(tmp_path, query, ["visitors", "orders"]) == truth


def test_ids_that_look_alike_in_a_file_of_any_name(tmp_path: Path) -> None:
    made = of_units()
    ids = [f"K{i // 2} " if i % 2 else f"k{i // 2}" for i in range(len(made))]
    twice = made.iloc[np.arange(len(made)) // 2].reset_index(drop=True)
    written(twice.assign(user=ids), tmp_path / 'a "b".csv')
    query = printed(message(tmp_path, tmp_path / 'a "b".csv'), "write them in one way")
    study, _, _ = proposed(tmp_path, typed(tmp_path, query), unit="user", primary="bought")
    assert sum(n for n, _ in sums(study, tmp_path)["bought"].values()) == len(made) // 2


@pytest.mark.parametrize("kind", ["t.csv", "t.parquet"])
def test_counts_of_parts_with_gaps_are_no_frequencies(tmp_path: Path, kind: str) -> None:
    dice = np.random.default_rng(4)
    keys = {"variant": ["control", "treatment"], "category": [f"c{i}" for i in range(30)], "device": ["ios", "android"]}
    made = pd.MultiIndex.from_product(keys.values(), names=keys).to_frame(index=False)
    made["visitors"] = dice.integers(20, 90, len(made))
    made["orders"] = dice.binomial(made.visitors, 0.02)
    file = made.assign(orders=made.orders.where(made.orders > 0).astype("Int64"))
    written(file, tmp_path / kind)
    said = message(tmp_path, tmp_path / kind)
    assert "frequencies" not in said and "'orders' is empty in some of them" in said
    whole = message(tmp_path, typed(tmp_path, printed(said, "if nothing happened there")))
    truth = {arm: [some.visitors.sum(), some.orders.sum()] for arm, some in made.groupby("variant")}
    assert counted(tmp_path, printed(whole, "sum it up over"), ["visitors", "orders"]) == truth


def test_who_has_no_row_in_the_other_table_stays(tmp_path: Path) -> None:
    """Where the users of a table are those that did something, the treatment says who stands there; and ids have blanks."""
    made = of_units()
    known = made[(made.bought == 1) | (np.arange(len(made)) % 10 > 0)]
    written(made[["user", "variant"]].assign(user=" " + made.user), tmp_path / "assign.csv")
    written(known[["user", "bought"]].assign(plan="free").rename(columns={"bought": "churned"}), tmp_path / "users.csv")
    with pytest.raises(ReportError, match="no table says what units did") as error:
        new_study.propose_tables([str(tmp_path / "assign.csv"), str(tmp_path / "users.csv")], base=tmp_path)
    query = printed(str(error.value), "in place of both")
    assert told(tmp_path, query, "churned", empty="zero", better="lower") == by_arm(made.variant, made.bought)


def test_who_has_the_events_of_two_arms_is_of_none(tmp_path: Path) -> None:
    made = of_units()
    at = pd.Timestamp("2026-03-02") + pd.to_timedelta(np.arange(len(made)) * 5, "min")
    shown = pd.DataFrame({"user": made.user, "event": "exp_checkout_" + made.variant, "time": at})
    other = made.variant.map({"control": "exp_checkout_treatment", "treatment": "exp_checkout_control"})
    both = shown.assign(event=other, time=at + pd.Timedelta(minutes=1))[:12]
    steps = [
        shown.assign(event=step, time=at + pd.Timedelta(minutes=i))
        for i, step in ((2, "view_cart"), (3, "order_completed"))
    ]
    written(pd.concat([shown, both, steps[0], steps[1][made.bought == 1]]), tmp_path / "log.csv")
    query = printed(message(tmp_path, tmp_path / "log.csv"), "make both by a query")
    study, _, _ = proposed(
        tmp_path, typed(tmp_path, query), event="event", primary="order_completed", exposure="exp_checkout"
    )
    assert sums(study, tmp_path)[study.primary.name] == by_arm(made.variant[12:], made.bought[12:])


@pytest.mark.parametrize("blank", ["", " "])
def test_an_experiment_is_found_whatever_stands_around_it(tmp_path: Path, blank: str) -> None:
    made = of_units()
    experiment = np.where(np.arange(len(made)) % 4 == 0, "search", "cart" + blank)
    experiment[1::8] = "cart"
    written(made.assign(experiment=experiment), tmp_path / "t.csv")
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", experiment="cart", primary="bought")
    kept = made[experiment != "search"]
    assert sums(study, tmp_path)["bought"] == by_arm(kept.variant, kept.bought)
