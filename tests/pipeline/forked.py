"""What the tests of forked processes run."""

import json
import os
import sys
import time
from pathlib import Path

BEFORE = "fractions" in sys.modules


def told() -> int:
    """Do what the arguments say; exit code 7 after telling what there is."""
    what, *more = sys.argv[1:]
    if what == "end":
        return int(more[0])
    if what == "raise":
        raise ValueError(what)
    if what == "wait":
        time.sleep(60)
    known = {"arguments": sys.argv, "only": os.environ.get("ONLY"), "folder": str(Path.cwd())}
    print(json.dumps(known | {"fractions": BEFORE, "stdin": "" if what == "wait" else sys.stdin.read()}))
    print("also this", file=sys.stderr)
    return 7
