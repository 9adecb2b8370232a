"""Parts of the results for what passes every check and is still no firm ground, and for more than two arms."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.experiment import Results
    from helpers.notebook import Notebook
    from helpers.stats import Effect, VarianceReduction
    from helpers.tables import Callout, Table


def doubts(nb: "Notebook", results: "Results") -> "Callout | None":
    """A doubtful split, and contamination that the sample ratio does not see; nothing where there is neither."""
    from helpers import doubts, landing

    log = landing.landed(nb.where.raw)
    split = doubts.doubtful_split(results)
    contaminated = doubts.unseen(results, log.table_arms, log.refused.get("shown_otherwise", 0))
    doubts.record(nb, split, contaminated)
    said = [f"**{doubts.SPLIT}** {doubts.split_words(split, nb.study)}"] if split else []
    said += [f"**{doubts.UNSEEN}** {doubts.unseen_words(contaminated)}"] if contaminated else []
    return nb.warning("\n\n".join(said)) if said else None


def arms(nb: "Notebook", results: "Results") -> "Table | None":
    """Every arm against the control; nothing of a study with two variants."""
    from helpers import arms

    found = arms.against_control(results)
    arms.record(nb, found)
    rows = arms.rows(found, nb.study)
    return nb.table(rows, "Every arm against the control", arms.note(found, nb.study)) if found else None


def gain(nb: "Notebook", found: "Mapping[str, tuple[Effect, Effect, VarianceReduction]]") -> "Callout | None":
    """What adjustment by the baseline gains, in a sentence; nothing without a covariate."""
    from helpers import doubts

    said = doubts.gained(found, nb.study)
    return nb.finding(said) if said else None
