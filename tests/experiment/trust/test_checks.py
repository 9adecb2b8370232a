"""Trust checks that fail or warn when they should, and are silent when all is well."""

import shutil
from collections.abc import Callable

import pytest

from helpers.defaults import SRM_DOUBT, SRM_THRESHOLD
from helpers.errors import ReportError
from helpers.experiment.results import Results
from helpers.experiment.trust import Trust, TrustCheck, trust_checks
from helpers.report.topics import trust as report
from helpers.warehouse import query

Check = Callable[..., dict[str, TrustCheck]]


@pytest.fixture
def trust(small_study, tmp_path) -> Callable[..., Trust]:
    """What the checks find on a copy of the marts after some SQL has spoiled it."""

    def check(*spoil: str, table_arms: dict[str, int] | None = None) -> Trust:
        database = tmp_path / "spoiled.duckdb"
        shutil.copyfile(small_study.where.database, database)
        study = small_study.study
        with query.connect(database, read_only=False) as con:
            for statement in spoil:
                con.execute(statement)
            return trust_checks(con, Results(con, study), table_arms)

    return check


@pytest.fixture
def checks(trust) -> Check:
    """The same checks by name."""

    def check(*spoil: str) -> dict[str, TrustCheck]:
        found = trust(*spoil).checks
        assert len({c.name for c in found}) == len(found)
        return {c.name: c for c in found}

    return check


def failed(found: dict[str, TrustCheck]) -> set[str]:
    return {c.name for c in found.values() if c.verdict == "failed"}


UNPAID = "Who lacks revenue per exposed user and average order value"
"""Purchases without an amount are planted in the small study, and said."""


def warned(found: dict[str, TrustCheck]) -> set[str]:
    return {c.name for c in found.values() if c.verdict == "warning"}


# --- the arms ---


def test_a_healthy_experiment_passes(checks, small_study):
    found = checks()
    assert failed(found) == set()
    families = {c.family for c in found.values()}
    assert families == {"Sample ratios", "Rows and units", "Covariates", "Time", "Missing values", "Values"}
    assert UNPAID in warned(found)
    assert len([c for c in found.values() if c.family == "Sample ratios"]) == 2 + 1 + len(small_study.study.segments)
    assert all(c.question.endswith("?") and c.found for c in found.values())


LOSE_TREATED = (
    "update marts.fct_experiment_results set units = (units * 0.7)::bigint, randomised = (units * 0.7)::bigint"
    " where variant = 'treatment' and population = '{population}' and dimension = '{dimension}' {more}"
)


@pytest.mark.parametrize(("population", "stage"), [("exposed", "execution"), ("assigned", "assignment")])
def test_lost_units_fail_the_sample_ratio_and_name_the_stage(checks, population, stage):
    found = checks(LOSE_TREATED.format(population=population, dimension="all", more=""))
    assert failed(found) == {f"Sample ratio of {population} units"}
    assert f"likely from {stage}: check " in found[f"Sample ratio of {population} units"].found


@pytest.mark.parametrize("stated", [True, False])
def test_a_failure_says_against_which_weights_where_nobody_stated_them(checks, monkeypatch, small_study, stated):
    monkeypatch.setattr(type(small_study.study), "is_weighed_by_guess", not stated)
    lost = checks(LOSE_TREATED.format(population="exposed", dimension="all", more=""))
    found = lost["Sample ratio of exposed units"].found
    assert ("against 1:1, which nobody stated, p " in found) == (not stated)
    assert ("state the weights of the design" in found) == (not stated)
    assert "nobody stated" not in lost["Sample ratio of assigned units"].found


def test_sizes_that_chance_seldom_makes_warn_and_say_what_could_be_missing(trust):
    """p between the threshold and the doubt: the decision stands, and the exposed units' check carries the words."""
    found = trust(
        "update marts.fct_experiment_results as r set units = more, randomised = more"
        " from (select metric, round(sum(units) + 2.6 * sqrt(2 * sum(units))) as more from marts.fct_experiment_results"
        " where variant = 'control' and population = 'exposed' and dimension = 'all' group by metric) as s"
        " where s.metric = r.metric and r.variant = 'treatment' and r.population = 'exposed' and r.dimension = 'all'"
    )
    assert [c.name for c in found.failed] == [] and found.split is not None
    assert SRM_THRESHOLD <= found.split.test.p_value < SRM_DOUBT
    check = next(c for c in found.checks if c.name == "Sample ratio of exposed units")
    assert check.verdict == "warning" and check.found.endswith(f"control is about {found.split.missing:,} units short")
    assert [c for c in found.caveats if not c.name.startswith("missing_")] == [check.caveat]
    assert report.text_caveats(found).startswith("**The split is doubtful.** The arms hold ")
    assert report.table(found)[0]["Check"] == check.name


def test_refused_rows_that_no_sample_ratio_sees_warn_in_words(trust):
    refused = "insert into marts.fct_row_flow values (99, 'shown_otherwise', 'flagged', 90)"
    arms = {"control": 10_050, "treatment": 10_040}
    found = trust(refused, table_arms=arms)
    unpaid = "Not every unit has a value of revenue per exposed user and average order value."
    assert [c.claim for c in found.caveats] == ["The sample ratio does not see the contamination.", unpaid]
    assert found.unseen is not None and (found.unseen.rows, found.unseen.of) == (90, 20_090)
    others = trust(refused).caveats, trust(refused, table_arms=arms | {"treatment": 11_040}).caveats
    assert all([c.claim for c in caveats] == [unpaid] for caveats in others)


def test_one_level_that_loses_units_is_named(checks):
    found = checks(LOSE_TREATED.format(population="exposed", dimension="device", more="and level = 'mobile'"))
    assert failed(found) == {"Sample ratio by device"}
    assert "failed: device mobile" in found["Sample ratio by device"].found


def test_an_arm_that_is_missing_altogether_fails(checks):
    """The arm has no row, so it must count as 0, not as absent."""
    gone = "delete from marts.fct_experiment_results where variant = 'treatment' and population = 'assigned'"
    found = checks(gone + " and dimension = 'all'")
    assert failed(found) == {"Sample ratio of assigned units"}
    assert " : 0," in found["Sample ratio of assigned units"].found


def test_a_day_without_treated_units_fails(checks):
    found = checks(
        "delete from marts.fct_experiment_results where variant = 'treatment' and dimension = 'day'"
        " and level = (select min(level) from marts.fct_experiment_results where dimension = 'day')"
    )
    assert failed(found) == {"Sample ratio by day"}


def test_a_unit_in_two_variants_fails(checks):
    found = checks("insert into intermediate.int_contaminated values ('u00000000', 2)")
    assert failed(found) == {"Contamination"}
    assert found["Contamination"].found.startswith("1 of ")


def test_arms_that_differed_before_fail_the_balance(checks):
    found = checks(
        "update marts.fct_experiment_results set sum_x = sum_x * 3, sum_x2 = sum_x2 * 9"
        " where variant = 'treatment' and metric = 'purchase_rate'"
    )
    assert failed(found) == {"Balance of purchase rate before"}


@pytest.mark.parametrize("kind", ["kept", "exact_duplicate", "missing_id"])
def test_a_row_without_a_named_end_fails(checks, kind):
    found = checks(f"update marts.fct_row_flow set rows = rows - 1 where kind = '{kind}'")
    assert failed(found) == {"Rows accounted for"}


def test_a_balance_that_cannot_be_told_is_not_passed_in_silence(checks):
    found = checks("update marts.fct_experiment_results set sum_x = 0, sum_x2 = 0, sum_xy = 0")
    assert all("nan" not in c.found for c in found.values())


def test_nobody_exposed_is_told(checks):
    with pytest.raises(ReportError):
        checks("delete from marts.fct_experiment_results where population = 'exposed'")


# --- what a reader must know ---


def test_a_healthy_report_is_one_short_table_and_one_sentence(trust):
    found = trust()
    rows = report.table(found)
    assert len(rows) == len({c.family for c in found.checks if c.passed}) + len(found.warned) <= 7
    assert len(report.table_details(found)) == len(found.checks) > 15
    said = report.text(found)
    assert said.startswith("None of these was found: a variant that disagrees") and "share a session" in said


def test_units_shown_another_variant_fail_and_refused_rows_warn(checks):
    found = checks("insert into marts.fct_shown_otherwise values ('treatment', 900, 40, 55), ('control', 900, 0, 0)")
    assert failed(found) == {"Shown as assigned"}
    assert "40 units carry another variant" in found["Shown as assigned"].found
    found = checks("insert into marts.fct_row_flow values (99, 'shown_otherwise', 'flagged', 3893)")
    assert "Shown as assigned" in warned(found) and not failed(found)
    assert "3,893 rows" in found["Shown as assigned"].found


def test_ids_that_stand_for_several_units_warn(checks):
    found = checks("update marts.fct_repeats set shared_ids = 7, rows_of_shared_ids = 14")
    assert "Repeated rows" in warned(found) and "7 event ids stand for different units" in found["Repeated rows"].found


def test_repeats_are_a_guess_without_event_ids(checks):
    few = "update marts.fct_row_flow set rows = 0 where kind in ('exact_duplicate', 'late_duplicate')"
    many = "update marts.fct_row_flow set rows = 100000 where kind = 'exact_duplicate'"
    none = "update marts.fct_repeats set has_event_id = false"
    assert "Repeated rows" not in warned(checks(none, few))
    days = "update marts.fct_repeats set has_clock = false"
    one = "update marts.fct_row_flow set rows = 1 where kind = 'exact_duplicate'"
    assert "Repeated rows" not in warned(checks(none, few, one))
    assert "real repeats within one day go with them" in checks(none, few, one, days)["Repeated rows"].found
    assert "Repeated rows" in warned(checks(none, few, one, days))
    assert "Repeated rows" in warned(checks(none, many))
    assert "Repeated rows" not in warned(checks(many)), "an id tells a repeat for certain"


def test_outcomes_that_take_days_make_the_last_units_immature(trust):
    quick = "delete from intermediate.int_outcome_events where event_name = 'purchase' and event_time > (select ended_at from marts.dim_experiments)"
    fast = trust(
        "update intermediate.int_outcome_events as o set event_time = u.exposed_at from marts.fct_experiment_units as u"
        " where u.user_id = o.user_id and o.after_exposure and u.is_exposed",
        quick,
    )
    slow = trust(
        "update intermediate.int_outcome_events as o set event_time = u.exposed_at + interval 5 day"
        " from marts.fct_experiment_units as u where u.user_id = o.user_id and o.after_exposure and u.is_exposed"
    )
    assert fast.maturity.hours == 1 and fast.maturity.share < 0.01
    assert "Immature units" not in {c.name for c in fast.warned}
    assert slow.maturity.hours == 121 and slow.maturity.share > 0.1
    assert "Immature units" in {c.name for c in slow.warned} and not slow.failed
    late = slow.maturity.without
    assert late is not None and late.days == tuple(range(23, 29)) and late.without is not None
    assert (
        late.everything.n_control + late.everything.n_treatment
        == late.units + late.without.n_control + late.without.n_treatment
    )


def test_too_few_earlier_outcomes_cannot_tell_and_warn(trust):
    found = trust("delete from intermediate.int_outcome_events where event_name = 'purchase'")
    assert found.maturity.hours is None
    assert any(c.name == "Immature units" and "cannot be told" in c.found for c in found.warned)


def test_a_follow_up_that_differs_between_the_arms_fails(checks, small_study):
    metric = next(m for m in small_study.study.metrics if m.type == "retention")
    found = checks(
        "update marts.fct_missing_values set open_windows = 3 * open_windows"
        f" where metric = '{metric.name}' and variant = 'treatment'"
    )
    assert failed(found) == {f"Follow-up of {metric.label.lower()}"}


EARLY = (
    "insert into intermediate.int_outcome_events by name"
    " select user_id, 'purchase' as event_name, assigned_at as event_time, 100 as amount, null as session_id,"
    " false as after_exposure, true as in_control, true as in_treatment, false as is_injected"
    " from marts.fct_experiment_units where is_exposed and {which}"
)


def test_outcomes_before_the_exposure_fail_only_where_they_differ(checks):
    gone = "delete from intermediate.int_outcome_events where not after_exposure"
    assert (
        checks(gone)["Outcomes before exposure"].found == "no outcome lies between its unit's assignment and exposure"
    )
    both = checks(gone, EARLY.format(which="hash(user_id) % 4 = 0"))
    assert not failed(both) and "left out, purchase: " in both["Outcomes before exposure"].found
    one = checks(gone, EARLY.format(which="variant = 'treatment' and hash(user_id) % 4 = 0"))
    assert failed(one) == {"Outcomes before exposure"}


def test_outcomes_before_the_assignment_are_not_denied(checks, small_study):
    """They are a unit's past, of which the check counts nothing, so it may not say that there are none."""
    with query.connect(small_study.where.database) as con:
        seen = con.sql("select user_id, event_time from intermediate.int_key_events where event_name = 'purchase'").df()
        units = con.sql("select user_id, assigned_at from marts.fct_experiment_units where is_exposed").df()
    both = seen.merge(units, on="user_id")
    assert (both.event_time < both.assigned_at).any()
    told = checks("delete from intermediate.int_outcome_events where not after_exposure")["Outcomes before exposure"]
    assert "precede" not in told.found and "between" in told.question and "between" in told.trouble


def test_a_history_that_is_the_outcome_warns(checks):
    found = checks(
        "update marts.fct_experiment_results set sum_x = sum_y, sum_x2 = sum_y2, sum_xy = sum_y2"
        " where metric = 'purchase_rate'"
    )
    assert "Leak of purchase rate before" in warned(found)
    assert "correlation with the outcome +1.00" in found["Leak of purchase rate before"].found


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ("update intermediate.int_key_events set amount = 99900 where event_name = 'purchase' and hash(user_id) % 12 = 0", "999 in "),
        ("update intermediate.int_key_events set amount = 0 where event_name = 'purchase' and hash(user_id) % 12 = 0", "0 in "),
        ("update intermediate.int_key_events set amount = 1234 where event_name = 'purchase' and hash(user_id) % 3 = 0", "12.34 in "),
        ("update marts.fct_experiment_results set level = '(none)' where dimension = 'channel' and level = 'search'", "(none) in "),
    ],
)  # fmt: skip
def test_placeholders_warn(checks, spoil, told):
    assert "Sentinel values" not in warned(checks())
    found = checks(spoil)
    assert "Sentinel values" in warned(found) and told in found["Sentinel values"].found


def test_units_that_share_sessions_and_outcomes_warn(trust):
    """Buyers of an arm put into sessions of ten share everything; strangers put together share nothing."""
    alone = trust()
    assert alone.sharing_units == 0 and alone.correlation.design_effect != alone.correlation.design_effect
    strangers = trust("update intermediate.int_exposed_sessions set session_id = 's' || hash(user_id) % 60")
    assert strangers.sharing_units > 300
    alike = trust(
        "update intermediate.int_exposed_sessions as s set session_id = m.y1::varchar || hash(s.user_id) % 30"
        " from intermediate.int_unit_metrics as m where m.user_id = s.user_id and m.metric = 'purchase_rate' and m.population = 'exposed'"
    )
    assert "Clustered units" in {c.name for c in alike.warned} and alike.correlation.icc > 0.5
    assert alike.correlation.design_effect > 3 > strangers.correlation.design_effect
