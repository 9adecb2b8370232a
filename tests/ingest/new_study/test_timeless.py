"""What a database writes where no moment stands, 0000-00-00, is nothing: what these rows are is asked, unless they are nobody's."""

from pathlib import Path

import pandas as pd
import pytest

from helpers.errors import ReportError
from helpers.ingest import new_study
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

ZEROS = ["0000-00-00 00:00:00", "0000-00-00", "N/A", ""]


def log(nothing: str, event: str = "") -> pd.DataFrame:
    """Visits and purchases, without a moment in some of an ``event``."""
    rows = []
    for n in range(200):
        at = pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=7 * n)
        rows.append(
            (f"u{n}", ["control", "new"][n % 2], "visit", nothing if n % 40 == 3 and event == "visit" else str(at))
        )
        rows += [
            (
                f"u{n}",
                ["control", "new"][n % 2],
                "purchase",
                nothing if n % 39 == 3 and event == "purchase" else str(at + pd.Timedelta(minutes=2)),
            )
        ] * (n % 3 == 0)
    return pd.DataFrame(rows, columns=["user_id", "variant", "event", "created_at"])


@pytest.mark.parametrize("nothing", ZEROS)
@pytest.mark.parametrize("event", ["visit", "purchase"])
def test_events_without_a_moment_are_asked_about_alone(tmp_path: Path, nothing: str, event: str) -> None:
    """Without them units would be chosen by what became of them: nothing is written, and no condition is printed."""
    rows = log(nothing, event)
    rows.to_csv(tmp_path / "log.csv", index=False)
    n = int((rows.created_at == nothing).sum())
    with pytest.raises(ReportError, match=f"'created_at' tells no moment in {n} of {len(rows)} rows") as told:
        proposed(tmp_path, tmp_path / "log.csv")
    assert f"{n} of {(rows.event == event).sum()} '{event}', 0 of" in str(told.value)
    assert "--where" not in str(told.value) and not list(tmp_path.glob("studies/*"))


@pytest.mark.parametrize("below", [",,,\n", "Total,,,\n", "u9,new,vis"])
def test_rows_that_are_no_events_are_left_out(tmp_path: Path, below: str) -> None:
    rows = log("")
    (tmp_path / "log.csv").write_text(rows.to_csv(index=False) + below)
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv")
    exposed = rows[rows.event == "visit"].groupby("variant").user_id.nunique().to_dict()
    assert {arm: n for arm, (n, _) in sums(study, tmp_path)["purchase_rate"].items()} == exposed


@pytest.mark.parametrize("nothing", [*ZEROS, "never"])
@pytest.mark.parametrize("called", ["exposed_at", "timestamp"])
def test_units_that_never_came_are_asked_about(tmp_path: Path, nothing: str, called: str) -> None:
    """And if all of them count, the table without the column tells it."""
    rows = pd.DataFrame({"user_id": [f"u{n}" for n in range(300)], "variant": ["control", "treatment"] * 150})
    at = [str(pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=45 * n)) for n in range(300)]
    rows[called] = [nothing if n % 16 == 3 or n % 50 == 0 else each for n, each in enumerate(at)]
    rows["converted"] = [int(n % 3 == 0) for n in range(300)]
    rows.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match=f"'{called}' tells no moment") as told:
        proposed(tmp_path, tmp_path / "t.csv", time=called)
    assert "give the table without this column" in str(told.value) and "--" not in str(told.value)
    rows.drop(columns=called).to_csv(tmp_path / "t.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv")
    truth = {arm: (len(of), of.converted.sum()) for arm, of in rows.groupby("variant")}
    assert {arm: (n, int(total)) for arm, (n, total) in sums(study, tmp_path)["converted"].items()} == truth


@pytest.mark.parametrize("nothing", ZEROS)
def test_a_moment_of_what_happened_says_no_where_it_is_none(tmp_path: Path, nothing: str) -> None:
    at = [pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=45 * n) for n in range(200)]
    rows = pd.DataFrame({"user": [f"u{n}" for n in range(200)], "variant": ["control", "new"] * 100, "registered_at": at})  # fmt: skip
    rows["converted_at"] = [nothing if n % 3 else str(at[n] + pd.Timedelta(hours=2)) for n in range(200)]
    rows.to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert (f"Does {nothing!r} in 'converted_at'" if nothing else "Does an empty 'converted_at'") in said
    assert sum(int(total) for _, total in sums(study, tmp_path)["converted_at"].values()) == len(range(0, 200, 3))


def test_assignments_without_a_moment_are_asked_about(tmp_path: Path) -> None:
    people = pd.DataFrame({"user_id": range(7_000, 7_200), "variant": ["control", "new"] * 100})
    people["assigned_at"] = [ZEROS[0] if n % 40 == 3 else f"2026-03-02 {n % 24:02d}:00:00" for n in range(200)]
    orders = pd.DataFrame({"order_id": range(90), "user_id": range(7_000, 7_090), "created_at": "2026-03-03 11:00:00", "total": 9.5})  # fmt: skip
    people.to_csv(tmp_path / "assignments.csv", index=False)
    orders.to_csv(tmp_path / "orders.csv", index=False)
    with pytest.raises(
        ReportError, match=r"(?s)assignments.csv: 'assigned_at' tells no moment.*5 of 100 'new', 0 of 100 'control'"
    ):
        new_study.propose_tables([str(tmp_path / f) for f in ("assignments.csv", "orders.csv")], base=tmp_path)


@pytest.mark.parametrize("nothing", [*ZEROS, "1970-01-01 00:00:00"])
def test_facts_without_a_moment_are_asked_about(tmp_path: Path, nothing: str) -> None:
    people = pd.DataFrame({"user_id": range(7_000, 7_200), "variant": ["control", "new"] * 100, "assigned_at": "2026-03-02 10:00:00"})  # fmt: skip
    orders = pd.DataFrame({"order_id": range(90), "user_id": range(7_000, 7_090), "created_at": "2026-03-03 11:00:00", "total": 9.5})  # fmt: skip
    orders.loc[[3, 44], "created_at"] = nothing
    people.to_csv(tmp_path / "assignments.csv", index=False)
    orders.to_csv(tmp_path / "orders.csv", index=False)
    asked = (
        "does 1970-01-01 stand for none in 'created_at'"
        if nothing.startswith("1970")
        else "'created_at' tells no moment in 2"
    )
    with pytest.raises(ReportError, match=f"orders.csv: {asked}"):
        new_study.propose_tables([str(tmp_path / f) for f in ("assignments.csv", "orders.csv")], base=tmp_path)


@pytest.mark.parametrize("lost", [2, 40])
def test_a_few_moments_that_were_lost_are_left_out_and_asked_about(tmp_path: Path, lost: int) -> None:
    """One in a thousand of each kind of event moves no result; more of one kind choose units by what became of them."""
    at = [str(pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=2 * n)) for n in range(5_000)]
    rows = pd.DataFrame({"user_id": [f"u{n}" for n in range(5_000)], "variant": ["control", "new"] * 2_500})
    visits = rows.assign(event="visit", created_at=["" if n % 2_500 == 7 else each for n, each in enumerate(at)])
    bought = rows.assign(event="purchase", created_at=[each[:-2] + "59" for each in at])[::3]
    bought.loc[bought.index[: lost - 2], "created_at"] = ""
    log = pd.concat([visits, bought])
    log.to_csv(tmp_path / "log.csv", index=False)
    if lost > 2:
        with pytest.raises(ReportError, match="tells no moment"):
            proposed(tmp_path, tmp_path / "log.csv")
        return
    study, _, said = proposed(tmp_path, tmp_path / "log.csv")
    assert "May the 2 of 6,667 rows be left out" in said and study.data.where
