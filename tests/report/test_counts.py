"""The answer to counts on a terminal: what it says, what it leaves unread, and what it marks as assumed."""

import re

import pytest

from helpers.config import Prior, Rule
from helpers.experiment.counts.compared import CountedArms, compared
from helpers.report.topics import counts
from helpers.stats import Mean, Proportion, Summary

WIN: dict[str, Summary] = {"control": Proportion(20_000, 6_000), "treatment": Proportion(20_000, 6_600)}
STATED = Rule(min_relative_uplift=0.02, prior=Prior(improve=0.3, harm=0.1, size=0.05))


def told(arms: dict[str, Summary], designed: str = "", **stated: object) -> str:
    sizes = [float(part) for part in designed.split(":")] if designed else [1.0] * len(arms)
    return counts.text(compared(CountedArms(arms, dict(zip(arms, sizes, strict=True)), **stated)), designed)  # type: ignore[arg-type]


def test_a_win_is_told_with_both_scales_p_risk_and_sizes():
    text = told(WIN)
    assert text.startswith("\nGO: The uplift of +10.0 % is significant (p < 0.0001)")
    for line in (
        "  arm         units  successes     rate",
        "  treatment  20,000      6,600  33.00 %",
        "  sample ratio: 20,000 : 20,000 where equal arms were designed, p = 1: passed",
        "    absolute: +3.00 points (95 % interval +2.09 to +3.91 points)",
        "    relative: +10.0 % (95 % interval +6.9 % to +13.2 %)",
    ):
        assert line in text.splitlines(), line
    assert "of no improvement (assumed: 20 % of such ideas help, 20 % harm, by 5 % typically)" in text


def test_what_nobody_stated_is_marked_and_what_was_stated_is_not():
    text = told(WIN)
    for option in ("--weights", "--prior", "--min-uplift"):
        assert f"    {option}" in text
    stated = told(WIN, "1:1", rule=STATED)
    assert (
        "  assumed: nothing" in stated and "(30 % of such ideas help" in stated and "where 1:1 was designed" in stated
    )


def test_of_arms_with_other_sizes_than_designed_nothing_is_told():
    text = told({"control": Proportion(20_000, 6_000), "treatment": Proportion(17_000, 5_700)})
    assert text.startswith(
        "\nINVALID: A trust check failed: Sample ratio of all units. Nothing of these counts is to be read"
    )
    assert "  treatment against control: not to be read" in text and "--weights 9:1" in text
    for shown in ("+11.8 %", "33.53 %", "30.00 %", "risk:", "absolute:"):
        assert shown not in text


def test_sizes_that_chance_seldom_makes_are_doubtful():
    text = told({"control": Proportion(20_000, 6_000), "treatment": Proportion(19_500, 6_450)})
    assert "p = 0.0119: doubtful; chance makes arms as uneven in 1.19 % of healthy tests" in text
    assert text.startswith("\nGO:")


def test_several_arms_share_the_level_and_each_has_its_verdict():
    arms = WIN | {"loud": Proportion(20_000, 5_400)}
    lines = told(arms).splitlines()
    assert lines[1].startswith("GO (treatment): The uplift of +10.0 %")
    assert sum("after Holm over 2 arms" in line for line in lines) == 2
    assert [line.split()[1] for line in lines if line.startswith("    verdict:")] == ["GO.", "KILL."]


def test_columns_that_say_nothing_are_named():
    asked = compared(CountedArms(WIN, dict.fromkeys(WIN, 1.0)))
    assert "  columns not read: rate, country\n" in counts.text(asked, "", ("rate", "country"))
    assert "columns not read" not in counts.text(asked)


def test_means_have_their_deviation_and_the_doubt_of_extreme_values():
    text = told(
        {"control": Mean.from_moments(10_000, 20.1, 900.0), "treatment": Mean.from_moments(10_000, 22.2, 900.0)}
    )
    assert (
        "  control    10,000                  30  20.10" in text
        and "absolute: +2.10 (95 % interval +1.27 to +2.93)" in text
    )
    assert "extreme values" in text and "extreme values" not in told(WIN)


@pytest.mark.parametrize("stated", [{"share_of_time": 0.5}, {"planned_units": 40_000}])
def test_how_far_a_test_had_come_is_asked_until_it_is_told(stated):
    assert "early looks" in told(WIN) and "early looks" not in told(WIN, **stated)
    for words in ("who saw what", "balance", "time", "independence", "python -m helpers new-study FILE"):
        assert words in told(WIN, **stated)


def test_an_early_iterate_says_when_to_look_again():
    text = told({"control": Proportion(10_000, 3_000), "treatment": Proportion(10_000, 3_180)}, share_of_time=0.25)
    assert text.startswith(
        "\nITERATE: Too early: it is read at 25 % of the time that it is to run; not met: significance at 25 %"
    )
    assert "Read it again when its time is over." in text


@pytest.mark.parametrize(
    ("arms", "note"),
    [
        ((Proportion(100, 0), Proportion(100, 0)), "no unit of either arm succeeded"),
        ((Proportion(1_000, 0), Proportion(1_000, 30)), "no success in the control"),
        ((Mean.from_moments(100, 5.0, 0.0), Mean.from_moments(100, 6.0, 0.0)), "no unit differs from another"),
        ((Mean.from_moments(100, 0.0, 1.0), Mean.from_moments(100, 1.0, 1.0)), "cannot be told from zero"),
    ],
)
def test_what_cannot_be_told_says_why(arms, note):
    text = told(dict(zip(("control", "treatment"), arms, strict=True)))
    assert note in text and "nan" not in text.lower() and "None" not in text
    assert "risk:     cannot be told" in text


def test_what_is_still_needed_is_told_in_units():
    """Sizes as statsmodels has them, within the half per cent that the score test's pooled variance makes."""
    from statsmodels.stats.power import NormalIndPower
    from statsmodels.stats.proportion import proportion_effectsize

    text = told({"control": Proportion(10_000, 3_000), "treatment": Proportion(10_000, 3_060)})
    units = int(
        re.search(r"To find a change of \+5.0 % in the rate with 80 % power takes ([\d,]+) units", text)[1].replace(
            ",", ""
        )
    )
    arm = NormalIndPower().solve_power(proportion_effectsize(0.315, 0.3), power=0.8, alpha=0.05)
    assert units == pytest.approx(2 * arm, rel=5e-3) and f"{units - 20_000:,} more." in text


def test_where_the_risk_alone_is_short_units_that_bring_it_down_are_told():
    arms: dict[str, Summary] = {"control": Proportion(25_000, 1_500), "treatment": Proportion(25_000, 1_680)}
    units = int(
        re.search(r"about ([\d,]+) units of control and treatment bring the risk", told(arms))[1].replace(",", "")
    )
    assert units > 50_000
    for times, verdict in ((1.01 * units / 50_000, "GO"), (0.98 * units / 50_000, "ITERATE")):
        n, x, y = (round(times * each) for each in (25_000, 1_500, 1_680))
        assert told({"control": Proportion(n, x), "treatment": Proportion(n, y)}).startswith(f"\n{verdict}:")


def test_no_number_of_units_is_promised_for_an_uplift():
    text = told({"control": Proportion(200_000, 60_000), "treatment": Proportion(200_000, 62_700)})
    assert "More units tell whether the uplift is +5.0 % or more" in text and "To find" not in text


def test_small_rates_keep_the_digits_that_tell_them_apart():
    text = told({"control": Proportion(1_000_000, 45), "treatment": Proportion(1_000_000, 80)})
    assert "45  0.0045 %" in text and "80  0.0080 %" in text and "absolute: +0.004 points" in text
