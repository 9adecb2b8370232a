"""What a proposal prints as what may be typed can be typed: each name that may be the primary metric becomes it."""

import random
import re
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from helpers.errors import ReportError
from helpers.ingest.new_study import vocabulary
from tests.ingest.new_study.tables import proposed


def read(typed: str) -> str:
    """A word as a shell reads it."""
    return subprocess.run(["sh", "-c", f"printf %s {typed}"], capture_output=True, text=True, check=True).stdout


NAMES = [
    ("купил", "сумма"),
    ("bought", "amount.$numberDecimal"),
    ("是否转化", "订单金额"),
    ("Ordered?", "Spend (EUR)"),
    ("bought", "spend"),
    (
        "Did you buy anything from our online shop while you took part, whatever it was?",
        "How much did you spend in our online shop while you took part, in whole euros?",
    ),
]


@pytest.mark.parametrize("names", NAMES)
def test_each_name_that_may_be_the_primary_metric_can_be_typed(tmp_path: Path, names: tuple[str, str]) -> None:
    dice = random.Random(names[0])
    rows = [
        (n, dice.choice(["control", "test"]), yes := int(dice.random() < 0.2), yes * dice.randint(1, 999) / 100)
        for n in range(600)
    ]
    pd.DataFrame(rows, columns=["user_id", "group", *names]).to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    told = re.search(r"It is (.*?); it may as well be (.*) \(something in .*\): --primary NAME", said)
    assert told, said
    offered = [read(name) for name in told.groups()]
    slugs = [vocabulary.slug(name) for name in names]
    for name, column in zip([*offered, *slugs], [*names, *names], strict=True):
        if slugs.count(vocabulary.slug(column)) > 1 and name in slugs:
            continue  # letters that a study writes alike
        study, _, _ = proposed(tmp_path, tmp_path / "t.csv", primary=name, force=True)
        assert study.data.outcomes[study.primary.event] == column  # type: ignore[union-attr]


def test_where_all_is_called_as_from_before_the_message_says_so_and_its_remedy_takes_it(tmp_path: Path) -> None:
    column = "How much did you spend in our online shop within the last four weeks, in euros and cents?"
    dice = random.Random(5)
    rows = [(n, dice.choice(["control", "test"]), dice.randint(0, 9999) / 100) for n in range(600)]
    pd.DataFrame(rows, columns=["user_id", "group", column]).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="before the experiment") as stopped:
        proposed(tmp_path, tmp_path / "t.csv")
    offered = re.search(r"--primary (\".*?\")", str(stopped.value))
    assert offered, stopped.value
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", primary=read(offered[1]))
    assert study.data.outcomes[study.primary.event] == column  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "months",
    [
        [f"2025-{n:02d}" for n in range(1, 13)],
        ["jan_2025", "feb_2025", "mar_2025", "apr_2025"],
        ["2024", "2025"],
        ["m_8", "m_9", "m_10"],
    ],
)
def test_of_columns_of_periods_the_last_is_the_example(tmp_path: Path, months: list[str]) -> None:
    """What came before the experiment is no outcome, and nobody knows when it began."""
    dice = random.Random(len(months))
    rows = [
        (n, dice.choice(["control", "loyalty"]), *(round(dice.gauss(20, 5), 2) for _ in months)) for n in range(400)
    ]
    pd.DataFrame(rows, columns=["customer", "programme", *months]).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="which column is decided by") as asked:
        proposed(tmp_path, tmp_path / "t.csv")
    name = read(str(asked.value).split("such as --primary ")[1].splitlines()[0])
    assert name == months[-1]
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", primary=name, force=True)
    assert study.data.outcomes[study.primary.event] == name  # type: ignore[union-attr]
