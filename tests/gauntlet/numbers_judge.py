"""Numbers of sentences held against the tables, the record and what the study states: none is from nowhere."""

import re
from collections.abc import Iterator

from helpers.formatting import formatted
from tests.gauntlet.case import Case
from tests.gauntlet.page import ToldPage
from tests.gauntlet.truths import truths


def strange_numbers(case: Case, page: ToldPage) -> Iterator[str]:
    """Numbers of a sentence that stand in no table, no record and not among what the study states."""
    tables = ("criteria", "effects", "arms", "table of money", "table of options", "note of money")
    known = " ".join(
        [text.text for text in page.said if text.place in tables] + list(_recorded(page)) + _stated(case, page)
    )
    pool = set(re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", known))
    for text in page.said:
        if text.place in (
            "headline",
            "text",
            "takeaway",
            "reason",
            "beside",
            "money",
            "options",
        ) or text.place.startswith("talk"):
            told = re.sub(
                r"by less than 0.1 %|one of [-+\d.]+ % is found with 80 % power at the p < [\d.e-]+ that a gain|which brings the risk to [\d.]+ %|p = [\d.e+-]+|p < [\d.e-]+|To find an effect.*?(?= The risk| It pays|$)|arm_\d|\d{4}-\d\d-\d\d",
                "",
                text.text,
            )
            told = re.sub(
                r"is significantly worse for .*?: exploratory|If \w+.*? (?:as it is|inside its margin)[^.]*\.|[\d,]+ more units reach|below EUR [\d,]+;",
                "",
                told,
            )
            for number in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", told):
                if number not in pool:
                    yield f"{number} stands in no table: {text.place}: {text.text}"


def _recorded(page: ToldPage) -> Iterator[str]:
    """Recorded numbers; not the sentences."""
    return (
        text
        for name, text in page.record.items()
        if not name.startswith(("decision.", "options.talk", "options.beside"))
    )


def _stated(case: Case, page: ToldPage) -> list[str]:
    found, rule = case.found, page.study.decision
    stated = [
        rule.confidence,
        1 - rule.confidence,
        rule.max_risk,
        rule.prior.improve,
        rule.prior.harm,
        rule.prior.size,
        0.1,
        0.01,
        0.8,
    ]
    stated += [guard["margin"] for guard in found.get("guards", {}).values() if "margin" in guard]
    told = [formatted(each, "share") for each in stated] + [formatted(rule.min_relative_uplift, "relative")]
    guards = [guard for guard in found.get("guards", {}).values() if "absolute" in guard]
    absolute = [formatted(guard["absolute"], "points" if len(guard["control"]) == 2 else "number") for guard in guards]
    absolute += [
        f"{100 * end:.2f} {end:.4g}"
        for true in truths(case).values()
        for _, ends, _ in true.guards.values()
        for end in ends
    ]
    have = sum(arm[0] for arm in (found["control"], *case.arms.values()))
    look = page.decided.weighed.look
    early = [formatted(look.share, "share")] if look else []
    return [*told, *absolute, *early, f"{have:,}", f"{found.get('planned', 0):,}", "12 4 2.7 5 95"]
