"""A study: the validated YAML file that is the only thing an analyst edits."""

import difflib
import json
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
    world: Literal["shop"] = "shop"
    users: int = Field(200_000, ge=1_000, le=20_000_000)
    seed: int = Field(ge=0)
    dirt: Dirt = Dirt()
    tolerate: Tolerance = Tolerance()
    bot_events_per_day: int = Field(300, ge=10)


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

    @model_validator(mode="after")
    def _required_columns(self) -> Self:
        missing = [c for c in ("event_time", "event_name", "user_id") if c not in self.columns]
        if missing:
            raise ValueError(f"columns must map event_time, event_name and user_id; {', '.join(missing)} missing")
        return self


class Period(Model):
    """When the log begins (``baseline``), when the experiment begins and ends; UTC, end excluded."""

    baseline: Moment | None = None
    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.baseline is not None and self.baseline >= self.start:
            raise ValueError("baseline must lie before start")
        if self.start >= self.end:
            raise ValueError("start must lie before end")
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
            raise ValueError(f"optional steps must stand between the first and the last step; {', '.join(wrong)} does not")
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
            raise ValueError("give either relative or absolute")
        return self


class Metric(Model):
    """What is measured on each unit from its exposure on.

    ``any`` of an event is a proportion; ``count`` and ``sum`` (of the event's amount) are means;
    ``sum`` or ``count`` with ``per`` is a ratio; ``days`` makes it retention: any event in the
    day after ``days - 1`` full days have passed and at the latest ``days`` after exposure.
    """

    name: Name
    label: str
    role: Literal["primary", "secondary", "guardrail"]
    type: Literal["proportion", "mean", "ratio", "retention"]
    event: Name | None = None
    measure: Literal["count", "sum"] | None = None
    per: Literal["count"] | None = None
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
        if needs - given:
            raise ValueError(f"a {self.type} metric needs {', '.join(sorted(needs - given))}")
        if given - needs:
            raise ValueError(f"a {self.type} metric takes no {', '.join(sorted(given - needs))}")
        if (self.role == "guardrail") != (self.margin is not None):
            raise ValueError("a guardrail needs a margin, and only a guardrail has one")
        if self.winsorize is not None and self.type != "mean":
            raise ValueError("only a mean can be winsorized")
        if self.covariate and self.type == "retention":
            raise ValueError("a retention metric takes no covariate")
        return self


class Design(Model):
    power: Share = defaults.POWER
    minimum_detectable: Positive
    splits: list[Share] = [0.5, 0.7, 0.8, 0.9]
    aa_runs: int = Field(defaults.AA_RUNS, ge=10)
    coverage_runs: int = Field(defaults.COVERAGE_RUNS, ge=10)


class Rule(Model):
    """GO needs all three; see :mod:`helpers.decision`."""

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


class Stage(Model):
    share: Share
    days: int = Field(ge=1)
    advance_when: str


class Milestone(Model):
    days: str
    milestone: str
    success: str
    tripwire: str


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
    design: Design
    decision: Rule
    economics: Economics
    rollout: list[Stage] = Field(min_length=1)
    milestones: list[Milestone] = Field(min_length=1)
    limits: list[str] = []

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        total = sum(v.weight for v in self.variants)
        if abs(total - 1) > 1e-9:
            raise ValueError(f"variants: the weights add up to {total:.6g}, expected 1")
        for what, names in (("variants", self.variants), ("metrics", self.metrics)):
            seen = [x.name for x in names]
            if len(set(seen)) < len(seen):
                raise ValueError(f"{what}: names must differ, got {', '.join(seen)}")
        if sum(m.role == "primary" for m in self.metrics) != 1:
            raise ValueError("metrics: exactly one must be primary")
        if (self.mode == "offline") != (self.injection is not None):
            raise ValueError("injection: an offline study needs one, an online study has none")
        if self.mode == "offline" and len(self.variants) != 2:
            raise ValueError("variants: an offline study has two, control and treatment")
        if self.exposure not in self.funnel.steps:
            raise ValueError(f"exposure: {self.exposure!r} is not a step of the funnel {self.funnel.steps}")
        if self.economics.revenue_metric not in {m.name for m in self.metrics if m.type == "mean"}:
            raise ValueError(
                f"economics.revenue_metric: {self.economics.revenue_metric!r} is not one of the mean metrics"
            )
        if self.period.baseline is None and any(m.covariate for m in self.metrics):
            raise ValueError("metrics: a covariate needs a baseline in period")
        if self.injection and self.injection.by and self.injection.by not in self.segments:
            raise ValueError(f"injection.by: {self.injection.by!r} is not one of the segments")
        if isinstance(self.data, Log):
            unmapped = [s for s in self.segments if s not in self.data.columns]
            if unmapped:
                raise ValueError(f"segments: {', '.join(unmapped)} not mapped in data.columns")
        return self

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
        raise _explained(error, file, raw, Study) from None
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


def _explained(error: ValidationError, file: Path, raw: Any, model: type[BaseModel]) -> ReportError:
    """The first violation, with file, key, found, expected and the nearest key; the rest counted."""
    problems = error.errors(include_url=False)
    first = problems[0]
    loc = [part for part in first["loc"] if part not in ("simulated", "log")]
    key = ".".join(str(part) for part in loc)
    message = first["msg"].removeprefix("Value error, ")
    got: object = first.get("input")
    expected: str | None = message
    remedy = None
    if first["type"] == "extra_forbidden":
        valid = _valid_keys(model, first["loc"][:-1])
        near = difflib.get_close_matches(str(loc[-1]), valid, n=1, cutoff=0.5)
        got, expected = f"'{loc[-1]}'", f"one of {', '.join(valid)}"
        remedy = f"did you mean '{near[0]}'?" if near else "remove the key"
        what = f"{paths.shown(file)}: unknown key '{key}'"
    elif first["type"] == "missing":
        what, got = f"{paths.shown(file)}: key '{key}' is missing", "nothing"
        expected = f"a value for '{loc[-1]}'"
    elif key:
        what = f"{paths.shown(file)}: key '{key}' is wrong"
    else:
        head, _, rest = message.partition(": ")
        what, expected = f"{paths.shown(file)}: key '{head}' is wrong", rest
        got = raw.get(head) if isinstance(raw.get(head), str | int | float) else None
    if isinstance(got, dict | list):
        got = None
    more = f" (and {len(problems) - 1} more problems)" if len(problems) > 1 else ""
    return ReportError(what + more, got=got, expected=expected, remedy=remedy)


def _valid_keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Keys allowed at ``loc``, found by walking the models along it."""
    current: Any = model
    for part in loc:
        if isinstance(part, int):
            continue
        candidates = _models(current)
        tagged = [m for m in candidates if part in _tags(m)]
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
