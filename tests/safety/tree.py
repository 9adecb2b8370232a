"""A tree of its own with one small study, in which make may be killed, run twice at once, or cut off from the world."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from helpers import paths

COPIED = ("Makefile", "pyproject.toml", "requirements.lock", "scripts", "src", "notebooks", "docs", "warehouse")
GENERATED = ("data", "reports", "figures", "docs", "studies", "warehouse")
MARK = "SAFETY_TREE"
"""Environment variable by which every process of a run in a tree is known, whatever its parent and group."""


@dataclass(frozen=True)
class Tree:
    """A copy of the project in ``base``; its processes keep temporary files in ``scratch``."""

    base: Path
    scratch: Path

    def command(self, *arguments: str, study: str = "small") -> list[str]:
        """Make on the one study, with the environment that is there already."""
        return ["make", "-o", ".venv/ready", f"STUDY=studies/{study}.yml", *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        own = {MARK: str(self.base), "PYTHONPATH": str(self.base / "src"), "TMPDIR": str(self.scratch)}
        left_out = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "BUILD_LOCK", "WANTED", "PYTEST_CURRENT_TEST")
        return {k: v for k, v in os.environ.items() if k not in left_out and not k.startswith("COV_")} | own | more

    def start(self, *arguments: str, study: str = "small", **environment: str) -> subprocess.Popen[str]:
        """Make in a process group of its own, told on one stream."""
        return subprocess.Popen(
            self.command(*arguments, study=study), cwd=self.base, env=self.environment(**environment), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def make(self, *arguments: str, study: str = "small", **environment: str) -> str:
        """Make to its end; what it said."""
        process = self.start(*arguments, study=study, **environment)
        said, _ = process.communicate(timeout=1_500)
        assert process.returncode == 0, said
        return said

    def forget(self, *steps: str) -> None:
        """Take steps such as ``small: warehouse`` out of the record, so that the next run makes them again."""
        file = self.base / "data" / "built.json"
        record = json.loads(file.read_text(encoding="utf-8"))
        for step in steps:
            del record["steps"][step]
        file.write_text(json.dumps(record), encoding="utf-8")

    def results(self, study: str = "small") -> bytes:
        return (self.base / "reports" / study / "results.json").read_bytes()

    def pictures(self, study: str = "small") -> dict[str, bytes]:
        return {f.name: f.read_bytes() for f in sorted((self.base / "figures" / study).glob("*.svg"))}

    def processes(self) -> list[int]:
        """Living processes of this tree."""
        mark, found = f"{MARK}={self.base}".encode(), []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:  # gone meanwhile, a zombie, or somebody else's
                continue
        return found

    def kill(self, process: subprocess.Popen[str]) -> str:
        """SIGKILL to the whole group at once; waits until the kernels and browsers it left are gone. What was said."""
        os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate(timeout=60)
        until = time.monotonic() + 60
        while self.processes():
            assert time.monotonic() < until, f"processes outlive the run: {self.described()}"
            time.sleep(0.05)
        return said

    def described(self) -> list[str]:
        return [Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode() for pid in self.processes()]

    def leftovers(self) -> list[str]:
        """Hidden and temporary files where a run writes, and anything in its scratch."""
        hidden = [f for top in GENERATED for f in (self.base / top).rglob(".*") if f.name != ".gitignore"]
        spilled = [f for top in GENERATED for f in (self.base / top).rglob("*.tmp")]
        return [str(f.relative_to(self.base)) for f in (*hidden, *spilled)] + [f.name for f in self.scratch.iterdir()]


def planted(base: Path, scratch: Path) -> Tree:
    """A copy of the project in ``base`` with the flagship shrunk to ``studies/small.yml``."""
    skipped = shutil.ignore_patterns("__pycache__", "target", "logs", "*.egg-info")
    for name in COPIED:
        source = paths.ROOT / name
        if source.is_dir():
            shutil.copytree(source, base / name, ignore=skipped)
        else:
            shutil.copyfile(source, base / name)
    for name in ("data", "studies"):
        (base / name).mkdir()
    shutil.copytree(paths.STUDIES / "tracking_plans", base / "studies" / "tracking_plans")
    (base / ".venv").symlink_to((paths.ROOT / ".venv").resolve())
    tree = Tree(base, scratch)
    write(tree, "small", {})
    return tree


def write(tree: Tree, name: str, changes: Mapping[str, Any]) -> Path:
    """A small study of its own name, with some keys changed."""
    raw = yaml.safe_load((paths.STUDIES / "cart_checkout.yml").read_text(encoding="utf-8"))
    raw["name"] = name
    raw["data"] |= {"users": 2_000, "export_clean_events": False}
    raw["design"] |= {"aa_runs": 50, "coverage_runs": 20}
    raw["min_segment"] = 50
    file = tree.base / "studies" / f"{name}.yml"
    file.write_text(yaml.safe_dump(raw | changes, sort_keys=False), encoding="utf-8")
    return file
