"""What somebody states beside the counts: the rule by which they are decided, option by option."""

from collections.abc import Callable

from helpers.config import Prior, Rule
from helpers.errors import ReportError

PERCENT = "write a fraction or per cent: 0.05 or 5%"


def rule(
    *,
    confidence: str | None = None,
    max_risk: str | None = None,
    min_uplift: str | None = None,
    prior: str | None = None,
) -> Rule:
    """The rule of a study that states these; what is None keeps its documented default, and counts as assumed.

    Raises :class:`~helpers.errors.ReportError` for a value that no rule can have.

    >>> rule(min_uplift="2%", prior="0.3,0.1,5%").min_relative_uplift
    0.02
    """
    found: dict[str, object] = {}
    if confidence is not None:
        found["confidence"] = share("--confidence", confidence, "0.5 or more, below 1", lambda x: 0.5 <= x < 1)
    if max_risk is not None:
        found["max_risk"] = share("--max-risk", max_risk, "from 0 to 1", lambda x: 0 <= x <= 1)
    if min_uplift is not None:
        found["min_relative_uplift"] = share("--min-uplift", min_uplift, "above -1, below 1", lambda x: -1 < x < 1)
    if prior is not None:
        found["prior"] = _prior(prior)
    return Rule.model_validate(found)


def share(option: str, text: str, wanted: str, fits: Callable[[float], bool]) -> float:
    """A fraction, written as one or in per cent. Raises ReportError where it does not fit what is wanted."""
    bare = text.strip()
    try:
        value = float(bare.removesuffix("%")) / (100 if bare.endswith("%") else 1)
    except ValueError:
        value = float("nan")
    if not fits(value):
        raise ReportError(f"{option} cannot be used", got=text, expected=f"a fraction {wanted}", remedy=PERCENT)
    return value


def _prior(text: str) -> Prior:
    parts = text.split(",")
    if len(parts) != 3:
        raise ReportError(
            "--prior cannot be used", got=text,
            expected="three fractions: of ideas that help, of ideas that harm, and the typical size of an effect",
            remedy="write for instance --prior 0.2,0.2,0.05",
        )  # fmt: skip
    improve, harm, size = (share("--prior", part, "above 0, below 1", lambda x: 0 < x < 1) for part in parts)
    if improve + harm >= 1:
        raise ReportError(
            "--prior cannot be used", got=f"{improve:g} that help and {harm:g} that harm",
            expected="less than 1 in sum, for some ideas do nothing", remedy="write for instance --prior 0.2,0.2,0.05",
        )  # fmt: skip
    return Prior(improve=improve, harm=harm, size=size)
