"""A variant without a unit to compare is told before anything is built, in one message and with its true cause."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import assignment, config
from helpers.config import tracking_plan
from helpers.warehouse.examine import examined
from tests.notebooks import degenerate
from tests.notebooks.degenerate import metric

BOUGHT = {"name": "bought", "label": "Bought", "role": "primary", "type": "proportion", "event": "buy"}
FUNNEL = {"exposure": "open", "funnel": {"steps": ["open", "buy"], "window_hours": 24}}


def said(file: Path, what: str = "faults") -> list[str]:
    study, where = config.opened(file)
    found = examined(study, where, tracking_plan.tracking_plan(study, where.base / "studies"), full=True)
    return list(map(str, getattr(found, what)))


def events(arm: str, day: str, names: tuple[str, ...] = ("open", "buy")) -> list[tuple[str, str, str, str]]:
    return [(f"{day}T0{hour}:00:00", name, f"{arm}{n}", arm) for n in range(3) for hour, name in enumerate(names, 8)]


@pytest.mark.parametrize(
    ("treated", "cause"),
    [
        (events("arm_b", "2026-04-20"), "the rows of arm_b lie outside of it: 6 from 2026-04-20 08:00 to 2026-04-20 09:00"),
        (events("arm_b", "2026-02-20"), "the rows of arm_b lie outside of it: 6 from 2026-02-20 08:00"),
        (events("arm_b", "2026-03-03", ("buy",)), "3 units of arm_b are assigned and never reach open"),
        ([(at, what, who.replace("b", "a"), arm) for at, what, who, arm in events("arm_b", "2026-03-03", ("open",))],
         "of the 3 rows of arm_b none is left: 3 are of units in two variants"),
    ],
)  # fmt: skip
def test_an_arm_of_a_log_without_a_unit_in_the_experiment(tmp_path, treated, cause):
    told = {"two_variants": 1.0}
    rows = [*events("arm_a", "2026-03-03"), *events("arm_a_", "2026-03-04")]
    rows = [(at, what, who, "arm_a") for at, what, who, _ in rows]
    file = degenerate.log(tmp_path, "empty", [*rows, *treated], metrics=[BOUGHT], **FUNNEL)
    file.write_text(file.read_text().replace("data:\n", f"data:\n  tolerate: {told}\n"))
    (fault,) = said(file)
    assert "no unit of arm_b is exposed in the experiment" in fault and cause in fault
    healthy = degenerate.log(tmp_path, "healthy", [*rows, *events("arm_b", "2026-03-05")], metrics=[BOUGHT], **FUNNEL)
    assert said(healthy) == []


@pytest.mark.parametrize("sure", [0, 1])
def test_units_that_all_stand_in_two_variants_are_no_experiment(tmp_path, sure):
    """Whatever a study tolerates: where a unit of each arm is left, there is one."""
    both = [
        (at, what, f"both{who[-1]}", arm)
        for arm in ("arm_a", "arm_b")
        for at, what, who, _ in events(arm, "2026-03-03")
    ]
    rows = [*both, *(row for arm in ("arm_a", "arm_b") for row in events(arm, "2026-03-04") if sure)]
    file = degenerate.log(tmp_path, "both", rows, metrics=[BOUGHT], **FUNNEL)
    file.write_text(file.read_text().replace("data:\n", "data:\n  tolerate: {two_variants: 1.0}\n"))
    found = said(file)
    assert len(found) == 1 - sure and all(
        "every unit stands in two variants" in fault and "3 units" in fault for fault in found
    )


def test_an_arm_of_a_unit_table(tmp_path):
    rows = [{"who": f"u{n}", "arm": f"arm_{'ab'[n % 2]}", "at": "2026-03-03", "some": n % 3 % 2} for n in range(8)]
    for name, day in (("healthy", "2026-03-04"), ("empty", "2026-05-04")):
        moved = [row | ({"at": day} if row["arm"] == "arm_b" else {}) for row in rows]
        file = degenerate.units(tmp_path, name, moved, [metric("some")])
        file.write_text(file.read_text().replace("    user_id: who\n", "    user_id: who\n    event_time: at\n"))
        found = said(file)
        assert len(found) == (name == "empty")
    assert "no unit of arm_b is exposed" in found[0] and "lie outside of it: " in found[0]


SURE = [("2026-03-03T08:00:00", "open", f"sure{n}", "arm_a") for n in range(2)]
LOST = {
    "before": ([("2026-02-20", "open", "arm_b")], "outside"),
    "after": ([("2026-04-20", "open", "arm_b"), ("2026-04-21", "buy", "arm_b")], "outside"),
    "two variants": ([("2026-03-03", "open", "arm_b"), ("2026-03-04", "open", "arm_a")], "two"),
    "no exposure": ([("2026-03-03", "buy", "arm_b")], "assigned"),
    "exposed before its variant": ([("2026-03-03", "open", ""), ("2026-03-04", "buy", "arm_b")], "early"),
    "left out": ([("2026-03-03", "open", "staff")], ""),
    "of no variant": ([("2026-03-03", "open", "")], "empty"),
}
"""Units of arm_b by how they are lost: day, event and level of their rows, and what is to be said of them."""


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(st.lists(st.sampled_from(sorted(LOST)), max_size=5))
def test_the_cause_that_is_told_of_an_arm_is_true(tmp_path_factory, ways):
    """Units of the arm lost in drawn ways: each cause is told with the number of units or rows that it holds for."""
    rows = [(f"{day}T1{n}:00:00", what, f"u{n}", arm) for n, way in enumerate(ways) for day, what, arm in LOST[way][0]]
    metrics = {"metrics": [BOUGHT], "period": {"baseline": "2026-02-16", "start": "2026-03-02", "end": "2026-03-16"}}
    file = degenerate.log(tmp_path_factory.mktemp("arms"), "lost", [*SURE, *rows], **metrics, **FUNNEL)
    raw = yaml.safe_load(file.read_text())
    raw["variants"] = [{"name": arm, "weight": 0.5} for arm in ("arm_a", "arm_b")]
    raw["data"] |= {
        "variants": {"arm_a": "arm_a", "arm_b": "arm_b", "staff": "leave_out"},
        "tolerate": {"two_variants": 1.0},
    }
    file.write_text(yaml.safe_dump(raw))
    (fault,) = said(file)
    fates = [LOST[way][1] for way in ways]
    assigned, early = fates.count("assigned") + fates.count("early"), fates.count("early")
    sayings = [(LOST[way][1], row) for way in ways for row in LOST[way][0] if row[2] == "arm_b"]
    outside = sum(fate == "outside" for fate, _ in sayings)
    if "empty" in fates:
        assert "holds levels that the study does not map" in fault
        assert f"empty ({fates.count('empty')} unit" in fault
        return
    assert "no unit of arm_b is exposed in the experiment" in fault
    if assigned:
        told = f"{assigned} units of arm_b are assigned and never reach open after that"
        told += f"; {early} do before the first row that tells their variant" if early else ""
    elif not sayings:
        told = "no row says arm_b"
    elif outside == len(sayings):
        told = f"the rows of arm_b lie outside of it: {outside} from 2026-"
    else:
        told = f"of the {len(sayings)} rows of arm_b none is left: "
        told += f"{outside} lie outside of the experiment, " if outside else ""
        told += f"{fates.count('two')} are of units in two variants"
    assert told in fault, fault


def test_rows_that_were_refused_are_no_rows_that_nobody_wrote(tmp_path):
    rows = [{"who": f"u{n}", "arm": f"arm_{'ab'[n % 2]}", "seen": "arm_a", "some": n % 3 % 2} for n in range(8)]
    file = degenerate.units(tmp_path, "redirected", rows, [metric("some")])
    raw = yaml.safe_load(file.read_text())
    raw["data"]["columns"]["shown"] = "seen"
    raw["data"]["tolerate"] = {"shown_otherwise": 1.0}
    file.write_text(yaml.safe_dump(raw))
    (fault,) = said(file)
    assert "all 4 rows of arm_b were refused when the table was read" in fault


@pytest.mark.parametrize("table", [False, True])
@pytest.mark.parametrize("units", [1, 2, 3, 6])
def test_an_arm_of_an_offline_study_that_the_hash_leaves_empty(tmp_path, units, table):
    offline = {"mode": "offline", "injection": {"event": "buy", "relative_uplift": {"all": 0.1}}}
    if table:
        rows = [{"who": f"u{n}", "arm": "none", "buy": n % 2} for n in range(units)]
        file = degenerate.units(tmp_path, "tiny", rows, [metric("buy")], **offline)
    else:
        seen = [(f"2026-03-03T1{n}:00:00", what, f"u{n}", "") for n in range(units) for what in ("open", "buy")]
        file = degenerate.log(tmp_path, "tiny", seen, metrics=[BOUGHT], **FUNNEL, **offline)
    raw = yaml.safe_load(file.read_text())
    raw["variants"] = [{"name": "control", "weight": 0.5}, {"name": "treatment", "weight": 0.5}]
    raw["data"].pop("variants", None)
    raw["data"]["columns"].pop("variant")
    file.write_text(yaml.safe_dump(raw))
    arms = {assignment.assign(raw["salt"], f"u{n}", ("control", "treatment"), (0.5, 0.5)) for n in range(units)}
    assert [note for note in said(file, "notes") if note.startswith("no unit of")] == [
        f"no unit of {name} is exposed in the experiment, so nothing can be compared:"
        f" the salted hash puts none of the {units} units of the experiment into {name}, whose share is 50 %"
        for name in {"control", "treatment"} - arms
    ]


def test_an_offline_study_of_nobody_in_the_period(tmp_path):
    rows = [(f"2026-02-20T1{n}:00:00", "open", f"u{n}", "") for n in range(3)]
    offline = {"mode": "offline", "injection": {"event": "buy", "relative_uplift": {"all": 0.1}}}
    period = {"baseline": "2026-02-16", "start": "2026-03-02", "end": "2026-03-16"}
    file = degenerate.log(tmp_path, "nobody", rows, metrics=[BOUGHT], period=period, **FUNNEL, **offline)
    raw = yaml.safe_load(file.read_text())
    raw["variants"] = [{"name": "control", "weight": 0.5}, {"name": "treatment", "weight": 0.5}]
    raw["data"]["columns"].pop("variant")
    file.write_text(yaml.safe_dump(raw))
    assert any("no unit has a row in the experiment" in note for note in said(file, "notes"))
