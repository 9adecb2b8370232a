"""A study proposed from an event log: with variants online, without them offline, and its tracking plan."""

import random
import re
from pathlib import Path

import pandas as pd
import pytest

from helpers import config, ingest
from helpers.config import tracking_plan
from helpers.errors import ReportError
from tests.ingest.new_study.tables import log, proposed, written


def test_a_log_without_variants_is_an_offline_study(tmp_path: Path) -> None:
    study, _, said = proposed(tmp_path, log(tmp_path / "shop.csv"))
    assert study.mode == "offline" and study.injection is not None and study.injection.event == "purchase"
    assert study.funnel.steps == ["view", "cart", "purchase"] and study.exposure == "view"
    assert study.data.columns == {  # type: ignore[union-attr]
        "event_time": "when", "event_name": "what", "user_id": "visitor", "price": "price", "device": "device",
    }  # fmt: skip
    assert study.segments == ["device"] and study.economics.revenue_metric == "revenue_per_unit"
    assert "variant: no column holds one, so the study is offline" in said
    plan = tracking_plan.tracking_plan(study, tmp_path / "studies")
    assert plan.events["purchase"].properties["price"].required and not plan.events["view"].properties
    assert (study.period.start.isoformat(), study.period.end.isoformat()) == (
        "2026-03-02T00:00:00",
        "2026-03-05T00:00:00",
    )


def test_a_log_with_variants_is_an_online_study(tmp_path: Path) -> None:
    study, _, said = proposed(tmp_path, log(tmp_path / "shop.csv", "if(i % 2 = 0, 'off', 'on') as variant"))
    assert study.mode == "online" and [v.name for v in study.variants] == ["off", "on"]
    assert "the counts 200, 200 fit it" in said, "units are counted, not events"
    ingest.land(study, tmp_path / "raw")


@pytest.mark.parametrize("undone", ["purchase_cancelled", "Order Refunded", "remove_from_cart", "checkoutFailed"])
def test_what_undoes_a_step_is_no_goal(tmp_path: Path, undone: str) -> None:
    made = log(tmp_path / "base.csv", "if(i % 2 = 0, 'off', 'on') as variant")
    more = f"""select * from read_csv('{made}', all_varchar = true) union all by name
        select * replace ('{undone}' as what) from read_csv('{made}', all_varchar = true) where what = 'purchase'"""
    study, text, _ = proposed(tmp_path, written(tmp_path / "shop.csv", more))
    assert study.funnel.steps == ["view", "cart", "purchase"]
    assert {m.event for m in study.metrics} == {"purchase"}
    assert "is no step, and takes nothing from what came before" in text


def test_units_whose_variant_no_row_tells_are_left_out_and_said(tmp_path: Path) -> None:
    study, _, said = proposed(tmp_path, log(tmp_path / "shop.csv", "['off', 'on', ''][i % 3 + 1] as variant"))
    assert study.data.variants == {"off": "off", "on": "on", "": "leave_out"}  # type: ignore[union-attr]
    assert "no variant: 133 of 400 units have no variant in any row, so they are left out" in said
    some, _, _ = proposed(tmp_path, log(tmp_path / "some.csv", "if(what = 'cart', null, 'ab'[i % 2 + 1]) as variant"))
    assert "" not in some.data.variants, "their other rows tell it"  # type: ignore[union-attr]


def test_clusters_that_were_randomised_whole_are_proposed(tmp_path: Path) -> None:
    city = "'c' || (i % 8) as city, if(i % 8 < 4, 'off', 'on') as variant"
    study, _, said = proposed(tmp_path, log(tmp_path / "shop.csv", city))
    assert study.cluster == "city" and study.data.columns["city"] == "city" and "city" not in study.segments
    assert "randomised by: column 'city', 8 levels, each in one variant only" in said


def test_what_is_wrong_is_asked_and_no_row_is_left_out_by_what_came_of_it(tmp_path: Path) -> None:
    file = log(tmp_path / "base.csv", "if(i % 2 = 0, 'off', 'on') as variant")
    spoilt = written(
        tmp_path / "shop.csv",
        f"""select * replace (case when visitor = 'v9' and what = 'purchase' then 'soon' else "when" end as "when",
            case when what = 'purchase' and visitor = 'v18' then '-5' when what = 'purchase' and visitor = 'v27' then 'n/k'
            else price end as price, if(visitor = 'v5', null, visitor) as visitor) from read_csv('{file}', all_varchar = true)""",
    )
    study, text, said = proposed(tmp_path, spoilt)
    assert set(study.data.tolerate.model_dump(exclude_defaults=True)) == {"missing_id", "wrong_type", "negative_price"}
    assert "left out: missing_id (1 of 545 rows)" in said
    assert "amounts taken as unknown: wrong_type (1 of 545 rows), negative_price (1 of 545 rows)" in said
    for question in (
        "in all arms and among all events alike",
        "Are the amounts below zero refunds",
        "written that cannot be read (1 of 545 rows)",
    ):
        assert question in said or question in text
    with pytest.raises(ReportError, match=r"'soon' \(line"):
        ingest.land(study, tmp_path / "raw")


@pytest.mark.parametrize("levels", [("A", "B"), ("0", "1"), ("ctrl", "New page")])
def test_levels_that_are_no_names_are_mapped(tmp_path: Path, levels: tuple[str, str]) -> None:
    file = log(tmp_path / "shop.csv", f"if(i % 2 = 0, '{levels[0]}', '{levels[1]}') as variant")
    study, text, _ = proposed(tmp_path, file)
    assert study.mode == "online" and [v.name for v in study.variants] == ["control", "treatment"]
    assert study.data.variants == dict(zip(levels, ("control", "treatment"), strict=True))  # type: ignore[union-attr]
    assert "# 200 units" in text
    ingest.land(study, tmp_path / "raw")


def test_steps_that_buyers_skip_are_optional(tmp_path: Path) -> None:
    file = written(
        tmp_path / "t.csv",
        """select timestamp '2026-03-02 08:00:00' + to_seconds(i * 9) as event_time, ['view', 'purchase', 'cart'][k] as event_type,
        i as user_id from range(300) as t(i), range(1, 4) as s(k) where k < 3 and i % k = 0 or k = 3 and i % 10 = 0""",
    )  # fmt: skip
    study, _, said = proposed(tmp_path, file)
    assert study.funnel.steps == ["view", "cart", "purchase"] and study.funnel.optional == ["cart"]
    assert "many skip cart" in said


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("select i % 50 as customer_id, timestamp '2026-01-01' + to_hours(i) as at, i * 1.5 as amount from range(500) as t(i)",
         "its rows repeat a unit, but no column names the event"),
        ("select i as customer_id, i % 9 as visits, (i % 2)::int as bought from range(500) as t(i)",
         "is a unit table without a variant"),
        ("select 'a > b' || i as path, i % 9 as conversions from range(500) as t(i)", "is neither an event log nor a unit table"),
        ("select i % 50 as user_id, ['view', 'buy'][1 + i % 2] as event, (i % 9) || '. day' as day from range(500) as t(i)",
         "no column holds moments that can be read"),
        ("select i % 50 as user_id, ['a', 'b'][1 + i % 2] as variant, i as visits from range(500) as t(i)",
         "stand in several rows with different outcomes"),
        ("select i as user_id, ['a', 'b'][1 + i % 2] as variant, ['x', 'y'][1 + i % 2] as visited from range(500) as t(i)",
         "no column that can be an outcome"),
    ],
)  # fmt: skip
def test_what_is_neither_is_one_clear_error(tmp_path: Path, query: str, message: str) -> None:
    with pytest.raises(ReportError, match=message) as caught:
        proposed(tmp_path, written(tmp_path / "t.csv", query))
    assert "expected" in str(caught.value)
    assert not (tmp_path / "studies").exists()


def test_the_variant_may_be_named(tmp_path: Path) -> None:
    file = written(
        tmp_path / "t.csv",
        "select i as customer_id, i % 2 as fin, (i % 3 = 0)::int as arrest_count from range(600) as t(i)",
    )
    with pytest.raises(ReportError, match="--variant COLUMN"):
        proposed(tmp_path, file)
    study, _, _ = proposed(tmp_path, file, variant="fin")
    assert study.data.columns["variant"] == "fin"  # type: ignore[union-attr]
    with pytest.raises(ReportError, match="did you mean 'fin'"):
        proposed(tmp_path, file, variant="fim", force=True)
    with pytest.raises(ReportError, match="can hold no variant"):
        proposed(tmp_path, file, variant="customer_id", force=True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00" + bytes(range(256)) * 20, "is a picture"),
        (b"\x00\x01\x02" + bytes(range(256)) * 20, "is no text|cannot be read as text"),
        (b"only\n1\n2\n", "has a single column"),
        (b"a,b\n", "holds no events"),
        (b"a,A\n1,2\n", "columns stand there twice"),
    ],
)
def test_a_bad_file_is_one_clear_error(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(content)
    with pytest.raises(ReportError, match=message):
        proposed(tmp_path, file)
    assert not (tmp_path / "studies").exists()


def test_a_database_server_and_a_missing_file_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="not at a database server"):
        proposed(tmp_path, "${DATABASE_URL}")
    with pytest.raises(ReportError, match="there is no such file"):
        proposed(tmp_path, tmp_path / "nothing.csv")
    with pytest.raises(ReportError, match=r"no file matches|there is no such file"):
        proposed(tmp_path, tmp_path / "nothing*.csv", name="t")


def test_a_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    file = log(tmp_path / "shop.csv")
    for name in ("../evil", "a/b", "A b"):
        with pytest.raises(ReportError, match="cannot have this name"):
            proposed(tmp_path, file, name=name)
    made, _, _ = proposed(tmp_path, file, name="SHOP")
    assert config.load(tmp_path / "studies" / "shop.yml") == made


@pytest.mark.parametrize("mixed", [30, 70])
def test_units_that_are_mostly_in_two_variants_are_refused_and_not_tolerated(tmp_path, mixed):
    rows = [(f"2026-03-0{1 + k} 10:{i % 60:02}:00", event, f"u{i}", "ab"[(i + (k == 2 and i < mixed)) % 2])
            for i in range(100) for k, event in enumerate(("open", "look", "buy"))]  # fmt: skip
    file = tmp_path / "log.csv"
    file.write_text("\n".join(["at,event,user_id,variant", *(",".join(row) for row in rows)]))
    if mixed > 50:
        with pytest.raises(ReportError, match="70 of 100 units"):
            proposed(tmp_path, file, variant="variant")
    else:
        assert proposed(tmp_path, file, variant="variant")[0].data.tolerate.two_variants >= 0.3


@pytest.mark.parametrize("days", [1, 9])
def test_the_period_is_that_of_the_rows_that_name_a_unit(tmp_path: Path, days: int) -> None:
    """Rows without a unit are left out: were the end taken from them, the others would seem to end too early."""
    made = log(tmp_path / "base.csv", "if(i % 2 = 0, 'off', 'on') as variant")
    later = f'("when"::timestamp + interval {days} day)::varchar'
    more = f"""select * from read_csv('{made}', all_varchar = true) union all by name
        select * replace (null as visitor, {later} as \"when\") from read_csv('{made}', all_varchar = true) where what = 'purchase'"""
    study, _, _ = proposed(tmp_path, written(tmp_path / "shop.csv", more))
    told = study.period.start.isoformat(), study.period.end.isoformat()
    assert told == ("2026-03-02T00:00:00", "2026-03-05T00:00:00"), "that of the rows of the log alone"


@pytest.mark.parametrize("seed", range(3))
def test_a_unit_in_two_variants_counts_in_neither(tmp_path: Path, seed: int) -> None:
    draw, rows = random.Random(seed), []
    for i in range(400):
        arms = draw.choice([["old"], ["new"]] * 6 + [["old", "new"], ["Old", "old"], ["n/a", "new"]])
        rows += [(f"u{i:03}", f"2026-03-0{2 + k} 10:00:00", "view", arm) for k, arm in enumerate(arms)]
        if draw.random() < 0.4:
            rows.append((f"u{i:03}", "2026-03-06 10:00:00", "order", arms[-1]))
    frame = pd.DataFrame(rows, columns=["user_id", "event_time", "event", "variant"])
    frame.to_csv(tmp_path / "log.csv", index=False)
    _, text, _ = proposed(tmp_path, tmp_path / "log.csv")
    known = (
        frame[frame.variant != "n/a"]
        .assign(variant=frame.variant.str.lower())
        .groupby("user_id")
        .variant.agg(lambda told: "+".join(sorted(set(told))))
    )
    old, new = ((known == arm).sum() for arm in ("old", "new"))
    assert (known == "new+old").sum() > 5
    told = {arm: int(n.replace(",", "")) for arm, n in re.findall(r"\n    (old|new): \w+   # ([\d,]+) units", text)}
    assert told["new"] == new and told["old"] in (old, old + frame[frame.variant == "Old"].user_id.nunique())
