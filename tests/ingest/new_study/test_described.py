"""A file that is no experiment is told so, with what can be done with it, and is described where that is asked for."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.config import ColumnOf, EventName, Log
from helpers.errors import ReportError
from helpers.ingest.new_study import Question
from tests.ingest.new_study.tables import log, proposed, units, written
from tests.real_data import real


def attributes(file: Path, rows: int = 900) -> Path:
    """A table of members, their attributes and whether they have left; one attribute tells most of it."""
    return written(
        file,
        f"""select 'm' || i as member_id, if(hash(i) % 3 = 0, 'red', 'blue') as colour,
            if(hash(i + 1) % 10 < if(i % 2 = 0, 6, 2), 'Yes', 'No') as churned,
            if(i % 2 = 0, 'monthly', 'yearly') as contract, hash(i + 5) % 50 + if(churned = 'Yes', 0, 30) as months
        from range({rows}) as t(i)""",
    )


def test_a_table_without_a_variant_is_told_so_with_the_option_that_describes_it(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"(?s)no column says who got what.*--descriptive: data quality, funnel"):
        proposed(tmp_path, attributes(tmp_path / "members.csv"))


def test_a_table_is_described_by_what_ended_and_by_what_tells_it(tmp_path: Path) -> None:
    file = attributes(tmp_path / "members.csv")
    study, text, said = proposed(tmp_path, file, descriptive=True)
    assert study.is_descriptive and study.primary.event == "churned" and study.primary.better == "lower"
    assert "(primary proportion)" in said and "registered" not in said
    _, _, said = proposed(tmp_path, file, descriptive=True, primary="churned", force=True)
    assert "churned (primary proportion, as you said)" in said and said.count("as you said)") == 1
    assert study.lifetime is not None and (study.lifetime.lasted, study.lifetime.unit) == ("months", "months")
    rows = pd.read_csv(file)
    told = rows.assign(gone=rows.churned == "Yes").groupby("contract").gone.mean()
    assert told.max() - told.min() > 0.3 and study.segments == ["contract", "colour"], "the one that tells most first"
    assert "no experiment" in said and not any(word in text for word in ("variants:", "rollout:", "hypothesis:"))


def test_a_log_without_a_variant_is_told_what_else_can_be_done(tmp_path: Path) -> None:
    study, _, said = proposed(tmp_path, log(tmp_path / "shop.csv"))
    assert study.mode == "offline" and "no experiment" in said and "--descriptive describes the file instead" in said
    described, text, told = proposed(tmp_path, tmp_path / "shop.csv", descriptive=True, force=True)
    assert described.is_descriptive and described.funnel.steps == study.funnel.steps
    assert described.primary.name == study.primary.name and "injection" not in text and "planted" not in told


@pytest.mark.parametrize(("answer", "mode"), [("plant", "offline"), ("describe", "descriptive")])
def test_who_sits_at_a_terminal_is_asked(tmp_path: Path, answer: str, mode: str) -> None:
    asked: list[Question] = []

    def ask(question: Question) -> str:
        asked.append(question)
        return answer

    study, _, _ = proposed(tmp_path, log(tmp_path / "shop.csv"), ask=ask)
    assert study.mode == mode and [q.option for q in asked] == ["descriptive"]


def test_an_experiment_is_not_described_beside_its_variant(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="a file that is described has no arms"):
        proposed(tmp_path, units(tmp_path / "shop.csv"), descriptive=True, variant="variant")


def test_a_table_without_an_outcome_asks_for_it(tmp_path: Path) -> None:
    file = written(
        tmp_path / "m.csv",
        "select 'm' || i as member_id, 20 + i % 50 as age, 1950 + i % 40 as birth_year from range(300) as t(i)",
    )
    with pytest.raises(ReportError, match=r"(?s)no column tells an outcome.*--primary COLUMN"):
        proposed(tmp_path, file, descriptive=True)
    study, _, _ = proposed(tmp_path, file, descriptive=True, primary="age")
    assert study.primary.event == "age"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "ended", "lasted"),
    [("telco_churn_fictional.csv", "Churn", "tenure"), ("rossi.csv", "arrest", "week")],
)
def test_public_tables_of_how_long_people_stay(tmp_path: Path, name: str, ended: str, lasted: str) -> None:
    study, _, _ = proposed(tmp_path, real(name), descriptive=True)
    assert study.lifetime is not None
    outcomes: Callable[[str], str] = study.data.outcomes.__getitem__  # type: ignore[union-attr]
    assert (outcomes(study.lifetime.ended), outcomes(study.lifetime.lasted)) == (ended, lasted)


def lines_of_orders(folder: Path, *, refunds: bool) -> pd.DataFrame:
    """Lines of orders: a customer, an invoice, pieces and the price of one; some have no customer, some come back."""
    rng = np.random.default_rng(3)
    order = np.sort(rng.integers(0, 400, 1_500))
    customer = order % 90
    made = pd.DataFrame(
        {"InvoiceNo": 53_000 + order, "InvoiceDate": pd.Timestamp("2026-01-05") + pd.to_timedelta(order * 500, unit="min"),
         "CustomerID": [f"c{n}" if n > 8 else None for n in customer], "UnitPrice": rng.integers(1, 2_000, 1_500) / 100,
         "Quantity": np.where(refunds & (rng.random(1_500) < 0.05), -1, rng.integers(1, 9, 1_500))}
    )  # fmt: skip
    made.to_csv(folder / "orders.csv", index=False)
    return made


@pytest.mark.parametrize("refunds", [False, True])
def test_lines_of_orders_are_described_as_first_and_later_purchases(tmp_path: Path, refunds: bool) -> None:
    rows = lines_of_orders(tmp_path, refunds=refunds)
    with pytest.raises(ReportError, match="--descriptive"):
        proposed(tmp_path, tmp_path / "orders.csv")
    study, text, _ = proposed(tmp_path, tmp_path / "orders.csv", descriptive=True)
    data = study.data
    assert isinstance(data, Log) and data.columns["event_name"] == EventName(value="purchase", first="first_purchase")
    assert data.columns["price"] == ColumnOf(column="UnitPrice", times="Quantity")
    assert study.funnel.steps == ["first_purchase", "purchase"] and (data.negative == "refund") is refunds
    assert f"{rows.CustomerID.isna().sum():,} of 1,500 rows" in text, "lines without a customer are left out, and said"


@pytest.mark.parametrize("answer", ["describe", "stop"])
def test_who_sits_at_a_terminal_is_asked_about_a_table_too(tmp_path: Path, answer: str) -> None:
    file = attributes(tmp_path / "members.csv")
    if answer == "stop":
        with pytest.raises(ReportError, match="no column says who got what"):
            proposed(tmp_path, file, ask=lambda question: answer)
    else:
        assert proposed(tmp_path, file, ask=lambda question: answer)[0].is_descriptive


def test_a_panel_without_a_variant_is_described_by_its_sums(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    rows = pd.DataFrame([(f"s{n}", week, n % 3, int(rng.poisson(4))) for n in range(40) for week in range(1, 7)],
                        columns=["store_id", "week", "size", "orders"])  # fmt: skip
    rows.to_csv(tmp_path / "stores.csv", index=False)
    study, text, _ = proposed(tmp_path, tmp_path / "stores.csv", descriptive=True)
    assert study.is_descriptive and study.data.panel.how == {"orders": "sum"}  # type: ignore[union-attr]
    assert f"mean {rows.groupby('store_id').orders.sum().mean():,.4g}" in text


@pytest.mark.parametrize("name", ["order", "exposed", "cohort"])
def test_an_attribute_may_be_called_as_a_word_of_the_warehouse(tmp_path: Path, name: str) -> None:
    rows = pd.read_csv(attributes(tmp_path / "members.csv", 300)).rename(columns={"contract": name})
    rows.to_csv(tmp_path / "members.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "members.csv", descriptive=True)
    assert name in study.data.columns.values()  # type: ignore[union-attr]


def test_a_column_that_looks_like_a_variant_is_named_and_not_cut_by(tmp_path: Path) -> None:
    study, text, _ = proposed(tmp_path, units(tmp_path / "shop.csv"), descriptive=True)
    assert study.segments == [] and "variant: may hold a variant, and nothing is compared" in text


def test_events_that_no_name_tells_are_told_by_their_values(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    rows = [(f"c{n}", pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=int(7 * n + 3 * k)), what)
            for n in range(200) for k, what in enumerate(["begun", "filled", "sent"][: int(rng.integers(1, 4))])]  # fmt: skip
    pd.DataFrame(rows, columns=["client_id", "moment", "form"]).to_csv(tmp_path / "forms.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "forms.csv", descriptive=True)
    assert study.data.columns["event_name"] == "form" and set(study.funnel.steps) == {"begun", "filled", "sent"}  # type: ignore[union-attr]
