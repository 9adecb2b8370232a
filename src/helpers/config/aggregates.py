"""Where the data of a study come from whose rows nobody has: counts and sums of its arms, by day where there are days."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, model_validator

from helpers.config.base import ConfigError, Name
from helpers.config.columns import RawColumn
from helpers.config.data import Units

if TYPE_CHECKING:
    from helpers.config.study import Study


class Aggregates(Units):
    """A table with one row an arm, or an arm and day: how many units it has, and what these did, as a count or a sum.

    An outcome is how many units have it, and its metric a share of them. With a standard deviation beside it, it is a mean
    a unit; with a sum of squares, a sum; its metric is then a mean. A unit counts on one day only, that of its exposure.
    """

    source: Literal["aggregates"]  # type: ignore[assignment]
    """aggregates: counts and sums of each arm, for who has no rows"""
    deviations: dict[Name, RawColumn] = Field({})
    """Outcomes by name, each with the column of its standard deviation between units; the outcome's own column is then their mean"""
    squares: dict[Name, RawColumn] = Field({})
    """Outcomes by name, each with the column of its sum of squares over units; the outcome's own column is then their sum"""

    roles: ClassVar[tuple[str, ...]] = ("variant", "units", "event_time")
    unused: ClassVar[tuple[str, ...]] = ("shown", "before", "tolerate", "negative", "missing_codes")

    @model_validator(mode="after")
    def _counted(self) -> "Aggregates":
        for name in ("variant", "units"):
            if name not in self.columns:
                what = {"variant": "names the arm", "units": "counts the units of an arm"}[name]
                raise ConfigError(f"columns.{name}", "nothing", f"the column that {what}")
        if self.attributes:
            raise ConfigError(
                "columns", ", ".join(self.attributes), f"{', '.join(self.roles)}: counts of arms tell nothing else",
                remedy="map what the units did under data.outcomes",
            )  # fmt: skip
        for key in sorted(self.model_fields_set.intersection(self.unused)):
            raise ConfigError(key, key, "none of this: a table of counts has no rows of units", remedy=f"remove {key}")
        for key in ("deviations", "squares"):
            if strange := sorted(set(getattr(self, key)) - set(self.outcomes)):
                raise ConfigError(
                    key, strange[0], f"names of outcomes: {', '.join(self.outcomes)}", valid=self.outcomes
                )
        if both := sorted(set(self.deviations) & set(self.squares)):
            raise ConfigError("squares", both[0], "a standard deviation or a sum of squares, not both")
        return self

    def summed(self, outcome: str) -> bool:
        """Whether an outcome is a mean or a sum; else it is how many units have it."""
        return outcome in self.deviations or outcome in self.squares

    def check(self, study: "Study") -> None:
        """Counts suffice for shares of units, and sums with squares for means; what else a study may ask needs rows."""
        if study.mode == "offline":
            raise ConfigError("mode", "offline", "online: counts cannot be split anew")
        for key in ("cluster", "surrogate"):
            if getattr(study, key) is not None:
                raise _needs_rows(key, key)
        for i, metric in enumerate(study.metrics):
            told = metric.event or metric.type
            if metric.type not in ("proportion", "mean") or metric.measure == "count":
                raise _needs_rows(f"metrics.{i}.type", f"{metric.measure or ''} {metric.type} of {told}".strip())
            if self.summed(told) != (metric.type == "mean"):
                is_mean = metric.type == "mean"
                raise ConfigError(
                    f"metrics.{i}.type", metric.type,
                    f"{'proportion' if is_mean else 'mean with measure: sum'}, for {told} is {'how many units have it' if is_mean else 'a mean or a sum'}",
                    remedy=f"or name the column of its standard deviation: data.deviations.{told}" if is_mean else None,
                )  # fmt: skip
            for key in ("winsorize", "missing"):
                if getattr(metric, key) is not None:
                    raise _needs_rows(f"metrics.{i}.{key}", f"{key} of {metric.name}")


def _needs_rows(key: str, told: str) -> ConfigError:
    return ConfigError(key, told, "what counts and sums of the arms tell: shares of units, and means",
                       remedy="leave it out, or bring rows of units (data.source: units)")  # fmt: skip
