"""A study proposed from several tables of made-up companies: roles, keys and columns, in any order of the files."""

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from helpers import config, ingest
from helpers.config import Study, Tables
from helpers.errors import ReportError
from helpers.ingest import fingerprint, new_study
from helpers.paths import StudyPaths
from tests.ingest.new_study.tables import written
from tests.ingest.tables.company import Company, company
from tests.ingest.tables.test_join import counted

FUZZING = "FUZZ" in os.environ
SEEDS = range(300 if FUZZING else 2)


def proposed(base: Path, files: list[Path], **said: str) -> tuple[Study, str, str]:
    made = new_study.propose_tables([str(file) for file in files], base=base, said=new_study.Said(**said))  # type: ignore[arg-type]
    return config.load(made.file), made.file.read_text(encoding="utf-8"), made.said


def shuffled(made: Company, seed: int) -> list[Path]:
    files = list(made.files.values())
    random.Random(seed).shuffle(files)
    return files


@pytest.mark.hypothesis  # make test-fuzz tries more
@pytest.mark.parametrize("seed", SEEDS)
def test_roles_and_keys_are_found_by_values(tmp_path: Path, seed: int) -> None:
    made = company(seed, tmp_path)
    control = made.arms[0]
    study, _, said = proposed(tmp_path, shuffled(made, seed), control=control)
    data = study.data
    assert isinstance(data, Tables)
    assert data.assignments.columns | made.columns["assignments"] == data.assignments.columns
    (facts,) = data.facts.values()
    assert {k: v for k, v in facts.columns.items() if k != "event_id" or made.has_ids} == made.columns["facts"]
    assert data.units is not None and data.units.columns["user_id"] == made.columns["units"]["user_id"]
    assert made.columns["units"]["country"] in data.units.columns.values()
    assert f"{made.match['known']:,}" in said or f"{made.match['assigned']:,}" in said
    ingest.land(study, tmp_path / "raw")
    identity = "event_id" if "event_id" in facts.columns else "whole_row"
    found = counted(ingest.landed(tmp_path / "raw"), identity)
    assert {level: (t.n, t.with_fact) for level, t in found.items()} == {
        level: (t.n, t.with_fact) for level, t in made.truth.items()
    }


def rows(file: Path, query: str) -> Path:
    return written(file, f"select * replace (user_id::varchar as user_id) from ({query})")


def assigned(folder: Path, units: int = 400) -> Path:
    return rows(
        folder / "exposures.csv",
        f"""select 1000 + i as user_id, if(hash(i) % 2 = 0, 'A', 'B') as variant,
        timestamp '2026-03-02' + to_minutes((hash(i + 1) % 14000)::int) as assigned_at from range({units}) t(i)""",
    )


def ordered(folder: Path, more: str = "i as order_id", shift: int = 0, name: str = "orders.csv") -> Path:
    return rows(
        folder / name,
        f"""select 1000 + {shift} + hash(i) % 400 as user_id, timestamp '2026-03-02' + to_minutes((hash(i + 2) % 20000)::int) as created_at,
        timestamp '2026-03-20' + to_minutes((hash(i + 5) % 9000)::int) as shipped_at, (hash(i + 3) % 300) / 100.0 as tax,
        (hash(i + 4) % 9000) / 100.0 as total, {more} from range(1200) t(i)""",
    )


def test_of_several_times_and_amounts_those_of_the_whole_fact_are_taken(tmp_path: Path) -> None:
    study, _, said = proposed(tmp_path, [ordered(tmp_path), assigned(tmp_path)])
    assert isinstance(study.data, Tables)
    assert study.data.facts["orders"].columns == {
        "user_id": "user_id", "event_time": "created_at", "event_id": "order_id", "price": "total",
    }  # fmt: skip
    assert [(m.name, m.type, m.measure, m.unit) for m in study.metrics] == [
        ("orders_rate", "proportion", None, "share"), ("orders_per_unit", "mean", "count", "count"),
        ("revenue_per_unit", "mean", "sum", "money"),
    ]  # fmt: skip
    assert study.exposure == "assigned" and study.funnel.steps == ["assigned", "orders"]
    assert "'A' is taken as the control" in said


def test_names_of_events_are_kinds_of_facts_and_the_paid_one_has_the_amount(tmp_path: Path) -> None:
    events = rows(
        tmp_path / "events.parquet",
        """select 1000 + hash(i) % 400 as user_id, ['view', 'cart', 'purchase'][i % 3 + 1] as event, 'e' || i as event_id,
        timestamp '2026-03-02' + to_minutes((hash(i + 2) % 20000)::int) as ts, if(i % 3 = 2, i / 7.0, null)::decimal(9, 2) as value from range(1500) t(i)""",
    )
    study, _, _ = proposed(tmp_path, [assigned(tmp_path), events])
    assert isinstance(study.data, Tables)
    assert [*study.data.facts] == ["purchase", "cart", "view"] and study.primary.event == "purchase"
    assert study.revenue is not None and study.revenue.event == "purchase"
    ingest.land(study, tmp_path / "raw")
    log = ingest.landed(tmp_path / "raw")
    assert {m.table: m.rows for m in log.matches} == {"purchase": 500, "cart": 500, "view": 500}


def test_facts_that_go_on_for_long_are_asked_about(tmp_path: Path) -> None:
    late = "timestamp '2026-03-02' + to_minutes((hash(i + 2) % 200000)::int) as ordered_at, i as order_id"
    orders = rows(tmp_path / "orders.csv", f"select 1000 + hash(i) % 400 as user_id, {late} from range(1200) t(i)")
    _, text, _ = proposed(tmp_path, [orders, assigned(tmp_path)])
    assert "The last unit was assigned on 2026-03-11: within_days at a metric" in text


def test_what_was_undone_is_asked_and_what_is_said_comes_first(tmp_path: Path) -> None:
    orders = ordered(tmp_path, "i as order_id, ['paid', 'refunded'][(i % 9 = 0)::int + 1] as status")
    study, text, told = proposed(tmp_path, [orders, assigned(tmp_path)], primary="total", control="B")
    metrics = next(line for line in told.splitlines() if line.strip().startswith("metrics: "))
    assert metrics.count("as you said") == 1 and metrics.index("primary") < metrics.index("as you said")
    assert study.primary.measure == "sum" and study.primary.unit == "money"
    assert study.data.variants == {"A": "treatment", "B": "control"}  # type: ignore[union-attr]
    assert "where: '\"status\" <> ''refunded'''" in text


def test_equal_rows_of_days_are_asked_and_a_run_refuses_them(tmp_path: Path) -> None:
    days = rows(
        tmp_path / "orders.csv",
        """select 1000 + hash(i) % 400 as user_id, strftime(date '2026-03-02' + (hash(i) % 3)::int, '%Y-%m-%d') as day,
        (i % 2 + 5)::varchar as amount from range(1200) t(i)""",
    )
    study, text, _ = proposed(tmp_path, [days, assigned(tmp_path)])
    assert "so they may be two of one day, and a run refuses them" in text
    with pytest.raises(
        ReportError, match=r"orders.csv: rows are equal in all columns(.|\n)*data.facts.orders.columns.event_id"
    ):
        ingest.land(study, tmp_path / "raw")


@pytest.mark.parametrize(("files", "message"), [
    (lambda f: [assigned(f), ordered(f, shift=500_000)], "no column of orders.csv holds ids of 'user_id' in exposures.csv"),
    (lambda f: [ordered(f), ordered(f, "i as line", name="more.csv")], "no table says who was assigned to which variant"),
    (lambda f: [ordered(f), ordered(f, name="more.csv")], "the files have the same columns, so they are parts of one table"),
    (lambda f: [assigned(f), rows(f / "users.csv", "select 1000 + i as user_id, ['a', 'b', 'c'][i % 3 + 1] as country from range(400) t(i)")],
     "no table says what units did after they were assigned"),
    (lambda f: [assigned(f), *(rows(f / n, "select 1000 + i as user_id, ['a', 'b', 'c'][i % 3 + 1] as country from range(400) t(i)")
                               for n in ("users.csv", "crm.csv"))], "users.csv and crm.csv both hold a row a unit"),
    (lambda f: [assigned(f), rows(f / "orders.csv", "select 1 as user_id, 2 as total where false")], "orders.csv holds no events"),
    (lambda f: [assigned(f), rows(f / "b.csv", "select * rename (variant as arm) from read_csv('" + str(assigned(f)) + "')").rename(f / "exposures_2.csv")],
     "two tables may say who was assigned"),
])  # fmt: skip
def test_what_cannot_be_joined_is_one_clear_error(
    tmp_path: Path, files: Callable[[Path], list[Path]], message: str
) -> None:
    with pytest.raises(ReportError) as error:
        proposed(tmp_path, files(tmp_path))
    assert str(error.value).startswith(message) and len(str(error.value).splitlines()) > 2
    assert not (tmp_path / "studies").exists()


@pytest.mark.parametrize(("said", "message"), [
    ({"unit": "usr_id"}, "the set of tables has no column 'usr_id'"), ({"primary": "oders"}, "no table of facts is called 'oders'"),
    ({"header_line": "3"}, "--header-line is of one table"), ({"alias": "device"}, "--alias is of one table"),
    ({"where": "user_id > 1"}, "--where is of one table, and several have its columns"), ({"where": "totl > 1"}, "the set of tables has no column 'totl'"),
    ({"where": "total > 1 and variant = 'A'"}, "--where is of one table, and no table has all"), ({"exposure": "view"}, "--exposure is of one table"),
])  # fmt: skip
def test_what_is_said_and_cannot_be_is_told_with_what_is_near(
    tmp_path: Path, said: dict[str, str], message: str
) -> None:
    with pytest.raises(ReportError, match=message):
        proposed(tmp_path, [assigned(tmp_path), ordered(tmp_path)], **said)


@pytest.mark.parametrize("where", ["currency = 'EUR'", "variant <> 'C'", "plan = 'pro' or plan is null"])
def test_a_condition_is_of_the_table_that_has_its_columns(tmp_path: Path, where: str) -> None:
    """The rows of that table for which it holds are read, and the study says so."""
    arms = "select 1000 + i as user_id, ['A', 'B', 'C'][i % 3 + 1] as variant, timestamp '2026-03-02' + to_minutes(i::int) as assigned_at from range(400) t(i)"
    orders = "select 'o' || i as order_id, 1000 + hash(i) % 400 as user_id, 9.5 + i % 7 as total, ['EUR', 'USD'][i % 2 + 1] as currency, timestamp '2026-03-12 10:00:00' as at from range(500) t(i)"
    people = "select 1000 + i as user_id, ['pro', 'free'][i % 2 + 1] as plan from range(400) t(i)"
    tables = {"assignments.csv": arms, "orders.csv": orders, "people.csv": people}
    files = [rows(tmp_path / name, query) for name, query in tables.items()]
    if "currency" not in where:
        files[1] = rows(tmp_path / "orders.csv", f"select * from ({orders}) where currency = 'EUR'")
    else:
        with pytest.raises(ReportError, match="several currencies"):
            proposed(tmp_path, files, control="A")
    study, _, said = proposed(tmp_path, files, control="A", where=where)
    assert isinstance(study.data, Tables) and where in {log.where for log in study.data.logs.values()}
    column = where.split()[0].strip('"')
    of = next(f for f in files if column in f.read_text(encoding="utf-8").splitlines()[0].split(","))
    left = duckdb.sql(f"select count(*) from '{of}' where not ({where})").fetchall()[0][0]
    assert left and f"rows of {of.name}: as you said: {left:,} of " in said
    assert ingest.land(study, tmp_path / "raw").apart >= left


def test_tables_of_one_database_are_named_behind_it(tmp_path: Path) -> None:
    shop = tmp_path / "shop.duckdb"
    with duckdb.connect(str(shop)) as con:
        for name, file in (("orders", ordered(tmp_path)), ("exposures", assigned(tmp_path))):
            con.execute(f"create table {name} as from read_csv('{file}')")
    study, _, _ = proposed(tmp_path, [f"{shop}:orders", f"{shop}:exposures"], control="A")  # type: ignore[list-item]
    assert isinstance(study.data, Tables)
    assert (study.data.assignments.table, study.data.facts["orders"].table) == ("exposures", "orders")
    raw = fingerprint.of(study, StudyPaths(study.name, tmp_path))
    assert raw.database == shop and len({name for name, _ in raw.tables}) == 2


@pytest.mark.parametrize("table", ["assignments", "units"])
def test_what_was_randomised_whole_is_proposed_and_what_is_said_of_it_is_taken(tmp_path: Path, table: str) -> None:
    city = "'c' || (i % 40) as city"  # more levels than a segment has
    exposures = f"select 1000 + i as user_id, if(i % 40 < 20, 'A', 'B') as variant, '2026-03-0' || (i % 7 + 2) as assigned_at, {city} from range(400) t(i)"
    people = f"select 1000 + i as user_id, 'u' || i || '@example.com' as mail, {city} from range(400) t(i)"
    if table == "units":
        exposures = f"select * exclude (city) from ({exposures})"
    else:
        people = f"select * exclude (city) from ({people})"
    files = [ordered(tmp_path), rows(tmp_path / "exposures.csv", exposures), rows(tmp_path / "users.csv", people)]
    study, text, said = proposed(tmp_path, files, control="A")
    assert study.cluster == "city" and "city" not in study.segments and study.segments == []
    assert "randomised by: column 'city', 40 levels, each in one variant only" in said and "ASSUMED: 40 levels" in text
    ingest.land(study, tmp_path / "raw")
    made = new_study.propose_tables(
        [str(f) for f in files], base=tmp_path, name="said", said=new_study.Said(cluster="city")
    )
    assert config.load(made.file).cluster == "city" and "as you said" in made.file.read_text(encoding="utf-8")


def test_a_log_that_tells_the_variant_is_assignments_and_facts_at_once(tmp_path: Path) -> None:
    events = rows(
        tmp_path / "events.csv",
        """select 1000 + i % 400 as user_id, if(i % 400 % 2 = 0, 'A', 'B') as variant, if(i < 400, 'view', 'purchase') as event,
        timestamp '2026-03-02' + to_minutes(i * 10) as ts from range(600) t(i)""",
    )
    people = rows(
        tmp_path / "users.csv", "select 1000 + i as user_id, ['a', 'b', 'c'][i % 3 + 1] as plan from range(400) t(i)"
    )
    study, _, _ = proposed(tmp_path, [people, events], control="A")
    assert isinstance(study.data, Tables)
    assert study.data.assignments.path == study.data.facts["purchase"].path == "events.csv"
    assert study.segments == ["plan"] and study.primary.event == "purchase"
    ingest.land(study, tmp_path / "raw")
    assert {m.table: (m.assigned, m.active) for m in ingest.landed(tmp_path / "raw").matches} == {
        "units": (400, 400), "purchase": (400, 200), "view": (400, 400),
    }  # fmt: skip


@pytest.mark.parametrize("called", ["signup_date", "created_at"])
def test_the_day_of_a_signup_is_no_time_of_assignment(tmp_path: Path, called: str) -> None:
    """Users with their group: it is not told when they got it, which is asked."""
    years = f"(date '2019-01-01' + (hash(i) % 2000)::int)::varchar as {called}"
    people = rows(
        tmp_path / "users.csv",
        f"select 1000 + i as user_id, if(hash(i) % 2 = 0, 'A', 'B') as ab_group, {years} from range(400) t(i)",
    )
    study, text, _ = proposed(tmp_path, [ordered(tmp_path), people], control="A")
    assert isinstance(study.data, Tables) and "event_time" not in study.data.assignments.columns
    assert study.period.start.year == 2026 and "When was each unit assigned? users.csv tells no time of it" in text


@pytest.mark.parametrize("amount", ["total_usd", "total"])
def test_an_amount_that_is_called_by_its_currency_is_believed_in_its_own_table(tmp_path: Path, amount: str) -> None:
    """A column of currencies of people says nothing of amounts that say their own; else both the true names and the ways out are told."""
    codes = "['USD', 'EUR', 'GBP'][i % 3 + 1] as ccy"
    people = rows(tmp_path / "a.csv", f"select i as user_id, ['control', 'b'][i % 2 + 1] as variant, date '2026-03-02' as at, {codes} from range(400) r(i)")  # fmt: skip
    orders = rows(tmp_path / "o.csv", f"select 'o' || i as order_id, i % 300 as user_id, 9.5 + i % 7 as {amount}, timestamp '2026-03-03 10:00:00' + interval (i) minute as at from range(500) r(i)")  # fmt: skip
    study, _, _ = proposed(tmp_path, [people, orders])
    study = study.model_copy(update={"economics": study.economics.model_copy(update={"currency": "USD"})})
    if amount == "total_usd":
        ingest.land(study, tmp_path / "raw")
        return
    with pytest.raises(ReportError) as caught:
        ingest.land(study, tmp_path / "raw")
    told = str(caught.value)
    assert "'total'" in told and "'price'" not in told and "as in 'total_usd'" in told and "convert the amounts" in told


@pytest.mark.parametrize(("again", "strangers"), [(0, 0), (25, 40)])
def test_rows_of_no_unit_and_repeated_assignments_are_told(tmp_path: Path, again: int, strangers: int) -> None:
    """All rows that the files hold are those that are read and those that are not, and each reason is told."""
    people = rows(tmp_path / "a.csv", f"select i % 400 as user_id, ['control', 'b'][i % 2 + 1] as variant, timestamp '2026-03-02' + interval (i) minute as at from range({400 + again}) r(i)")  # fmt: skip
    orders = rows(tmp_path / "o.csv", f"select 'o' || i as order_id, i % 400 + if(i < {strangers}, 9000, 0) as user_id, 9.5 + i % 7 as total, timestamp '2026-03-03 10:00:00' + interval (i) minute as at from range(500) r(i)")  # fmt: skip
    study, _, _ = proposed(tmp_path, [people, orders])
    parts = ingest.land(study, tmp_path / "raw")
    assert parts.apart == again + strangers
    assert any(f"{again:,} rows assign a unit to its variant once more" in note for note in parts.notes) == bool(again)


@pytest.mark.parametrize("key", ["order_id", "Name"])
@pytest.mark.parametrize("first", [False, True])
def test_the_total_of_an_order_in_its_lines_or_one_of_them_is_asked_and_the_query_counts_it_once(
    tmp_path: Path, key: str, first: bool
) -> None:
    """An order is told by its values, whatever its id is called; empty further lines are no amounts that nobody knows."""
    drawn = f"""select 'o' || (i // 2) as "{key}", 1000 + hash(i // 2) % 400 as user_id, i % 2 as line, 100 + hash(i // 2) % 900 as order_total,
        timestamp '2026-03-12' + to_minutes((hash(i // 2) % 9000)::int) as ordered_at from range(900) t(i) where hash(i) % 4 > 0"""
    lines = f"""select * replace (if({first} and line > min(line) over (partition by "{key}"), null, order_total) as order_total) from ({drawn})"""
    files = [assigned(tmp_path), rows(tmp_path / "lines.csv", lines)]
    _, _, said = proposed(tmp_path, files)
    query = re.search(r"by a query in a file: (select .*? = 1)$", said, re.MULTILINE)
    assert query and "lines.csv: does a total count once for each order?" in said
    (tmp_path / "orders.sql").write_text(query[1], encoding="utf-8")
    study, _, said = proposed(tmp_path, [files[0], tmp_path / "orders.sql"])
    assert isinstance(study.data, Tables) and [*study.data.facts] == ["orders"] and "does a total" not in said
    ingest.land(study, tmp_path / "raw")
    found = counted(ingest.landed(tmp_path / "raw"), "event_id" if key == "order_id" else "whole_row")
    once = duckdb.sql(f'select 100 * sum(order_total) from (select distinct "{key}", order_total from ({drawn}))')
    assert sum(truth.cents for truth in found.values()) == once.fetchall()[0][0]


@pytest.mark.parametrize("whole", [True, False])
def test_cents_of_one_of_several_tables_are_read_as_such_or_the_key_that_says_so_is_named(
    tmp_path: Path, whole: bool
) -> None:
    amount = "(500 + hash(i) % 9000)::int" if whole else "500.5 + hash(i) % 9000"
    orders = f"select 'o' || i as order_id, 1000 + hash(i) % 400 as user_id, {amount} as total_cents, timestamp '2026-03-12 10:00:00' as ordered_at from range(300) t(i)"  # fmt: skip
    study, _, said = proposed(tmp_path, [assigned(tmp_path), rows(tmp_path / "orders.csv", orders)])
    assert isinstance(study.data, Tables)
    if not whole:
        key = re.search(r"data\.facts\.(\w+)\.money_in: (\w+)", said)
        assert key and study.data.facts[key[1]].money_in == "units"
        text = made_file(tmp_path).read_text(encoding="utf-8")
        made_file(tmp_path).write_text(
            re.sub(rf"^( +){key[1]}:.*$", rf"\g<0>\n\1  money_in: {key[2]}", text, count=1, flags=re.M)
        )
        study = config.load(made_file(tmp_path))
    ingest.land(study, tmp_path / "raw")
    found = counted(ingest.landed(tmp_path / "raw"), "event_id")
    total = duckdb.sql(f"select sum(total_cents)::double from ({orders})").fetchall()[0][0]
    assert whole == ("1999 is 19.99 EUR" in said) and abs(sum(t.cents for t in found.values()) - total) <= 300 * (
        not whole
    )


def made_file(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "studies").glob("*.yml")
    return file


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize(
    ("price", "pieces"),
    [("unit_price", "quantity"), ("Einzelpreis", "Menge"), ("nightly_rate", "nights"), ("price", "units")],
)
def test_the_price_of_one_piece_is_multiplied_as_in_a_log(tmp_path: Path, price: str, pieces: str, back: bool) -> None:
    """What came back is told by fewer than no pieces, and lowers the sum."""
    sold = f"""select 'l' || i as line_id, 1000 + hash(i) % 400 as user_id, 1 + hash(i + 9) % 5 as "{pieces}",
        (hash(i + 3) % 9000 + 100) / 100.0 as "{price}", timestamp '2026-03-12 10:00:00' + to_minutes(i::int) as ordered_at from range(500) t(i)"""
    given_back = f"select * replace ('r' || line_id as line_id, -1 as \"{pieces}\", ordered_at + interval 3 day as ordered_at) from ({sold}) where hash(line_id) % 7 = 0"
    lines = f"{sold} union all {given_back}" if back else sold
    study, _, said = proposed(tmp_path, [assigned(tmp_path), rows(tmp_path / "lines.csv", lines)], control="A")
    assert f"lines.csv: Is '{price}' the price of one piece? Revenue is it times '{pieces}'" in said
    assert (study.data.negative == "refund") is back  # type: ignore[union-attr]
    ingest.land(study, tmp_path / "raw")
    found = counted(ingest.landed(tmp_path / "raw"), "event_id")
    cents = duckdb.sql(f'select round(sum(100 * "{price}" * "{pieces}"))::bigint from ({lines})').fetchall()[0][0]
    assert sum(truth.cents for truth in found.values()) == cents


def test_an_amount_that_its_name_does_not_call_whole_comes_behind_the_price_of_one_piece(tmp_path: Path) -> None:
    """It may be what was taken off: it is named, and asked about."""
    lines = """select 'l' || i as line_id, 1000 + hash(i) % 400 as user_id, 1 + hash(i + 9) % 5 as quantity, (hash(i + 5) % 300) / 100.0 as promo_amount,
        (hash(i + 3) % 9000 + 500) / 100.0 as unit_price, timestamp '2026-03-12 10:00:00' + to_minutes(i::int) as ordered_at from range(500) t(i)"""
    study, _, said = proposed(tmp_path, [assigned(tmp_path), rows(tmp_path / "lines.csv", lines)], control="A")
    assert (
        "lines.csv: Nothing says what to make of 'promo_amount' (from 0 to 2.99) beside 'unit_price' and 'quantity'"
        in said
    )
    ingest.land(study, tmp_path / "raw")
    found = counted(ingest.landed(tmp_path / "raw"), "event_id")
    cents = duckdb.sql(f"select round(sum(100 * unit_price * quantity))::bigint from ({lines})").fetchall()[0][0]
    assert sum(truth.cents for truth in found.values()) == cents


@pytest.mark.parametrize("where", ["status = 'paid'", "orders.status = 'paid'", "\"orders.csv\".status = 'paid'"])
def test_a_condition_on_a_column_of_two_tables_is_told_for_the_one_that_it_parts(tmp_path: Path, where: str) -> None:
    written(tmp_path / "people.csv", "select 'u' || i as user_id, ['A', 'B'][1 + i % 2] as variant, 'active' as status, timestamp '2026-03-02' + to_hours(i) as assigned_at from range(100) t(i)")  # fmt: skip
    written(tmp_path / "orders.csv", "select i as order_id, 'u' || i % 90 as user_id, timestamp '2026-03-07' + to_hours(i) as ordered_at, 9.5 as total, ['paid', 'open'][1 + i % 2] as status from range(180) t(i)")  # fmt: skip
    with pytest.raises(ReportError, match="--where is of one table") as caught:
        proposed(tmp_path, [tmp_path / "people.csv", tmp_path / "orders.csv"], where=where)
    assert (
        "in the place of orders.csv: select * from read_csv('orders.csv', header = true, all_varchar = true) where status = 'paid'"
        in str(caught.value)
    )


def test_amounts_in_one_currency_come_before_those_in_several(tmp_path: Path) -> None:
    written(tmp_path / "people.csv", "select 'u' || i as user_id, ['A', 'B'][1 + i % 2] as variant, timestamp '2026-03-02' + to_hours(i) as assigned_at from range(100) t(i)")  # fmt: skip
    written(tmp_path / "orders.csv", "select i as order_id, 'u' || i % 90 as user_id, timestamp '2026-03-07' + to_hours(i) as ordered_at, ['EUR', 'PLN'][1 + i % 2] as currency, 40.5 + i as amount_local, 9.5 + i as amount_eur from range(180) t(i)")  # fmt: skip
    study, _, said = proposed(tmp_path, [tmp_path / "people.csv", tmp_path / "orders.csv"])
    assert study.economics.currency == "EUR" and "amount 'amount_eur'" in said


@pytest.mark.parametrize(("amounts", "taken", "asked"), [("20.0 as amount", "amount", False), ("9.5 + i as gross, 8.5 + i as net", "gross", True),
                         ("9.5 + i as total, 8.5 + i as margin_note", "total", False)])  # fmt: skip
def test_one_price_for_all_is_revenue_and_gross_beside_net_is_asked_of(
    tmp_path: Path, amounts: str, taken: str, asked: bool
) -> None:
    written(tmp_path / "people.csv", "select 'u' || i as user_id, ['A', 'B'][1 + i % 2] as variant, timestamp '2026-03-02' + to_hours(i) as assigned_at from range(100) t(i)")  # fmt: skip
    written(tmp_path / "orders.csv", f"select i as order_id, 'u' || i % 90 as user_id, timestamp '2026-03-07' + to_hours(i) as ordered_at, {amounts} from range(180) t(i)")  # fmt: skip
    study, _, said = proposed(tmp_path, [tmp_path / "people.csv", tmp_path / "orders.csv"])
    assert f"amount '{taken}'" in said and study.economics.revenue_metric == "revenue_per_unit"
    assert ("Is revenue 'gross', and not 'net' beside it?" in said) == asked


def test_ids_that_are_matched_are_not_told_to_be_kept_apart(tmp_path: Path) -> None:
    written(tmp_path / "assignments.csv", "select 'B' || i as buyer, ['control', 'new'][1 + i % 2] as variant, timestamp '2026-03-02' + to_hours(i) as assigned_at from range(100) t(i)")  # fmt: skip
    written(tmp_path / "orders.csv", "select i as order_id, if(i % 9 = 0, 'b', 'B') || i % 90 as buyer, timestamp '2026-03-07' + to_hours(i) as ordered_at, 9.5 + i as total from range(180) t(i)")  # fmt: skip
    study, _, _ = proposed(tmp_path, [tmp_path / "assignments.csv", tmp_path / "orders.csv"])
    ingest.land(study, tmp_path / "raw")
    notes = ingest.landed(tmp_path / "raw").reading.notes
    assert any("rows are matched with a unit whose id is equal but for capitals" in note for note in notes)
    assert not any("kept apart" in note for note in notes)


def test_a_slip_of_the_pen_in_the_assignments_is_read_as_the_arm_and_asked_of(tmp_path: Path) -> None:
    slip = "case when i % 20 = 3 then 'contol' when i % 2 = 0 then 'new' else 'control' end"
    written(tmp_path / "assignments.csv", f"select 'B' || i as buyer, {slip} as variant, timestamp '2026-03-02' + to_hours(i) as assigned_at from range(200) t(i)")  # fmt: skip
    written(tmp_path / "orders.csv", "select i as order_id, 'B' || i as buyer, timestamp '2026-03-12' + to_hours(i) as ordered_at, 9.5 + i as total from range(90) t(i)")  # fmt: skip
    study, _, said = proposed(tmp_path, [tmp_path / "assignments.csv", tmp_path / "orders.csv"])
    assert "Is 'contol' (10 units) the arm 'control', written wrongly?" in said
    assert study.data.variants["contol"] == "control" and len(study.variants) == 2  # type: ignore[union-attr]


@pytest.mark.parametrize("most", [50, 100])
def test_what_is_told_of_metrics_is_told_of_those_that_are_left(tmp_path: Path, most: int) -> None:
    """A rate that nearly all units have is left out after the rows were joined: nothing names it as the primary metric."""
    people = rows(tmp_path / "people.csv", "select i as user_id, if(hash(i) % 2 = 0, 'control', 'new') as variant, timestamp '2026-03-02' + to_seconds(i * 300) as assigned_at from range(900) as t(i)")  # fmt: skip
    orders = rows(tmp_path / "orders.csv", f"select 'o' || i as order_id, i % 900 as user_id, timestamp '2026-03-03' + to_seconds(i % 900 * 300 + i) as ordered_at, i % 9 + 2.5 as amount from range(1500) as t(i) where hash(i % 900 + 1) % 100 < {most}")  # fmt: skip
    study, _, said = proposed(tmp_path, [people, orders])
    asked = re.search(r"before anybody looked\? It is (\w+)", said)
    told = re.search(r"metrics: (\w+) \(primary", said)
    assert asked and told and asked[1] == told[1] == study.primary.name
    assert ("orders_rate" in [m.name for m in study.metrics]) is (most < 100)
