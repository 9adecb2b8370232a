"""Money that is empty in exactly the rows in which nothing was bought is zero there, and its sum is that of all units."""

import random
import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from helpers import ingest
from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

SAYS = [
    ("ordered", "1", "0", "order_value"), ("ordered", "yes", "no", "revenue"), ("bestellt", "ja", "nein", "umsatz"),
    ("achat", "oui", "non", "montant"), ("compro", "1", "0", "importe"), ("donated", "true", "false", "amount"),
    ("comprou", "sim", "não", "valor"),
]  # fmt: skip
"""A flag, its yes and no, and an amount of money."""


def _table(file: Path, flag: str, yes: str, no: str, money: str, kind: str = "exact") -> list[tuple[str, str]]:
    draw, lines, told = random.Random(7), [f"customer,variant,{flag},{money}"], []
    for i in range(900):
        arm, bought = ("old", "new")[i % 2], draw.random() < (0.3, 0.36)[i % 2]
        value = f"{draw.lognormvariate(3, 0.5):.2f}"
        stands = (
            bought
            if kind == "exact"
            else bought and draw.random() < 0.97
            if kind == "not all"
            else bought or draw.random() < 0.03
        )
        lines.append(f"c{i},{arm},{yes if bought else no},{value if stands else ''}")
        told.append((arm, value if stands else ""))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return told


@pytest.mark.parametrize(("flag", "yes", "no", "money"), SAYS)
@pytest.mark.parametrize("stated", [{}, {"primary": True}])
def test_it_is_zero_where_nothing_was_bought(tmp_path, flag, yes, no, money, stated):
    values = _table(tmp_path / "t.csv", flag, yes, no, money)
    study, text, said = proposed(tmp_path, tmp_path / "t.csv", primary=money if stated else flag)
    metric = next(m for m in study.metrics if m.event == money)
    assert metric.missing == "zero" and metric.unit == "money"
    assert f"in which '{flag}' says no" in text and f"as '{flag}' says no in these rows and in no other" in said
    ingest.land(study, tmp_path / "raw")
    rows = duckdb.sql(
        f"select user_id[2:]::int % 2, sum(price::decimal(18, 4)) from '{tmp_path}/raw/events/*.parquet' where event_name = '{money}' group by 1"
    ).fetchall()
    for odd, total in rows:
        mine = sum(Decimal(value) for i, (_, value) in enumerate(values) if value and i % 2 == odd)
        assert total in (mine, 100 * mine)


def test_where_others_paid_too_nothing_is_taken_for_zero(tmp_path):
    _table(tmp_path / "t.csv", "ordered", "1", "0", "order_value", "others too")
    study, _, said = proposed(tmp_path, tmp_path / "t.csv", primary="ordered")
    assert all(m.missing != "zero" for m in study.metrics) and "mean 0?" not in said


@pytest.mark.parametrize(("flag", "yes", "no", "money"), SAYS)
@pytest.mark.parametrize("zeros", [False, True])
def test_where_some_of_who_bought_have_no_amount_a_query_tells_the_two_apart(tmp_path, flag, yes, no, money, zeros):
    """Nobody knows what these paid: the mean is that of the others, with 0 for who bought nothing."""
    told = _table(tmp_path / "t.csv", flag, yes, no, money, "not all")
    lines = (tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()
    said_no = [f",{no}," in line for line in lines[1:]]
    if zeros:
        lines = [
            lines[0],
            *(
                f"{line}0" if none and i % 3 else line
                for i, (line, none) in enumerate(zip(lines[1:], said_no, strict=True))
            ),
        ]
        (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    study, _, said = proposed(tmp_path, tmp_path / "t.csv", primary=flag)
    assert all(m.missing != "zero" for m in study.metrics)
    query = re.search(r"tells them apart:? (select .*)", said)
    assert query, said
    (tmp_path / "apart.sql").write_text(query[1], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "apart.sql", primary=flag)
    found = sums(study, tmp_path)[money]
    for level, arm in study.data.variants.items():
        known = [Decimal(v or 0) for (a, v), none in zip(told, said_no, strict=True) if a == level and (v or none)]
        assert found[arm] == (len(known), sum(known))


@pytest.mark.parametrize("empty", ["zero", "drop"])
def test_what_is_said_of_an_empty_field_is_of_the_others_where_the_primary_has_none(tmp_path, empty):
    draw = random.Random(4)
    rows = [
        f"u{i},{'old' if i % 2 else 'new'},{i % 3 // 2},{'' if draw.random() < 0.3 else draw.randint(0, 50)}"
        for i in range(600)
    ]
    (tmp_path / "t.csv").write_text("\n".join(["customer,variant,bought,amount", *rows]))
    study, _, said = proposed(tmp_path, tmp_path / "t.csv", primary="bought", empty=empty)
    amount = next(m for m in study.metrics if m.event == "amount")
    assert (amount.missing == "zero") is (empty == "zero") and "Does an empty amount" not in said
    known = [row.rsplit(",", 1)[1] for row in rows]
    assert sum(n for n, _ in sums(study, tmp_path)["amount"].values()) == sum(empty == "zero" or v != "" for v in known)


@pytest.mark.parametrize(
    ("flag", "money"),
    [
        ("ordered", "delivery_days"), ("answered", "monthly_spend"), ("responded", "income"), ("ordered", "age"),
        ("price_known", "price"), ("ordered", "avg_order_value"), ("is_member", "salary"), ("ordered", "unit_price"),
    ],
)  # fmt: skip
def test_what_is_no_money_of_what_was_bought_stays_as_it_was(tmp_path, flag, money):
    _table(tmp_path / "t.csv", flag, "1", "0", money)
    lines = (tmp_path / "t.csv").read_text().splitlines()
    draw = random.Random(3)
    more = [f"{lines[0]},clicked", *(f"{line},{int(draw.random() < 0.5)}" for line in lines[1:])]
    (tmp_path / "t.csv").write_text("\n".join(more))
    study, _, said = proposed(tmp_path, tmp_path / "t.csv", primary="clicked")
    assert all(m.missing != "zero" for m in study.metrics) and "mean 0?" not in said


def test_what_somebody_says_of_an_empty_field_stands(tmp_path):
    _table(tmp_path / "t.csv", "ordered", "1", "0", "order_value")
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", primary="order_value", empty="drop")
    assert study.primary.missing != "zero" and "of those with a value" in study.primary.label
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", primary="order_value", empty="zero", force=True)
    assert study.primary.missing == "zero"


def test_a_file_that_is_no_experiment_says_so_too(tmp_path):
    _table(tmp_path / "t.csv", "ordered", "1", "0", "order_value")
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", descriptive=True)
    assert {m.missing for m in study.metrics if m.event == "order_value"} <= {"zero"}


def test_the_sum_of_a_unit_over_weeks_is_that_of_what_was_bought(tmp_path):
    draw, lines, totals = (
        random.Random(5),
        ["customer,week,variant,ordered,order_value"],
        dict.fromkeys(("old", "new"), Decimal(0)),
    )
    for i in range(200):
        arm = ("old", "new")[i % 2]
        for week in range(2, 6):
            value = f"{draw.uniform(5, 60):.2f}" if draw.random() < 0.3 else ""
            lines.append(f"c{i},2026-03-{7 * week - 5:02d},{arm},{int(bool(value))},{value}")
            totals[arm] += Decimal(value or 0)
    (tmp_path / "weeks.csv").write_text("\n".join(lines))
    study, _, said = proposed(tmp_path, tmp_path / "weeks.csv")
    assert "of 'order_value' mean 0?" in said and study.data.panel
    found = sums(study, tmp_path)["order_value"]
    assert sorted(n for n, _ in found.values()) == [100, 100]
    assert sorted(float(total) for _, total in found.values()) == pytest.approx(sorted(map(float, totals.values())))


def test_numbers_past_what_a_metric_holds_are_told_as_such(tmp_path):
    amounts = [(i * 7919 % 1000 + 1) * 12 * 10**10 * (i % 3 // 2) for i in range(300)]
    rows = [f"u{i},{'old' if i % 2 else 'new'},{i % 3 // 2},{amount}.00" for i, amount in enumerate(amounts)]
    (tmp_path / "large.csv").write_text("\n".join(["customer,variant,bought,amount", *rows]))
    _, _, said = proposed(tmp_path, tmp_path / "large.csv", primary="bought")
    assert "which are larger than a metric holds" in said
    with pytest.raises(ReportError) as caught:
        proposed(tmp_path, tmp_path / "large.csv", primary="bought", outcomes=("amount",), force=True)
    query = re.search(r"give that: (select .* as told)", str(caught.value))
    assert query and "missing_codes" not in str(caught.value)
    (tmp_path / "smaller.sql").write_text(query[1])
    study, _, _ = proposed(tmp_path, tmp_path / "smaller.sql", primary="bought", outcomes=("amount",))
    total = sum(float(total) for _, total in sums(study, tmp_path)["amount"].values())
    assert total == pytest.approx(sum(amounts) / 1000)
