"""``make gauntlet``: planted experiments against the table that was written by hand, then truths drawn at random.

``--whole [NAME]`` sends a dozen of them through the pipeline as files; ``--facts [FAMILY]`` prints what is true of each row.
"""

import argparse
import sys
import warnings
from collections import Counter

from tests.gauntlet.case import rows
from tests.gauntlet.draws import drawn
from tests.gauntlet.facts import told
from tests.gauntlet.families import cases
from tests.gauntlet.judge import differing
from tests.gauntlet.verdicts import judged
from tests.gauntlet.whole import whole

RUNS, JUDGED, SEED = 20_000, 1_000, 20261129


def table() -> bool:
    """Print the agreement family by family, and each case that disagrees; whether all agree."""
    found = [judged(case) for case in cases()]
    written = Counter(row.family for row in rows())
    print("Planted experiments, against verdicts written by hand")
    print(f"{'family':<14}{'rows':>6}{'cases':>7}{'agree':>7}   verdicts expected")
    for family in sorted(written):
        of = [each for each in found if each.case.family == family]
        agree = sum(not each.faults for each in of)
        kinds = Counter(each.case.expected["verdict"] for each in of)
        verdicts = ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items()))
        print(f"{family[2:]:<14}{written[family]:>6}{len(of):>7}{agree:>7}   {verdicts}")
    wrong = [each for each in found if each.faults]
    print(f"{'in all':<14}{sum(written.values()):>6}{len(found):>7}{len(found) - len(wrong):>7}")
    for each in wrong:
        print(f"\n{each.case.id}\n  {'; '.join(each.faults)}\n  it says: {each.decided.proposed.reason}")
    return not wrong


def random(runs: int) -> bool:
    """Print the confusion matrix and the rates of false verdicts; whether all rates are kept."""
    made = drawn(SEED, runs)
    print(f"\nTruths drawn at random, {runs:,} arms, seed {SEED}\n{made.text}")
    return not made.broken


def judge(experiments: int) -> bool:
    """Print on how many random experiments the principles by scipy and statsmodels rule as the project does."""
    both, wrong = differing(SEED, experiments)
    print(f"\nJudged once more by scipy and statsmodels alone: {both - len(wrong):,} of {both:,} experiments agree")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return not wrong


def facts(family: str) -> None:
    warnings.simplefilter("ignore")
    for row in rows():
        if family in row.family:
            print(f"{row.id} -> {row.expected['verdict']}", *told(row), sep="\n    ")


def main(arguments: list[str]) -> int:
    """0 when every verdict agrees and every rate is kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.gauntlet", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="arms whose truth is drawn at random")
    parser.add_argument(
        "--whole",
        nargs="?",
        const="",
        metavar="NAME",
        help="through the whole pipeline as well: all, or those so called",
    )
    parser.add_argument(
        "--facts", nargs="?", const="", metavar="FAMILY", help="print what is true of each row, and stop"
    )
    asked = parser.parse_args(arguments)
    if asked.facts is not None:
        facts(asked.facts)
        return 0
    sound = [table(), judge(JUDGED), random(asked.runs)]
    if asked.whole is not None:
        sound.append(whole(asked.whole))
    return 0 if all(sound) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
