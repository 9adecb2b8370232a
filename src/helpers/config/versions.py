"""Two versions of a tracking plan held against each other: what changed, whom it breaks, how far the version must rise."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from helpers.config.tracking_plan import Event, Property, TrackingPlan

ChangeVerdict = Literal["compatible", "breaking"]
Raise = Literal["none", "patch", "minor", "major"]

VERDICTS: Final[dict[str, tuple[ChangeVerdict, str]]] = {
    "event added": ("compatible", "old rows stay as valid as they were"),
    "event removed": ("breaking", "its old rows are no longer planned, and whoever reads it finds nothing"),
    "optional property added": ("compatible", "rows without it stay valid"),
    "required property added": ("breaking", "rows written by the old code lack it"),
    "property removed": ("breaking", "rows that fill it break the plan, and whoever reads it finds nothing"),
    "type changed": ("breaking", "whoever computes with it fails, or computes something else"),
    "property newly required": ("breaking", "rows that left it empty break the plan"),
    "property no longer required": ("compatible", "old rows stay valid; readers must expect gaps from now on"),
    "fired elsewhere": (
        "breaking",
        "browsers lose events that servers keep, so counts before and after do not compare",
    ),
    "words changed": ("compatible", "description, owner or page: no row is touched"),
}
"""Each kind of change with its verdict and reason.

A change is compatible where every row that the old plan accepts is accepted by the new one and means the same. What no event
of the old plan carried was checked on none of its rows, and is taken as empty on them.
"""


@dataclass(frozen=True)
class Change:
    """One change: a kind of :data:`VERDICTS`, and where.

    >>> Change("event removed", "cart").verdict
    'breaking'
    """

    kind: str
    place: str

    @property
    def verdict(self) -> ChangeVerdict:
        return VERDICTS[self.kind][0]

    @property
    def reason(self) -> str:
        return VERDICTS[self.kind][1]


@dataclass(frozen=True)
class PlanDiff:
    """What changed from one version to another, in the order of the plans."""

    old: str
    new: str
    changes: tuple[Change, ...]

    @property
    def asked(self) -> Raise:
        """How far the version must rise: the major number for what breaks, the minor one for what is new, else the patch."""
        kinds = {change.kind for change in self.changes}
        if any(change.verdict == "breaking" for change in self.changes):
            return "major"
        return "minor" if kinds - {"words changed"} else "patch" if kinds else "none"

    @property
    def risen(self) -> Raise | None:
        """Which number of the version rose first; None where the version fell."""
        old, new = (tuple(map(int, version.split("."))) for version in (self.old, self.new))
        if new < old:
            return None
        names: tuple[Raise, ...] = ("major", "minor", "patch")
        return next((name for name, a, b in zip(names, old, new, strict=True) if b > a), "none")

    @property
    def passed(self) -> bool:
        """The version did not fall, and its major number rose if anything breaks."""
        return self.risen is not None and (self.asked != "major" or self.risen == "major")

    def __str__(self) -> str:
        """The changes a line each, then what the version must do."""
        lines = [f"{c.verdict:<10}  {c.kind}: {c.place} ({c.reason})" for c in self.changes] or ["nothing changed"]
        if self.risen is None:
            end = f"version {self.old} -> {self.new}: it fell"
        elif not self.passed:
            end = f"version {self.old} -> {self.new}: what breaks asks for {int(self.old.split('.')[0]) + 1}.0.0"
        elif _ORDER.index(self.risen) < _ORDER.index(self.asked):
            end = f"version {self.old} -> {self.new}: raise the {self.asked} number, so that readers see the change"
        else:
            end = f"version {self.old} -> {self.new}: fits"
        return "\n".join([*lines, end])


_ORDER: Final[tuple[Raise, ...]] = ("none", "patch", "minor", "major")


def compared(old: TrackingPlan, new: TrackingPlan) -> PlanDiff:
    """Every change from ``old`` to ``new``. A renamed event or property is one removed and one added.

    >>> cart = Event(description="A cart", properties={})
    >>> a, b = TrackingPlan(events={}), TrackingPlan(version="1.1.0", events={"cart": cart})
    >>> print(compared(a, b))
    compatible  event added: cart (old rows stay as valid as they were)
    version 1.0.0 -> 1.1.0: fits
    """
    changes = [Change("words changed", "owner")] if old.owner != new.owner else []
    for name in [*old.events, *(name for name in new.events if name not in old.events)]:
        before, after = old.events.get(name), new.events.get(name)
        if before is None or after is None:
            changes.append(Change("event added" if before is None else "event removed", name))
        else:
            changes += _of_event(name, before, after)
    return PlanDiff(old.version, new.version, tuple(changes))


def _of_event(name: str, old: Event, new: Event) -> Iterator[Change]:
    if old.fired and new.fired and old.fired != new.fired:
        yield Change("fired elsewhere", f"{name}, {old.fired} -> {new.fired}")
    elif (old.description, old.owner, old.page, old.fired) != (new.description, new.owner, new.page, new.fired):
        yield Change("words changed", name)
    for prop in [*old.properties, *(prop for prop in new.properties if prop not in old.properties)]:
        before, after = old.properties.get(prop), new.properties.get(prop)
        place = f"{name}.{prop}"
        if before is None:
            required = new.properties[prop].required
            yield Change("required property added" if required else "optional property added", place)
        elif after is None:
            yield Change("property removed", place)
        else:
            yield from _of_property(place, before, after)


def _of_property(place: str, old: Property, new: Property) -> Iterator[Change]:
    if old.type != new.type:
        yield Change("type changed", f"{place}, {old.type} -> {new.type}")
    if old.required != new.required:
        yield Change("property newly required" if new.required else "property no longer required", place)
