"""Numbers as other countries write them are refused by file, row and column; never taken for a thousandth of themselves."""

import pytest

from helpers.errors import ReportError
from tests.ingest.studies import events_of, rejected, table, unit_study

ROWS = ["u1;a;1;9.99;3", "u2;b;1;{};1", "u3;b;0;0;0"]


@pytest.mark.parametrize("number", ["1.234,56", "1234,56", "1 234,56", "1'234.56", "1,234.56", "1.234.567"])
def test_a_foreign_number_is_one_clear_error(tmp_path, number):
    file = table(tmp_path, *(row.format(number) for row in ROWS), header="who;arm;bought;spend;rounds")
    with pytest.raises(ReportError) as caught:
        events_of(unit_study(file, delimiter=";"), tmp_path / "out")
    message = str(caught.value)
    assert "units.csv, row 3, column 'spend'" in message
    assert "a decimal comma" in message and "mend the table" in message
    tolerant = unit_study(file, delimiter=";", tolerate={"wrong_type": 0.5})
    events, _ = events_of(tolerant, tmp_path / "tolerant")
    assert rejected(tmp_path / "tolerant") == ["3,spend,wrong_type,units.csv"]
    assert "u2" not in {who for who, *_ in events} and events, "nothing of the row counts"
