"""Missing values: as many in each arm, and of units like the others? A metric is over the units that have a value."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.defaults import MISSING_SHARE, SRM_THRESHOLD
from helpers.experiment.arm_shares import after_holm
from helpers.experiment.caveats import Caveat
from helpers.experiment.missing_values import MissingValues, is_weighed, p_values, smallest
from helpers.experiment.trust.check import TrustCheck, TrustVerdict
from helpers.formatting import formatted, inside, listed, p_text

if TYPE_CHECKING:
    pass

FAMILY = "Missing values"
TROUBLE = "values that are missing in one arm more than in another"


def missing_by_metric(gaps: Sequence[MissingValues], study: Study) -> list[TrustCheck]:
    """The checks of every metric that lacks a value; each question's tests share the threshold by Holm over the metrics."""
    tests, several = zip(gaps, p_values(gaps), strict=True), len(gaps) > 1
    return [check for gap, found in tests for check in missing_values(gap, study, found, several=several)]


def missing_values(
    found: MissingValues, study: Study, shared: Sequence[float] = (), *, several: bool = False
) -> list[TrustCheck]:
    """As many missing values in each arm, which invalidates, and of units like the others, which warns.

    What a metric lost in one arm alone makes its arms other groups. What it lost alike in all arms but not by chance
    (buyers, say) leaves the comparison of like with like, of a group that is not everybody: the reader must know.
    Missing by the arm among units with the same primary outcome invalidates too, for opposite losses in two arms may
    be equal in number. A metric that the rule does not weigh bars no more than itself: it is not read, see
    :func:`~helpers.experiment.missing_values.unreadable`. ``shared`` are the p-values of the three questions where ``several`` metrics share the threshold.
    """
    label, checks = found.label, []
    by_arm, alike, related = shared or (found.by_arm.p_value, smallest(found.alike), smallest(found.outcome))
    if found.zeros:
        told = f"{found.zeros:,} empty values count as 0, as the study says (missing: zero)"
        checks.append(TrustCheck(f"Empty values of {label}", "Does an empty value mean zero?", told, family=FAMILY))
    if not sum(found.by_arm.hits):
        return checks
    numbers = " : ".join(f"{n:,}" for n in found.by_arm.hits)
    text = f"{numbers} units without a value, {found.by_arm.text}{after_holm(by_arm, shared=several)}"
    also = f", also among units alike in {inside(study.primary.label)}" if found.alike else ""
    hidden = not by_arm < SRM_THRESHOLD and alike < SRM_THRESHOLD
    if hidden:
        text += f"; missing otherwise in each arm among units alike in {inside(study.primary.label)}, {alike:.3g} after Holm"
    apart = hidden or by_arm < SRM_THRESHOLD
    alone = apart and not any(is_weighed(metric, study) for metric in found.metrics)
    checks.append(
        TrustCheck(
            f"Missing values of {label}",
            f"Are as many values missing in each arm{also}?",
            text,
            "warning" if alone else "failed" if apart else "passed",
            FAMILY,
            TROUBLE,
            alike if hidden else by_arm,
            _unread(found) if alone else None,
            short=label,
            shared=several or hidden,
            remedy=_mended(found, study) if apart and not alone else "",
        )
    )
    if found.outcome:
        checks.append(_like_the_others(found, study, related))
    return checks


def _mended(found: MissingValues, study: Study) -> str:
    """The one key that mends it where an empty value means nothing, and what is left where it does not."""
    unsaid = [metric.name for metric in found.metrics if study.when_missing(metric) != "zero"]
    if not unsaid:
        return ""
    return (
        f"where an empty value means that nothing happened, write `missing: zero` at {listed(unsaid)} in the study file; "
        "where it is not known, find why one arm lacks more of them, and run again"
    )


def _unread(found: MissingValues) -> Caveat:
    verb = "is" if len(found.metrics) == 1 else "are"
    return Caveat(
        f"unread_{found.metrics[0].name}",
        f"{_capital(found.label)} {verb} not read.",
        "Values are missing in one arm more than in another, so that the units with a value are other groups in each. The rule "
        "weighs no such secondary metric: all else stands.",
    )


def _like_the_others(found: MissingValues, study: Study, related: float) -> TrustCheck:
    """Whether the primary outcome goes with a missing value: over all arms, or in the arm that shows it most."""
    label, primary = found.label, study.primary
    most = min(range(len(found.outcome)), key=lambda i: _or_one(found.outcome[i].p_value))
    shown = found.outcome[most]
    had = "have" if primary.type in ("proportion", "retention") else "are above the median of"
    where = f" in {study.variants[most - 1].name}" if most else ""
    shares = [formatted(k / n, "share") if n else "none" for k, n in zip(shown.hits, shown.totals, strict=True)]
    text = (
        f"{shares[0]} of the units without a value{where} and {shares[1]} of the others {had} {inside(primary.label)}"
    )
    text += f", {p_text(related, adjusted=True)}" if math.isfinite(shown.p_value) else ", which cannot be tested"
    share = sum(found.by_arm.hits) / max(1, sum(found.by_arm.totals))
    verdict: TrustVerdict = "passed"
    caveat = None
    if related < SRM_THRESHOLD:
        verdict, caveat = "warning", _caveat(found, unlike=True)
    elif not study.is_unit_table and share > MISSING_SHARE:
        verdict, caveat = "warning", _caveat(found, unlike=False)
        text = f"{formatted(share, 'share')} of the units with the event lack its amount and are left out of the sum"
    return TrustCheck(
        f"Who lacks {label}",
        "Are the units without a value like the others?",
        text,
        verdict,
        FAMILY,
        "values that are missing for units of one outcome",
        related if math.isfinite(shown.p_value) else None,
        caveat,
        short=f"who lacks {label}",
        shared=True,
    )


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]


def _or_one(p_value: float) -> float:
    """A test that cannot be made shows nothing."""
    return 1.0 if math.isnan(p_value) else p_value


def _caveat(found: MissingValues, *, unlike: bool) -> Caveat:
    """What a value that many lack means: ``unlike`` where those who lack it are seen to be others than those who do not."""
    hits = sum(found.by_arm.hits)
    who = (
        "they are not like the others"
        if unlike
        else "whether they are like the others cannot be told from what is there"
    )
    return Caveat(
        f"missing_{found.metrics[0].name}",
        f"Not every unit has a value of {found.label}.",
        f"{hits:,} units have none, and {who}: what is told is of the units with a value, not of all. "
        "If an empty field means that nothing happened, write `missing: zero` at the metric in the study file.",
    )
