"""What nobody asked is not zero: numbers of a report that no data tell are absent, each with its reason."""

from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest

from helpers import config
from helpers.experiment.funnel import Bypass, FunnelCounts, FunnelStep
from helpers.experiment.segments import SegmentRate
from helpers.experiment.trust import Trust, TrustCheck, counted
from helpers.experiment.trust.timing import Maturity
from helpers.paths import StudyPaths
from helpers.record import Numbers, Recorder
from helpers.report.figures import experiment as figures
from helpers.report.topics import effects, funnel, segments, trust
from helpers.stats import Proportion, compare
from helpers.stats.binomial import binomial_interval
from helpers.stats.checks.daily_effects import DailyEffects
from helpers.stats.checks.novelty import novelty
from helpers.stats.summaries.clusters import IntraclusterCorrelation
from tests.gauntlet.case import Case
from tests.gauntlet.planted import study

LOG = config.load("studies/cart_checkout.yml")
TABLE = study(Case("absent", "a table", {"control": [10, 5], "treatment": [10, 5]}))
COUNTED = {
    "Immature units": ("immature_units", "immature_share", "usual_hours"),
    "Outcomes before exposure": ("early_units",),
    "Sentinel values": ("sentinels",),
    "Clustered units": ("sharing_units", "design_effect"),
}
"""Checks, and the numbers that they count."""


def book(of: object) -> SimpleNamespace:
    """A notebook that keeps its numbers and nothing else."""
    kept = Recorder(StudyPaths("absent", Path("nowhere")), "05_ab_results", "EUR")
    return SimpleNamespace(study=of, record=kept.record, kept=kept)


def numbers(nb: SimpleNamespace) -> Numbers:
    return nb.kept.numbers


@pytest.mark.parametrize("seed", range(40))
def test_what_a_check_counts_is_absent_where_it_was_not_asked_and_a_number_where_it_was(seed):
    rng = np.random.default_rng(seed)
    asked = {name: bool(rng.integers(2)) for name in COUNTED}
    told = bool(rng.integers(2))  # enough of the earlier units had the outcome
    checks = [
        TrustCheck(name, "Is it?", f"{name} found" if made else f"cannot be told: no column for {name}",
                   "passed" if made else "not asked")
        for name, made in asked.items()
    ]  # fmt: skip
    found = Trust(
        tuple(c for c in checks if c.passed), tuple(c for c in checks if not c.passed),
        Maturity(30 if told else None, 400, 70 if told else 0, 1_000, None),
        {"bought": counted((3, 4), (500, 500))}, (), 12, IntraclusterCorrelation(0.1, 2.0, 1.1), (), {}, (), None, None,
    )  # fmt: skip
    nb = book(LOG)
    trust.record(nb, found)
    for check, names in COUNTED.items():
        for name in names:
            number = numbers(nb)[f"trust.{name}"]
            known = asked[check] and (told or check != "Immature units")
            assert (number.value is not None) is known, name
            reason = f"no column for {check}" if not asked[check] else f"{check} found"
            assert known or (number.reason == reason and reason in number.description)


@pytest.mark.parametrize("of", [LOG, TABLE], ids=["log", "table"])
def test_a_table_tells_nobody_beside_a_path_that_it_does_not_tell(of):
    steps = tuple(
        FunnelStep(i, event, False, 900, 900, n, 0, binomial_interval(n, 900), lost)
        for i, (event, n, lost) in enumerate([(of.funnel.steps[0], 900, 0.0), (of.funnel.steps[-1], 300, 600.0)], 1)
    )
    nb = book(of)
    with mock.patch.object(funnel, "diagnosed", lambda funnels: funnels[0]):
        funnel.record(nb, [FunnelCounts("strict", "all", steps)], Bypass(300, 0, 0, 0))
    names = ("bottleneck_lost", "buyers_without_exposure", "buyers_without_entry", "buyers_before_entry")
    for name in names:
        number = numbers(nb)[f"funnel.{name}"]
        assert (number.value is None) is (of is TABLE) is bool(number.reason), name
    assert numbers(nb).value("funnel.buyers") == 300


@pytest.mark.parametrize("seed", range(12))
def test_what_the_effect_is_over_the_last_days_is_of_these_days_or_absent(seed):
    """Days of a share that fades, of some of which nobody has it: what is left of those was chosen by the outcome."""
    rng = np.random.default_rng(seed)
    days, empty = int(rng.integers(5, 20)), int(rng.integers(0, 3)) * (seed % 2)
    lifts = np.linspace(0.3, 0.0, days)
    arms = {
        float(d): (Proportion(2_000, 400), Proportion(2_000, int(400 * (1 + lift)))) for d, lift in enumerate(lifts)
    }
    arms |= {float(d): (Proportion(2_000, 0),) * 2 for d in rng.choice(days, empty, replace=False)}
    trend = novelty(DailyEffects.independent(arms))
    nb = book(TABLE)
    effects.record_differences(nb, {}, trend)
    late = [numbers(nb)[f"novelty.long_run{end}"] for end in ("", "_low", "_high")]
    found = [
        SimpleNamespace(level=str(int(d)), metric=TABLE.primary, effect=compare(*pair), variant="treatment") for d, pair in arms.items()
    ]  # fmt: skip
    title = figures.by_day(found, trend, TABLE).layout.meta["finding"]
    if empty:
        assert [number.value for number in late] == [None] * 3 and f"{empty} day" in late[0].reason
        assert "it is" not in title
        return
    last = min(days, 7)
    assert f"days {days - last} to {days - 1} of" in late[0].description
    mean = np.mean([t.successes / t.n - c.successes / c.n for c, t in list(arms.values())[-last:]])
    assert late[0].value == pytest.approx(mean, abs=2e-3) and late[1].value < mean < late[2].value
    assert (f", in the last {last} it is {late[0].text}" in title) is (last < days)


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_nobody_carries_a_loss_where_fewer_are_to_convert(better):
    asked = TABLE.model_copy(
        update={"metrics": [TABLE.primary.model_copy(update={"better": better})], "segments": ["land"]}
    )
    groups = [
        SegmentRate("land", name, 1_000, binomial_interval(k, 1_000), float(200 - k))
        for name, k in (("DE", 150), ("NL", 200))
    ]
    nb = book(asked)
    segments.record(nb, groups, [])
    told = [numbers(nb)[f"segments.{name}"].value for name in ("worst", "worst_rate", "worst_missing")]
    assert told == ([None] * 3 if better == "lower" else ["DE (land)", 0.15, 50.0])
    assert ("DE (land)" in segments.text(groups, [], asked)) is (better == "higher")
