"""The trust checks as a reader sees them: one short table, what was looked for, and the effect without some days."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from helpers.experiment.decision.claims import subject
from helpers.experiment.trust.check import TrustCheck
from helpers.experiment.trust.checks import Trust
from helpers.formatting import CHANGE, NO_INTERVAL, Unit, finite, formatted, interval, listed, p_text
from helpers.report import base
from helpers.report.base import Base
from helpers.report.tables import Badge, Row, badge

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.experiment.trust.sensitivity import Reestimate
    from helpers.report.notebook import Notebook


CANNOT = "cannot be told: "
IMMATURE = "Immature units"
NONE_SHARES = "no unit shares a session"


def _why(found: Trust, name: str) -> str:
    """Why what a check counts cannot be told; empty where the check was made and tells it: what nobody asked is not zero."""
    check = next(c for c in (*found.checks, *found.unasked) if c.name == name)
    asked = check.verdict != "not asked" and not (name == IMMATURE and found.maturity.hours is None)
    return "" if asked else check.found.removeprefix(CANNOT)


def record(nb: Notebook, found: Trust) -> None:
    """``trust.*``: checks passed, the names of those that were not, and the numbers behind them."""
    checks, watched, total = found.checks, found.maturity, max(1, found.maturity.total)
    nb.record("trust.total", len(checks), "count", "Trust checks made before any result was read")
    nb.record("trust.passed", sum(c.passed for c in checks), "count", "Of them passed, neither failed nor warned of")
    failed = [c.name for c in found.failed]
    nb.record("trust.failed", "; ".join(failed), "text", "Names of the failed ones", names=failed)
    if failed:
        seen, mends = ([getattr(c, what) for c in found.failed] for what in ("found", "remedy"))
        nb.record("trust.causes", "; ".join(seen), "text", "What the failed ones found", names=seen)
        nb.record("trust.remedies", "; ".join(filter(None, mends)), "text", "What alone mends them", names=mends)
    nb.record("trust.warned", len(found.warned), "count", "Of them warned of: the comparison stands, with a caveat")
    nb.record("trust.warnings", "; ".join(c.name for c in found.warned), "text", "Names of those that warn")
    waiting, early, shared = (_why(found, name) for name in (IMMATURE, "Outcomes before exposure", "Clustered units"))
    of_checks: tuple[tuple[str, float | None, Unit, str, str], ...] = (
        ("usual_hours", watched.hours, "count", "Hours within which most converting units convert, from earlier units", waiting),
        ("immature_units", watched.units, "count", "Exposed units that were watched for less than that", waiting),
        ("immature_share", watched.units / total, "share", "Their share of the exposed units", waiting),
        ("early_units", sum(sum(t.hits) for t in found.pre_exposure.values()), "count",
         "Exposed units with an outcome between their assignment and exposure, which is left out; a unit counts once an outcome", early),
        ("sentinels", len(found.sentinels), "count", "Values that likely stand for 'unknown'", _why(found, "Sentinel values")),
        ("sharing_units", found.sharing_units, "count", "Exposed units that share a session with another one", shared),
        ("design_effect", finite(found.correlation.design_effect), "number",
         "Factor by which that inflates the variance of the primary metric", shared),
    )  # fmt: skip
    for name, value, unit, meaning, why in of_checks:
        nb.record(f"trust.{name}", None if why else value, unit, meaning, reason=why or NONE_SHARES)
    for metric, left_out in found.left_out.items():
        nb.record(
            f"trust.left_out.{metric}",
            sum(left_out.hits),
            "count",
            "Exposed units that were not watched long enough for the metric",
        )
    named = ((gap, f"trust.missing.{metric.name}") for gap in found.missing for metric in gap.metrics)
    for gap, name in named:
        nb.record(
            f"{name}.units",
            sum(gap.by_arm.hits),
            "count",
            "Exposed units without a value of the metric, left out of it alone",
        )
        nb.record(f"{name}.p_value", finite(gap.by_arm.p_value), "p", "Of as many missing values in each arm",
                  reason="no value is missing, or every one")  # fmt: skip
        nb.record(
            f"{name}.zeros",
            gap.zeros if any(metric.missing == "zero" for metric in gap.metrics) else None,
            "count",
            "Empty values counted as zero, because the study says that empty means zero",
            reason="the study says no such thing",
        )
    for number, other in enumerate(found.reestimates):
        late = other is watched.without
        _reestimate(
            nb,
            "trust.without_last_days" if late else f"trust.without_event_{number + (watched.without is None)}",
            other,
        )

    _caveats(nb, found)


def _caveats(nb: Notebook, found: Trust) -> None:
    """``trust.caveats.*``, ``trust.split.*`` and ``trust.unseen.*``, each only where there is one."""
    for caveat in found.caveats:
        nb.record(f"trust.caveats.{caveat.name}", caveat.words, "text", caveat.claim)
    first = [caveat.first for caveat in found.caveats if caveat.first]
    if first:
        nb.record("trust.first", listed(first), "text", "What has to be done before anybody acts on the result")
    if found.split is not None:
        split = found.split
        nb.record("trust.split.p_value", split.test.p_value, "p", "Sample ratio of the exposed units: not failed, but doubtful")  # fmt: skip
        nb.record("trust.split.missing", split.missing, "count", f"Units by which {split.short} is short of its share")
        if split.worst is not None:
            nb.record("trust.split.worst", finite(split.worst.relative), "relative",
                      "Primary effect had the missing units all answered against what was found",
                      reason=split.worst.note)  # fmt: skip
    if found.unseen is not None:
        unseen = found.unseen
        nb.record("trust.unseen.rows", unseen.rows, "count", "Rows shown another variant than assigned, left out")
        nb.record("trust.unseen.before", unseen.before.p_value, "p", "Sample ratio with them: it does not see them")
        nb.record("trust.unseen.after", unseen.after.p_value, "p", "Sample ratio without them")


def _reestimate(nb: Notebook, prefix: str, found: Reestimate) -> None:
    nb.record(f"{prefix}.units", found.units, "count", f"Exposed units left out: {found.left_out}")
    nb.record(
        f"{prefix}.p_value",
        finite(found.p_value),
        "p",
        "Of another relative effect on these days than on the others",
        reason="one of the two parts has no effect with an interval",
    )
    if found.without is not None:
        e, unit = found.without, CHANGE[nb.study.primary.unit]
        why = e.note or NO_INTERVAL
        nb.record(
            f"{prefix}.relative",
            finite(e.relative),
            "relative",
            "Relative effect on the primary metric without them",
            reason=why,
        )
        nb.record(f"{prefix}.relative_low", finite(e.relative_low), "relative", "Lower end of its interval", reason=why)
        nb.record(
            f"{prefix}.relative_high", finite(e.relative_high), "relative", "Upper end of its interval", reason=why
        )
        nb.record(f"{prefix}.absolute", finite(e.absolute), unit, "The same effect, absolute", reason=why)


def _mark(check: TrustCheck) -> Badge:
    """The verdict with its colour."""
    tones = {"passed": "good", "warning": "warn", "failed": "bad", "not asked": "neutral"}
    return badge(tones[check.verdict], check.verdict)  # type: ignore[arg-type]


def table(found: Trust) -> list[Row]:
    """What failed or warns in full, first; what passed by family, one line each."""
    rows = [{"Check": c.name, "Found": c.found, "Verdict": _mark(c)} for c in (*found.failed, *found.warned)]
    for family in dict.fromkeys(c.family for c in found.checks):
        passed = [c for c in found.checks if c.family == family and c.passed]
        if passed:
            rows.append({"Check": family, "Found": _together(passed), "Verdict": _mark(passed[0])})
    if found.unasked:
        rows.append({"Check": "Not asked", "Found": _unasked(found), "Verdict": _mark(found.unasked[0])})
    return rows


def _unasked(found: Trust) -> str:
    """What the data cannot answer, by the reason."""
    names: dict[str, list[str]] = {}
    for check in found.unasked:
        names.setdefault(check.found.removeprefix("cannot be told: "), []).append(check.name.lower())
    return "; ".join(f"{listed(checks)}: {why}" for why, checks in names.items())


def _together(passed: list[TrustCheck]) -> str:
    if len(passed) == 1:
        return f"{passed[0].name}: {passed[0].found}"
    names = [c.short or c.name for c in passed]
    names = [name if name[1:2].isupper() else name[0].lower() + name[1:] for name in names]
    told = [(c.p_value, c.shared) for c in passed if c.p_value is not None and not math.isnan(c.p_value)]
    adjusted = any(shared for _, shared in told)
    least = f"; smallest {p_text(min(told)[0], adjusted=adjusted)}" if told else ""
    return f"{len(passed)} checks: {', '.join(names)}{least}"


def table_details(found: Trust) -> list[Row]:
    """Every check with its question."""
    every = (*found.checks, *found.unasked)
    return [{"Check": c.name, "Question": c.question, "Found": c.found, "Verdict": _mark(c)} for c in every]


def text(found: Trust) -> str:
    """One sentence on what was looked for and not found; what was found stands in the table.

    A warning that the checks of one thing share is looked for once.
    """
    if found.unasked and not any(c.trouble for c in found.checks):
        return "Nothing but the sizes of the arms could be looked at; what is not asked has not passed."
    absent = dict.fromkeys(c.trouble for c in found.checks if c.passed and c.trouble)
    present = {c.trouble for c in found.checks if not c.passed}
    ruled_out = [t for t in absent if t not in present]
    if not ruled_out:
        return "Nothing that was looked for can be ruled out: see the table."
    if len(ruled_out) == 1:
        return f"This was looked for and not found: {ruled_out[0]}."
    return f"None of these was found: {', '.join(ruled_out)}."


def text_caveats(found: Trust) -> str:
    """What a reader must know before acting on the result, a paragraph or more each; empty without any."""
    return "\n\n".join(f"**{caveat.claim}** {caveat.words}" for caveat in found.caveats)


def table_reestimates(found: Trust) -> list[Row]:
    """The primary effect with all units, and without those of some days."""
    others = found.reestimates
    if not others:
        return []
    first = others[0]
    rows: list[Row] = [
        _row("none", 0, first.everything.relative, first.everything.relative_low, first.everything.relative_high, "")
    ]
    for r in others:
        e = r.without
        low, high = (e.relative_low, e.relative_high) if e else (math.nan, math.nan)
        p = "no test" if math.isnan(r.p_value) else formatted(r.p_value, "p")
        rows.append(_row(r.left_out, r.units, e.relative if e else math.nan, low, high, p))
    return rows


def caption_reestimates(study: Study, arm: str = "") -> str:
    """Which effect is reckoned anew; ``arm`` is the treatment where there are several."""
    return f"{subject(study.primary.label, arm)}: the effect without some days"


def note_reestimates(found: Trust, study: Study, arm: str = "") -> str:
    """What the effects without some days are beside, and what the first of them stands on."""
    said = "beside the effect of all units, which the decision rests on; the p-value asks whether those days show another effect"
    everything = [Base.under(study.primary, r.everything, arm) for r in found.reestimates[:1]]
    return f"{said}; {base.text(everything, study)}"


def _row(left_out: str, units: int, relative: float, low: float, high: float, p: str) -> Row:
    change = formatted(finite(relative), "relative")
    return {
        "Left out": left_out,
        "Units left out": units,
        "Change": change,
        "Interval": interval(low, high, "relative"),
        "p of another effect": p,
    }
