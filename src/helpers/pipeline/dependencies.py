"""What a source depends on, read from its code: the modules it imports, the queries it runs, the notebooks it reads.

Nothing is imported to find out. Imports inside functions count, those under ``if TYPE_CHECKING`` do not. Importing
``helpers.a.b`` runs ``helpers/__init__`` and ``helpers/a/__init__`` first, so these count with what they import there
and then; what their functions import counts where a name is taken from them.

A package may be a lazy face (PEP 562): a module-level ``__getattr__`` and a literal dict from each public name to the
module that defines it. Then ``from helpers.stats import Effect`` depends on the home of ``Effect`` alone. Of every other
package all that its ``__init__`` imports counts.
"""

import ast
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers import paths
from helpers.errors import ReportError

PACKAGE = paths.ROOT / "src" / "helpers"
EVERYTHING = "*"
"""Stands for every public name of a package, or for every query."""
LATER = {ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda}
"""What stands in these is executed when they are called."""
PLAIN = {str, int, type(None), ast.Load, ast.Store}
"""What of a node is no part of the tree, or has no parts and nothing to tell."""
NAMES = {ast.Name, ast.Attribute}
"""How a package is named, or what stands in it."""


@dataclass(frozen=True)
class Facts:
    """What one source says, in a form that JSON keeps.

    Attributes:
        imports: ``helpers.a.b`` for a module that is used, ``helpers.a:name`` for a name taken from one.
        face: those of the imports that happen when the source itself is imported, outside of functions.
        homes: of a lazy face, the module of each name; empty of every other source.
        queries: names given to ``query(...)`` as literals; :data:`EVERYTHING` where one is computed.
        earlier: notebooks whose numbers are asked for by ``.earlier("...")``.
        rerandomised: the assignments under many salts are read.
        words: a digest of what the write-up tells of it: docstrings and the calls that make errors.
    """

    imports: tuple[str, ...] = ()
    face: tuple[str, ...] = ()
    homes: tuple[tuple[str, str], ...] = ()
    queries: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    rerandomised: bool = False
    words: str = ""


def facts(source: str, package: str = "", name: str = "<unknown>") -> Facts:
    """Read a Python source; ``package`` is the package it stands in, for relative imports, ``name`` that of its file.

    Raises ``ValueError`` where the name of an earlier notebook is no literal, for then nobody knows what to wait for.

    Example:
        >>> facts("from helpers.stats import Effect").imports
        ('helpers.stats:Effect',)
        >>> facts("numbers = nb.earlier('05_ab_results')").earlier
        ('05_ab_results',)
    """
    tree = ast.parse(source, name)
    every, nodes, at_import = _walked(tree)
    earlier: list[str] = []
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "earlier":
            earlier += [ast.literal_eval(name) for name in node.args]
    return Facts(
        tuple(sorted(set(_imports(nodes, package)))),
        tuple(sorted(set(_imports(at_import, package)))),
        tuple(sorted(_homes(tree, package).items())),
        tuple(sorted(set(_queries(nodes)))),
        tuple(sorted(set(earlier))),
        any(isinstance(node, ast.Attribute) and node.attr == "rerandomised" for node in nodes),
        hashlib.blake2b("\n".join(_words(every)).encode(), digest_size=16).hexdigest(),
    )


def code_cells(notebook: Path) -> list[tuple[int, str]]:
    """The code cells of a notebook with their numbers among all its cells."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [(n, "".join(cell["source"])) for n, cell in enumerate(cells) if cell["cell_type"] == "code"]


def code(notebook: Path) -> str:
    """The code cells of a notebook, joined."""
    return "\n".join(source for _, source in code_cells(notebook))


def of_file(file: Path) -> Facts:
    """:func:`facts` of a module of this project or of a notebook's code.

    Raises :class:`~helpers.errors.ReportError` where it cannot be read: then nobody knows what depends on it.
    """
    try:
        if file.suffix == ".ipynb":
            return facts(code(file), name=paths.shown(file))
        inside = file.relative_to(PACKAGE.parent).parent.parts if file.is_relative_to(PACKAGE) else ()
        return facts(file.read_text(encoding="utf-8"), ".".join(inside), paths.shown(file))
    except (SyntaxError, ValueError, KeyError, TypeError, RecursionError) as error:
        got = (
            f"{error.msg}, line {error.lineno}"
            if isinstance(error, SyntaxError)
            else f"{type(error).__name__}: {error}"
        )
        raise ReportError(
            f"{paths.shown(file)} cannot be read, so what depends on it is not known", got=got,
            expected="Python code, or a notebook of it", remedy="mend the file, or take it back from the repository",
        ) from None  # fmt: skip


class Code:
    """The modules of the package and what follows from importing one; ``known`` gives the facts of a file."""

    def __init__(self, known: Callable[[Path], Facts] = of_file, package: Path = PACKAGE) -> None:
        self._known, self._name = known, package.name
        self.files: dict[str, Path] = {}
        for file in package.rglob("*.py"):
            parts = file.relative_to(package.parent).with_suffix("").parts
            self.files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
        self._reached: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._executed: dict[str, tuple[tuple[str, bool], ...]] = {}

    def closure(self, imports: Iterable[str]) -> tuple[str, ...]:
        """Modules that are executed when a source with these ``imports`` runs, in order of their names."""
        start = tuple(sorted(set(imports)))
        if start not in self._reached:
            seen, reached = set(start), set[tuple[str, bool]]()
            waiting = list(start)
            while waiting:
                for module, used in self._executes(waiting.pop()):
                    if (module, used) not in reached:
                        reached.add((module, used))
                        known = self._known(self.files[module])
                        more = [name for name in (known.imports if used else known.face) if name not in seen]
                        seen.update(more)
                        waiting += more
            self._reached[start] = tuple(sorted({module for module, _ in reached}))
        return self._reached[start]

    def queries(self, source: Facts, modules: Iterable[str]) -> set[str]:
        """Names of the queries that a source and the modules behind it run, perhaps :data:`EVERYTHING`."""
        found = set(source.queries)
        return found.union(*(self._known(self.files[module]).queries for module in modules))

    def _executes(self, entry: str) -> tuple[tuple[str, bool], ...]:
        """Modules that one import executes, and whether their functions are used; without what these import in turn."""
        if entry not in self._executed:
            self._executed[entry] = tuple(self._executed_by(entry))
        return self._executed[entry]

    def _executed_by(self, entry: str) -> Iterator[tuple[str, bool]]:
        dotted, _, name = entry.partition(":")
        if dotted.partition(".")[0] != self._name:
            return
        inner = f"{dotted}.{name}"
        homes = dict(self._known(self.files[dotted]).homes) if name and dotted in self.files else {}
        parts = dotted.split(".")
        for n in range(1, len(parts)):
            if (above := ".".join(parts[:n])) in self.files:
                yield above, False
        if dotted in self.files:
            yield dotted, not (name and (inner in self.files or name in homes))
        if name and inner in self.files:
            yield inner, self.files[inner].name != "__init__.py"
        else:
            for home in homes.values() if name == EVERYTHING else filter(None, [homes.get(name)]):
                yield from self._executes(home)


def _walked(tree: ast.AST) -> tuple[list[ast.AST], list[ast.AST], list[ast.AST]]:
    """The nodes of a module, level by level; those that are executed; those that are as soon as it is imported.

    What stands below ``if TYPE_CHECKING`` is executed nowhere: only a type checker reads it.
    """
    every, executed, at_import = [tree], [tree], [tree]
    when = [2]  # of each node: 2 on import, 1 in a function, 0 never
    otherwise: dict[ast.AST, int] = {}  # of a condition on the type checker: when its other branch is executed
    for node, now in zip(every, when, strict=True):  # both grow meanwhile
        if type(node) is ast.Name:
            continue  # all below it is whether it is read
        for name in node._fields:
            value = getattr(node, name, None)
            if type(value) in PLAIN:
                continue
            below = otherwise[node] if name == "orelse" and node in otherwise else now
            for child in value if type(value) is list else (value,):
                if not isinstance(child, ast.AST):
                    continue
                then = below
                if then and type(child) is ast.If and _dotted(child.test).endswith("TYPE_CHECKING"):
                    otherwise[child], then = then, 0
                elif then == 2 and type(child) in LATER and below == now:
                    then = 1
                every.append(child)
                when.append(then)
                if then:
                    executed.append(child)
                    if then == 2:
                        at_import.append(child)
    return every, executed, at_import


def _dotted(node: ast.AST) -> str:
    """A name, perhaps with attributes, as it is written; empty of every other expression."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _imports(nodes: list[ast.AST], package: str) -> Iterator[str]:
    """Modules that are executed, and the names taken from them: by the import, or later as an attribute."""
    bound: dict[str, set[str]] = {}  # an expression that may name a package, the packages it may name
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
                bound.setdefault(alias.asname or alias.name, set()).add(alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            for alias in node.names:
                yield f"{base}:{alias.name}"
                bound.setdefault(alias.asname or alias.name, set()).add(f"{base}.{alias.name}")
    named = {name: asked for name, asked in bound.items() if any(a.startswith(f"{PACKAGE.name}.") for a in asked)}
    within: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Attribute) and type(node.value) in NAMES:
            for package_name in named.get(_dotted(node.value), ()):
                yield f"{package_name}:{node.attr}"
                within.add(id(node.value))
    for node in nodes:  # used bare, as in getattr(stats, name): any of its names may be meant
        if type(node) in NAMES and id(node) not in within and isinstance(node.ctx, ast.Load):  # type: ignore[attr-defined]
            for package_name in named.get(_dotted(node), ()):
                yield f"{package_name}:{EVERYTHING}"


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    above = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


def _homes(tree: ast.Module, package: str) -> dict[str, str]:
    """The literal dict behind a module-level ``__getattr__``: the module of each name, in full."""
    if not any(isinstance(node, ast.FunctionDef) and node.name == "__getattr__" for node in tree.body):
        return {}
    found: dict[str, str] = {}
    for node in tree.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Dict):
            try:
                content = ast.literal_eval(value)
            except ValueError:
                continue
            if all(isinstance(text, str) for pair in content.items() for text in pair):
                found |= {name: _full(home, package) for name, home in content.items()}
    return found


def _full(home: str, package: str) -> str:
    return home if home.partition(".")[0] == PACKAGE.name else f"{package}.{home.lstrip('.')}"


def _words(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield f"{getattr(node, 'name', '')}: {ast.get_docstring(node)}"
        elif isinstance(node, ast.Call) and _called(node).endswith(("Error", "Wrong")):
            yield ast.dump(node)


def _called(call: ast.Call) -> str:
    """The last name of what is called; empty where it has none."""
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def _queries(nodes: list[ast.AST]) -> Iterator[str]:
    """Literals among the first two arguments of ``query(...)``; a call without one may ask anything.

    What the function ``query`` itself is given is told by those who call it.
    """
    for node in nodes:
        if isinstance(node, ast.Call) and _called(node) == "query" and node.args:
            literals = [a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            yield from literals or [EVERYTHING]
