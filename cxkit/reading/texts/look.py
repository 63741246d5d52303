"""One look at every byte of a text file: fingerprint, encoding, line ends, and how many lines there are."""

from __future__ import annotations

import codecs
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cxkit.errors import InputError
from cxkit.reading.packed import open_bytes

CHUNK = 1 << 22
WESTERN = frozenset("äöüßàâáãåæçèéêëíîïñóôõøùúûœÄÖÜÀÂÁÃÅÆÇÈÉÊËÍÎÏÑÓÔÕØÙÚÛŒ€„“”‘’–—…°§«»·©®")  # noqa: RUF001
ENCODINGS_OF_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
UNICODE = ("utf-8", "utf-8-sig")
MOST_ESCAPED = 200


@dataclass(frozen=True)
class Text:
    """What one look at every byte of a file says about it.

    `whole` says whether all bytes are UTF-8, `clean` whether DuckDB can read the file as it is. `escaped` are some of
    the lines in which a quote comes after a backslash.
    """

    fingerprint: str
    encoding: str
    whole: bool
    clean: bool
    lines: int
    blank: int
    end: bytes
    escaped: tuple[bytes, ...]


def _blank(chunk: bytes) -> int:
    """How many ends of lines are followed by another at once; a file may be made of nothing else."""
    import numpy as np

    ends = np.frombuffer(chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), np.uint8) == ord("\n")
    return int(np.count_nonzero(ends[1:] & ends[:-1]))


class Lines:
    """Lines, blank lines and line ends of bytes that come in chunks."""

    def __init__(self) -> None:
        self.count = self.blank = 0
        self.ends: set[bytes] = set()
        self.escaped: list[bytes] = []
        self._held, self._fresh = b"", True  # a return that may be half of a line end; whether a line begins here

    def add(self, chunk: bytes) -> None:
        """Count on."""
        chunk = self._held + chunk if self._held else chunk
        self._held = chunk[-1:] if chunk.endswith(b"\r") else b""
        self._add(chunk[:-1] if self._held else chunk)

    def done(self) -> Lines:
        """The counts with what is left at the end."""
        self._add(self._held)
        self.count += not self._fresh
        self._held, self._fresh = b"", True
        return self

    def _add(self, chunk: bytes) -> None:
        if not chunk:
            return
        pairs, feeds, returns = (chunk.count(end) for end in (b"\r\n", b"\n", b"\r"))
        counts = {b"\r\n": pairs, b"\n": feeds - pairs, b"\r": returns - pairs}
        self.ends |= {end for end, count in counts.items() if count}
        self.count += sum(counts.values())
        self.blank += self._fresh and chunk[:1] in b"\r\n"
        if any(pair in chunk for pair in (b"\n\n", b"\n\r", b"\r\r")):
            self.blank += _blank(chunk)
        self._fresh = chunk[-1:] in b"\r\n"
        for quote in (b'\\"', b"\\'"):
            self._keep(chunk, quote)

    def _keep(self, chunk: bytes, mark: bytes) -> None:
        """Keep some of the lines with this mark."""
        place = chunk.find(mark)
        while place >= 0 and len(self.escaped) < MOST_ESCAPED:
            before = chunk[max(0, place - CHUNK) : place]
            start = place - len(before) + max(before.rfind(b"\n"), before.rfind(b"\r")) + 1
            line = re.split(rb"[\r\n]", chunk[start : place + (1 << 16)], maxsplit=1)[0]
            self.escaped.append(line)
            place = chunk.find(mark, start + max(len(line), place - start + 1))


def look(path: Path, encoding: str | None) -> Text:
    """Fingerprint, encoding, lines, and whether DuckDB can read the file as it is."""
    digest, decoder, valid, lines = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), True, Lines()
    for chunk in chunks(path):
        digest.update(chunk)
        lines.add(chunk)
        if valid:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                valid = False
    valid = valid and not decoder.getstate()[0]
    codec = _known(encoding) if encoding else _encoding(path, valid)
    clean = codec == "utf-8" and len(lines.done().ends) < 2
    return _text(digest.hexdigest(), codec, valid or codec not in UNICODE, clean, lines)


def again(path: Path, before: Text) -> Text:
    """What a copy in UTF-8 has in lines, beside what the original said."""
    lines = Lines()
    for chunk in chunks(path):
        lines.add(chunk)
    return _text(before.fingerprint, before.encoding, before.whole, True, lines.done())


def _text(fingerprint: str, encoding: str, whole: bool, clean: bool, lines: Lines) -> Text:
    end = next(iter(lines.ends), b"\n")
    return Text(fingerprint, encoding, whole, clean, lines.count, lines.blank, end, tuple(lines.escaped))


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, unpacked, a few megabytes at a time."""
    try:
        with open_bytes(path) as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except InputError as error:
        raise InputError(f'"{path.name}" cannot be read. {error}') from None
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f'"{path.name}" cannot be read: {error}.') from None


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)
        return codecs.lookup(encoding).name
    except (LookupError, TypeError, ValueError):
        raise InputError(f'No encoding "{encoding}". Write a name such as "utf-8", "cp1252" or "utf-16".') from None


def _encoding(path: Path, valid: bool) -> str:
    with open_bytes(path) as file:
        head = file.read(CHUNK)
    marked = next((name for mark, name in ENCODINGS_OF_MARKS if head.startswith(mark)), None)
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head[start::2].count(0) > len(head) // 4:
            return marked or name
    if marked or valid:
        return marked or "utf-8"
    lines = [line for line in head.split(b"\n") if not line.isascii()]
    damaged = sum(1 for line in lines if not is_text(line))
    if 2 * damaged <= len(lines):
        return "utf-8"
    sample = b"\n".join(lines[:2_000])
    if _western(sample):
        return "cp1252"
    from charset_normalizer import from_bytes

    guess = from_bytes(sample).best()
    return guess.encoding if guess else "cp1252"


def _western(sample: bytes) -> bool:
    """Whether nearly all letters beyond ASCII are Western European when read so; guessers need more text to see it."""
    odd = [letter for letter in sample.decode("cp1252", "replace") if letter > "\x7f"]
    return sum(letter in WESTERN for letter in odd) > 0.95 * len(odd) and not re.search(rb"[\x80-\xff]{4}", sample)


def is_text(line: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def rewrite(path: Path, encoding: str, target: Path) -> Path:
    """A copy in UTF-8 with one kind of line end; bytes that are no character stay recognisable as damaged."""
    damaged = encoding in UNICODE
    try:
        with open_bytes(path) as raw, target.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as out:
            text = io.TextIOWrapper(raw, encoding=encoding, errors="surrogateescape" if damaged else "strict")
            while chunk := text.read(CHUNK):
                out.write(chunk)
    except UnicodeError as error:
        raise InputError(f'"{path.name}" is not written in {encoding} ({error}). Give encoding= yourself.') from None
    return target
