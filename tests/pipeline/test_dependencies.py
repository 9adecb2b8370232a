"""Makefile rules found in the imports."""

import subprocess
import sys
from pathlib import Path

import pytest

from helpers import paths
from helpers.paths import StudyPaths
from helpers.pipeline import dependencies

WHERE = StudyPaths("cart_checkout")
NOTEBOOKS = [f"{name}.ipynb" for name in paths.books()]


def names(source: str) -> set[str]:
    """Modules a source depends on, relative to the package."""
    return {f.relative_to(dependencies.PACKAGE).as_posix() for f in dependencies.dependencies(source)}


@pytest.fixture(scope="module")
def needs() -> dict[str, set[str]]:
    """Modules of each target, by the target's file name."""
    return {
        target.name: {f.relative_to(dependencies.PACKAGE).as_posix() for f in files}
        for target, files in dependencies.needs(WHERE).items()
    }


@pytest.mark.parametrize(
    "source",
    [
        "import helpers.errors",
        "import helpers.errors as e, json",
        "from helpers.errors import ReportError",
        "from helpers import errors",
        "def f():\n    from helpers.errors import ReportError",
        "class A:\n    def f(self):\n        if True:\n            import helpers.errors",
        "try:\n    import helpers.errors\nexcept ImportError:\n    pass",
    ],
)
def test_every_form_of_import_is_seen(source):
    assert "errors.py" in names(source)


def test_imports_inside_functions_of_modules_count():
    """helpers.report.notebook imports helpers.report.tables inside a method: its change must run the notebooks again."""
    assert "tables.py" in names("import helpers.report.notebook")
    assert "figures/style.py" in names("from helpers.report.figures import log"), "and what that one imports"


def test_imports_for_types_only_do_not_count():
    source = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from helpers.experiment.decision.value import Value\n"
    )
    assert names(source) == set()


def test_a_notebook_waits_for_what_it_reads():
    found = {target.stem: {f.stem for f in files} for target, files in dependencies.reads(WHERE).items() if files}
    assert found == {
        "04_experiment_design": {"resalted"},
        "05_ab_results": {"resalted"},
        "06_roi_and_rollout": {"04_experiment_design", "05_ab_results"},
        "07_monitoring": {"02_funnel_analysis", "05_ab_results"},
    }


def test_a_notebook_that_hides_what_it_reads_is_refused():
    with pytest.raises(ValueError, match="malformed"):
        dependencies.read_by("nb.earlier(name)", WHERE)


def test_packages_count_with_what_they_import():
    found = names("import helpers.simulate")
    assert {"simulate/__init__.py", "simulate/shop.py", "simulate/dirt.py"} <= found


def test_other_packages_and_strings_do_not_count():
    assert names("import pandas, helpers_of_others\ntext = 'import helpers.experiment.decision.value'") == set()
    assert names("") == set()


def test_only_code_cells_are_read(tmp_path):
    import json

    file = tmp_path / "01_x.ipynb"
    cells = [
        {"cell_type": "markdown", "source": ["import helpers.experiment.decision.value"]},
        {"cell_type": "code", "source": ["from helpers import (\n", "    errors)\n"]},
    ]
    file.write_text(json.dumps({"cells": cells}))
    assert names(dependencies.code(file)) >= {"errors.py"}
    assert "roi.py" not in names(dependencies.code(file))


def test_every_step_and_notebook_has_its_rule(needs):
    assert set(needs) == {"done", "warehouse.duckdb", "resalted.parquet", *NOTEBOOKS, "results.json", "index.html"}
    for target, files in needs.items():
        assert {"study/__init__.py", "paths.py", "errors.py"} <= files, target


def test_a_figure_module_concerns_the_notebooks_that_use_it(needs):
    users = {
        m: {t for t, files in needs.items() if f"figures/{m}.py" in files}
        for m in ("log", "experiment", "money", "monitoring")
    }
    assert users["log"] == {"01_data_prep.ipynb", "02_funnel_analysis.ipynb", "03_segmentation.ipynb"}
    assert users["experiment"] == {"04_experiment_design.ipynb", "05_ab_results.ipynb"}
    assert users["money"] == {"06_roi_and_rollout.ipynb"}
    assert users["monitoring"] == {"07_monitoring.ipynb"}


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("roi.py", NOTEBOOKS[:4]),
        ("decision.py", NOTEBOOKS[:4]),
        ("segments.py", [NOTEBOOKS[0], NOTEBOOKS[3]]),
        ("simulate/shop.py", [*NOTEBOOKS, "warehouse.duckdb", "resalted.parquet", "results.json", "index.html"]),
        ("pages.py", [*NOTEBOOKS, "warehouse.duckdb", "done", "results.json"]),
        ("roi.py", ["done", "warehouse.duckdb", "resalted.parquet", "results.json", "index.html"]),
    ],
)
def test_touching_a_module_rebuilds_only_what_uses_it(needs, module, spared):
    concerned = {t for t, files in needs.items() if module in files}
    assert not concerned & set(spared)


def test_makefile_is_valid_make_and_survives_a_deleted_module(tmp_path):
    text = dependencies.makefile(WHERE)
    assert str(paths.ROOT) not in text
    gone = "src/helpers/gone.py"
    file = tmp_path / "rules.mk"
    file.write_text(text + f"data/x/y: {gone}\n{gone}:\n\ndata/x/y:\n\t@echo built\n")
    done = subprocess.run(["make", "-f", str(file), "data/x/y"], capture_output=True, text=True, cwd=paths.ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "built\n"
    for line in text.splitlines():
        target, _, files = line.partition(": ")
        sources = [f for f in files.split() if not f.startswith(("data/", "reports/"))]
        assert all((paths.ROOT / f).is_file() for f in sources), target


def test_rules_run_on_the_standard_library_alone():
    """Make calls them before anything is installed."""
    program = (
        "import sys; sys.path.insert(0, 'src'); import helpers.pipeline.dependencies as r; from helpers.paths import StudyPaths;"
        "r.makefile(StudyPaths('x')); print(*sorted({m.partition('.')[0] for m in sys.modules} & {'yaml', 'pydantic',"
        " 'pandas', 'numpy', 'click', 'duckdb'}))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, cwd=paths.ROOT, check=True
    )
    assert done.stdout.strip() == ""


def test_sources_are_there():
    for path in (dependencies.PACKAGE, paths.NOTEBOOKS):
        assert Path(path).is_dir()
