"""Every location of the project, relative to its root, and where a user's own things stand."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STUDIES = ROOT / "studies"
NOTEBOOKS = ROOT / "notebooks"
WAREHOUSE = ROOT / "warehouse"
QUERIES = ROOT / "docs" / "queries"
TEMPLATES = ROOT / "docs" / "templates"
SITE = ROOT / "docs" / "site"
DOCS = ROOT / "docs"

BUNDLED = ("cart_checkout", "checkout_redesign", "music_recommendations")
"""The studies that ``make all`` builds. The texts speak of the first; each of the others has a page of its own."""

PROGRAMMES = ROOT / "programmes"
YEAR = "shop_year"
"""The programme that ``make all`` builds."""
FIRST_OF_A_PROGRAMME = "08"
"""The notebooks from this number on are about a programme, those before it about a study."""


TEST_PLAN = "04_test_plan"
"""The notebook that plans a test, where nothing is compared yet: it ends the report of data that are described."""


def books(*, programme: bool = False) -> list[str]:
    """Names of the notebooks of an experiment, or of those of a programme, in their order.

    >>> books()[0], books()[-1]
    ('01_data_prep', '07_monitoring')
    """
    found = sorted(file.stem for file in NOTEBOOKS.glob("[0-9]*.ipynb"))
    return [name for name in found if (name >= FIRST_OF_A_PROGRAMME) is programme and name != TEST_PLAN]


def described() -> list[str]:
    """Names of the notebooks of data that are described, in their order.

    >>> described()
    ['01_data_prep', '02_funnel_analysis', '03_segmentation', '04_test_plan']
    """
    return [*(name for name in books() if name < TEST_PLAN[:2]), TEST_PLAN]


def topic(book: str) -> str:
    """What a notebook is about: its name without its number.

    >>> topic("08_attribution")
    'attribution'
    """
    return book.partition("_")[2]


FIGURE_ASSETS = ("plot.js", "report.css", "plotly.min.js")
"""Scripts and styles in ``figures/assets``, beside the figures of every study; each report writes the same."""

TABLES = ("results.csv", "results.parquet")
"""The numbers of a report as tables, beside ``results.json``; of a study also:"""
EFFECTS = ("effects.csv", "effects.parquet")

REAL_DATA_DIR = "REAL_DATA_DIR"


def real_data_dir() -> Path:
    """Folder of downloaded public logs: ``$REAL_DATA_DIR``, or ``../shared/data`` beside the project."""
    return Path(os.environ.get(REAL_DATA_DIR) or ROOT.parent / "shared" / "data")


OWN = "own"
"""The folder in ``studies`` for a user's studies inside of the project; git does not know it."""


def workplace() -> Path:
    """Where a user's relative paths start and where what is made for him stands: the current folder, unless it is in the project.

    Inside of the project it is the project's root, and so for everything that runs there, as the steps of a build do.
    """
    try:
        here = Path.cwd()
    except OSError:  # the folder is gone
        return ROOT
    return ROOT if here.is_relative_to(ROOT) else here


def new_studies(base: Path) -> Path:
    """Where a new study of a user is written: into ``studies``, and inside of the project into ``studies/own``."""
    return base / "studies" / OWN if base == ROOT else base / "studies"


def typed(file: str) -> str:
    """A file as a user names it where he is: relative to the :func:`workplace` where it stands in there."""
    path, here = Path(file), workplace()
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else file


def called() -> str:
    """How this program is called where the user is: as a module in the project, else by its name."""
    return "python -m helpers" if workplace() == ROOT else "helpers"


def to_run(file: str) -> str:
    """The command that builds the report of a study file, for where the user is.

    >>> to_run("studies/mine.yml")
    'make study STUDY=studies/mine.yml'
    """
    return f"make study STUDY={file}" if workplace() == ROOT else f"{called()} run {file}"


def to_register(file: str) -> str:
    """The command that writes a study's rule down before the outcome is read.

    >>> to_register("studies/mine.yml").endswith(" register studies/mine.yml")
    True
    """
    return f"{called()} register {file}"


def to_build(name: str) -> str:
    """The same for the study of a name, of which only what was built is known.

    >>> to_build("cart_checkout")
    'make study STUDY=studies/cart_checkout.yml'
    """
    here = workplace()
    own = new_studies(here) / f"{name}.yml"
    file = own if own.is_file() else here / "studies" / f"{name}.yml"
    return to_run(file.relative_to(here).as_posix())


def shown(path: Path) -> str:
    """``path`` as it may be printed or stored: relative to the project or the :func:`workplace`, never naming the machine."""
    whole = path.resolve()
    inside = next((folder for folder in (ROOT, workplace()) if whole.is_relative_to(folder)), None)
    return str(whole.relative_to(inside)) if inside else path.name


@dataclass(frozen=True)
class StudyPaths:
    """Where the files of one study or programme stand; ``base`` is the project's root, or a folder of the user's own."""

    name: str
    base: Path = ROOT

    @property
    def is_programme(self) -> bool:
        """True of a programme: its notebooks are others than those of a study."""
        return (self.base / "programmes" / f"{self.name}.yml").is_file()

    @property
    def file(self) -> Path:
        """The study file: ``studies/NAME.yml``, or the one in ``studies/own`` where only that is there."""
        plain, own = (self.base / "studies" / each / f"{self.name}.yml" for each in ("", OWN))
        return own if own.is_file() and not plain.is_file() else plain

    @property
    def data(self) -> Path:
        return self.base / "data" / self.name

    @property
    def raw(self) -> Path:
        """Raw events as Parquet, the ledger of planted dirt, the rejects."""
        return self.data / "raw"

    @property
    def database(self) -> Path:
        """The marts: one DuckDB file."""
        return self.data / "warehouse.duckdb"

    @property
    def rerandomised(self) -> Path:
        """Sums of the primary metric under many salts, for the A/A test."""
        return self.data / "rerandomised.parquet"

    @property
    def figures(self) -> Path:
        return self.base / "figures" / self.name

    @property
    def reports(self) -> Path:
        return self.base / "reports" / self.name

    @property
    def executed(self) -> Path:
        """Executed notebooks."""
        return self.reports / "notebooks"

    @property
    def results(self) -> Path:
        """One JSON file of recorded numbers per notebook."""
        return self.data / "results"

    @property
    def registered(self) -> Path:
        """When the study's rule was written down, and what it said."""
        return self.base / "docs" / "decisions" / f"{self.name}.registered.jsonl"

    @property
    def decisions(self) -> Path:
        """What people decided on the study, as they logged it."""
        return self.base / "docs" / "decisions" / f"{self.name}.md"

    @property
    def faults(self) -> Path:
        """Why a notebook is missing: one JSON file for each that stopped."""
        return self.data / "faults"

    @property
    def figure_specs(self) -> Path:
        """Figures as plotly JSON, before they are exported, in a folder per notebook."""
        return self.data / "figures"
