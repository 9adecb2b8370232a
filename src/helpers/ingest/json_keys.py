"""Which keys of JSON objects are columns, however deep they stand: an input may not cost more than itself.

A map by item, ``{"items": {"sku_17": 1}}``, has keys that are values. A column for each would cost rows times keys, so
such an object stays one column of JSON. Objects within objects are columns as long as these are not too many.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from helpers.errors import ReportError
from helpers.ingest import pairs

MANY = 1_000
"""Keys that no object is asked about its filling for."""
MOST = 10_000
"""Columns of a table of JSON."""
SOME = 100
"""Keys of an inner object that stay columns in any table."""
DEPTH = 6
"""Names of which a column's is made at most, ``a.b.c.d.e.f``; what is deeper stays JSON."""
DEEP = 500
"""Columns of which the names are made of three and more."""


@dataclass(frozen=True)
class Kept:
    """Objects that are kept as JSON: those of the columns ``whole``, and those within the objects of ``closed``."""

    whole: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()

    def __or__(self, other: "Kept") -> "Kept":
        return Kept(self.whole | other.whole, self.closed | other.closed)

    @property
    def notes(self) -> tuple[str, ...]:
        only = "only the keys that the study names are columns"
        whole = "holds objects whose keys are many, or differ in capitals alone: it is one column of JSON, and"
        closed = f"holds objects with more than {DEEP} keys in all: each of these objects is one column of JSON, and"
        told = [(name, whole) for name in self.whole] + [(name, closed) for name in self.closed]
        return tuple(f"column '{name}' {why} {only}" for name, why in sorted(told))


class Keyed(Exception):
    """Inner objects that are to be kept as JSON."""

    def __init__(self, kept: Kept) -> None:
        super().__init__(", ".join(sorted(kept.whole | kept.closed)))
        self.kept = kept


@dataclass
class _Seen:
    """The keys of the objects of a column, how many stood in how many of them, and the column within which they are."""

    outer: str = ""
    depth: int = 0
    names: set[str] = field(default_factory=set)
    values: int = 0
    rows: int = 0

    def add(self, found: dict[str, Any]) -> int:
        """Take in an object; the number of keys that are new."""
        before = len(self.names)
        self.names.update(found)
        self.values += len(found)
        self.rows += 1
        return len(self.names) - before

    @property
    def is_map(self) -> bool:
        """Whether there are many keys, each of them rare."""
        if len(self.names) <= MANY:
            return False
        filled = self.values / (len(self.names) * self.rows)
        return filled < 0.02 or (filled < 0.1 and 4 * len(self.names) > self.rows)


class Keys:
    """The keys of a table's objects; those that are ``kept`` stay JSON, but for the keys that a study ``wanted``.

    ``deeper`` are columns in which objects stand that are too deep to be columns.
    """

    def __init__(self, kept: Kept, wanted: Iterable[str]) -> None:
        self.kept, self.wanted = kept, frozenset(wanted)
        self.top, self.inner = _Seen(), dict[str, _Seen]()
        self.columns = self.deep = 0
        self.deeper: set[str] = set()

    def taken(self, row: dict[str, Any], name: str) -> list[tuple[str, Any]]:
        """Columns and values of an object of the file ``name``. Raises where the table would be too wide."""
        found: list[tuple[str, Any]] = []
        for key, value in row.items():
            listed = pairs.opened(value)
            if isinstance(value, dict):
                self._opened(key, value, "", 1, found)
            elif listed is None:
                found.append((key, value))
            elif key in self.kept.whole:
                found += [(key, value), *(each for each in _leaves(key, listed) if each[0] in self.wanted)]
            else:
                found += [(key, value)] * (key in self.wanted)
                self._opened(key, listed, "", 1, found)
        self.top.add(row)
        if self.columns + len(self.top.names) > MANY:
            self._refuse_wide(row, name)
        return found

    def _opened(self, path: str, inner: dict[str, Any], outer: str, depth: int, found: list[tuple[str, Any]]) -> None:
        """Add the columns of an object that stands in the column ``path``."""
        if path in self.kept.whole or depth == DEPTH or outer in self.kept.closed:
            if depth == DEPTH:
                self.deeper.add(path)
            found.append((path, dict(sorted(inner.items()))))  # so that equal ones are equal text
            found += [each for each in _leaves(path, inner) if each[0] in self.wanted]
            return
        if path in self.wanted and not any(path == each for each, _ in found):
            found.append((path, inner or None))  # an object without keys says nothing
        seen = self.inner.get(path)
        if seen is None:
            seen = self.inner[path] = _Seen(outer, depth)
        if fresh := seen.add(inner):
            self._counted(path, seen, fresh)
        for key, value in inner.items():
            column = f"{path}.{key}"
            if isinstance(value, dict):
                self._opened(column, value, path, depth + 1, found)
            else:
                found.append((column, value))

    def _counted(self, path: str, seen: _Seen, fresh: int) -> None:
        self.columns += fresh
        if seen.is_map:
            raise Keyed(Kept(frozenset({path})))
        if seen.depth > 1:
            self.deep += fresh
            if self.deep > DEEP:
                raise Keyed(self._wide())

    def _wide(self) -> Kept:
        """The deepest objects without which half of the deep columns are gone."""
        size = {path: len(seen.names) for path, seen in self.inner.items() if seen.depth > 1}
        kept = Kept()
        while sum(size.values()) > DEEP / 2:
            below: Counter[str] = Counter()
            for path, n in size.items():
                at = path
                while at:
                    below[at] += n
                    at = self.inner[at].outer
            most = max(below.values())
            path = max(
                (each for each in below if 2 * below[each] > most),
                key=lambda each: (self.inner[each].depth, below[each], each),
            )
            kept |= Kept(frozenset({path})) if self.inner[path].depth > 1 else Kept(closed=frozenset({path}))
            size = {each: n for each, n in size.items() if not self._is_in(each, path)}
        return kept

    def _is_in(self, path: str, outer: str) -> bool:
        while path and path != outer:
            path = self.inner[path].outer
        return path == outer

    def alike(self) -> Kept:
        """Objects within objects that hold keys which SQL does not tell apart."""
        named: dict[str, set[tuple[str, str]]] = {}
        for path, seen in self.inner.items():
            for name in seen.names:
                named.setdefault(f"{path}.{name}".lower(), set()).add((path, name))
        twice = {path for held in named.values() if len(held) > 1 for path, _ in held}
        return Kept(frozenset(path for path in twice if self.inner[path].depth > 1))

    def _refuse_wide(self, row: dict[str, Any], name: str) -> None:
        if self.columns + len(self.top.names) > MOST:
            large = frozenset(key for key, seen in self.inner.items() if len(seen.names) > SOME)
            if large - self.kept.whole:
                raise Keyed(Kept(large - self.kept.whole))
        elif not self.top.is_map:
            return
        raise ReportError(
            f"{name}: its objects have more keys than a table has columns",
            got=f"{self.columns + len(self.top.names):,} keys in {self.top.rows:,} objects, such as {', '.join(map(repr, list(row)[-3:]))}",
            expected=f"at most {MOST:,} keys, or {MANY:,} where most stand in few objects",
            cause="keys that are values, such as ids",
            remedy='write them as values, {"id": KEY, "value": VALUE}, or below one key: {"items": {KEY: VALUE}} is one column',
        )


def _leaves(path: str, inner: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every key of an object and of those within it, and what stands there."""
    for key, value in inner.items():
        yield f"{path}.{key}", value
        if isinstance(value, dict):
            yield from _leaves(f"{path}.{key}", value)
