"""Whether more of a metric is better: what names and values tell, what somebody said, and what is asked."""

from collections.abc import Sequence
from dataclasses import replace

from helpers.ingest.new_study import harms, languages, measures, pieces, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Measure, StudyProposal
from helpers.ingest.new_study.said import Said

LOWER = "lower"
SAYS_LITTLE = {"minutes", "seconds", "duration", "amount", "sum", "count", "outcome", "target", "left"}
"""Words of outcomes that may be of anything."""
NEUTRAL = languages.NEUTRAL | {"amount", "amt", "cents", "price", "value", "cost", "payment", "paid", "usd", "eur", "gbp", "charges", "total",
                               "payout", "fees", "fare", "tuition", "gross", "net", "money"}  # fmt: skip
"""Words of money that may be earned as well as spent."""
WANTED = (vocabulary.GOAL.union(vocabulary.MONEY, *vocabulary.OUTCOME) - SAYS_LITTLE) - NEUTRAL
"""Words of what a business wants."""
DOUBTED = (
    frozenset({"claim", "claims", "return", "returns", "returned", "discount", "discounts", "ticket", "tickets"})
    | vocabulary.RANKS
)
"""Words beside which it may want less of it."""
COUNTED_EVENTS = frozenset(vocabulary.STEPS) | {"invoices", "payments", "paid"}
"""Words of an event, or of how many came to it, beside what a business wants: money that somebody paid is no amount there."""
BROWSED = {"pages", "views", "searches"}
"""Words of what is counted on the way: more of it may be interest, or a way that is not found."""
TODAY = {"date", "now", "today", "heute", "jour", "hoy", "hoje", "oggi", "vandaag"}
"""Words of a total so far, as minutes to date: not of the time until something comes about."""
BEST, WORST = 0.7, 6.0
"""Between these lie grades of which 1 is the best."""


def told(proposal: StudyProposal, columns: Sequence[Column], said: Said) -> StudyProposal:
    """The proposal with the direction of each metric; a question where nothing tells that of the primary one."""
    named = {c.name: c for c in columns}
    levels = {name: level for level, name in proposal.events.items()} if proposal.source == "log" else {}
    made, asked, notes = [], [], []
    sold = any(pieces.beside(columns, c) for c in columns)
    goods = harms.tells_of_goods(c.name for c in columns)
    for metric in proposal.metrics:
        column = named.get(_column_of(metric, proposal))
        name = column.name if column else levels.get(metric.event, metric.event)
        why = why_lower(name, column)
        turned = bool(why) and column is not None and _never_above_zero(column)
        sent_back = not (why or metric.better) and goods and harms.may_be_of_goods(name)
        why = "as the table tells of goods, which are sent back" if sent_back else why
        better = metric.better or (LOWER if why and not turned else "")
        unclear = not (
            better or turned or (sold and column and (measures.is_money(column) or pieces.is_whole(column)))
        ) and _unclear(metric, name, column)
        if metric.role == "primary" and said.better:
            better, why, turned = (LOWER if said.better == LOWER else ""), said.how("better"), False
            unclear = sent_back = False
        elif metric.role == "primary" and unclear:
            asked.append(
                f"Is a higher {metric.label} better? ASSUMED so; better: lower at the metric (--better lower) turns it."
            )
        elif metric.role == "primary" and why and not turned and (sent_back or harms.is_open(name)):
            asked.append(
                f"Is a lower {metric.label} better? ASSUMED so, {why}; --better higher turns it, if the name says what became of it."
            )
        if turned:
            notes.append(
                f"direction: more of {metric.name} is better, as none of its amounts is above zero: nearer to zero is less of it"
            )
        if better and better != metric.better:
            notes.append(
                f"direction: less of {metric.name} is better, {why}"
                + "; else --better higher" * (not said.better and metric.role == "primary")
            )
        made.append(replace(metric, better=better, undirected=unclear or sent_back))
    money = [m.name for m in made if m.unit == "money" and m.better != LOWER]
    revenue = proposal.revenue if proposal.revenue in ("", *money) else "".join(money[:1])
    made = [replace(m, undirected=m.undirected and (m.role == "primary" or m.name != revenue)) for m in made]
    notes += [
        f"direction: nothing tells whether more of {m.name} is better; it is told as higher or lower until the study says so"
        for m in made
        if m.undirected and m.role != "primary" and not m.better
    ]
    return replace(
        proposal,
        metrics=tuple(made),
        revenue=revenue,
        first=(*asked, *proposal.first),
        assumed=(*proposal.assumed, *notes),
    )


def _column_of(metric: Measure, proposal: StudyProposal) -> str:
    """The column that a metric is of: its outcome, or the amounts of a log; none for the rate of an event."""
    if proposal.source == "log":
        return proposal.columns.get("price", ("", ""))[0] if metric.unit == "money" else ""
    return proposal.outcomes.get(metric.event, ("", ""))[0]


def why_lower(name: str, column: Column | None) -> str:
    """What tells that less of a metric is better, by the name of its ``column`` or event; empty where nothing does."""
    if harms.is_harm(name):
        return "by its name"
    if harms.denies(name) and vocabulary.touches(name, WANTED | COUNTED_EVENTS):
        return "as what is wanted is denied in its name"
    if column is not None and _is_grade(column):
        return "as grades are of which 1 is the best"
    called = set(vocabulary.tokens(name)) & vocabulary.UNDONE if column is None else set()
    turned = harms.is_turned(name)
    if not turned and (called or vocabulary.touches(name, vocabulary.SLOW)):
        return "by its name"
    bad = turned and vocabulary.touches(name, vocabulary.HARM | vocabulary.SLOW | vocabulary.COST)
    return "by its name" if _takes_time(name) and not bad else ""


def is_best_at_zero(column: Column) -> bool:
    """Whether a zero in place of an empty field would be the best there is: where less is better, and among ranks, which begin at one."""
    return bool(why_lower(column.name, column)) or vocabulary.touches(column.name, vocabulary.RANKS)


def _of_people(name: str) -> bool:
    """Whether a turnover is that of people, who leave, or of stock, and not of money.

    >>> _of_people("staff_turnover"), _of_people("turnover_eur"), _of_people("turnover")
    (True, False, False)
    """
    found = [token for token in vocabulary.tokens(name) if token != "turnover"]
    of_money = any(vocabulary.is_said(t, vocabulary.MONEY) or vocabulary.is_said(t, vocabulary.COUNTED) for t in found)
    return bool(found) and "turnover" in vocabulary.tokens(name) and not of_money


def _never_above_zero(column: Column) -> bool:
    return column.numeric and column.low < 0 and column.high <= 0


def _is_grade(column: Column) -> bool:
    """Whether a column is called as grades, and its values lie where 1 is the best of them."""
    graded = any(vocabulary.is_said(token, vocabulary.GRADES) for token in vocabulary.tokens(column.name))
    return graded and column.numeric and column.low >= BEST and column.high <= WORST


def _takes_time(name: str) -> bool:
    """Whether a name is that of the time until something is reached, as ``days_to_activate``, or that something takes."""
    found = vocabulary.tokens(name)
    at = [i for i, token in enumerate(found) if vocabulary.is_said(token, vocabulary.SPANS)]
    until = any(found[i + 1 : i + 2] and found[i + 1] in vocabulary.UNTIL and not {*found[i + 2 :]} & TODAY for i in at)
    return until or (bool(at) and any(token in vocabulary.TAKES for token in found))


def _is_good(name: str, column: Column | None) -> bool:
    """Whether a name is that of what ended well, of a level that was reached or of how content somebody is, and of nothing else that turns it.

    >>> [_is_good(n, None) for n in ("recovered", "level_5_reached", "NPS", "complaints_resolved", "debt_recovered", "limit_reached", "recovery_days")]
    [True, True, True, False, False, False, False]
    """
    if harms.denies(name) or vocabulary.touches(name, vocabulary.HARM | vocabulary.SLOW | vocabulary.COST | DOUBTED):
        return False
    timed = vocabulary.touches(name, vocabulary.SPANS) and not (column is not None and column.binary)
    reached = vocabulary.touches(name, languages.REACHED) and vocabulary.touches(name, languages.STAGES)
    return reached or (not timed and vocabulary.touches(name, languages.ENDED_WELL | languages.CONTENT))


def _unclear(metric: Measure, name: str, column: Column | None) -> bool:
    """Whether a metric is of something that nobody calls as what a business wants."""
    if column is not None and _never_above_zero(column):
        return True
    if _is_good(name, column):
        return False
    doubted = vocabulary.touches(name, DOUBTED) or harms.is_turned(name) or harms.denies(name) or _of_people(name)
    counted = column is None or column.binary or column.in_words or metric.type == "proportion"
    wanted = WANTED | COUNTED_EVENTS if counted and not vocabulary.touches(name, vocabulary.COST) else WANTED
    telling = {token for token in vocabulary.tokens(name) if vocabulary.touches(token, wanted)}
    browsed = column is not None and bool(telling) and telling <= BROWSED
    return doubted or browsed or not vocabulary.touches(name, wanted)
