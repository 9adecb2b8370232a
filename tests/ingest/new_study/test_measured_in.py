"""A number with the word of what it counts is a number: the query that takes it out works, and none is given where words differ."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.printed import query
from tests.ingest.new_study.tables import proposed


def refused(folder: Path, unit: tuple[str, ...], zero: str, how: str = "") -> tuple[pd.Series, str]:
    dice = np.random.default_rng(5)
    made = pd.DataFrame(
        {
            "user_id": range(600),
            "variant": dice.permutation(["control", "treatment"] * 300),
            "n": dice.poisson(1.5, 600) * (dice.random(600) < 0.4),
        }
    )
    words = dice.choice(unit, 600) if unit else ["{}"] * 600
    texts = zip(made.n, words, strict=True)
    made["quantity"] = [how.format(n) if how else f"{n} {w}".strip() if n or not zero else zero for n, w in texts]
    made.drop(columns="n").to_csv(folder / "t.csv", index=False)
    with pytest.raises(ReportError, match="cannot be an outcome") as error:
        proposed(folder, folder / "t.csv", primary="quantity")
    return made.groupby("variant").n.sum(), " ".join(str(error.value).split())


@pytest.mark.parametrize(
    ("unit", "zero"), [("pcs", ""), ("pcs", "0"), ("Stück", ""), ("шт.", "0"), ("KİŞİ", "0"), ("STÜCK", "")]
)
def test_the_number_is_taken(tmp_path: Path, unit: str, zero: str) -> None:
    truth, said = refused(tmp_path, (unit,), zero)
    (tmp_path / "made.sql").write_text(query(said), encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "made.sql", primary="quantity")
    assert {arm: float(v) for arm, (_, v) in sums(study, tmp_path)[study.primary.name].items()} == truth.to_dict()


def test_units_that_differ_are_none(tmp_path: Path) -> None:
    assert "take the number by a query" not in refused(tmp_path, ("g", "kg"), "")[1]


@pytest.mark.parametrize("how", ["minus {}", "{} CR", "{} Tsd.", "{} mil", "max {}", "{} lakh", "{} dozen", "ca. {}", "{}A", "lvl {}", "{} 천", "{} thsd",
    "{} Milliarden", "{} Dtzd", "{} owed", "{} debit", "{} ago", "{} BC", "{} PM", "min {}", "day {}", "{} m", "{} floop"])  # fmt: skip
def test_a_word_that_may_make_another_number_or_a_name_is_asked_about(tmp_path: Path, how: str) -> None:
    """Words that change a value have no end, those that only say what is counted are known: for all others no query is printed."""
    said = refused(tmp_path, (), "", how)[1]
    assert "each number of 'quantity' say?" in said and "select" not in said


@pytest.mark.parametrize(("column", "how"), [("seat", "{}A"), ("level", "lvl {}")])
def test_a_name_with_a_number_gives_no_query(tmp_path: Path, column: str, how: str) -> None:
    made = pd.DataFrame({"patient": range(600), "variant": ["a", "b"] * 300})
    made[column] = [how.format(1 + i % 9) for i in made.patient]
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="no column that can be an outcome") as error:
        proposed(tmp_path, tmp_path / "t.csv")
    assert "select" not in str(error.value)


@pytest.mark.parametrize("how", ["{} packs of 6", "{}/10", "{} out of 10"])
@pytest.mark.parametrize("primary", [None, "bought"])
def test_a_number_beside_another_one_is_no_level_of_yes_and_no(tmp_path: Path, how: str, primary: str | None) -> None:
    made = pd.DataFrame({"user_id": range(600), "variant": ["a", "b"] * 300})
    made["bought"] = [how.format(1 + i % 8) for i in np.random.default_rng(7).permutation(600)]
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="an outcome") as error:
        proposed(tmp_path, tmp_path / "t.csv", primary=primary, control="a")
    said = str(error.value)
    assert "holds numbers with words beside them" in said and "1 and 0" not in said.partition("expected")[0]
    assert "LEVEL" not in said and "select" not in said


def test_numbers_without_the_word_beside_others_with_it_are_of_another_unit(tmp_path: Path) -> None:
    assert "take the number by a query" not in refused(tmp_path, ("", "boxes"), "")[1]


@pytest.mark.parametrize("other", ["n/a", "none", "-", "no quantity", ""])
@pytest.mark.parametrize("of", ["{} pcs", "{} Mio.", "x{}", "{} of ten", "{} packs of 6", "{}/10"])
def test_amounts_with_words_in_some_rows_are_no_outcome_in_words(tmp_path: Path, other: str, of: str) -> None:
    """No level of them says that it happened; what the others mean, and the word, only a person knows."""
    dice = np.random.default_rng(6)
    made = pd.DataFrame({"user_id": range(600), "variant": dice.permutation(["control", "treatment"] * 300)})
    made["quantity"] = [
        of.format(n) if n > 3 else other if other or n > 1 else "1 box" for n in dice.integers(0, 7, 600)
    ]
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="cannot be an outcome") as error:
        proposed(tmp_path, tmp_path / "t.csv", primary="quantity")
    assert "holds numbers with words beside them" in str(error.value) and "select" not in str(error.value)


WRITTEN = {
    "x{}": [1, 2, 3],
    "{} kg": [0.5, 2.5, 12.75],
    "{} Stück": [1002, 2003, 12004],
    "{}kg": [1002.5, 2003.25, 7.0],
    "{} pcs.": [0, -1, 2],
}
"""Numbers with a word before or behind them, in whole pieces, with decimals and in thousands."""


@pytest.mark.parametrize("german", [False, True])
@pytest.mark.parametrize("how", WRITTEN)
def test_the_number_is_read_as_it_is_written_or_asked(tmp_path: Path, how: str, german: bool) -> None:
    """The word goes, the number stays as it is written: the evidence of the whole column says how it is read."""
    dice = np.random.default_rng(8)
    numbers = dice.choice(WRITTEN[how], 600)
    swap = str.maketrans(",.", ".,") if german else {}
    texts = [f"{n:,.2f}".removesuffix(".00").translate(swap) for n in numbers]
    arms = dice.permutation(["control", "treatment"] * 300)
    made = pd.DataFrame({"user_id": range(600), "variant": arms, "quantity": [how.format(t) for t in texts]})
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="no column that can be an outcome") as error:
        proposed(tmp_path, tmp_path / "t.csv")
    said = " ".join(str(error.value).split())
    assert "was measured after the assignment" in said and "and say --primary quantity:" in said
    (tmp_path / "made.sql").write_text(query(said), encoding="utf-8")
    truth = pd.Series(numbers).groupby(arms).sum().to_dict()

    def read(**said: str) -> dict[str, float]:
        study, _, _ = proposed(tmp_path, tmp_path / "made.sql", primary="quantity", force=True, **said)
        return {arm: float(v) for arm, (_, v) in sums(study, tmp_path)[study.primary.name].items()}

    if how == "{} Stück":  # 1,002 alone leaves it open, as 1.002 does
        with pytest.raises(ReportError, match=r"(?s)can be read in two ways.*--decimal"):
            read()
        assert read(decimal="," if german else ".") == truth
    else:
        assert read() == pytest.approx(truth, rel=1e-12)
