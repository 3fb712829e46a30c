"""Which characters and which delimiter a text file is written with. Reads in pieces; holds no more than a sample."""

import codecs
import csv
from collections import Counter
from contextlib import suppress
from typing import BinaryIO

from charset_normalizer import from_bytes

PIECE = 256 * 1024
SAMPLE = 64 * 1024
DELIMITERS = (",", ";", "\t", "|")


def encoding_of(stream: BinaryIO) -> str:
    """The encoding of a file, from its byte order mark, its NULs, or by reading it all as UTF-8.

    A file with one broken character in otherwise good UTF-8 is UTF-8, and that row is refused; a file whose first
    character beyond ASCII is no UTF-8 is from an older world, and `charset_normalizer` judges which one on a sample.
    """
    piece = stream.read(PIECE)
    if piece.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if (wide := _utf16_without_mark(piece)) is not None:
        return wide
    decoder = codecs.getincrementaldecoder("utf-8")()
    proven = False
    while piece:
        try:
            text = decoder.decode(piece)
        except UnicodeDecodeError as error:
            proven = proven or not error.object[: error.start].isascii()
            return "utf-8" if proven else _older(error.object[max(0, error.start - SAMPLE // 2) :][:SAMPLE])
        proven = proven or not text.isascii()
        piece = stream.read(PIECE)
    return "utf-8"


def delimiter_of(sample: str) -> str:
    """The delimiter that splits the most rows of a sample into the same number of cells, more than one."""
    lines = sample.splitlines(keepends=True)[:200]
    if len(lines) > 1 and not lines[-1].endswith(("\n", "\r")):
        lines.pop()
    return max(DELIMITERS, key=lambda delimiter: _evenness(lines, delimiter))


def _utf16_without_mark(piece: bytes) -> str | None:
    """Latin text in UTF-16 is every other byte NUL; nothing else has so many in so regular a place."""
    sample = piece[:4096]
    even, odd, half = sample[0::2].count(0), sample[1::2].count(0), len(sample) // 2
    if half < 2 or min(even, odd) > half // 20:
        return None
    if odd > half * 0.4:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 else None


def _older(sample: bytes) -> str:
    """Windows-1252, unless a language speaks for another: short samples of it are often taken for its kin."""
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
