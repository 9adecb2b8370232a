"""A study proposed from a unit table: roles, metrics, weights, what is suspicious."""

import re
from pathlib import Path

import pytest

from helpers import ingest
from helpers.config import Units
from helpers.config.assumed import paced
from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed, raw, units, written


def test_a_plain_table_is_understood_whole(tmp_path: Path) -> None:
    study, text, said = proposed(tmp_path, units(tmp_path / "shop.csv", "if(i % 3 = 0, 'phone', 'desktop') as device"))
    assert isinstance(study.data, Units)
    assert study.data.columns == {"user_id": "user_id", "variant": "variant", "device": "device"}
    assert study.data.variants == {"old": "control", "new": "treatment"}
    assert [(m.name, m.role, m.type, m.unit) for m in study.metrics] == [
        ("converted", "primary", "proportion", "share"), ("spend", "secondary", "mean", "money"),
    ]  # fmt: skip
    assert study.economics.revenue_metric == "spend" and study.segments == ["device"]
    assert "'old' is taken as the control, by its name" in said
    assert said.endswith("make study STUDY=studies/shop.yml")
    assert (
        "Before the outcome is read, its rule can be registered: python -m helpers register studies/shop.yml\n" in said
    )
    assert text.index("Check first") < text.index("\nname:")


def test_gates_ask_for_what_the_study_has_whichever_way_is_better(tmp_path: Path) -> None:
    """No guardrail is proposed, and whoever adds `better: lower` must not have a success as the tripwire."""
    study, _, _ = proposed(tmp_path, units(tmp_path / "shop.csv"))
    gates = " ".join([stage.advance_when for stage in study.rollout] + [each.tripwire for each in study.milestones])
    assert {m.role for m in study.metrics} == {"primary", "secondary"} and "guardrail" not in gates
    assert study.rollout[-1].share == 1 and "kept back" not in gates, "nobody is left without it"
    assert "no worse than in the control" in gates and not re.search("falls|rises|below|above", gates)


def test_the_question_names_the_arms_as_the_file_does(tmp_path: Path) -> None:
    study, _, _ = proposed(tmp_path, units(tmp_path / "shop.csv"))
    assert study.question == "Does treatment (new) change converted against control (old)?"
    assert [study.called(each) for each in study.variants] == ["control (old)", "treatment (new)"]


def test_every_key_that_says_assumed_is_listed_as_assumed(tmp_path: Path) -> None:
    study, text, _ = proposed(tmp_path, units(tmp_path / "shop.csv"))
    keys = re.findall(r"^(\w+):.*# ASSUMED", text, re.MULTILINE)
    assert {"hypothesis", "decision", "economics", "rollout"} <= set(keys)
    assert [k for k in (*keys, "milestones") if not any(path.split(".")[0] == k for path in study.assumed)] == []


@pytest.mark.parametrize("timed", [False, True])
def test_a_placeholder_of_a_period_is_listed_as_assumed(tmp_path: Path, timed: bool) -> None:
    more = "timestamp '2024-05-01' + i * interval 5 minute as seen_at" if timed else ""
    study, _, _ = proposed(tmp_path, units(tmp_path / "shop.csv", more))
    assert ("event_time" in study.data.columns) == timed == paced(study)
    assert ("period" in study.assumed) == study.assumes("period.start") == (not timed)


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet", "duckdb"])
def test_every_kind_of_file_lands_as_proposed(tmp_path: Path, ending: str) -> None:
    study, _, _ = proposed(tmp_path, units(tmp_path / f"shop.{ending}"))
    ingest.land(study, tmp_path / "raw")
    assert ingest.landed(tmp_path / "raw").table_rows == 2_000


def test_a_folder_and_a_glob_are_one_table(tmp_path: Path) -> None:
    for part in ("a", "b"):
        units(tmp_path / "parts" / f"{part}.parquet", rows=1_000)
    written(
        tmp_path / "parts" / "b.parquet",
        f"select replace(user_id, 'u', 'w') as user_id, * exclude (user_id) from '{tmp_path}/parts/a.parquet'",
    )
    for place in ("parts", "parts/*.parquet"):
        _, _, said = proposed(tmp_path, tmp_path / place, name="parts", force=True)
        assert "unit table, one row a unit (2,000 rows)" in said and "2,000 units, each in one row" in said


@pytest.mark.parametrize(
    ("treated", "ratio", "weights"), [(0.5, "1:1", [0.5, 0.5]), (0.1, "9:1", [0.9, 0.1]), (0.47, "1:1", [0.5, 0.5])]
)
def test_weights_are_a_simple_ratio_never_the_counts(
    tmp_path: Path, treated: float, ratio: str, weights: list[float]
) -> None:
    study, _, said = proposed(tmp_path, units(tmp_path / "t.csv", rows=20_000, treated=treated))
    assert [v.weight for v in study.variants] == weights
    nearest = (
        "the simple ratio nearest to the counts"
        if "fit it" in said
        else "the nearest to the counts of equal arms, or of all but one"
    )
    assert f"weights: {ratio}, {nearest}, never the counts themselves" in said
    assert ("further from it than chance allows" in said) == (treated == 0.47)


def test_leaks_and_useless_columns_are_named_with_the_reason(tmp_path: Path) -> None:
    more = """if(i % 100 < 50, 'b', 'a') as bucket_code, if(i % 100 < 50, i % 7, null) as banner_id, if(i % 100 < 50, 'sent', null) as mail, 'EU' as market,
        md5(i::varchar) as token, if(i % 10 = 0, 'x', null) as note, (hash(i) % 10 < 3)::integer as is_buyer,
        if(i % 20 = 0, -1, i % 50) as sessions, if(hash(i) % 10 < 3, 'Yes', 'No') as purchased"""
    study, text, _ = proposed(tmp_path, units(tmp_path / "t.csv", more))
    for column, reason in {
        "bucket_code": "a leak: its value tells the variant in every row",
        "banner_id": "a leak: filled in some variants only, so it tells the variant",
        "mail": "a leak: filled in some variants only, so it tells the variant",
        "market": "constant: one value in all rows",
        "token": "unique in every row: an identifier, not an attribute",
        "note": "mostly empty: nothing in 90% of the rows",
        "sessions": "an outcome with a sentinel? -1 in 100 rows, the only values below zero",
        "is_buyer": "outcome-derived: it tells 'converted', so it is known only afterwards",
    }.items():
        assert f"#   {column}: {reason}" in text
    assert study.segments == [] and [m.name for m in study.metrics] == ["converted", "purchased", "spend"]


def test_a_history_that_is_never_zero_is_no_copy_of_an_outcome_that_never_is(tmp_path: Path) -> None:
    more = """5 + hash(i * 3) % 40 as spend_pre, 5 + hash(i * 3) % 40 + hash(i * 7) % 30 as spend_post"""
    study, text, _ = proposed(tmp_path, units(tmp_path / "t.csv", more))
    assert study.data.before == {"spend_post": "spend_pre"}, text  # type: ignore[union-attr]


def test_history_becomes_a_covariate_when_the_arms_agree_on_it(tmp_path: Path) -> None:
    more = "(hash(i + 3) % 5000) / 100.0 + i % 2 as spend_before, if(i % 100 < 50, 3, 0) + hash(i) % 10 as prior_visits, hash(i + 5) % 40 as tenure"
    study, text, said = proposed(tmp_path, units(tmp_path / "t.csv", more))
    assert isinstance(study.data, Units)
    assert study.data.before == {"spend": "spend_before"} and study.period.baseline is not None
    assert study.metric("spend").covariate and not study.metric("converted").covariate
    assert "column 'spend_before' for spend; correlation" in said
    assert "#   prior_visits: named as if from before, but its means part by" in text
    assert "perhaps from before: column 'tenure', not used" in said


def test_heavy_tails_propose_winsorizing_in_a_comment(tmp_path: Path) -> None:
    study, text, _ = proposed(tmp_path, units(tmp_path / "t.csv", "if(i = 3, 49854, i % 60) as rounds"))
    assert "# winsorize: 0.99  (the largest value, 49,854, is" in text
    assert study.metric("rounds").winsorize is None and study.metric("rounds").unit == "count"


def test_shown_duplicates_and_gaps_are_tolerated_as_found_and_said(tmp_path: Path) -> None:
    base = units(tmp_path / "base.parquet", "if(i % 100 < 50, 'new_page', 'old_page') as landing_page", rows=5_000)
    file = written(
        tmp_path / "t.csv",
        f"""select * replace (if(user_id = 'u000007', 'old_page', landing_page) as landing_page,
            if(user_id = 'u000009', null, converted) as converted) from '{base}'
            union all select * from '{base}' where user_id = 'u000011'
            union all select * replace ('old' as variant, 'old_page' as landing_page) from '{base}' where user_id = 'u000012'""",
    )
    study, text, said = proposed(tmp_path, file)
    assert study.data.tolerate.model_dump(exclude_defaults=True) == {
        "shown_otherwise": 0.0003, "duplicate_unit": 0.0003, "two_variants": 0.0003,
    }  # fmt: skip
    assert (
        "# missing: zero  (1 rows are empty" in text and "Does an empty converted mean that nothing happened?" in text
    )
    assert "1 rows disagree with the variant" in said
    assert "1 stand in two variants" in said
    ingest.land(study, tmp_path / "raw")
    assert ingest.landed(tmp_path / "raw").refused == {"duplicate_unit": 1, "shown_otherwise": 1}


def test_rows_without_an_id_are_units_of_their_own(tmp_path: Path) -> None:
    file = written(
        tmp_path / "t.csv", "select ['a', 'b'][1 + i % 2] as arm, (i % 6 = 0)::int as clicked from range(600) as t(i)"
    )
    study, text, said = proposed(tmp_path, file)
    assert "user_id" not in study.data.columns and "every row is a unit of its own" in said  # type: ignore[union-attr]
    assert raw(text)["data"]["variants"] == {"a": "control", "b": "treatment"}


def test_names_and_levels_of_any_kind_load_again(tmp_path: Path) -> None:
    file = written(
        tmp_path / "Ünïcode & co (1).csv",
        """select i as id, [0, 1][1 + i % 2] as treated, i % 5 as "Visits: #1 {x}", (i % 3 = 0)::int as "converted ""yes"" 日本",
        ['off', 'null', '~', 'a: b'][1 + i % 4] as "country\n- x" from range(400) as t(i)""",
    )
    study, _, _ = proposed(tmp_path, file)
    assert study.name == "unicode_co_1"
    assert study.data.variants == {"0": "control", "1": "treatment"}  # type: ignore[union-attr]
    assert 'converted "yes" 日本' in study.data.outcomes.values()  # type: ignore[union-attr]
    ingest.land(study, tmp_path / "raw")
    assert ingest.landed(tmp_path / "raw").table_rows == 400


@pytest.mark.slow
def test_hundreds_of_columns_are_read_and_most_of_them_counted_only(tmp_path: Path) -> None:
    study, text, said = proposed(
        tmp_path,
        units(tmp_path / "wide.csv", ", ".join(f"(i * {n}) % {n + 2} as f{n}" for n in range(240)), rows=300),
    )
    assert len(study.metrics) == 6 and study.primary.name == "converted"
    assert "more that are not used" in text and len(text.splitlines()) < 200 and len(said.splitlines()) < 60


def test_an_existing_study_stays_unless_forced(tmp_path: Path) -> None:
    file = units(tmp_path / "t.csv")
    made, _, _ = proposed(tmp_path, file)
    place = tmp_path / "studies" / "t.yml"
    place.write_text("mine", encoding="utf-8")
    with pytest.raises(ReportError, match=r"t.yml is there already"):
        proposed(tmp_path, file)
    assert place.read_text(encoding="utf-8") == "mine"
    assert proposed(tmp_path, file, force=True)[0] == made
    assert proposed(tmp_path, file, name="another")[0].name == "another"


def test_nothing_is_left_beside_what_was_asked_for(tmp_path: Path) -> None:
    file = units(tmp_path / "in" / "t.csv")
    proposed(tmp_path, file)
    assert [p.relative_to(tmp_path).as_posix() for p in sorted(tmp_path.rglob("*")) if p.is_file()] == [
        "in/t.csv",
        "studies/t.yml",
    ]


def test_no_unit_id_is_said_or_written(tmp_path: Path) -> None:
    _, text, said = proposed(tmp_path, units(tmp_path / "t.csv", "'mail' || i || '@x.org' as email"))
    assert "u0000" not in text + said and "@x.org" not in text + said


def test_a_column_whose_name_has_no_word_is_no_traceback(tmp_path: Path) -> None:
    file = units(tmp_path / "t.csv", """i + 1 as "#" """)
    study, _, _ = proposed(tmp_path, file)
    assert study.primary.name == "converted"
