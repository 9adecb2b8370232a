"""The script that draws: shipped inside the plotly package, copied beside the pages once."""

import filecmp
import shutil
from pathlib import Path

from helpers.pipeline.files import beside

SCRIPT = "plotly.min.js"


def plotly_script() -> Path:
    """Where ``plotly.min.js`` stands; found without importing plotly."""
    import importlib.util

    found = importlib.util.find_spec("plotly")
    assert found is not None and found.origin is not None, "plotly is a requirement of this package"
    return Path(found.origin).parent / "package_data" / SCRIPT


def copy_plotly(folder: Path) -> Path:
    """Put the script into ``folder``, whole or not at all; one that is the same stays."""
    source, target = plotly_script(), folder / SCRIPT
    if not target.is_file() or not filecmp.cmp(source, target, shallow=False):
        folder.mkdir(parents=True, exist_ok=True)
        aside = beside(target)
        shutil.copyfile(source, aside)
        aside.replace(target)
    return target
