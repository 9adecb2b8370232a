"""Every public function of the statistics that takes rows, found by what its arguments are said to be."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator

ROOMS = ("stats", "programme", "experiment")
ROWS = re.compile(
    r"ArrayLike|Array\b|ndarray|NDArray|Floats|Flags|Ints|DataFrame|Series|Sequence|Mapping|Iterable|list\[|tuple\["
    r"|Lifetimes|RiskSets|ClusterTotals|Journeys|Scored|Split|PolicyLog|Counts"
)
"""Words of an annotation by which an argument may hold rows: of units, of groups, of arms, of tests."""


def row_takers() -> list[str]:
    """Names such as ``stats.adjustment.lin.lin_adjustment`` or ``stats.summaries.mean.Mean.from_values``."""
    return sorted(name for room in ROOMS for name, made in _public(room) if _takes_rows(made))


def _public(room: str) -> Iterator[tuple[str, object]]:
    package = importlib.import_module(f"helpers.{room}")
    for module in pkgutil.walk_packages(package.__path__, f"helpers.{room}."):
        found = importlib.import_module(module.name)
        for name, value in vars(found).items():
            if name.startswith("_") or getattr(value, "__module__", None) != module.name:
                continue
            where = f"{module.name.removeprefix('helpers.')}.{name}"
            if inspect.isclass(value):
                for method, code in vars(value).items():
                    if not method.startswith("_") and callable(getattr(code, "__func__", code)):
                        yield f"{where}.{method}", getattr(code, "__func__", code)
            elif callable(value):
                yield where, value


def _takes_rows(made: object) -> bool:
    code = inspect.unwrap(made)  # type: ignore[arg-type]
    if not inspect.isfunction(code):
        return False
    return any(ROWS.search(str(said)) for name, said in code.__annotations__.items() if name != "return")
