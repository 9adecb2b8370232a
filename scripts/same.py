"""``make same BASE=REVISION``: does this tree still make the same reports as an earlier one?

For whoever moves code. The earlier revision is checked out into a folder of its own and built there by its own
``make all``, so is this tree; then the numbers (``results.json``), the figures and what the executed notebooks put out
are compared byte for byte. ``BASE`` may also be a folder in which a tree is built already. Exits with 1 when anything
differs, and names each difference.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def outputs(notebook: Path) -> bytes:
    """What the cells of an executed notebook put out, without their sources, which a move may change."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    shown = [[cell["cell_type"], cell.get("outputs", cell["source"])] for cell in cells]
    return json.dumps(shown, sort_keys=True).encode()


def made(tree: Path) -> dict[str, bytes]:
    """Numbers, figures and outputs of every report in a built tree, by the name of their file."""
    reports = sorted((tree / "reports").glob("*/results.json"))
    found = {str(file.relative_to(tree)): file.read_bytes() for file in reports}
    for report in (file.parent for file in reports):
        for notebook in sorted((report / "notebooks").glob("*.ipynb")):
            found[str(notebook.relative_to(tree))] = outputs(notebook)
        pictures = tree / "figures" / report.name
        found |= {
            str(file.relative_to(tree)): file.read_bytes()
            for file in sorted(pictures.rglob("*"))
            if file.is_file() and file.suffix in {".svg", ".png"}
        }
    return found


def build(tree: Path) -> None:
    """``make all`` of a tree; its own words go to standard error."""
    subprocess.run(["make", "-C", str(tree), "all"], check=True, stdout=sys.stderr)


def checkout(revision: str, folder: Path) -> Path:
    """The tree of a revision of this repository, in a new folder."""
    subprocess.run(["git", "clone", "--quiet", "--no-checkout", str(ROOT), str(folder)], check=True)
    commit = subprocess.run(
        ["git", "rev-parse", "--verify", f"{revision}^{{commit}}"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()
    subprocess.run(["git", "checkout", "--quiet", commit], cwd=folder, check=True)
    return folder


def compare(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """What differs, in words, by name.

    >>> compare({"a": b"1", "b": b"2"}, {"b": b"3", "c": b"4"})
    ['only before: a', 'differs: b', 'only now: c']
    """
    words = []
    for name in sorted({*one, *other}):
        if name not in other:
            words.append(f"only before: {name}")
        elif name not in one:
            words.append(f"only now: {name}")
        elif one[name] != other[name]:
            words.append(f"differs: {name}")
    return words


def main(base: str) -> int:
    with tempfile.TemporaryDirectory(prefix="same-") as scratch:
        folder = Path(base)
        if not (folder / "reports").is_dir():
            folder = checkout(base, Path(scratch) / "before")
            build(folder)
        build(ROOT)
        before, now = made(folder), made(ROOT)
    if not before:
        print(f"error: no report in {base}", file=sys.stderr)
        return 2
    differing = compare(before, now)
    kinds = {kind: sum(name.endswith(kind) for name in before) for kind in ("results.json", ".ipynb", ".svg", ".png")}
    print(f"{len(before)} files compared ({', '.join(f'{count} {kind}' for kind, count in kinds.items())})")
    print("\n".join(differing) or "all equal")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
