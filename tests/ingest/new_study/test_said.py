"""What a user says of a file is taken as it was said, whatever the names of the columns would have made of it."""

import re
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from helpers.config import Log, Study, Units
from helpers.errors import ReportError
from tests.ingest.new_study import hidden
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.hidden import Made
from tests.ingest.new_study.tables import proposed, units

OF_UNITS = (
    "unit",
    "time",
    "variant",
    "control",
    "primary",
    "money",
    "cluster",
    "experiment",
    "where",
    "period",
    "better",
    "outcomes",
)
OF_LOGS = (
    "unit",
    "time",
    "event",
    "variant",
    "control",
    "money",
    "cluster",
    "experiment",
    "where",
    "period",
    "primary",
    "exposure",
    "better",
)


def arms(study: Study, made: Made, frame: pd.DataFrame) -> dict[str, set[str]]:
    """The units of each arm as the file has them, by the names of the study."""
    names = study.data.variants or {v.name: v.name for v in study.variants}  # type: ignore[union-attr]
    unit, variant = made.names["unit"], made.names["variant"]
    return {names[level]: set(rows[unit]) for level, rows in frame.groupby(variant)}


def check_units(study: Study, made: Made, frame: pd.DataFrame, folder: Path) -> None:
    """Arms and the sum of the primary outcome in each, against pandas."""
    assert isinstance(study.data, Units)
    events = hidden.landed(study, folder)
    exposed = events[events.event_name == "exposed"]
    wanted = arms(study, made, frame)
    assert {arm: set(rows.user_id) for arm, rows in exposed.groupby("variant")} == wanted
    primary = study.data.outcomes[study.primary.event]
    of_arm = exposed.set_index("user_id").variant
    done = events[events.event_name == study.primary.event]
    sums = done.price.astype(float).groupby(done.user_id.map(of_arm)).sum()
    meant = frame.groupby(made.names["variant"])[primary].sum()
    for level, total in meant.items():
        assert sums[study.data.variants[str(level)]] == pytest.approx(total)


@pytest.mark.parametrize(
    ("options", "seed"),
    [
        *[((each,), 0) for each in OF_UNITS],
        (OF_UNITS[:-1], 1),
        (OF_UNITS, 2),
    ],
    ids=lambda each: "+".join(each) if isinstance(each, tuple) else str(each),
)
def test_a_unit_table_is_read_as_it_was_said(tmp_path: Path, options: tuple[str, ...], seed: int) -> None:
    made = hidden.units(tmp_path, seed, set(options))
    study, text, said = proposed(tmp_path, made.file, **made.said(*options))
    data, names = study.data, made.names
    assert isinstance(data, Units) and "as you said" in text
    for option, ours in (("unit", "user_id"), ("time", "event_time"), ("variant", "variant")):
        if option in options:
            assert data.columns[ours] == names[option], said
            assert f"{ours}: {names[option]}   # as you said" in text
    if {"unit", "time", "variant"} & {*options}:
        assert data.columns["user_id"] == names["unit"] and data.columns["variant"] == names["variant"]
    if "control" in options:
        assert data.variants[made.control] == study.variants[0].name and "is the control, as you said" in said
    if "primary" in options:
        assert data.outcomes[study.primary.event] == names["primary"]
    if "outcomes" in options:
        told = [names["primary"]] * ("primary" in options) + [names["other"]] + [names["money"]] * ("money" in options)
        assert list(data.outcomes.values()) == told
    assert study.primary.better == ("lower" if "better" in options else "higher")
    if "money" in options:
        assert data.outcomes[study.metric(study.economics.revenue_metric or "").event] == names["money"]
        assert study.metric(study.economics.revenue_metric or "").unit == "money"
    if "cluster" in options:
        assert study.cluster and data.columns[study.cluster] == names["cluster"] and "cluster" not in study.assumed
    if "period" in options:
        assert (study.period.start, study.period.end) == (hidden.START, datetime(2026, 3, 9))
    counted = made.counted(*options)
    if {"where", "experiment"} & {*options}:
        assert f"of {len(made.frame):,} rows are not taken" in said and len(counted) < len(made.frame)
    else:
        assert data.where is None
    check_units(study, made, counted, tmp_path / "raw")


@pytest.mark.parametrize(
    ("options", "seed"),
    [*[((each,), 0) for each in OF_LOGS], (OF_LOGS, 1)],
    ids=lambda each: "+".join(each) if isinstance(each, tuple) else str(each),
)
def test_a_log_is_read_as_it_was_said(tmp_path: Path, options: tuple[str, ...], seed: int) -> None:
    made = hidden.log(tmp_path, seed, set(options))
    told = made.said(*options)
    told |= {"primary": "cart"} if "primary" in options else {}
    told |= {"exposure": "view"} if "exposure" in options else {}
    study, text, said = proposed(tmp_path, made.file, **told)
    data, names = study.data, made.names
    assert isinstance(data, Log) and study.mode == "online" and ("as you said" in text)
    for option, ours in (("unit", "user_id"), ("time", "event_time"), ("event", "event_name"), ("variant", "variant")):
        if option in options:
            assert data.columns[ours] == names[option], said
    if "control" in options:
        assert (data.variants or {made.control: made.control})[made.control] == study.variants[0].name
    if "primary" in options:
        assert (study.primary.event, study.funnel.steps[-1]) == ("cart", "cart")
    if "exposure" in options:
        assert study.exposure == "view"
    assert study.primary.better == ("lower" if "better" in options else "higher")
    if "money" in options:
        paid = study.metric(study.economics.revenue_metric or "")
        assert data.columns["price"] == names["money"] and (paid.event, paid.unit) == ("purchase", "money")
    if "cluster" in options:
        assert study.cluster and data.columns[study.cluster] == names["cluster"] and "cluster" not in study.assumed
    if "period" in options:
        assert (study.period.start, study.period.end) == (hidden.START, datetime(2026, 3, 9))
    events, frame = hidden.landed(study, tmp_path / "raw"), made.counted(*options)
    assert {arm: set(rows.user_id) for arm, rows in events.groupby("variant")} == arms(study, made, frame)
    levels = data.variants or {v.name: v.name for v in study.variants}
    did = events[events.event_name == study.primary.event].groupby("variant").user_id.nunique()
    meant = frame[frame[names["event"]] == study.primary.event].groupby(names["variant"])[names["unit"]].nunique()
    assert {arm: int(n) for arm, n in did.items()} == {levels[str(level)]: int(n) for level, n in meant.items()}
    if "money" in options:
        total = frame[names["money"]].sum()
        assert events.price.dropna().astype(float).sum() == pytest.approx(total)


@pytest.mark.parametrize("kind", ["units", "log"])
def test_a_wrong_name_is_one_error_with_the_nearest_columns(tmp_path: Path, kind: str) -> None:
    made = (hidden.units if kind == "units" else hidden.log)(tmp_path, 3, set())
    for option in ("unit", "time", "event", "variant", "money", "cluster"):
        with pytest.raises(ReportError) as caught:
            proposed(tmp_path, made.file, **{option: "usr_id"})
        told = str(caught.value)
        assert f"--{option} usr_id" in told and "did you mean 'user_id'?" in told and told.count("has no column") == 1
    assert not (tmp_path / "studies").exists()


def test_all_wrong_names_are_told_at_once_and_capitals_do_not_matter(tmp_path: Path) -> None:
    made = hidden.units(tmp_path, 3, set())
    with pytest.raises(ReportError, match="2 things are wrong") as caught:
        proposed(tmp_path, made.file, unit="usr_id", time="evnt_time")
    assert "--unit usr_id" in str(caught.value) and "--time evnt_time" in str(caught.value)
    study, _, _ = proposed(tmp_path, made.file, unit="USER_ID", primary="Converted")
    assert study.data.columns["user_id"] == "user_id" and study.primary.event == "converted"  # type: ignore[union-attr]


def spoilt(folder: Path) -> Path:
    file = folder / "spoilt.csv"
    rows = (
        f"u{i},{'AB'[i % 2]},{i // 2 % 2},2026-03-{i % 28 + 1:02d},,same,word {i % 3},{i % 2},{(i // 2) % 4},{i % 2 * (i % 5)},{i // 4 % 3 - 1}"
        for i in range(400)
    )
    header = "user_id,variant,converted,day,nothing,one,text,copy,city,mine,net"
    file.write_text("\n".join([header, *(row.replace(",0,", ",0,") for row in rows)]) + "\n")
    return file


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"unit": "nothing"}, "--unit nothing cannot tell the units\n  got:      it is empty in all rows"),
        ({"unit": "one"}, "it holds one value in all rows"),
        ({"time": "text"}, "--time text cannot be the time\n  got:      'text' holds values such as"),
        ({"event": "user_id"}, "--event user_id cannot name the events"),
        ({"control": "C"}, "--control is no level of column 'variant'"),
        ({"primary": "one"}, "--primary one cannot be an outcome\n  got:      it holds one value in all rows: same"),
        ({"primary": "text"}, "its values are no numbers: 'word"),
        ({"primary": "copy"}, "its value tells the variant in every row"),
        ({"primary": "variant", "variant": "variant"}, "one column cannot be --variant and --primary"),
        ({"outcomes": ("nothing",)}, "--outcome nothing cannot be an outcome"),
        ({"primary": "convertd"}, "did you mean 'converted'?"),
        ({"money": "converted"}, "it holds two values alone"),
        ({"money": "text"}, "--money text cannot be an amount of money"),
        ({"cluster": "one"}, "--cluster one cannot be what was randomised"),
        ({"cluster": "city"}, "of its 4 levels stand in several variants"),
        ({"experiment": "wrd 1"}, "no column holds the experiment 'wrd 1'"),
        ({"where": "nowhere = 'x'"}, "has no column 'nowhere'"),
        ({"where": "text = 'word 9'"}, "--where leaves no row"),
        ({"where": "text ="}, "--where cannot be used: text ="),
        ({"where": "text in (select text)"}, "a query, or more than one row, within the condition"),
        ({"where": "text > 5"}, "--where leaves no row"),
        ({"period": (datetime(2025, 1, 1), datetime(2025, 2, 1)), "time": "day"}, "holds nothing in the period"),
        ({"unit": "user_id", "time": "user_id"}, "one column cannot be --unit and --time"),
        ({"exposure": "view"}, "in which each row is a unit that was exposed"),
    ],
    ids=str,
)  # fmt: skip
def test_what_the_data_contradict_is_one_clear_error(tmp_path: Path, told: dict, message: str) -> None:
    with pytest.raises(ReportError) as caught:
        proposed(tmp_path, spoilt(tmp_path), **told)
    assert message in str(caught.value) and "expected" in str(caught.value)
    assert not (tmp_path / "studies").exists()


@pytest.mark.parametrize(("column", "coded"), [("converted", False), ("one_number", False), ("coded", True)])
def test_words_among_numbers_are_named_where_they_are_what_is_wrong(tmp_path: Path, column: str, coded: bool) -> None:
    frame = pd.read_csv(spoilt(tmp_path)).assign(one_number=7, coded=lambda t: t.net.where(t.index % 3 > 0, "n.k."))
    frame.to_csv(tmp_path / "coded.csv", index=False)
    with pytest.raises(ReportError) as caught:
        proposed(tmp_path, tmp_path / "coded.csv", money=column)
    assert ("correct these values" in str(caught.value)) is coded is ('coded: ["n.k."]' in str(caught.value))


def test_amounts_below_zero_count_where_they_were_named(tmp_path: Path) -> None:
    study, text, _ = proposed(tmp_path, spoilt(tmp_path), primary="net")
    assert study.data.negative == "refund" and study.primary.event == "net"  # type: ignore[union-attr]
    assert "negative: refund   # amounts below zero" in text
    frame = pd.read_csv(tmp_path / "spoilt.csv")
    events = hidden.landed(study, tmp_path / "raw")
    assert events[events.event_name == "net"].price.astype(float).sum() == frame.net.sum()


@pytest.mark.parametrize("words", [("Yes", "No"), ("oui", "non"), ("TRUE", "FALSE"), ("t", "f")])
def test_an_outcome_in_words_is_a_share_where_it_was_named(tmp_path: Path, words: tuple[str, str]) -> None:
    spoilt(tmp_path)
    frame = pd.read_csv(tmp_path / "spoilt.csv").assign(fine=lambda t: t.converted.map(lambda n: words[1 - n]))
    frame.to_csv(tmp_path / "words.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "words.csv", primary="fine")
    assert (study.primary.event, study.primary.type) == ("fine", "proportion")
    assert study.data.tolerate.model_dump(exclude_defaults=True) == {}
    events = hidden.landed(study, tmp_path / "raw")
    assert set(events[events.event_name == "fine"].user_id) == set(frame[frame.converted == 1].user_id)


WRITTEN = {
    "seconds": lambda t: str(int(t.timestamp())),
    "milliseconds": lambda t: str(int(t.timestamp() * 1000)),
    "ISO": lambda t: t.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "day first": lambda t: t.strftime("%d.%m.%Y %H:%M:%S"),
    "digits": lambda t: t.strftime("%Y%m%d"),
}


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("kind", ["units", "log"])
def test_a_time_is_read_however_it_is_written_where_it_was_named(tmp_path: Path, kind: str, form: str) -> None:
    made = (hidden.units if kind == "units" else hidden.log)(tmp_path, 7, {"time"})
    time = made.names["time"]
    moments = made.frame[time].dt.tz_localize("UTC")
    table = made.frame.assign(**{time: moments.map(WRITTEN[form])})
    table.to_csv(made.file, index=False)
    study, _, _ = proposed(tmp_path, made.file, **made.said("time"))
    assert study.data.columns["event_time"] == time  # type: ignore[union-attr]
    whole = moments.dt.floor("D") if form == "digits" else moments
    assert study.period.start == whole.min().floor("D").tz_localize(None)
    events = hidden.landed(study, tmp_path / "raw")
    first = pd.to_datetime(events.event_time).groupby(events.user_id).min()
    meant = whole.dt.tz_localize(None).groupby(made.frame[made.names["unit"]]).min()
    assert first.to_dict() == meant.to_dict()


def test_a_log_without_variants_takes_what_was_said_too(tmp_path: Path) -> None:
    made = hidden.log(tmp_path, 8, {"unit", "event", "money"})
    made.frame.drop(columns=made.names["variant"]).to_csv(made.file, index=False)
    told = made.said("unit", "event", "money") | {"primary": made.names["money"], "exposure": "cart", "where": "true"}
    study, _, _ = proposed(tmp_path, made.file, **told)
    assert study.mode == "offline" and study.exposure == "cart" and study.injection is not None
    assert (study.primary.type, study.primary.unit, study.injection.event) == ("mean", "money", "purchase")
    with pytest.raises(ReportError, match="no column holds the variant"):
        proposed(tmp_path, made.file, **told, control="zeta", force=True)


@pytest.mark.parametrize("primary", ["view", "cart", "purchase", "price"])
def test_revenue_is_of_what_is_bought_where_another_step_is_decided_by(tmp_path: Path, primary: str) -> None:
    """Every event has a price, as in a log of a shop whose views tell that of the product."""
    made = hidden.log(tmp_path, 9, set())
    priced = made.frame.rename(columns={"revenue": "price"}).fillna({"price": 5})
    priced.to_csv(made.file, index=False)
    study, _, _ = proposed(tmp_path, made.file, primary=primary, money="price")
    assert study.metric(study.economics.revenue_metric or "").event == "purchase"
    assert study.primary.event == ("purchase" if primary == "price" else primary) and len(study.funnel.steps) >= 2
    assert study.primary.type == ("mean" if primary == "price" else "proportion")


@pytest.mark.parametrize("name", ["file_row_number", "File_Index", "problem"])
def test_a_column_called_as_one_of_the_reader_can_be_said(tmp_path: Path, name: str) -> None:
    rows = [
        f"2026-07-{1 + i % 9:02d} 1{j}:00:00,{e},u{i},{'AB'[i % 2]}"
        for i in range(80)
        for j, e in enumerate(("view", "buy")[: 1 + (i % 3 == 0)])
    ]
    (tmp_path / "log.csv").write_text("\n".join([f"event_time,event_name,{name},variant", *rows]))
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv", unit=name)
    assert {n for n, _ in sums(study, tmp_path)[study.primary.name].values()} == {40}
    (tmp_path / "units.csv").write_text(
        "\n".join([f"user_id,arm,{name}", *(f"u{i},{'AB'[i % 2]},{i % 5 % 2}" for i in range(80))])
    )
    assert len(proposed(tmp_path, tmp_path / "units.csv", primary=name)[0].metrics) == 1


@pytest.mark.parametrize("digits", [15, 17])
def test_numbers_that_are_too_large_are_told_as_such(tmp_path: Path, digits: int) -> None:
    rows = ["user_id,variant,revenue", *(f"u{i},{'AB'[i % 2]},{10 ** (digits - 1) + 37 * i}" for i in range(60))]
    (tmp_path / "units.csv").write_text("\n".join(rows))
    with pytest.raises(ReportError, match="larger than a metric holds, such as 1"):
        proposed(tmp_path, tmp_path / "units.csv", primary="revenue")


def test_a_condition_that_an_empty_field_leaves_open_is_asked_about(tmp_path: Path) -> None:
    """SQL leaves out what it does not know: a status of those alone who ordered would leave buyers alone."""
    file = units(tmp_path / "t.csv", "if(hash(i) % 10 < 3, if(hash(i) % 7 = 0, 'cancelled', 'paid'), null) as status, i % 40 = 0 as internal")  # fmt: skip
    with pytest.raises(ReportError, match=r"--where says nothing of \d,\d{3} of 2,000 rows") as caught:
        proposed(tmp_path, file, where="status <> 'cancelled'")
    added = re.search(r"if they do, add: (.*?);", str(caught.value))
    assert added
    study, _, said = proposed(tmp_path, file, where=f"status <> 'cancelled' {added[1]}")
    truth = pd.read_csv(file)
    kept = truth[truth.status != "cancelled"].groupby("variant").user_id.count()
    assert {arm: n for arm, (n, _) in sums(study, tmp_path)["converted"].items()} == {"control": kept["old"], "treatment": kept["new"]}  # fmt: skip
    gone = 2_000 - kept.sum()
    assert (
        "Was 'status' known before anybody was assigned?" in said and f"{1_000 - kept['new']} of 1,000 of new" in said
    )
    assert gone > 0


def test_a_condition_on_arms_and_moments_alone_is_not_asked_about(tmp_path: Path) -> None:
    _, _, said = proposed(tmp_path, units(tmp_path / "t.csv"), where="variant in ('old', 'new')")
    assert "known before anybody was assigned" not in said
