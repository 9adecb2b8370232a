"""The one graph: what each step of the bundled studies, of the programme and of the project is made from."""

import shutil

import pytest

from helpers import paths
from helpers.cli import goals
from helpers.paths import StudyPaths
from helpers.pipeline import graph, project
from helpers.pipeline.built import Built
from helpers.pipeline.dependencies import PACKAGE
from helpers.pipeline.graph import Origin, Step
from helpers.report.figures import assets, export

BOOKS = paths.books()
STUDY = StudyPaths("cart_checkout")
FILE = "studies/cart_checkout.yml"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Content without a record."""
    return Built(tmp_path_factory.mktemp("tree"))


@pytest.fixture(scope="module")
def steps() -> dict[str, Step]:
    of_study = graph.of_study(FILE, STUDY, Origin(plans=(paths.STUDIES / "tracking_plans" / "shop.yml",)))
    year = graph.of_programme(f"programmes/{paths.YEAR}.yml", StudyPaths(paths.YEAR))
    pages = [
        project.write_up(of_study[-1:]), project.simulator(of_study[-1:]), project.diagrams(of_study[-1:]),
        project.dbt_docs(FILE, STUDY, Origin(), of_study[1]), project.site(FILE, paths.ROOT, of_study[-1:]),
    ]  # fmt: skip
    named = {step.what: step for step in (*of_study, *year)}
    return named | {step.subject if step.what == "page" else step.what: step for step in pages} | {
        "the year's numbers": year[-1], "figures and numbers": of_study[-1]
    }  # fmt: skip


@pytest.fixture(scope="module")
def inputs(steps, built) -> dict[str, set[str]]:
    return {what: set(built.inputs(step)) for what, step in steps.items()}


def concerned(inputs: dict[str, set[str]], name: str) -> set[str]:
    found = {what for what, names in inputs.items() if name in names}
    assert found or name.startswith("module "), f"nothing reads {name}"
    return found


def test_what_a_study_is_made_of(steps):
    assert [w for w, step in steps.items() if step.subject == "cart_checkout"] == [
        "log", "warehouse", "A/A assignments", *BOOKS, "figures and numbers", "dbt docs",
    ]  # fmt: skip


def test_a_quick_run_leaves_out_what_a_finished_test_can_do_without(steps):
    fast = {step.what: step for step in graph.of_study(FILE, STUDY, Origin(), quick=True)}
    assert list(fast) == [what for what, step in steps.items() if step.subject == STUDY.name and what != "dbt docs"]
    assert [what for what, step in fast.items() if step.left_out] == ["07_monitoring"]
    changed = {what for what, step in fast.items() if step.command != steps[what].command}
    assert changed == {"A/A assignments"} and fast["A/A assignments"].tables.keys() == {graph.QUICK}, (
        "a whole run afterwards knows that it was a quick one"
    )
    assert not any(step.left_out or graph.QUICK in step.tables for step in steps.values())


def test_a_notebook_waits_for_what_it_reads(steps):
    reads = {book: {step.what for step in steps[book].before} - {"warehouse"} for book in BOOKS}
    assert {book: what for book, what in reads.items() if what} == {
        "04_experiment_design": {"A/A assignments"},
        "05_ab_results": {"A/A assignments"},
        "06_roi_and_rollout": {"04_experiment_design", "05_ab_results"},
        "07_monitoring": {"02_funnel_analysis", "05_ab_results"},
    }


def test_every_step_comes_after_those_it_needs(steps):
    every = list(steps.values())
    order = {step: n for n, step in enumerate(graph.ancestors(every))}
    assert set(order) == set(every)
    assert all(order[other] < order[step] for step in every for other in step.before)


def test_every_step_runs_on_the_locked_packages_and_its_own_file(inputs):
    assert all("requirements.lock" in names for names in inputs.values())
    of_study = {"log", "warehouse", "A/A assignments", *BOOKS, "figures and numbers", "dbt docs"}
    assert concerned(inputs, FILE) >= of_study
    assert concerned(inputs, "studies/tracking_plans/shop.yml") >= of_study - {"A/A assignments", "dbt docs"}


def test_every_step_counts_the_module_of_the_steps_but_not_what_other_steps_import(inputs):
    steps = "src/helpers/cli/steps.py"
    assert all(steps in names for names in inputs.values())
    assert concerned(inputs, "module helpers.cli.steps") == set()
    assert "module helpers.site.render" not in inputs["log"]


def test_what_the_log_says_of_itself_concerns_whoever_reads_it(tmp_path):
    where = StudyPaths("mine", tmp_path)
    steps = graph.of_study("studies/mine.yml", where, Origin())
    steps.append(project.dbt_docs("studies/mine.yml", where, Origin(), steps[1]))
    where.raw.mkdir(parents=True)
    for name in graph.OF_THE_LOG:
        (where.raw / name).write_text("{}")
    built = Built(tmp_path)
    for name in graph.OF_THE_LOG:
        users = {step.what for step in steps if f"data/mine/raw/{name}" in built.inputs(step)}
        assert users == {"warehouse", *BOOKS, "figures and numbers", "dbt docs"}


@pytest.mark.parametrize(
    ("module", "users", "spared"),
    [
        ("log", BOOKS[:3], {BOOKS[3], *BOOKS[5:]}),
        ("experiment", BOOKS[3:5], {*BOOKS[1:3], *BOOKS[5:]}),
        ("money", BOOKS[5:6], {*BOOKS[:4], BOOKS[6]}),
        ("monitoring", BOOKS[6:], set(BOOKS[:6])),
    ],
)
def test_a_figure_module_concerns_the_notebooks_that_use_it(inputs, module, users, spared):
    """01 and 05 also share a module of optional sections, which draws figures of both."""
    found = concerned(inputs, f"module helpers.report.figures.{module}")
    assert found >= set(users) and not found & spared


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("simulate.shop", {*BOOKS, "warehouse", "A/A assignments", "figures and numbers", "site"}),
        ("site.front_page", {*BOOKS, "log", "warehouse"}),
        ("experiment.decision.value", {"log", "warehouse", "A/A assignments", *BOOKS[:3]}),
        ("cli.running", {*BOOKS, "log", "warehouse"}),
    ],
)
def test_a_module_concerns_only_what_uses_it(inputs, module, spared):
    name = f"module helpers.{module}"
    assert (PACKAGE / f"{module.replace('.', '/')}.py").is_file()
    assert not concerned(inputs, name) & spared


@pytest.mark.parametrize("module", ["survival.hazard_ratio", "bayes.comparison", "comparisons.quantiles"])
def test_a_method_that_no_report_uses_concerns_no_step(inputs, module):
    """The write-up names it, so it reads its docstrings and messages, and those alone."""
    file = f"stats/{module.replace('.', '/')}.py"
    assert (PACKAGE / file).is_file()
    assert concerned(inputs, f"module helpers.stats.{module}") == set()
    assert all(f"src/helpers/{file}" not in names for names in inputs.values())
    assert concerned(inputs, f"texts in src/helpers/{file}") == {"write-up"}


def test_a_method_concerns_the_reports_that_use_it(inputs):
    assert concerned(inputs, "module helpers.stats.checks.sequential_srm") == {"12_live"}
    # the diagrams list the kinds of trust checks, whose room the diagnosis is; a plan asks one of them whether a history leaks
    assert concerned(inputs, "module helpers.stats.checks.srm_diagnosis") == {
        "01_data_prep",
        "04_experiment_design",
        "05_ab_results",
        "06_roi_and_rollout",
        "diagrams",
        "simulator",
    }


@pytest.mark.parametrize(
    ("template", "pages"),
    [
        ("docs/templates/methodology.md.j2", {"write-up"}),
        ("docs/templates/study.md.j2", {"write-up"}),
        ("docs/templates/index.md.j2", {"pages"}),
        ("docs/templates/single.html.j2", {"pages"}),
        ("docs/templates/diagrams.html.j2", {"diagrams"}),
        ("docs/site/simulator/form.mjs", {"simulator"}),
        ("docs/site/diagrams/main.mjs", {"diagrams"}),
        ("docs/site/conf.py", {"pages"}),
    ],
)
def test_a_template_concerns_the_pages_that_use_it(inputs, template, pages):
    assert concerned(inputs, template) == pages


def test_every_template_has_a_page():
    """But those with which new-study proposes a study."""
    used = {*project.templates([*project._own_templates(), *project.OF_THE_SITE, "diagrams.html.j2"])}
    left = {file.name for file in paths.TEMPLATES.rglob("*.j2") if file not in used}
    assert left == {"new_study.yml.j2", "new_study_tables.yml.j2", "new_tracking_plan.yml.j2"}


def test_a_query_concerns_those_who_ask_it(inputs):
    assert concerned(inputs, "docs/queries/rerandomised_assignments.sql") >= {"A/A assignments"}
    assert "01_data_prep" in concerned(inputs, "docs/queries/tracking_violations.sql")
    assert not concerned(inputs, "docs/queries/tracking_violations.sql") & {"06_roi_and_rollout", "12_live"}
    by_hand = paths.QUERIES / "experiment_statistics.sql"
    for query in {*paths.QUERIES.glob("*.sql")} - {by_hand}:
        assert concerned(inputs, f"docs/queries/{query.name}"), query.name


def test_a_model_concerns_the_warehouse(inputs):
    assert concerned(inputs, "warehouse/models/marts/fct_experiment_results.sql") == {"warehouse", "dbt docs"}


# --- what a reader opens is made by a step, so it is made again when it is gone ---


@pytest.mark.parametrize(
    ("gone", "step"),
    [
        ("reports/_static", "pages"),
        ("reports/searchindex.js", "pages"),
        ("reports/index.html", "pages"),
        ("reports/mine/figures", "pages"),
        ("figures/assets", "figures and numbers"),
        ("figures/mine", "figures and numbers"),
        ("reports/mine/monitoring.jsonl", "07_monitoring"),
        ("reports/mine/decisions.jsonl", "06_roi_and_rollout"),
        ("data/mine/clean_events.csv", "warehouse"),
    ],
)
def test_what_is_gone_is_noticed(tmp_path, gone, step):
    files = (
        "reports/_static/x.css", "reports/_static/scripts/x.js", "reports/mine/figures/x.svg", "figures/mine/x.svg",
        "data/mine/clean_events.csv",
    )  # fmt: skip
    made = graph.of_study("studies/mine.yml", StudyPaths("mine", tmp_path), Origin())
    made.append(project.site("studies/mine.yml", tmp_path, made[-1:]))
    for file in (*(tmp_path / name for name in files), *(target for each in made for target in each.targets)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("one")
    built = Built(tmp_path)
    for each in made:
        built._steps[each.key] = {"inputs": {}, "outputs": built.outputs(each)}
    assert [each.what for each in made if built.causes(each, {})] == []
    lost = tmp_path / gone
    shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    built.contents.forget()
    (found,) = (each for each in made if built.causes(each, {}))
    assert found.what == step
    assert {cause.what for cause in built.causes(found, {})} == {"output missing:"}


def test_studies_share_the_assets_of_their_figures(tmp_path):
    """Each report names the same files, and no folder: what one writes there is nothing new to another."""
    ends = [graph.of_study(f"studies/{name}.yml", StudyPaths(name, tmp_path), Origin())[-1] for name in ("a", "b")]
    shared = set(ends[0].outputs) & set(ends[1].outputs)
    assert shared == {tmp_path / "figures" / "assets" / name for name in paths.FIGURE_ASSETS}
    export._copy_assets(tmp_path / "figures" / "assets")
    assert set((tmp_path / "figures" / "assets").iterdir()) == shared


def test_a_script_of_another_content_is_copied_again(tmp_path):
    target = assets.copy_plotly(tmp_path)
    whole = target.read_bytes()
    target.write_bytes(b"x" + whole[1:])
    assert assets.copy_plotly(tmp_path).read_bytes() == whole


@pytest.mark.parametrize("programme", [False, True])
def test_a_browser_that_comes_later_draws_the_pictures(tmp_path, monkeypatch, programme):
    file, where = f"studies/{STUDY.name}.yml", StudyPaths(STUDY.name, paths.ROOT)
    if programme:
        file, where = f"programmes/{paths.YEAR}.yml", StudyPaths(paths.YEAR)
    there, empty = tmp_path / "bin", tmp_path / "empty"
    there.mkdir(), empty.mkdir()
    (there / "chromium").write_text("#!/bin/false")
    (there / "chromium").chmod(0o755)
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    found = {}
    for path in (empty, there):
        monkeypatch.setenv("PATH", str(path))
        built = Built(tmp_path)
        found[path.name] = {step.what: built.inputs(step) for step in goals._report(file, where, built)}
    without, present = found["empty"], found["bin"]
    differing = {what for what in without if without[what] != present[what]}
    assert differing == {"figures and numbers"}
    assert (without["figures and numbers"]["the browser"], present["figures and numbers"]["the browser"]) == (
        "absent", "present",
    )  # fmt: skip
