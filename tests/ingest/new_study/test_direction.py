"""Less of some metrics is better: by what they are called, by grades of which 1 is the best, or as somebody says."""

import random
from pathlib import Path

import pytest

from helpers.errors import ReportError
from helpers.ingest.new_study import direction, harms, vocabulary
from tests.ingest.new_study.tables import proposed

LOWER = (
    "days_to_first_order",
    "latency_ms",
    "complaints",
    "Wartezeit_min",
    "refund_count",
    "error_rate",
    "page_load_time",
)
HIGHER = ("orders", "revenue", "sessions", "visits")
UNCLEAR = ("quux", "index_7", "blood_pressure")


def table(file: Path, seed: int, name: str, values: list[float]) -> Path:
    draw = random.Random(seed)
    rows = [f"m{i:04},{('usual', 'coached')[i % 2]},{draw.choice(values)}" for i in range(400)]
    file.write_text("\n".join([f"member_id,arm,{name}", *rows]) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("better", [None, "lower", "higher"])
def test_the_direction_is_that_of_the_name_unless_somebody_says_it(
    tmp_path: Path, seed: int, better: str | None
) -> None:
    draw = random.Random(seed)
    for kind, names in (("lower", LOWER), ("higher", HIGHER), ("unclear", UNCLEAR)):
        name = draw.choice(names)
        file = table(tmp_path / f"{name}.csv", seed, name, [0, 1, 2, 3.5, 8, 11])
        study, text, said = proposed(tmp_path, file, primary=name, better=better)
        assert study.primary.better == (better or ("lower" if kind == "lower" else "higher")), name
        assert ("ASSUMED so; better: lower" in text) == (kind == "unclear" and better is None), name
        assert f" is {study.primary.better} in " in study.hypothesis
        assert ("less of" in said) == (study.primary.better == "lower")


@pytest.mark.parametrize(("name", "values", "lower"), [
    ("Note", [1.0, 1.3, 2.7, 4.0, 5.0], True), ("Abschlussnote", [1, 2, 3, 4, 5, 6], True), ("Note", [10, 40, 80, 95], False),
])  # fmt: skip
def test_grades_of_which_one_is_the_best(tmp_path: Path, name: str, values: list[float], lower: bool) -> None:
    study, text, _ = proposed(tmp_path, table(tmp_path / "class.csv", 3, name, values), primary=name)
    assert (study.primary.better == "lower") == lower and ("ASSUMED so; better: lower" in text) != lower


COSTS = (
    "cost_usd", "cost_per_order", "support_cost_eur", "lost_revenue", "unpaid_amount", "return_value", "Kosten_pro_Bestellung",
    "coût par commande", "coste_envio", "custo_total", "costi_spedizione", "verzendkosten", "maliyet_tl", "koszt_dostawy", "расходы",
    "配送コスト", "物流成本", "fraktkostnad",
)  # fmt: skip
DOUBTED = ("claims_paid", "amount_usd", "total", "betrag", "cost_saved", "weight_loss_kg", "complaints_resolved")


@pytest.mark.parametrize("name", COSTS)
def test_less_of_what_is_called_a_cost_is_better_and_it_is_no_revenue(tmp_path: Path, name: str) -> None:
    file = table(tmp_path / "costs.csv", 5, name, [0, 1.25, 3.5, 8.75])
    study, _, said = proposed(tmp_path, file, primary=name)
    assert study.primary.better == "lower" and "less of" in said
    assert study.economics.revenue_metric is None


@pytest.mark.parametrize("name", DOUBTED)
def test_what_may_be_spent_or_earned_is_asked_about(tmp_path: Path, name: str) -> None:
    _, text, _ = proposed(tmp_path, table(tmp_path / "amounts.csv", 6, name, [0, 1.25, 3.5, 8.75]), primary=name)
    assert "ASSUMED so; better: lower" in text


@pytest.mark.parametrize("name", ["refund_cents", "delivery_cost"])
def test_amounts_none_of_which_is_above_zero_are_less_the_nearer_they_are_to_it(tmp_path: Path, name: str) -> None:
    file = table(tmp_path / "negative.csv", 7, name, [0, -125, -350, -875])
    study, text, said = proposed(tmp_path, file, primary=name)
    assert study.primary.better == "higher" and "nearer to zero is less of it" in said
    assert "ASSUMED so" not in text


def events(file: Path, seed: int, last: str, money: str = "handling_cost") -> Path:
    """A log of which some units come to a last event, with an amount there."""
    draw, rows = random.Random(seed), []
    for i in range(300):
        hour, arm = draw.randrange(10, 20), ("usual", "coached")[i % 2]
        rows.append(f"m{i:04},2026-03-{1 + i % 14:02}T{hour}:00:00,chat_started,{arm},")
        if draw.random() < 0.4:
            rows.append(f"m{i:04},2026-03-{1 + i % 14:02}T{hour}:30:00,{last},{arm},{draw.randrange(100, 900) / 100}")
    file.write_text("\n".join([f"member_id,at,event,arm,{money}", *rows]) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(("last", "kind"), [
    ("ticket_escalated", "lower"), ("bug_reported", "lower"), ("call_dropped", "lower"), ("appointment_missed", "lower"),
    ("réclamation", "lower"), ("tariff_moved", "asked"), ("quux", "asked"), ("purchase", "higher"), ("order_completed", "higher"),
])  # fmt: skip
def test_the_last_event_of_a_log_is_asked_about_unless_its_name_tells(tmp_path: Path, last: str, kind: str) -> None:
    study, text, said = proposed(tmp_path, events(tmp_path / "calls.csv", 8, last))
    assert study.primary.better == ("lower" if kind == "lower" else "higher")
    assert ("ASSUMED so; better: lower" in text) == (kind == "asked")
    assert study.economics.revenue_metric is None and "revenue: " not in said, "a cost is none"


@pytest.mark.parametrize(("name", "lower"), [("days_to_first_order", True), ("complaints", True), ("orders", False)])
def test_an_empty_field_is_never_called_a_zero_where_less_is_better(tmp_path: Path, name: str, lower: bool) -> None:
    file = table(tmp_path / "gaps.csv", 9, name, [1, 2, 4, 9])
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = [line if i % 7 else f"{line.rpartition(',')[0]}," for i, line in enumerate(lines)]
    file.write_text("\n".join([lines[0], *kept[1:]]) + "\n", encoding="utf-8")
    _, text, _ = proposed(tmp_path, file, primary=name)
    assert ("Then write missing: zero" in text) != lower
    assert ("a zero would count what never came about" in text.replace("\n#", "")) == lower


def test_only_what_somebody_said_is_told_as_said(tmp_path: Path) -> None:
    file = table(tmp_path / "two.csv", 9, "orders", [0, 1, 2])
    lines = file.read_text(encoding="utf-8").splitlines()
    both = [f"{lines[0]},revenue", *(f"{line},{(i * 7) % 5}.25" for i, line in enumerate(lines[1:]))]
    file.write_text("\n".join(both) + "\n", encoding="utf-8")
    _, _, said = proposed(tmp_path, file, primary="orders")
    assert "orders (primary mean of count, as you said), revenue (secondary mean of money)" in said
    with pytest.raises(ReportError, match=r"'x' in 100 rows and nothing in 300"):
        file.write_text(
            "\n".join([f"{lines[0]},Mailing", *(f"{line},{'x' * (i % 4 == 0)}" for i, line in enumerate(lines[1:]))])
            + "\n"
        )
        proposed(tmp_path, file, primary="Mailing")


@pytest.mark.parametrize(("name", "lower"), [("infected", True), ("hospitalised_30d", True), ("recidivism", True), ("not_converted", True), ("no_show", True), ("not_churned", False), ("employed_6m", False), ("recovered", False)])  # fmt: skip
def test_a_share_is_turned_by_what_it_is_called(tmp_path: Path, name: str, lower: bool) -> None:
    rows = "\n".join(f"s{i},{['placebo', 'drug'][i % 2]},{int(i % 9 == 0)}" for i in range(900))
    (tmp_path / "trial.csv").write_text(f"subject,arm,{name}\n{rows}\n")
    study, _, _ = proposed(tmp_path, tmp_path / "trial.csv")
    assert (study.primary.event, study.primary.better) == (name, "lower" if lower else "higher")


@pytest.mark.parametrize("harm", ["absences", "complaints", "headache"])
@pytest.mark.parametrize("sure", [True, False])
def test_a_guess_goes_before_no_outcome_that_is_sure(tmp_path: Path, harm: str, sure: bool) -> None:
    """A column of which nothing says that it is an outcome may be what a unit was: beside one that is, it is asked."""
    draw = random.Random(5)
    rows = [f"p{i:03},{('usual', 'coached')[i % 2]},{draw.randint(0, 1)},{draw.randint(0, 4)}" for i in range(300)]
    name = "converted" if sure else "free_quuxes"
    (tmp_path / "t.csv").write_text("\n".join([f"pupil,arm,{name},{harm}", *rows]) + "\n", encoding="utf-8")
    if sure:
        assert proposed(tmp_path, tmp_path / "t.csv")[0].primary.event == name
        return
    with pytest.raises(ReportError, match=rf"which column is decided by(.|\n)*'{harm}'(.|\n)*'{name}'"):
        proposed(tmp_path, tmp_path / "t.csv")


TURNED = (
    "crash_free", "fraud_caught", "errors_corrected", "unemployment_exit", "time_to_relapse_days", "defects_found", "Fehler_behoben", "erreurs_corrigées",
    "ошибка_исправлена", "days_since_last_accident", "hours_between_failures", "symptom_free_days", "prevented_evictions", "smoking_cessation",
)  # fmt: skip
OPEN = ("churn_quux", "waiting_list_joined", "complaint_medal", "staff_turnover", "first_click_rank", "rank")
PLAIN = (
    "errors_per_user",
    "churned_30d",
    "refund_count",
    "crash_rate",
    "complaints_total",
    "sick_leave",
    "readmission_30d",
    "hours_to_recovery",
)


@pytest.mark.parametrize("name", [*TURNED, *OPEN, *PLAIN])
def test_a_word_beside_a_harm_that_may_turn_it_is_asked_about(tmp_path: Path, name: str) -> None:
    study, text, _ = proposed(tmp_path, table(tmp_path / "t.csv", 4, name, [0, 1, 2, 8]), primary=name)
    assert ("better? ASSUMED so" in text) == (name not in PLAIN)
    assert name not in PLAIN or study.primary.better == "lower"
    assert name not in TURNED or study.primary.better == "higher"


SENT_BACK = (
    "zurückgeschickt",
    "Retoure",
    "renvoyé",
    "devuelto",
    "geretourneerd",
    "zwrocone",
    "возврат",
    "返品",
    "반품",
)


@pytest.mark.parametrize("name", SENT_BACK)
def test_less_of_what_is_sent_back_is_better_in_any_language(name: str) -> None:
    assert direction.why_lower(name, None) == "by its name"


@pytest.mark.parametrize(
    "name",
    [
        "Rückkehr",
        "resilience",
        "resilienza",
        "revenu",
        "devis",
        "resort",
        "restitution",
        "wrocław",
        "戻り",
    ],
)
def test_words_that_only_look_like_it_are_left_alone(name: str) -> None:
    assert not direction.why_lower(name, None)


def test_a_return_on_what_was_spent_is_no_harm() -> None:
    assert harms.is_harm("return_value") and not harms.is_harm("return_on_ad_spend")


@pytest.mark.parametrize(("beside", "better", "listed"), [
    ("items", "lower", True), ("delivered", "lower", True), ("sessions", "higher", True), ("revenue", "higher", True),
])  # fmt: skip
def test_what_was_returned_is_bad_among_goods_and_open_elsewhere(
    tmp_path: Path, beside: str, better: str, listed: bool
) -> None:
    draw = random.Random(9)
    rows = [
        f"u{i},{('old', 'new')[i % 2]},{draw.randint(0, 1)},{draw.randint(0, 1)},{draw.randint(0, 9)}"
        for i in range(400)
    ]
    (tmp_path / "t.csv").write_text("\n".join([f"user_id,variant,converted,returned,{beside}", *rows]) + "\n")
    study, *_ = proposed(tmp_path, tmp_path / "t.csv", primary="converted")
    metric = study.metric("returned")
    assert metric.better == better and study.is_undirected(metric) is listed
    assert not study.is_undirected(study.primary)


def test_a_direction_that_no_name_tells_is_listed_until_somebody_says_it(tmp_path: Path) -> None:
    draw = random.Random(2)
    rows = [
        f"u{i},{('old', 'new')[i % 2]},{draw.randint(0, 1)},{draw.random():.3f},{draw.randint(0, 9)}"
        for i in range(400)
    ]
    (tmp_path / "t.csv").write_text("\n".join(["user_id,variant,converted,minutes,complaints", *rows]) + "\n")
    study, text, said = proposed(tmp_path, tmp_path / "t.csv")
    assert [m.name for m in study.metrics if study.is_undirected(m)] == ["minutes"]
    assert "nothing tells whether more of minutes is better" in said
    study, _, said = proposed(tmp_path, tmp_path / "t.csv", force=True, primary="minutes", better="lower")
    assert not study.is_undirected(study.primary) and "nothing tells" not in said
    study, text, _ = proposed(tmp_path, tmp_path / "t.csv", force=True, primary="minutes")
    assert study.is_undirected(study.primary) and "ASSUMED so; better: lower" in text


@pytest.mark.parametrize("seed", range(3))
def test_no_harm_that_a_word_turns_is_taken_for_one(seed: int) -> None:
    draw = random.Random(seed)
    plain = [
        [w.strip("*") for w in sorted(some)]
        for some in (vocabulary.HARM | vocabulary.SLOW, vocabulary.TURNED, vocabulary.COUNTED)
    ]
    for _ in range(400):
        harm, turner, counted = (draw.choice(some) for some in plain)
        made = draw.sample([harm, turner], 2)
        assert not harms.is_harm("_".join(made)), made
        assert not direction.why_lower("_".join([harm, turner]), None), made
        assert not harms.is_open(f"{harm}_{counted}") or vocabulary.touches(counted, vocabulary.TURNED)
        assert harms.is_open(f"{harm}_{draw.choice(['quux', 'medal', 'joined', 'übung'])}")


@pytest.mark.parametrize("seed", range(4))
def test_what_is_proposed_is_a_study_that_loads_whatever_its_columns_are_called(tmp_path: Path, seed: int) -> None:
    """Names drawn from the words of amounts and of what less is better: no such column is a revenue."""
    draw = random.Random(seed)
    amounts, slow, until = (
        [word.strip("*") for word in sorted(some)]
        for some in (vocabulary.MONEY, vocabulary.SLOW | vocabulary.COST | vocabulary.HARM, vocabulary.UNTIL)
    )
    primary = draw.choice(
        [f"{draw.choice(slow)}_{draw.choice(amounts)}", f"days_{draw.choice(until)}_{draw.choice(amounts)}"]
    )
    names = dict.fromkeys([primary, f"{draw.choice(amounts)}_{draw.choice(slow)}", draw.choice(amounts), "tempo"])
    rows = [
        f"u{i},{('old', 'new')[i // 2 % 2]}," + ",".join(str(draw.choice([0, 1.25, 3.5, 8.75])) for _ in names)
        for i in range(200)
    ]
    (tmp_path / "t.csv").write_text(
        "\n".join([",".join(["user_id", "variant", *names]), *rows]) + "\n", encoding="utf-8"
    )
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", primary=primary)
    revenue = [m for m in study.metrics if m.name == study.economics.revenue_metric]
    assert all(m.better == "higher" and m.unit == "money" for m in revenue)


def test_weights_that_nobody_stated_are_listed_as_assumed(tmp_path: Path) -> None:
    study, _, said = proposed(tmp_path, table(tmp_path / "class.csv", 3, "visits", [0, 1, 2]))
    assert study.is_weighed_by_guess and "variants.weight" in study.assumed and "weights: 1:1" in said


def test_a_lead_time_is_wanted_short_and_waste_that_is_diverted_is_asked() -> None:
    assert direction.why_lower("lead_time_days", None) and direction.why_lower("cycle_time_hours", None)
    assert not direction.why_lower("waste_diverted", None) and not direction.why_lower("leads_per_day", None)


@pytest.mark.parametrize(("name", "open_"), [
    ("pages_seen", True), ("page_views", True), ("searches", True), ("views", True), ("orders", False), ("sessions", False), ("paid_searches", False),
])  # fmt: skip
def test_of_what_is_counted_on_the_way_nobody_stated_that_more_is_better(
    tmp_path: Path, name: str, open_: bool
) -> None:
    draw = random.Random(3)
    rows = [f"u{i},{('old', 'new')[i % 2]},{draw.randint(0, 1)},{draw.randint(0, 9)}" for i in range(400)]
    (tmp_path / "t.csv").write_text("\n".join([f"user_id,variant,converted,{name}", *rows]) + "\n")
    study, _, said = proposed(tmp_path, tmp_path / "t.csv", primary="converted")
    metric = next((m for m in study.metrics if m.name == name), None)
    if metric is None:
        pytest.skip("no metric is made of it")
    assert study.is_undirected(metric) is open_ is (f"nothing tells whether more of {name} is better" in said)


CAME_ABOUT = (
    "sold",
    "product_sold",
    "paid",
    "Repaid",
    "joined",
    "Responders",
    "aprobado",
    "mutuo_concesso",
    "rdv_honoré",
    "kredit_genehmigt",
)


@pytest.mark.parametrize("name", CAME_ABOUT)
def test_what_came_about_as_somebody_wants_it_is_no_question(tmp_path: Path, name: str) -> None:
    study, text, _ = proposed(tmp_path, table(tmp_path / "t.csv", 4, name, [0, 1]), primary=name)
    assert "better? ASSUMED so" not in text and study.primary.better == "higher"


@pytest.mark.parametrize("name", ["cost_paid", "paid", "claims_paid", "unsold_stock"])
def test_what_somebody_paid_stays_open(tmp_path: Path, name: str) -> None:
    """An amount, or a cost."""
    study, text, _ = proposed(tmp_path, table(tmp_path / "t.csv", 4, name, [0, 1, 2.5, 8]), primary=name)
    assert "better? ASSUMED so" in text or study.primary.better == "lower"


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"d1": [1, 0, 1, 1], "d7": [1, 0, 0, 1]}, ("d1 (something in 300 rows)", "d7 (something in 200 rows)")),
        ({"baja": ["N", "N", "S", "N"]}, ("baja (in words: N and S)",)),
        ({"vendido": ["S", "N", "N", "S"]}, ("vendido (in words: N and S)",)),
    ],
    ids=str,
)
def test_what_may_be_decided_by_is_named_beside_an_amount(
    tmp_path: Path, more: dict[str, list[object]], named: tuple[str, ...]
) -> None:
    dice = random.Random(2)
    rows = [
        f"m{i:04},{dice.choice(('control', 'b'))},{dice.choice((0, 0, 3.5))},{','.join(str(v[i % 4]) for v in more.values())}"
        for i in range(400)
    ]
    (tmp_path / "t.csv").write_text("\n".join([f"member_id,variant,revenue_usd,{','.join(more)}", *rows]))
    _, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert "It is revenue_usd; it may as well be" in said and all(each in said for each in named)
