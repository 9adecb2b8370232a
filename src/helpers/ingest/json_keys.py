"""Which keys of JSON objects are columns: an input may not cost more than itself.

A map by item, ``{"items": {"sku_17": 1}}``, has keys that are values. A column for each would cost rows times keys, so
such an object stays one column of JSON.
"""

from typing import Any

from helpers.errors import ReportError

MANY = 1_000
"""Keys that no object is asked about its filling for."""
MOST = 10_000
"""Columns of a table of JSON."""
SOME = 100
"""Keys of an inner object that stay columns in any table."""


class Keyed(Exception):
    """Inner objects, by their keys, that are to be kept whole."""

    def __init__(self, outer: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(outer)))
        self.outer = outer


class _Seen:
    """The keys of objects, and how many stood in how many of them."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.values = self.rows = 0

    def add(self, found: dict[str, Any]) -> None:
        self.names.update(found)
        self.values += len(found)
        self.rows += 1

    @property
    def is_map(self) -> bool:
        """Whether there are many keys, each of them rare."""
        if len(self.names) <= MANY:
            return False
        filled = self.values / (len(self.names) * self.rows)
        return filled < 0.02 or (filled < 0.1 and 4 * len(self.names) > self.rows)


class Keys:
    """The keys of a table's objects; the inner ones of ``whole`` are kept as JSON, but for those that a study ``wanted``."""

    def __init__(self, whole: frozenset[str], wanted: set[str]) -> None:
        self.whole, self.wanted = whole, wanted
        self.top, self.inner = _Seen(), dict[str, _Seen]()
        self.columns = 0

    def taken(self, key: str, inner: dict[str, Any]) -> dict[str, Any]:
        """The columns of an inner object."""
        if key in self.whole:
            named = {f"{key}.{name}": said for name, said in inner.items() if f"{key}.{name}" in self.wanted}
            return {key: _sorted(inner)} | named
        seen = self.inner.setdefault(key, _Seen())
        before = len(seen.names)
        seen.add(inner)
        self.columns += len(seen.names) - before
        if seen.is_map:
            raise Keyed(frozenset({key}))
        return {f"{key}.{name}": said for name, said in inner.items()}

    def count(self, row: dict[str, Any], name: str) -> None:
        """Take in an object of the file ``name``. Raises where the table would be too wide."""
        self.top.add(row)
        if self.columns + len(self.top.names) <= MANY:
            return
        if self.columns + len(self.top.names) > MOST:
            large = frozenset(key for key, seen in self.inner.items() if len(seen.names) > SOME)
            if large - self.whole:
                raise Keyed(large - self.whole)
        elif not self.top.is_map:
            return
        raise ReportError(
            f"{name}: its objects have more keys than a table has columns",
            got=f"{self.columns + len(self.top.names):,} keys in {self.top.rows:,} objects, such as {', '.join(map(repr, list(row)[-3:]))}",
            expected=f"at most {MOST:,} keys, or {MANY:,} where most stand in few objects",
            cause="keys that are values, such as ids",
            remedy='write them as values, {"id": KEY, "value": VALUE}, or below one key: {"items": {KEY: VALUE}} is one column',
        )


def _sorted(inner: dict[str, Any]) -> Any:
    """An object in the order of its keys, so that equal ones are equal text."""
    return dict(sorted(inner.items()))
