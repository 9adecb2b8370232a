"""Tables of counts as tools and people write them: what is proposed of them is what they were made of, and runs."""

import csv
import random
import re
import shutil
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import config, ingest
from helpers.config import Aggregates
from helpers.errors import ReportError
from helpers.ingest import new_study
from helpers.ingest.counts.landing import FILE
from helpers.ingest.new_study.said import Said
from tests.ingest.new_study import tables as of_tables
from tests.ingest.new_study.test_typed import read

ARMS = [
    ("control", "treatment"),
    ("Original", "Variant 1", "Variant 2"),
    ("A", "B"),
    ("holdout", "mailing"),
    ("old page", "new page"),
    ("kontrolle", "test"),
]
UNITS = ["users", "Visitors", "n", "user_count", "Sessions", "Nutzer", "total_users", "members", "emails sent", "Visiteurs",
         "Besucher", "Usuarios", "Bezoekers"]  # fmt: skip
HEADS = [("Test group", "day"), ("Version", "Jour"), ("Variante", "Tag"), ("Versión", "Fecha"), ("Versie", "Datum")]
SHARES = [
    ("conversions", "clicks"),
    ("Orders",),
    ("purchases", "added to cart", "signups"),
    ("bookings",),
    ("replies", "opens"),
]
SUMMED = [
    ("revenue", "revenue_sd"),
    ("avg order value", "std order value"),
    ("mean", "sd"),
    ("Minutes mean", "Minutes stdev"),
]
SQUARED = [("revenue", "revenue_sq"), ("sum", "sum_of_squares"), ("sum points", "points squared")]


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """A table of counts and what it holds: columns by their role, control, and units and totals of each arm."""
    rng = random.Random(draw(st.integers(0, 10**6)))
    arms, units, shares, heads = (draw(st.sampled_from(each)) for each in (ARMS, UNITS, SHARES, HEADS))  # type: ignore[arg-type]
    spread = draw(
        st.sampled_from([None, *(("deviations", *each) for each in SUMMED), *(("squares", *each) for each in SQUARED)])
    )
    days, total = draw(st.integers(0, 9)), draw(st.booleans())
    rows = []
    for day in range(days or 1):
        for arm in arms:
            n = rng.randint(800, 1_200)
            row: dict[str, Any] = {heads[0]: arm} | ({heads[1]: f"2026-03-{day + 2:02d}"} if days else {}) | {units: n}
            most = n
            for name in reversed(shares):  # the first is the rarest
                most = row[name] = rng.randint(most // 4, most // 2)
            if spread:
                one = Decimal(rng.randint(100, 900)) / 100
                row |= (
                    {spread[1]: one, spread[2]: one * 2}
                    if spread[0] == "deviations"
                    else {spread[1]: one * n, spread[2]: one * one * n * 2}
                )
            rows.append(row | {"conv. rate": f"{100 * most / n:.2f}%"})
    if total and not days and spread is None:
        rows.append(
            {name: (sum(row[name] for row in rows) if isinstance(rows[0][name], int) else "Total") for name in rows[0]}
            | {"conv. rate": "30.00%"}
        )
    columns = list(rows[0])
    rng.shuffle(columns)
    return {"rows": rows, "columns": columns, "arms": arms, "units": units, "shares": shares, "spread": spread, "days": days, "arm": heads[0],
            "delimiter": draw(st.sampled_from([",", ";", "\t"]))}  # fmt: skip


@settings(max_examples=3)
@given(tables())
def test_what_a_table_of_counts_is_made_of_is_proposed_and_read(
    tmp_path_factory: pytest.TempPathFactory, made: dict[str, Any]
) -> None:
    base = tmp_path_factory.mktemp("counts")
    study = proposed(base, made)
    data = study.data
    assert isinstance(data, Aggregates) and len(study.limits) == 2
    assert data.columns["units"] == made["units"] and ("event_time" in data.columns) == bool(made["days"])
    summed = {made["spread"][1]} if made["spread"] else set()
    assert set(data.outcomes.values()) == {*made["shares"], *summed}
    assert data.outcomes[study.primary.event or ""] == made["shares"][0]
    assert next(level for level, arm in data.variants.items() if arm == study.control.name) == made["arms"][0]
    assert len(study.variants) == len(made["arms"])
    counted = landed(study, base / "raw")
    for level, arm in ((level, arm) for level, arm in data.variants.items() if arm != "leave_out"):
        rows = [row for row in made["rows"] if row[made["arm"]] == level]
        for event, column in data.outcomes.items():
            means = event in data.deviations
            total = sum(Decimal(row[column]) * (row[made["units"]] if means else 1) for row in rows)
            assert counted[arm, event] == (sum(row[made["units"]] for row in rows), total)
    shutil.rmtree(base)


def proposed(base: Path, made: dict[str, Any]) -> config.Study:
    file = base / "export.csv"
    with file.open("w", newline="", encoding="utf-8") as written:
        writer = csv.DictWriter(written, made["columns"], delimiter=made["delimiter"])
        writer.writeheader()
        writer.writerows(made["rows"])
    return config.load(new_study.propose(str(file), name="counts", base=base).file)


def landed(study: config.Study, out: Path) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """Units and total of each arm and outcome, as they are landed."""
    ingest.land(study, out)
    numbers = ingest.landed(out).reading.numbers
    assert isinstance(study.data, Aggregates)
    found = {}
    for arm, event, units, total in duckdb.sql(
        f"select variant, event_name, sum(units), sum(total)::varchar from '{out / FILE}' group by all"
    ).fetchall():
        digits = numbers[study.data.outcomes[event]].decimals or 0 if event in study.data.outcomes else 0
        found[arm, event] = (int(units), Decimal(total).scaleb(-digits))
    return found


def test_sums_without_the_number_of_their_units_are_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("variant,revenue,rate\ncontrol,1012.5,0.11\nnew,1100.25,0.12\n")
    with pytest.raises(ReportError, match="is an aggregated table") as refused:
        new_study.propose(str(tmp_path / "t.csv"), name="t", base=tmp_path)
    assert "--unit" in str(refused.value)


def test_a_total_is_not_taken_for_a_mean(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "variant,users,orders,revenue,revenue sd\ncontrol,1000,90,5012.5,11\nnew,1010,99,5500,12\n"
    )
    written = new_study.propose(str(tmp_path / "t.csv"), name="t", base=tmp_path)
    data = config.load(written.file).data
    assert isinstance(data, Aggregates) and set(data.outcomes.values()) == {"orders"}
    assert "as a total is" in written.said


@pytest.mark.parametrize("primary", [None, "orders", "clicks"])
def test_only_the_metrics_that_somebody_said_are_told_as_said(tmp_path: Path, primary: str | None) -> None:
    (tmp_path / "t.csv").write_text("variant,users,orders,clicks\ncontrol,1000,90,300\nnew,1010,99,310\n")
    said = new_study.propose(str(tmp_path / "t.csv"), name="t", said=Said(primary=primary), base=tmp_path).said
    for metric in ("orders", "clicks"):
        told = re.search(rf"{metric} \((\w+) proportion(.*?)\)", said)
        assert told and told[2] == (", as you said" if metric == primary else "")
    assert ("It is guessed from names and values" in said) is (primary is None)


@pytest.mark.parametrize("days", [1, 7])
def test_counts_of_parts_of_an_arm_are_no_units(tmp_path: Path, days: int) -> None:
    places = [(arm, land, day) for arm in ("old", "new") for land in ("DE", "FR", "IT") for day in range(days)]
    rows = [f"{arm},{land},2026-03-{day + 2:02d},{1000 + n},{90 + n % 5}" for n, (arm, land, day) in enumerate(places)]
    (tmp_path / "t.csv").write_text("\n".join(["page version,country,day,users,buyers", *rows]) + "\n")
    with pytest.raises(ReportError, match="counts of parts of an arm") as refused:
        new_study.propose(str(tmp_path / "t.csv"), name="t", base=tmp_path)
    assert "'country'" in str(refused.value)
    said = new_study.Said(where="country = 'FR'")
    study = config.load(new_study.propose(str(tmp_path / "t.csv"), name="t", said=said, base=tmp_path).file)
    assert isinstance(study.data, Aggregates) and study.data.where == "country = 'FR'"


@pytest.mark.parametrize("parts", [["country"], ["country", "device"]])
@pytest.mark.parametrize(
    "totals", [{}, {"country": "All countries"}, {"country": "Welt"}, {"country": "Total", "device": "all"}]
)
def test_parts_of_an_arm_are_summed_up_as_they_are_told_and_totals_count_once(
    tmp_path: Path, totals: dict[str, str], parts: list[str]
) -> None:
    """Rows that hold the sum of the parts, called so or not: what is told to be typed counts each unit once."""
    dice = random.Random(f"{totals}{parts}")
    days = dice.choice([1, 3])
    levels = {"country": ["DE", "FR", "IT"], "device": ["desktop", "phone"]}
    large = {
        key: dice.randint(900, 1500) for key in product(range(days), *(levels[p] for p in parts))
    }  # chance deals out like shares
    cells = {
        (arm, *key): (n := dice.randint(of - 9, of + 9), dice.randint(50, n // 5))
        for arm in ("old", "new")
        for key, of in large.items()
    }
    truth = {
        arm: tuple(sum(pair[i] for key, pair in cells.items() if key[0] == arm) for i in (0, 1))
        for arm in ("old", "new")
    }
    for place, part in enumerate(parts, 2):
        if part in totals:
            for key in [k for k in cells if k[place] == levels[part][0]]:
                same = [cells[(*key[:place], level, *key[place + 1 :])] for level in levels[part]]
                cells[(*key[:place], totals[part], *key[place + 1 :])] = (
                    sum(n for n, _ in same),
                    sum(k for _, k in same),
                )
    lines = [f"{arm},{','.join(of)},2026-03-{day + 2:02d},{n},{k}" for (arm, day, *of), (n, k) in cells.items()]
    (tmp_path / "t.csv").write_text("\n".join([f"group,{','.join(parts)},day,users,buyers", *lines]) + "\n")
    with pytest.raises(ReportError, match="counts of parts of an arm") as refused:
        new_study.propose(str(tmp_path / "t.csv"), name="t", base=tmp_path)
    told, given = str(refused.value), new_study.Said()
    if query := re.search(r"and give that: (select .*? group by all)", told):
        (tmp_path / "counts.sql").write_text(query[1])
    else:
        given = new_study.Said(where=read(told.split("--where ")[1].splitlines()[0]))
    assert all(f"'{totals[part]}' in '{part}'" in told for part in parts if part in totals)
    file = tmp_path / ("counts.sql" if query else "t.csv")
    study = config.load(new_study.propose(str(file), name="u", said=given, base=tmp_path).file)
    found = landed(study, tmp_path / "raw")
    assert found["control", "buyers"] == truth["old"] and found["treatment", "buyers"] == truth["new"]


def test_numbers_of_counts_are_read_as_their_neighbours_are(tmp_path: Path) -> None:
    """1.234 beside 12,50 is a thousand and more."""
    rows = ["Kontrolle;12.034;1.203;24.068,50;982.331,25", "Test;11.988;1.266;25.412,00;1.004.500,00"]
    (tmp_path / "t.csv").write_text("\n".join(["Gruppe;Nutzer;Kaufende;Umsatz;Umsatz Quadratsumme", *rows]) + "\n")
    study = config.load(new_study.propose(str(tmp_path / "t.csv"), name="t", base=tmp_path).file)
    found = landed(study, tmp_path / "raw")
    assert found["control", "kaufende"] == (12_034, 1_203)
    assert found["treatment", "umsatz"] == (11_988, Decimal("25412.00"))


def test_a_standard_error_is_no_standard_deviation(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "variant,users,orders,revenue mean,revenue se\nold,1000,90,5.5,0.2\nnew,1010,99,5.6,0.2\n"
    )
    written = new_study.propose(str(tmp_path / "t.csv"), name="t", base=tmp_path)
    assert "times the root of users" in written.said and "deviations" not in written.file.read_text()


@pytest.mark.parametrize(
    ("days", "fewer", "taken_back"), [(4, 0, 0), (5, 1, 0), (7, 2, 0), (9, 0, 0), (9, 2, 0), (10, 0, 200)]
)
@pytest.mark.parametrize("units", ["rising", "fixed"])
def test_counts_that_only_rise_are_asked_about_whenever_each_arm_ends(
    tmp_path: Path, days: int, fewer: int, taken_back: int, units: str
) -> None:
    """They may be totals so far, of few days and with a late correction, or a ramp: what each number is, a person says."""
    so_far = {
        arm: [(n * 1_000 + 7 * n % 5 if units == "rising" else 20_000, n * (90 + 9 * i) - taken_back * (i == 1 and n >= 8))
              for n in range(1, days + 1 - fewer * i)]
        for i, arm in enumerate(("control", "treatment"))
    }  # fmt: skip
    rows = [f"{arm},{n:02d}.03.2026,{u},{y}" for arm, told in so_far.items() for n, (u, y) in enumerate(told, 13)]
    file = tmp_path / "t.csv"
    file.write_text("\n".join(["variant,day,users,orders", *reversed(rows)]) + "\n")
    with pytest.raises(ReportError, match="rise from day to day") as refused:
        new_study.propose(str(file), name="t", base=tmp_path)
    assert "the last one of each arm; if it is of its day alone, their sum" in str(refused.value)
    assert "--where" not in str(refused.value)
    file.write_text(
        "\n".join(["variant,users,orders", *(f"{arm},{u},{y}" for arm, told in so_far.items() for u, y in told[-1:])])
    )
    found = landed(config.load(new_study.propose(str(file), name="t", base=tmp_path).file), tmp_path / "raw")
    assert {arm: found[arm, "orders"] for arm in so_far} == {arm: told[-1] for arm, told in so_far.items()}


@pytest.mark.parametrize(("apart", "span"), [(1, "day"), (7, "week"), (3, "3 days")])
@pytest.mark.parametrize("dates", [2, 4])
def test_the_period_of_counts_ends_with_what_the_last_date_stands_for(tmp_path, apart, span, dates):
    start = date(2026, 2, 2)
    file = tmp_path / "weeks.csv"
    rows = [
        f"{start + timedelta(days=apart * n)},{arm},1000,{110 + 3 * n % 4}"
        for n in range(dates)
        for arm in ("old", "new")
    ]
    file.write_text("\n".join(["day,arm,users,replied", *rows]) + "\n", encoding="utf-8")
    made = new_study.propose(str(file), name="weeks", base=tmp_path)
    study = config.load(made.file)
    assert (study.period.start.date(), study.period.end.date()) == (start, start + timedelta(days=apart * dates))
    assert f"one row for each arm and {span}" in made.said


@pytest.mark.parametrize("square", ["sum_squares", "sumsq", "quadratsumme", "gift_squares"])
def test_the_one_square_belongs_to_the_one_sum(tmp_path, square):
    """Whatever the square is called; of two sums beside it none is meant."""
    rows = ["control,4000,400,49557.5,26114631.75", "b,4050,450,55594,27771068.5"]
    file = tmp_path / "counts.csv"
    file.write_text("\n".join([f"variant,users,converted,sum_gifts,{square}", *rows]))
    study = config.load(new_study.propose(str(file), base=tmp_path).file)
    assert list(study.data.squares.values()) == [square] and set(study.data.squares) <= set(study.data.outcomes)
    file.write_text("\n".join([f"variant,users,converted,sum_gifts,sum_trips,{square}", *(f"{r.rpartition(',')[0]},900,{r.rpartition(',')[2]}" for r in rows)]))  # fmt: skip
    study = config.load(new_study.propose(str(file), base=tmp_path, force=True).file)
    assert not study.data.squares or square == "gift_squares"


def test_goals_of_the_same_visitors_are_no_parts_of_them(tmp_path: Path) -> None:
    rows = [
        f"{arm},{goal},10055,{n}"
        for arm in ("Original", "Variant 1")
        for goal, n in (("Purchase", 900), ("Signup", 2100))
    ]
    (tmp_path / "goals.csv").write_text("\n".join(["Variation,Goal,Visitors,Conversions", *rows]))
    with pytest.raises(ReportError, match="take one level") as caught:
        of_tables.proposed(tmp_path, tmp_path / "goals.csv")
    assert "sum" not in str(caught.value)
    _, _, told = of_tables.proposed(tmp_path, tmp_path / "goals.csv", where="\"Goal\" = 'Purchase'")
    assert "Original (10,055), Variant 1 (10,055)" in told


@pytest.mark.parametrize(("alike", "total"), [(True, "Gesamt"), (False, "Total")])
def test_a_total_of_fewer_users_than_the_days_together_is_taken_alone(tmp_path: Path, alike: bool, total: str) -> None:
    """Who comes on several days is counted on each; a total of as many as the days is left out."""
    days = [
        (f"2026-03-{day:02d}", arm, 900 + 37 * day % 60 + (arm == "new"), 40 + day)
        for day in range(2, 16)
        for arm in ("control", "new")
    ]
    sums = {
        arm: (sum(d[2] for d in days if d[1] == arm), sum(d[3] for d in days if d[1] == arm))
        for arm in ("control", "new")
    }
    totals = {arm: (users if alike else users * 2 // 5, bought) for arm, (users, bought) in sums.items()}
    lines = [*days, *((total, arm, *of) for arm, of in totals.items())]
    (tmp_path / "daily.csv").write_text(
        "\n".join(",".join(map(str, line)) for line in [("date", "variant", "unique_users", "conversions"), *lines])
    )
    study, _, told = of_tables.proposed(tmp_path, tmp_path / "daily.csv")
    assert ("event_time" in study.data.columns) == alike
    for arm, (users, _) in totals.items():
        assert f"{arm} ({users:,})" in told
    assert ("left out" if alike else "taken alone") in told


@pytest.mark.parametrize("called", ["Razem", "Skupaj", "A+B", "zzz"])
@pytest.mark.parametrize("day", ["", "Razem", "2026-03-31"])
def test_a_row_that_sums_up_all_others_is_no_arm_whatever_it_is_called(tmp_path: Path, called: str, day: str) -> None:
    dice = random.Random(len(called + day))
    rows = [
        (f"2026-03-{d:02d}", arm, n := dice.randint(400, 600), dice.randint(30, n // 5))
        for d in range(2, 16)
        for arm in "AB"
    ]
    total = (day, called, sum(r[2] for r in rows), sum(r[3] for r in rows))
    lines = ["Dzień,Grupa,Użytkownicy,Zamówienia", *(",".join(map(str, row)) for row in (*rows, total))]
    (tmp_path / "days.csv").write_text("\n".join(lines), encoding="utf-8")
    study, _, told = of_tables.proposed(tmp_path, tmp_path / "days.csv")
    assert set(study.data.variants) == {"A", "B"} and "1 of 29 rows are left out" in told  # type: ignore[union-attr]


def test_a_control_as_large_as_the_other_arms_together_is_no_total(tmp_path: Path) -> None:
    """A total sums up what the others have, too; and neither an id nor yes and no of a row is a count."""
    lines = ["group,group_id,visitors,refunds,signups,is_baseline", "control,901,30000,90,1500,true", "alpha,902,10000,60,590,false",
             "beta,903,10000,30,520,false", "gamma,904,10000,10,430,false"]  # fmt: skip
    (tmp_path / "arms.csv").write_text("\n".join(lines))
    study, _, told = of_tables.proposed(tmp_path, tmp_path / "arms.csv")
    assert "control (30,000)" in told and len(study.variants) == 4
    assert [metric.event for metric in study.metrics] == ["signups", "refunds"]  # a harm is decided by last


@pytest.mark.parametrize("written", ["%Y%m%d", "%Y-%m-%d"])
@pytest.mark.parametrize("total", ["", "--", None])
def test_days_as_digits_are_days_and_a_total_without_an_arm_is_no_row_of_them(
    tmp_path: Path, written: str, total: str | None
) -> None:
    lines = [("Date", "Variant", "Active users", "Transactions")]
    lines += [(f"{date(2026, 3, day):{written}}", arm, 900 + 37 * day % 60 + arm, 40 + 7 * day % 9) for day in range(2, 12) for arm in (0, 1)]  # fmt: skip
    whole = [("", total, sum(int(line[2]) for line in lines[1:]), sum(int(line[3]) for line in lines[1:]))]
    lines += whole if total is not None else []
    (tmp_path / "export.csv").write_text("\n".join(",".join(map(str, line)) for line in lines))
    study, _, told = of_tables.proposed(tmp_path, tmp_path / "export.csv")
    assert study.data.columns["event_time"] == "Date" and study.period.start.date() == date(2026, 3, 2)
    assert ("1 of 21 rows are left out, which say no arm" in told) == (total is not None)
    found = landed(study, tmp_path / "out")
    for name, arm in (("control", 0), ("treatment", 1)):
        of_arm = [line for line in lines[1:21] if line[1] == arm]
        assert found[name, "transactions"] == (
            sum(int(line[2]) for line in of_arm),
            sum(int(line[3]) for line in of_arm),
        )


def test_hours_are_summed_up_as_it_is_told(tmp_path: Path) -> None:
    lines = ["hour,arm,users,purchases"]
    lines += [f"2026-03-{day:02d} {hour:02d}:00:00,{arm},{40 + hour},{3 + day % 3}" for day in range(2, 6) for hour in range(0, 24, 6) for arm in ("control", "new")]  # fmt: skip
    (tmp_path / "hours.csv").write_text("\n".join(lines))
    with pytest.raises(ReportError, match="counts of hours") as error:
        of_tables.proposed(tmp_path, tmp_path / "hours.csv")
    query = re.search(r"select .* group by all", str(error.value))
    assert query is not None
    (tmp_path / "days.sql").write_text(query[0])
    study, _, _ = of_tables.proposed(tmp_path, tmp_path / "days.sql")
    found = landed(study, tmp_path / "out")
    assert found["control", "purchases"] == (4 * sum(40 + hour for hour in range(0, 24, 6)), sum(4 * (3 + day % 3) for day in range(2, 6)))  # fmt: skip


def test_a_mean_is_of_those_analysed(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("arm,randomised,mean,sd,analysed\nplacebo,100,12.1,4.2,100\ndrug,103,10.0,4.4,98\n")
    study, _, _ = of_tables.proposed(tmp_path, tmp_path / "t.csv")
    assert study.data.columns["units"] == "analysed" and study.primary.event == "mean"


@pytest.mark.parametrize("control", [None, "A"])
def test_counts_ask_for_the_weights_and_not_for_a_control_that_was_said(tmp_path: Path, control: str | None) -> None:
    file = tmp_path / "counts.csv"
    file.write_text("variant,users,conversions\nA,5000,400\nB,5050,450\n", encoding="utf-8")
    _, _, said = of_tables.proposed(tmp_path, file, control=control)
    assert "Were 1:1 the designed weights?" in said and ("Is the control right?" in said) == (control is None)


def test_money_in_whole_units_is_no_share_of_them(tmp_path: Path) -> None:
    days = "\n".join(
        f"{arm},2026-03-{d:02d},{2000 + 31 * (d % 4)},{100000 + 90 * (d % 5) + n},{400 + d % 3}"
        for d in range(2, 16)
        for n, arm in enumerate(("Control", "Test"))
    )
    (tmp_path / "ads.csv").write_text(
        f"Campaign,Date,Spend [USD],# of Impressions,# of Purchase\n{days}\n", encoding="utf-8"
    )
    study, _, told = of_tables.proposed(tmp_path, tmp_path / "ads.csv", variant="Campaign")
    assert [m.name for m in study.metrics] == ["purchase"]
    assert "Spend [USD]: money, and no count of units" in told
