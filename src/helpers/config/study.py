"""A study: the parts of its file, and what must hold between them."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from helpers import defaults
from helpers.config.aggregates import Aggregates
from helpers.config.assumed import MONEY, WEIGHED, WEIGHTS, assumes, check_paths, direction_of, is_made_up
from helpers.config.base import ConfigError, Name, Named, check_file_name
from helpers.config.consistent import (
    check_amounts,
    check_levels,
    check_surrogate,
    check_tables,
    check_units,
    check_watched,
    summed,
)
from helpers.config.data import EXPOSED, WORLDS, Log, Simulation, Units
from helpers.config.descriptive import MODE, check_lifetime, filled
from helpers.config.design import (
    Design,
    ExternalEvent,
    Funnel,
    Injection,
    Leaving,
    Lifetime,
    Metric,
    Period,
    Surrogate,
    Variant,
)
from helpers.config.launch import Economics, Milestone, Monitoring, Rule, Stage
from helpers.config.reserved import OF_SQL, OF_THE_MARTS
from helpers.config.tables import ASSIGNED, AssignmentTable, Tables


class Study(Named):
    """One experiment, from the question to the rollout."""

    name: Name
    """Name of the study and of its file, data and report folders"""
    title: str
    """What the report is called"""
    question: str
    """The question the report answers, as a reader would ask it"""
    hypothesis: str
    """If this is changed, then that happens, because of this"""
    change: str
    """What the treated get to see"""
    mode: Literal["offline", "online", "descriptive"]
    """offline: nobody was treated, an uplift is planted; online: the log shows who was treated; descriptive: no experiment, what is there is described and a test planned"""
    salt: str = Field(min_length=4)
    """Text that seeds the split; another salt gives another, unrelated split"""
    data: Simulation | Log | Units | Tables | Aggregates = Field(discriminator="source")
    """Where the log comes from"""
    tracking_plan: Name | None
    """Name of the file in tracking_plans that says what each event must carry"""
    period: Period
    """When the log begins and when the experiment runs; UTC"""
    variants: list[Variant] = Field(min_length=2)
    """The arms; the first one is the control"""
    exposure: Name
    """The event from which on the change can touch a unit; outcomes count from then on"""
    funnel: Funnel
    """The way whose losses are looked at"""
    segments: list[Name] = Field([])
    """Attributes by which the funnel and the effect are cut; exploratory"""
    cluster: Name | None = None
    """The attribute whose levels were randomised whole, such as city, store or account; none where each unit was by itself"""
    independent: str = ""
    """Why units are independent although an attribute tells their variant, in a sentence"""
    min_segment: int = Field(defaults.MIN_SEGMENT, ge=2)
    """Segments with fewer units are pooled into other, so that nobody can be recognised"""
    injection: Injection | None = None
    """The uplift that is planted in an offline study"""
    metrics: list[Metric] = Field(min_length=1)
    """What is measured on each unit; exactly one is primary"""
    leaving: Leaving | None = None
    """The event by which a unit leaves for good"""
    lifetime: Lifetime | None = None
    """How long units of a table have been there and whether they have gone, where nothing is compared"""
    surrogate: Surrogate | None = None
    """An early proxy and the outcome it is to stand for"""
    design: Design
    """What the experiment is planned for"""
    decision: Rule
    """The rule for GO, ITERATE and KILL, written down before anybody looks"""
    economics: Economics
    """What the change earns and costs"""
    rollout: list[Stage] = Field(min_length=1)
    """The stages by which it ships"""
    milestones: list[Milestone] = Field(min_length=1)
    """What must be true at which time, and what says that it is not"""
    monitoring: Monitoring | None = None
    """What is watched after the launch"""
    limits: list[str] = Field([])
    """What the study cannot say, in sentences"""
    external_events: list[ExternalEvent] = Field([])
    """What happened outside that may have moved the outcome: marked on every time axis"""
    assumed: list[str] = Field([])
    """Paths of keys whose values nobody stated, such as economics.contribution_margin or metrics.NAME.better: told as assumptions"""

    @model_validator(mode="before")
    @classmethod
    def _of_no_experiment(cls, raw: Any) -> Any:
        """A study that describes leaves out what compares."""
        return filled(raw) if isinstance(raw, dict) else raw

    @model_validator(mode="before")
    @classmethod
    def _of_a_query(cls, raw: Any) -> Any:
        """What the rows of a query are is told as of any other table."""
        if isinstance(raw, dict) and isinstance(raw.get("data"), dict) and raw["data"].get("source") == "sql":
            raise ConfigError("data.source", "sql", "what a row of the query is: log, units or aggregates",
                              remedy="name the query by data.path: FILE.sql, and its database by data.database")  # fmt: skip
        return raw

    @model_validator(mode="before")
    @classmethod
    def _of_units(cls, raw: Any) -> Any:
        """Tables of units need no tracking plan, and their path is from the exposure to the outcome of the primary metric."""
        source = raw["data"].get("source") if isinstance(raw, dict) and isinstance(raw.get("data"), dict) else None
        if source not in ("units", "tables", "aggregates"):
            return raw
        enters, key = (ASSIGNED, "facts") if source == "tables" else (EXPOSED, "outcomes")
        found = raw.get("metrics")
        metrics = [m for m in found if isinstance(m, dict)] if isinstance(found, list) else []
        outcomes = raw["data"].get(key)
        named = [m.get("event") for m in metrics if m.get("role") == "primary"]
        named += list(outcomes) if isinstance(outcomes, dict) else []
        last = next((event for event in named if event), enters)
        return {"tracking_plan": None, "exposure": enters, "funnel": {"steps": [enters, last]}} | raw

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for key in ("name", "tracking_plan"):
            check_file_name(key, getattr(self, key) or "")
        total = sum(v.weight for v in self.variants)
        if abs(total - 1) > 1e-9:
            weights = " + ".join(f"{v.weight:g}" for v in self.variants)
            raise ConfigError("variants", f"weights {weights} = {total:.6g}", "weights that add up to 1")
        for what, names in (("variants", self.variants), ("metrics", self.metrics)):
            seen = [x.name for x in names]
            if len(set(seen)) < len(seen):
                raise ConfigError(what, f"the names {', '.join(seen)}", "names that differ")
        primary = [m.name for m in self.metrics if m.role == "primary"]
        if len(primary) != 1:
            raise ConfigError(
                "metrics", f"primary: {', '.join(primary) or 'none'}", "exactly one metric with role: primary"
            )
        if isinstance(self.data, Tables):
            check_tables(self, self.data)
        self._check_injection()
        if self.exposure not in self.funnel.steps:
            steps = self.funnel.steps
            raise ConfigError("exposure", self.exposure, f"one of funnel.steps: {', '.join(steps)}", valid=steps)
        if self.leaving is not None and self.leaving.horizon_days >= self.period.experiment_days:
            raise ConfigError(
                "leaving.horizon_days",
                f"{self.leaving.horizon_days:g}",
                f"less than the {self.period.experiment_days:g} days of the experiment",
            )
        check_surrogate(self)
        check_watched(self)
        means = [m.name for m in self.metrics if m.type == "mean" and m.better == "higher"]
        if self.economics.revenue_metric is not None and self.economics.revenue_metric not in means:
            raise ConfigError(
                "economics.revenue_metric",
                self.economics.revenue_metric,
                f"one of the mean metrics of which more is better, for a cost is no revenue: {', '.join(means) or 'there are none'}",
                remedy=None if means else "leave it out: the study then says nothing about money",
                valid=means,
            )
        compared = [m.name for m in self.metrics if m.covariate]
        if self.period.baseline is None and compared:
            raise ConfigError(
                "period.baseline", "nothing", f"a moment before start: {', '.join(compared)} has covariate: true"
            )
        check_paths(type(self), self.assumed, [m.name for m in self.metrics])
        check_amounts(self)
        self._check_windows()
        check_lifetime(self.lifetime, self.data, self.mode)
        if isinstance(self.data, Units):
            check_units(self, self.data)
        elif isinstance(self.data, Log):
            check_levels(self, "variants", self.data.variants)
        if not isinstance(self.data, Units | Tables) and self.tracking_plan is None:
            raise ConfigError("tracking_plan", "nothing", "the name of a plan in studies/tracking_plans")
        if isinstance(self.data, Simulation):
            columns, where = list(WORLDS[self.data.world].segments), f"of the simulated {self.data.world}"
        else:
            mapped = self.data.attributes if isinstance(self.data, Units) else self.data.columns
            columns, where = list(mapped), "mapped in data.columns"
        taken = [name for name in self.segments if name in OF_THE_MARTS | OF_SQL]
        if taken:
            raise ConfigError("segments", ", ".join(taken), "other names: the models keep these for their own columns and SQL",
                        remedy=f"call it {taken[0]}_level, here and in data.columns")  # fmt: skip
        unmapped = [name for name in self.segments if name not in columns]
        if unmapped:
            raise ConfigError("segments", ", ".join(unmapped), f"names {where}: {', '.join(columns)}", valid=columns)
        if self.cluster is not None:
            self._check_cluster(self.cluster, columns, where)
        return self

    def _check_cluster(self, cluster: str, columns: list[str], where: str) -> None:
        """What was randomised whole is an attribute that the log shows, beside a variant that it shows."""
        if cluster in OF_THE_MARTS | OF_SQL or cluster not in columns:
            raise ConfigError(
                "cluster", cluster, f"a name {where}: {', '.join(columns) or 'there are none'}", valid=columns
            )
        if self.mode == "offline":
            raise ConfigError("cluster", cluster, "none: an offline study assigns each unit by itself")
        if self.independent:
            raise ConfigError("independent", self.independent, "nothing beside cluster: the units of a cluster are not")
        if self.surrogate is not None:
            raise ConfigError(
                "surrogate", self.surrogate.proxy, "none beside cluster: it is judged on independent units"
            )

    def _check_windows(self) -> None:
        """A window must end before the experiment does for somebody, and an event with nothing to sum has no gap."""
        for i, metric in enumerate(self.metrics):
            key = f"metrics.{i}.{'to_day' if metric.type == 'retention' else 'within_days'}"
            if metric.days and metric.days > self.period.experiment_days and not self.is_unit_table:
                days = self.period.experiment_days
                raise ConfigError(key, metric.days, f"at most the {days:g} days of the experiment")
            if metric.missing and metric.measure != "sum" and not self.is_unit_table:
                raise ConfigError(
                    f"metrics.{i}.missing", metric.missing, "nothing: an event of a log has happened, whatever its amount",
                    remedy="remove missing",
                )  # fmt: skip

    def _check_injection(self) -> None:
        injection = self.injection
        if self.mode == "online" and injection is not None:
            raise ConfigError("injection", "an injection in an online study", "none, the log shows who was treated")
        if self.mode == "offline" and injection is None:
            raise ConfigError("injection", "nothing", "the uplift to plant, because mode is offline")
        if injection is None:
            return
        if injection.by and injection.by not in self.segments:
            known = ", ".join(self.segments) or "there are none"
            raise ConfigError("injection.by", injection.by, f"one of the segments: {known}", valid=self.segments)
        if not injection.by and set(injection.relative_uplift) != {"all"}:
            raise ConfigError(
                "injection.relative_uplift",
                ", ".join(injection.relative_uplift) or "nothing",
                "all, because injection.by names no segment",
            )
        outcomes = list(dict.fromkeys([*self.funnel.steps[1:], *(m.event for m in self.metrics if m.event)]))
        if injection.event not in outcomes:
            raise ConfigError("injection.event", injection.event, f"one of {', '.join(outcomes)}", valid=outcomes)

    def assumes(self, path: str) -> bool:
        """Whether nobody stated the key at a path: it was left out, is listed as assumed, or holds a text that was made up."""
        return assumes(self, self.assumed, path) or is_made_up(self, path)

    def is_undirected(self, metric: Metric) -> bool:
        """Whether nobody stated which way a metric is better: what it does is told, and not whether that is good."""
        return direction_of(metric.name) in self.assumed

    @property
    def is_weighed_by_guess(self) -> bool:
        """Whether nobody stated how large the arms were meant to be."""
        return WEIGHTS in self.assumed

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Paths of the values that the report reckons with and nobody stated; of a plan only one that is there."""
        needless = set(MONEY) if self.economics.revenue_metric is None else set()
        if self.design.planned_units is None:
            needless.add("design.planned_units")
        return tuple(path for path in WEIGHED if path not in needless and self.assumes(path))

    @property
    def described(self) -> list[str]:
        """Attributes that the marts keep of a unit: its segments, and what it was randomised with."""
        return list(dict.fromkeys([*self.segments, *filter(None, [self.cluster])]))

    @property
    def randomised(self) -> str:
        """What was assigned to the arms, in one word: units, or the clusters that hold them."""
        return "units" if self.cluster is None else "clusters"

    @property
    def is_descriptive(self) -> bool:
        """True where nothing is compared: the data are described, and a test is planned."""
        return self.mode == MODE

    @property
    def is_hashed(self) -> bool:
        """True where no log says who got what, so that the project itself splits the units by a salted hash."""
        return self.mode != "online"

    @property
    def control(self) -> Variant:
        return self.variants[0]

    @property
    def treatments(self) -> list[Variant]:
        return self.variants[1:]

    def called(self, variant: Variant) -> str:
        """A variant by its name, with the word by which the data know it where that is another one.

        >>> from helpers import config
        >>> study = config.load("studies/cookie_cats.yml")
        >>> [study.called(variant) for variant in study.variants]
        ['control (gate_30)', 'treatment (gate_40)']
        """
        levels = {} if isinstance(self.data, Simulation) else self.data.variants
        meant = {_bare(level): level for level, name in levels.items() if level and name == variant.name}
        other = [level for bare, level in meant.items() if bare != _bare(variant.name)]
        return f"{variant.name} ({', '.join(other)})" if other and len(other) == len(meant) else variant.name

    @property
    def treated_share(self) -> float:
        """Share of the first treatment, among it and the control: how units are split anew."""
        return self.treatments[0].weight / (self.control.weight + self.treatments[0].weight)

    @property
    def primary(self) -> Metric:
        return next(m for m in self.metrics if m.role == "primary")

    @property
    def revenue(self) -> Metric | None:
        """The mean that money is counted by; None where the study names none."""
        name = self.economics.revenue_metric
        return None if name is None else self.metric(name)

    def metric(self, name: str) -> Metric:
        return next(m for m in self.metrics if m.name == name)

    @property
    def counted(self) -> set[str]:
        """Events whose amounts are counts, summed in units of their own; all other amounts are money."""
        return {event for event, unit in summed(self) if unit == "count"} - self.averaged

    @property
    def averaged(self) -> set[str]:
        """Events whose amounts are averages of the rows of a panel: of counts, too, they are no whole numbers."""
        data = self.data
        if not isinstance(data, Units) or data.panel is None:
            return set()
        return {event for event, column in data.outcomes.items() if data.panel.how.get(column) == "mean"}

    def when_missing(self, metric: Metric) -> Literal["drop", "zero", "error"]:
        """What a unit without a value means to a metric: as stated, else out of it in a table of units, an error in a log."""
        return metric.missing or ("drop" if self.is_unit_table else "error")

    @property
    def sums_rows(self) -> bool:
        """Whether several rows of a table become one of a unit, as in a panel."""
        return isinstance(self.data, Units) and self.data.panel is not None

    @property
    def in_table(self) -> str:
        """What of a table a unit is, in words: a row, or of a panel those that become one."""
        panel = self.data.panel if isinstance(self.data, Units) else None
        return "each row of the table" if panel is None else f"the rows of a unit, one a {panel.period}, made into one"

    def window(self, metric: Metric) -> str:
        """From when until when a metric's outcome counts, in words; what a table holds was counted by who made it."""
        if self.is_unit_table:
            if not self.has_rows:
                return "by whoever made the table"
            return f"from {self.in_table}" if self.sums_rows else f"as {self.in_table} has it"
        return "from exposure to the end of the log" if self.is_descriptive and not metric.days else metric.window

    @property
    def money_events(self) -> set[str]:
        """Events whose amounts are money, which metrics sum."""
        return {event for event, unit in summed(self) if unit == "money"}

    @property
    def summed_otherwise(self) -> set[str]:
        """Events whose amounts are neither money nor counts: shares, seconds, scores; or outcomes that nothing sums."""
        found = {event for event, _ in summed(self)}
        outcomes = set(self.data.outcomes) - found if isinstance(self.data, Units) else set()
        return (found | outcomes) - self.money_events - self.counted

    @property
    def is_unit_table(self) -> bool:
        """True when the data are a table of units: one moment each, no sessions, nothing tracked."""
        return isinstance(self.data, Units)

    @property
    def has_way(self) -> bool:
        """False of a table of units whose funnel has no step between being in it and the outcome: nobody drops on a way."""
        return not self.is_unit_table or len(self.funnel.steps) > 2

    @property
    def has_time(self) -> bool:
        """False when every unit counts from one and the same moment, so that there is no day to look at."""
        timed = self.data.assignments if isinstance(self.data, Tables) else self.data
        return not isinstance(timed, Units | AssignmentTable) or "event_time" in timed.columns

    @property
    def has_rows(self) -> bool:
        """False when nobody has rows, of units or of events: the data are counts and sums of the arms."""
        return not isinstance(self.data, Aggregates)

    @property
    def rowless(self) -> str:
        """Why nothing is asked that only rows tell; empty where there are rows."""
        return "" if self.has_rows else "the study has counts and no rows"

    @property
    def timeless(self) -> str:
        """Why there is no time axis; empty where there is one."""
        why = self.one_moment
        return why and f"{why[0].upper()}{why[1:]}, so there is no time axis."

    @property
    def one_moment(self) -> str:
        """The same as the reason of a number; of a panel that its time is there and not looked at."""
        panel = self.data.panel if isinstance(self.data, Units) else None
        return "" if self.has_time else panel.merged if panel else "every unit counts from one moment"

    @property
    def wants_last(self) -> bool:
        """Whether a unit is to reach the funnel's last step: not where less of it is better by every metric that reads it."""
        last = self.funnel.steps[-1]
        return {m.better for m in self.metrics if m.event == last} != {"lower"}

    @property
    def way(self) -> str:
        """The funnel by which users reach the last step: past optional steps where there are any, for who does not take one
        reaches it no less. Strict where the exposure itself is optional, as only those who meet it are asked about."""
        optional = self.funnel.optional
        return "optional" if optional and self.exposure not in optional else "strict"

    @property
    def diagnosis_end(self) -> datetime:
        """End of the stretch on which the funnel is diagnosed; of a unit table, what stood before has no path."""
        return self.period.end if self.is_unit_table else self.period.diagnosis_end

    @property
    def untouched(self) -> str:
        """Whose funnel is told where it runs through an experiment that treated users, in words; empty where nobody was treated by then."""
        treated = self.mode == "online" and self.diagnosis_end > self.period.start
        return ("of the control" if self.is_unit_table else "outside the treatments") if treated else ""

    @property
    def simulated(self) -> bool:
        """True when the log itself is simulated."""
        return isinstance(self.data, Simulation)

    @property
    def planted(self) -> bool:
        """True when the effect is known: planted by injection, or by the world that was simulated."""
        return self.mode == "offline" or (isinstance(self.data, Simulation) and WORLDS[self.data.world].knows_effects)


def _bare(name: str) -> str:
    """A name by its letters and digits alone, as it may be written in several ways."""
    return "".join(filter(str.isalnum, name.casefold()))
