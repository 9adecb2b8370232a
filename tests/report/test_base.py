"""What a table's numbers stand on can be read of each of its rows, whether it stands in the row or in the note."""

from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import config
from helpers.config import Study
from helpers.report import base
from helpers.report.base import Base

FLAGSHIP = config.load("studies/cart_checkout.yml")


@st.composite
def studies(draw: st.DrawFn) -> Study:
    """The flagship with a window of its own for any metric."""
    days = st.none() | st.integers(1, 3)
    metrics = [
        m if m.type == "retention" else m.model_copy(update={"within_days": draw(days)}) for m in FLAGSHIP.metrics
    ]
    return FLAGSHIP.model_copy(update={"metrics": metrics})


@settings(max_examples=60, deadline=None, database=None)
@given(data=st.data(), study=studies())
def test_each_row_says_its_window_and_its_units(data: st.DataObject, study: Study) -> None:
    chosen = data.draw(st.lists(st.sampled_from(study.metrics), min_size=1, unique_by=lambda m: m.name))
    sizes = st.tuples(st.integers(1, 3), st.integers(1001, 1002))
    rows = [Base(m, *data.draw(sizes)) for m in chosen]
    note, cells = base.text(rows, study), base.column(rows, study)
    usual, *others = note.split("; ")
    odd = dict(part.split(": ", 1) for part in others[:-1])
    shared = {(r.control, r.treatment) for r in rows}
    for row, cell in zip(rows, cells, strict=True):
        assert odd.get(row.metric.label, usual.removeprefix("counted ")) == study.window(row.metric)
        if len(shared) == 1:
            assert cell == {} and others[-1] == f"of {row.control:,} control and {row.treatment:,} treatment units"
        else:
            assert cell == {"Units": f"{row.control:,} : {row.treatment:,}"} and "control : treatment" in others[-1]
    assert len(odd) <= len(rows) // 2 or len({study.window(m) for m in chosen}) > 2


def test_no_rows_have_no_note():
    assert base.text([], FLAGSHIP) == "" and base.column([], FLAGSHIP) == []
