"""Figures to pictures, in a process of its own: what waits for a browser that died is ended from outside.

``python -m helpers.report.figures.drawing FILE`` draws what the JSON in FILE lists: ``jobs`` and ``options`` of kaleido.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

UNUSABLE = 3
"""Exit code where the browser is not to be used; any other than 0 is an error in a figure."""
TRIES = 2
"""A browser that stopped answering gets another try."""


def draw(jobs: list[dict[str, Any]], options: dict[str, Any], folder: Path, patience: float) -> str:
    """Draw the jobs; returns why the browser could not, or nothing. An error in a figure is raised.

    ``patience`` is the time in seconds that one try has; ``folder`` takes the list of the jobs.
    """
    listed = folder / "jobs.json"
    listed.write_text(json.dumps({"jobs": jobs, "options": options}), encoding="utf-8")
    for _ in range(TRIES):
        with subprocess.Popen(
            [sys.executable, "-m", __name__, str(listed)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                said = process.communicate(timeout=patience)[1]
            except subprocess.TimeoutExpired:
                continue
            finally:
                _end(process.pid)
        if process.returncode not in (0, UNUSABLE):
            raise RuntimeError(said.strip())
        return "did not start" if process.returncode else ""
    return "stopped answering"


def _end(pid: int) -> None:
    """Kill a process and the browser below it, which has a session of its own; one that has ended has nothing below."""
    import psutil  # type: ignore[import-untyped]

    try:
        drawing = psutil.Process(pid)
        for each in (*drawing.children(recursive=True), drawing):
            each.kill()
    except psutil.NoSuchProcess:
        return


def main(file: str) -> int:
    """One batch for all figures."""
    import kaleido
    from choreographer.errors import BrowserClosedError, BrowserDepsError, BrowserFailedError

    asked = json.loads(Path(file).read_text(encoding="utf-8"))
    try:
        kaleido.write_fig_from_object_sync(asked["jobs"], cancel_on_error=True, kopts=asked["options"])
    except (BrowserClosedError, BrowserDepsError, BrowserFailedError):
        return UNUSABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
