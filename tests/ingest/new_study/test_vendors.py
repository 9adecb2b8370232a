"""Exports of tools are told by their documented columns, whatever the file is called and whatever else stands in it."""

from dataclasses import MISSING, fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.config import Log
from helpers.errors import ReportError
from helpers.ingest.new_study import vendors
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.vendors import VENDORS, Vendor
from tests.ingest.new_study.tables import proposed

LOGS = [v for v in VENDORS if v.event]
EXPOSURES = [v for v in VENDORS if not v.event]
named = pytest.mark.parametrize("vendor", LOGS, ids=lambda v: v.name)


def column(name: str, rows: int, rng: np.random.Generator, at: pd.Series) -> object:
    """What a tool might write into a documented column that has no role."""
    if "time" in name or name.endswith(("_at", "tstamp", "_ts")):
        return at.dt.strftime("%Y-%m-%d %H:%M:%S.%f")
    if name.endswith("id"):
        return [f"{name[:3]}-{n}" for n in rng.integers(0, 10**9, rows)]
    return [f"{name} {n}" for n in rng.integers(0, 3, rows)]


def export(vendor: Vendor, folder: Path, seed: int, without: int = 0) -> tuple[pd.DataFrame, Path]:
    """An export of a tool with its columns but ``without`` some, and columns of the customer's own, all in random order."""
    rng = np.random.default_rng(seed)
    units = np.repeat(np.arange(60), 3)
    at = pd.Series(pd.Timestamp("2026-03-02") + pd.to_timedelta(rng.integers(0, 10 * 86_400, len(units)), unit="s"))
    roles = {vendor.unit[0]: [f"unit-{u:04d}" for u in units], vendor.time[0]: at.dt.strftime("%Y-%m-%d %H:%M:%S")}
    if vendor.event:
        roles[vendor.event[0]] = np.tile(["Page Opened", "Cart Filled", "Order Paid"], 60)
    if vendor.variant:
        roles[vendor.variant[0]] = np.array(["control", "blue"])[units % 2]
    if "event_timestamp" in roles:
        roles["event_timestamp"] = (at.astype("int64") // (1_000 if at.dt.unit == "ns" else 1)).to_numpy()
    made = {name: roles[name] if name in roles else column(name, len(units), rng, at) for name in vendor.columns}
    lost = rng.permutation([name for name in vendor.columns if name not in roles])[:without]
    own = {f"prop_{n}": rng.choice(["a", "b"], len(units)) for n in rng.integers(100, 999, 4)}
    frame = pd.DataFrame({name: value for name, value in (made | own).items() if name not in lost})
    frame = frame[list(rng.permutation(list(frame.columns)))]
    file = folder / f"table_{seed}.csv"
    frame.to_csv(file, index=False)
    return frame, file


def seen(rows: pd.DataFrame) -> list[Column]:
    """The columns of a table, with what a role is told by."""
    none = dict.fromkeys(
        [each.name for each in fields(Column) if each.default is MISSING and each.default_factory is MISSING]
    )
    counted = [{"name": name, "rows": len(rows), "filled": int(rows[name].notna().sum())} for name in rows]
    return [Column(**none | told) for told in counted]  # type: ignore[arg-type]


@named
@pytest.mark.parametrize("seed", range(5))
def test_an_export_is_recognised_whatever_else_stands_in_it(tmp_path: Path, vendor: Vendor, seed: int) -> None:
    found = vendors.of(seen(export(vendor, tmp_path, seed)[0]))
    assert found is not None and found.vendor is vendor
    assert found.roles == {"unit": vendor.unit[0], "time": vendor.time[0], "event": vendor.event[0]}


@pytest.mark.parametrize("vendor", [LOGS[0], LOGS[2]], ids=lambda v: v.name)
def test_what_is_recognised_is_said_and_read_so(tmp_path: Path, vendor: Vendor) -> None:
    _, file = export(vendor, tmp_path, 1)
    study, text, said = proposed(tmp_path, file)
    assert isinstance(study.data, Log)
    roles = (vendor.unit[0], vendor.time[0], vendor.event[0])
    assert tuple(study.data.columns[name] for name in ("user_id", "event_time", "event_name")) == roles
    line = f"this looks like {vendor.name}: unit {roles[0]}, time {roles[1]}, event {roles[2]} are read so"
    assert line in said and f"as {vendor.name} has it" in text


@named
@pytest.mark.parametrize("seed", range(5))
def test_with_half_of_its_columns_it_is_no_export(tmp_path: Path, vendor: Vendor, seed: int) -> None:
    rows, _ = export(vendor, tmp_path, seed, without=-(-len(vendor.columns) // 2))
    assert vendors.of(seen(rows)) is None


@named
def test_a_unit_that_is_mostly_empty_gives_way_to_the_next(tmp_path: Path, vendor: Vendor) -> None:
    rows, _ = export(vendor, tmp_path, 4)
    other = next(name for name in vendor.unit if name != vendor.unit[0])
    rows[other] = rows[vendor.unit[0]]
    rows.loc[rows.index % 5 != 0, vendor.unit[0]] = None
    found = vendors.of(seen(rows))
    assert found is not None and found.roles["unit"] == other


def test_what_somebody_says_stands_before_what_the_tool_has(tmp_path: Path) -> None:
    found = vendors.of(seen(export(LOGS[0], tmp_path, 5)[0]))
    assert found is not None
    said = found.known(Said(unit="member_id"))
    assert (said.unit, said.time) == ("member_id", "event_time")
    assert (said.how("unit"), said.how("time")) == ("as you said", "as an Amplitude export has it")


@pytest.mark.parametrize("vendor", EXPOSURES, ids=lambda v: v.name)
def test_exposures_alone_ask_for_the_outcomes(tmp_path: Path, vendor: Vendor) -> None:
    rows, file = export(vendor, tmp_path, 6)
    rows = rows.drop(columns=[c for c in rows if c.startswith("prop_")]).drop_duplicates(vendor.unit[0])
    rows.assign(**({"experiment_id": "checkout"} if "experiment_id" in rows else {})).to_csv(file, index=False)
    with pytest.raises(
        ReportError,
        match=rf"(?s)this looks like {vendor.name}, which say who got what.*new-study exposures\.csv orders\.csv",
    ):
        proposed(tmp_path, file)


def test_a_plain_log_is_no_export(tmp_path: Path) -> None:
    rows, _ = export(LOGS[0], tmp_path, 7)
    plain = rows[["user_id", "event_time", "event_type"]]
    plain.to_csv(tmp_path / "amplitude_export.csv", index=False)
    assert "this looks like" not in proposed(tmp_path, tmp_path / "amplitude_export.csv")[2], "its name says nothing"
