"""What notebook 07 says of watched days, of decisions and chances at random, and whether that is true of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from helpers import config
from helpers.experiment.monitoring.detection import ANY, ANY_TRIGGER, Detection
from helpers.experiment.monitoring.plan import OWN, MonitoringPlan
from helpers.experiment.monitoring.ramp import RampDay
from helpers.experiment.monitoring.replay import TRIGGERS, DailyDecision
from helpers.record import Numbers
from helpers.report.figures import monitoring as figures
from helpers.report.topics import monitoring
from tests.gauntlet.grammar import ungrammatical
from tests.gauntlet.page import Said

STUDY = config.load("studies/checkout_redesign.yml")
assert STUDY.monitoring
SHIFTS = {"shifts": [0.0, 0.004, *STUDY.monitoring.shifts[1:]]}
PLAN = MonitoringPlan.of(
    STUDY.model_copy(update={"monitoring": STUDY.monitoring.model_copy(update=SHIFTS)}), Numbers({})
)
STREAMS = ("no change", "+0.40 points", "-0.30 points", "-0.80 points", "tickets x 3", OWN)
HARMLESS = STREAMS[:2]


@dataclass(frozen=True)
class Watch:
    """First day of a roll-back and of a pause by stream, chances by planted change, the ramp, units needed."""

    days: dict[str, tuple[int | None, int | None]]
    chances: dict[str, tuple[float, int | None, float]]
    ramp: dict[str, tuple[float, int | None]]
    needed: dict[str, int | None]


def watch(rng: np.random.Generator) -> Watch:
    """At random; no roll-back, one on the first day, ties, none needed or more than there are."""

    def day() -> int | None:
        return int(rng.integers(1, 9)) if rng.integers(2) else None

    names = [*STREAMS[: int(rng.integers(2, 6))], *([OWN] if rng.integers(2) else [])]
    planted = [name for name in names if name != OWN]
    shares = (0.0, 0.0004, 0.018, 0.37, 0.9996, 1.0)
    return Watch(
        {name: (day(), day()) for name in names},
        {name: (float(rng.choice(shares)), day(), float(rng.choice(shares))) for name in planted},
        {name: (float(rng.choice([-0.01, 0.002, 0.03])), day()) for name in planted},
        {name: (None, 1, 2_600, 90_000)[int(rng.integers(4))] for name in TRIGGERS},
    )


def told(found: Watch) -> tuple[Said, ...]:
    """Sentences and titles, made by the functions that the notebook calls."""
    replays = {name: _decisions(*days) for name, days in found.days.items()}
    chances = {
        name: {
            ANY_TRIGGER: Detection(ANY_TRIGGER, stop, 0, 1, day),
            ANY: Detection(ANY, sign, 0, 1, day),
        }
        for name, (stop, day, sign) in found.chances.items()
    }
    ramps = {
        name: tuple(
            RampDay(d, 0.1, 1, 0.0, -0.1, high, 0.0, 0.0, "ROLL BACK" if stop and d >= stop else "CONTINUE", "why")
            for d in range(1, 9)
        )
        for name, (high, stop) in found.ramp.items()
    }
    return (
        Said("decided", figures.decided(replays, PLAN).layout.meta["finding"]),
        Said("ramp", figures.ramp(ramps, PLAN).layout.meta["finding"]),
        Said("watched", monitoring.text(PLAN, chances, replays)),
        Said("sizes", monitoring.text_sizes(PLAN, found.needed)),
        *(Said("replay", " | ".join(map(str, row.values()))) for row in monitoring.table_replay(replays, PLAN)),
        *(Said("ramp: row", " | ".join(map(str, row.values()))) for row in monitoring.table_ramp(ramps, PLAN)),
    )


def _decisions(stop: int | None, pause: int | None) -> tuple[DailyDecision, ...]:
    made = []
    for day in range(1, 9):
        verdict = "ROLL BACK" if stop and day >= stop else "PAUSE" if day == pause else "CONTINUE"
        seen = ("CUSUM",) if verdict == "PAUSE" and day % 2 else ()
        made.append(DailyDecision(day, f"2026-06-{day:02}", verdict, f"{verdict} for a reason.", seen))  # type: ignore[arg-type]
    return tuple(made)


def faults(found: Watch, said: tuple[Said, ...]) -> Iterator[str]:
    """What is false of it."""
    yield from ungrammatical(said)
    at = {text.place: text.text for text in said}
    stops = {name: stop for name, (stop, _) in found.days.items() if stop}
    rolled = re.findall(r"(?:Rolled back: |, )(.+?) on day (\d+)( \(a false alarm\))?", at["decided"])
    if rolled != [
        (name, str(day), " (a false alarm)" if name in HARMLESS else "") for name, day in stops.items()
    ] or at["decided"].startswith("No stream") is bool(stops):
        yield f"rolled back are {stops}: {at['decided']}"
    least = min(high for high, _ in found.ramp.values())
    name = re.sub("^Planted ", "", at["ramp"]).partition(": ")[0]
    if found.ramp.get(name, (None, None))[0] != least:
        yield f"the worst is at {least}: {at['ramp']}"
    elif re.findall(r"on day (\d+)", at["ramp"]) != [str(found.ramp[name][1])] * (found.ramp[name][1] is not None):
        yield f"{found.ramp[name]}: {at['ramp']}"
    elif ("rolled back by a false alarm" in at["ramp"]) is not bool(name in HARMLESS and found.ramp[name][1]):
        yield f"a false alarm: {at['ramp']}"
    elif name in HARMLESS and ": shown to harm" in at["ramp"]:
        yield f"nothing harms: {at['ramp']}"
    for text in (text.text for text in said if text.place == "ramp: row"):
        stream, day, *_ = text.replace("\xa0", " ").split(" | ")
        stop = found.ramp[stream][1]
        if day != f"{stop or 8}{', a false alarm' if stop and stream in HARMLESS else ''}":
            yield f"the ramp ends on {stop}: {text}"
    yield from _watched(found, at["watched"])
    for name, units in found.needed.items():
        needs = re.search(
            rf"the {name} needs (about ([\d,]+) units? a day|more units a day than were tried)(, \*\*more than)?",
            at["sizes"],
        )
        if needs is None or (needs[2] or "") != (f"{units:,}" if units else ""):
            yield f"{units} are needed: {at['sizes']}"
        elif bool(needs[3]) is (units is not None and units <= PLAN.world.units):
            yield f"there are {PLAN.world.units}: {at['sizes']}"
    for row in (text.text.replace("\xa0", " ") for text in said if text.place == "replay"):
        stream, pause, stop, end, why = row.split(" | ")
        stopped, paused = found.days[stream]
        state = "ROLL BACK" if stopped else "PAUSE" if paused == 8 else "CONTINUE"
        if (end, why) != (state, f"{state} for a reason."):
            yield f"it ends with {state}: {row}"
        paused = None if stopped and paused and paused >= stopped else paused
        for cell, day in ((pause, paused), (stop, stopped)):
            wrongly = ", a false alarm" if day and cell is stop and stream in HARMLESS else ""
            seen = f": {'CUSUM' if day % 2 else 'too few data'}" if day and cell is pause else ""
            if cell != (f"day {day}{seen}{wrongly}" if day else "never"):
                yield f"{day}: {row}"


def _watched(found: Watch, text: str) -> Iterator[str]:
    text = text.replace("\xa0", " ")
    for name, (stop, day, sign) in found.chances.items():
        line = next(line for line in text.split("\n\n") if line.startswith(f"**{name}:**"))
        shares = re.findall(r"(?:[<>] )?[\d.]+ %", line)
        for share, true in zip(shares, (stop, sign), strict=True):
            whole = share in ("0 %", "100 %")
            ends = {"< 0.1 %": 0 < true < 0.001, "> 99.9 %": 0.999 < true < 1}
            close = share[0] not in "<>" and abs(float(share.removesuffix(" %")) / 100 - true) <= 0.0051
            if whole is not (true in (0, 1)) or not ends.get(share, close):
                yield f"the share is {true}: {line}"
        if re.findall(r"by day (\d+)", line) != [str(day)] * (day is not None):
            yield f"the day is {day}: {line}"
        if ("by mistake" in line) is not (name in HARMLESS):
            yield f"a mistake: {line}"
    own = found.days.get(OWN)
    if ("The study's own stream was" in text) is not (own is not None):
        yield f"the own stream: {text}"
    elif own and re.findall(r"own stream was rolled back on day (\d+)", text) != [str(own[0])] * (own[0] is not None):
        yield f"the own stream is {own}: {text}"
    if f"The {len(found.days) - (own is not None)} planted streams" not in text:
        yield f"planted: {text}"
