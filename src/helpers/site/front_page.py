"""The front page of a report: the decision first, then what it rests on."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from helpers import paths
from helpers.config import Study, Variant
from helpers.config.assumed import horizon, is_panel
from helpers.errors import ReportError
from helpers.experiment.caveats import of_intervals
from helpers.experiment.decision.registration import standing
from helpers.formatting import between, formatted, inside, sentence
from helpers.paths import StudyPaths
from helpers.pipeline.faults import Fault
from helpers.record import Number, Numbers
from helpers.report.figures.show import FigureView, names, with_static
from helpers.report.topics import assumed, decision
from helpers.site.summary import people_said, per_unit_alone, quick

NONE = "NO DECISION"
"""Stands for the verdict of a report whose decision is missing."""
SIGNS = {"GO": "\u2713", "ITERATE": "\u21bb", "KILL": "\u2715", "INVALID": "!", NONE: "\u2026"}
FIGURES = ("effects", "money_scenarios", "funnel_sankey")
"""Figures of the front page, in this order, as far as the study has them."""

UNREAD = "not to be read: a trust check failed"
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+.!|$~:-])")


@dataclass(frozen=True)
class Page:
    """A rendered notebook: file name without ending, the number in it, heading, first sentences, figures it shows."""

    stem: str
    number: str
    title: str
    lead: str
    figures: tuple[str, ...] = ()

    @property
    def entry(self) -> str:
        """The heading as an entry of the sidebar."""
        return f"{self.number} {self.title}".replace("<", "").replace(">", "").strip()


def front_page(
    study: Study,
    where: StudyPaths,
    numbers: Numbers,
    pages: list[Page],
    more: Sequence[tuple[str, str]] = (),
    faults: Sequence[Fault] = (),
) -> str:
    """The front page as MyST Markdown, from ``docs/templates/index.md.j2``.

    ``more`` are further pages and their names, ``faults`` tell of the notebooks that are missing: what rests on their
    numbers is left out.
    """
    number = reader(numbers)
    verdict = verdict_of(numbers, faults)
    valued = "risk.loss_of_shipping" in numbers and numbers["risk.loss_of_shipping"].value is not None
    shown = [name for name in FIGURES if name in names(where)]
    return filled(
        "index.md.j2",
        study=study,
        n=number,
        interval=lambda prefix: _interval(_recorded(numbers, f"{prefix}low"), _recorded(numbers, f"{prefix}high")),
        has=lambda *names: not faults or set(names) <= numbers.keys(),
        faults=faults,
        quick=quick(study, faults),
        verdict=verdict,
        sign=SIGNS[verdict],
        confidence=f"{study.decision.confidence * 100:g} %",
        lead=Lead.of(study, numbers),
        is_panel=is_panel(study),
        unread=UNREAD if verdict == "INVALID" else "",
        as_it_is=_as_it_is(study, numbers),
        two_means=_two_means(study, numbers),
        planted="truth.relative" in numbers,
        costs=study.economics.cost > 0,
        known=lambda name: _recorded(numbers, name).value is not None,
        meaning=lambda name: _recorded(numbers, name).description,
        per_unit=per_unit_alone(study, numbers),
        horizon=horizon(study),
        money_rests=assumed.note(study, assumed.EXPECTED),
        registered=standing(study, where),
        rests=told(numbers, "decision.rests"),
        people=people_said(numbers),
        people_tone="finding" if _on_these_results(numbers) else "warning",
        quoted=number("quoted.amount") if "quoted.amount" in numbers else "",
        risk_rests=assumed.note(study, assumed.EXPECTED if valued else assumed.RISK),
        undone=told(numbers, "data.undone"),
        apart=told(numbers, "data.apart"),
        why=lambda name: _recorded(numbers, name).reason,
        notes=_notes(study) + _caveats(numbers),
        figures=[
            _markup(with_static(FigureView.load(where, name).html(), where.figures, "figures/")) for name in shown
        ],
        metrics=_markup(_metrics(study, numbers)),
        starts=decision.note_rollout(study, verdict, told(numbers, "people.decision"), told(numbers, "people.by")),
        rollout=_markup(_rollout(study)),
        notebooks=pages,
        more=more,
        written=any(target == "write_up.html" for target, _ in more),
    )


def _interval(low: Number, high: Number) -> str:
    """An interval that does not break.

    >>> none = Number(None, "relative", "", "not available")
    >>> _interval(none, none)
    'not\\xa0available'
    """
    return between(low.text, high.text).replace(" ", "\u00a0")


@dataclass(frozen=True)
class Lead:
    """The treatment that the report decides by, and its name where there are several."""

    arm: str
    variant: Variant

    @classmethod
    def of(cls, study: Study, numbers: Numbers) -> "Lead":
        several = len(study.treatments) > 1
        arm = numbers["decision.arm"].text if several and "decision.arm" in numbers else ""
        variant = next((v for v in study.treatments if v.name == arm), study.treatments[0])
        return cls(arm, variant)

    @property
    def whose(self) -> str:
        return f" in {self.arm}" if self.arm else ""


def _as_it_is(study: Study, numbers: Numbers) -> str:
    """Which mean money stands on, where the test pulls extreme values in; empty where it does not."""
    winsorised = study.revenue is not None and study.revenue.winsorize is not None
    if not winsorised or "money.per_unit" not in numbers or study.revenue is None:
        return ""
    return f"reckoned from {inside(study.revenue.label)} with its extreme values, which changes by {numbers['money.per_unit'].text}"


def _two_means(study: Study, numbers: Numbers) -> str:
    """Of which mean the risk is and of which the losses beside it, where these are two; empty where they are one."""
    money = _as_it_is(study, numbers)
    if not money or study.revenue is None:
        return ""
    pulled = " with extreme values pulled in" if study.primary.winsorize is not None else ""
    return f"the risk is of {inside(study.primary.label)}{pulled}, the losses are of {inside(study.revenue.label)} as it is"


def _on_these_results(numbers: Numbers) -> bool:
    held = numbers.get("people.on_these_results")
    return held is not None and held.value is True


def reader(numbers: Numbers) -> Callable[[str], str]:
    """A recorded number's text by its name, on one line that does not break; a missing one is an error."""

    def number(name: str) -> str:
        found = _recorded(numbers, name)
        text = " ".join(found.text.split())
        return text if found.unit == "text" else text.replace(" ", "\u00a0")

    return number


def told(numbers: Numbers, name: str) -> str:
    """A recorded sentence; empty where none was recorded, or nothing is to be told."""
    return numbers[name].text if name in numbers and numbers[name].value else ""


def _recorded(numbers: Numbers, name: str) -> Number:
    if name not in numbers:
        raise ReportError(
            f"the front page needs the number {name!r}, which no notebook has recorded",
            cause="another version of the project built the report",
            remedy=f"build it again: {paths.to_build('NAME')}",
        )
    return numbers[name]


def verdict_of(numbers: Numbers, faults: Sequence[Fault] = ()) -> str:
    """The decision's word, or :data:`NONE` where its notebook is missing; raises when it is none of :data:`SIGNS`."""
    if faults and "decision.verdict" not in numbers:
        return NONE
    verdict = reader(numbers)("decision.verdict")
    if verdict not in SIGNS:
        raise ReportError("no such decision", got=verdict, expected=", ".join(SIGNS))
    return verdict


def filled(template: str, **values: Any) -> str:
    """A template of pages, filled: every value is escaped, a missing one is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(paths.TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        keep_trailing_newline=True,
    )
    environment.filters["markdown"] = markdown
    environment.filters["sentence"] = sentence
    return environment.get_template(template).render(**values)


def markdown(text: str) -> Any:
    r"""Plain text as one line of Markdown in which nothing is markup.

    >>> print(markdown("a*b* <script>\n[x](y)"))
    a\*b\* \<script\> \[x\]\(y\)
    """
    from markupsafe import Markup

    return Markup(_MARKS.sub(r"\\\1", " ".join(text.split())))


def _notes(study: Study) -> list[tuple[str, str]]:
    notes = []
    if study.simulated:
        notes.append(("Simulated data.", "The events come from a simulator, not from customers."))
    if study.mode == "online" and study.planted:
        notes.append(
            (
                "Planted effects.",
                "The simulated users were treated as the variants in the log say, and the effects on them are planted and"
                " known, so every estimate is checked against the truth. The report shows what the machinery finds, not"
                " what the change would do.",
            )
        )
    if study.mode == "offline":
        notes.append(
            (
                "Planted uplift.",
                "Nobody was treated: units were hashed into variants and an uplift was planted in "
                "the exposed ones, so every estimate is checked against the truth. The report "
                "shows what the machinery finds, not what the change would do.",
            )
        )
    return notes


def _caveats(numbers: Numbers) -> list[tuple[str, str]]:
    """What the warnings of the trust checks mean, as 05_ab_results recorded it."""
    return [(number.description, number.text) for name, number in numbers.items() if name.startswith("trust.caveats.")]


def _metrics(study: Study, numbers: Numbers) -> str:
    """Every metric with its role; with its effect where notebooks recorded ``metrics.NAME.*``.

    Of several treatments the one that 05 shows in detail comes first, then the others.
    """
    import pandas as pd

    from helpers.report import base
    from helpers.report.tables import table
    from helpers.report.topics.effects import note_pulled_in

    def text(metric: str, field: str, prefix: str = "metrics.") -> str:
        name = f"{prefix}{metric}.{field}"
        return numbers[name].text if name in numbers else ""

    def change(metric: str, prefix: str) -> dict[str, str]:
        low, high = text(metric, "relative_low", prefix), text(metric, "relative_high", prefix)
        return {
            "Relative change": text(metric, "relative", prefix),
            "Interval": between(low, high) if low and high else "",
            "p (adjusted)": text(metric, "p_adjusted", prefix),
        }

    def verdict(metric: str, prefix: str) -> str:
        """The word of a metric; of an effect whose interval is doubted with that."""
        word = text(metric, "verdict", prefix)
        doubted = read and any(caveat.doubts(metric) for caveat in of_intervals(numbers))
        return f"{word}, by a doubted interval" if word and doubted else word

    read = "decision.verdict" not in numbers or numbers["decision.verdict"].text != "INVALID"
    counted = study.randomised.capitalize()
    arm = numbers["primary.arm"].text if len(study.treatments) > 1 and "primary.arm" in numbers else ""
    others = [v.name for v in study.treatments if arm and v.name != arm]
    shown = [(arm, m, "metrics.") for m in study.metrics]
    shown += [(other, m, f"arms.{other}.") for other in others for m in study.metrics]
    counts = [(f"{prefix}{m.name}.n_control", f"{prefix}{m.name}.n_treatment") for _, m, prefix in shown]
    bases = {
        (of, m.name): base.Base(m, int(numbers.value(control)), int(numbers.value(treatment)), of)
        for (of, m, _), (control, treatment) in zip(shown, counts, strict=True)
        if control in numbers
    }
    told = dict(zip(bases, base.column(list(bases.values()), study), strict=True))
    rows = [
        {
            "Arm": of,
            "Metric": metric.label,
            "Role": metric.role,
            counted: told.get((of, metric.name), {}).get(counted, ""),
            **change(metric.name, prefix),
            "Margin": base.margin(metric, study.economics.currency),
            "Verdict": verdict(metric.name, prefix),
        }
        for of, metric, prefix in shown
        if not prefix.startswith("arms.") or f"{prefix}{metric.name}.relative" in numbers
    ]
    frame = pd.DataFrame(rows).fillna("")
    kept = [c for c in frame.columns if (frame[c] != "").any()]
    note = base.text(list(bases.values()), study) or base.windows(study.metrics, study)
    one_sided = any(m.role == "guardrail" for m in study.metrics)
    judged = (
        "a guardrail is judged by a one-sided bound (at worst), which lies inside the interval; its p is that of any change, at a level of its own"
        if one_sided
        else ""
    )
    note = "; ".join(filter(None, [note, judged, note_pulled_in(study)]))
    return table(frame[kept], "Metrics, their role and what became of them", footnote=note).markup


def _rollout(study: Study) -> str:
    import pandas as pd

    from helpers.report.tables import table

    frame = pd.DataFrame(
        {
            "Stage": range(1, len(study.rollout) + 1),
            "Share of units": [formatted(s.share, "share") for s in study.rollout],
            "Days": [s.days for s in study.rollout],
            "Advance when": [s.advance_when for s in study.rollout],
        }
    )
    return table(frame, "Stages, and what must hold before the next", align={"Stage": "left"}).markup


def _markup(html: str) -> Any:
    from markupsafe import Markup

    return Markup(html)


def page_of(stem: str, content: dict[str, Any], figures: Sequence[str] = ()) -> Page:
    """Heading and first paragraph of a notebook."""
    texts = ["".join(c["source"]) for c in content["cells"] if c["cell_type"] == "markdown"]
    blocks = [b.strip() for b in re.split(r"\n\s*\n|(?<=\n)(?=#)", "\n\n".join(texts)) if b.strip()]
    heading, *rest = [b for b in blocks if b.startswith("# ")][:1] or [f"# {stem}"]
    after = blocks[blocks.index(heading) + 1 :] if heading in blocks else rest
    title, _, below = heading.removeprefix("# ").partition("\n")
    paragraphs = [b for b in [below.strip(), *after] if b and not re.match(r"[#|>`$<-]", b)]
    lead = paragraphs[0] if paragraphs else ""
    return Page(stem, stem.partition("_")[0], _unmarked(title), _unmarked(lead), tuple(figures))


def _unmarked(text: str) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(text.split()))
    return re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", text)
