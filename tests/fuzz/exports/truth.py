"""What is true of a generated export: its unit, its arms, its control, and the value of each sensible primary metric."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Goal:
    """A metric that may be the primary: ``means`` of the units by arm, of a log counted from the exposure on."""

    kind: str
    means: dict[str, float]


@dataclass(frozen=True)
class Truth:
    """What an analyst who knows the file would say of it.

    ``alike`` are other columns that name the same persons, row by row. ``variants`` are the columns that tell the arms alike, ``units`` the units of each arm by its level, ``control`` a level, None
    where nothing in the file tells it. ``goals`` are columns of a unit table or events of a log, with the amounts of a log by
    the name of their column. ``experiment`` is the one of several that is meant.
    """

    shape: str
    unit: str
    variants: frozenset[str] = frozenset()
    units: dict[str, int] = field(default_factory=dict)
    control: str | None = None
    goals: dict[str, Goal] = field(default_factory=dict)
    event: str = ""
    exposure: str = ""
    time: str = ""
    cluster: str = ""
    experiment: str = ""
    experiment_column: str = ""
    asks: frozenset[str] = frozenset()
    first_level: str = ""
    alike: frozenset[str] = frozenset()

    @property
    def silent(self) -> bool:
        """Whether nothing in the file tells the control."""
        return bool(self.units) and self.control is None

    @property
    def is_log(self) -> bool:
        return self.shape.startswith("log")

    def answer(self, option: str) -> object:
        """What somebody who knows the file answers to an option; None where the option is of no use."""
        main = next(iter(self.goals), None)
        return {
            "unit": self.unit, "variant": next(iter(sorted(self.variants)), None), "control": self.control or self.first_level,
            "event": self.event, "exposure": self.exposure, "time": self.time, "cluster": self.cluster, "experiment": self.experiment,
            "primary": main, "outcome": (main,) if main else None,
        }.get(option) or None  # fmt: skip
