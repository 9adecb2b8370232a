"""A study of several tables proposed and written down."""

import re
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from helpers import paths
from helpers.errors import ReportError
from helpers.ingest import condition
from helpers.ingest.land import read
from helpers.ingest.new_study import direction, typed, vocabulary, writing
from helpers.ingest.new_study.asking import Ask
from helpers.ingest.new_study.said import COLUMNS, Said, the_name
from helpers.ingest.new_study.source import opened
from helpers.ingest.new_study.tables import clustered, found, parts, proposal
from helpers.ingest.new_study.tables.seen import TableSeen
from helpers.ingest.parts import REJECTS
from helpers.ingest.tables import Match, matches
from helpers.pipeline.files import scratch


def propose(
    files: Sequence[str],
    *,
    name: str | None = None,
    table: str | None = None,
    said: Said = Said(),  # noqa: B008
    ask: Ask | None = None,
    force: bool = False,
    base: Path = paths.ROOT,
) -> writing.Written:
    """TableView at several tables, find their roles and what joins them, and write ``studies/NAME.yml`` below ``base``.

    They are joined once, as a run joins them, so that what is said of their match is what a run finds.

    Raises:
        ReportError: for a file that cannot be read, where the roles or the columns that join them are not told by the
            tables, and for what was said and none of them has.
    """
    _refuse(table, said)
    if said.time_format:
        writing.check_time_format(said.time_format)
    with ExitStack() as stack:
        seen = [TableSeen.of(each, stack.enter_context(opened(*_within(each), base)), said) for each in files]
        _refuse_parts(seen)
        said = _checked(seen, said)
        if said.where:
            place = _of_one(seen, said.where)
            kept = stack.enter_context(opened(*_within(files[place]), base, said.where))
            seen[place] = TableSeen.of(files[place], kept, said, said.where)
        divided = parts.divided(seen, said)
        given = _given(files, divided.assignments.given, base)
        called, file = writing.named(given, name, force=True, base=base)
        draft = proposal.drafted(divided, said, ask)
        read_from = " and ".join([", ".join(each.called for each in seen[:-1]), seen[-1].called])
        with scratch(base / "data" / called, "new") as aside:
            study = writing.tried(writing.rendered(draft, read_from, called, file, base), file, base, aside)
            con = divided.assignments.source.con
            for made in ("rejects", "steps"):
                con.execute(f"drop table if exists {made}")
            con.execute(REJECTS)
            (aside / "joined").mkdir()
            joined = read(con, study, aside, aside / "joined")
            told = [Match(**each) for each in matches(con)]  # type: ignore[arg-type]
            draft = clustered.proposed(con, draft, divided, joined, said)
            made_of = direction.told(found.completed(con, draft, study, joined, told, said), (), said)
    writing.named(given, name, force=force, base=base)
    writing.save(writing.rendered(made_of, read_from, called, file, base), file, base)
    return writing.Written(file, writing.told(made_of, str(file.relative_to(base))))


def _given(files: Sequence[str], assignments: str, base: Path) -> str:
    """What names a study of several files: their folder, else all of them; that of the assignments alone says nothing."""
    paths_of = [Path(_within(each)[0]).resolve() for each in files]
    if len(set(paths_of)) == 1:
        return str(paths_of[0])
    folders = {path.parent for path in paths_of}
    if len(folders) == 1 and (folder := folders.pop()) not in (Path.cwd(), base.resolve(), folder.parent):
        return folder.name
    first, *others = sorted(paths_of, key=lambda path: path != Path(_within(assignments)[0]).resolve())
    return "_".join(path.name.split(".")[0] for path in (first, *others))


_REMEDIES = {
    "table": "write it behind the file that holds several: shop.duckdb:orders",
    "exposure": "leave it out: units enter by their assignment",
    "header-line": "take what stands above the names out of that file, or give a query in a file in its place, such as select * from read_csv('FILE', skip = 2)",
    "encoding": "save that file as UTF-8",
    "decimal": "write its numbers as programs do, 1234.50",
    "alias": "write the user into each table before, or give one log of all events alone",
}


def _within(given: str) -> tuple[str, str | None]:
    """A file, and the table or sheet in it that is meant, as ``shop.duckdb:orders`` says it."""
    file, colon, table = given.rpartition(":")
    return (file, table) if colon and not Path(given).exists() and Path(file).is_file() else (given, None)


def _refuse(table: str | None, said: Said) -> None:
    """Options that mean one table alone."""
    options = {
        "table": table,
        "exposure": said.exposure,
        "header-line": said.header_line,
        "encoding": said.encoding,
        "decimal": said.decimal,
        "alias": said.alias,
    }
    for option, value in options.items():
        if value:
            raise ReportError(
                f"--{option} is of one table, and several are given",
                got=f"--{option} {value}",
                remedy=_REMEDIES[option],
            )


def _of_one(seen: Sequence[TableSeen], where: str) -> int:
    """Which table a condition is of: the one that has all of its columns."""
    asked = condition.columns_of(where, "--where")
    have = [{name.lower() for name in each.source.parts.types} for each in seen]
    able = [n for n, names in enumerate(have) if all({c.lower(), c.lower().partition(".")[0]} & names for c in asked)]
    if len(able) == 1:
        return able[0]
    before_points = {c.lower().partition(".")[0] for c in asked}
    named = next((each for each in seen if before_points & {each.name, each.called.lower()}), None)
    if not able and named is None:
        for name in asked:
            the_name(
                "the set of tables",
                name,
                list(dict.fromkeys(n for each in seen for n in each.source.parts.types)),
                "--where",
            )
    meant, there = named, where
    if meant is None:
        meant = next((seen[n] for n in able if _holds(seen[n], where)), seen[(able or [0])[0]])
    else:
        there = re.sub(rf'(?i)"?\b({re.escape(meant.called)}|{meant.name})"?\.', "", where)
    query = f"select * from {meant.source.selected} where {there}"
    raise ReportError(
        "--where is of one table, and " + ("several have its columns" if able else "no table has all of its columns"),
        got=f"--where {typed.condition(where)}",
        expected="columns of one table: " + "; ".join(f"{each.called}: {', '.join(vocabulary.printable(c.name) for c in each.columns[:12])}" for each in seen),
        remedy="name a column that one table alone has" + f"; or take its rows by a query in a file beside it, and give that in the place of {meant.called}: {query}" * bool(able or named is not None),
    )  # fmt: skip


def _holds(seen: TableSeen, where: str) -> bool:
    """Whether a condition parts the rows of a table: it can be asked of them, and holds in some, not in all."""
    import duckdb

    try:
        rows = seen.source.number(f"select count(*) from {{table}} where ({where})")
    except duckdb.Error:
        return False
    return 0 < rows < seen.rows


def _refuse_parts(seen: Sequence[TableSeen]) -> None:
    """Files with the same columns are parts of one table, as a shell hands them on for a glob."""
    if len({frozenset(each.source.parts.types) for each in seen}) > 1:
        return
    folder, ending = Path(seen[0].given).parent, Path(seen[0].given).suffix
    raise ReportError(
        "the files have the same columns, so they are parts of one table",
        got=", ".join(each.called for each in seen[:6]),
        expected="one table, or tables of several kinds: assignments, orders, users",
        remedy=f"give one table as its folder, or as a glob in quotes: '{folder / f'*{ending}'}'",
    )


def _checked(seen: Sequence[TableSeen], said: Said) -> Said:
    """What was said, which some of the tables must have."""
    names = list(dict.fromkeys(c.name for each in seen for c in each.columns))
    for option in COLUMNS:
        if option in said:
            the_name("the set of tables", getattr(said, option), names, f"--{option}")
    return said
