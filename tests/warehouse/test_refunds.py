"""A log in which money comes back: sums go down, and a refund is nobody's order, step or exposure."""

from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest

from helpers.errors import ReportError
from helpers.experiment.results import Results
from helpers.warehouse import build, query
from tests.warehouse.test_warehouse import FLAGSHIP, plain_rows, results, shop


def rows() -> pd.DataFrame:
    """Orders of 1.234,500 dinars and 0,0004; each second buyer gets some back, and one who never bought as well."""
    log = plain_rows().iloc[:-1]
    bought = log["event_name"] == "purchase"
    log.loc[bought, "price"] = ["1.234,500" if i % 3 else "0,0004" for i in range(bought.sum())]
    log.loc[~bought, "price"] = None
    back = log[bought].iloc[::2].assign(price="-34,5", order_id=None)
    stranger = log[log["user_id"] == "u1"].iloc[[-1]].assign(event_name="purchase", price="-2,25")
    back = pd.concat([back, stranger])
    return pd.concat([log, back.assign(event_time=back["event_time"] + pd.Timedelta(days=1))], ignore_index=True)


@pytest.mark.slow
def test_refunds_lower_sums_and_are_no_events(tmp_path):
    log = rows()
    data = {"source": "log", "path": str(tmp_path / "log.csv"), "columns": {c: c for c in log}, "negative": "refund"}
    economics = FLAGSHIP["economics"] | {"currency": "KWD"}
    study, where = shop(tmp_path, log, events_of_experiment=False, data=data, economics=economics)
    build.build(study, where)
    found = results(where)
    with query.connect(where.database) as con:
        worth = Results(con, study).worth(study.metric("revenue_per_user"))
        daily = query.query(con, "activity")
        flow = dict(con.execute("select kind, rows from marts.fct_row_flow").fetchall())
    amounts = log.assign(
        amount=[Fraction(Decimal((p or "0").replace(".", "").replace(",", "."))) for p in log["price"]]
    )
    assert worth == Fraction(100, 10**4), "four digits stand in the log, one more than dinars have"
    assert flow["negative_price"] == 0 and flow["kept"] == len(log)
    for variant, of in amounts.groupby("variant"):
        orders = of[(of["event_name"] == "purchase") & (of["amount"] > 0)]
        assert found.loc[("purchase_rate", variant), "conversions"] == orders["user_id"].nunique()
        assert found.loc[("order_value", variant), "sum_d"] == len(orders)
        for metric in ("revenue_per_user", "order_value"):
            assert found.loc[(metric, variant), "sum_y"] * worth == 100 * of["amount"].sum()
    bought = daily[daily.event_name == "purchase"]
    assert bought.events.sum() == (amounts["amount"] > 0).sum()
    assert Fraction(int(bought.amount.sum()), 10**4) == amounts["amount"].sum()


@pytest.mark.slow
def test_a_sum_past_the_whole_numbers_is_one_error_that_says_so(tmp_path, dbt):
    log = plain_rows().iloc[:-1]
    log.loc[log["event_name"] == "purchase", "price"] = "90000000000000000.00"
    log = pd.concat([log, log[log["event_name"] == "purchase"].assign(order_id="again")], ignore_index=True)
    study, where = shop(tmp_path, log, events_of_experiment=False)
    with pytest.raises(ReportError, match="add up past the range of 64 bits") as caught:
        build.build(study, where)
    assert "economics.money_digits" in str(caught.value)
    assert not where.database.exists()
