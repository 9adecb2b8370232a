"""Scalars of a study file, as the core schema of YAML 1.2 reads them: yes, no and 12:30:00 are words, and so is a date.

PyYAML reads YAML 1.1, in which ``no`` is false, ``05000`` is 2560 and ``12:30:00`` is 45000. Here a number keeps the
text that stands in the file, so that a model that wants text gets it as it was written; keys are always text.
"""

import re
from typing import Any

import yaml


class Whole(int):
    """A whole number that prints as it was written.

    >>> str(Whole.of("05000")), Whole.of("05000") + 1, Whole.of("0x1F") + 0
    ('05000', 5001, 31)
    """

    written: str

    @classmethod
    def of(cls, text: str) -> "Whole":
        made = cls(text, 8 if text.startswith("0o") else 16) if text.startswith(("0o", "0x")) else cls(text)
        made.written = text
        return made

    def __str__(self) -> str:
        return self.written


class Decimal(float):
    """A number with a fraction or an exponent that prints as it was written.

    >>> str(Decimal.of("1e3")), Decimal.of("1e3") + 1
    ('1e3', 1001.0)
    """

    written: str

    @classmethod
    def of(cls, text: str) -> "Decimal":
        made = cls(re.sub(r"\.(?=inf|nan)", "", text.lower()))
        made.written = text
        return made

    def __str__(self) -> str:
        return self.written


class Loader(yaml.SafeLoader):
    """Safe, and by the core schema of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Keys as they are written, whatever a value of this writing would be."""
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


def _map(loader: Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    return loader.construct_mapping(node)


def _text(loader: Any, node: yaml.Node) -> str:
    """What stands there; a list that is tagged as a number is refused with its place."""
    return str(loader.construct_scalar(node))


for tag, written, signs in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", "-+."),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{written})$"), list(signs))

Loader.add_constructor("tag:yaml.org,2002:map", _map)
Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: Whole.of(_text(loader, node)))
Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal.of(_text(loader, node)))
