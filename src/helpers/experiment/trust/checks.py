"""All trust checks of a study, made before any result is read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.errors import ReportError
from helpers.experiment.arm_shares import Counted
from helpers.experiment.caveats import Caveat
from helpers.experiment.missing_values import MissingValues, missing
from helpers.experiment.results import EXPOSED, Results
from helpers.experiment.trust.check import TrustCheck
from helpers.experiment.trust.clusters import clustered, correlation, sharing_units
from helpers.experiment.trust.covariates import covariates
from helpers.experiment.trust.hidden_contamination import HiddenContamination, unseen
from helpers.experiment.trust.independence import independence
from helpers.experiment.trust.marginal_srm import MarginalSRM, marginal_srm
from helpers.experiment.trust.missing import missing_by_metric
from helpers.experiment.trust.rows import refused_otherwise, rows_and_units
from helpers.experiment.trust.sample_ratio import sample_ratios
from helpers.experiment.trust.sensitivity import Reestimate, external
from helpers.experiment.trust.skew import Skews, skewed
from helpers.experiment.trust.tables import matched
from helpers.experiment.trust.timing import (
    Maturity,
    before_exposure,
    follow_up,
    immature,
    maturity,
    not_followed,
    pre_exposure,
)
from helpers.experiment.trust.unasked import of_rows, told, unanswerable
from helpers.experiment.trust.values import Sentinel, of_amounts, of_codes, of_levels, sentinels
from helpers.formatting import formatted
from helpers.stats.summaries.clusters import IntraclusterCorrelation
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Trust:
    """What the checks found, what the data cannot answer, and the numbers behind checks that are more than a verdict."""

    checks: tuple[TrustCheck, ...]
    unasked: tuple[TrustCheck, ...]
    maturity: Maturity
    pre_exposure: dict[str, Counted]
    sentinels: tuple[Sentinel, ...]
    sharing_units: int
    correlation: IntraclusterCorrelation
    external: tuple[Reestimate, ...]
    left_out: dict[str, Counted]
    missing: tuple[MissingValues, ...]
    split: MarginalSRM | None
    unseen: HiddenContamination | None

    @property
    def failed(self) -> tuple[TrustCheck, ...]:
        return tuple(c for c in self.checks if c.verdict == "failed")

    @property
    def warned(self) -> tuple[TrustCheck, ...]:
        return tuple(c for c in self.checks if c.verdict == "warning")

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        """What a reader must know of the warnings before acting on the result."""
        return tuple(c.caveat for c in self.checks if c.caveat is not None)

    @property
    def reestimates(self) -> tuple[Reestimate, ...]:
        """The primary effect without some days, the immature ones first."""
        return tuple(r for r in (self.maturity.without, *self.external) if r is not None)


def trust_checks(
    con: "duckdb.DuckDBPyConnection",
    results: Results,
    table_arms: Mapping[str, int] | None = None,
    apart: int = 0,
    merged: int = 0,
) -> Trust:
    """Questions whose wrong answer makes every result worthless, or a reader wary.

    Args:
        con: the marts.
        results: of the study.
        table_arms: rows of a unit table by assigned variant before any was left out, see
            :class:`~helpers.ingest.land.Landed`; None of a log.
        apart: rows of the files that the study does not take.
        merged: those that became one with another row of their unit.

    One failed check makes the decision INVALID, so a check may fail only where the comparison of the arms itself is in
    doubt; everything else warns. Raises when nobody was exposed.
    """
    study = results.study
    if not results.units(EXPOSED, "all", "all"):
        raise ReportError(
            "nobody was exposed in the experiment, so there is nothing to compare",
            expected=f"units with the event {study.exposure!r} between {study.period.start} and {study.period.end}",
            cause="the wrong exposure event, or a period the log does not reach",
            remedy="correct exposure or period in the study file",
        )
    watched = maturity(con, results)
    outcomes = pre_exposure(query.query(con, "pre_exposure_outcomes"), results)
    amounts = of_amounts(query.query(con, "amount_values"), study)
    odd = [*amounts, *of_codes(con, study, amounts), *of_levels(results)]
    sizes = query.query(con, "shared_sessions", metric=study.primary.name)
    outside = external(results)
    flow = query.query(con, "row_flow")
    values = query.query(con, "missing_values")
    left_out, gaps = not_followed(values, results), missing(values, study)
    split, blind = marginal_srm(results), unseen(results, table_arms or {}, refused_otherwise(flow))
    skews = Skews(con, results)
    checks = [
        *sample_ratios(results, split),
        *independence(con, results),
        *rows_and_units(con, results, flow, blind, apart, merged),
        *matched(query.query(con, "table_matches"), study),
        *covariates(results, skews),
        immature(watched, waits=study.primary.days is not None),
        *(
            _of_units(check, study)
            for check in (
                *follow_up(left_out, results),
                before_exposure(outcomes),
                *missing_by_metric(gaps, study),
            )
        ),
        sentinels(odd),
        clustered(sizes),
        *skewed(skews, results),
        *map(disturbed, outside),
        *of_rows(study),
    ]
    sharing, alike = sharing_units(sizes), correlation(sizes)
    lacks = unanswerable(study)
    checks = [told(check, lacks, study) for check in checks]
    return Trust(
        tuple(check for check in checks if check.verdict != "not asked"),
        tuple(check for check in checks if check.verdict == "not asked"),
        watched,
        outcomes,
        tuple(odd),
        sharing,
        alike,
        tuple(outside),
        left_out,
        gaps,
        split,
        blind,
    )


def _of_units(check: TrustCheck, study: Study) -> TrustCheck:
    """A check by a test that takes units as independent: where clusters were randomised it warns, and does not fail."""
    if study.cluster is None or check.verdict != "failed":
        return check
    return replace(check, verdict="warning", found=f"{check.found}, were the units of a {study.cluster} independent")


def disturbed(found: Reestimate) -> TrustCheck:
    """An external event meets both arms, so it warns, and only where its days show another effect."""
    return TrustCheck(
        f"External event: {found.left_out}",
        "Is the effect another one on the days of the event?",
        f"{found.units:,} units ({formatted(found.share, 'share')}) exposed on {len(found.days)} "
        f"{'day' if len(found.days) == 1 else 'days'}, "
        + ("no test" if found.p_value != found.p_value else f"p = {found.p_value:.3g}"),
        "warning" if found.differs else "passed",
        "External events",
        p_value=found.p_value,
        short=found.left_out,
    )
