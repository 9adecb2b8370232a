"""A dozen of the cases through the whole pipeline: a file and a study in, the verdict out of ``results.json``."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from helpers import paths
from helpers.experiment.decision.rule import Criterion, Decision
from helpers.ingest import new_study
from tests.gauntlet.case import EXPECTED, Case, rows
from tests.gauntlet.files import written
from tests.gauntlet.verdicts import faulty

LIST = Path(__file__).parent / "whole.yml"
SHARED = paths.ROOT.parent / "shared" / "cases"
PERIOD = {"start": "2026-05-04", "end": "2026-06-01"}


def asked() -> list[dict[str, Any]]:
    """Every case of the list, planted ones first."""
    told = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    return [*told["planted"], *told["shared"]]


def whole(names: str = "") -> bool:
    """Print each case with what came out of it; whether all that could be run agree."""
    print("\nThrough the whole pipeline")
    sound = True
    for case, faults in ran(names):
        sound &= not faults or faults == [SKIPPED]
        print(f"  {case['name']}: {'; '.join(faults) or 'as expected'}", flush=True)
    return sound


SKIPPED = "skipped, for ../shared/cases is not there"


def ran(names: str = "") -> Iterator[tuple[dict[str, Any], list[str]]]:
    for case in asked():
        if names in case["name"]:
            yield case, run(case)


def run(case: Mapping[str, Any]) -> list[str]:
    """What is wrong with the verdict of the pipeline on one case of the list."""
    if "family" not in case and not SHARED.is_dir():
        return [SKIPPED]
    with tempfile.TemporaryDirectory(prefix="gauntlet-") as folder:
        if "family" in case:
            planted = _planted(case)
            return _held(written(planted, Path(folder), log=case.get("log", False)), planted.expected)
        expected = {key: case[key] for key in EXPECTED if key in case}
        return _held(_shared(case, Path(folder)), expected, case.get("or_refused", ""))


def _planted(case: Mapping[str, Any]) -> Case:
    return next(row for row in rows() if (row.family, row.name) == (case["family"], case["name"]))


def _shared(case: Mapping[str, Any], folder: Path) -> Path:
    """The study of a shared case in a folder of its own, its data named by its whole path."""
    if "propose" in case:
        proposal = new_study.propose(
            str(SHARED / case["propose"]), name=case["name"], said=new_study.Said(), base=folder
        )
        return proposal.file
    if "study" in case:
        raw = yaml.safe_load((SHARED / case["study"]).read_text(encoding="utf-8"))
        raw["data"]["path"] = str(SHARED / raw["data"]["path"])
        if "prior_success_rate" in raw["decision"]:
            raw["decision"]["prior"] = {"improve": raw["decision"].pop("prior_success_rate")}
        if "monthly_units" in case:
            raw["economics"]["exposed_units_per_month"] = case["monthly_units"]
    else:
        raw = _study_of_a_table(case)
    file = folder / "studies" / f"{raw['name']}.yml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return file


def _study_of_a_table(case: Mapping[str, Any]) -> dict[str, Any]:
    """The study of a table of units that stands in the list by its columns."""
    import pandas as pd

    table = pd.read_csv(SHARED / case["data"])
    arms = sorted(set(table[case["variant"]]), key=lambda arm: (arm != case["control"], arm))
    metrics = [
        {
            "name": case["primary"],
            "label": case["primary"].replace("_", " ").capitalize(),
            "role": "primary",
            "type": "proportion",
            "event": case["primary"],
            **({"type": "mean", "measure": "sum", "unit": "count"} if case.get("type") == "mean" else {}),
        }
    ]
    columns = {"user_id": case["unit"], "variant": case["variant"]}
    columns |= {"event_time": case["time"]} if "time" in case else {}
    whole = {"cluster": case["cluster"]} if "cluster" in case else {}
    columns |= {name: name for name in whole.values()}
    if "guardrail" in case:
        guard = {"name": case["guardrail"], "label": "Unsubscribed", "role": "guardrail", "type": "proportion"}
        metrics.append(guard | {"event": case["guardrail"], "better": "lower", "margin": {"relative": case["margin"]}})
    return {
        **whole, "name": case["name"], "title": case["name"].capitalize(), "question": "Does it help?", "mode": "online",
        "hypothesis": "More sign up.", "change": "Another page", "salt": f"{case['name']}-1",
        "data": {
            "source": "units", "path": str(SHARED / case["data"]), "outcomes": {m["event"]: m["event"] for m in metrics},
            "columns": columns,
        },
        "period": PERIOD, "variants": [{"name": arm, "weight": 1 / len(arms)} for arm in arms], "metrics": metrics,
        "design": {"power": 0.8, "minimum_detectable": case["minimum_detectable"]}, "decision": {"min_relative_uplift": 0.02},
        "economics": {"contribution_margin": 0.3, "implementation_cost": 0},
        "rollout": [{"share": 1.0, "days": 14, "advance_when": "nothing is hurt"}],
        "milestones": [{"days": "0-30", "milestone": "Shipped", "success": "It holds", "tripwire": "It falls"}],
    }  # fmt: skip


def _held(study: Path, expected: Mapping[str, Any], refused: str = "") -> list[str]:
    """Run the report and hold its recorded decision against what was expected."""
    command = [sys.executable, "-m", "helpers", "run", "--jobs", "1", str(study)]
    own = {"PYTHONPATH": str(paths.ROOT / "src"), "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        command, cwd=paths.ROOT, env={**os.environ, **own}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=1_500,
    )  # fmt: skip
    if refused and done.returncode == 2 and refused in done.stdout:
        return []
    numbers = study.parent.parent / "reports" / study.stem / "results.json"
    if not numbers.is_file():
        return [f"no results, exit code {done.returncode}: {done.stdout[-400:]}"]
    found = json.loads(numbers.read_text(encoding="utf-8"))
    faults = [] if done.returncode == 0 else [f"exit code {done.returncode}: {done.stdout[-400:]}"]
    proposed, arms = recorded(found)
    return faults + faulty(expected, proposed, arms)


def recorded(found: Mapping[str, Any]) -> tuple[Decision, tuple[Decision, ...]]:
    """The decision as the numbers of a report hold it; unmet criteria are those that its reason names."""
    told = {name: entry["value"] for name, entry in found["numbers"].items()}
    if "decision.verdict" not in told:
        return Decision("INVALID", "no decision is recorded", ()), ()
    reason = str(told["decision.reason"])
    unmet = re.split("[Nn]ot met: ", reason)[1].split("; ") if "ot met: " in reason else []
    criteria = tuple(Criterion(text.split(" is ", 1)[0].capitalize(), "", "", False) for text in unmet)
    names = [name.split(".")[1] for name in told if name.startswith("arms.") and name.endswith(".verdict")]
    arms = tuple(Decision(told[f"arms.{n}.verdict"], str(told[f"arms.{n}.reason"]), (), n) for n in names)
    beside = str(told.get("decision.beside") or "")
    proposed = Decision(told["decision.verdict"], reason, criteria, str(told["decision.arm"]), beside)
    return proposed, arms or (proposed,)
