"""Which encoding a file is in, decided for the whole file, and its text as UTF-8 bytes.

Almost any bytes are *some* text in Latin-1 and in GB18030, so the order of questions matters: a byte order mark, then
strict UTF-8, then GB18030 only where bytes pair up as Chinese text does, and Windows-1252 last.
"""

from __future__ import annotations

import codecs
import io
import mmap
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skiptrace.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Bytes", "Text", "open_text"]

Bytes = bytes | mmap.mmap

_STEP = 8 << 20
_SAMPLE = 4096
_HEADER_START = 8
_CHINESE_PAIRS = 0.7
"""Share of bytes ≥ 0x80 that stand in GB 2312 pairs; Latin letters with accents mostly stand alone."""
_GB_PAIR = re.compile(rb"[\xa1-\xfe][\xa1-\xfe]")
_HIGH = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, kw_only=True)
class Text:
    """A file's text.

    Attributes
    ----------
    data
        UTF-8, lines ended by LF (a CR before it is left).
    start
        Where the text begins: after a byte order mark.
    path
        The file itself if ``data`` are its very bytes, so that others may read it from disk.
    encoding
        As found.
    broken
        Lines (from 1) whose bytes are not in the file's encoding; in ``data`` they are read as Windows-1252.
    """

    data: Bytes
    start: int
    path: Path | None
    encoding: str
    broken: frozenset[int] = frozenset()


def open_text(path: Path) -> Text:
    """Find a file's encoding and return its text.

    Raises
    ------
    InputError
        If the file is empty (or holds nothing but blanks).
    """
    if path.stat().st_size == 0:
        raise InputError("empty file")
    with path.open("rb") as stream:
        data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    text = _decoded(data, path)
    if not text.data[text.start : text.start + _SAMPLE].strip() and not any(map(bytes.strip, _steps(text.data))):
        raise InputError("empty file: nothing but blanks")
    if text.data.find(b"\n") < 0 and text.data.find(b"\r") >= 0:
        lines = text.data[text.start :].replace(b"\r", b"\n")
        return Text(data=lines, start=0, path=None, encoding=text.encoding, broken=text.broken)
    return text


def _decoded(data: mmap.mmap, path: Path) -> Text:
    head = data[:_SAMPLE]
    if head.startswith(codecs.BOM_UTF8):
        start = len(codecs.BOM_UTF8)
    elif wide := _utf16(head):
        return Text(data=_transcoded(data, wide), start=0, path=None, encoding=wide)
    else:
        start = 0
    if _is_utf8(data):
        return Text(data=data, start=start, path=path, encoding="utf-8")
    return _line_by_line(data, start)


def _utf16(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without its mark it shows by a header in ASCII, every other byte of which is NUL.
    start = head[:_HEADER_START]
    if len(start) == _HEADER_START:
        if not any(start[1::2]) and all(start[0::2]):
            return "utf-16-le"
        if not any(start[0::2]) and all(start[1::2]):
            return "utf-16-be"
    return None


def _steps(data: Bytes) -> Iterator[bytes]:
    for at in range(0, len(data), _STEP):
        yield data[at : at + _STEP]


def _is_utf8(data: Bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for step in _steps(data):
            decoder.decode(step)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _transcoded(data: Bytes, encoding: str) -> bytes:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    out = io.BytesIO()
    for step in _steps(data):
        out.write(decoder.decode(step).encode("utf-8", "replace"))
    out.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))
    return out.getvalue()


def _line_by_line(data: mmap.mmap, start: int) -> Text:
    """Decode a file that is not UTF-8 throughout, taking the side of the greater number of lines."""
    utf8, other, sample = 0, 0, bytearray()
    for line in _lines(data):
        if line.isascii():
            continue
        if _decodes(line, "utf-8"):
            utf8 += 1
        else:
            other += 1
            if len(sample) < _STEP:
                sample += line
    rest = "gb18030" if _looks_chinese(bytes(sample)) else "cp1252"
    encoding = "utf-8" if utf8 >= other else rest
    out, broken = io.BytesIO(), set[int]()
    data.seek(start)
    for number, line in enumerate(iter(data.readline, b""), start=1):
        # Chinese bytes can be valid UTF-8 by chance; accented Latin letters practically never are.
        stray = encoding == "cp1252" and not line.isascii() and _decodes(line, "utf-8")
        if not stray and (line.isascii() or _decodes(line, encoding)):
            out.write(line.decode(encoding).encode())
            continue
        # Five bytes have no meaning in Windows-1252; Latin-1 reads them as control characters.
        if stray or encoding != "cp1252":
            broken.add(number)
        out.write((line.decode("utf-8") if stray else line.decode("latin-1")).encode())
    return Text(data=out.getvalue(), start=0, path=None, encoding=encoding, broken=frozenset(broken))


def _lines(data: mmap.mmap) -> Iterator[bytes]:
    data.seek(0)
    return iter(data.readline, b"")


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _looks_chinese(sample: bytes) -> bool:
    high = len(_HIGH.findall(sample))
    paired = 2 * len(_GB_PAIR.findall(sample))
    lines = [line for line in sample.splitlines() if not line.isascii()]
    decoding = sum(_decodes(line, "gb18030") for line in lines)
    return bool(lines) and paired >= _CHINESE_PAIRS * high and decoding >= _CHINESE_PAIRS * len(lines)
