"""dbt's documentation of the warehouse, with its lineage, as one page of the site."""

import re
import shutil
from pathlib import Path

from helpers import ingest, paths
from helpers.config import Study, tracking_plan
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline.files import scratch, write_text
from helpers.site.csp import secured
from helpers.warehouse.build import dbt_vars, run_dbt


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
    plan = tracking_plan.tracking_plan(study, where.base / "studies")
    variables = dbt_vars(study, ingest.landed(where.raw), plan)
    with scratch(where.data, "docs") as aside:
        aside.mkdir()
        copy = Path(shutil.copy(where.database, aside))
        failure = run_dbt(("docs", "generate"), variables, database=copy, target=aside, options=("--static",))
        if failure:
            raise ReportError("dbt could not write its documentation", got=failure)
        html = (aside / "static_index.html").read_text(encoding="utf-8").replace(f"{aside.name}/", "dbt/")
    page = where.reports / "warehouse" / "index.html"
    write_text(page, published(html, {paths.ROOT, where.base}))
    return page


def published(html: str, roots: set[Path]) -> str:
    """dbt's page as it is shown: offline, without the folders in ``roots``, under the policy of every other page."""
    html = _offline(html)
    for root in roots:
        html = html.replace(f"{root}/", "")
    return secured(html)
