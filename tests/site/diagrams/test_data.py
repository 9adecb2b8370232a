"""What the diagrams show comes from the study, its results, dbt's manifest and the marts; nothing is made up."""

import json
from dataclasses import asdict

import duckdb
import numpy as np
import pytest

from helpers import paths
from helpers.config.tracking_plan import tracking_plan
from helpers.errors import ReportError
from helpers.report.topics.attribution import TOLD
from helpers.site.bundle import bundle
from helpers.site.diagrams import page
from helpers.site.diagrams.attribution import YEAR, comparison
from helpers.site.diagrams.drift import auc, simulate
from helpers.site.diagrams.lineage import lineage, row_counts
from helpers.site.diagrams.pipeline import CONSUMERS, marts_of, pipeline
from helpers.site.diagrams.prediction import prediction
from helpers.site.diagrams.workflow import workflow
from helpers.warehouse import query as warehouse
from tests.site.diagrams.conftest import ARMS, CREDIT, DRIFT, MODELS, NUMBERS


def stage(drawn, key):
    return next(s for s in drawn.stages if s.key == key)


# --- workflow ---


def test_the_artefacts_are_the_study_s_own(shop):
    drawn = workflow(shop, NUMBERS, tracking_plan(shop), ARMS)
    assert [s.key for s in drawn.stages] == ["hypothesise", "design", "instrument", "run", "analyse", "decide"]
    assert ("Question", shop.question) in stage(drawn, "hypothesise").artefact.facts
    assert [row[0] for row in stage(drawn, "instrument").artefact.table[1:]] == list(tracking_plan(shop).events)
    assert ("Units planned", "20,502") in stage(drawn, "design").artefact.facts
    assert stage(drawn, "analyse").artefact.table[1] == (
        "Purchase rate",
        "+7.7 %",
        "+5.6 % to +9.8 %",
        "significant",
    )
    assert ("Decision", "GO") in stage(drawn, "decide").artefact.facts
    assert all(limit in drawn.feedback.text for limit in shop.limits)


def test_the_sample_ratio_is_tested_against_the_design(shop):
    run = stage(workflow(shop, NUMBERS, tracking_plan(shop), ARMS), "run").artefact
    assert run.table[1:] == (("control", "31,201", "31,242"), ("treatment", "31,284", "31,242"))
    assert dict(run.facts)["Sample-ratio test"].endswith("as designed")
    skewed = {"control": 31_201, "treatment": 28_000}
    run = stage(workflow(shop, NUMBERS, tracking_plan(shop), skewed), "run").artefact
    assert dict(run.facts)["Sample-ratio test"] == "p < 0.0001: mismatch"


def test_what_was_not_recorded_is_left_out(shop):
    drawn = workflow(shop, {}, tracking_plan(shop), {})
    assert stage(drawn, "analyse").artefact.table == ()
    assert stage(drawn, "run").artefact.table == ()
    assert "Decision" not in dict(stage(drawn, "decide").artefact.facts)
    assert "None" not in json.dumps(asdict(drawn))
    assert "Planted effect on the primary metric" not in dict(
        stage(workflow(shop, NUMBERS, tracking_plan(shop), ARMS), "analyse").artefact.facts
    )


# --- pipeline ---


def manifest(folder):
    graph = {
        "sources": {
            "source.p.raw.events": {"name": "events", "source_name": "raw", "description": "The log."},
            "source.p.computed.stats": {"name": "stats", "source_name": "computed", "description": "Computed."},
        },
        "nodes": {
            "model.p.stg": {
                "resource_type": "model", "name": "stg", "fqn": ["p", "staging", "stg"], "description": "Clean\nevents.",
                "config": {"materialized": "view"}, "depends_on": {"nodes": ["source.p.raw.events"]},
            },
            "model.p.fct": {
                "resource_type": "model", "name": "fct", "fqn": ["p", "marts", "fct"], "description": "",
                "config": {"materialized": "table"}, "depends_on": {"nodes": ["model.p.stg", "macro.p.gone"]},
            },
            "test.p.unique": {"resource_type": "test", "name": "unique", "attached_node": "model.p.fct"},
            "test.p.rows": {"resource_type": "test", "name": "rows", "attached_node": None},
        },
    }  # fmt: skip
    file = folder / "manifest.json"
    file.write_text(json.dumps(graph), encoding="utf-8")
    return file


def test_lineage_is_read_from_the_manifest(tmp_path):
    events, staged, *marts = lineage(manifest(tmp_path), {"fct": 7, "events": 12})
    assert (events.name, events.layer, events.rows) == ("events", "raw", 12)
    assert (staged.reads, staged.rows, staged.description) == (("events",), None, "Clean events.")
    assert [(m.name, m.reads, m.rows, m.tests) for m in marts] == [
        ("fct", ("stg",), 7, 1),
        ("stats", ("fct_experiment_results",), None, 0),
    ]


def test_a_missing_manifest_says_what_to_run(tmp_path):
    with pytest.raises(ReportError, match="make study"):
        lineage(tmp_path / "shop" / "dbt" / "manifest.json", {})


def test_rows_are_counted_and_views_follow_the_flow_table():
    con = duckdb.connect()
    con.execute("create schema marts; create table marts.fct_funnel as select * from range(5)")
    assert row_counts(con) == {"fct_funnel": 5}
    con.execute(
        """create table marts.fct_row_flow as select * from (values
        ('malformed_line', 'quarantined', 3), ('missing_id', 'quarantined', 10), ('bot', 'dropped', 20),
        ('named_month', 'repaired', 6), ('kept', 'kept', 70)) as t (kind, disposition, rows)"""
    )
    counts = row_counts(con)
    assert counts["base_events"] == counts["events"] == 100
    assert counts["stg_events"] == 70


def test_the_lineage_of_a_real_build_is_whole(small_study):
    study, where = small_study
    with warehouse.connect(where.database) as con:
        counts = row_counts(con)
        kept = con.execute("select rows from marts.fct_row_flow where kind = 'kept'").fetchone()[0]
    models = lineage(where.data / "dbt" / "manifest.json", counts)
    names = {m.name for m in models}
    assert {r for m in models for r in m.reads} <= names
    assert all(m.rows is not None for m in models if m.kind == "table")
    assert counts["stg_events"] == kept
    drawn = pipeline(study, {}, tracking_plan(study), models)
    assert all(set(part.models) <= names for part in (*drawn.stages, *drawn.consumers))
    assert all(consumer.models for consumer in drawn.consumers)
    assert str(paths.ROOT) not in json.dumps(asdict(drawn))


def test_consumers_read_queries_that_exist():
    named = [query for queries in CONSUMERS.values() for query in queries]
    assert len(set(named)) == len(named)
    assert all((paths.QUERIES / f"{query}.sql").is_file() for query in named)
    assert marts_of(CONSUMERS["models"]) == ("fct_lifetimes",)


# --- attribution and prediction ---


def test_every_bundled_journey_has_its_credit():
    drawn = comparison()
    for compared in drawn.journeys:
        for rule, _, _ in drawn.rules:
            assert sum(compared.credit[rule]) == pytest.approx(1)


def test_the_year_s_models_are_those_of_its_notebook():
    assert comparison().year == (), "nothing is made up where no year is built"
    head, brand, _ = comparison(CREDIT).year
    assert head == ("Channel", "Last touch", "Markov", "Shapley", "Truly brought")
    assert brand == ("brand search", "1,000", "1,002", "1,004", "1,006")
    assert set(YEAR) - {"truth"} <= set(TOLD), "the notebook records them"


def test_auc_counts_pairs():
    rng = np.random.default_rng(3)
    outcomes, scores = rng.random(60) < 0.4, rng.integers(0, 8, 60).astype(float)
    hits, misses = scores[outcomes], scores[~outcomes]
    pairs = (hits[:, None] > misses).mean() + (hits[:, None] == misses).mean() / 2
    assert auc(outcomes, scores) == pytest.approx(pairs)
    assert np.isnan(auc(np.zeros(3, dtype=bool), np.arange(3.0)))


def test_the_simulation_repeats_itself_and_retraining_helps():
    first = simulate(np.random.default_rng(7), months=4, units=600, runs=4)
    again = simulate(np.random.default_rng(7), months=4, units=600, runs=4)
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one, other)
    frozen, retrained, ceiling = first
    assert frozen[-1] < retrained[-1] <= ceiling[-1] + 0.01


def test_accuracy_is_said_to_be_simulated(shop):
    drawn = prediction(shop, NUMBERS, DRIFT)
    assert "no model is fitted to customers" in drawn.note
    assert "0.770" in drawn.feedback[0].text and "0.550" in drawn.feedback[0].text
    assert drawn.feedback[0].text.startswith("In the simulation")


# --- the page ---


def test_modules_are_inlined_in_scopes_of_their_own(tmp_path):
    (tmp_path / "one.mjs").write_text("const hidden = 1;\nexport function two() { return 2; }\n")
    (tmp_path / "main.mjs").write_text('import { two as pair } from "./one.mjs";\nexport const four = pair() * 2;\n')
    code = bundle(tmp_path, ("one", "main"))
    assert "import" not in code and "export" not in code
    assert "const { two: pair } = module_one;" in code
    (tmp_path / "main.mjs").write_text("export default 1;\n")
    with pytest.raises(ValueError, match="cannot stand inside a page"):
        bundle(tmp_path, ("main",))


def test_the_page_is_whole_in_itself(hostile):
    assert hostile.count("<script") == 2
    assert "Content-Security-Policy" in hostile and "script-src 'sha256-" in hostile
    assert "<img" not in hostile
    for outside in ("http://", "https://"):
        assert outside not in hostile.replace("http://www.w3.org/2000/svg", "")


def test_nothing_built_is_said(tmp_path):
    with pytest.raises(ReportError, match="no study is built"):
        page.write(tmp_path / "diagrams.html", tmp_path)


def test_models_are_only_what_was_given(shop):
    assert pipeline(shop, NUMBERS, tracking_plan(shop), MODELS).lineage == MODELS
