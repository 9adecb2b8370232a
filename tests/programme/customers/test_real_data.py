"""Segments of a real shop: the report's own query and rules on the invoices of Online Retail."""

from datetime import datetime

import duckdb
import pytest

from helpers.programme.customers import rfm
from helpers.warehouse import query
from tests.real_data import real

AT = datetime(2011, 6, 9)


@pytest.fixture(scope="module")
def customers():
    with duckdb.connect() as con:
        con.execute(
            f"create view bought as select * from '{real('online_retail.parquet')}' where CustomerID is not null and Quantity > 0 and UnitPrice > 0;"
            "create view users as select CustomerID as user_id, min(InvoiceDate) as joined from bought group by all;"
            "create view orders as select InvoiceNo as order_id, CustomerID as user_id, min(InvoiceDate) as ordered,"
            " round(100 * sum(Quantity * UnitPrice))::bigint as value_cents from bought group by all;"
            "create view sessions as select null::varchar as user_id, null::timestamp as started, 0 as pages where false"
        )
        found = query.query(con, "shoppers", at=AT, interval_days=183)
    return found.assign(group=rfm.named(found))


def test_everybody_who_bought_is_there_with_what_he_spent(customers):
    assert len(customers) == 2_787, "as many as the data's own page counts"
    assert customers[["recency", "frequency", "monetary"]].isin(range(1, 6)).all(axis=None)
    fifths = customers.monetary.value_counts(normalize=True)
    assert all(abs(share - 0.2) < 0.01 for share in fifths)


def test_groups_foretell_the_next_half_year(customers):
    groups = {group.name: group for group in rfm.spending(customers, "group")}
    assert groups["champions"].low > groups["promising"].high
    assert groups["hibernating"].high < groups["loyal"].low
    assert sum(group.shoppers for group in groups.values()) == len(customers)
