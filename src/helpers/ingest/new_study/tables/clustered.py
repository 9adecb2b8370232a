"""Whether whole clusters were assigned, by a column of the assignments or of what units are like."""

from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.config import ASSIGNED
from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.clusters import RandomisedBy, likeliest
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import RoleProposal, StudyProposal
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.tables.parts import Divided
from helpers.ingest.new_study.tables.proposal import RESERVED
from helpers.ingest.sql import literal, quoted
from helpers.ingest.tables.carried import OWN
from helpers.ingest.telling import ARM, UNIT, telling

if TYPE_CHECKING:
    import duckdb

    from helpers.ingest.parts import Parts


def proposed(
    con: "duckdb.DuckDBPyConnection", proposal: StudyProposal, found: Divided, parts: "Parts", said: Said
) -> StudyProposal:
    """The proposal with what was randomised, where somebody says so or a column tells the variant of all of its rows."""
    if said.cluster:
        name = next(
            n for t in proposal.tables for n, (raw, _) in t.columns.items() if raw.casefold() == said.cluster.casefold()
        )
        return replace(proposal, cluster=(name, said.how("cluster")), segments=_without(proposal, name))
    named = [name for name in parts.types if name not in OWN]
    relation = f"""select user_id as {UNIT}, variant as {ARM}, {", ".join(map(quoted, named)) or "1"} from {parts.relation}
        where event_name = {literal(ASSIGNED)} and user_id <> '' and variant <> ''"""
    told = telling(con, relation, named, {arm.level or arm.name: arm.weight for arm in proposal.arms}) if named else []
    if not told:
        return proposal
    coarsest = likeliest(told)
    role, column = _origin(found, proposal, coarsest.column)
    mapped = next((n for n, (raw, _) in role.columns.items() if raw == column.name), None)
    name = mapped or vocabulary.slug_of_column(column.name, RESERVED, proposal.segments)
    seen = RandomisedBy(column, coarsest.levels, fewest=coarsest.fewest)
    if seen.is_one:
        return replace(proposal, segments=_without(proposal, name), first=(seen.first, *proposal.first))
    with_it = replace(role, columns=role.columns | {name: (column.name, seen.seen)})
    return replace(
        proposal, cluster=seen.noted(name), segments=_without(proposal, name),
        tables=tuple(with_it if each is role else each for each in proposal.tables),
        assumed=(*proposal.assumed, f"randomised by: column '{vocabulary.printable(column.name)}', {seen.seen}"),
        first=(seen.first, *proposal.first),
    )  # fmt: skip


def _without(proposal: StudyProposal, name: str) -> tuple[str, ...]:
    return tuple(each for each in proposal.segments if each != name)


def _origin(found: Divided, proposal: StudyProposal, joined: str) -> tuple[RoleProposal, Column]:
    """The table and the column that a column of the joined rows is of."""
    tables = {"assignments": found.assignments}
    if found.describes is not None:
        tables["units"] = found.others[found.describes]
    for role in (each for each in proposal.tables if each.role in tables):
        for column in tables[role.role].columns:
            names = {n for n, (raw, _) in role.columns.items() if raw == column.name}
            if joined in names or (not names and joined in (column.name, f"{column.name} of {role.role}")):
                return role, column
    raise AssertionError(f"no table holds {joined}")
