"""Other people's packages in an environment of their own, so that this project depends on none of them."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from helpers import paths

FOLDER = paths.ROOT / ".venv-peers"
REQUIREMENTS = Path(__file__).with_name("requirements-peers.txt")


class Unavailable(Exception):
    """The environment cannot be made: says why, and what would help."""


def interpreter() -> Path:
    """The environment's Python; made on first use, and again when the requirements change. Needs the network then."""
    python = FOLDER / "bin" / "python"
    stamp = FOLDER / "made-from"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.is_file() and python.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    shutil.rmtree(FOLDER, ignore_errors=True)
    try:
        venv.create(FOLDER, with_pip=True)
        (FOLDER / ".gitignore").write_text("*\n", encoding="utf-8")
        install = [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
            str(REQUIREMENTS),
        ]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unavailable(f"{FOLDER.name} cannot be made ({error})") from None
    if done.returncode:
        told = (done.stderr.strip() or done.stdout.strip() or "pip says nothing").splitlines()[-1]
        raise Unavailable(f"the peers cannot be installed into {FOLDER.name}: {told}; it needs the network once")
    stamp.write_text(wanted, encoding="utf-8")
    return python


def answer(module: str, *arguments: str, alone: bool = False) -> dict[str, Any]:
    """What a module of this package prints as JSON when it runs beside the peers, this project's code on its path;
    ``alone``: in this environment, without them."""
    search = os.pathsep.join([str(paths.ROOT / "src"), str(paths.ROOT)])
    done = subprocess.run(
        [sys.executable if alone else str(interpreter()), "-m", f"benchmarks.{module}", *arguments],
        cwd=paths.ROOT,
        env=os.environ | {"PYTHONPATH": search, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed beside the peers:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
