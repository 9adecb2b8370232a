"""Every named query runs, says its grain, keeps it, and is used."""

import re

import pytest

from helpers import paths
from helpers.assignment import hex_cut
from helpers.errors import ReportError
from helpers.warehouse import query

QUERIES = sorted(paths.QUERIES.glob("*.sql"))
YEAR = "Of a programme's year."
"""What a query says that asks the tables of a year, not the marts of a study."""
OF_STUDIES = [f for f in QUERIES if YEAR not in f.read_text(encoding="utf-8")]
PARAMETERS = {
    "time_to_outcome": {"event": "purchase"},
    "late_exposures": {"hours": 24},
    "early_exposures": {"exposure": "cart", "start": "2026-07-01"},
    "zero_amounts": {"start": "2026-07-01", "events": ["purchase"]},
    "refunds": {"events": ["purchase"]},
    "stays": {"lasted": "months", "ended": "purchase"},
    "returning": {"until": "2026-12-31", "seconds": 86_400},
    "amount_bounds": {"start": "2026-07-01"},
    "unexposed_outcomes": {"start": "2026-07-01", "events": ["purchase"]},
    "amount_ends": {"start": "2026-07-01", "events": ["purchase"]},
    "funnel_clusters": {"dimension": "all"},
    "shared_sessions": {"metric": "purchase_rate"},
    "skewness": {"control": "control"},
    "rerandomised_assignments": {"salt": "s", "first": 0, "end": 3, "metric": "purchase_rate", "cut": hex_cut(0.5)},
}
each = pytest.mark.parametrize("file", QUERIES, ids=lambda f: f.stem)


def grain(text: str) -> str:
    """What the comment at the head says after 'Grain:'."""
    head = " ".join(line.removeprefix("--").strip() for line in text.splitlines() if line.startswith("--"))
    found = re.search(r"Grain: ([^.]+)\.", head)
    assert found, "the comment says 'Grain: ... .'"
    return found[1]


@pytest.mark.parametrize("file", OF_STUDIES, ids=lambda f: f.stem)
def test_it_runs_and_keeps_its_grain(file, small_study):
    text = file.read_text(encoding="utf-8")
    assert text.startswith("-- ") and text.rstrip().count(";") == 0
    told = grain(text)
    named = set(re.findall(r"\$(\w+)", re.sub(r"^--.*$", "", text, flags=re.MULTILINE)))
    assert named == set(PARAMETERS.get(file.stem, {}))
    with query.connect(small_study.where.database) as con:
        rows = query.query(con, file.stem, **PARAMETERS.get(file.stem, {}))
        again = query.query(con, file.stem, **PARAMETERS.get(file.stem, {}))
    assert len(rows) or file.stem in (
        "tracking_violations",
        "lifetimes",
        "selection",
        "surrogate",
        "funnel_arms",
        "shown_otherwise",
        "early_exposures",
        "refunds",
        "telling_columns",
        "table_matches",
    )
    assert rows.equals(again), "the order is stated, so two answers are equal"
    if told.startswith("one row in all"):
        assert len(rows) == 1
        return
    keys = [c for c in (k.strip().replace(" ", "_") for k in told.split(",")) if c in rows.columns]
    aliases = {
        "UTC day": "day",
        "event name": "event_name",
        "one assignment": "run",
        "one kind of row": "kind",
        "one column": "raw_column",
    }
    keys += [column for words, column in aliases.items() if words in told and column not in keys]
    if "level of the segment" in told:
        keys = ["level"]
    assert keys, f"no column of {list(rows.columns)} in the grain: {told}"
    assert not rows.duplicated(keys).any(), f"more than one row for the same {', '.join(keys)}"


def test_no_unit_leaves_the_engine():
    """Rule 6: a query answers in groups; none returns an id."""
    for file in QUERIES:
        last = file.read_text(encoding="utf-8").lower().rpartition("\nselect")[2].partition("\nfrom")[0]
        assert not re.search(r"\b(user_id|session_id|event_id|order_id)\b(?!\))", last), file.name


@each
def test_it_is_used_or_documented(file):
    sources = [*(paths.ROOT / "src").rglob("*.py"), *paths.NOTEBOOKS.glob("*.ipynb")]
    used = re.compile(rf"""["\\']{file.stem}[\\"']""")
    if any(used.search(s.read_text(encoding="utf-8")) for s in sources):
        return
    listed = (paths.QUERIES / "README.md").read_text(encoding="utf-8")
    assert f"({file.name})" in listed, f"{file.name} is neither used by the code nor listed in docs/queries/README.md"


def test_an_unknown_query_names_the_known_ones(small_study):
    with (
        query.connect(small_study.where.database) as con,
        pytest.raises(ReportError, match="one of activity, alike_events"),
    ):
        query.query(con, "nonsense")
