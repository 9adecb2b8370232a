"""A metric of which exposed units show nothing is told by check, with the cause. The oracle is pandas."""

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.notebooks import degenerate
from tests.notebooks.degenerate import metric
from tests.warehouse.test_noticed import FUNNEL, notes

ARMS = ("arm_a", "arm_b")
START, END = pd.Timestamp(degenerate.START), pd.Timestamp(degenerate.END)
BOUGHT = {"name": "bought", "label": "Bought", "role": "primary", "type": "proportion", "event": "buy"}
METRICS = [
    BOUGHT,
    BOUGHT | {"name": "soon", "label": "Soon", "role": "secondary", "within_days": 1},
    BOUGHT | {"name": "returned", "label": "Returned", "role": "secondary", "event": "return"},
    {"name": "spend", "label": "Spend", "role": "secondary", "type": "mean", "measure": "sum", "unit": "money", "event": "buy",
     "missing": "drop"},
]  # fmt: skip
Rows = list[tuple[str, str, str, str, str]]


def log(folder: Path, rows: Rows) -> Path:
    file = degenerate.log(folder, "outcomes", [row[:4] for row in rows], metrics=METRICS, **FUNNEL)
    raw = yaml.safe_load(file.read_text())
    raw["data"]["columns"]["price"] = "cost"
    raw["period"]["baseline"] = "2026-02-16"
    file.write_text(yaml.safe_dump(raw))
    pd.DataFrame(rows, columns=["at", "what", "who", "arm", "cost"]).to_csv(folder / "outcomes.csv", index=False)
    plan = folder / "studies" / "tracking_plans" / "outcomes.yml"
    planned = yaml.safe_load(plan.read_text())
    events = dict.fromkeys(("open", "buy", "return"), next(iter(planned["events"].values())))
    plan.write_text(degenerate._yaml(planned | {"events": events}))
    return file


@st.composite
def logs(draw: st.DrawFn) -> Rows:
    """Units that open on a day; each may buy or return something before or after, for some amount or an unknown one."""
    day = st.sampled_from(["2026-02-20", "2026-03-02", "2026-03-03", "2026-03-09"])
    names = draw(st.sampled_from([("buy",), ("return",), ("buy", "return"), ()]))
    amounts = st.sampled_from(draw(st.sampled_from([("",), ("0",), ("", "0", "9.50"), ("3",)])))
    rows = [("2026-03-15T20:00:00", "open", "late_a", ARMS[0], "")] * draw(st.integers(0, 1))
    for n in range(draw(st.integers(2, 6))):
        unit, arm = f"u{n}", ARMS[n % 2]
        rows.append((f"{draw(st.sampled_from(['2026-03-02', '2026-03-04']))}T12:{n:02d}:00", "open", unit, arm, ""))
        for name in names:
            if draw(st.booleans()):
                rows.append((f"{draw(day)}T15:{n:02d}:00", name, unit, arm, draw(amounts)))
    return rows


def values(frame: pd.DataFrame, each: dict[str, object]) -> pd.Series:
    """The value of each exposed unit, missing where it has none."""
    exposed = frame[frame["what"] == "open"].groupby("who")["at"].min()
    buys = frame[frame["what"] == each["event"]].assign(since=lambda rows: rows["who"].map(exposed))
    buys = buys[buys["at"] >= buys["since"]]
    days = pd.Timedelta(days=int(each.get("within_days", 0)))
    if days:
        buys = buys[buys["at"] <= buys["since"] + days]
    if each["type"] == "proportion":
        found = buys.groupby("who").size().clip(upper=1).reindex(exposed.index, fill_value=0).astype(float)
    else:
        found = buys.groupby("who")["cost"].agg(lambda costs: costs.sum(skipna=False))
        found = found.reindex(exposed.index, fill_value=0).astype(float)
    return found.where(exposed + days <= min(END, frame["at"].max())) if days else found


@pytest.mark.slow
@settings(deadline=None, max_examples=8)
@given(logs())
def test_a_metric_that_shows_nothing_is_told(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("outcomes")
    frame = pd.DataFrame(rows, columns=["at", "what", "who", "arm", "cost"])
    frame = frame.assign(at=pd.to_datetime(frame["at"]), cost=pd.to_numeric(frame["cost"]))
    arm_of = frame.groupby("who")["arm"].first()
    wanted = {}
    for each in METRICS:
        found = values(frame[frame["at"] >= START], each)
        known = found.notna().groupby(arm_of).sum()
        if not known.all():
            blank = " and ".join(known.index[known == 0])
            wanted[each["label"]] = "no value in any unit" + (f" of {blank}" if known.any() else "")
        elif not found.fillna(0).any():
            wanted[each["label"]] = "0 in every unit"
    told = [note for note in notes(log(folder, rows)) if re.match("Bought|Soon|Returned|Spend", note)]
    assert {note.split()[0]: re.split(" is | has |:", note)[1] for note in told} == wanted


OPENS = [(f"2026-03-0{n + 2}T12:00:00", "open", f"u{n}", ARMS[n % 2], "") for n in range(4)]


@pytest.mark.parametrize(
    ("what", "rows", "told"),
    [
        ("Bought", [], "Bought is 0 in every unit: the log holds no event buy"),
        ("Bought", [("2026-02-20T12:00:00", "buy")], "Bought is 0 in every unit: no buy lies in the experiment (1 in the log)"),
        ("Bought", [("2026-03-02T09:00:00", "buy")], "Bought is 0 in every unit: no buy comes after the exposure of its unit (1 in the experiment)"),
        ("Soon", [("2026-03-09T09:00:00", "buy")], "Soon is 0 in every unit: no buy comes within 1 days of the exposure (1 after it)"),
        ("Spend", [("2026-03-09T09:00:00", "buy", "")], "Spend is 0 in every unit: no buy that counts has an amount (1 without one);"
                                                         " a unit with one is left out, the others count as 0"),
        ("Spend", [("2026-03-09T09:00:00", "buy", "0")], "Spend is 0 in every unit: all buy that count, 1, add up to 0"),
        ("Spend", [("2026-03-09T09:00:00", "buy", "0.01")], None),
    ],
)  # fmt: skip
def test_why_a_metric_of_a_log_shows_nothing(tmp_path, what, rows, told):
    rows = [(at, name, "u0", ARMS[0], *(cost or ["5"])) for at, name, *cost in rows]
    found = [note for note in notes(log(tmp_path, [*OPENS, *rows])) if note.startswith(what)]
    assert found == ([told] if told else [])


def test_why_a_metric_of_a_unit_table_shows_nothing(tmp_path):
    rows = [
        {"who": f"u{n}", "arm": ARMS[n % 2], "some": n % 3 % 2, "spend": "", "rounds": 0, "half": n if n % 2 else "", "six": 6}
        for n in range(12)
    ]  # fmt: skip
    asked = [metric(name, "mean", "secondary") for name in ("spend", "rounds", "half", "six")]
    asked[1]["unit"] = "count"
    guard = metric("half", "mean", "guardrail") | {"margin": {"relative": 0.1}}
    ratio = metric("six", "ratio", "secondary") | {"per": "rounds"}
    file = degenerate.units(tmp_path, "nothing", rows, [metric("some"), *asked, ratio, guard])
    assert notes(file) == [
        "Spend mean has no value in any unit: column 'spend' holds no number there",
        "Rounds mean is 0 in every unit: column 'rounds' holds nothing but 0 and empty fields",
        "Half mean has no value in any unit of arm_a: column 'half' holds no number there",
        "Six ratio has no value: column 'rounds' holds nothing but 0 and empty fields; it is divided by rounds",
        "Guard has no value in any unit of arm_a: column 'half' holds no number there; without its guardrail a study has no decision",
    ]
