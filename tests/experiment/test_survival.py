"""How long units stay: what a curve says of a day, and what a report shows of it or says instead."""

from types import SimpleNamespace

import numpy as np
import pytest

from helpers.experiment.survival import Survival
from helpers.report import optional as sections
from helpers.report.figures.survival import staying
from helpers.report.notebook import Notebook
from helpers.report.topics import survival
from helpers.report.topics import survival as survival_topic
from helpers.stats import Lifetimes, compare_restricted_means, kaplan_meier, log_rank


def kept(treated_days: tuple[float, ...] = (2.5, 8.5, 12.5)) -> Survival:
    arms = {
        "control": Lifetimes(np.array([2.5, 6.5, 12.5]), np.array([1, 1, 0]), np.array([300, 100, 600])),
        "treatment": Lifetimes(np.array(treated_days), np.array([1, 1, 0]), np.array([100, 100, 800])),
    }
    control, treatment = arms.values()
    return Survival(
        {name: kaplan_meier(arm) for name, arm in arms.items()}, log_rank(control, treatment),
        compare_restricted_means(control, treatment, 10), 10.0, dict.fromkeys(arms, 1000),
        {"control": 400, "treatment": 200},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "share", "watched"), [(0, 1, 1_000), (2.5, 0.7, 1_000), (2.6, 0.7, 700), (10, 0.6, 600)]
)
def test_a_day_between_two_steps_has_the_share_of_the_last_one(day: float, share: float, watched: int) -> None:
    found = kept().on("control", day)
    assert found.share == pytest.approx(share)
    assert found.watched == watched
    assert found.low <= found.share <= found.high


def test_the_figure_says_who_stays_longer_and_how_many_are_watched() -> None:
    figure = staying(kept())
    assert (
        "treatment stays 1." in figure.layout.meta["finding"] and "longer than control" in figure.layout.meta["finding"]
    )
    named = [label.text.partition("</span> ")[2] for label in figure.layout.annotations]
    assert named == ["control: 60 %", "treatment: 80 %"]
    assert figure.layout.xaxis.ticktext[-1] == "10<br>600<br>800"
    low, high, middle = (np.array(line.y) for line in figure.data[:3])
    assert (low <= middle).all() and (middle <= high).all()
    assert max(figure.data[0].x) == 10


def test_a_difference_that_chance_explains_is_not_a_finding() -> None:
    found = kept()
    same = Survival(found.curves, found.test, compare_restricted_means(*[Lifetimes([5, 12], [1, 0], [50, 50])] * 2, 10),
                    10.0, found.units, found.left)  # fmt: skip
    assert "Neither control nor treatment is shown to stay longer" in staying(same).layout.meta["finding"]


def test_the_table_has_a_row_an_arm() -> None:
    rows = survival_topic.table(kept())
    assert [row["Still there on day 10"] for row in rows] == ["60 %", "80 %"]
    assert [row["Seen to leave"] for row in rows] == ["400", "200"]


def test_a_study_without_a_leaving_event_says_so_and_records_nothing() -> None:
    nb = Notebook("studies/cart_checkout.yml", "05_ab_results")
    survival.record(nb, None)
    assert "names no event by which a unit leaves" in repr(sections.survival(nb, None))
    assert sections.survival_table(nb, None) is None


def test_the_numbers_are_recorded_by_arm_whatever_its_name() -> None:
    numbers: dict[str, object] = {}
    nb = SimpleNamespace(record=lambda name, value, unit, description, reason="": numbers.update({name: value}))
    survival.record(nb, kept())  # type: ignore[arg-type]
    assert numbers["survival.control.still_there"] == pytest.approx(0.6)
    assert numbers["survival.treatment.left"] == 200
    assert numbers["survival.gain"] > 0
