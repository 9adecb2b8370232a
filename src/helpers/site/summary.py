"""What the command line prints of a report: what it recommends, what that is worth, what it rests on."""

from collections.abc import Sequence

from helpers.config import Study
from helpers.config.assumed import WEIGHTS, direction_of, unstated
from helpers.config.programme import Programme
from helpers.experiment.caveats import of_intervals
from helpers.experiment.decision.invalid import to_do_first
from helpers.experiment.rerandomisation import never_made
from helpers.paths import StudyPaths, books, topic
from helpers.pipeline.faults import Fault, left_out, listed, read, stopped
from helpers.record import Number, Numbers

HEADLINE = ".headline"


def of_programme(programme: Programme, where: StudyPaths, numbers: Numbers) -> str:
    """What the command line prints of a programme: a sentence a notebook, as each recorded it."""
    name = (where.reports / "index.html").relative_to(where.base)
    missing = _missing(where)
    said = "".join(f"  {headline.text}\n" for headline in headlines(numbers).values())
    return f"\n{programme.title} (simulated)\n{said}{missing}  report:  {name}\n\n"


def headlines(numbers: Numbers) -> dict[str, Number]:
    """The sentences that notebooks of a programme recorded as their finding, by topic."""
    told = {f"{topic(name)}{HEADLINE}" for name in books(programme=True)}
    return {name.removesuffix(HEADLINE): number for name, number in numbers.items() if name in told}


def summary(study: Study, where: StudyPaths, numbers: Numbers) -> str:
    """What the command line prints when a report is done: where it is and what it recommends."""
    name = (where.reports / "index.html").relative_to(where.base)
    grounds = ["simulated log"] * study.simulated + ["planted uplift"] * (study.mode == "offline")
    rests = f" ({', '.join(grounds)})" if grounds else ""
    left = quick(study, read(where.faults))
    undone = _missing(where) + (f"  quick:   {left}\n" if left else "")
    head, end = f"\n{study.title}{rests}\n", f"{undone}  report:  {name}\n\n"
    if study.is_descriptive:
        from helpers.site import described

        return f"{head}{described.said(study, numbers)}{end}"
    if not {"decision.verdict", "money.expected", "risk.no_improvement", "trust.passed"} <= numbers.keys():
        return f"{head}  no decision: a notebook that it rests on is missing\n{end}"
    money = numbers["money.expected"]
    if per_unit_alone(study, numbers):
        worth = money.reason
    elif money.value is None:
        worth = f"not available: {money.reason}"
    else:
        low, high = numbers["money.horizon_low"].text, numbers["money.horizon_high"].text
        measured = numbers["money.horizon_point"].text
        worth = f"{money.text} expected over {study.economics.horizon}; measured {measured} ({low} to {high})"
    if "data.undone" in numbers and numbers["data.undone"].value and study.revenue is not None:
        worth = f"{worth}; {numbers['data.undone'].text}"
    valid = numbers["decision.verdict"].value != "INVALID"
    directions = [direction_of(m.name) for m in study.metrics if study.is_undirected(m)]
    guessed = [*study.assumptions, *directions] if valid else []  # what fails rests on none of them
    guessed += [WEIGHTS] if study.is_weighed_by_guess else []
    arm = numbers["decision.arm"].text if len(study.treatments) > 1 and "decision.arm" in numbers else ""
    of, whose = (f" of {arm}", f"{arm}: ") if arm and valid else ("", "")
    todo = numbers["decision.recommendation"].text if not valid and "decision.recommendation" in numbers else ""
    mend = f"  to do:   {todo}\n" if todo else ""
    assumed = f"  assumed: {', '.join(guessed)}\n" if guessed else ""
    warned = numbers["trust.warnings"].text
    doubts = doubts_said(numbers)
    doubted = f"  doubt:   {doubts}\n" if doubts else ""
    decided = people_said(numbers)
    people = f"  people:  {decided}\n" if decided else ""
    caveat = f"; warned of: {warned.lower()}" if warned else ""
    first = to_do_first(numbers) if numbers["decision.verdict"].value == "GO" else ""
    before = f"  first:   {first[:1].upper()}{first[1:]}.\n" if first else ""
    caveat += f", all others not asked: {study.rowless}" if study.rowless else ""
    told = (("rests", "decision.rests"), ("beside", "decision.beside"), ("others", "decision.others"))
    beside = "".join(
        f"  {word + ':':<9}{numbers[name].text}\n" for word, name in told if name in numbers and numbers[name].value
    )
    return (
        f"{head}"
        f"  {numbers['decision.verdict'].text}: {numbers['decision.headline'].text}\n{doubted}{before}"
        f"  why:     {numbers['decision.reason'].text}\n{mend}{beside}{people}"
        f"  money:   {whose}{worth}\n"
        f"  risk:    no improvement{of} {numbers['risk.no_improvement'].text}, trust checks "
        f"{numbers['trust.passed'].text} of {numbers['trust.total'].text} passed{caveat}\n{assumed}{end}"
    )


def doubts_said(numbers: Numbers) -> str:
    """What the trust checks say against intervals, as 05 does, for the headline tells them; empty where nothing is read."""
    valid = numbers["decision.verdict"].text != "INVALID" if "decision.verdict" in numbers else False
    return " ".join(caveat.claim for caveat in of_intervals(numbers)) if valid else ""


def people_said(numbers: Numbers) -> str:
    """What people decided, in the words of notebook 06; empty where nobody did."""
    said = numbers.get("people.sentence")
    return str(said.value) if said is not None and said.value is not None else ""


def per_unit_alone(study: Study, numbers: Numbers) -> bool:
    """Whether money is told per unit and not over the horizon, because nobody stated all that it takes."""
    if not unstated(study) or not {"money.expected", "money.per_unit"} <= numbers.keys():
        return False
    return numbers["money.expected"].value is None and numbers["money.per_unit"].value is not None


def quick(study: Study, found: Sequence[Fault]) -> str:
    """What a quick run left out that a whole one adds; empty where nothing was left out."""
    return left_out(splits=not never_made(study)) if len(stopped(found)) < len(found) else ""


def _missing(where: StudyPaths) -> str:
    """A line for each notebook that is missing, and why."""
    return "".join(f"  missing: {line}\n" for line in listed(stopped(read(where.faults))))
