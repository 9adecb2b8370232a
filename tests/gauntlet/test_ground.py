"""What stands beside the verdict is true as well: of funnels, segments, logs, stays, proxies, checks and stages at random."""

import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tests.gauntlet.ground import Ground, doctored, ground, told
from tests.gauntlet.ground_judge import faults
from tests.gauntlet.page import Said


def false(seed: int, grounds: int) -> list[str]:
    """What is wrong on the pages of so many grounds at random."""
    rng = np.random.default_rng(seed)
    drawn = (ground(rng) for _ in range(grounds))
    return [f"{fault} of {found}" for found in drawn for fault in faults(found, told(found))]


@pytest.mark.sweep
@pytest.mark.parametrize("part", range(2))
def test_nothing_said_beside_the_verdict_is_false_of_two_thousand(part):
    assert false(seed=20_261_129 + part, grounds=1_000) == []


Change = str | Callable[[re.Match[str]], str]


def more(number: re.Match[str]) -> str:
    return f"{int(number[0].replace(',', '')) + 7:,}"


LIES: dict[str, tuple[str, str, Change]] = {
    "another step is the bottleneck": ("funnel: text", r"from (\w+) to (\w+)(?=:)", r"from \2 to \1"),
    "a tie has one name": ("funnel: losses", r"The steps (from \w+ to \w+) and from \w+ to \w+ cost", r"The step \1 costs"),
    "a bottleneck where nobody is lost": ("funnel: record", r"Nobody is lost between (\w+) and (\w+)",
                                          r"The bottleneck is the step from \1 to \2: 0 % do not go on"),
    "nobody is lost where somebody is": ("funnel: flow", r"^\d.*", "Nobody is lost between view and cart"),
    "another loss": ("funnel: losses", r"\d[\d,]*(?= )", more),
    "events for the users who have them": ("funnel: losses", r"users? an? (\w+)", r"\1s"),
    "another share": ("funnel: record", r"\d+(?:\.\d+)? %", "3.21 %"),
    "another number of windows": ("funnel: text", r"(?<=of the )[\d,]+(?= users lost)", more),
    "windows of a table": ("funnel: text", r"\.$", ". For 1 of the 2 users lost there the window was still open."),
    "the only way": ("bypass", r": .* can be passed by.*", "."),
    "other buyers": ("bypass", r"[\d,]+(?= have no)", more),
    "levels differ by chance": ("segments: text", r"by more than chance(?= explains \(p (?:<|= \d\.?\d*e))", "by no more than chance"),
    "users of clusters as if one by one": ("segments: text", r", by each city as a whole", ""),
    "another level carries the loss": ("segments: text", r"^.*(?= carries)", "desktop (device)"),
    "a tie of levels has one name": ("segments: title", r"^(.*?\)) and .* carry the largest losses: each is",
                                     r"\1 carries the largest loss:"),
    "a level falls short where none does": ("segments: text", r"No level falls short.*?\.",
                                            "no (device) carries the largest loss: 0 users with an order short of the best level."),
    "another number is short": ("segments: title", r"(?<=: )\d[\d,]*(?= )", more),
    "conversions for users": ("segments: text", r"users? with an? \w+(?= short)", "conversions"),
    "a mix explains what goes against it": ("segments: text", r"the mix of (.*) explains nothing", r"the mix of \1 explains +0.30 points"),
    "another mix": ("segments: text", r"(?<=explains )-[\d.]+", "-99.99"),
    "more than any other of one": ("segments: text", r"(?<=points); the rest", ", more than any other segment's; the rest"),
    "a part for the whole": ("segments: text", r"would alone make", "explains"),
    "a gap where there is none": ("segments: text", r"(\w+) and (\w+) units convert alike, .*",
                                  r"Of the gap of +0.00 points between \1 and \2 units, the mix of device explains +0.00 points."),
    "rows that do not add up": ("rows: text", r"(?<=\+ )[\d,]+", more),
    "reasons for nothing": ("rows: text", r"(?<=0 left out)\.", ", each with a named reason."),
    "all are kept": ("rows: title", r"^.*named row by row$", "Every row is kept"),
    "another spread": ("weekdays", r"(?<=differ by )[\d.]+", "12.34"),
    "a pattern where none can be told": ("weekdays", r"^The days with .*", "Between weekdays, orders differ by 12 % of their mean"),
    "a pattern of chance": ("weekdays", r"no more than single days do", "by 12 % of their mean"),
    "weekdays of one cohort": ("weekdays", r"^All .*", "Between weekdays, orders differ no more than single days do"),
    "a shorter stay": ("survival: title", r"longer", "shorter"),
    "a longer stay": ("survival: title", r"shorter", "longer"),
    "another stay": ("survival: title", r"(?<=stays )\d+", more),
    "a stay by chance": ("survival: title", r"Neither (.*) nor (.*) is shown to stay longer: [-+]", r"\2 stays longer than \1: "),
    "a nameless proxy": ("proxy: title", r" in (?:treatment|bold red)", ""),
    "another prediction": ("proxy: title", r"(?<=changes by )-?USD", "USD 9"),
    "all of it": ("proxy: title", r"and that is not all of it", "and nothing beside it is shown"),
    "not all of it": ("proxy: title", r"and nothing beside it is shown", "and that is not all of it"),
    "to everyone": ("rollout", r"(?<= to )(?:1|10|50) %", "everyone"),
    "another day": ("rollout", r"(?<= in )\d+ day\b", "2 days"),
    "trouble that was found": ("trust", r"(?<=: )(?=\w)", "thunder, "),
    "one day of many": ("rollout", r"(?<= in )(\d+) days", r"\1 day"),
    "many of one": ("rows: text", r"^1 row ", "1 rows "),
}  # fmt: skip
"""Where, what, and what it is replaced by."""


def lied(said: tuple[Said, ...], place: str, pattern: str, to: Change) -> Iterator[tuple[Said, ...]]:
    """The page with one sentence doctored, for each that can be."""
    for i, text in enumerate(said):
        if text.place == place and (new := re.sub(pattern, to, text.text, count=1)) != text.text:
            yield doctored(said, i, new)


@pytest.fixture(scope="module")
def pages() -> list[tuple[Ground, tuple[Said, ...]]]:
    rng = np.random.default_rng(9)
    return [(found, told(found)) for found in (ground(rng) for _ in range(60))]


def test_nothing_said_beside_the_verdict_is_false(pages):
    assert [fault for found, said in pages for fault in faults(found, said)] == []


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_found(lie, pages):
    told = [(found, page) for found, said in pages for page in lied(said, *LIES[lie])][:5]
    assert told, "no page can be doctored so"
    assert all(faults(found, page) for found, page in told)
