"""Missing values: as many in each arm, and of units like the others? A metric is over the units that have a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config import Metric, Study
from helpers.defaults import MISSING_SHARE, SRM_THRESHOLD
from helpers.experiment.results import Results
from helpers.experiment.trust.check import Caveat, Counted, TrustCheck, TrustVerdict, counted
from helpers.formatting import formatted
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
        return " and ".join(_inside(metric.label) for metric in self.metrics)


def missing(values: "pd.DataFrame", results: Results) -> tuple[MissingValues, ...]:
    """Of every metric that lacks a value, or counts an empty one as zero; ``values`` is the query ``missing_values``."""
    import pandas as pd

    study = results.study
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
    by_arm = _shared([gap.by_arm.p_value for gap in gaps])
    alike = _shared([_smallest(gap.alike) for gap in gaps])
    related = _shared([_smallest(gap.outcome) for gap in gaps])
    tests = zip(gaps, by_arm, alike, related, strict=True)
    return [check for gap, *p_values in tests for check in missing_values(gap, study, p_values)]


def missing_values(found: MissingValues, study: Study, shared: Sequence[float] = ()) -> list[TrustCheck]:
    """As many missing values in each arm, which invalidates, and of units like the others, which warns.

    What a metric lost in one arm alone makes its arms other groups. What it lost alike in all arms but not by chance
    (buyers, say) leaves the comparison of like with like, of a group that is not everybody: the reader must know.
    Missing by the arm among units with the same primary outcome invalidates too, for opposite losses in two arms may
    be equal in number. ``shared`` are the p-values of the three questions where metrics share the threshold.
    """
    label, checks = found.label, []
    by_arm, alike, related = shared or (found.by_arm.p_value, _smallest(found.alike), _smallest(found.outcome))
    if found.zeros:
        told = f"{found.zeros:,} empty values count as 0, as the study says (missing: zero)"
        checks.append(TrustCheck(f"Empty values of {label}", "Does an empty value mean zero?", told, family=FAMILY))
    if not sum(found.by_arm.hits):
        return checks
    numbers = " : ".join(f"{n:,}" for n in found.by_arm.hits)
    checks.append(
        TrustCheck(
            f"Missing values of {label}",
            "Are as many values missing in each arm?",
            f"{numbers} units without a value, {found.by_arm.text}",
            "failed" if by_arm < SRM_THRESHOLD else "passed",
            FAMILY,
            TROUBLE,
            by_arm,
            short=label,
        )
    )
    if found.outcome:
        checks.append(_like_the_others(found, study, alike, related))
    return checks


def _like_the_others(found: MissingValues, study: Study, by_arm: float, related: float) -> TrustCheck:
    label, primary = found.label, study.primary
    pooled = found.outcome[0]
    had = "with" if primary.type in ("proportion", "retention") else "above the median of"
    shares = [formatted(k / n, "share") if n else "none" for k, n in zip(pooled.hits, pooled.totals, strict=True)]
    text = f"{had} {_inside(primary.label)}: {shares[0]} of the units without a value, {shares[1]} of the others"
    share = sum(found.by_arm.hits) / max(1, sum(found.by_arm.totals))
    verdict: TrustVerdict = "passed"
    caveat = None
    if by_arm < SRM_THRESHOLD:
        verdict = "failed"
        text += f"; missing otherwise in each arm among units alike in it, p = {by_arm:.3g}"
    elif related < SRM_THRESHOLD:
        verdict, caveat = "warning", _caveat(found, study)
        text += f", p = {related:.3g}"
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
        min(by_arm, related),
        caveat,
        short=f"who lacks {label}",
    )


def _inside(label: str) -> str:
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


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
