"""In a table of units a column tells how many there were: counts and divisors are its sums. The oracle is pandas."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers import ingest
from helpers.config import Study
from helpers.config.tracking_plan import tracking_plan
from helpers.errors import ReportError
from helpers.warehouse import outcomes, query, render, tolerances
from helpers.warehouse.build import dbt_vars
from tests.ingest.studies import REES46, unit_study

ARMS = {"a": "control", "b": "treatment"}
OUTCOMES = {"clicks": "clicks", "views": "views", "paid": "paid"}
BEFORE = {"clicks": "earlier"}


def metric(name: str, kind: str, **keys: object) -> dict[str, object]:
    return {"name": name, "label": name, "role": "secondary", "type": kind, "unit": "number"} | keys


METRICS = [
    metric("clicked", "proportion", event="clicks", role="primary", unit="share"),
    metric("clicks", "mean", event="clicks", measure="count", unit="count", covariate=True),
    metric("rate", "ratio", event="clicks", measure="count", per="views"),
    metric("a_clicker", "ratio", event="clicks", measure="count", per="count"),
    metric("paid_a_view", "ratio", event="paid", measure="sum", per="views", unit="money"),
    metric("paid_a_payer", "ratio", event="paid", measure="sum", per="count", unit="money"),
]
NUMBER = st.one_of(st.none(), st.integers(0, 40))


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Units of two arms; a number may be missing, and clicks may be more than views."""
    arms = draw(st.lists(st.sampled_from("ab"), max_size=10).map(lambda more: ["a", "b", *more]))
    columns = {name: draw(st.lists(NUMBER, min_size=len(arms), max_size=len(arms))) for name in ("clicks", "views", "paid", "earlier")}  # fmt: skip
    return pd.DataFrame({"who": range(len(arms)), "arm": arms, **columns}).astype(dict.fromkeys(columns, "Int64"))


def study(folder: Path, table: pd.DataFrame, metrics: list[dict[str, object]] = METRICS) -> Study:
    table.to_csv(folder / "units.csv", index=False)
    economics = {**REES46["economics"], "revenue_metric": None}
    period = {"baseline": "2026-02-02", "start": "2026-03-02", "end": "2026-03-16"}
    changes = {"metrics": metrics, "economics": economics, "period": period}
    return unit_study(folder / "units.csv", changes, outcomes=OUTCOMES, before=BEFORE)


def modelled(con: duckdb.DuckDBPyConnection, folder: Path, told: Study) -> dict[str, int]:
    """The marts of a study; digits of its amounts."""
    ingest.land(told, folder / "landed")
    log = ingest.landed(folder / "landed")
    variables = dbt_vars(told, log, tracking_plan(told))
    models = render.Models(con, variables)
    models.make("fct_row_flow", "fct_repeats", "int_contaminated", "int_unit_metrics")
    tolerances.enforce(con, told, log)
    models.make("fct_experiment_results", "dim_amounts", "fct_events", "fct_activity")
    return variables["amount_digits"]


def expected(table: pd.DataFrame, each: dict[str, object]) -> dict[str, tuple[int, int, int]]:
    """Of each arm the units with a value, its sum and that of what it is divided by, 0 where it is divided by nothing."""
    y = table[each["event"]]
    d = (y > 0) if each.get("per") == "count" else table[each["per"]] if "per" in each else y * 0
    y = y if "measure" in each else y > 0
    rows = pd.DataFrame({"arm": table.arm, "y": y.astype("Int64"), "d": d.astype("Int64")}).dropna()
    return {arm: (len(of), int(of.y.sum()), int(of.d.sum())) for arm in ARMS if len(of := rows[rows.arm == arm])}


def rows(column: pd.Series) -> int:
    """How many events a column makes: a zero is none, and of a value that is missing nobody knows."""
    return int((column != 0).fillna(False).sum())


@settings(max_examples=12)
@given(tables())
def test_counts_and_divisors_are_sums_of_their_columns(
    tmp_path_factory: pytest.TempPathFactory, table: pd.DataFrame
) -> None:
    folder = tmp_path_factory.mktemp("counts")
    with duckdb.connect() as con:
        try:
            digits = modelled(con, folder, study(folder, table))
        except ReportError as error:
            if "is known in one arm more than in another" in str(error):
                known = table.earlier.notna().groupby(table.arm).mean()
                assert known.min() < known.max() / 2
                return
            assert "value of the primary metric" in str(error)
            assert not all(table.clicks[table.arm == arm].notna().any() for arm in ARMS)
            return
        told = con.execute(
            """select metric, variant, sample_size, sum_y, coalesce(sum_d, 0), sum_x from marts.fct_experiment_results
            where population = 'assigned' and dimension = 'all'"""
        ).fetchall()
        counted = {name: told for name, *told, _ in query.query(con, "events").itertuples(index=False)}
        daily = query.query(con, "activity")
    for name in OUTCOMES:
        assert counted[name][0] == rows(table[name]), "what stood before is no outcome"
        assert counted[name][1] == (rows(table[BEFORE[name]]) if name in BEFORE else 0)
        assert counted[name][2] == table[name].isna().sum()
        of_event = daily[daily.event_name == name]
        assert sum(of_event.amount) == int(table[name].sum()) * 10 ** int(of_event.digits.max() if len(of_event) else 0)
    for each in METRICS:
        unit = 10 ** digits["paid"] if each["event"] == "paid" else 1
        found = {variant: (n, y / unit, d) for name, variant, n, y, d, _ in told if name == each["name"] and n}
        assert found == {ARMS[arm]: sums for arm, sums in expected(table, each).items()}
    history = {variant: x for name, variant, _, _, _, x in told if name == "clicks"}
    if table.earlier.notna().all() and table.clicks.notna().all():
        assert history == {ARMS[arm]: int(table.earlier[table.arm == arm].sum()) for arm in ARMS}


def test_an_arm_without_anything_to_divide_by_is_named(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"who": range(4), "arm": list("abab"), "clicks": [1, 2, 3, 4], "views": [0, 5, 0, 6], "paid": 1, "earlier": 0}
    )
    told = study(tmp_path, table)
    with duckdb.connect() as con:
        modelled(con, tmp_path, told)
        said = [note for note in outcomes.nothing(con, told) if "rate" in note]
    assert said == ["rate has no value in any unit of control: views is 0 there; it is divided by views"]


@pytest.mark.parametrize(("name", "per"), [("clicks", "count"), ("views", "views")])
def test_what_is_counted_is_a_whole_number(tmp_path: Path, name: str, per: str) -> None:
    table = pd.DataFrame({"who": range(4), "arm": list("abab"), "clicks": 1, "views": 1, "paid": 1, "earlier": 0})
    metrics = [METRICS[0], metric("rate", "ratio", event="clicks", measure="count", per=per)]
    told = study(tmp_path, table.assign(**{name: [1, 2, 2.5, 3]}), metrics)
    with duckdb.connect() as con, pytest.raises(ReportError, match=r"2\.5") as refused:
        modelled(con, tmp_path, told)
    assert "a number with decimals, where whole ones are counted" in str(refused.value)
    assert f"'{name}'" in str(refused.value)


def test_what_is_divided_by_is_no_money(tmp_path: Path) -> None:
    table = pd.DataFrame({"who": range(2), "arm": list("ab"), "clicks": 1, "views": 1, "paid": 1, "earlier": 0})
    metrics = [*METRICS, metric("views", "mean", event="views", measure="sum", unit="money")]
    with pytest.raises(ValidationError, match="'views' summed as a count and as money"):
        study(tmp_path, table, metrics)
