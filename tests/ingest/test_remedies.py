"""What a message advises with a key and its value is done, and leads to the truth or to another message; never to a wrong result."""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.config import Study, tracking_plan
from helpers.errors import ReportError, several
from helpers.site import error_catalogue
from helpers.warehouse import build, render, tolerances
from tests.ingest.studies import LOG_COLUMNS, METRICS, REES46, unit_file

RATE = {"name": "rate", "label": "Rate", "role": "primary", "type": "proportion", "event": "purchase"}
REVENUE = {
    "name": "revenue",
    "label": "Revenue",
    "role": "secondary",
    "type": "mean",
    "measure": "sum",
    "unit": "money",
}
LOG_METRICS = [RATE, REVENUE | {"event": "purchase"}]
pytestmark = pytest.mark.slow

KEYS = "rows_in_fields|decimal|encoding|time_format|header_line|delimiter|negative|missing|variants|tolerate\\.[a-z_]+"
ADVICE = re.compile(rf"\b({KEYS}): (\"[^\"]*\"|'[^']*'|{{[^}}]*}}|[\w.%-]+)")
REFUSED = "refused"
"""The outcome of advice that says itself what is then to be mended."""


def people() -> pd.DataFrame:
    """Seventy-nine units of two arms, days and amounts of their own; more of b buy."""
    frame = pd.DataFrame({"who": [f"u{i}" for i in range(79)], "arm": ["ab"[i % 2] for i in range(79)]})
    frame["bought"] = [(i * 7) % 11 < 5 + 3 * (i % 2) for i in range(79)]
    frame["cents"] = [1000 + 37 * i for i in range(79)]
    frame["day"] = [pd.Timestamp(2019, 10, 2 + i % 8) for i in range(79)]
    return frame


def truth(frame: pd.DataFrame, known: pd.Series | bool = True) -> dict[str, tuple[int, int, int, int]]:
    """By arm: units, buyers, units with a known amount, and the sum of these amounts in cents."""
    frame = frame.assign(known=known)
    return {
        arm: (len(of), int(of["bought"].sum()), int(of["known"].sum()), int(of["cents"][of["bought"] & of["known"]].sum()))
        for arm, of in frame.groupby("arm")
    }  # fmt: skip


def events(frame: pd.DataFrame) -> pd.DataFrame:
    """The log of these people, as they are written: a view, a cart, and what was bought."""
    rows = []
    for unit in frame.itertuples():
        for hour, what in enumerate(("view", "cart", "purchase"), 8):
            if what != "purchase" or unit.bought:
                at = unit.day + pd.Timedelta(hours=hour)
                rows.append([at, what, unit.who, f"{unit.cents / 100:.2f}" if what == "purchase" else "", unit.arm])
    return pd.DataFrame(rows, columns=["at", "what", "who", "cost", "arm"])


def log_raw(file: Path, **data: Any) -> dict[str, Any]:
    raw = copy.deepcopy(REES46)
    del raw["injection"]
    raw |= {
        "mode": "online", "segments": [], "metrics": copy.deepcopy(LOG_METRICS),
        "period": {"start": "2019-10-01", "end": "2019-10-15"},
    }  # fmt: skip
    raw["data"] = {
        "source": "log", "path": str(file), "columns": LOG_COLUMNS | {"variant": "arm"},
        "variants": {"a": "control", "b": "treatment"},
    } | data  # fmt: skip
    raw["economics"]["revenue_metric"] = "revenue"
    return raw


def outcome(raw: dict[str, Any], folder: Path) -> dict[str, tuple[int, int, int, int]]:
    """What a run counts, as :func:`truth` does; raises what it refuses."""
    study = Study.model_validate(raw)
    ingest.land(study, folder)
    plan = tracking_plan.tracking_plan(study)
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        variables = build.dbt_vars(study, ingest.landed(folder), plan)
        render.create(con, variables, "fct_row_flow", "int_contaminated", "int_unit_metrics")
        if found := list(tolerances.faults(con, study)):
            raise several(found)
        rows = con.execute(
            """select variant, count(*) filter (metric = 'rate'), sum(y0) filter (metric = 'rate'),
                count(y0) filter (metric = 'revenue'), coalesce(sum(y0) filter (metric = 'revenue'), 0)
            from intermediate.int_unit_metrics join marts.fct_experiment_units using (user_id)
            where population = 'exposed' group by 1"""
        ).fetchall()
    return {{"control": "a", "treatment": "b"}[row[0]]: tuple(map(int, row[1:])) for row in rows}  # type: ignore[misc]


@dataclass(frozen=True)
class Trait:
    """A table with something about it, and what is true under each key that its message advises."""

    name: str
    written: Callable[[pd.DataFrame], pd.DataFrame]
    then: dict[str, Any]
    data: dict[str, Any] = field(default_factory=dict)
    text: Callable[[str], str] = str
    csv: dict[str, Any] = field(default_factory=dict)
    encoding: str = "utf-8"


def timed(how: Callable[[pd.Series], pd.Series]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def written(frame: pd.DataFrame) -> pd.DataFrame:
        log = events(frame)
        return log.assign(at=how(log["at"]))

    return written


def priced(how: Callable[[int, str], str]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Amounts written otherwise, by their place among the purchases."""

    def written(frame: pd.DataFrame) -> pd.DataFrame:
        log = events(frame)
        bought = log["cost"] != ""
        log.loc[bought, "cost"] = [how(i, cost) for i, cost in enumerate(log.loc[bought, "cost"])]
        return log

    return written


def every_fifth(frame: pd.DataFrame) -> pd.Series:
    """Every fifth buyer, as :func:`priced` counts them."""
    place = frame["bought"].cumsum() - 1
    return frame["bought"] & (place % 5 == 0)


ALL = people()
ODD = every_fifth(ALL)
SPENT = ALL.assign(cents=ALL["cents"].where(~ODD, 0))
BACK = ALL[ODD].groupby("arm")["cents"].sum()
REFUNDED = {
    arm: (*of[:3], of[3] - int(BACK[arm])) for arm, of in truth(ALL.assign(bought=ALL["bought"] & ~ODD)).items()
}

PASTED = "\n2019-10-02 08:00:00,view,u1,,b," * 3

TRAITS = [
    Trait(
        "days and months alike",
        timed(lambda at: at.dt.strftime("%d/%m/%Y %H:%M")),
        {"time_format: day_first": truth(ALL)},
    ),
    Trait(
        "dates of two orders",
        timed(lambda at: at.dt.strftime("%d/%m/2019 %H:%M").where(at.dt.day < 9, "10/15/2019 09:00") + ""),
        {"time_format: day_first": REFUSED},
        text=lambda text: text + "13/10/2019 08:00,view,u1,,b\n",
    ),
    Trait(
        "days and months alike before a clock of another sign",
        timed(lambda at: at.dt.strftime("%d/%m/%Y %H.%M")),
        {"time_format: '%d/%m/%Y %H.%M'": truth(ALL)},
    ),
    Trait(
        "hours with a letter",
        timed(lambda at: at.dt.strftime("%Y-%m-%d, %Hh%M")),
        {"time_format: '%Y-%m-%d, %Hh%M'": truth(ALL)},
    ),
    Trait(
        "times that nobody reads",
        timed(lambda at: at.dt.strftime("%Y-%m-%d %H:%M").where(at.dt.hour < 10, "the day before")),
        {},
    ),
    Trait(
        "a few times that nobody reads, of those who buy",
        timed(lambda at: at.dt.strftime("%Y-%m-%d %H:%M").where((at.dt.hour < 10) | (at.dt.day != 3), "soon")),
        {},
    ),
    Trait(
        "amounts that can be read in two ways",
        priced(lambda i, cost: f"1,{cost[-2:]}0"),
        {
            'decimal: "."': truth(ALL.assign(cents=100_000 + ALL["cents"] % 100 * 1_000)),
            'decimal: ","': truth(ALL.assign(cents=100 + ALL["cents"] % 100)),
        },
    ),
    Trait(
        "amounts of two formats",
        priced(lambda i, cost: cost.replace(".", ",") if i % 5 == 0 else cost),
        {'decimal: "."': truth(ALL, ~ODD)},
        data={"tolerate": {"wrong_type": 1}},
    ),
    Trait(
        "amounts below zero",
        priced(lambda i, cost: f"-{cost}" if i % 5 == 0 else cost),
        {"negative: refund": REFUNDED},
    ),
    Trait(
        "amounts that are empty",
        priced(lambda i, cost: "" if i % 5 == 0 else cost),
        {"missing: zero": truth(SPENT)},
    ),
    Trait(
        "an export appended twice",
        lambda frame: pd.concat([events(frame)] * 2),
        {"tolerate.repeated": truth(ALL)},
    ),
    Trait(
        "levels in capitals",
        lambda frame: events(frame).replace({"arm": {"a": "A"}}),
        {"variants": truth(ALL)},
    ),
    Trait(
        "units of which no row tells the variant",
        lambda frame: events(frame).assign(arm=lambda log: log["arm"].where(~log["who"].isin(ALL["who"][ODD]), "")),
        {"variants": truth(ALL[~ODD])},
    ),
    Trait(
        "a control that is written as nothing",
        lambda frame: events(frame).replace({"arm": {"a": None}}),
        {"variants": truth(ALL)},
    ),
    Trait(
        "a control that is written as nothing, beside names",
        lambda frame: events(frame).replace({"arm": {"a": None, "b": "treatment"}}),
        {"variants": truth(ALL)},
        data={"variants": {}},
    ),
    Trait("another delimiter", events, {"delimiter: ';'": truth(ALL)}, data={"delimiter": ","}, csv={"sep": ";"}),
    Trait(
        "another encoding",
        events,
        {"encoding": truth(ALL)},
        text=lambda text: text.replace(",u", ",ü"),
        encoding="cp1252",
    ),
    Trait(
        "rows that were pasted into a text",
        lambda frame: events(frame).assign(note=lambda log: ["see" + PASTED, *[""] * (len(log) - 1)]),
        {"rows_in_fields: true": truth(ALL)},
    ),
    Trait("a title above", events, {"header_line: 3": truth(ALL)}, text=lambda text: f"Events of October\n\n{text}"),
]


def done(raw: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """The study with the key that a message advises."""
    raw = copy.deepcopy(raw)
    if key == "missing":
        raw["metrics"][1]["missing"] = value
        return raw
    *above, last = key.split(".")
    place = raw["data"]
    for name in above:
        place = place.setdefault(name, {})
    place[last] = value
    return raw


def advice(error: ReportError) -> list[tuple[str, str]]:
    """Keys with their values in the remedies of an error."""
    remedies = "\n".join(line for line in str(error).splitlines() if line.strip().startswith("remedy:"))
    return ADVICE.findall(remedies)


@pytest.mark.parametrize("trait", TRAITS, ids=lambda trait: trait.name)
def test_every_key_that_a_message_advises_gives_the_truth(tmp_path, trait):
    file = tmp_path / "log.csv"
    file.write_bytes(trait.text(trait.written(people()).to_csv(index=False, **trait.csv)).encode(trait.encoding))
    raw = log_raw(file, **trait.data)
    with pytest.raises(ReportError) as caught:
        outcome(raw, tmp_path / "as it is")
    found = advice(caught.value)
    told = {next((t for t in trait.then if f"{key}: {value}".startswith(t)), f"{key}: {value}") for key, value in found}
    assert told == set(trait.then), str(caught.value)
    for number, (key, value) in enumerate(found):
        wanted = next(then for t, then in trait.then.items() if f"{key}: {value}".startswith(t))
        changed = done(raw, key, yaml.safe_load(value))
        if wanted == REFUSED:
            with pytest.raises(ReportError):
                outcome(changed, tmp_path / str(number))
        else:
            assert outcome(changed, tmp_path / str(number)) == wanted, f"{key}: {value}"


def test_every_kind_of_key_that_a_remedy_names_is_tried():
    rooms = ("helpers.ingest", "helpers.warehouse")
    texts = [
        text for entry in error_catalogue.errors()
        if entry.module.startswith(rooms) and ".new_study" not in entry.module
        for label, text in entry.parts if label == "what to do"
    ]  # fmt: skip
    texts += tolerances._REMEDIES.values()
    named = {key for text in texts for key in re.findall(r"data\.([a-z_.]+): ", text)}
    tried = {advised.split(":")[0] for trait in TRAITS for advised in trait.then}
    assert named - {"source"} <= tried, "a log instead of a table of units is another study"
    assert not {key for key in named if key.startswith("tolerate.")} - {"tolerate.repeated"}


AMOUNTS = st.lists(
    st.sampled_from(["12.50", "3", "0", "n/k", "NaN", "-5", "1e400"]),
    min_size=int(ALL["bought"].sum()),
    max_size=int(ALL["bought"].sum()),
)


@settings(deadline=None, max_examples=8)
@given(AMOUNTS, st.sampled_from(["drop", "zero", None]))
def test_a_wrong_amount_costs_the_sum_of_its_unit_and_nothing_else(tmp_path_factory, written, missing):
    """Whatever stands in the amounts of a log, everybody who bought has bought; only sound amounts are summed."""
    folder = tmp_path_factory.mktemp("amounts")
    frame = people()
    place = frame["bought"].cumsum() - 1
    texts = [written[i] if bought else "0" for i, bought in zip(place, frame["bought"], strict=True)]
    sound = pd.Series([text in ("12.50", "3", "0") for text in texts])
    events_of = priced(lambda i, _: written[i])
    events_of(frame).to_csv(folder / "log.csv", index=False)
    raw = log_raw(folder / "log.csv", tolerate={"wrong_type": 1, "negative_price": 1})
    if missing:
        raw["metrics"][1]["missing"] = missing
    cents = pd.Series([round(float(text) * 100) if ok else 0 for text, ok in zip(texts, sound, strict=True)])
    assert outcome(raw, folder / "raw") == truth(frame.assign(cents=cents), sound)


def test_a_wrong_value_where_nothing_is_summed_costs_nothing(tmp_path):
    log = events(people())
    log.loc[log["what"] == "view", "cost"] = (["n/k", "-1"] * 40)[:79]
    log.to_csv(tmp_path / "log.csv", index=False)
    with pytest.raises(ReportError, match="wrong_type"):
        outcome(log_raw(tmp_path / "log.csv"), tmp_path / "strict")
    tolerate = {"wrong_type": 0.5, "negative_price": 0.5}
    assert outcome(log_raw(tmp_path / "log.csv", tolerate=tolerate), tmp_path / "raw") == truth(ALL)


@pytest.mark.parametrize("value", ["zero", "drop"])
def test_both_meanings_of_an_empty_outcome_give_their_truth(tmp_path, value):
    """Of a unit table: the advice of the message, done."""
    empty = ALL.index % 4 == 0
    told = ALL.assign(
        bought=ALL["bought"].astype(int), spend=(ALL["cents"] / 100).where(ALL["bought"], 0).astype(str), rounds=1
    )
    told["spend"] = told["spend"].where(~empty, "")
    told[["who", "arm", "bought", "spend", "rounds"]].to_csv(tmp_path / "units.csv", index=False)
    metrics = [METRICS[0], METRICS[1] | {"name": "revenue", "missing": "error"}, METRICS[2]]
    raw = unit_file(tmp_path / "units.csv", {"metrics": metrics})
    raw["economics"]["revenue_metric"] = "revenue"
    with pytest.raises(ReportError) as caught:
        outcome(raw, tmp_path / "strict")
    assert ("missing", value) in advice(caught.value)
    spent = ALL.assign(cents=ALL["cents"].where(~empty, 0))
    wanted = truth(spent, ~pd.Series(empty) if value == "drop" else True)
    assert outcome(done(raw, "missing", value), tmp_path / "done") == wanted
