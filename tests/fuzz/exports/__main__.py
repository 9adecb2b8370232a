"""How often proposals of generated exports are right, by trait: ``python -m tests.fuzz.exports 300``.

``--held-back`` takes the words that nobody mends with, ``--from 1000`` other seeds, ``--why`` tells each that is not right.
"""

import argparse
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from tests.fuzz.exports.cases import export
from tests.fuzz.exports.judge import FALSE, RIGHT, VERDICTS, WRONG, judged


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("many", type=int, nargs="?", default=300)
    asked.add_argument("--from", dest="first", type=int, default=0)
    asked.add_argument("--held-back", action="store_true")
    asked.add_argument("--why", action="store_true")
    options = asked.parse_args()
    tables: dict[str, Counter[str]] = defaultdict(Counter)
    for seed in range(options.first, options.first + options.many):
        with tempfile.TemporaryDirectory() as folder:
            made = export(seed, Path(folder), seen=not options.held_back)
            found = judged(made)
            if options.why and found.verdict != RIGHT:
                print(f"\n{seed} {found.verdict}: {', '.join(made.traits)}\n  columns {list(made.columns)}\n  {made.truth.answer('unit')} | {sorted(made.truth.variants)} | {made.truth.control} | {list(made.truth.goals)}\n  {found.why}", flush=True)  # fmt: skip
        for trait in ("all", *made.traits):
            tables[trait][found.verdict] += 1
    print(f"\n{'':24}" + "".join(f"{verdict:>17}" for verdict in VERDICTS))
    worst = sorted(tables, key=lambda t: (t != "all", -(tables[t][WRONG] + tables[t][FALSE]), t))
    for trait in worst:
        print(f"{trait:24}" + "".join(f"{tables[trait][verdict]:>17,}" for verdict in VERDICTS))


if __name__ == "__main__":
    main()
