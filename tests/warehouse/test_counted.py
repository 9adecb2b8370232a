"""The marts of a study of counts hold the sums that those of its units hold, to the last digit."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from helpers import config
from helpers.experiment.counts.compared import CountedArms, compared
from helpers.experiment.decision.arms import decide_all
from helpers.experiment.decision.evidence import evidence
from helpers.experiment.results import Results
from helpers.warehouse import query
from tests import counted_studies
from tests.notebooks import degenerate

SUMS = ("sum_y", "sum_y2", "sum_r", "sum_r2")
COUNTS = ("units", "valued", "randomised", "sample_size")


def sums(file: Path) -> dict[tuple[str, ...], tuple[Fraction, ...]]:
    """Every sum of a study's marts in the unit of its metric."""
    study, where = config.opened(file)
    with query.connect(where.database) as con:
        results = Results(con, study)
        rows = query.query(con, "experiment_results").itertuples(index=False)
        found = {}
        for row in rows:
            worth = results.worth(study.metric(row.metric))
            told = [Fraction(int(getattr(row, name))) for name in COUNTS]
            told += [int(getattr(row, name)) * worth ** (2 if name.endswith("2") else 1) for name in SUMS]
            found[row.population, row.dimension, row.level, row.metric, row.variant] = tuple(told)
    return found


def decided(file: Path) -> tuple[object, ...]:
    study, where = config.opened(file)
    with query.connect(where.database) as con:
        results = Results(con, study)
        weighed = evidence(results, (), {})
        made = decide_all(weighed, study.decision)
        return made.proposed, results.tested, results.sample_ratio(), results.sample_ratio_by_day(), results.observed


def typed_out(file: Path) -> None:
    """The same counts on the command line of ``compare`` say the same of the primary metric."""
    study, where = config.opened(file)
    with query.connect(where.database) as con:
        results = Results(con, study)
        arms = {v.name: results.arm(study.primary, v.name) for v in study.variants}
        weights = {v.name: v.weight for v in study.variants}
        said = compared(
            CountedArms({name: arm for name, arm in arms.items() if arm is not None}, weights, study.decision)
        )
        assert said.decided.weighed.effect == results.tested[0].effect
        assert (said.ratio, said.decided.weighed.belief) == (
            results.sample_ratio(),
            evidence(results, (), {})[0].belief,
        )


@pytest.mark.parametrize(("by_day", "sizes"), [(True, (300, 320)), (False, (200, 100, 110))])
def test_sums_of_counts_are_those_of_their_units(tmp_path: Path, by_day: bool, sizes: tuple[int, ...]) -> None:
    rows = counted_studies.drawn(np.random.default_rng(sum(sizes)), sizes)
    units = degenerate.built(counted_studies.as_units(tmp_path, "twice", rows, by_day=by_day))
    counts = degenerate.built(counted_studies.as_counts(tmp_path, "twice", rows, by_day=by_day, deviations=not by_day))
    exact, told = sums(units), sums(counts)
    if by_day:
        assert told == exact
        assert decided(counts) == decided(units)
        typed_out(counts)
    else:  # mean and deviation are rounded to the digits of a float
        assert told.keys() == exact.keys()
        for key, numbers in exact.items():
            assert [float(n) for n in told[key]] == pytest.approx([float(n) for n in numbers], rel=1e-12)
