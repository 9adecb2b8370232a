"""Plain files of shops, tools, games, newsletters, clinics and schools in six languages: the right proposal, and no needless question."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

ARMS = ("control", "variant_b")
WORDS = {
    "en": "user_id variant timestamp event bought subscribed level_5_reached opened recovered passed satisfaction adverse_event unit_price quantity total weight_kg",
    "de": "kunden_id variante zeitpunkt ereignis gekauft abonniert level_5_erreicht geoeffnet genesen bestanden zufriedenheit nebenwirkung einzelpreis menge gesamt gewicht_kg",
    "fr": "utilisateur_id variante horodatage evenement achat inscrit niveau_5_atteint clic gueri reserve satisfaction effet_indesirable prix_unitaire quantite total poids_kg",
    "es": "usuario_id variante fecha evento compra registrado nivel_5_alcanzado clic curado suscrito satisfaccion efecto_adverso precio_unitario cantidad total peso_kg",
    "it": "utente_id variante data evento acquisto iscritto livello_5_raggiunto clic guarito prenotato soddisfazione evento_avverso prezzo_unitario quantita total peso_kg",
    "nl": "klant_id variant tijdstip gebeurtenis gekocht ingeschreven level_5_bereikt klik genezen geboekt tevredenheid bijwerking stuksprijs aantal total gewicht_kg",
}  # fmt: skip
"""Of each language who, which arm, when, what; what came about of a shop, a tool, a game, a newsletter, a clinic and a school; and more of these."""
FIELDS = ("shop", "saas", "game", "newsletter", "clinic", "school")
KINDS = ("table", "log")
ALL = [(lang, field, kind) for lang in WORDS for field in FIELDS for kind in KINDS]
CASES = ALL if int(os.environ.get("FUZZ", "0")) > 1 else ALL[::7]
"""All of them in make test-fuzz, some of each in the suite."""
NEEDLESS = ("ASSUMED so", "Nothing says what to make of", "taken off", "price of one piece")
UNITS = 600


def made(seed: int) -> tuple[np.random.Generator, np.ndarray, np.ndarray]:
    dice = np.random.default_rng(seed)
    treated = dice.random(UNITS) < 0.5
    return dice, treated, (dice.random(UNITS) < np.where(treated, 0.42, 0.3)).astype(int)


def plain(lang: str, field: str, kind: str) -> tuple[pd.DataFrame, pd.Series]:
    """A plain file, and how often it came about in each arm."""
    dice, treated, came = made(len(lang + field) + ALL.index((lang, field, kind)))
    who, arm, when, what, *outcomes = WORDS[lang].split()
    arms, name = np.where(treated, ARMS[1], ARMS[0]), outcomes[FIELDS.index(field)]
    start = pd.Timestamp("2026-04-06") + pd.to_timedelta(np.sort(dice.integers(0, 20 * 86_400, UNITS)), unit="s")
    ids = [f"u{i:05d}" for i in range(UNITS)]
    truth = pd.Series(came).groupby(arms).sum()
    if kind == "table":
        return pd.DataFrame(
            {who: ids, arm: arms, "device": dice.choice(["mobile", "desktop"], UNITS), name: came}
        ), truth
    first = pd.DataFrame({who: ids, when: start, what: "visit", arm: arms})
    then = first[came == 1].assign(**{what: name, when: lambda t: t[when] + pd.Timedelta(minutes=9)})
    return pd.concat([first, then]).sort_values(when), truth


def asks(text: str) -> list[str]:
    return [line for line in text.splitlines() if any(each in line for each in NEEDLESS)]


@pytest.mark.parametrize(("lang", "field", "kind"), CASES)
def test_a_plain_file_is_proposed_rightly_and_nothing_needless_is_asked(
    tmp_path: Path, lang: str, field: str, kind: str
) -> None:
    frame, truth = plain(lang, field, kind)
    frame.to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert not asks(said.split("Assumed, and")[0])
    told = sums(study, tmp_path)[study.primary.name]
    levels = study.data.variants or dict(zip(ARMS, ARMS, strict=True))
    assert {level: int(told[arm][1]) for level, arm in levels.items()} == truth.to_dict()
    assert study.primary.better == "higher"


@pytest.mark.parametrize("lang", WORDS)
def test_the_direction_of_words_of_the_field_is_known(tmp_path: Path, lang: str) -> None:
    content, adverse = WORDS[lang].split()[10:12]
    for name, better, values in ((content, "higher", (0, 1, 2, 3)), (adverse, "lower", (0, 1))):
        dice, treated, _ = made(5)
        frame = pd.DataFrame(
            {"user_id": range(UNITS), "variant": np.where(treated, "b", "control"), name: dice.choice(values, UNITS)}
        )
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
        study, _, said = proposed(tmp_path, tmp_path / f"{name}.csv", primary=name)
        assert study.primary.better == better and not asks(said.split("Assumed, and")[0])


@pytest.mark.parametrize("lang", WORDS)
def test_lines_of_a_shop_sum_what_was_paid_and_never_the_price_of_one_piece(tmp_path: Path, lang: str) -> None:
    price, many, total, weight = WORDS[lang].split()[12:]
    dice, treated, came = made(6)
    each, count = dice.integers(300, 3_000, UNITS) / 100, dice.integers(1, 5, UNITS) * came
    frame = pd.DataFrame({"user_id": range(UNITS), "variant": np.where(treated, "b", "control"), price: each * came, many: count,
                          weight: dice.integers(1, 900, UNITS) / 100, total: np.round(each * count, 2)})  # fmt: skip
    frame.to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    names = {metric.name for metric in study.metrics}
    assert study.primary.name == total and price not in names and weight not in names
    assert not asks(said.split("Assumed, and")[0])


@pytest.mark.parametrize("name", ["weight_kg", "shelf", "warehouse", "size", "position", "capacity", "gewicht", "poids_kg", "largeur_cm", "peso", "lager", "magazijn"])  # fmt: skip
def test_what_measures_a_thing_is_not_taken_off_its_price(tmp_path: Path, name: str) -> None:
    dice, treated, _ = made(7)
    frame = pd.DataFrame({"customer_id": range(UNITS), "variant": np.where(treated, "b", "control"), "unit_price": dice.integers(300, 3_000, UNITS) / 100,
                          "quantity": dice.integers(1, 5, UNITS), name: dice.integers(1, 9, UNITS)})  # fmt: skip
    frame.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match=r"select .* as revenue") as caught:
        proposed(tmp_path, tmp_path / "t.csv")
    assert "Nothing says" not in str(caught.value) and name not in str(caught.value).split("remedy")[-1]


@pytest.mark.parametrize(("name", "values", "is_part"), [("pain_week8", range(10), False), ("weight_month6", range(1, 13), False), ("signup_week", range(1, 53), True), ("visit_hour", range(24), True)])  # fmt: skip
def test_what_was_measured_in_a_week_is_no_part_of_a_date(
    tmp_path: Path, name: str, values: range, is_part: bool
) -> None:
    dice, treated, came = made(8)
    frame = pd.DataFrame({"user_id": range(UNITS), "variant": np.where(treated, "b", "control"), "converted": came, name: dice.choice(values, UNITS)})  # fmt: skip
    frame.to_csv(tmp_path / "t.csv", index=False)
    _, text, said = proposed(tmp_path, tmp_path / "t.csv")
    assert ("part of a date" in text + said) is is_part


@pytest.mark.parametrize(("name", "word", "arms"), [("subject_line", "subject", True), ("creative", "", True), ("Betreff", "Betreff", True), ("store", "store", False)])  # fmt: skip
def test_lettered_forms_of_a_mail_are_arms_and_lettered_stores_are_none(
    tmp_path: Path, name: str, word: str, arms: bool
) -> None:
    _, treated, came = made(9)
    frame = pd.DataFrame({"email": [f"u{i}@example.org" for i in range(UNITS)], name: np.where(treated, f"{word} B".strip(), f"{word} A".strip()), "opened": came})  # fmt: skip
    frame.to_csv(tmp_path / "t.csv", index=False)
    if not arms:
        with pytest.raises(ReportError, match="without a variant"):
            proposed(tmp_path, tmp_path / "t.csv")
        return
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv")
    told = sums(study, tmp_path)["opened"]
    assert [int(told[arm][1]) for arm in ("control", "treatment")] == [
        int(came[~treated].sum()), int(came[treated].sum())]  # fmt: skip
