"""dbt's documentation of the warehouse, with its lineage, as one page of the site."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from helpers import ingest, paths
from helpers.config import Study, tracking_plan
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline.files import private, scratch, write_text
from helpers.report.figures.show import embeddable
from helpers.site.csp import inline, secured
from helpers.warehouse.build import dbt_vars, run_dbt

PLACES = {name: f'"{name.upper()}.JSON INLINE DATA"' for name in ("manifest", "catalog")}
"""What dbt writes about a warehouse, and where its page takes it from."""


def _offline(html: str) -> str:
    r"""dbt's page without what a browser fetches in vain, an icon that was never built in and unfilled links to symbols,
    and with the word that lets its framework do without ``eval``, which no policy of ours allows.

    >>> _offline('<html lang="en"><link rel="shortcut icon" href="${x}"/><use xlink:href="{{ icon }}">')
    '<html ng-csp="no-unsafe-eval" lang="en"><use ng-attr-xlink:href="{{ icon }}">'
    """
    bare = re.sub(r"<link rel=\\?[\"'](?:shortcut )?icon[^>]*>", "", html)
    bare = re.sub(r"(?<!-)xlink:href=(\\?\")\{\{", r"ng-attr-xlink:href=\1{{", bare)
    return bare.replace("<html ", '<html ng-csp="no-unsafe-eval" ', 1)


def document(study: Study, where: StudyPaths) -> Path:
    """dbt's documentation with lineage as one page, ``reports/STUDY/warehouse/index.html``. Raises when dbt fails.

    dbt opens the database for writing, so it looks at a copy: notebooks may be reading the marts at the same time.
    """
    plan = tracking_plan.tracking_plan(study, where.file.parent)
    variables = dbt_vars(study, ingest.landed(where.raw), plan)
    with scratch(where.data, "docs") as aside:
        private(aside)
        copy = Path(shutil.copy(where.database, aside))
        failure = run_dbt(("docs", "generate"), variables, database=copy, target=aside)
        if failure:
            raise ReportError("dbt could not write its documentation", got=failure)
        told = {name: (aside / f"{name}.json").read_text(encoding="utf-8") for name in PLACES}
        told = {name: text.replace(f"{aside.name}/", "dbt/") for name, text in told.items()}
    page = where.reports / "warehouse" / "index.html"
    write_text(page, published(shipped(), told, {paths.ROOT, where.base}))
    return page


def shipped() -> str:
    """dbt's page as its package brings it, without data."""
    from dbt.task.docs import DOCS_INDEX_FILE_PATH

    return Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8")


def published(html: str, told: Mapping[str, str], roots: set[Path]) -> str:
    """dbt's page with what dbt told of the warehouse: offline, without the folders in ``roots``, under a strict policy.

    dbt would write its JSON into the page's script. There a name from the data could end the script and begin one of its
    own; so the JSON stands in elements of its own, escaped, and the only script that may run is known without it.
    Raises :class:`~helpers.errors.ReportError` when the page has no place for the JSON.
    """
    html, elements = _offline(html), ""
    for name, place in PLACES.items():
        if place not in html:
            raise ReportError(
                "dbt's page has no place for the data of the warehouse", expected=place,
                cause="another version of dbt-core than the locked one", remedy="install it anew: make .venv/ready",
            )  # fmt: skip
        html = html.replace(place, f'JSON.parse(document.getElementById("dbt-{name}").textContent)')
        text = told[name]
        for root in roots:
            text = text.replace(f"{root}/", "")
        elements += f'<script type="application/json" id="dbt-{name}">{embeddable(text)}</script>'
    return secured(html.replace("<body>", f"<body>{elements}", 1), inline(html))
