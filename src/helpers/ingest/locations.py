"""Which files a study names: one, all of a folder, or those that a glob matches."""

import difflib
import errno
import os
import stat
from itertools import takewhile
from pathlib import Path

from helpers import paths
from helpers.config import VARIABLE, Log, Place
from helpers.config.formats import format_of
from helpers.errors import ReportError
from helpers.ingest import foreign

SEVERAL = ("csv", "json", "parquet", "workbook")
"""Formats of which several files make one table."""
LOCK = "~$"
"""What the file begins with that Excel puts beside a workbook while it is open."""


def files_of(place: Place, study: str) -> tuple[str, list[Path]]:
    """Format and files of a place, in the order of their names.

    ``${REAL_DATA_DIR}`` stands for the folder of downloaded data, every other ``${VARIABLE}`` for what the environment
    holds; relative paths start at the folder that holds ``studies``. A folder or a glob gives files of one format. Raises
    :class:`~helpers.errors.ReportError` where nothing is there or it may not be read, a folder or a file is empty, or
    formats are mixed.
    """
    text = _filled(place.path, study)
    path = place.reached(text)
    pattern = any(sign in text for sign in "*?[")
    why = hindrance(path)
    if pattern and why in (None, ABSENT):
        why = hindrance(Path(*takewhile(lambda part: not any(sign in part for sign in "*?["), path.parts)))
        matched = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
        found = [f for f in matched if f.is_file() and not f.name.startswith(LOCK)]
        _refuse_dropped(matched, study)
        if not found and why in (None, ABSENT):
            raise ReportError(
                f"studies/{study}.yml: no file matches data.path",
                got=place.path,
                expected="a pattern that matches a file, such as logs/*.csv",
                remedy="correct data.path; relative paths start at the folder that holds studies",
            )
    elif why is None and path.is_dir():
        inside = sorted(path.iterdir())
        found = [f for f in inside if f.is_file() and not f.name.startswith((".", "_", LOCK))]
        _refuse_dropped([f for f in inside if not f.name.startswith((".", "_"))], study)
        if not found:
            raise _no_file(place, path, study)
    else:
        found = [path]
    why = why or next(filter(None, map(hindrance, found)), None)
    if why:
        raise _not_there(place, path, study, why)
    for file in found:
        if file.stat().st_size == 0:
            others = len(found) > 1
            raise ReportError(
                f"{file.name} is empty", got="0 bytes", expected="a header line and rows",
                cause="an export that broke off",
                remedy="take it out of the folder, or name a glob that leaves it out, if nothing belongs into it; else export it anew"
                if others else "export it anew",
            )  # fmt: skip
    kind = place.kind or _common_format(found, study)
    if place.format is None:
        kind = foreign.told_by_content(found[0], kind)
    for file in found:
        foreign.refuse(file, kind)
    return kind, found


ABSENT = "a wrong path; relative paths start at the folder that holds studies"
"""Why a path leads to nothing, most of the time."""
NO_FILE = "a device or a pipe, which has no size and cannot be read twice"
_WHY = {
    errno.ELOOP: "links that lead in a circle",
    errno.EACCES: "this account may not read it",
    errno.ENAMETOOLONG: "a name longer than a file can have",
}


def hindrance(path: Path) -> str | None:
    """Why no data can be read from a path; None for a file or a folder that can be."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return _WHY.get(error.errno or 0, ABSENT)
    except ValueError:  # a null
        return ABSENT
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        return NO_FILE
    needed = os.R_OK | (os.X_OK if stat.S_ISDIR(mode) else 0)
    return None if os.access(path, needed) else _WHY[errno.EACCES]


def _refuse_dropped(matched: list[Path], study: str) -> None:
    """Raise where one of several is called as data and can be no file: a pipe, or a link that leads nowhere."""
    dropped = [
        f for f in matched if not f.is_file() and not f.is_dir() and format_of(f.name) and not f.name.startswith(LOCK)
    ]
    if dropped:
        why = hindrance(dropped[0])
        raise ReportError(
            f"studies/{study}.yml: data.path names what cannot be read",
            got=", ".join(f.name for f in dropped[:5]),
            expected="files alone",
            cause="a link that leads nowhere" if why == ABSENT else why,
            remedy="write what comes out of it into a file, take it out of the folder, or name a glob that leaves it out",
        )


def _filled(path: str, study: str) -> str:
    def value(name: str) -> str:
        if name == paths.REAL_DATA_DIR:
            return str(paths.real_data_dir())
        if not os.environ.get(name):
            raise ReportError(
                f"studies/{study}.yml: data.path names an environment variable that is not set",
                got=f"${{{name}}}",
                remedy=f"set {name}, for instance: {name}=... {paths.to_build(study)}",
            )
        return os.environ[name]

    return VARIABLE.sub(lambda match: value(match[1]), path)


def _no_file(place: Place, path: Path, study: str) -> ReportError:
    """A folder without files of its own; those of the folders in it are told by the glob that matches them."""
    ending = next((f.suffix for f in path.glob("*/**/*") if f.is_file() and format_of(f.name)), "")
    return ReportError(
        f"studies/{study}.yml: the folder of the data " + ("holds folders alone" if ending else "is empty"),
        got=place.path,
        expected="files",
        cause="its files stand in folders of it, such as one a day" if ending else None,
        remedy=f"name them by a glob: {place.path.rstrip('/')}/**/*{ending}" if ending else "correct data.path",
    )


def _not_there(place: Place, path: Path, study: str, why: str) -> ReportError:
    variable = VARIABLE.search(place.path)
    near: list[str] = []
    if why == ABSENT and hindrance(path.parent) is None and path.parent.is_dir():
        near = difflib.get_close_matches(path.name, [f.name for f in path.parent.iterdir()], 1)
    remedy = f"set {variable[1]}=FOLDER" if variable else "correct data.path"
    if why == _WHY[errno.EACCES]:
        remedy = "allow reading it, and looking into the folders above it"
    elif why == ABSENT and variable:
        why = f"the environment variable {variable[1]} points elsewhere"
    return ReportError(
        f"studies/{study}.yml: the {'log' if isinstance(place, Log) else 'table'} is not there",
        got=place.path if len(place.path) <= 120 else place.path[:117] + "...",
        expected="a readable file, a folder or a glob",
        cause=why,
        remedy=f"{remedy}; did you mean '{near[0]}'?" if near else remedy,
    )


def _common_format(files: list[Path], study: str) -> str:
    """The one format of all files; a single file with a strange ending is CSV."""
    told = {file: format_of(file.name) for file in files}
    kinds = {file: kind if kind in SEVERAL else None for file, kind in told.items()}
    if len(files) == 1:
        return kinds[files[0]] or "csv"
    if len(set(kinds.values())) == 1 and None not in kinds.values():
        return str(kinds[files[0]])
    odd = next(f for f, kind in kinds.items() if kind != kinds[files[0]] or kind is None)
    raise ReportError(
        f"studies/{study}.yml: data.path holds files of several formats",
        got=", ".join(dict.fromkeys((files[0].name, odd.name))),
        expected="either CSV (.csv, .csv.gz), JSON lines (.jsonl), Parquet (.parquet) or workbooks (.xlsx) in all of them",
        remedy="name a glob that matches one kind, such as folder/*.csv, or state data.format",
    )
