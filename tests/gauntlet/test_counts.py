"""The planted experiments that counts can express, written on the command line of ``compare``: the verdicts are the same."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from helpers import cli
from helpers.experiment.counts import compared
from tests.gauntlet.case import Case
from tests.gauntlet.families import cases
from tests.gauntlet.judge import at_random, ruled
from tests.gauntlet.verdicts import decided, faulty

SAID = {
    "control",
    "treatment",
    "arms",
    "better",
    "min",
    "risk",
    "confidence",
    "prior",
    "planned",
    "ends",
    "days",
    "weights",
    "names",
}
"""What ``compare`` has an option for; ``days`` and ``ends`` are a share of a week at least, as in a report."""
DATED = re.compile(r"\d{4}-\d\d-\d\d")


def expressed(case: Case) -> bool:
    found = case.found
    units = [arm[0] for arm in (found["control"], *case.arms.values())]
    return set(found) <= SAID and len(found["control"]) < 4 and min(units) > 1


CASES = [case for case in cases() if expressed(case)]


def words(case: Case) -> list[str]:
    """The case as a user writes it."""
    found = case.found
    arms = [found["control"], *case.arms.values()]
    shares = len(found["control"]) == 2
    told = [
        f"{arm[1]:.0f}/{arm[0]:.0f}"
        if shares
        else ",".join(repr(float(x)) if i else f"{x:.0f}" for i, x in enumerate(arm))
        for arm in arms
    ]
    told += [] if shares else ["--means"]
    if "arms" in found:
        told += ["--names", ",".join(["control", *case.arms])]
    options = {
        "better": "--better",
        "min": "--min-uplift",
        "risk": "--max-risk",
        "confidence": "--confidence",
        "planned": "--planned-units",
    }
    for key, option in options.items():
        told += [option, str(found[key])] if key in found else []
    told += ["--prior", ",".join(map(str, found["prior"]))] if "prior" in found else []
    told += ["--weights", ":".join(map(str, found["weights"]))] if "weights" in found else []
    return [*told, *_time(found)]


def _time(found: Mapping[str, Any]) -> list[str]:
    """How much of its time it has run; the last date stands for its whole day."""
    last, days = found.get("ends", (found.get("days", 7), found.get("days", 7)))
    return ["--share-of-time", f"{last / max(days, 7):.12f}"] if last < max(days, 7) else []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_compare_gives_the_verdict_of_the_table(case, monkeypatch):
    """And it stands on the numbers of a report."""
    kept = []
    real = compared.compared
    monkeypatch.setattr(compared, "compared", lambda asked: kept.append(real(asked)) or kept[-1])
    done = CliRunner().invoke(cli.main, ["compare", *words(case)])
    assert done.exit_code == 0, done.output
    (found,) = kept
    expected = dict(case.expected)
    for key in ("says", "beside"):  # counts have no dates
        expected[key] = [text for text in expected.get(key, ()) if not DATED.search(text)]
    made = found.decided
    assert faulty(expected, made.proposed, made.arms) == []
    assert done.output.strip().startswith(made.proposed.verdict)
    report = decided(case)
    for here, there in zip(made.evidence, report.evidence, strict=True):
        told = [
            (e.p_value, e.risk, e.effect.relative, e.effect.absolute_low, e.effect.relative_high) for e in (here, there)
        ]
        assert told[0] == pytest.approx(told[1], rel=1e-5, abs=1e-9, nan_ok=True)
    assert [[c.met for c in arm.criteria] for arm in made.arms] == [
        [c.met for c in arm.criteria] for arm in report.arms
    ]
    unmet = [each for each in made.proposed.criteria if not each.met] if made.proposed.verdict == "ITERATE" else []
    assert all(each.name.lower() in done.output.lower() for each in unmet)


def test_most_of_the_table_can_be_written_as_counts():
    assert len(CASES) > 200
    assert {case.expected["verdict"] for case in CASES} == {"GO", "ITERATE", "KILL", "INVALID"}


def test_another_judge_rules_alike():
    """Experiments at random that counts can express, ruled by scipy and statsmodels alone."""
    rng = np.random.default_rng(11)
    ruled_on = 0
    while ruled_on < 60:
        case = at_random(rng)
        kept = {key: value for key, value in case.found.items() if key in SAID}
        case = Case(case.family, case.name, kept)
        ruling = ruled(case)
        if ruling is None:
            continue
        ruled_on += 1
        done = CliRunner().invoke(cli.main, ["compare", *words(case)])
        assert done.exit_code == 0, done.output
        found = dict(
            re.findall(r"^  (\S+) against control\n(?:    (?!verdict).*\n)*    verdict:  (\w+)\.", done.stdout, re.M)
        )
        if len(case.arms) > 1:
            assert found == ruling.verdicts, (dict(case.found), done.stdout)
            assert re.match(rf"\n{ruling.verdicts[ruling.proposes]} \({ruling.proposes}\):", done.stdout)
        else:
            assert done.stdout.strip().startswith(*ruling.verdicts.values()), (dict(case.found), done.stdout)
