"""Words that the field knows: who is assigned, what is shown in the place of the change, parts of dates, several experiments."""

from calendar import monthrange
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from helpers.errors import ReportError
from helpers.ingest.new_study import parts_of_dates, vocabulary
from tests.ingest.new_study.test_units import proposed

FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WHO = (
    "user_pseudo_id",
    "distinct_id",
    "anonymousId",
    "amplitude_id",
    "customer_no",
    "Kunden-ID",
    "Klantnummer",
    "member key",
)
CONTROLS = {"psa": "ad", "holdout": "campaign", "no_email": "email", "old_page": "new_page", "Kontrollgruppe": "Angebot", "0": "1",
            "untreated": "coached", "standard": "express"}  # fmt: skip


def table(file: Path, who: str, control: str, treatment: str, rng: np.random.Generator, **more: object) -> Path:
    units = 400
    arm = rng.permutation([control, treatment] * (units // 2))
    made = {who: [f"k{n:05d}x" for n in rng.permutation(10_000)[:units]], "group": arm} | more
    pd.DataFrame(made | {"converted": rng.integers(0, 2, units)}).to_csv(file, index=False)
    return file


@FEW
@given(st.sampled_from(WHO), st.sampled_from(list(CONTROLS)), st.integers(0, 2**32 - 1))
def test_unit_and_control_are_told_by_the_words_of_the_field(tmp_path_factory, who, control, seed):
    base, rng = tmp_path_factory.mktemp("words"), np.random.default_rng(seed)
    study, _, _ = proposed(base, table(base / "t.csv", who, control, CONTROLS[control], rng))
    assert study.data.columns["user_id"] == who
    assert next(name for level, name in study.data.variants.items() if level == control) == study.control.name
    assert study.primary.event == "converted"


def test_what_is_numbered_beside_the_unit_is_none():
    assert not any(
        map(vocabulary.names_a_unit, ("user_session_id", "customer_order_no", "member_event_key", "user_item_id"))
    )


@FEW
@given(st.integers(0, 2**32 - 1))
@example(1140)  # no unit without ads
def test_parts_of_dates_are_no_outcomes_and_days_no_segments(tmp_path_factory, seed):
    """A number that is nowhere 0 may be what a unit is as well as what it did, beside an outcome that is sure."""
    base, rng = tmp_path_factory.mktemp("dates"), np.random.default_rng(seed)
    days = pd.date_range("2026-03-01", periods=10)
    more = {
        "joined_day": rng.choice(days.strftime("%Y%m%d").astype(int), 400), "signup_hour": rng.integers(0, 24, 400),
        "birth_year": rng.integers(1950, 2008, 400), "total_ads": rng.integers(0, 90, 400),
        "rides_last_month": rng.integers(0, 40, 400),
    }  # fmt: skip
    study, text, _ = proposed(base, table(base / "t.csv", "user_id", "control", "b", rng, **more))
    assert not {"joined_day", "signup_hour", "birth_year"} & {*study.segments, *study.data.outcomes}
    assert "part of a date" in text and "days written as digits" in text
    if 0 in more["total_ads"]:
        assert study.metric("total_ads").unit == "count"
    else:
        assert (
            "total_ads: not used: a number that may be an attribute or an outcome; --outcome makes it a metric" in text
        )


@given(st.dates().map(lambda day: int(f"{day:%Y%m%d}")) | st.integers(0, 10**9))
def test_a_day_of_eight_digits_is_one_of_the_calendar(number):
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    wanted = 1900 < year < 2100 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
    assert parts_of_dates.is_day(number) is wanted


@pytest.mark.parametrize("column", ["ab_test", "experiment_name", "Experiment"])
def test_several_experiments_are_never_pooled(tmp_path, column):
    rng = np.random.default_rng(3)
    file = table(
        tmp_path / "t.csv", "user_id", "control", "b", rng, **{column: rng.choice(["green button", "two steps"], 400)}
    )
    with pytest.raises(ReportError, match=r"holds several experiments(.|\n)*green button(.|\n)*--experiment"):
        proposed(tmp_path, file)
    study, _, _ = proposed(tmp_path, file, experiment="two steps")
    assert "two steps" in study.data.where
    proposed(tmp_path, file, where="true", force=True)


@FEW
@given(st.sampled_from(["auction_id", "ticket no", "rowHash"]), st.integers(0, 2**32 - 1))
def test_a_key_of_all_rows_is_the_unit_and_what_is_of_one_arm_is_a_leak(tmp_path_factory, key, seed):
    base, rng = tmp_path_factory.mktemp("leaks"), np.random.default_rng(seed)
    file = table(base / "t.csv", key, "control", "b", rng)
    frame = pd.read_csv(file).drop(columns="converted")
    frame["no"] = rng.integers(0, 2, len(frame))
    frame["yes"] = 1 - frame.no
    frame["spend"] = rng.exponential(20, len(frame)).round(2) * frame.yes
    frame["spend_b"] = frame.spend.where(frame.group == "b", 0)
    frame["spend_missing"] = rng.integers(0, 2, len(frame))
    frame["has_ordered"] = rng.integers(0, 2, len(frame))
    frame["purchased"] = rng.choice(["Yes", "No"], len(frame))
    frame.to_csv(file, index=False)
    study, text, _ = proposed(base, file)
    assert study.data.columns["user_id"] == key
    taken = set(study.data.outcomes.values())
    assert {"has_ordered", "purchased", "spend"} <= taken and not {"spend_b", "spend_missing"} & taken
    assert "spend_b: a leak: one value alone in control" in text and study.primary.event in ("has_ordered", "purchased")
    assert [name for name in study.data.outcomes if name in ("yes", "no")][:1] in ([], ["yes"])


@pytest.mark.parametrize("levels", [("carousel", "grid"), ("A", "B")])
@pytest.mark.parametrize("name", ["segment", "cohort", "a_segment"])
def test_a_column_called_the_variant_comes_before_levels_that_are_new_and_another(tmp_path, levels, name):
    """Whatever stands first, and whatever is called so that it would sort before."""
    rows = [f"u{i},{levels[i % 2]},{('new', 'returning')[i // 2 % 2]},{i % 7}" for i in range(400)]
    (tmp_path / "t.csv").write_text(f"user_id,variant,{name},minutes\n" + "\n".join(rows) + "\n")
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", control=levels[0])
    assert study.data.columns["variant"] == "variant"
