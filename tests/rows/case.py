"""One estimator on one small set of rows, and its answer told in plain numbers and words."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from helpers.errors import ReportError

Maker = Callable[[np.random.Generator], tuple[tuple[pd.DataFrame, ...], Callable[..., Any]]]
"""From a generator: tables whose rows may come in any order, and what answers from them."""
CASES: dict[str, Maker] = {}
"""By the names of :func:`tests.rows.walk.row_takers`."""


def of(*names: str) -> Callable[[Maker], Maker]:
    """Register the maker of a case that holds the functions of these names."""

    def registered(maker: Maker) -> Maker:
        assert CASES.keys().isdisjoint(names)
        CASES.update(dict.fromkeys(names, maker))
        return maker

    return registered


def shuffled(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The same rows in another order."""
    return table.iloc[rng.permutation(len(table))]


def answered(answer: Callable[..., Any], *tables: pd.DataFrame) -> Any:
    """What was answered, or the words of the refusal."""
    try:
        return told(answer(*tables))
    except ReportError as refused:
        return ["refused", str(refused)]


def told(found: Any) -> Any:
    """Lists of numbers and words, as JSON holds them."""
    if isinstance(found, pd.DataFrame):
        return {str(column): told(found[column].to_numpy()) for column in found}
    if isinstance(found, pd.Series):
        return told(dict(sorted(found.items())))
    if dataclasses.is_dataclass(found):
        return {f.name: told(getattr(found, f.name)) for f in dataclasses.fields(found) if f.repr}
    if isinstance(found, Mapping):
        return {str(key): told(value) for key, value in found.items()}
    if isinstance(found, np.ndarray):
        return told(found.tolist())
    if isinstance(found, list | tuple | set | frozenset):
        return [told(value) for value in found]
    if isinstance(found, int | float | np.number) and not isinstance(found, bool):
        return float(found)
    return str(found)


def apart(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two answers differ by more than a billionth, or at all where they are words."""
    if isinstance(one, dict) and isinstance(other, dict) and list(one) == list(other):
        return [line for key in one for line in apart(one[key], other[key], f"{where}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [line for i, (a, b) in enumerate(zip(one, other, strict=True)) for line in apart(a, b, f"{where}[{i}]")]
    if isinstance(one, float) and isinstance(other, float):
        same = one == other or (one != one and other != other)
        return (
            []
            if same or abs(one - other) <= 1e-9 * max(abs(one), abs(other), 1e-4)
            else [f"{where}: {one!r} {other!r}"]
        )
    return [] if type(one) is type(other) and one == other else [f"{where}: {one!r} {other!r}"]
