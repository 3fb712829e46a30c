"""Detects the encoding and the delimiter of a text file, reading it in chunks and keeping no more than a sample."""

import codecs
import csv
from collections import Counter
from contextlib import suppress
from typing import BinaryIO

from charset_normalizer import from_bytes

CHUNK = 256 * 1024
"""Bytes."""
SAMPLE = 64 * 1024
"""Characters, or bytes."""
DELIMITERS = (",", ";", "\t", "|")


def detect_encoding(stream: BinaryIO) -> str:
    """The encoding of a file, from its byte order mark, from its NUL bytes, or by decoding all of it as UTF-8.

    A file with an invalid byte after valid non-ASCII UTF-8 is UTF-8, and only that row is refused. A file whose first
    non-ASCII bytes are not UTF-8 is in a legacy encoding, which `charset_normalizer` detects on a sample.
    """
    chunk = stream.read(CHUNK)
    if chunk.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if (wide := _utf16_without_mark(chunk)) is not None:
        return wide
    decoder = codecs.getincrementaldecoder("utf-8")()
    confirmed = False
    while chunk:
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            confirmed = confirmed or not error.object[: error.start].isascii()
            return "utf-8" if confirmed else _detect_legacy(error.object[max(0, error.start - SAMPLE // 2) :][:SAMPLE])
        confirmed = confirmed or not text.isascii()
        chunk = stream.read(CHUNK)
    return "utf-8"


def detect_delimiter(sample: str) -> str:
    """The delimiter that splits the most rows of a sample into the same number of cells, of two or more."""
    lines = sample.splitlines(keepends=True)[:200]
    if len(lines) > 1 and not lines[-1].endswith(("\n", "\r")):
        lines.pop()
    return max(DELIMITERS, key=lambda delimiter: _evenness(lines, delimiter))


def _utf16_without_mark(chunk: bytes) -> str | None:
    """Every other byte of Latin text in UTF-16 is NUL, which is the case in no other encoding."""
    sample = chunk[:4096]
    even, odd, half = sample[0::2].count(0), sample[1::2].count(0), len(sample) // 2
    if half < 2 or min(even, odd) > half // 20:
        return None
    if odd > half * 0.4:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 else None


def _detect_legacy(sample: bytes) -> str:
    """Windows-1252 unless the text fits a language in another encoding: short samples are often misdetected."""
    best = from_bytes(
        sample, cp_isolation=["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp932", "gb18030"]
    ).best()
    if best is None or not best.coherence:
        return "cp1252"
    same = sample.decode(best.encoding, "replace") == sample.decode("cp1252", "replace")
    return "cp1252" if same else best.encoding


def _evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    counts: Counter[int] = Counter()
    with suppress(csv.Error):
        counts.update(len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells)
    if not counts:
        return 0.0, 0
    width, rows = max(counts.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0]))
    return (rows / counts.total(), width) if width > 1 else (0.0, 0)
