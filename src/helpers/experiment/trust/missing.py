"""Missing values: as many in each arm, and of units like the others? A metric is over the units that have a value."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config import Metric, Study
from helpers.defaults import MISSING_SHARE, SRM_THRESHOLD
from helpers.experiment.trust.check import Caveat, Counted, TrustCheck, TrustVerdict, after_holm, counted
from helpers.formatting import formatted, inside, p_text
from helpers.stats.multiplicity.corrections import adjust

if TYPE_CHECKING:
    import pandas as pd

FAMILY = "Missing values"
TROUBLE = "values that are missing in one arm more than in another"


@dataclass(frozen=True)
class MissingValues:
    """Units without a value, by arm and by the primary outcome.

    Attributes:
        metrics: that are of the same event and lack a value for the same units.
        by_arm: missing among the units that could have a value, control first.
        alike: the same among units with the primary outcome, and among those without it.
        outcome: units with the primary outcome among those without a value and among those with one, over all arms
            first and then arm by arm; empty for the primary metric, whose missing values leave nothing to compare.
        zeros: units whose empty value is counted as zero, because the study says so.
    """

    metrics: tuple[Metric, ...]
    by_arm: Counted
    alike: tuple[Counted, ...]
    outcome: tuple[Counted, ...]
    zeros: int

    @property
    def label(self) -> str:
        """Their names within a sentence; one in capitals keeps them."""
        return " and ".join(inside(metric.label) for metric in self.metrics)


def missing(values: "pd.DataFrame", study: Study) -> tuple[MissingValues, ...]:
    """Of every metric that lacks a value, or counts an empty one as zero; ``values`` is the query ``missing_values``."""
    import pandas as pd

    found: dict[tuple[object, ...], MissingValues] = {}
    for metric in study.metrics:
        part = values[values.metric == metric.name]
        zeros = int(part.zeros.sum())
        if not part.missing.sum() and not zeros:
            continue
        arms = [v.name for v in study.variants]
        counts = {
            (row.variant, None if pd.isna(row.is_high) else bool(row.is_high)): row
            for row in part.itertuples(index=False)
        }

        def told(arm: str, high: bool | None, counts: dict = counts) -> tuple[int, int]:  # type: ignore[type-arg]
            row = counts.get((arm, high))
            return (0, 0) if row is None else (int(row.missing), int(row.units))

        whole = [[sum(n) for n in zip(*(told(arm, high) for high in (True, False, None)), strict=True)] for arm in arms]
        by_arm = counted([m for m, _ in whole], [n for _, n in whole])
        alike: tuple[Counted, ...] = ()
        outcome: tuple[Counted, ...] = ()
        if metric.role != "primary":
            alike = tuple(
                counted([told(arm, high)[0] for arm in arms], [told(arm, high)[1] for arm in arms])
                for high in (True, False)
            )
            tables = []
            for arm in arms:
                (gone, of), (gone_low, of_low) = told(arm, True), told(arm, False)
                tables.append((gone, gone + gone_low, of - gone, of + of_low - gone - gone_low))
            pooled = tuple(sum(column) for column in zip(*tables, strict=True))
            outcome = tuple(counted([a, c], [b, d]) for a, b, c, d in (pooled, *tables))
        alone = metric.name if metric.role == "primary" else metric.event
        same = alone, by_arm.hits, by_arm.totals, zeros
        others = found[same].metrics if same in found else ()
        found[same] = MissingValues((*others, metric), by_arm, alike, outcome, zeros)
    return tuple(found.values())


def missing_by_metric(gaps: Sequence[MissingValues], study: Study) -> list[TrustCheck]:
    """The checks of every metric that lacks a value; each question's tests share the threshold by Holm over the metrics."""
    tests, several = zip(gaps, _p_values(gaps), strict=True), len(gaps) > 1
    return [check for gap, found in tests for check in missing_values(gap, study, found, several=several)]


def _p_values(gaps: Sequence[MissingValues]) -> list[tuple[float, ...]]:
    """Of every metric: by arm, by arm among units alike, and of units like the others, each shared over the metrics."""
    asked = (
        [gap.by_arm.p_value for gap in gaps],
        [_smallest(gap.alike) for gap in gaps],
        [_smallest(gap.outcome) for gap in gaps],
    )
    return list(zip(*map(_shared, asked), strict=True))


def missing_values(
    found: MissingValues, study: Study, shared: Sequence[float] = (), *, several: bool = False
) -> list[TrustCheck]:
    """As many missing values in each arm, which invalidates, and of units like the others, which warns.

    What a metric lost in one arm alone makes its arms other groups. What it lost alike in all arms but not by chance
    (buyers, say) leaves the comparison of like with like, of a group that is not everybody: the reader must know.
    Missing by the arm among units with the same primary outcome invalidates too, for opposite losses in two arms may
    be equal in number. A metric that the rule does not weigh bars no more than itself: it is not read, see
    :func:`unreadable`. ``shared`` are the p-values of the three questions where ``several`` metrics share the threshold.
    """
    label, checks = found.label, []
    by_arm, alike, related = shared or (found.by_arm.p_value, _smallest(found.alike), _smallest(found.outcome))
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
    alone = apart and not any(_weighed(metric, study) for metric in found.metrics)
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
        )
    )
    if found.outcome:
        checks.append(_like_the_others(found, study, related))
    return checks


def unreadable(values: "pd.DataFrame", study: Study) -> frozenset[str]:
    """Names of metrics whose values are missing by the arm and that the rule does not weigh: they alone are not read.

    ``values`` is the query ``missing_values``. Of a metric that the rule weighs the experiment is not read; where whole
    clusters were randomised the test is none, and warns.
    """
    if study.cluster is not None:
        return frozenset()
    gaps = missing(values, study)
    found = zip(gaps, _p_values(gaps), strict=True)
    apart = [gap for gap, (*by_arm, _) in found if any(p < SRM_THRESHOLD for p in by_arm)]
    alone = [gap for gap in apart if not any(_weighed(metric, study) for metric in gap.metrics)]
    return frozenset(metric.name for gap in alone for metric in gap.metrics)


def _weighed(metric: Metric, study: Study) -> bool:
    """Whether more rests on the metric than itself: the primary one, a guardrail, money, or a proxy and what it stands for."""
    by = study.surrogate
    proxies = (by.proxy, by.outcome, by.opportunity) if by else ()
    return metric.role != "secondary" or metric == study.revenue or metric.name in proxies


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
    had = "with" if primary.type in ("proportion", "retention") else "above the median of"
    where = f" in {study.variants[most - 1].name}" if most else ""
    shares = [formatted(k / n, "share") if n else "none" for k, n in zip(shown.hits, shown.totals, strict=True)]
    text = f"{had} {inside(primary.label)}: {shares[0]} of the units without a value{where}, {shares[1]} of the others"
    text += f", {p_text(related, adjusted=True)}" if math.isfinite(shown.p_value) else ", which cannot be tested"
    share = sum(found.by_arm.hits) / max(1, sum(found.by_arm.totals))
    verdict: TrustVerdict = "passed"
    caveat = None
    if related < SRM_THRESHOLD:
        verdict, caveat = "warning", _caveat(found, study)
    elif not study.is_unit_table and share > MISSING_SHARE:
        verdict, caveat = "warning", _caveat(found, study)
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


def _smallest(tests: tuple[Counted, ...]) -> float:
    """Smallest p-value after Holm; 1 where nothing can differ."""
    told = [t.p_value for t in tests if t.p_value == t.p_value]
    return min(adjust(told, "holm", alpha=SRM_THRESHOLD).adjusted) if told else 1.0


def _shared(p_values: Sequence[float]) -> tuple[float, ...]:
    return adjust(p_values, "holm", alpha=SRM_THRESHOLD).adjusted if p_values else ()


def _caveat(found: MissingValues, study: Study) -> Caveat:
    hits = sum(found.by_arm.hits)
    return Caveat(
        f"missing_{found.metrics[0].name}",
        f"Not every unit has a value of {found.label}.",
        f"{hits:,} units have none, and they are not like the others: what is told is of the units with a value, not of all. "
        "If an empty field means that nothing happened, write `missing: zero` at the metric in the study file.",
    )
