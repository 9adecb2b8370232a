"""What is given back is asked about where it is an amount, and by no id or count that is called so."""

from pathlib import Path

import pytest

from tests.ingest.new_study.tables import written
from tests.ingest.new_study.test_several_tables import assigned, proposed

AMOUNTS = ["refund_amount", "amount_refunded", "erstattung"]
NO_AMOUNTS = ["refund_id", "refund_no", "refund_count", "refund_code", "refund_rate", "refunded"]


@pytest.mark.parametrize("apart", [True, False])
def test_amounts_that_are_given_back_are_asked_about_and_nothing_else_is(tmp_path: Path, apart: bool) -> None:
    """Beside what was paid, or in a table of their own."""
    back = [f"(hash(i + {n}) % 900 + 100) / 100.0 as {name}" for n, name in enumerate(AMOUNTS)]
    none = ["500 + i as refund_id", "i + 1 as refund_no", "i % 3 as refund_count", "7000 + hash(i) % 90 as refund_code",
            "(hash(i) % 90) / 100.0 as refund_rate", "i % 2 as refunded"]  # fmt: skip
    of = "1000 + i as user_id, timestamp '2026-03-12 10:00:00' + to_minutes(i::int) as at"
    paid = "(hash(i + 40) % 9000 + 100) / 100.0 as total"
    orders = ", ".join([of, paid, *([] if apart else [*back, *none])])
    files = [assigned(tmp_path), written(tmp_path / "orders.csv", f"select {orders} from range(300) t(i)")]
    if apart:
        given = ", ".join([of, "(hash(i + 50) % 900 + 100) / 100.0 as amount", *none])
        files.append(written(tmp_path / "refunds.csv", f"select {given} from range(80) t(i)"))
    _, _, said = proposed(tmp_path, files, control="A")
    asked = [line for line in said.splitlines() if "to be taken off" in line]
    assert not [name for name in NO_AMOUNTS if any(f"'{name}'" in line for line in asked)]
    if apart:
        assert len(asked) == 1 and "'amount' of refunds.csv to be taken off 'total' of orders.csv" in asked[0]
    else:
        assert [name for name in AMOUNTS if any(f"'{name}'" in line for line in asked)] == AMOUNTS


@pytest.mark.parametrize("undone", ["storniert", "geannuleerd", "annulé", "cancelado", "annullato", "anulowane"])
def test_what_came_to_nothing_is_asked_about_in_each_language_in_a_table_of_its_own_too(
    tmp_path: Path, undone: str
) -> None:
    orders = f"""select 1000 + i as user_id, timestamp '2026-03-12 10:00:00' + to_minutes(i::int) as at, (hash(i + 40) % 9000 + 100) / 100.0 as total,
        if(i % 7 = 0, '{undone}', 'ok') as status from range(300) t(i)"""
    _, _, said = proposed(tmp_path, [assigned(tmp_path), written(tmp_path / "orders.csv", orders)], control="A")
    assert f"Do rows count whose 'status' is {undone} (43 rows)?" in said
