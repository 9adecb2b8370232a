"""Counts of arms, weeks and devices are told by their values in any language: never events of their numbers, never planted in."""

import re
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed

NAMES = [("Groep", "Week", "Apparaat", "Bezoekers", "Kopers", "Omzet"), ("Groupe", "Semaine", "Appareil", "Visiteurs", "Acheteurs", "Recette"),
         ("Skupina", "Týždeň", "Zariadenie", "Návštevníci", "Kupujúci", "Obrat"), ("Csoport", "Hét", "Eszköz", "Látogatók", "Vásárlók", "Bevétel"),
         ("Ομάδα", "Εβδομάδα", "Συσκευή", "Επισκέπτες", "Αγοραστές", "Έσοδα"), ("qqq", "www", "rrr", "ttt", "uuu", "vvv")]  # fmt: skip
WEEKS = ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"]


def counts(names: tuple[str, ...], weeks: list[str], devices: list[str]) -> pd.DataFrame:
    dice = np.random.default_rng(len(names[0]) + len(weeks))
    rows = []
    for arm, week, device in product("AB", weeks, devices):
        n = int(dice.integers(440, 560))
        bought = int(dice.binomial(n, 0.1))
        rows.append((arm, week, device, n, bought, bought * 50 + int(dice.integers(0, 50))))
    return pd.DataFrame(rows, columns=names).loc[:, lambda t: t.nunique() > 1]


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("weeks", [WEEKS, WEEKS[:1]])
def test_counts_of_parts_are_told_and_the_query_sums_them_up(
    tmp_path: Path, names: tuple[str, ...], weeks: list[str]
) -> None:
    made = counts(names, weeks, ["mobil", "desktop"])
    made.to_csv(tmp_path / "counts.csv", index=False)
    with pytest.raises(ReportError, match="is a table of counts") as caught:
        proposed(tmp_path, tmp_path / "counts.csv")
    if "no column is called as that of the arms" in str(caught.value):
        assert f"--variant {names[0]}" in str(caught.value)
        with pytest.raises(ReportError, match="is a table of counts of parts of an arm") as caught:
            proposed(tmp_path, tmp_path / "counts.csv", variant=names[0])
    query = re.search(r"(select .*? group by all)", str(caught.value))
    assert query
    (tmp_path / "counts.sql").write_text(query[1], encoding="utf-8")
    study, _, said = proposed(tmp_path, tmp_path / "counts.sql", variant=names[0], unit=names[3])
    for arm, n in made.groupby(names[0])[names[3]].sum().items():
        assert f"{arm} ({n:,})" in said
    assert study.data.columns["units"] == names[3]


@pytest.mark.parametrize("names", NAMES)
def test_counts_of_arms_by_week_are_counts_or_are_asked_about(tmp_path: Path, names: tuple[str, ...]) -> None:
    counts(names, WEEKS, ["all"]).to_csv(tmp_path / "counts.csv", index=False)
    try:
        study, _, _ = proposed(tmp_path, tmp_path / "counts.csv")
    except ReportError as error:
        assert "is a table of counts" in str(error)
    else:
        assert study.data.columns["units"] == names[3]


def test_users_of_some_countries_and_devices_are_no_counts(tmp_path: Path) -> None:
    """Each combination stands in many rows, or the numbers beside are of one user."""
    dice = np.random.default_rng(3)
    made = pd.DataFrame(
        {"visitor": dice.permutation(range(1_000, 1_400)), "group": ["A", "B"] * 200, "device": list("mmdd") * 100,
         "pages": dice.integers(20, 60, 400), "orders": dice.integers(0, 3, 400)}
    )  # fmt: skip
    made.to_csv(tmp_path / "users.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "users.csv")
    assert study.data.columns["user_id"] == "visitor" and study.primary.name == "orders"


def test_plots_of_blocks_and_shops_of_weeks_are_no_counts(tmp_path: Path) -> None:
    """Each combination of a treatment and a block, or of a shop and a week, stands once as well."""
    dice = np.random.default_rng(4)
    plots = [(100 * block + k, f"b{block}", arm, int(dice.poisson(9)), round(float(dice.normal(7, 1)), 2))
             for block in range(1, 26) for k, arm in enumerate(("untreated", "fungicide", "biocontrol", "both"), 1)]  # fmt: skip
    pd.DataFrame(plots, columns=["plot", "block", "treatment", "weeds", "yield_t"]).to_csv(
        tmp_path / "plots.csv", index=False
    )
    study, _, said = proposed(tmp_path, tmp_path / "plots.csv", primary="weeds", control="untreated")
    assert study.data.columns["user_id"] == "plot" and "100 units" in said
    weeks = [(f"s{n}", f"2026-W{week}", "AB"[n % 2], n_visits := int(dice.integers(300, 500)), int(dice.binomial(n_visits, 0.1)))
             for n in range(40) for week in range(10, 14)]  # fmt: skip
    pd.DataFrame(weeks, columns=["shop", "week", "variant", "visits", "orders"]).to_csv(
        tmp_path / "shops.csv", index=False
    )
    _, _, said = proposed(tmp_path, tmp_path / "shops.csv")
    assert "160 rows of 40 units" in said


def log(units: int, marked: object = None, attribute: str = "in_pilot") -> pd.DataFrame:
    dice = np.random.default_rng(units)
    rows = []
    for unit in range(units):
        value = marked if marked is not None and dice.random() < 0.52 else None
        start = pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=int(dice.integers(0, 20_000)))
        for n, event in enumerate(["view", "add", "buy"][: 1 + int(dice.integers(0, 3))]):
            rows.append((f"u{unit}", start + pd.Timedelta(minutes=n), event, value))
    return pd.DataFrame(rows, columns=["uid", "ts", "event", attribute]).dropna(axis=1, how="all")


@pytest.mark.parametrize("value", [1, "x", "yes", "B", "ja", "*", "TRUE"])
def test_a_value_that_marks_half_of_the_units_of_a_log_is_asked_about(tmp_path: Path, value: object) -> None:
    log(400, value).to_csv(tmp_path / "log.csv", index=False)
    with pytest.raises(ReportError, match="is 'in_pilot' the variant"):
        proposed(tmp_path, tmp_path / "log.csv")
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv", where="true")
    assert study.mode == "offline"


@pytest.mark.parametrize("attribute", ["is_premium_member", "country", "coupon_of_event"])
def test_an_attribute_or_what_comes_with_an_event_is_no_mark(tmp_path: Path, attribute: str) -> None:
    made = log(400, 1 if attribute != "country" else "DE", attribute)
    if attribute == "coupon_of_event":
        made[attribute] = np.where(made.event == "buy", "x", None)
    made.to_csv(tmp_path / "log.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv")
    assert study.mode == "offline"


def test_no_uplift_is_planted_in_a_few_units(tmp_path: Path) -> None:
    log(30).to_csv(tmp_path / "log.csv", index=False)
    with pytest.raises(ReportError, match="too few units"):
        proposed(tmp_path, tmp_path / "log.csv")
    log(60).to_csv(tmp_path / "log.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv")
    assert study.mode == "offline"


def test_outcomes_that_the_last_days_lack_stay_in_the_query(tmp_path: Path) -> None:
    days = "\n".join(
        f'"Oct {d}",{arm},{8000 + 10 * d + n},{700 + d},{f"{70 + d}" if d < 14 else ""}'
        for d in range(11, 16)
        for n, arm in enumerate(("Control", "Experiment"))
    )
    (tmp_path / "counts.csv").write_text(f"Date,Group,Pageviews,Clicks,Payments\n{days}\n", encoding="utf-8")
    with pytest.raises(ReportError, match="counts of parts of an arm") as caught:
        proposed(tmp_path, tmp_path / "counts.csv")
    assert "leaves out the 4 rows in which 'Payments' is empty" in str(caught.value)
    query = re.search(r"give that: (select .*? group by all)", str(caught.value))
    assert query
    (tmp_path / "counts.sql").write_text(query[1], encoding="utf-8")
    study, _, told = proposed(tmp_path, tmp_path / "counts.sql", unit="Pageviews", primary="Payments")
    assert "24,360" in told and "24,363" in told and study.primary.name == "payments"
