"""Amounts of more digits than a float has: exact up to whole numbers of 64 bits, refused past them, and a float's own digits rounded."""

from decimal import Decimal
from fractions import Fraction

import pytest

from helpers import ingest
from helpers.errors import ReportError
from helpers.experiment.results import Results
from helpers.warehouse import build, query
from tests.ingest.studies import METRICS, landed_study, table, unit_file

UNITS = 40


def _file(base, values, unit):
    rows = [f"u{i},{'ab'[i % 2]},1,{value}" for i, value in enumerate(values)]
    metric = METRICS[1] | {"name": "x", "label": "X", "event": "x", "unit": unit}
    raw = unit_file(
        table(base, *rows, header="who,arm,bought,x"),
        {"metrics": [METRICS[0], metric]},
        outcomes={"bought": "bought", "x": "x"},
    )
    raw["economics"]["revenue_metric"] = "x" if unit == "money" else None
    return raw


def _values(whole: int, behind: int) -> list[str]:
    return [f"{whole + 7919 * i}.{(3 ** (30 + i)) % 10**behind:0{behind}d}" for i in range(UNITS)]


@pytest.mark.slow
@pytest.mark.parametrize(("whole", "behind", "unit"), [
    (10**13, 2, "money"), (2 * 10**15, 2, "money"), (10**12, 4, "money"), (10**13, 4, "number"), (2 * 10**16, 1, "seconds"),
])  # fmt: skip
def test_sums_are_exact_up_to_64_bits(tmp_path, whole, behind, unit):
    values = _values(whole, behind)
    study, where = landed_study(tmp_path, _file(tmp_path, values, unit))
    assert not [note for note in ingest.landed(where.raw).reading.notes if "rounded" in note]
    build.build(study, where)
    with query.connect(where.database) as con:
        results = Results(con, study)
        rows = query.query(con, "experiment_results").query(
            "population == 'exposed' and dimension == 'all' and metric == 'x'"
        )
    for arm, variant in enumerate(("control", "treatment")):
        mine = [Fraction(Decimal(value)) * (100 if unit == "money" else 1) for value in values[arm::2]]
        row = rows[rows.variant == variant].iloc[0]
        worth = results.worth(study.metric("x"))
        assert int(row.sum_y) * worth == sum(mine)
        assert int(row.sum_y2) * worth**2 == sum(each * each for each in mine)


@pytest.mark.parametrize(
    ("whole", "behind", "unit"), [(10**13, 5, "money"), (10**16, 3, "number"), (10**17, 2, "seconds")]
)
def test_past_them_it_is_an_error(tmp_path, whole, behind, unit):
    with pytest.raises(ReportError, match=r"add up past the range of 64 bits"):
        landed_study(tmp_path, _file(tmp_path, _values(whole, behind), unit))


@pytest.mark.parametrize("written", ["{!r}", "{:.17g}", "{:.18e}"])
def test_the_last_digits_of_floats_are_rounded_and_it_is_said(tmp_path, written):
    values = [written.format((0.1 + i / 3) * 10 ** (i % 9)) for i in range(UNITS)]
    _, where = landed_study(tmp_path, _file(tmp_path, values, "number"))
    assert any("are rounded to" in note for note in ingest.landed(where.raw).reading.notes)
