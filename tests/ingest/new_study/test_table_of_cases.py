"""Small files that were once got wrong, where they stand beside the project: unit, control and primary metric of each.

The kinds are held by generated files too: ``tests/fuzz/exports``.
"""

from pathlib import Path

import pytest

from helpers import paths
from helpers.config import Log, Units
from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed

pytestmark = pytest.mark.slow

CASES = paths.ROOT.parent / "shared" / "cases"
UNDERSTOOD = {
    "ad_psa_ad_taken_as_control.csv": ("user id", "psa", "converted"),
    "amount_missing_for_givers_of_one_arm.csv": ("user_id", "control", "gave"),
    "arms_differ_in_case_only.csv": ("user_id", "control", "converted"),
    "auction_with_yes_and_no_columns.csv": ("auction_id", "control", "yes"),
    "column_called_no_taken_as_unit_id.csv": ("auction_id", "control", "yes"),
    "column_per_arm__money_from_one_arm_only.csv": ("user_id", "A", "converted"),
    "decimal_comma_money_dropped_without_reason.csv": ("user_id", "A", "converted"),
    "decision_harm_short_of_plan.csv": ("user_id", "control", "converted"),
    "decision_primary_and_three_secondaries.csv": ("user_id", "control", "opened"),
    "decision_tail_cut_by_treatment.csv": ("user_id", "control", "revenue"),
    "decision_three_arms_best_has_crashes.csv": ("user_id", "control", "bought"),
    "excel_sep_line.csv": ("user_id", "A", "converted"),
    "four_arms_best_named_last.csv": ("user_id", "control", "converted"),
    "grand_total_row_becomes_an_arm.csv": ("user_id", "A", "converted"),
    "ids_1000_and_1000.0_mixed.csv": ("user_id", "A", "purchase"),
    "log_dates_dd_mm_yyyy.csv": ("user_id", "A", "purchase"),
    "log_epoch_seconds.csv": ("user_id", "A", "purchase"),
    "log_event_column_called_process_step.csv": ("Client ID", "Control", "confirm"),
    "log_ga4_export_columns.csv": ("user_pseudo_id", "A", "purchase"),
    "log_with_day_only_dates.csv": ("user_id", "control", "converted"),
    "measure_nonzero_in_every_unit__run_stops_in_07.csv": ("user_id", "A", "minutes"),
    "missingness_dummies_beside_outcomes.csv": (None, "0", "gave"),
    "outcome_Yes_No.csv": ("user_id", "A", "converted"),
    "proportion_98_percent__run_stops_in_04.csv": ("user_id", "A", "delivered"),
    "ratio_with_covariate.csv": ("user_id", "control", "orders"),
    "rows_repeat_store_id__taken_as_independent.csv": ("store_id", "A", "sales"),
    "sixty_stores_sales_all_positive.csv": ("store", "a", "sales"),
    "thousands_separator_money_dropped_without_reason.csv": ("user_id", "A", "converted"),
    "time_spent_is_not_money.csv": ("user_id", "A", "time_spent"),
    "newcomer/amplitude_lines.json": ("user_id", "control", "Order Completed"),
    "newcomer/checkout_empty_money.csv": ("Customer ID", "A", "has_ordered"),
    "newcomer/city_go.csv": ("rider_id", "holdout", "completed_orders"),
    "newcomer/city_means.csv": ("city", "holdout", "orders_per_rider"),
    "newcomer/joined_events.csv": ("user_id", "off", "order"),
    "newcomer/peek_day6_of_28.csv": ("visitor_id", "control", "signed_up"),
    "newcomer/retention_day7.csv": ("user_id", "control", "visit"),
    "newcomer/small_decimals.csv": ("user_id", "control", "click_share"),
    "newcomer/three_arms_day6.csv": ("visitor_id", "baseline", "signed_up"),
}
"""Unit, control and primary metric by the names of the file; no unit where every row is one of its own."""
ASKED = {
    "log_two_experiments_in_one_file.csv": r"holds several experiments(.|\n)*--experiment",
}


def case(name: str) -> Path:
    if not (CASES / name).is_file():
        pytest.skip(f"no {name} in ../shared/cases")
    return CASES / name


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_unit_control_and_primary_metric_are_found(tmp_path: Path, name: str) -> None:
    study, _, _ = proposed(tmp_path, case(name))
    assert isinstance(study.data, Log | Units) and study.mode == "online"
    unit, control, primary = UNDERSTOOD[name]
    levels = {meant: level for level, meant in reversed(study.data.variants.items())}
    called = (
        study.data.outcomes
        if isinstance(study.data, Units)
        else {ours: level for level, ours in study.data.events.items()}
    )
    event = str(study.primary.event)
    found = (
        study.data.columns.get("user_id"),
        levels.get(study.control.name, study.control.name),
        called.get(event, event),
    )
    assert found == (unit, control, primary)


@pytest.mark.parametrize("name", ASKED)
def test_what_the_rows_do_not_tell_is_asked_for_by_its_option(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReportError, match=ASKED[name]):
        proposed(tmp_path, case(name))


def test_every_file_of_the_table_has_its_row() -> None:
    if not CASES.is_dir():
        pytest.skip("no ../shared/cases")
    there = {file.name for file in CASES.glob("*.csv")} | {
        f"newcomer/{f.name}" for f in (CASES / "newcomer").glob("*.[cj]s*")
    }
    assert there <= UNDERSTOOD.keys() | ASKED.keys()
