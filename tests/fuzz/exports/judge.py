"""Whether what is proposed of an export is right: against the truth of its generator, and the values that a run computes."""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from helpers import config, ingest
from helpers.config import Log, Study, Units, tracking_plan
from helpers.errors import ReportError
from helpers.ingest import new_study
from helpers.warehouse import render, tolerances
from helpers.warehouse.build import dbt_vars
from tests.fuzz.exports.cases import Export, export
from tests.fuzz.exports.truth import Truth

RIGHT, ASKED, TRUE, FALSE, WRONG = "right", "asked rightly", "refused truly", "refused falsely", "wrong"
VERDICTS = (RIGHT, ASKED, TRUE, FALSE, WRONG)
MOST_OPTIONS = 4


@dataclass(frozen=True)
class Judged:
    """What became of an export, and why."""

    verdict: str
    why: str = ""


def judged(made: Export) -> Judged:
    """The verdict on what is proposed of an export when nobody is asked anything."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            study = _proposed(made, Path(folder), {})
        except ReportError as error:
            return _refused(made, str(error), Path(folder))
        if made.truth.shape == "nothing":
            told = study.mode != "online"
            return Judged(RIGHT if told else WRONG, "" if told else "takes for an experiment what is none")
        fault = _fault(made.truth, study, Path(folder))
        if not fault and made.truth.silent:
            fault = "guesses the control, and nothing tells it"
        return Judged(WRONG, fault) if fault else Judged(RIGHT)


def _proposed(made: Export, folder: Path, told: dict[str, Any]) -> Study:
    written = new_study.propose(str(made.file), name=f"try_{len(told)}", said=new_study.Said(**told), base=folder)
    return config.load(written.file)


def _refused(made: Export, message: str, folder: Path) -> Judged:
    """A refusal is true where the option that it names makes the proposal right; where a file is no experiment, where it says so."""
    truth, first = made.truth, message
    if truth.shape == "nothing":
        said = re.search(
            r"without a variant|no variant|no column that can be a variant|not an experiment|no experiment", message
        )
        return Judged(RIGHT) if said else Judged(FALSE, message)
    worded = re.findall(r"'([^']+)' an outcome in words \([^)]*\): write it as 1 and 0", message)
    if truth.goals.keys() & set(worded):
        plain = judged(export(made.seed, folder, seen=made.seen, worded=False))
        return Judged(
            TRUE if plain.verdict in (RIGHT, ASKED, TRUE) else plain.verdict, f"{first}\n  with 1 and 0: {plain.why}"
        )
    told: dict[str, Any] = {}
    names: list[str] = []
    while len(told) < MOST_OPTIONS:
        offered = [o.replace("-", "_") for o in re.findall(r"--([a-z-]+[a-z])", message)]
        option = next((o for o in offered if o not in names and truth.answer(o)), None)
        if option is None:
            return Judged(FALSE, message if message == first else f"{first}\n  then, with {told}: {message}")
        names.append(option)
        told["outcomes" if option == "outcome" else option] = truth.answer(option)
        try:
            study = _proposed(made, folder, told)
        except ReportError as error:
            message = str(error)
            continue
        if fault := _fault(truth, study, folder):
            return Judged(FALSE, f"{first}\n  with {told}: {fault}")
        return Judged(ASKED if set(names) <= truth.asks else TRUE, first)
    return Judged(FALSE, first)


def _fault(truth: Truth, study: Study, folder: Path) -> str:
    """What is wrong with a study; '' of a right one."""
    data = study.data
    if study.mode != "online" or not isinstance(data, Log | Units):
        return "is taken for no experiment"
    if isinstance(data, Log) != truth.is_log:
        return f"is read as {data.source}"
    columns = {
        role: getattr(column, "column", column) or getattr(column, "value", "") for role, column in data.columns.items()
    }
    if columns.get("user_id") not in {truth.unit, *truth.alike}:
        return f"unit {columns.get('user_id')!r}, not {truth.unit!r}"
    if columns.get("variant") not in truth.variants:
        return f"variant {columns.get('variant')!r}, not {sorted(truth.variants)}"
    if truth.cluster and columns.get("cluster", study.cluster) in (None, ""):
        return f"takes the units as independent, '{truth.cluster}' was randomised"
    primary = study.primary
    goal, name = _goal(truth, study)
    if goal is None:
        return f"primary {name!r} ({primary.type}), not one of {sorted(truth.goals)}"
    try:
        found, control = _values(study, folder)
    except ReportError as error:
        return f"cannot be built: {error}"
    main = truth.control if truth.control in truth.units else None
    expected = sorted((n, round(goal.means[level], 4)) for level, n in truth.units.items())
    if sorted((n, round(mean, 4)) for n, mean in found.values()) != expected:
        return f"units and means {sorted(found.values())}, not {expected} of {name!r} ({goal.kind})"
    if main is not None and round(found[control][1], 4) != round(goal.means[main], 4):
        return f"control {control!r} with {found[control]}, not {main!r}"
    return ""


def _goal(truth: Truth, study: Study) -> tuple[Any, str]:
    """The goal that the primary metric is, and what the file calls it."""
    metric, data = study.primary, study.data
    if isinstance(data, Units):
        column = data.outcomes.get(metric.event or "", "")
        return truth.goals.get(column), column
    assert isinstance(data, Log)
    called = {name: level for level, name in data.events.items()}
    event = called.get(metric.event or "", metric.event or "")
    if metric.measure == "sum":
        column = data.columns.get("price")
        name = str(getattr(column, "column", column))
        return truth.goals.get(name), name
    goal = truth.goals.get(event)
    return (goal if metric.type == "proportion" else None), event


def _values(study: Study, folder: Path) -> tuple[dict[str, tuple[int, float]], str]:
    """Units and mean of the primary metric by arm, computed by the models of the warehouse."""
    where = Path(tempfile.mkdtemp(dir=folder))
    ingest.land(study, where / "raw")
    log = ingest.landed(where / "raw")
    plan = tracking_plan.tracking_plan(study, folder / "studies")
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'; set threads = 2")
        render.create(con, dbt_vars(study, log, plan), "fct_row_flow", "fct_experiment_results", "dim_amounts")
        tolerances.enforce(con, study, log)
        amounts = dict(con.execute("select event_name, digits from marts.dim_amounts").fetchall())
        rows = con.execute(
            "select variant, units, sum_y from marts.fct_experiment_results"
            " where population = 'exposed' and dimension = 'all' and metric = ?", [study.primary.name],
        ).fetchall()  # fmt: skip
    digits = amounts.get(study.primary.event, 0) if study.primary.measure == "sum" else 0
    return {arm: (n, float(y) / 10**digits / n) for arm, n, y in rows if n}, study.control.name
