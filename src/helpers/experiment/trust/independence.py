"""What was randomised: each unit by itself, or clusters of them that the data or the study tell."""

import math
from typing import TYPE_CHECKING

from helpers.defaults import FEW_CLUSTERS, FEWEST_CLUSTERS, MANY_CLUSTERS, UNEVEN_CLUSTERS
from helpers.experiment.caveats import Caveat
from helpers.experiment.results import Results
from helpers.experiment.trust.check import TrustCheck
from helpers.formatting import formatted
from helpers.ingest.telling import Telling
from helpers.stats.summaries.whole_clusters import WholeClusters
from helpers.warehouse import query, randomised

if TYPE_CHECKING:
    import duckdb

FAMILY = "Rows and units"
SPLIT = 0.01
"""Share of the clusters that may stand in two variants, as units that move between two of them make them."""


def independence(con: "duckdb.DuckDBPyConnection", results: Results) -> list[TrustCheck]:
    """Fails where a column tells the variant of all of its rows and the study does not say why.

    Such a column is the mark of a randomisation by it, and then the units of one of its levels are no independent
    answers: their intervals are too narrow by any factor. Where the study names what was randomised, that must stand in
    one variant each, and no column may tell the variants of several of them at once.
    """
    study = results.study
    rows = query.query(con, "telling_columns").itertuples(index=False)
    telling = [Telling(row.raw_column, int(row.levels), int(row.units)) for row in rows]
    named = "; ".join(randomised.said(t, study) for t in telling)
    question = (
        "Was each unit assigned by itself?"
        if study.cluster is None
        else f"Was each {study.cluster} assigned by itself?"
    )
    own = "that of the variant itself" if study.cluster is None else f"those of the variant and of the {study.cluster}"
    found = named or f"no column of the data but {own} tells the variant of its rows"
    if telling and study.independent:
        found += f"; independent, says the study: {study.independent}"
    elif telling:
        found += f": the study must say {randomised.remedy(telling[0])}"
    checks = [
        TrustCheck(
            "What was randomised", question, found, "failed" if telling and not study.independent else "passed", FAMILY
        )
    ]
    return checks if study.cluster is None else [*checks, _whole(con, results)]


def fewest(results: Results) -> float:
    """How many clusters of one size the arm is worth that is worth the fewest; NaN where an arm has no row."""
    arms = [results.arm(results.study.primary, v.name) for v in results.study.variants]
    worth = [arm.equal if isinstance(arm, WholeClusters) else math.nan for arm in arms]
    return math.nan if any(map(math.isnan, worth)) else min(worth)


def uneven(results: Results) -> tuple[int, int] | None:
    """Clusters of the smallest and of the largest arm where skewed outcomes put the misses of an interval on one side.

    Of lognormal clusters (a deviation of 0.8 in logs), 40 in one arm and 10 in the other, 7.5 of 100 intervals of 95 % miss,
    7.1 of them by making the smaller arm look worse; of 160 and 40 it is 6.6 and 5.8, of 30 and 15 it is 5.6 and 4.8, of 20 and 20 it is 3.9 and half of that.
    """
    sizes = sorted(results.randomised().values())
    if not sizes[0] or sizes[0] >= MANY_CLUSTERS or sizes[-1] <= UNEVEN_CLUSTERS * sizes[0]:
        return None
    return sizes[0], sizes[-1]


def _one_sided(results: Results, apart: tuple[int, int]) -> str:
    unit = results.study.cluster
    return (
        f"The smallest arm has {apart[0]:,} clusters and the largest {apart[1]:,}, each a {unit}. Where one {unit} in many has"
        " far more than the others, as of money, up to 8 of 100 intervals of 95 % then miss, nearly all of them by making the"
        " smaller arm look worse: a gain against a smaller control, or a harm in a smaller treatment, may be no more than that."
    )


def _caveat(results: Results, least: float, apart: tuple[int, int] | None) -> Caveat:
    if apart and least >= FEW_CLUSTERS:
        return Caveat("clusters", "The arms hold clusters in uneven numbers.", _one_sided(results, apart))
    unit, bars = results.study.cluster, " That bars a GO." if not least >= FEWEST_CLUSTERS else ""
    words = (
        f"Each {unit} was randomised as a whole, and those of an arm are worth {least:.1f} of one size. The interval allows for"
        f" that as far as one {unit} differs from another by chance alone; with fewer than {FEWEST_CLUSTERS} no test does.{bars}"
    )
    words += f" {_one_sided(results, apart)}" if apart else ""
    return Caveat("clusters", "The effect rests on few clusters.", words)


def _whole(con: "duckdb.DuckDBPyConnection", results: Results) -> TrustCheck:
    study = results.study
    seen = next(query.query(con, "clusters").itertuples(index=False))
    alone = [name for name, n in results.randomised().items() if n == 1]
    failed = seen.split > SPLIT * seen.clusters or seen.alone > SPLIT * seen.units or bool(alone)
    found = f"{seen.clusters:,} clusters, {seen.split:,} of them in two variants"
    if seen.split > SPLIT * seen.clusters:
        found += f": {study.cluster} is not what was randomised"
    if alone:
        found += f"; cannot be told: one cluster in {' and '.join(alone)}, so that what it is like cannot be parted from what it got"
    least = fewest(results)
    few = not least >= FEW_CLUSTERS
    if few and not alone:
        found += f"; {min(results.randomised().values()):,} in the smallest arm"
        found += f", by their sizes worth {least:.1f} equal ones in an arm: few for any test"
        found += ", and too few for a GO" if not least >= FEWEST_CLUSTERS else ""
    apart = uneven(results)
    if apart and not alone:
        found += f"; {apart[0]:,} in one arm and {apart[1]:,} in another: uneven, so skewed outcomes mislead"
    if seen.alone:
        share = formatted(seen.alone / seen.units, "share")
        found += f"; {seen.alone:,} of {seen.units:,} units ({share}) have none and count as one each"
    return TrustCheck(
        "Whole clusters", f"Does every {study.cluster} stand in one variant?", found,
        "failed" if failed else "warning" if seen.alone or seen.split or few or apart else "passed", FAMILY,
        caveat=_caveat(results, least, apart) if (few or apart) and not failed else None,
        remedy=f"it takes another run, with several levels of {study.cluster} in each arm, for nothing in the study file mends this" if alone else "",
    )  # fmt: skip
