"""A small log of an analyst's own, hostile wherever a file of theirs is read, and all that is made of it.

Every id and every text that is no segment's carries :data:`MARK`, which must not leave the marts; whatever may be shown
carries :func:`attack`, which must not be read as anything but text.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from helpers.simulate.world import DIRT
from tests.built_once import built_once
from tests.safety.tree import Tree, planted

MARK = "leakmark"
"""Stands in every id and in every text of the log that is no segment's."""
MARKED = ("user_id", "session_id", "product_id", "category", "order_id", "coupon")
BROKEN = 7
"""Lines of the log that are none: too few columns, each with a mark."""
RARE = "rarecountry"
"""A level of a segment with fewer units than the minimum."""
RAN = "smuggled"
"""What a page would be called, had a script of the data run in it."""
ELSEWHERE = "elsewhere.example"
"""A host that a page would ask, were the data read as markup."""


LOG = f"own <img src=x onerror=document.title=`{RAN}`>.csv"
"""The hostile log; beside it stands ``own.csv``, the same shop with the names that it had."""


def attack(place: str) -> str:
    """A text that runs a script, or asks a host, where it is read as HTML, as Markdown, as a template or as the end of a script."""
    run = f"document.title=`{RAN} {place}`"
    return (
        f"{place} '\"</script></title><script>{run}</script><img src=//{ELSEWHERE}/{place} onerror={run}>"
        f"![m](https://{ELSEWHERE}/{place}.png)[l](javascript:{run}){{{{ 7 * 191 }}}}{{% raise %}}`|$x$"
    )


TEXTS = ("title", "question", "hypothesis", "change")


def cut_off() -> list[str]:
    """The command before a command that takes its network away, where that is permitted."""
    command = ["unshare", "--net", "--map-root-user"] if os.getuid() else ["unshare", "--net"]
    allowed = shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0
    return command if allowed else []


def build(base: Path) -> None:
    """The log, its study, and everything that is made of them without a network."""
    scratch = Path(tempfile.mkdtemp(prefix="p-"))
    tree = planted(base, scratch)
    tree.make("data/small/raw/done")
    headers = _written(base, base / LOG)
    study = base / "studies" / "small.yml"
    raw = yaml.safe_load(study.read_text(encoding="utf-8"))
    study.write_text(yaml.safe_dump(_hostile(raw, LOG, headers)), encoding="utf-8")
    said = ""
    for command in (
        tree.command("reports/small/results.json", "dbt-docs"),  # the site comes last, over all of it
        [".venv/bin/python", "-m", "helpers", "simulator", "studies/small.yml"],
        [".venv/bin/python", "-m", "helpers", "diagrams"],
        tree.command("study"),
    ):
        done = subprocess.run(
            [*cut_off(), *command], cwd=base, env=tree.environment(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=1_500,
        )  # fmt: skip
        said += done.stdout
        assert done.returncode == 0, said
    (base / "said.txt").write_text(said, encoding="utf-8")
    (base / "scratch.txt").write_text(str(scratch), encoding="utf-8")


def _written(base: Path, file: Path) -> dict[str, str]:
    """The shop's log as CSV: marked, with a hostile level and hostile headers; the headers by the project's names."""
    events = str(base / "data" / "small" / "raw" / "events" / "*.parquet")
    with duckdb.connect() as con:
        names = [row[0] for row in con.execute(f"describe select * from read_parquet('{events}')").fetchall()]
        values = {n: f"case when {n} <> '' then '{MARK}' || {n} end" if n in MARKED else f'"{n}"' for n in names}
        marked = ", ".join(f"{values[name]} as {name}" for name in names)
        con.execute(f"copy (select {marked} from read_parquet('{events}')) to '{base / 'own.csv'}' (header)")
        values["country"] = f"case when country = 'DE' and hash(user_id) % 400 = 0 then '{RARE}' else country end"
        values["device"] = f"case when device = 'mobile' then '{_sql(attack('level'))}' else device end"
        for name, planted in (("event_name", DIRT.unplanned_names), ("event_time", DIRT.not_times)):
            listed = ", ".join(f"'{_sql(value)}'" for value in planted)
            values[name] = f"case when {name} in ({listed}) then '{_sql(attack(name))}' else {name} end"
        headers = {name: name if name == "event_id" else attack(f"header_{name}") for name in names}
        parts = [f'{values[name]} as "{_sql(headers[name], chr(34))}"' for name in names]
        con.execute(f"copy (select {', '.join(parts)} from read_parquet('{events}')) to '{_sql(str(file))}' (header)")
    with file.open("a", encoding="utf-8") as log:
        log.writelines(f"{MARK}broken{i},{MARK}\n" for i in range(BROKEN))
    return headers


def _hostile(raw: dict[str, Any], file: str, headers: dict[str, str]) -> dict[str, Any]:
    """The study of that log, with a hostile text in every key that takes one."""
    raw["data"] = {
        "source": "log", "path": file, "columns": headers, "origin": attack("origin"),
        "tolerate": raw["data"]["tolerate"] | {"malformed_line": 0.01}, "bot_events_per_day": 300,    }  # fmt: skip
    raw |= {key: attack(key) for key in TEXTS}
    raw["limits"] = [attack("limit")]
    for variant in raw["variants"]:
        variant["description"] = attack(f"variant_{variant['name']}")
    for metric in raw["metrics"]:
        metric["label"] = attack(metric["name"])
    for stage in raw["rollout"]:
        stage["advance_when"] = attack("stage")
    for milestone in raw["milestones"]:
        milestone |= {key: attack(key) for key in ("milestone", "success", "tripwire")}
    short = f"<img src=x onerror=document.title=`{RAN}`>"
    raw["external_events"] = [{"name": short, "start": "2026-07-30", "end": "2026-07-31"}]
    raw["monitoring"]["label"] = attack("monitoring")
    return raw


def _sql(text: str, sign: str = "'") -> str:
    return text.replace(sign, sign * 2)


def built(factory: pytest.TempPathFactory) -> Tree:
    """The tree that holds it, built once for all who ask."""
    base = built_once(factory, "private", build).resolve()
    return Tree(base, Path((base / "scratch.txt").read_text(encoding="utf-8")))
