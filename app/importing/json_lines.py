"""JSON Lines in the shape of the API: each line is a document already, and is sent unchanged."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal, cast

from app.importing.natural_keys import NaturalKeys
from app.importing.options import ImportFailed
from app.importing.rows import Document, Refusal, problem

MAX_LINE_BYTES = 4 * 1024 * 1024


class JsonLinesFile:
    unit: Literal["bytes"] = "bytes"

    def __init__(self, path: Path, keys: NaturalKeys) -> None:
        self.size = path.stat().st_size
        self._path, self._keys = path, keys
        self._raw = path.open("rb")
        compressed = path.name.lower().endswith(".gz")
        self._bytes = cast(BinaryIO, gzip.GzipFile(fileobj=self._raw)) if compressed else self._raw

    def documents(self) -> Iterator[Document | Refusal]:
        number = 0
        try:
            while line := self._bytes.readline(MAX_LINE_BYTES):
                number += 1
                if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
                    self._skip_rest_of_line()
                    yield self._refusal(number, line, f"The line is longer than {MAX_LINE_BYTES} bytes.")
                elif stripped := line.removeprefix(b"\xef\xbb\xbf").strip():
                    yield self._document(number, stripped)
        except (EOFError, zlib.error, OSError) as error:
            raise ImportFailed(f"{self._path.name} is damaged after line {number}: {error}.") from error

    def close(self) -> None:
        self._raw.close()

    def _skip_rest_of_line(self) -> None:
        while (rest := self._bytes.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
            pass

    def _document(self, number: int, line: bytes) -> Document | Refusal:
        try:
            document = json.loads(line, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            return self._refusal(number, line, f"The line is not JSON: {error}.")
        if not isinstance(document, dict):
            return self._refusal(number, line, "The line is not a JSON object.")
        complete = self._keys.complete(document)
        # A document that needs no key is sent byte for byte, so that its numbers keep their notation.
        body = line if complete is document else json.dumps(complete).encode()
        return Document(body, number, lambda: json.loads(line), self._raw.tell())

    def _refusal(self, number: int, line: bytes, detail: str) -> Refusal:
        text = line[:1000].decode(errors="backslashreplace").strip()
        return Refusal(
            problem("The line cannot be read", "invalid_json", detail), number, lambda: text, self._raw.tell()
        )


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")
