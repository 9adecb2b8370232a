"""The examples of docs/own-data.md, run through the real commands; the page shows what they said. Here that of a log."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import paths
from helpers.errors import ReportError
from helpers.ingest.new_study import Said, propose
from helpers.paths import StudyPaths
from helpers.pipeline.files import write_text
from helpers.record import Numbers
from helpers.site import tables_example
from helpers.site.short_examples import EXAMPLES

if TYPE_CHECKING:
    import numpy as np

SOURCE = paths.TEMPLATES / "own_data"
NAME = "shorter_page"
RECORD = paths.DOCS / "own-data.json"
SEED = 20260907
VISITORS = 14_000
START, DAYS = datetime(2026, 9, 7), 14
TO_CART = {"long": 0.22, "short": 0.25}
"""Share of visitors who put something into the cart, in each variant; of these a fixed share buys."""
TO_PURCHASE = 0.55
HEADER = ("when", "what", "visitor", "page", "amount", "device")
COUNTS = ("1,500/25,000", "1,680/25,000")
"""Arms of which nobody has the rows."""
_CLOCK = re.compile(r" +\d+\.\d s$")


def rows(rng: "np.random.Generator") -> list[tuple[str, ...]]:
    """The example's log in the order of time: who saw which page, put something into the cart, bought for how much."""
    found = []
    for number in range(VISITORS):
        page = ("long", "short")[int(rng.integers(2))]
        device = str(rng.choice(["desktop", "phone"], p=[0.4, 0.6]))
        at = START + timedelta(seconds=float(rng.uniform(0, (DAYS - 1) * 86_400)))
        steps = [("product_view", "")]
        if rng.random() < TO_CART[page]:
            steps.append(("add_to_cart", ""))
            if rng.random() < TO_PURCHASE:
                steps.append(("purchase", f"{rng.lognormal(3.6, 0.5):.2f}"))
        for what, amount in steps:
            found.append((f"{at:%Y-%m-%d %H:%M:%S}", what, f"v{number:05d}", page, amount, device))
            at += timedelta(seconds=float(rng.uniform(20, 900)))
    return sorted(found)


def prepare(base: Path) -> Path:
    """The log, the study file and its tracking plan below ``base``, as an analyst would have them; the study file."""
    import numpy as np

    (base / "data").mkdir(parents=True)
    with (base / "data" / "shop.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([HEADER, *rows(np.random.default_rng(SEED))])
    shutil.copytree(SOURCE, base / "studies")
    study = base / "studies" / f"{NAME}.yml"
    text = study.read_text(encoding="utf-8")
    write_text(study, text.replace("path: data/shop.csv", f"path: {base / 'data' / 'shop.csv'}"))
    return study


def record(base: Path) -> dict[str, Any]:
    """Run the example below ``base`` with the commands of the page; what they said and what the report found.

    Raises :class:`~helpers.errors.ReportError` with the words of a command that fails.
    """
    study = prepare(base)
    log = base / "data" / "shop.csv"
    proposal = propose(str(log), name="proposed", said=Said(variant="page", control="long"), base=base).said.replace(
        "proposed", NAME
    )
    said = {command: _said(command, study, base) for command in ("check", "run")}
    numbers = Numbers.load(StudyPaths(NAME, base).reports / "results.json")
    head = log.read_text(encoding="utf-8").splitlines()[:6]
    short = {}
    for example in EXAMPLES:
        (folder := base / example.name).mkdir()
        short[example.name] = example.record(folder)
    return {
        "log": head,
        "proposal": proposal,
        "said": said,
        "numbers": {name: numbers[name].text for name in SHOWN},
        "short": short,
        "tables": tables_example.record(base / "tables", _said),
    }


SHOWN = (
    "decision.verdict", "decision.headline", "decision.reason", "primary.control", "primary.treatment",
    "primary.relative", "primary.relative_low", "primary.relative_high", "primary.p_value", "risk.no_improvement",
    "trust.passed", "trust.total", "exposed.units", "money.expected", "money.horizon_point", "money.horizon_low", "money.horizon_high",
)  # fmt: skip
"""Numbers of the report that the page speaks of."""


def load(file: Path = RECORD) -> dict[str, Any]:
    """What :func:`record` found when it was last run."""
    if not file.is_file():
        raise ReportError("the worked example was not run", expected=paths.shown(file), remedy="run: make own-data")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def of_counts() -> tuple[str, str]:
    """The command that compares :data:`COUNTS`, and what it says: reckoned anew, for it takes no time."""
    from helpers.experiment.counts.compared import CountedArms, compared
    from helpers.ingest.counts.written import arms
    from helpers.report.topics import counts

    found = compared(CountedArms(read := arms(COUNTS), dict.fromkeys(read, 1.0)))
    return f"python -m helpers compare {' '.join(COUNTS)}", counts.text(found).strip("\n")


def save() -> Path:
    """Run the example in a scratch folder and write :data:`RECORD`."""
    with tempfile.TemporaryDirectory(prefix="own-data-") as folder:
        found = record(Path(folder))
    write_text(RECORD, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return RECORD


def _said(command: str, study: Path, base: Path) -> str:
    """What a command says on standard output, with the paths that a reader's own run would show."""
    done = subprocess.run(
        [sys.executable, "-m", "helpers", command, str(study)],
        cwd=paths.ROOT, env=os.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise ReportError(f"the worked example failed at {command!r}", got="\n" + done.stderr)
    lines = [_CLOCK.sub("", line) for line in done.stdout.replace(f"{base}{os.sep}", "").splitlines()]
    return "\n".join(lines)
