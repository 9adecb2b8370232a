"""What a source depends on, read from its code."""

import json
import subprocess
import sys

import pytest

from helpers import paths
from helpers.pipeline import dependencies
from helpers.pipeline.dependencies import EVERYTHING, Code, facts

CODE = Code()


def names(source: str) -> set[str]:
    """Modules that a source executes."""
    return set(CODE.closure(facts(source).imports))


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
        "if TYPE_CHECKING:\n    pass\nelse:\n    import helpers.errors",
    ],
)
def test_every_form_of_import_is_seen(source):
    assert names(source) == {"helpers", "helpers.errors"}


def test_imports_inside_functions_of_modules_count():
    """helpers.report.notebook imports helpers.report.tables inside a method: its change must run the notebooks again."""
    assert "helpers.report.tables" in names("import helpers.report.notebook")
    assert "helpers.report.figures.style" in names("from helpers.report.figures import log"), "and what that imports"


@pytest.mark.parametrize("test", ["TYPE_CHECKING", "typing.TYPE_CHECKING"])
def test_imports_for_types_only_do_not_count(test):
    assert names(f"if {test}:\n    from helpers.experiment.decision.value import Value\n") == set()


def test_other_packages_and_strings_do_not_count():
    assert names("import pandas, helpers_of_others\ntext = 'import helpers.experiment.decision.value'") == set()
    assert names("") == set()


def test_every_package_on_the_way_counts_with_what_it_imports():
    found = names("import helpers.simulate.shop")
    assert {"helpers", "helpers.simulate", "helpers.simulate.dirt"} <= found


def test_a_notebook_that_hides_what_it_reads_is_refused():
    with pytest.raises(ValueError, match="malformed"):
        facts("nb.earlier(name)")


def test_only_code_cells_are_read(tmp_path):
    file = tmp_path / "01_x.ipynb"
    cells = [
        {"cell_type": "markdown", "source": ["import helpers.experiment.decision.value"]},
        {"cell_type": "code", "source": ["from helpers import (\n", "    errors)\n"]},
    ]
    file.write_text(json.dumps({"cells": cells}))
    assert CODE.closure(dependencies.of_file(file).imports) == ("helpers", "helpers.errors")


# --- a lazy face ---

LAZY = {
    "__init__.py": "",
    "a.py": "from helpers.stats import Effect",
    "b.py": "from helpers import stats\nstats.Effect",
    "c.py": "import helpers.stats as s\ns.Effect",
    "d.py": "import helpers.stats\nhelpers.stats.Effect",
    "e.py": "from helpers import stats\ngetattr(stats, name)",
    "f.py": "from helpers.stats import *",
    "g.py": "from helpers.stats import cox",
    "h.py": "from helpers.stats import unknown",
    "stats/__init__.py": "_HOME: dict[str, str] = {'Effect': 'helpers.stats.comparison.effects', 'Cox': '.cox'}\n"
    "def __getattr__(name): ...",
    "stats/cox.py": "",
    "stats/comparison/__init__.py": "",
    "stats/comparison/effects.py": "from . import tail\nfrom .tail import x",
    "stats/comparison/tail.py": "",
}
EFFECT = {"stats", "stats.comparison", "stats.comparison.effects", "stats.comparison.tail"}


@pytest.mark.parametrize(
    ("module", "wanted"),
    [
        *((name, EFFECT) for name in "abcd"),
        *((name, EFFECT | {"stats.cox"}) for name in "ef"),
        ("g", {"stats", "stats.cox"}),
        ("h", {"stats"}),
    ],
)
def test_a_name_of_a_lazy_face_leads_to_its_home_alone(tmp_path, monkeypatch, module, wanted):
    package = tmp_path / "helpers"
    monkeypatch.setattr(dependencies, "PACKAGE", package)
    for name, text in LAZY.items():
        file = package / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    found = Code(package=package).closure([f"helpers.{module}"])
    assert set(found) == {"helpers", f"helpers.{module}", *(f"helpers.{name}" for name in wanted)}


def test_a_face_that_is_not_lazy_counts_whole():
    assert facts("HOME = {'a': 'helpers.b'}").homes == ()


def test_what_the_write_up_tells_is_docstrings_and_messages():
    source = '"""Mean."""\ndef f(x):\n    """A sum."""\n    raise InputError(f"no {x}")\n'
    told = facts(source).words
    assert facts(source + "# more\ny = 1\n").words == told
    assert facts(source.replace("sum", "total")).words != told and facts(source.replace("no ", "not ")).words != told


# --- queries ---


def test_queries_are_told_by_literals():
    assert facts('query.query(con, "funnel")\nnb.query("events")').queries == ("events", "funnel")
    assert facts("query.query(con, name)").queries == (EVERYTHING,)
    found = CODE.queries(facts(""), CODE.closure(["helpers.experiment.funnel"]))
    assert {"funnel", "funnel_arms"} <= found and EVERYTHING not in found


def test_no_module_computes_the_name_of_a_query():
    """Otherwise every notebook would depend on every query."""
    assert [m for m, file in CODE.files.items() if EVERYTHING in dependencies.of_file(file).queries] == []


def test_the_graph_needs_nothing_heavy():
    """A run with nothing to do stays quick."""
    heavy = ("pydantic", "pandas", "numpy", "duckdb", "jinja2", "papermill", "scipy", "tqdm", "helpers.config")
    program = f"import sys, helpers.cli.running, helpers.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=paths.ROOT, check=True)
    assert done.stdout == "[]\n"
