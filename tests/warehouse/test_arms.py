"""A variant without a unit to compare is told before anything is built, in one message and with its true cause."""

from pathlib import Path

import pytest

from helpers import config
from helpers.config import tracking_plan
from helpers.warehouse.examine import examined
from tests.notebooks import degenerate
from tests.notebooks.degenerate import metric

BOUGHT = {"name": "bought", "label": "Bought", "role": "primary", "type": "proportion", "event": "buy"}
FUNNEL = {"exposure": "open", "funnel": {"steps": ["open", "buy"], "window_hours": 24}}


def said(file: Path) -> list[str]:
    study, where = config.opened(file)
    found = examined(study, where, tracking_plan.tracking_plan(study, where.base / "studies"), full=True)
    return [str(fault) for fault in found.faults]


def events(arm: str, day: str, names: tuple[str, ...] = ("open", "buy")) -> list[tuple[str, str, str, str]]:
    return [(f"{day}T0{hour}:00:00", name, f"{arm}{n}", arm) for n in range(3) for hour, name in enumerate(names, 8)]


@pytest.mark.parametrize(
    ("treated", "cause"),
    [
        (events("arm_b", "2026-04-20"), "the rows of arm_b lie outside of it: 6 from 2026-04-20 08:00 to 2026-04-20 09:00"),
        (events("arm_b", "2026-02-20"), "the rows of arm_b lie outside of it: 6 from 2026-02-20 08:00"),
        (events("arm_b", "2026-03-03", ("buy",)), "3 units of arm_b are assigned and never reach open"),
        ([(at, what, who.replace("b", "a"), arm) for at, what, who, arm in events("arm_b", "2026-03-03", ("open",))],
         "of the 3 rows of arm_b none is left"),
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


def test_an_arm_of_a_unit_table(tmp_path):
    rows = [{"who": f"u{n}", "arm": f"arm_{'ab'[n % 2]}", "at": "2026-03-03", "some": n % 3 % 2} for n in range(8)]
    for name, day in (("healthy", "2026-03-04"), ("empty", "2026-05-04")):
        moved = [row | ({"at": day} if row["arm"] == "arm_b" else {}) for row in rows]
        file = degenerate.units(tmp_path, name, moved, [metric("some")])
        file.write_text(file.read_text().replace("    user_id: who\n", "    user_id: who\n    event_time: at\n"))
        found = said(file)
        assert len(found) == (name == "empty")
    assert "no unit of arm_b is exposed" in found[0] and "lie outside of it: " in found[0]
