"""What a study says of its data must fit the rest of it: outcomes, facts, levels, amounts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.config.aggregates import Aggregates
from helpers.config.base import ConfigError
from helpers.config.data import EXPOSED, Units
from helpers.config.levels import LEAVE_OUT
from helpers.config.tables import ASSIGNED, Tables

if TYPE_CHECKING:
    from helpers.config.study import Study


def check_units(study: "Study", data: Units) -> None:
    """A unit table knows one moment of a unit, the outcomes after it, and what stood before."""
    if study.mode == "online" and "variant" not in data.columns:
        raise ConfigError(
            "data.columns.variant", "nothing", "the column that holds the variant, because mode is online"
        )
    check_levels(study, "variants", data.variants)
    check_levels(study, "shown", data.shown)
    if isinstance(data, Aggregates):
        data.check(study)
    if study.exposure != EXPOSED:
        raise ConfigError(
            "exposure", study.exposure, f"{EXPOSED}, the exposure of every unit table", remedy="leave it out"
        )
    if study.funnel.steps[0] != EXPOSED:
        raise ConfigError("funnel.steps", study.funnel.steps[0], f"{EXPOSED} as the first step")
    if study.leaving is not None:
        raise ConfigError("leaving", study.leaving.event, "none: a unit table does not tell when a unit left")
    if data.before and study.period.baseline is None:
        raise ConfigError(
            "period.baseline", "nothing", f"a moment before start: data.before holds {', '.join(data.before)}"
        )
    for i, metric in enumerate(study.metrics):
        if metric.type == "retention":
            raise ConfigError(
                f"metrics.{i}.type", "retention", "a proportion of an outcome: a unit table has one moment"
            )
        if metric.within_days:
            raise ConfigError(
                f"metrics.{i}.within_days", metric.within_days, "nothing: a unit table has one moment",
                remedy="remove within_days; the column holds what was counted",
            )  # fmt: skip
        strange = sorted(metric.events - set(data.outcomes))
        if strange:
            known = ", ".join(data.outcomes)
            raise ConfigError(f"metrics.{i}.event", strange[0], f"one of data.outcomes: {known}", valid=data.outcomes)
        if metric.covariate and metric.event not in data.before:
            raise ConfigError(f"metrics.{i}.covariate", "true", f"false, or data.before.{metric.event}")


def check_tables(study: "Study", data: Tables) -> None:
    """Assignments say who was treated, and metrics are of the tables of facts."""
    if study.mode != "online":
        raise ConfigError("mode", study.mode, "online: the assignments say who was treated")
    if study.tracking_plan is not None:
        raise ConfigError("tracking_plan", study.tracking_plan, "none: the tables say what each event carries")
    known = [ASSIGNED, *data.facts]
    named = [
        ("exposure", study.exposure),
        *((f"funnel.steps.{i}", step) for i, step in enumerate(study.funnel.steps)),
    ]
    named += [(f"metrics.{i}.event", e) for i, metric in enumerate(study.metrics) for e in sorted(metric.events)]
    named += [("leaving.event", study.leaving.event)] if study.leaving else []
    for key, event in named:
        if event not in known:
            raise ConfigError(key, event, f"one of data.facts: {', '.join(data.facts)}, or {ASSIGNED}", valid=known)
    for i, metric in enumerate(study.metrics):
        if metric.measure == "sum" and metric.event in data.facts and "price" not in data.facts[metric.event].columns:
            raise ConfigError(
                f"metrics.{i}.measure", "sum", f"count, or data.facts.{metric.event}.columns.price, which is summed"
            )


def check_levels(study: "Study", key: str, levels: dict[str, str]) -> None:
    """Every level means a variant, and every variant has a level, where levels are mapped at all."""
    names = [v.name for v in study.variants]
    if LEAVE_OUT in names:
        raise ConfigError("variants", LEAVE_OUT, "another name: it says that the rows of a level are left out")
    strange = [name for name in levels.values() if name not in (*names, LEAVE_OUT)]
    if strange:
        raise ConfigError(f"data.{key}", ", ".join(strange), f"names of variants: {', '.join(names)}", valid=names)
    without = [name for name in names if levels and name not in levels.values()]
    if without:
        raise ConfigError(f"data.{key}", ", ".join(levels), f"a level for each variant; none for {', '.join(without)}")


def check_amounts(study: "Study") -> None:
    """What an event's amount is must be told by all metrics that sum it alike."""
    told: dict[str, str] = {}
    for event, unit in summed(study):
        known = told.setdefault(event, unit)
        if known != unit:
            units = " and as ".join({"money": "money", "count": "a count"}.get(u, u) for u in (known, unit))
            counted = "; in a table of units what is counted or divided by is a count" * ("count" in (known, unit))
            raise ConfigError(
                "metrics", f"'{event}' summed as {units}", f"one unit for the amount of an event{counted}"
            )


def summed(study: "Study") -> Iterator[tuple[str, str]]:
    """Each event whose amounts a metric sums, with what they are; in a table of units a column says how often."""
    for metric in study.metrics:
        if metric.event and metric.measure == "sum":
            yield metric.event, metric.unit
        if study.is_unit_table and metric.event and metric.measure == "count":
            yield metric.event, "count"
        if study.is_unit_table and metric.per and metric.per != "count":
            yield metric.per, "count"


def check_watched(study: "Study") -> None:
    """What is watched is a metric of the study, or nothing that its data hold."""
    names = [m.name for m in study.metrics]
    for i, each in enumerate(study.monitoring.watched if study.monitoring else ()):
        key = f"monitoring.watched.{i}"
        if each.metric is not None and each.metric not in names:
            raise ConfigError(f"{key}.metric", each.metric, f"one of the metrics: {', '.join(names)}", valid=names)
        kind = "no metric" if each.metric is None else f"a {study.metric(each.metric).type}"
        if each.without and (each.metric is None or study.metric(each.metric).type not in ("proportion", "retention")):
            raise ConfigError(f"{key}.without", f"true of {kind}", "it of a share of units, such as a proportion")


def check_surrogate(study: "Study") -> None:
    """A proxy and an outcome are two metrics of a kind that can stand for one another."""
    if study.surrogate is None:
        return
    sums = [m.name for m in study.metrics if m.type in ("proportion", "mean")]
    ratios = [m.name for m in study.metrics if m.type == "ratio"]
    for key, kinds, valid in (
        ("proxy", "proportions and means", sums),
        ("outcome", "proportions and means", sums),
        ("opportunity", "ratios", ratios),
    ):
        named = getattr(study.surrogate, key)
        if named is not None and named not in valid:
            known = ", ".join(valid) or "there are none"
            raise ConfigError(f"surrogate.{key}", named, f"one of the {kinds}: {known}", valid=valid)
    if study.surrogate.proxy == study.surrogate.outcome:
        raise ConfigError("surrogate.outcome", study.surrogate.outcome, "another metric than the proxy")
