"""What warnings of trust checks mean to whoever wants to act on a result, as reports record them."""

from dataclasses import dataclass

from helpers.record import Numbers

INTERVALS = ("skew_", "clusters")
"""What the names of caveats begin with that doubt an interval."""


@dataclass(frozen=True)
class Caveat:
    """What a warning means to whoever wants to act on the result.

    Attributes:
        name: under which it is recorded, ``trust.caveats.NAME``.
        claim: in one short sentence.
        words: what was seen, and what it could do.
        first: what has to be done before anybody acts on the result; empty where the words are enough.
    """

    name: str
    claim: str
    words: str
    first: str = ""

    def doubts(self, metric: str) -> bool:
        """Whether it doubts the interval of a metric as it is tested, by its name: of clusters that of every one.

        >>> skew = Caveat("skew_spend", "", "")
        >>> skew.doubts("spend"), skew.doubts("rate"), Caveat("skew_spend_as_it_is", "", "").doubts("spend"), Caveat("clusters", "", "").doubts("rate")
        (True, False, False, True)
        """
        return self.name.startswith("clusters") or self.name == f"skew_{metric}"


def of_intervals(numbers: Numbers) -> tuple[Caveat, ...]:
    """The caveats that a report recorded of its intervals: where one cannot be trusted, nor can what is reckoned from it."""
    kept = "trust.caveats."
    found = {name.removeprefix(kept): number for name, number in numbers.items() if name.startswith(kept)}
    return tuple(
        Caveat(name, number.description, number.text) for name, number in found.items() if name.startswith(INTERVALS)
    )
