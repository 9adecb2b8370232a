"""What the notebook tells of the replays: counts against those planted, alarms against the trouble, lags, words."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from helpers.formatting import formatted
from helpers.programme.live.replay import Replay, lags
from helpers.programme.live.stream import ARMS, HOUR, NAMES

if TYPE_CHECKING:
    from helpers.report.notebook import ProgrammeNotebook


def table(replay: Replay) -> list[dict[str, Any]]:
    """Deliveries by what became of them, counted and planted."""
    found, planted = replay.counters, replay.stream.ledger
    rows = (
        ("deliveries", found.deliveries, planted.deliveries),
        ("counted once", found.counted, planted.counted),
        ("duplicates, not counted again", found.duplicates, planted.duplicates),
        ("late, counted apart", int(found.late.sum()), planted.late),
    )
    return [{"deliveries": what, "counted": seen, "planted": sent} for what, seen, sent in rows]


def record(nb: "ProgrammeNotebook", running: Replay) -> None:
    """``live.*``: the effect at the last look, and the deliveries by what became of them."""
    last, counters = running.monitor.looks[-1], running.counters
    nb.record("live.absolute", last.absolute, "points", "Difference of the shares that order, at the last look")
    nb.record("live.low", last.low, "points", "Lower end of its interval, which holds at all looks together")
    nb.record("live.high", last.high, "points", "Upper end of that interval")
    nb.record("live.deliveries", counters.deliveries, "count", "Deliveries of events, repeats included")
    nb.record("live.duplicates", counters.duplicates, "count", "Deliveries of an event that was counted already")
    nb.record("live.late", int(counters.late.sum()), "count", "Deliveries below the watermark, counted apart")
    off = sum(abs(row["counted"] - row["planted"]) for row in table(running))
    nb.record("live.difference", off, "count", "Deliveries by which the counts differ from those planted")


def table_late(replay: Replay) -> list[dict[str, Any]]:
    """Late deliveries by arm and name, and the money in them."""
    found = replay.counters
    return [
        {"arm": arm} | {f"{name}s": int(found.late[i, j]) for j, name in enumerate(NAMES)}
        | {"in late orders": formatted(int(found.late_value[i]), "money")}
        for i, arm in enumerate(ARMS)
    ]  # fmt: skip


def table_alarms(replays: Mapping[str, Replay]) -> list[dict[str, Any]]:
    """What each alarm did on each stream, beside the trouble that was planted there."""
    rows = []
    for name, replay in replays.items():
        trouble = _planted(replay)
        for alarm in replay.monitor.alarms:
            rule = alarm.rule
            told = [f"{a.change} at hour {a.at / HOUR:.1f}" for a in replay.monitor.alerts if a.name == rule.name]
            rows.append(
                {
                    "stream": name, "alarm": rule.name, "planted": trouble.get(rule.name, "nothing"),
                    "told": ", ".join(told) or "silent", "false alarms at most": formatted(rule.false_alarms, "share"),
                }
            )  # fmt: skip
    return rows


def _planted(replay: Replay) -> dict[str, str]:
    """The trouble in a stream, by the alarm that is to tell of it."""
    world = replay.stream.world
    found = {}
    if world.conversion[0] != world.conversion[1]:
        found["effect"] = formatted(world.conversion[1] - world.conversion[0], "points")
    if world.faulty:
        found["errors"] = f"faulty from hour {world.faulty[0]:.1f} to {world.faulty[1]:.1f}"
    if world.leaking_from is not None:
        found["split"] = f"units lost from hour {world.leaking_from:.1f} on"
    return found


def table_latency(replay: Replay) -> list[dict[str, Any]]:
    """Lags by quantile, in seconds of the stream's clock."""
    return [
        {
            "quantile": formatted(lag.quantile, "share"),
            "event to arrival": formatted(lag.on_its_way, "seconds"),
            "arrival to metric": formatted(lag.until_counted, "seconds"),
            "event to metric": formatted(lag.together, "seconds"),
        }
        for lag in lags(replay.stream, replay.settings.batch_seconds)
    ]


def _first_raised(replay: Replay, name: str) -> int | None:
    """When an alarm was first raised, in milliseconds; None if it never was."""
    return next((a.at for a in replay.monitor.alerts if a.name == name and a.change == "raised"), None)


def text(replays: Mapping[str, Replay]) -> str:
    """What the notebook found."""
    running, leaking = replays["running"], replays["leaking"]
    counted = running.counters
    decided, split = _first_raised(running, "effect"), _first_raised(leaking, "split")
    effect = f"after {decided / HOUR:.1f} hours" if decided is not None else "at no look"
    lost = (
        f"{split / HOUR - (leaking.stream.world.leaking_from or 0):.1f} hours after it began"
        if split is not None
        else "not at all"
    )
    return (
        f"Of {counted.deliveries:,} deliveries {counted.duplicates:,} were repeats and {int(counted.late.sum()):,} late, as planted; "
        f"the effect was shown {effect}, and a loss of treated units was noticed {lost}."
    )


def text_caution(leaking: Replay) -> str:
    """What the interval says where the split is broken."""
    last = leaking.monitor.looks[-1]
    low, high = (formatted(end, "points") for end in (last.low, last.high))
    return (
        f"On the stream that loses treated units the interval reads {low} to {high}, as narrow as on any other. Here the loss has "
        "nothing to do with ordering and does no harm; in a real log nobody knows, so no effect counts once the split alarm is raised."
    )
