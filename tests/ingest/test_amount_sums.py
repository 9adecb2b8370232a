"""The sums of the marts against Python's Decimal, to the last unit, for money and what is none, refunds among it."""

from decimal import Decimal
from fractions import Fraction

import duckdb
import numpy as np
import pytest

from helpers import ingest
from helpers.experiment.results import Results
from helpers.warehouse import query
from tests.ingest.studies import METRICS, marts_once, table, unit_file

pytestmark = pytest.mark.slow

UNITS = 300
NUMBERS = {
    "tiny": ("money", "{:.7f}"),
    "huge": ("money", "{:,.2f}"),
    "score": ("number", "{:.6g}"),
    "dwell": ("seconds", "{:.1f}"),
    "rounds": ("count", "{:.0f}"),
}
"""Outcomes, what they are, and how the file writes them."""


def values() -> dict[str, list[str]]:
    """Each outcome as text; of ``huge`` the sum is 1e15 cents, and some of it was paid back."""
    rng = np.random.default_rng(15)
    huge = rng.integers(1, 1_000, UNITS) * 10_000_000_003
    drawn = {
        "tiny": rng.lognormal(-7, 1, UNITS),
        "huge": huge / 100 - (rng.random(UNITS) < 0.1) * 1e12,
        "score": rng.normal(0, 1, UNITS) * 10.0 ** rng.integers(-3, 3, UNITS),
        "dwell": rng.exponential(0.4, UNITS),
        "rounds": rng.poisson(3, UNITS),
    }
    return {name: [NUMBERS[name][1].format(value) for value in drawn[name].tolist()] for name in NUMBERS}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return marts_once(tmp_path_factory, "sums", _written)


def _written(base):
    columns = values()
    rows = [f"u{i},{'ab'[i % 2]},1," + ",".join(f'"{columns[name][i]}"' for name in NUMBERS) for i in range(UNITS)]
    summed = [
        METRICS[1] | {"name": name, "label": name, "event": name, "unit": unit} for name, (unit, _) in NUMBERS.items()
    ]
    raw = unit_file(
        table(base, *rows, header="who,arm,bought," + ",".join(NUMBERS)),
        {"metrics": [METRICS[0], *summed]},
        outcomes={name: name for name in ("bought", *NUMBERS)},
        negative="refund",
    )
    raw["economics"]["revenue_metric"] = "tiny"
    return raw


@pytest.mark.parametrize("name", NUMBERS)
def test_the_sum_of_a_column_is_that_of_its_decimals(built, name):
    study, where = built
    amounts = [Fraction(Decimal(text.replace(",", ""))) for text in values()[name]]
    hundredths = 100 if NUMBERS[name][0] == "money" else 1
    with query.connect(where.database) as con:
        results = Results(con, study)
        rows = query.query(con, "experiment_results").query("population == 'exposed' and dimension == 'all'")
    for arm, variant in enumerate(("control", "treatment")):
        mine = amounts[arm::2]
        row = rows[(rows.metric == name) & (rows.variant == variant)].iloc[0]
        worth = results.worth(study.metric(name))
        assert int(row.sum_y) * worth == sum(mine) * hundredths
        assert int(row.sum_y2) * worth**2 == sum(x * x for x in mine) * hundredths**2
        mean = results.arm(study.metric(name), variant)
        assert mean.estimate == float(sum(mine) * hundredths / len(mine))


def test_what_is_below_zero_lowers_the_sum_and_is_no_event(built):
    _, where = built
    negative = sum(text.startswith("-") for text in values()["huge"])
    assert negative
    with duckdb.connect(str(where.database), read_only=True) as con:
        events = dict(con.execute("select event_name, sum(events) from marts.fct_activity group by 1").fetchall())
    assert events["huge"] == UNITS - negative


def test_a_report_of_the_reading_says_what_is_finer_than_the_currency(built):
    _, where = built
    notes = ingest.landed(where.raw).reading.notes
    assert "amounts of tiny are kept to 7 digits behind the point; USD has 2" in notes
    assert any(note.startswith("column 'huge': ") for note in notes)
