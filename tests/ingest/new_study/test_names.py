"""Names of a study that nobody gave: of its files as they are spelled, and of all of them; options come before what is there."""

from pathlib import Path

import pytest

from helpers.errors import ReportError
from helpers.ingest import new_study
from helpers.ingest.new_study import vocabulary
from tests.ingest.new_study.tables import proposed, units, written


@pytest.mark.parametrize(("file", "name", "title"), [
    ("billing_exp_2024Q2.csv", "billing_exp_2024q2", "Billing exp 2024Q2"), ("Spendentest 2026.csv", "spendentest_2026", "Spendentest 2026"),
    ("revenue_USD.csv", "revenue_usd", "Revenue USD"), ("H1Launch.csv", "h1_launch", "H1Launch"),
])  # fmt: skip
def test_a_study_is_called_as_its_file(tmp_path: Path, file: str, name: str, title: str) -> None:
    study, _, _ = proposed(tmp_path, units(tmp_path / file, rows=400))
    assert (study.name, study.title) == (name, title)


def test_labels_keep_the_spelling_of_the_file(tmp_path: Path) -> None:
    file = written(tmp_path / "letters.csv", """select 'd' || i as donor_id, ['Brief A (bisher)', 'Brief C (mit Foto)'][i % 2 + 1] as "Variante",
        (hash(i) % 3 = 0)::integer as "Geantwortet", (hash(i + 1) % 900) / 10.0 as "Spende nach Brief" from range(300) as t(i)""")  # fmt: skip
    study, text, _ = proposed(tmp_path, file)
    assert "Brief C (mit Foto)" in [v.description for v in study.variants]
    assert "Spende nach Brief per unit" in [m.label for m in study.metrics] and "change geantwortet against" in text


def test_several_files_name_a_study_together(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "loyalty_pilot"):
        written(folder / "assigned.csv", "select 'u' || i as user_id, ['old', 'new'][i % 2 + 1] as variant, date '2026-03-02' as assigned_at from range(300) as t(i)")  # fmt: skip
        written(folder / "orders.csv", "select 'o' || i as order_id, 'u' || (i % 200) as user_id, date '2026-03-05' as ordered_at, 9.5 + i % 7 as amount_eur from range(400) as t(i)")  # fmt: skip
        made = new_study.propose_tables([str(folder / "orders.csv"), str(folder / "assigned.csv")], base=tmp_path)
        assert made.file.stem == ("assigned_orders" if folder == tmp_path else "loyalty_pilot")


def test_what_was_said_is_checked_before_what_is_there(tmp_path: Path) -> None:
    file = units(tmp_path / "shop.csv", rows=400)
    proposed(tmp_path, file)
    with pytest.raises(ReportError, match="has no column 'spnd'"):
        proposed(tmp_path, file, primary="spnd")
    with pytest.raises(ReportError, match="is there already"):
        proposed(tmp_path, file)


def test_a_label_shows_every_word() -> None:
    for name in ("Converted_At", "Übungsgruppe", "AOV (EUR)", "brief_a", "実験群"):
        assert vocabulary.label(name).lower().split() == name.replace("_", " ").lower().split()
