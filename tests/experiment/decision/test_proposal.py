"""The options of a study: what they rest on, what is said, what is recorded."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from helpers.experiment.caveats import Caveat
from helpers.experiment.decision import options, proposal
from helpers.experiment.decision import value as roi
from helpers.experiment.decision.arms import StudyDecision
from helpers.experiment.decision.evidence import evidence
from helpers.experiment.decision.look import early_look
from helpers.experiment.decision.rule import Decision
from helpers.experiment.results import Results
from helpers.record import Number, Numbers
from helpers.report.topics import options as options_topic
from helpers.warehouse import query

GO = Decision("GO", "It works.", ())
EARLIER = Numbers({"design.detectable_now": Number(0.02, "relative", "fake", "+2.0 %")})


class Recorded:
    """A notebook that keeps what is recorded."""

    def __init__(self) -> None:
        self.numbers: dict[str, tuple] = {}

    def record(self, name, value, unit, description, *, reason="", bar=None):
        assert name not in self.numbers
        self.numbers[name] = (value, unit, reason)


def decided(results: Results, made: Decision) -> StudyDecision:
    """A decision, whatever the evidence of the study is."""
    return StudyDecision(evidence(results, (), {}), (made,), 0)


@pytest.fixture(scope="module")
def found(small_study):
    with query.connect(small_study.where.database) as con:
        results = Results(con, small_study.study)
        value, reason = roi.worth(small_study.study, results)
        proposed, reason = proposal.propose(small_study.study, results, decided(results, GO), value, reason, EARLIER)
        revenue = results.effect(small_study.study.metric("revenue_per_user"), as_is=True)
        weighed = decided(results, GO).weighed
    assert proposed is not None and value is not None and reason == ""
    return proposed, value, revenue, weighed


def test_options_rest_on_the_money_of_the_report(found, small_study):
    """The same traffic, margin, horizon and cost; belief is that of the risk, drawn towards no effect."""
    proposed, value, revenue, _ = found
    outlook, economics = proposed.compared.outlook, small_study.study.economics
    assert outlook.units_per_week * outlook.horizon_weeks == pytest.approx(value.units)
    total = outlook.units_per_week * outlook.horizon_weeks * outlook.value_per_unit
    assert total * revenue.effect.absolute == pytest.approx(value.point.gain)
    assert outlook.launch_cost + outlook.run_cost * outlook.horizon_weeks == pytest.approx(value.point.cost)
    assert abs(outlook.belief.mean) < abs(revenue.effect.absolute)
    assert outlook.belief is value.belief
    month = proposed.month
    assert month.point * economics.horizon_months == pytest.approx(value.point.gain)
    assert month.low < month.point < month.high


def test_every_option_is_shown_and_one_is_recommended(found, small_study):
    rows = options_topic.table(found[0].compared, "EUR")
    assert len(rows) == len(options.OPTIONS)
    assert sum(str(r["Verdict"]) == "worth most" for r in rows) == 1
    assert "2 weeks" in rows[1]["Option"]
    note = options_topic.note(small_study.study, found[0])
    assert "12 months" in note and "10 % chance that revenue falls" in note
    assert all(
        str(round(cents / 100))[-3:] in note
        for cents in (found[0].unwatched, found[0].compared.of(options.LAUNCH).expected_value)
    )


def test_the_talk_track_has_four_short_lists(found):
    talk = found[0].talk
    headings = [heading for _, heading, _ in talk.parts]
    proposed = "What we propose" if talk.agrees else "What money alone speaks for"
    assert headings == ["What we know", "What we do not know", proposed, "What would change our minds"]
    for _, _, sentences in talk.parts:
        assert 1 <= len(sentences) <= 3
        for sentence in sentences:
            assert sentence[0].isupper() and sentence.endswith(".") and len(sentence) < 260
            assert not re.search(r"nan|inf\b|None", sentence)
    assert ("+2.0 %" in " ".join(talk.unknown)) is (found[3].p_value > 0.05)
    assert "rule says GO" in " ".join(talk.propose)
    shipped = found[0].compared.recommended.option in (options.LAUNCH, options.STAGED)
    assert (talk.propose[0] == GO.recommendation) is shipped, "what is proposed first is what the first page says"
    assert len(options_topic.table_talk(talk)) == 4


@pytest.mark.parametrize("doubted", [True, False])
def test_of_a_doubted_interval_no_p_is_told_as_sure(found, small_study, doubted):
    caveat = Caveat(f"skew_{small_study.study.primary.name}" if doubted else "skew_other", "", "")
    told = proposal.talk_track(
        small_study.study,
        found[3],
        "",
        found[0].compared,
        found[0].month,
        "",
        doubted=caveat.doubts(small_study.study.primary.name),
    ).know[0]
    assert (proposal.DOUBTED in told) is doubted


@pytest.mark.parametrize("days", [7, 14])
def test_the_staged_rollout_that_is_weighed_is_told_apart_from_that_of_the_plan(found, small_study, days):
    stage = small_study.study.rollout[0].model_copy(update={"share": 0.1, "days": days})
    study = small_study.study.model_copy(update={"rollout": [stage]})
    assert ("stages of its own" in options_topic.note(study, found[0])) is (days == 7)


def test_a_bolder_option_is_named_with_its_price(found, small_study):
    """When the most valuable option passes the bound on harm, the talk track says what accepting it would mean."""
    proposed = found[0]
    tight = options.weigh(proposed.compared.outlook, max_chance_of_harm=0.0)
    talk = proposal.talk_track(small_study.study, found[3], "", tight, proposed.month, "+2.0 %", ["It is doubted."])
    assert "It is doubted." in talk.unknown
    assert tight.recommended.option is options.KEEP
    assert talk.propose[0].startswith("Keep the control: worth EUR 0")
    if max(a.expected_value for a in proposed.compared.appraisals) > 0:
        assert "Accepting a chance of" in talk.change[-1] and "lowers revenue" in talk.change[-1]


def test_what_is_recorded_and_what_is_told_when_nothing_can_be(found):
    there, missing = Recorded(), Recorded()
    options_topic.record(there, found[0], "")
    options_topic.record(missing, None, "the log is short")
    assert set(there.numbers) == set(missing.numbers)
    unknown = {name: reason for name, (value, _, reason) in there.numbers.items() if value is None}
    assert unknown == {"options.keep.keep_above": "nothing is looked at"}
    assert all(value is None and reason == "the log is short" for value, _, reason in missing.numbers.values())
    assert {name.split(".")[1] for name in there.numbers if name.count(".") == 2} == set(proposal.KEYS)


def test_no_options_where_there_is_no_effect_to_weigh(small_study):
    study = small_study.study
    with query.connect(small_study.where.database) as con:
        results = Results(con, study)
        invalid = Decision("INVALID", "A trust check failed.", ())
        assert proposal.propose(study, results, decided(results, invalid), None, "", EARLIER) == (
            None,
            "a trust check failed, so there is no effect to weigh options by",
        )
        nothing, reason = proposal.propose(study, results, decided(results, GO), None, "less than a week", EARLIER)
    assert nothing is None and "less than a week" in reason


@pytest.mark.parametrize(("verdict", "told"), [("GO", "stages of the plan"), ("ITERATE", "would override the rule")])
def test_a_launch_is_held_against_the_rule_and_the_plan(found, small_study, verdict, told):
    proposed = found[0]
    bold = options.weigh(proposed.compared.outlook, (options.LAUNCH,), max_chance_of_harm=1.0)
    made = Decision(verdict, "As it is.", ())
    said = proposal.beside_the_rule(bold.recommended, made, small_study.study, found[3])
    assert told in said and f"rule says {verdict}" in said


@pytest.mark.parametrize("days", [2, 5])
def test_the_power_of_an_early_look_is_that_of_its_level(found, small_study, days):
    """What these units find at the level of the look is larger than what they find at the full one, and is told with it."""
    study = small_study.study
    look = early_look(study, study.period.start + timedelta(days=days))
    assert look is not None
    with query.connect(small_study.where.database) as con:
        results = Results(con, study)
        least = proposal._detectable(results, look)
        full = proposal._detectable(results, replace(look, level=1 - study.decision.confidence))
    proposed = found[0]
    quiet = replace(found[3], p_value=0.4, look=look)
    talk = proposal.talk_track(study, quiet, "", proposed.compared, proposed.month, least)
    (said,) = [line for line in talk.unknown if "power" in line]
    assert f"p < {look.level:.2g}" in said
    if least:
        assert least in said and float(least.strip("+ %")) > float(full.strip("+ %"))


def test_nobody_proposes_what_the_rule_does_not_recommend(found):
    talk = found[0].talk
    assert talk.agrees == proposal.agreeing(found[0].compared.recommended.option, "GO")
    (other,) = [heading for key, heading, _ in replace(talk, agrees=False).parts if key == "propose"]
    assert other == "What money alone speaks for"
