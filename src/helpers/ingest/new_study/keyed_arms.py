"""Several experiments in one field of an event, each with the arm that a unit is in: no column holds a variant, yet somebody got something."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.roles import MOST_ARMS
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

NAMES = frozenset(
    "experiment experiments exp exps tests abtests variants variations assignments flag flags treatments features toggles experimente".split()  # noqa: SIM905
)
"""Words of a field that holds experiments and arms."""
PAIR = re.compile(r"""["']?([A-Za-z][\w.\-]{0,60})["']?\s*[:=]\s*["']?([\w.\-]{1,40})["']?""")
FOUND_BY = {"key", "name", "id", "experiment", "flag", "test"}
"""What holds the name of an experiment beside that of its arm,"""
ARM = {"variant", "variation", "arm", "group", "value", "bucket", "treatment"}
"""and what holds the arm."""
LOOKED = 2_000
"""Values that are looked at."""


def refuse(table: "SourceTable", columns: Sequence[Column]) -> None:
    """Raise where a field of a log holds pairs of an experiment and an arm, for it is no history of a time without one."""
    for column in columns:
        if not NAMES & set(vocabulary.tokens(column.name)[-1:]) or column.numeric or not column.filled:
            continue
        text = table.text(column.name)
        texts = [
            str(each) for (each,) in table.rows(f"select {text} from {{table}} where {text} is not null limit {LOOKED}")
        ]
        arms, listed = _arms(texts)
        arms = {name: levels for name, levels in arms.items() if 2 <= len(levels) <= MOST_ARMS}
        if not arms:
            continue
        name = next(iter(arms))
        field, made = quoted(column.name), vocabulary.slug(name)
        arm = f"nullif(regexp_extract({field}::varchar, {literal(_around(name, listed))}, 1), '')"
        raise ReportError(
            f"{table.called}: '{vocabulary.printable(column.name)}' holds experiments and arms, and no column holds one variant",
            got="; ".join(
                f"{vocabulary.printable(each)}: {', '.join(sorted(levels))}" for each, levels in [*arms.items()][:4]
            ),
            expected="a column with the variant of the one experiment that is meant",
            remedy=f"--variant {made}, by a query in a file in place of the table, of '{vocabulary.printable(name)}' for instance: select * exclude ({field}), {arm} as {quoted(made)} from"
            f" {table.selected}; if it is no experiment, --descriptive",
        )


def _arms(texts: Sequence[str]) -> tuple[dict[str, set[str]], tuple[str, str]]:
    """The arms of each experiment that all these texts name, and the keys behind which both stand; none of ``name:arm``."""
    found: dict[str, set[str]] = {}
    keys = ("", "")
    for text in texts:
        pairs = PAIR.findall(text)
        by = next((key for key, _ in pairs if key.lower() in FOUND_BY), "")
        arm = next((key for key, _ in pairs if key.lower() in ARM), "")
        if by and arm:
            keys = (by, arm)
            names, levels = ([value for key, value in pairs if key == each] for each in keys)
            pairs = list(zip(names, levels, strict=False))
        for name, level in pairs:
            found.setdefault(name, set()).add(level)
    return found, keys


def _around(name: str, keys: tuple[str, str]) -> str:
    """What stands before an arm, as a regular expression with the arm as its group."""
    quote, arm = "[\"']?", "([^\"',;|}\\] ]+)"
    if not keys[0]:
        return rf"{quote}{re.escape(name)}{quote} *[:=] *{quote}{arm}"
    by, of = keys
    return rf"{quote}{by}{quote} *[:=] *{quote}{re.escape(name)}{quote}, *{quote}{of}{quote} *[:=] *{quote}{arm}"
