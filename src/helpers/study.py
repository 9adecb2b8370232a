"""A study: the validated YAML file that is the only thing an analyst edits."""

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Self, Union, get_args, get_origin

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from helpers import defaults, paths
from helpers.errors import ReportError

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]


def _utc(value: Any) -> Any:
    """Dates are midnight UTC; a time without a zone is UTC; the result is naive UTC."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    return value


def _naive(value: datetime) -> datetime:
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


Moment = Annotated[datetime, BeforeValidator(_utc), AfterValidator(_naive)]


class Wrong(ValueError):
    """A breach that takes more than one key to see; ``key`` is relative to the model that raises it.

    A remedy is found by itself when ``valid`` lists the values that would do.
    """

    def __init__(
        self, key: str, got: object, expected: str, *, remedy: str | None = None, valid: Iterable[str] = ()
    ) -> None:
        self.key, self.got, self.expected = key, got, expected
        self.remedy = remedy or nearest(str(got), valid)
        super().__init__(f"{key}: got {got}, expected {expected}")


class Model(BaseModel):
    """Unknown keys are errors, values never change after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Dirt(Model):
    """Kinds of dirt, as shares of the rows: planted by a simulator, or tolerated in a log."""

    exact_duplicate: Share = 0
    late_duplicate: Share = 0
    timezone_offset: Share = 0
    epoch_milliseconds: Share = 0
    named_month: Share = 0
    missing_id: Share = 0
    unparseable_time: Share = 0
    unplanned_event: Share = 0
    wrong_type: Share = 0
    missing_revenue: Share = 0
    negative_price: Share = 0
    missing_property: Share = 0
    extra_property: Share = 0
    impossible_order: Share = 0
    bot: Share = 0


class Tolerance(Model):
    """Share of rows (of units for ``two_variants``) that may be wrong; what is not listed may not occur."""

    malformed_line: Share = 0
    missing_id: Share = 0
    unparseable_time: Share = 0
    unplanned_event: Share = 0
    wrong_type: Share = 0
    missing_revenue: Share = 0
    negative_price: Share = 0
    two_variants: Share = 0


class Simulation(Model):
    """A simulated log."""

    source: Literal["simulated"]
    world: Literal["shop", "checkout", "music"] = "shop"
    users: int = Field(200_000, ge=1_000, le=20_000_000)
    seed: int = Field(ge=0)
    dirt: Dirt = Dirt()
    tolerate: Tolerance = Tolerance()
    bot_events_per_day: int = Field(300, ge=10)
    export_clean_events: bool = False


class ColumnOf(Model):
    """A column of the log; ``up_to`` keeps what stands before the first such character."""

    column: str
    up_to: str | None = Field(None, min_length=1, max_length=1)


class Log(Model):
    """A log in a file: CSV (plain or gz) or Parquet, with columns mapped to the project's names."""

    source: Literal["log"]
    path: str
    format: Literal["csv", "parquet"] | None = None
    delimiter: str = Field(",", min_length=1, max_length=1)
    origin: str = ""
    columns: dict[Name, str | ColumnOf]
    tolerate: Tolerance = Tolerance()
    bot_events_per_day: int = Field(2_000, ge=10)
    export_clean_events: bool = False

    @model_validator(mode="after")
    def _required_columns(self) -> Self:
        missing = [c for c in ("event_time", "event_name", "user_id") if c not in self.columns]
        if missing:
            near = [n for m in missing for n in difflib.get_close_matches(m, self.columns, n=1, cutoff=0.5)]
            raise Wrong(
                "columns",
                ", ".join(self.columns) or "no columns",
                f"event_time, event_name and user_id; {', '.join(missing)} missing",
                remedy=f"is '{near[0]}' meant for '{missing[0]}'?" if near else "map the column of the log to it",
            )
        return self


class Period(Model):
    """When the log begins (``baseline``), when the experiment begins and ends; UTC, end excluded."""

    baseline: Moment | None = None
    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.baseline is not None and self.baseline >= self.start:
            raise Wrong("baseline", self.baseline, f"a moment before start ({self.start})")
        if self.start >= self.end:
            raise Wrong("end", self.end, f"a moment after start ({self.start})")
        return self

    @property
    def first(self) -> datetime:
        """First moment of the log."""
        return self.baseline or self.start

    @property
    def diagnosis_end(self) -> datetime:
        """End of the stretch on which the funnel is diagnosed: the baseline, or everything without one."""
        return self.start if self.baseline else self.end

    @property
    def experiment_days(self) -> float:
        return (self.end - self.start).total_seconds() / 86_400

    @property
    def baseline_days(self) -> float:
        return (self.start - self.first).total_seconds() / 86_400


class Variant(Model):
    """One arm; the first one listed is the control."""

    name: Name
    weight: Share
    description: str = ""


class Funnel(Model):
    steps: list[Name] = Field(min_length=2, max_length=8)
    optional: list[Name] = []
    window_hours: Positive = 168

    @model_validator(mode="after")
    def _optional_steps(self) -> Self:
        inner = self.steps[1:-1]
        wrong = [s for s in self.optional if s not in inner]
        if wrong:
            raise Wrong(
                "optional",
                ", ".join(wrong),
                f"steps between the first and the last: {', '.join(inner) or 'there are none'}",
                valid=inner,
            )
        return self


class Injection(Model):
    """The uplift planted in an offline study: relative change of ``event`` among exposed units."""

    event: Name
    by: Name | None = None
    relative_uplift: dict[str, Annotated[float, Field(ge=-1, le=5)]]
    minutes_after_exposure: Positive = 10


class Margin(Model):
    """How much worse a guardrail may get: a fraction of the control, or an absolute amount."""

    relative: Positive | None = None
    absolute: Positive | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.relative is None) == (self.absolute is None):
            both = self.relative is not None
            raise Wrong("relative", "relative and absolute" if both else "neither", "either relative or absolute")
        return self


class Metric(Model):
    """What is measured on each unit from its exposure on.

    ``any`` of an event is a proportion; ``count`` and ``sum`` (of the event's amount) are means;
    ``sum`` or ``count`` with ``per`` is a ratio: ``per: count`` divides by the count of the same event,
    ``per: EVENT`` by the count of another one; ``days`` makes it retention: any event in the
    day after ``days - 1`` full days have passed and at the latest ``days`` after exposure.
    """

    name: Name
    label: str
    role: Literal["primary", "secondary", "guardrail"]
    type: Literal["proportion", "mean", "ratio", "retention"]
    event: Name | None = None
    measure: Literal["count", "sum"] | None = None
    per: Name | None = None
    days: int | None = Field(None, ge=1, le=90)
    unit: Literal["share", "money", "count", "seconds"] = "share"
    better: Literal["higher", "lower"] = "higher"
    margin: Margin | None = None
    covariate: bool = False
    winsorize: Annotated[float, Field(gt=0.5, lt=1)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needs = {
            "proportion": {"event"},
            "mean": {"event", "measure"},
            "ratio": {"event", "measure", "per"},
            "retention": {"days"},
        }[self.type]
        given = {k for k in ("event", "measure", "per", "days") if getattr(self, k) is not None}
        if needs != given:
            raise Wrong(
                "type",
                f"{self.type} with {', '.join(sorted(given)) or 'nothing'}",
                f"{self.type} with {', '.join(sorted(needs))}",
                remedy="; ".join(
                    [f"add {key}" for key in sorted(needs - given)] + [f"remove {key}" for key in sorted(given - needs)]
                ),
            )
        if (self.role == "guardrail") != (self.margin is not None):
            if self.margin is None:
                raise Wrong("margin", "nothing", "a margin, relative or absolute, because the role is guardrail")
            raise Wrong("margin", f"a margin on a {self.role} metric", "a margin on guardrails only")
        if self.winsorize is not None and self.type != "mean":
            raise Wrong("winsorize", f"winsorize on a {self.type}", "it on a mean only", remedy="remove winsorize")
        if self.covariate and self.type == "retention":
            raise Wrong("covariate", "true on a retention metric", "false, nobody is retained before the exposure")
        return self

    @property
    def events(self) -> set[str]:
        """Events that the metric counts or sums, below the line as well."""
        return {name for name in (self.event, self.per) if name and name != "count"}


class Leaving(Model):
    """The event by which a unit leaves for good, and the days within which the mean time until then is compared."""

    event: Name
    horizon_days: Positive


class Surrogate(Model):
    """A proxy that moves early, and the outcome that it is to stand for; both are proportions or means.

    ``opportunity`` is a ratio that counts the chances to sell: where it falls, more of the proxy can sell less.
    """

    proxy: Name
    outcome: Name
    opportunity: Name | None = None


class Design(Model):
    power: Share = defaults.POWER
    minimum_detectable: Positive
    splits: list[Share] = [0.5, 0.7, 0.8, 0.9]
    aa_runs: int = Field(defaults.AA_RUNS, ge=10)
    coverage_runs: int = Field(defaults.COVERAGE_RUNS, ge=10)


class Rule(Model):
    """What GO needs besides size, guardrails and money that is not below zero; see :mod:`helpers.decision`."""

    confidence: Annotated[float, Field(ge=0.5, lt=1)] = defaults.CONFIDENCE
    max_false_positive_risk: Share = 0.05
    min_relative_uplift: float = 0.05
    prior_success_rate: Annotated[float, Field(gt=0, lt=1)]


class Economics(Model):
    """Money of the decision; amounts in units of the currency."""

    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")
    revenue_metric: Name
    contribution_margin: Annotated[float, Field(gt=0, le=1)]
    implementation_cost: float = Field(ge=0)
    monthly_run_cost: float = Field(0, ge=0)
    horizon_months: int = Field(12, ge=1, le=60)
    exposed_units_per_month: int | None = Field(None, ge=1)

    @property
    def cost(self) -> float:
        """What shipping costs over the horizon, in units of the currency."""
        return self.implementation_cost + self.horizon_months * self.monthly_run_cost


class Stage(Model):
    share: Share
    days: int = Field(ge=1)
    advance_when: str


Week = Annotated[list[float], Field(min_length=7, max_length=7)]


class Monitoring(Model):
    """What is watched after the launch, day by day: one proportion, and support tickets.

    Without ``stream`` the days are simulated from ``rate``, ``units_per_day`` and ``tickets_per_day``, with a weekday
    season; with it (a CSV with day, checkouts, completions, tickets) they are replayed beside the simulated ones.
    """

    label: str
    rate: Annotated[float, Field(gt=0, lt=1)]
    units_per_day: int = Field(ge=1)
    tickets_per_day: Positive
    weekday_volume: Week = [1.0] * 7
    weekday_points: Week = [0.0] * 7
    baseline_days: int = Field(28, ge=14, le=365)
    days: int = Field(28, ge=7, le=365)
    shifts: list[Annotated[float, Field(gt=-1, lt=1)]] = Field(
        [0.0, -0.003, -0.008, -0.015], min_length=1, max_length=6
    )
    ticket_surge: Positive = 3.0
    drop: Annotated[float, Field(gt=0, lt=1)] = defaults.ROLLBACK_DROP
    drop_days: int = Field(defaults.ROLLBACK_DAYS, ge=1)
    ticket_factor: Annotated[float, Field(gt=1)] = defaults.ROLLBACK_TICKETS
    minimum: int = Field(defaults.MONITORING_MINIMUM, ge=1)
    seed: int = Field(0, ge=0)
    stream: str | None = None
    launch: Moment | None = None

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.stream is None) != (self.launch is None):
            raise Wrong("launch" if self.launch is None else "stream", "nothing", "both stream and launch, or neither")
        if min(self.weekday_volume) <= 0:
            raise Wrong("weekday_volume", min(self.weekday_volume), "factors above 0, Monday first")
        worst = self.rate + min(self.weekday_points)
        if not 0 < worst <= self.rate + max(self.weekday_points) < 1:
            raise Wrong("weekday_points", f"rates down to {worst:g}", "differences that keep the rate inside 0 and 1")
        return self


class Milestone(Model):
    days: str
    milestone: str
    success: str
    tripwire: str


@dataclass(frozen=True)
class World:
    """What a simulated world promises: attributes by which its log can be cut, and whether it knows the true effects.

    A world that ``knows_effects`` treats its users, shows the variants in the log and writes ``ground_truth.json``.
    """

    segments: tuple[str, ...]
    knows_effects: bool = False


WORLDS = {
    "shop": World(("visitor_type", "device", "channel", "campaign", "country", "city", "category")),
    "checkout": World(("visitor_type", "device", "channel", "country")),
    "music": World(("device", "country", "age"), knows_effects=True),
}
"""The simulated worlds; :mod:`helpers.simulate` makes them."""


class Study(Model):
    """One experiment, from the question to the rollout."""

    name: Name
    title: str
    question: str
    hypothesis: str
    change: str
    mode: Literal["offline", "online"]
    salt: str = Field(min_length=4)
    data: Simulation | Log = Field(discriminator="source")
    tracking_plan: Name
    period: Period
    variants: list[Variant] = Field(min_length=2)
    exposure: Name
    funnel: Funnel
    segments: list[Name] = []
    min_segment: int = Field(defaults.MIN_SEGMENT, ge=2)
    injection: Injection | None = None
    metrics: list[Metric] = Field(min_length=1)
    leaving: Leaving | None = None
    surrogate: Surrogate | None = None
    design: Design
    decision: Rule
    economics: Economics
    rollout: list[Stage] = Field(min_length=1)
    milestones: list[Milestone] = Field(min_length=1)
    monitoring: Monitoring | None = None
    limits: list[str] = []

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        total = sum(v.weight for v in self.variants)
        if abs(total - 1) > 1e-9:
            weights = " + ".join(f"{v.weight:g}" for v in self.variants)
            raise Wrong("variants", f"weights {weights} = {total:.6g}", "weights that add up to 1")
        for what, names in (("variants", self.variants), ("metrics", self.metrics)):
            seen = [x.name for x in names]
            if len(set(seen)) < len(seen):
                raise Wrong(what, f"the names {', '.join(seen)}", "names that differ")
        if len(self.variants) != 2:
            raise Wrong(
                "variants", f"{len(self.variants)} variants", "two, control and treatment; more are not analysed yet"
            )
        primary = [m.name for m in self.metrics if m.role == "primary"]
        if len(primary) != 1:
            raise Wrong("metrics", f"primary: {', '.join(primary) or 'none'}", "exactly one metric with role: primary")
        self._check_injection()
        if self.exposure not in self.funnel.steps:
            steps = self.funnel.steps
            raise Wrong("exposure", self.exposure, f"one of funnel.steps: {', '.join(steps)}", valid=steps)
        if self.leaving is not None and self.leaving.horizon_days >= self.period.experiment_days:
            raise Wrong(
                "leaving.horizon_days",
                f"{self.leaving.horizon_days:g}",
                f"less than the {self.period.experiment_days:g} days of the experiment",
            )
        self._check_surrogate()
        means = [m.name for m in self.metrics if m.type == "mean"]
        if self.economics.revenue_metric not in means:
            raise Wrong(
                "economics.revenue_metric",
                self.economics.revenue_metric,
                f"one of the mean metrics: {', '.join(means) or 'there are none'}",
                valid=means,
            )
        compared = [m.name for m in self.metrics if m.covariate]
        if self.period.baseline is None and compared:
            raise Wrong(
                "period.baseline", "nothing", f"a moment before start: {', '.join(compared)} has covariate: true"
            )
        columns = list(self.data.columns if isinstance(self.data, Log) else WORLDS[self.data.world].segments)
        unmapped = [name for name in self.segments if name not in columns]
        if unmapped:
            where = "mapped in data.columns" if isinstance(self.data, Log) else f"of the simulated {self.data.world}"
            raise Wrong("segments", ", ".join(unmapped), f"names {where}: {', '.join(columns)}", valid=columns)
        return self

    def _check_injection(self) -> None:
        injection = self.injection
        if self.mode == "online" and injection is not None:
            raise Wrong("injection", "an injection in an online study", "none, the log shows who was treated")
        if self.mode == "offline" and injection is None:
            raise Wrong("injection", "nothing", "the uplift to plant, because mode is offline")
        if injection is None:
            return
        if injection.by and injection.by not in self.segments:
            known = ", ".join(self.segments) or "there are none"
            raise Wrong("injection.by", injection.by, f"one of the segments: {known}", valid=self.segments)
        if not injection.by and set(injection.relative_uplift) != {"all"}:
            raise Wrong(
                "injection.relative_uplift",
                ", ".join(injection.relative_uplift) or "nothing",
                "all, because injection.by names no segment",
            )
        outcomes = list(dict.fromkeys([*self.funnel.steps[1:], *(m.event for m in self.metrics if m.event)]))
        if injection.event not in outcomes:
            raise Wrong("injection.event", injection.event, f"one of {', '.join(outcomes)}", valid=outcomes)

    def _check_surrogate(self) -> None:
        if self.surrogate is None:
            return
        summed = [m.name for m in self.metrics if m.type in ("proportion", "mean")]
        ratios = [m.name for m in self.metrics if m.type == "ratio"]
        for key, kinds, valid in (
            ("proxy", "proportions and means", summed),
            ("outcome", "proportions and means", summed),
            ("opportunity", "ratios", ratios),
        ):
            named = getattr(self.surrogate, key)
            if named is not None and named not in valid:
                known = ", ".join(valid) or "there are none"
                raise Wrong(f"surrogate.{key}", named, f"one of the {kinds}: {known}", valid=valid)
        if self.surrogate.proxy == self.surrogate.outcome:
            raise Wrong("surrogate.outcome", self.surrogate.outcome, "another metric than the proxy")

    @property
    def control(self) -> Variant:
        return self.variants[0]

    @property
    def treatments(self) -> list[Variant]:
        return self.variants[1:]

    @property
    def primary(self) -> Metric:
        return next(m for m in self.metrics if m.role == "primary")

    def metric(self, name: str) -> Metric:
        return next(m for m in self.metrics if m.name == name)

    @property
    def simulated(self) -> bool:
        """True when the log itself is simulated."""
        return isinstance(self.data, Simulation)

    @property
    def planted(self) -> bool:
        """True when the effect is known: planted by injection, or by the world that was simulated."""
        return self.mode == "offline" or (isinstance(self.data, Simulation) and WORLDS[self.data.world].knows_effects)


def load(path: Path | str) -> Study:
    """Read and validate a study file.

    Relative paths are read from the project's root. Raises :class:`~helpers.errors.ReportError`
    naming the file, the key, what was found and expected, and the nearest valid key.
    """
    file = _located(path)
    raw = read_yaml(file)
    try:
        study = Study.model_validate(raw)
    except ValidationError as error:
        raise explained(error, file, raw, Study) from None
    if study.name != file.stem:
        raise ReportError(
            f"{paths.shown(file)}: key 'name' differs from the file's name",
            got=study.name,
            expected=file.stem,
            remedy="rename the file or change the key",
        )
    return study


def study_paths(path: Path | str, study: Study) -> paths.StudyPaths:
    """Everything a study generates stands beside the ``studies`` folder that holds its file."""
    return paths.StudyPaths(study.name, _located(path).parent.parent)


def opened(path: Path | str) -> tuple[Study, paths.StudyPaths]:
    """A study file, and where everything it generates stands; raises what :func:`load` raises."""
    study = load(path)
    return study, study_paths(path, study)


def json_schema() -> str:
    """JSON Schema of study files, for completion and checks in editors."""
    return json.dumps(Study.model_json_schema(), indent=2) + "\n"


def read_yaml(file: Path) -> dict[str, Any]:
    """A YAML mapping, read safely; a repeated key is an error."""
    try:
        text = file.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is not None:
            _refuse_repeated_keys(node, file)
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ReportError(
            f"{paths.shown(file)} is not valid YAML", got=" ".join(str(error).split()), remedy="mend the line named"
        ) from None
    if not isinstance(raw, dict):
        raise ReportError(
            f"{paths.shown(file)} holds no keys",
            got="an empty file" if raw is None else type(raw).__name__,
            expected="a mapping, as in studies/cart_checkout.yml",
        )
    return raw


def _located(path: Path | str) -> Path:
    file = Path(path)
    file = (file if file.is_absolute() else paths.ROOT / file).resolve()
    if not file.is_file():
        known = sorted(str(p.relative_to(paths.ROOT)) for p in paths.STUDIES.glob("*.yml"))
        near = difflib.get_close_matches(str(path), known, n=1)
        raise ReportError(
            f"there is no study file {paths.shown(file)}",
            expected=f"one of {', '.join(known)}, or a file of your own in a folder named 'studies'",
            remedy=f"did you mean {near[0]}?" if near else None,
        )
    if file.parent.name != "studies":
        raise ReportError(
            f"the study file {paths.shown(file)} stands outside a folder named 'studies'",
            got=file.parent.name,
            expected="studies/NAME.yml; data, figures and reports are made beside that folder",
        )
    return file


def _refuse_repeated_keys(node: yaml.Node, file: Path) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise ReportError(
                    f"{paths.shown(file)}, line {key.start_mark.line + 1}: key '{key.value}' stands there twice",
                    remedy="keep one of the two",
                )
            seen.add(key.value)
            _refuse_repeated_keys(value, file)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(item, file)


def explained(error: ValidationError, file: Path, raw: Any, model: type[BaseModel]) -> ReportError:
    """The first violation, with file, line, key, found, expected and the nearest valid word; the rest counted.

    An unknown key comes before all others, and a missing key is not counted when the unknown one is its misspelling.
    """
    problems = sorted(error.errors(include_url=False), key=lambda p: p["type"] != "extra_forbidden")
    first, others = problems[0], len(problems) - 1
    path = _path(raw, first["loc"], missing=first["type"] == "missing")
    got: object = first.get("input")
    breach = first.get("ctx", {}).get("error")
    fault, remedy = "is wrong", None
    if isinstance(breach, Wrong):
        path += breach.key.split(".")
        got, expected, remedy = breach.got, breach.expected, breach.remedy
    elif first["type"] == "extra_forbidden":
        valid = _valid_keys(model, first["loc"][:-1])
        missing = [str(p["loc"][-1]) for p in problems if p["type"] == "missing" and p["loc"][:-1] == first["loc"][:-1]]
        word = str(path[-1])
        near = (_close(word, missing) or _close(word, valid))[:1]
        others -= near[0] in missing if near else 0
        got, expected, fault = f"'{word}'", f"one of {', '.join(valid)}", "is unknown"
        remedy = f"did you mean '{near[0]}'?" if near else "remove the key"
    elif first["type"] == "missing":
        got, expected, fault = "nothing", f"a value for '{path[-1]}'", "is missing"
    elif first["type"] == "union_tag_not_found":
        path.append("source")
        got, expected, fault = "nothing", "source: simulated or source: log", "is missing"
    elif first["type"] == "union_tag_invalid":
        path.append("source")
        got, expected = first["ctx"]["tag"], f"one of {_unquoted(first['ctx']['expected_tags'])}"
        remedy = nearest(str(got), ("simulated", "log"))
    elif first["type"] == "literal_error":
        words = _unquoted(first["ctx"]["expected"]).replace(" or ", ", ").split(", ")
        expected = f"one of {', '.join(words)}" if len(words) > 1 else words[0]
        remedy = nearest(str(got), words)
    else:
        expected = _wanted(first)
    line = _line(file, path)
    what = f"{paths.shown(file)}{f', line {line}' if line else ''}: key '{'.'.join(map(str, path))}' {fault}"
    if others:
        what += f" (and {others} more problem{'s' if others > 1 else ''})"
    return ReportError(what, got=_brief(got), expected=expected, remedy=remedy)


_WANTED = {
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "a number of at least {ge:g}",
    "less_than": "a number below {lt:g}",
    "less_than_equal": "a number of at most {le:g}",
    "finite_number": "a finite number",
    "too_short": "at least {min_length} entries",
    "too_long": "at most {max_length} entries",
    "string_too_short": "text of at least {min_length} characters",
    "string_too_long": "text of at most {max_length} characters",
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
}
_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "a name of small letters, digits and _, beginning with a letter",
    r"^[A-Z]{3}$": "three capital letters, such as EUR",
}


def _wanted(problem: Any) -> str:
    """What a key should have held, without the library's prose."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind in _WANTED:
        return _WANTED[kind].format(**context)
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], f"text that matches {context['pattern']}")
    for start, expected in (
        ("int_", "a whole number"),
        ("float_", "a number"),
        ("bool_", "true or false"),
        ("date", "a date such as 2026-07-27, or a time such as 2026-07-27T12:00:00"),
    ):
        if kind.startswith(start):
            return expected
    return str(problem["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")


def _path(raw: Any, loc: tuple[int | str, ...], *, missing: bool) -> list[int | str]:
    """The keys of the file along a violation's place, without the library's names of alternatives."""
    path: list[int | str] = []
    for i, part in enumerate(loc):
        inside = (isinstance(raw, dict) and part in raw) or (isinstance(raw, list) and isinstance(part, int))
        if inside:
            raw = raw[part]
        elif not (missing and i == len(loc) - 1):
            continue
        path.append(part)
    return path


def _line(file: Path, path: list[int | str]) -> int | None:
    """Line of a key in the file, or of the nearest one above it that is there."""
    node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    line = None
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(part)]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _brief(got: object) -> object:
    if isinstance(got, dict):
        return "a mapping of keys to values"
    if isinstance(got, list):
        return f"a list of {len(got)}"
    if got is None:
        return "nothing"
    text = str(got)
    return text if len(text) <= 120 else text[:117] + "..."


def _close(word: str, valid: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(word, list(valid), n=1, cutoff=0.5)


def nearest(word: str, valid: Iterable[str]) -> str | None:
    near = _close(word, valid)
    return f"did you mean '{near[0]}'?" if near else None


def _unquoted(text: str) -> str:
    return text.replace("'", "")


def _valid_keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Keys allowed at ``loc``, found by walking the models along it."""
    current: Any = model
    for part in loc:
        if isinstance(part, int):
            continue
        if get_origin(current) is dict:
            current = get_args(current)[1]
            continue
        candidates = _models(current)
        tagged = [m for m in candidates if part in (m.__name__, *_tags(m))]
        if tagged:
            current = tagged[0]
            continue
        owner = next((m for m in candidates if part in m.model_fields), None)
        if owner is None:
            return []
        current = owner.model_fields[str(part)].annotation
    return sorted({name for m in _models(current) for name in m.model_fields})


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    source = model.model_fields.get("source")
    return get_args(source.annotation) if source else ()


def _models(annotation: Any) -> list[type[BaseModel]]:
    """Pydantic models inside an annotation such as ``list[Metric]`` or ``Simulation | Log``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (list, dict, Union, UnionType, Annotated):
        return [m for arg in get_args(annotation) for m in _models(arg)]
    return []
