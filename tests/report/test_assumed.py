"""What was assumed, as a reader sees it."""

import pytest

from helpers import config, paths
from helpers.experiment.decision.assumptions import Assumption, Turn
from helpers.report.topics import assumed, decision, money

STUDY = config.load("studies/cart_checkout.yml")
BARE = STUDY.model_copy(update={"assumed": ["economics", "change"]})


def rows(*found: Assumption) -> list[dict[str, object]]:
    return assumed.table(found, STUDY)


def test_a_change_on_both_sides_is_told_with_its_verdicts():
    turns = (Turn(0.0341, True, "ITERATE"), Turn(0.2268, False, "KILL (b)"))
    (row,) = rows(Assumption("decision.prior.size", 0.05, 0.001, 1.0, turns))
    assert row == {
        "Assumed": "Typical size of an effect (decision.prior.size)",
        "Value used": "5 %",
        "The decision changes": "ITERATE below 3.41 %; KILL (b) above 22.68 %",
    }


def test_a_verdict_that_holds_between_two_values_is_told_with_both():
    turns = (Turn(0.0976, False, "GO (short)", ((0.3395, "KILL"),)), Turn(0.02, True, "KILL", ((0.004, "ITERATE"),)))
    (row,) = rows(Assumption("decision.prior.size", 0.05, 0.001, 1.0, turns))
    assert (
        row["The decision changes"]
        == "GO (short) from 9.76 % to 33.95 %, above that KILL; KILL from 0.40 % to 2 %, below that ITERATE"
    )


def test_every_stretch_of_values_is_told_with_its_verdict_and_apart_from_the_value_used():
    """A change of a rate near 100 % is too small up to what any change can bring, and undecided above that."""
    turns = (Turn(0.0077, False, "ITERATE", ((0.0105, "KILL"), (0.0207, "ITERATE"))), Turn(0.00499996, True, "GO"))
    (row,) = rows(Assumption("decision.min_relative_uplift", 0.005, 0.0, 1.0, turns))
    assert row["The decision changes"] == (
        "ITERATE from 0.77 % to 1.05 %, KILL from 1.05 % to 2.07 %, above that ITERATE; GO below 0.499996 %"
    )


def test_money_and_months_have_their_own_units():
    cost, months = rows(
        Assumption("economics.implementation_cost", 0.0, 0.0, 9e4, (Turn(45_210.5, False, "ITERATE"),)),
        Assumption("economics.horizon_months", 12.0, 1.0, 60.0, (Turn(7.0, True, "ITERATE"),)),
    )
    assert (cost["Value used"], cost["The decision changes"]) == ("EUR 0", "ITERATE above EUR 45,210")
    assert (months["Value used"], months["The decision changes"]) == ("12", "ITERATE below 7")


def test_no_change_says_where_it_was_looked_for_or_why_there_is_none():
    free, unread = rows(
        Assumption("decision.prior.harm", 0.2, 0.001, 0.799, ()),
        Assumption("design.minimum_detectable", 0.05, 0.0, 1.0, (), "the rule does not use it"),
    )
    assert free["The decision changes"] == "at no value between 0.10 % and 79.90 %"
    assert unread["The decision changes"] == "at no value: the rule does not use it"


def test_a_value_that_nothing_is_reckoned_with_is_none():
    (row,) = rows(Assumption("economics.contribution_margin", None, 0.0, 1.0, (), "no money is reckoned"))
    assert (row["Value used"], row["The decision changes"]) == ("none", "at no value: no money is reckoned")


def test_every_value_that_can_be_assumed_has_words():
    from helpers.config.assumed import WEIGHED

    assert tuple(assumed.NAMED) == WEIGHED


def test_texts_that_nobody_stated_stand_below_the_table():
    assert "Not stated either: change." in assumed.note_table(BARE)
    assert "Not stated" not in assumed.note_table(STUDY)


@pytest.mark.parametrize("path", ["economics.contribution_margin", "economics.implementation_cost", "economics"])
@pytest.mark.parametrize("told", [True, False])
def test_money_that_nobody_stated_is_listed_where_none_is_reckoned(path, told):
    """No revenue is named: no row of the table holds it, and no sentence says that it was stated."""
    money = STUDY.economics if told else STUDY.economics.model_copy(update={"revenue_metric": None})
    study = STUDY.model_copy(update={"economics": money, "assumed": [path, "change"]})
    for said in (assumed.note_table(study), assumed.text_none(study)):
        assert (f"{path}, change" in said) is not told
    assert ("its money" in assumed.text_none(study)) is told


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize("part", ["decision", "design"])
def test_no_number_of_the_rule_that_nobody_stated_goes_untold(part, stated):
    """Each number that has a place in the table or a usual value is told by its path where the study leaves it out."""
    model = getattr(STUDY, part)
    numbers = {name for name in type(model).model_fields if isinstance(getattr(model, name), float)}
    raw = config.read_yaml(paths.STUDIES / "cart_checkout.yml")[part]
    given = type(model).model_validate(raw | {name: getattr(model, name) for name in numbers})
    left_out = given.model_construct(_fields_set=given.model_fields_set - numbers, **dict(given))
    study = STUDY.model_copy(update={part: given if stated else left_out, "assumed": []})
    for name in numbers:
        path = f"{part}.{name}"
        told = path in study.assumptions or path in assumed.text_none(study)
        assert told is not stated, path
        assert (path in assumed.note_table(study)) is (path in assumed.text_none(study))


def test_the_criteria_say_that_money_is_none_of_them():
    assert decision.note(BARE) == (
        "Assumed: prior.harm, prior.size; expected money is no criterion: the study does not state "
        "contribution_margin and implementation_cost."
    )
    late = STUDY.model_copy(update={"assumed": ["economics.horizon_months"]})
    assert decision.note(late) == "Assumed: prior.harm, prior.size, horizon_months."
    assert money.note((), BARE) == (
        "Assumed: prior.harm, prior.size, contribution_margin, implementation_cost, monthly_run_cost, horizon_months"
    )
    assert money.absent(STUDY, "a reason") == "Money is not available: a reason."
    assert money.absent(BARE, "a reason").startswith("Revenue: a reason. No value is reckoned")


def test_what_carries_the_verdict_and_was_assumed_is_named_beside_it():
    """Only values at another of which the verdict is another; each by its words, with the value used."""
    carried = Assumption("decision.min_relative_uplift", 0.05, 0.0, 1.0, (Turn(0.0066, True, "ITERATE"),))
    free = Assumption("decision.prior.harm", 0.2, 0.001, 0.799, ())
    far = Assumption("decision.prior.size", 0.05, 0.001, 1.0, (Turn(0.0016, True, "ITERATE"),))
    assert assumed.text_carries([free, far], STUDY) == "", "nobody would state a value thirty times smaller"
    said = assumed.text_carries([free, carried], STUDY)
    assert said == "Nobody stated the smallest gain worth shipping, 5 % (the rule says ITERATE below 0.66 %)."


@pytest.mark.parametrize("verdict", ["INVALID", "ITERATE", "GO"])
@pytest.mark.parametrize("listed", [[], ["variants.weight"]])
def test_an_invalid_experiment_rests_on_no_direction_and_no_verdict_is_called_free_of_the_weights(verdict, listed):
    """What fails a trust check fails it whichever way is better; and what the sizes are held against is not asked again."""
    told: dict[str, tuple[object, str]] = {}
    study = STUDY.model_copy(update={"assumed": [*listed, f"metrics.{STUDY.primary.name}.better"]})

    class Book:
        def record(self, name, value, unit, meaning, *, reason=""):
            told[name] = value, reason

    Book.study = study
    assumed.record(Book(), [], verdict)
    value, reason = told["decision.rests"]
    assert (value is None) is (verdict == "INVALID")
    assert ("trust check failed" in reason) is (verdict == "INVALID")
    assert ("variants.weight" in reason) is (bool(listed) and verdict != "INVALID")


@pytest.mark.parametrize(("turn", "odd"), [
    (Turn(0.547, False, "GO"), True), (Turn(0.1, True, "ITERATE"), True), (Turn(0.547, False, "ITERATE"), False), (Turn(0.1, True, "GO"), False),
])  # fmt: skip
def test_why_more_harm_among_the_changes_may_speak_for_one_is_told(turn, odd):
    found = [Assumption("decision.prior.harm", 0.2, 0.001, 0.799, (turn,))]
    assert (assumed.HARMS in assumed.text_carries(found, STUDY)) is odd
    assert (assumed.HARMS in assumed.note_table(STUDY, found)) is odd
    assert assumed.HARMS not in assumed.note_table(STUDY)


@pytest.mark.parametrize("better", ["higher", "lower"])
@pytest.mark.parametrize("several", [False, True])
def test_a_text_that_was_made_up_counts_as_assumed_without_any_list(better, several):
    from helpers.config.assumed import texts

    primary = STUDY.primary.model_copy(update={"label": "Converted", "better": better})
    second = STUDY.treatments[0].model_copy(update={"name": "second"})
    variants = [*STUDY.variants, *([second] if several else [])]
    told = f"{STUDY.treatments[0].name} (new page){' and second' if several else ''}"
    made = texts("Converted", better, STUDY.control.name, told)
    others = [m for m in STUDY.metrics if m.role != "primary"]
    study = STUDY.model_copy(update={"metrics": [primary, *others], "variants": variants, "assumed": [], **made})
    assert study.assumes("change") and study.assumes("hypothesis")
    own = study.model_copy(update={"change": "A red button", "hypothesis": "A red button is seen by more users."})
    assert not own.assumes("change") and not own.assumes("hypothesis")


def test_a_sentence_of_money_is_no_reason_for_what_has_none():
    """What a unit brings more is told where money is; a risk that cannot be told says what nobody stated."""
    told: dict[str, str] = {}

    class Book:
        study = BARE

        def record(self, name, value, unit, meaning, *, reason="", bar=None):
            told[name] = reason

    money.record(Book(), None, "EUR 4.95 more per exposed unit; state a margin", 495.0)  # type: ignore[arg-type]
    assert told.pop("money.expected").startswith("EUR 4.95 more") and told.pop("money.per_unit")
    assert told and all(why.startswith("the study does not state") for why in told.values())
