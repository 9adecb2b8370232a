"""What a file of text is made of: its compression, its encoding and its line ends, and the plain UTF-8 that is read."""

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from helpers.errors import ReportError
from helpers.ingest import encodings

BLOCK = 1 << 20
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
"""What a file begins with that says its encoding; the longer ones first, for one begins with another."""


def compression(file: Path) -> str:
    """none, gzip or zstd, by what the file begins with, or by its ending, so that one that only bears the name is told."""
    with file.open("rb") as stream:
        begins = stream.read(4)
    if begins.startswith(b"\x1f\x8b") or file.suffix.lower() == ".gz":
        return "gzip"
    return "zstd" if begins == b"\x28\xb5\x2f\xfd" or file.suffix.lower() == ".zst" else "none"


@contextmanager
def unpacked(file: Path) -> Iterator[IO[bytes] | Any]:
    """The bytes of a file, unpacked. Raises :class:`~helpers.errors.ReportError` for a broken archive, also while it is read."""
    kind = compression(file)
    try:
        if kind == "zstd":
            import pyarrow

            with pyarrow.CompressedInputStream(str(file), "zstd") as stream:
                yield stream
        else:
            with gzip.open(file) if kind == "gzip" else file.open("rb") as stream:
                yield stream
    except (OSError, EOFError, zlib.error) as error:
        if kind == "none":
            raise
        raise ReportError(
            f"{file.name} cannot be read as {kind}",
            got=str(error),
            expected=f"a whole {kind} archive",
            cause="a download that broke off, or a file that only bears the name",
            remedy="fetch it again and compare its sha256",
        ) from None


def blocks(file: Path, most: int | None = None) -> Iterator[bytes]:
    """The unpacked bytes, a block at a time; the first ``most`` only where it is given."""
    left = most
    with unpacked(file) as stream:
        while block := stream.read(BLOCK if left is None else min(BLOCK, left)):
            yield bytes(block)
            if left is not None:
                left -= len(block)
                if not left:
                    return


ARCHIVES = {
    b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"\x04\x22\x4d\x18": "lz4",
    b"PK\x03\x04": "zip", b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!": "rar",
}  # fmt: skip
"""What archives begin with."""


def refuse_archive(file: Path, head: bytes) -> None:
    """Raise where the first bytes of a file, unpacked as far as it can be, are those of an archive."""
    kind = next((kind for mark, kind in ARCHIVES.items() if head.startswith(mark)), None)
    kind = "tar" if head[257:262] == b"ustar" else kind
    if kind is None or b"[Content_Types].xml" in head or b"mimetypeapplication/vnd.oasis" in head:  # a spreadsheet
        return
    packed = compression(file)
    raise ReportError(
        f"{file.name} is packed",
        got=f"{kind} inside of {packed}" if packed != "none" else f"a {kind} archive",
        expected="a file of data as it is, or packed once as gzip or zstd",
        remedy=f"unpack it{' twice' if packed != 'none' else ''}, and name the file that comes out in the study file",
    )


def seen_encoding(head: bytes) -> str | None:
    """The encoding that the first bytes tell by themselves; None where only the whole can.

    >>> seen_encoding("a,b".encode("utf-16")), seen_encoding("a,b".encode("utf-16-be")), seen_encoding(b"a,b")
    ('utf-16', 'utf-16-be', None)
    """
    for mark, encoding in MARKS.items():
        if head.startswith(mark):
            return encoding
    even, odd = head[0::2], head[1::2]
    for nulls, texts, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if nulls and nulls.count(0) > 0.5 * len(nulls) and texts.count(0) < 0.05 * len(texts):
            return encoding
    return None


def is_binary(head: bytes) -> bool:
    """Whether bytes are no text: nulls among them and other control signs too, or nothing but nulls."""
    control = sum(head.count(bytes([sign])) for sign in range(32) if sign not in (0, 9, 10, 12, 13, 27))
    return (
        control > 0.01 * len(head) or head.count(0) > 0.3 * len(head) or 0 in re.split(rb"[\r\n]", head, maxsplit=1)[0]
    )


def is_utf8(file: Path) -> bool:
    """Whether the whole file is UTF-8; a last sign that is cut does not count."""
    return _decodes(file, "utf-8")


def likely_encoding(file: Path) -> str:
    """What a file is likely written in that is no UTF-8: the first of the encodings in which its words are words."""
    found = encodings.readings(_foreign(file))
    return next(iter(found), "") or ("cp1252" if _decodes(file, "cp1252") else "latin-1")


def _foreign(file: Path, most: int = 1_000) -> list[bytes]:
    """The first lines that are no ASCII."""
    found, left = list[bytes](), b""
    for block in blocks(file):
        *whole, left = re.split(b"[\r\n]", left + block)
        found += [line for line in whole if not line.isascii()]
        if len(found) >= most:
            return found[:most]
    return found if left.isascii() else [*found, left]


def _decodes(file: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in blocks(file):
            decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def not_utf8(file: Path) -> ReportError:
    """What is said of a file that is read as UTF-8 and is none, with the first line that shows it and how it may read."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, raw = 1, b""
    for block in blocks(file):
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            at = max(0, error.start - len(error.object) + len(block))
            line += block.count(b"\n", 0, at)
            begins, ends = block.rfind(b"\n", 0, at) + 1, block.find(b"\n", at)
            raw = block[max(begins, at - 20) : ends if 0 <= ends < at + 20 else at + 20]
            break
        line += block.count(b"\n")
    found = list(encodings.readings(_foreign(file)))[:6]
    first, *others = found or [likely_encoding(file)]
    shown = [re.sub(r"[\x00-\x1f\x7f-\x9f]", "?", raw.decode(each, "replace")) for each in (first, *others)]
    said = ", ".join(f"as {each} it reads {so!r}" for each, so in zip((first, *others), shown, strict=True))
    return ReportError(
        f"{file.name} cannot be read as text: it is not UTF-8",
        got=f"a sign in line {line:,} that UTF-8 does not have; {said}",
        expected="UTF-8, plain, gzip or zstd, or an encoding that the study names",
        cause=f"a file saved as {first}"
        if found and not others
        else f"a file saved in another encoding, such as {', '.join((first, *others))}"
        if found
        else "a file in another encoding, or one that is no text",
        remedy=f"data.encoding: {first} in the study file"
        + (f" if so it reads right, else {' or '.join(others)}" if others else "")
        + ", or save the file as UTF-8",
    )


def beginning(begin: bytes) -> str:
    """The first bytes of a file as a message shows them; '' where it begins with nothing but blanks and line ends."""
    said = begin.decode("utf-8", "replace").strip()
    return repr(said) if said else ""


END = "\x1a"
"""What old programs write at the end of a text, Ctrl-Z."""


def has_end_mark(file: Path) -> bool:
    """Whether a file that is not packed ends with Ctrl-Z, behind which only line ends stand."""
    if compression(file) != "none":
        return False
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - 64))
        return stream.read().rstrip(b"\r\n\0").endswith(END.encode())


def rewritten(file: Path, encoding: str, into: Path, *, most: int | None = None) -> Path:
    """The file as UTF-8 with one kind of line ends, in ``into``; line ends inside quotes stay as they are, Ctrl-Z at the
    end is the end.

    Raises :class:`~helpers.errors.ReportError` for what is not in this encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, inside, held = 1, False, ""
    with into.open("wb") as out:
        try:
            for block in blocks(file, most):
                text = held + decoder.decode(block)
                held = "\r" if text.endswith("\r") else ""  # its line feed may stand in the next block
                text = text.removesuffix("\r") if held else text
                lines += text.count("\n")
                parts = text.split('"')
                for i in range(int(inside), len(parts), 2):
                    parts[i] = parts[i].replace("\r\n", "\n").replace("\r", "\n")
                inside ^= len(parts) % 2 == 0
                out.write('"'.join(parts).encode("utf-8").removeprefix(codecs.BOM_UTF8 if out.tell() == 0 else b""))
            if most is None:
                held += decoder.decode(b"", final=True)
                _cut_end_mark(out)
            out.write((held if inside else held.replace("\r", "\n")).encode("utf-8"))
        except UnicodeError as error:
            raise ReportError(
                f"{file.name} cannot be read as {encoding}",
                got=f"after line {lines:,}: {error}",
                expected=f"text in {encoding} to its end",
                cause="another encoding, or a file that was cut",
                remedy="correct data.encoding in the study file, or save the file as UTF-8",
            ) from None
    return into


def _cut_end_mark(out: IO[bytes]) -> None:
    """Take Ctrl-Z from the end of what was written."""
    out.flush()
    with Path(out.name).open("rb") as stream:
        start = max(0, out.tell() - 64)
        stream.seek(start)
        end = stream.read()
    kept = end.rstrip(b"\n")
    if kept.endswith(END.encode()):
        out.truncate(start + len(kept.rstrip(END.encode())))
        out.seek(0, 2)
