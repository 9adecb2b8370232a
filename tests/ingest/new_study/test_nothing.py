"""A dash among amounts says that there was none: 0 where another column says no, else not known."""

import random
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from helpers.config import Units
from helpers.errors import ReportError
from tests.ingest.new_study import hidden
from tests.ingest.new_study.tables import proposed


def donors(file: Path, seed: int, word: str, *, with_no: bool, point: str = ".") -> pd.DataFrame:
    """Donors in two arms, some of whom gave: their gift, or ``word``; and what they gave before."""
    draw, rows = random.Random(seed), []
    for i in range(500):
        gave = draw.random() < (0.2, 0.3)[i % 2]
        gift = Decimal(draw.randrange(500, 9000)) / 100 if gave else Decimal(0)
        known = gave if with_no else draw.random() < 0.6
        past = Decimal(draw.randrange(0, 9000)) / 100
        rows.append((f"d{i:04}", ("alt", "neu")[i % 2], "ja" if known else "nein", past, gift, gave))
    frame = pd.DataFrame(rows, columns=["Spender-Nr.", "Variante", "Rueckmeldung", "Spende vor Brief", "Spende nach Brief", "gave"])  # fmt: skip
    told = frame.assign(**{
        "Spende nach Brief": [str(g).replace(".", point) if did else word for g, did in zip(frame["Spende nach Brief"], frame.gave, strict=True)],
        "Spende vor Brief": [str(g).replace(".", point) for g in frame["Spende vor Brief"]],
    })  # fmt: skip
    told.drop(columns="gave").to_csv(file, index=False, sep=";")
    return frame


@pytest.mark.parametrize(
    ("seed", "word", "point"),
    [
        (1, "-", ","),
        (2, "–", "."),
        (3, "n/a", ","),
        (4, "—", ","),
        (8, "k. A.", ","),
        (9, "s/o", ","),
        (10, "なし", "."),
    ],
)
def test_it_is_zero_where_another_column_says_no(tmp_path: Path, seed: int, word: str, point: str) -> None:
    frame = donors(tmp_path / "donors.csv", seed, word, with_no=True, point=point)
    study, text, _ = proposed(tmp_path, tmp_path / "donors.csv")
    data = study.data
    assert isinstance(data, Units) and "Spende nach Brief" in data.outcomes.values()
    assert data.missing_codes == {"Spende nach Brief": [word]} and f"'{word}' in {(~frame.gave).sum():,} rows" in text
    event = next(name for name, column in data.outcomes.items() if column == "Spende nach Brief")
    metric = next(m for m in study.metrics if m.event == event)
    assert metric.missing == "zero" and metric.unit == "money"
    assert data.before.get(event) == "Spende vor Brief" and "Spende vor Brief" not in data.outcomes.values()
    events = hidden.landed(study, tmp_path / "raw")
    arm = events[events.event_name == "exposed"].set_index("user_id").variant
    paid = events[
        (events.event_name == event) & (events.event_time >= events[events.event_name == "exposed"].event_time.min())
    ]
    paid = paid[paid.price.fillna("") != ""]
    sums = paid.price.map(Decimal).groupby(paid.user_id.map(arm)).sum()
    for level, meant in frame.groupby("Variante")["Spende nach Brief"].sum().items():
        assert sums[data.variants[str(level)]] in (meant, meant * 100)


def test_it_is_not_known_where_nothing_says_no(tmp_path: Path) -> None:
    frame = donors(tmp_path / "donors.csv", 5, "-", with_no=False)
    study, text, _ = proposed(tmp_path, tmp_path / "donors.csv", money="Spende nach Brief")
    metric = next(m for m in study.metrics if m.unit == "money")
    assert metric.missing != "zero" and study.data.missing_codes == {"Spende nach Brief": ["-"]}  # type: ignore[union-attr]
    assert f"What does '-' in {(~frame.gave).sum():,} rows of 'Spende nach Brief' mean?" in text


def test_a_note_below_the_table_changes_nothing(tmp_path: Path) -> None:
    frame = donors(tmp_path / "donors.csv", 7, "-", with_no=True)
    with (tmp_path / "donors.csv").open("a", encoding="utf-8") as file:
        file.write(f"Summe;;{int(frame.gave.sum())};;\n")
    study, _, _ = proposed(tmp_path, tmp_path / "donors.csv")
    assert study.data.missing_codes == {"Spende nach Brief": ["-"]}  # type: ignore[union-attr]
    assert any(m.missing == "zero" for m in study.metrics)


@pytest.mark.parametrize("option", ["money", "primary"])
def test_words_among_numbers_are_counted_and_shown(tmp_path: Path, option: str) -> None:
    frame = donors(tmp_path / "donors.csv", 6, "zurueck", with_no=True)
    with pytest.raises(ReportError) as error:
        proposed(tmp_path, tmp_path / "donors.csv", **{option: "Spende nach Brief"})
    assert f"{(~frame.gave).sum():,} of its 500 values are no numbers: 'zurueck' in" in str(error.value)
    assert "missing_codes" in str(error.value)


@pytest.mark.parametrize(("word", "rows"), [("k. A.", 9), ("n.d.", 14), ("s/o", 2), ("не указано кем", 9)])
def test_a_few_words_among_amounts_are_asked_of_and_read_as_not_known(tmp_path: Path, word: str, rows: int) -> None:
    draw = random.Random(3)
    spent = [word if i < rows else f"{draw.randrange(0, 9000) / 100:.2f}".replace(".", ",") for i in range(300)]
    draw.shuffle(spent)
    table = pd.DataFrame(
        {"kunde": [f"k{i}" for i in range(300)], "gruppe": ["Kontrolle", "Test"] * 150, "umsatz": spent}
    )
    table.to_csv(tmp_path / "t.csv", index=False, sep=";")
    study, text, said = proposed(tmp_path, tmp_path / "t.csv")
    known = word != "не указано кем"
    assert study.data.missing_codes == ({"umsatz": [word]} if known else {})  # type: ignore[union-attr]
    assert (f"What does '{word}' in {rows} rows of 'umsatz' mean?" in text) == known
    assert ("wrong_type" in said) != known
