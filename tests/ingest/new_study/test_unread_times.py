"""Times of a log that are not read are told by what they look like; the remedy makes them times."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

START = datetime(2026, 3, 2, 8)


def rows_with(written: object) -> pd.DataFrame:
    """Views and sales of 200 clients, with their times in a spelling."""
    dice, rows = np.random.default_rng(1), []
    for unit in range(200):
        at = START + timedelta(hours=3 * unit)
        rows.append((f"c{unit}", at, "view"))
        if dice.random() < 0.4:
            rows.append((f"c{unit}", at + timedelta(minutes=30), "sale"))
    made = pd.DataFrame(rows, columns=["client", "datetime", "event"])
    made["datetime"] = [written(at.to_pydatetime()) for at in made["datetime"]]  # type: ignore[operator]
    made["variant"] = [["control", "new"][int(client[1:]) % 2] for client in made.client]
    return made


SPELLINGS = [
    (lambda at: f"{(at - datetime(1899, 12, 30)) / timedelta(days=1):.6f}", "days since 1900, as a spreadsheet counts them"),
    (lambda at: str((at - datetime(1, 1, 1)) // timedelta(microseconds=1) * 10), "tenths of microseconds since year 1, as .NET"),
    (lambda at: str((at - datetime(1601, 1, 1)) // timedelta(microseconds=1) * 10), "tenths of microseconds since 1601"),
    (lambda at: f"{at:%Y-%m-%d %H:%M:%S} CET", "names or abbreviations of time zones"),
    (lambda at: f"{at:%Y}-W{at:%V}-{at:%u}", "days of a week of ISO 8601"),
    (lambda at: f"am {at.day}. März {at.year}", "values such as 'am "),
]  # fmt: skip


@pytest.mark.parametrize(("written", "told"), SPELLINGS)
def test_what_the_times_look_like_is_told_with_and_without_their_name(
    tmp_path: Path, written: object, told: str
) -> None:
    rows_with(written).to_csv(tmp_path / "log.csv", index=False)
    with pytest.raises(ReportError) as caught:
        proposed(tmp_path, tmp_path / "log.csv")
    assert f"likely cause: 'datetime' holds {told}" in str(caught.value) and "variant: none" not in str(caught.value)
    with pytest.raises(ReportError) as caught:
        proposed(tmp_path, tmp_path / "log.csv", time="datetime")
    assert f"'datetime' holds {told}" in str(caught.value)
    sound = rows_with(lambda at: f"{at:%Y-%m-%d %H:%M:%S}")
    sound.to_csv(tmp_path / "sound.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "sound.csv")
    sold = sound[sound.event == "sale"].groupby("variant").client.nunique()
    assert sums(study, tmp_path)["sale_rate"] == {arm: (100, int(n)) for arm, n in sold.items()}


def test_a_switch_that_units_see_in_two_ways_is_asked_about_and_nothing_is_planted(tmp_path: Path) -> None:
    rows = rows_with(lambda at: f"{at:%Y-%m-%d %H:%M:%S}").drop(columns="variant")
    rows["feature_flag"] = [
        "on" if int(client[1:]) % 2 or (event == "sale" and int(client[1:]) % 5 == 0) else "off"
        for client, event in zip(rows.client, rows.event, strict=True)
    ]
    rows.to_csv(tmp_path / "log.csv", index=False)
    seen = rows.groupby("client").feature_flag.nunique()
    with pytest.raises(ReportError, match=rf"is 'feature_flag' the variant\? .* {(seen > 1).sum()} of 200 units"):
        proposed(tmp_path, tmp_path / "log.csv")
    study, _, said = proposed(tmp_path, tmp_path / "log.csv", variant="feature_flag")
    assert study.mode == "online" and f"two_variants ({(seen > 1).sum()} of 200 units)" in said
    sound = rows[rows.client.isin(seen[seen == 1].index)]
    units = sound.groupby("feature_flag").client.nunique()
    sold = sound[sound.event == "sale"].groupby("feature_flag").client.nunique()
    assert sums(study, tmp_path)["sale_rate"] == {arm: (int(n), int(sold.get(arm, 0))) for arm, n in units.items()}
    assert proposed(tmp_path, tmp_path / "log.csv", where="true", name="all")[0].mode == "offline"
