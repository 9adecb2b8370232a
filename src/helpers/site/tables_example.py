"""The second example of docs/own-data.md: assignments, orders and customers in tables of their own."""

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.ingest.new_study import propose_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

NAME = "free_shipping"
FILES = ("assignments.csv", "orders.csv", "customers.csv")
SEED = 20261102
CUSTOMERS, STRANGERS = 8_000, 1_200
START, DAYS, HISTORY = datetime(2026, 11, 2), 14, 28
BUYING = {"control": 0.16, "free_shipping": 0.20}
"""Share of customers who order after their assignment, in each variant."""
SHOWN = 3
"""Lines of each file that the page shows."""


def tables(rng: "np.random.Generator") -> dict[str, list[tuple[object, ...]]]:
    """The three tables with their headers: ids are numbers in one and text with a blank in another, as two systems write them."""
    assigned: list[tuple[object, ...]] = [("customer_id", "test_group", "assigned_at")]
    orders: list[tuple[object, ...]] = []
    people: list[tuple[object, ...]] = [("id", "country", "plan")]
    for number in range(CUSTOMERS + STRANGERS):
        id_ = 100_000 + 7 * number
        people.append((id_, rng.choice(["DE", "FR", "NL"]), rng.choice(["basic", "plus"], p=[0.7, 0.3])))
        before = START - timedelta(days=float(rng.uniform(0, HISTORY)))
        habit = 0.15
        at = START + timedelta(days=float(rng.uniform(0, DAYS - 1)))
        if number < CUSTOMERS:
            group = ("control", "free_shipping")[int(rng.integers(2))]
            assigned.append((id_, group, f"{at:%Y-%m-%d %H:%M:%S}"))
            habit = BUYING[group]
        bought = [before] * int(rng.random() < 0.2)
        bought += [
            at + timedelta(hours=float(rng.uniform(0.1, 20)) * (k + 1))
            for k in range(int(rng.random() < habit) * int(rng.integers(1, 3)))
        ]
        orders += [(f"{id_} ", f"{moment:%d.%m.%Y %H:%M}", f"{rng.lognormal(3.6, 0.5):.2f}") for moment in bought]
    numbered = [
        (f"o{number:06d}", *order) for number, order in enumerate(sorted(orders, key=lambda order: str(order[0])), 1)
    ]
    rng.shuffle(assigned[1:])
    return dict(zip(FILES, (assigned, [("order_no", "customer", "ordered", "total"), *numbered], people), strict=True))


def prepare(base: Path) -> list[Path]:
    """The files below ``base``."""
    import numpy as np

    base.mkdir(parents=True, exist_ok=True)
    for name, rows in tables(np.random.default_rng(SEED)).items():
        with (base / name).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(rows)
    return [base / name for name in FILES]


def proposed(base: Path) -> tuple[Path, str]:
    """The study that is proposed for the files of :func:`prepare`, and what is said of it."""
    written = propose_tables([str(base / name) for name in FILES], name=NAME, base=base)
    return written.file, written.said


def record(base: Path, said: "Callable[[str, Path, Path], str]") -> dict[str, Any]:
    """Run the example below ``base``: the heads of the files, the data that are proposed, and what each command ``said``."""
    files = prepare(base)
    study, told = proposed(base)
    heads = {file.name: file.read_text(encoding="utf-8").splitlines()[:SHOWN] for file in files}
    return {
        "heads": heads,
        "proposal": told,
        "data": stated(study),
        "said": {command: said(command, study, base) for command in ("check", "run")},
    }


def stated(study: Path) -> str:
    """What a study file says of its data."""
    text = study.read_text(encoding="utf-8")
    return text[text.index("\ndata:\n") + 1 :].partition("\n\nperiod:")[0]


COMMAND = f"python -m helpers new-study {' '.join(FILES)} --name {NAME}"
"""What a reader types."""
