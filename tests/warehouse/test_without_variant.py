"""Units that reach the exposure and of which no row tells the variant never vanish: they are refused with their number. The oracle is pandas."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import config, ingest
from helpers.config import tracking_plan
from helpers.ingest import sample
from helpers.warehouse import build, render
from helpers.warehouse.examine import examined
from tests.notebooks import degenerate

BOUGHT = {"name": "bought", "label": "Bought", "role": "primary", "type": "proportion", "event": "buy"}
FUNNEL = {"exposure": "open", "funnel": {"steps": ["open", "buy"], "window_hours": 24}}
ARMS = ("arm_a", "arm_b")
EMPTY = ("", "  ")
START = degenerate.START
BASELINE, RUNNING = ("2026-02-20", "2026-03-04")
HEALTHY = [(f"{RUNNING}T0{n}:00:00", "open", f"sure{n}", ARMS[n % 2]) for n in range(4)]


def study(folder: Path, rows: list[tuple[str, str, str, str]], **data: object) -> Path:
    """A log of these rows and its study; the levels are the names of the arms where ``data`` maps none."""
    file = degenerate.log(folder, "empties", rows, metrics=[BOUGHT], **FUNNEL)
    raw = yaml.safe_load(file.read_text())
    raw["variants"] = [{"name": arm, "weight": 0.5} for arm in ARMS]
    raw["period"]["baseline"] = "2026-02-16"
    raw["data"] |= data
    file.write_text(yaml.safe_dump(raw))
    return file


def said(file: Path, what: str = "faults", *, full: bool = True) -> list[str]:
    found, where = config.opened(file)
    seen = examined(found, where, tracking_plan.tracking_plan(found, where.base / "studies"), full=full)
    return list(map(str, getattr(seen, what)))


def exposed(file: Path, out: Path) -> dict[str, int]:
    """Exposed units by arm, as the marts count them."""
    found, where = config.opened(file)
    ingest.land(found, out)
    plan = tracking_plan.tracking_plan(found, where.base / "studies")
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        render.create(con, build.dbt_vars(found, ingest.landed(out), plan), "fct_experiment_units")
        return dict(con.execute("select variant, count(*) from marts.fct_experiment_units where is_exposed group by 1").fetchall())  # fmt: skip


def advised(message: str) -> dict[str, str]:
    remedy = next(line for line in message.splitlines() if "remedy" in line)
    return yaml.safe_load(remedy[remedy.index("{") : remedy.index("}") + 1])


@st.composite
def logs(draw: st.DrawFn) -> list[tuple[str, str, str, str]]:
    """Units of a few rows each, in order; each row tells the unit's arm or, by lot, nothing."""
    rows = []
    for n in range(draw(st.integers(1, 16))):
        arm, blank = draw(st.sampled_from(ARMS)), draw(st.sampled_from(EMPTY))
        told = draw(st.sampled_from(["always", "never", "by lot", "exposures", "others"]))
        for hour in range(draw(st.integers(1, 4))):
            what, day = draw(st.sampled_from(["open", "buy"])), draw(st.sampled_from([BASELINE, RUNNING]))
            tells = {"always": True, "never": False, "exposures": what == "open", "others": what != "open"}
            shown = tells[told] if told in tells else draw(st.booleans())
            rows.append((f"{day}T1{hour}:{n:02d}:00", what, f"u{n}", arm if shown else blank))
    return [*HEALTHY, *rows]


@pytest.mark.slow
@settings(deadline=None, max_examples=4)
@given(logs(), st.booleans())
def test_an_exposed_unit_without_a_variant_is_refused_and_the_printed_key_leaves_it_out(tmp_path_factory, rows, mapped):
    folder = tmp_path_factory.mktemp("empties")
    frame = pd.DataFrame(rows, columns=["at", "what", "who", "arm"])
    running = frame[frame["at"] >= START]
    known = running[running["arm"].str.strip() != ""].groupby("who").agg(arm=("arm", "first"), since=("at", "min"))
    opens = running[running["what"] == "open"].merge(known, how="left", left_on="who", right_index=True)
    lost = opens[opens["since"].isna()]
    levels = {"variants": dict.fromkeys(ARMS, "") | dict(zip(ARMS, ARMS, strict=True))} if mapped else {}
    found = said(study(folder, rows, **levels))
    wanted = opens[opens["at"] >= opens["since"].fillna("9")].groupby("arm_y")["who"].nunique().to_dict()
    assert len(found) == bool(len(lost)), found
    if found:
        line = (
            frame.index[frame["who"].isin(lost["who"]) & (frame["what"] == "open") & (frame["at"] >= START)].min() + 2
        )
        assert f"empty ({lost['who'].nunique()} units, first in line {line})" in found[0]
        assert advised(found[0]) == dict(zip(ARMS, ARMS, strict=True)) | {"": "leave_out"}
        levels = {"variants": advised(found[0])}
        assert said(study(folder, rows, **levels)) == []
    assert exposed(study(folder, rows, **levels), folder / "raw") == wanted
    early = opens[opens["at"] < opens["since"]]
    again = set(early["who"]) & set(opens["who"][opens["at"] >= opens["since"]])
    gone = early[~early["who"].isin(again)].groupby("arm_y")["who"].nunique()
    notes = [note for note in said(study(folder, rows, **levels), "notes") if "that tells their variant" in note]
    if len(gone):
        arms = ", ".join(f"{arm} {units}" for arm, units in gone.items())
        told = f"{gone.sum()} units reach open only before the first row that tells their variant, and count as not exposed: {arms}"
        assert notes == [told + (f"; {len(again)} more count from a later open" if again else "")]
    else:
        assert bool(notes) == bool(again) and all(
            note.startswith(f"{len(again)} units reach open before") for note in notes
        )


@pytest.mark.slow
@pytest.mark.parametrize("empty", ["", "\t", "null", "NA", "(not set)", r"\N"])
def test_one_arm_that_is_written_as_nothing_is_asked_for(tmp_path, empty):
    rows = [(at, what, who, empty if arm == ARMS[0] else arm) for at, what, who, arm in HEALTHY]
    (fault,) = said(study(tmp_path, rows))
    assert "none says arm_a, which may be what" in fault
    assert advised(fault)[empty] == ARMS[0]
    assert said(study(tmp_path, rows, variants=advised(fault))) == []
    assert exposed(study(tmp_path, rows, variants=advised(fault)), tmp_path / "raw") == {"arm_a": 2, "arm_b": 2}
    left = advised(fault) | {empty: "leave_out"}
    assert "no unit of arm_a is exposed" in said(study(tmp_path, rows, variants=left))[0]


def impressions(*more: tuple[str, str, str, str]) -> list[tuple[str, str, str, str]]:
    """Each unit is shown its arm by an impression and opens an hour later, where no row says so."""
    shown = [(f"{RUNNING}T0{n}:00:00", "experiment_impression", f"sure{n}", ARMS[n % 2]) for n in range(4)]
    return [*shown, *((at.replace("T0", "T1"), "open", who, "") for at, _, who, _ in shown), *more]


@pytest.mark.parametrize(
    ("more", "units"),
    [
        ((), 0),
        ([(f"{RUNNING}T12:00:00", "open", "never shown", "")], 0),
        ([(f"{RUNNING}T12:00:00", "experiment_impression", "who", ""), (f"{RUNNING}T13:00:00", "open", "who", "arm_a")], 1),
        ([(f"{RUNNING}T12:00:00", "experiment_impression", "who", "")], 0),
    ],
)  # fmt: skip
def test_where_impressions_tell_the_variant_only_theirs_count(tmp_path, more, units):
    """Who has no impression is not in the experiment; who has one of no variant is, and who never reaches the exposure is lost to nobody."""
    found = said(study(tmp_path, impressions(*more)))
    assert [f"empty ({units} units" in fault for fault in found] == [True] * units


@pytest.mark.parametrize(
    ("rows", "data", "cause"),
    [
        ([(*row[:3], "") for row in HEALTHY], {}, "column 'arm' is empty in every row that could tell it, of 4 units"),
        (HEALTHY, {"columns": {"event_time": "at", "event_name": "what", "user_id": "who"}}, "maps no column to variant"),
        ([(at.replace(RUNNING, BASELINE), *more) for at, *more in HEALTHY], {}, "no row lies in the experiment"),
        ([(*row[:3], "test") for row in HEALTHY], {"variants": {"a": "arm_a", "b": "arm_b", "test": "leave_out"}}, "every level in the period is left out"),
        ([*HEALTHY, (f"{BASELINE}T08:00:00", "experiment_impression", "sure1", "arm_a")], {}, "experiment_impression, which tells the variant, and the log shows none"),
    ],
)  # fmt: skip
def test_why_no_unit_is_in_a_variant(tmp_path, rows, data, cause):
    (fault,) = said(study(tmp_path, rows, **data))
    assert "the log shows no unit in a variant" in fault and cause in fault


def test_a_part_of_a_log_refuses_no_unit_whose_variant_the_rest_may_tell(tmp_path, monkeypatch):
    """The first row of each unit tells nothing, one far below does; of a single unit none does."""
    monkeypatch.setattr(sample, "WHOLE", 1 << 14)
    monkeypatch.setattr(sample, "PIECE", 1 << 11)
    opens = [(f"{RUNNING}T10:00:00", "open", f"u{n}", ARMS[n % 2] * (n % 40 > 0)) for n in range(2_000)]
    later = [(f"{RUNNING}T12:00:00", "open", f"u{n}", ARMS[n % 2]) for n in range(40, 2_000, 40)]
    file = study(tmp_path, opens[:1_000] + later + opens[1_000:])
    assert said(file, full=False) == []
    (note,) = [note for note in said(file, "notes", full=False) if "in the sample" in note]
    assert "units reach open in the sample, where no row tells their variant" in note
    (fault,) = said(file)
    assert "empty (1 units, first in line 2)" in fault
